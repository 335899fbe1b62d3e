/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/link.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "link/complete.h"

#define DECISIONS_ARENA_BYTES ((size_t)2 << 30)

struct running {
    const struct link_options *options;
    const struct link_means *means;
    struct link_result *result;
    struct problem *problem;
    uint32_t *truth; /* by record; NULL without */
};

/* Lists to records */

static const struct link_raw_column *truth_column(const struct running *run, unsigned list)
{
    const struct link_list *l = &run->result->lists.lists[list];
    for (unsigned i = 0; i < l->columns_count; i++) {
        if (strcmp(l->columns[i].name, run->options->truth) == 0)
            return &l->columns[i];
    }
    return NULL;
}

/* The same text in two lists is the same answer. */
static int number_truth(struct running *run, const struct link_raw_column *raw, uint32_t rows,
                        struct link_pool *answers, uint32_t *out)
{
    uint32_t count = link_pool_count(&raw->values);
    uint32_t *number_of = mem_calloc(count, sizeof *number_of);
    REJECT_IF(!number_of, E_NOMEM);
    int error = 0;
    number_of[0] = LINK_TRUTH_UNKNOWN;
    for (uint32_t id = 1; id < count && error == 0; id++)
        error = link_pool_add(answers, link_pool_text(&raw->values, id), &number_of[id]);
    for (uint32_t row = 0; row < rows && error == 0; row++)
        out[row] = number_of[raw->ids[row]];
    mem_free(number_of);
    return error < 0 ? error : watch_stopped(run->means->watch) ? E_STOPPED : 0;
}

static int read_answers(struct running *run, struct link_pool *answers)
{
    const struct link_lists *lists = &run->result->lists;
    bool any = false;
    size_t records = 0;
    for (unsigned i = 0; i < lists->count; i++)
        records += lists->lists[i].rows;
    run->truth = mem_calloc(records + 1, sizeof *run->truth);
    REJECT_IF(!run->truth, E_NOMEM);
    uint32_t *out = run->truth;
    for (unsigned i = 0; i < lists->count; i++) {
        uint32_t rows = lists->lists[i].rows;
        const struct link_raw_column *raw = truth_column(run, i);
        for (uint32_t row = 0; row < rows; row++)
            out[row] = LINK_TRUTH_UNKNOWN;
        if (raw)
            TRY(number_truth(run, raw, rows, answers, out));
        any |= raw != NULL;
        out += rows;
    }
    if (!any)
        return problem_set(run->problem, E_ARGUMENT, "no list has the column \"%.60s\"",
                           run->options->truth);
    return 0;
}

static int take_truth(struct running *run)
{
    if (!run->options->truth)
        return 0;
    struct link_pool answers = {0};
    int error = read_answers(run, &answers);
    link_pool_release(&answers);
    return error;
}

static int guess_columns(struct running *run)
{
    struct link_columns_options options = run->options->columns;
    const char **ignore = mem_calloc(options.ignore_count + 1, sizeof *ignore);
    REJECT_IF(!ignore, E_NOMEM);
    for (size_t i = 0; i < options.ignore_count; i++)
        ignore[i] = options.ignore[i];
    if (run->options->truth)
        ignore[options.ignore_count++] = run->options->truth;
    options.ignore = ignore;
    int error =
        link_columns_guess(&run->result->lists, &options, &run->result->columns, run->problem);
    mem_free(ignore);
    return error;
}

static int mark_unique(struct running *run)
{
    struct link_lists *lists = &run->result->lists;
    for (size_t k = 0; k < run->options->unique_count; k++) {
        bool known = false;
        for (unsigned i = 0; i < lists->count; i++) {
            if (strcmp(lists->lists[i].name, run->options->unique[k]) == 0)
                known = lists->lists[i].unique = true;
        }
        if (!known)
            return problem_set(run->problem, E_ARGUMENT, "there is no list called \"%.60s\"",
                               run->options->unique[k]);
    }
    return 0;
}

/* What is left must be something to go by. */
static int check_fields(struct running *run)
{
    const struct link_records *r = run->result->records;
    if (link_records_count(r) == 0)
        return problem_set(run->problem, E_FORMAT, "there are no records: only rows of headers");
    if (link_records_fields(r) == 0)
        return problem_set(run->problem, E_FORMAT,
                           "there is no column to compare: each is empty, the same in every row, "
                           "another in every row, or left out");
    return 0;
}

static int make_records(struct running *run)
{
    struct link_result *result = run->result;
    TRY(link_read(run->options->sources, run->options->source_count, run->means->watch,
                  &result->lists, run->problem));
    TRY(mark_unique(run));
    TRY(take_truth(run));
    TRY(guess_columns(run));
    TRY(link_idents_take(&result->idents, &result->lists, &result->columns));
    TRY(link_records_new(&result->lists, &result->columns, &result->records, run->problem));
    TRY(check_fields(run));
    unsigned scope = run->options->scope ? run->options->scope : LINK_WITHIN | LINK_BETWEEN;
    return link_universe_init(&result->universe, result->records, scope);
}

/* Records to pairs */

static struct link_settings settings_of(const struct running *run)
{
    return (struct link_settings){.seed = run->options->seed};
}

static int learn_now(struct running *run)
{
    struct link_result *result = run->result;
    struct link_settings settings = settings_of(run);
    struct workers *w = run->means->workers;
    if (result->learnt)
        return link_learn(&result->universe, &settings, w, run->means->watch, &result->plan,
                          &result->model);
    TRY(link_model_fits(run->options->model, result->records, run->problem));
    result->model = *run->options->model;
    return link_learn_plan(&result->universe, &settings, &result->model, w, run->means->watch,
                           &result->plan);
}

static int learn(struct running *run)
{
    struct link_result *result = run->result;
    struct parts *parts = run->means->parts;
    bool before = false;
    result->learnt = !run->options->model;
    if (parts)
        TRY(link_keep_take_learnt(parts, result->records, &result->plan, &result->model, &before));
    if (before)
        return link_plan_prepare(&result->plan, &result->universe, run->means->workers);
    TRY(learn_now(run));
    return parts ? link_keep_put_learnt(parts, &result->plan, &result->model) : 0;
}

static int take_edges(struct link_result *result, struct link_edges *edges)
{
    size_t count = (size_t)link_edges_count(edges);
    result->edges = mem_calloc(count + 1, sizeof *result->edges);
    REJECT_IF(!result->edges, E_NOMEM);
    return link_edges_next(edges, result->edges, count, &result->edge_count);
}

static int find_pairs(struct running *run)
{
    struct link_result *result = run->result;
    struct workers *w = run->means->workers;
    size_t memory = run->options->memory_bytes ? run->options->memory_bytes : LINK_MEMORY_BYTES;
    struct link_edges *edges = link_edges_new(w, memory / 4, run->means->spill);
    REJECT_IF(!edges, E_NOMEM);
    int error = link_find(&result->universe, &result->plan, &result->model, w, run->means->watch,
                          run->means->parts, edges, &result->found);
    if (error == 0)
        error = take_edges(result, edges);
    link_edges_free(edges);
    TRY(error);
    TRY(link_scorer_new(&result->model, result->records, &result->scorer));
    result->scoring = link_scoring_new(result->scorer);
    REJECT_IF(!result->scoring, E_NOMEM);
    return link_complete(&result->universe, result->scorer, w, run->means->watch, &result->edges,
                         &result->edge_count);
}

/* Decisions */

static uint32_t find_ident(void *arg, struct span name)
{
    return link_idents_find(arg, name);
}

static int by_disagreement(const void *x, const void *y)
{
    const struct link_against *a = x, *b = y;
    float da = fabsf(a->bits), db = fabsf(b->bits);
    if (da != db)
        return da > db ? -1 : 1;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return a->b < b->b ? -1 : a->b > b->b;
}

static void add_against(struct link_result *result, struct link_pair pair, bool same)
{
    float bits = link_score_pair(result->scoring, pair.a, pair.b);
    if (same ? bits < -LINK_AGAINST_BITS : bits > LINK_AGAINST_BITS)
        result->against[result->against_count++] =
            (struct link_against){.a = pair.a, .b = pair.b, .same = same, .bits = bits};
}

static int take_decisions(struct running *run)
{
    struct link_result *result = run->result;
    struct link_settled *settled = &result->settled;
    if (run->options->decisions.len == 0)
        return 0;
    int error = link_decisions_read(run->options->decisions, &result->arena, &result->decisions,
                                    &result->decision_count, run->problem);
    if (error < 0 && run->options->decisions_name)
        problem_at(run->problem, "%s", run->options->decisions_name);
    TRY(error);
    TRY(link_decisions_settle(result->decisions, result->decision_count,
                              run->options->two_reviewers, find_ident, &result->idents,
                              &result->arena, settled));
    result->against =
        mem_calloc(settled->must_count + settled->cannot_count + 1, sizeof *result->against);
    REJECT_IF(!result->against, E_NOMEM);
    for (size_t i = 0; i < settled->must_count; i++)
        add_against(result, settled->must[i], true);
    for (size_t i = 0; i < settled->cannot_count; i++)
        add_against(result, settled->cannot[i], false);
    qsort(result->against, result->against_count, sizeof *result->against, by_disagreement);
    return 0;
}

/* Pairs to groups */

static int number_clusters(struct link_result *result)
{
    size_t count = link_records_count(result->records);
    const uint32_t *groups = link_clustering_groups(result->clustering);
    uint32_t *number_of = mem_calloc(count + 1, sizeof *number_of);
    result->cluster = mem_calloc(count + 1, sizeof *result->cluster);
    result->cluster_size = mem_calloc(count + 1, sizeof *result->cluster_size);
    if (!number_of || !result->cluster || !result->cluster_size) {
        mem_free(number_of);
        return E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        if (number_of[groups[i]] == 0)
            number_of[groups[i]] = ++result->cluster_count;
        result->cluster[i] = number_of[groups[i]];
        result->cluster_size[result->cluster[i]]++;
        result->clusters_merged += link_clustering_merged(result->clustering)[i] == i;
        result->clusters_apart += link_clustering_apart(result->clustering)[i] == i;
    }
    mem_free(number_of);
    return 0;
}

static int make_groups(struct running *run)
{
    struct link_result *result = run->result;
    size_t count = link_records_count(result->records);
    struct link_cluster_input input = {.records = (uint32_t)count,
                                       .edges = result->edges,
                                       .edge_count = result->edge_count,
                                       .rank = result->universe.rank,
                                       .must = result->settled.must,
                                       .must_count = result->settled.must_count,
                                       .cannot = result->settled.cannot,
                                       .cannot_count = result->settled.cannot_count};
    uint16_t *list_of = mem_calloc(count + 1, sizeof *list_of);
    REJECT_IF(!list_of, E_NOMEM);
    for (size_t i = 0; i < count; i++)
        list_of[i] = result->universe.list[i];
    for (unsigned i = 0; i < link_records_lists(result->records); i++)
        input.unique_lists |= (uint32_t)link_records_list_is_unique(result->records, i) << i;
    input.list_of = list_of;
    int error =
        link_clustering_new(&input, run->means->workers, run->means->watch, &result->clustering);
    mem_free(list_of);
    return error < 0 ? error : number_clusters(result);
}

static int evaluate(struct running *run)
{
    struct link_result *result = run->result;
    if (!run->truth)
        return 0;
    result->evaluated = true;
    return link_evaluate(link_clustering_groups(result->clustering), run->truth,
                         (uint32_t)link_records_count(result->records), result->edges,
                         result->edge_count, &result->evaluation);
}

static int run_all(struct running *run)
{
    TRY(make_records(run));
    TRY(learn(run));
    TRY(find_pairs(run));
    TRY(take_decisions(run));
    TRY(make_groups(run));
    return evaluate(run);
}

int link_run(const struct link_options *options, const struct link_means *means,
             struct link_result **ret_result, struct problem *problem)
{
    struct running run = {.options = options,
                          .means = means,
                          .problem = problem,
                          .result = mem_calloc(1, sizeof *run.result)};
    REJECT_IF(!run.result, E_NOMEM);
    run.result->seed = options->seed;
    arena_init(&run.result->arena, DECISIONS_ARENA_BYTES);
    link_plan_init(&run.result->plan);
    int error = run_all(&run);
    mem_free(run.truth);
    if (error < 0 && means->spill && means->spill->problem.text[0])
        problem_set(problem, error, "%s", means->spill->problem.text);
    if (error < 0 && means->parts && means->parts->problem.text[0])
        problem_set(problem, error, "%s", means->parts->problem.text);
    if (error < 0)
        link_result_free(run.result);
    else
        *ret_result = run.result;
    return error;
}

/* What parts depend on */

static void put_block(struct buf *out, struct span block)
{
    buf_u64(out, block.len);
    buf_span(out, block);
}

static void put_word(struct buf *out, const char *word)
{
    put_block(out, span_text(word ? word : ""));
}

static void put_words(struct buf *out, const char *const *words, size_t count)
{
    buf_u64(out, count);
    for (size_t i = 0; i < count; i++)
        put_word(out, words[i]);
}

static void put_model(struct buf *out, const struct link_model *model)
{
    struct buf text;
    buf_init(&text, LINK_MODEL_TEXT_MAX);
    if (model)
        link_model_write(model, &text);
    put_block(out, buf_bytes(&text));
    if (buf_error(&text) < 0)
        buf_fail(out, buf_error(&text));
    buf_release(&text);
}

void link_run_depends(const struct link_options *options, struct buf *out)
{
    const struct link_columns_options *columns = &options->columns;
    put_word(out, "vouchsafe link " VOUCHSAFE_VERSION);
    buf_u8(out, (uint8_t)options->scope);
    buf_u64(out, options->seed);
    put_word(out, options->truth);
    put_block(out, columns->said);
    put_model(out, options->model);
    put_words(out, columns->ignore, columns->ignore_count);
    put_words(out, options->unique, options->unique_count);
    buf_u64(out, options->source_count);
    for (size_t i = 0; i < options->source_count; i++) {
        put_word(out, options->sources[i].name);
        buf_u8(out, options->sources[i].linked);
    }
}

void link_result_free(struct link_result *result)
{
    if (!result)
        return;
    link_clustering_free(result->clustering);
    link_scoring_free(result->scoring);
    link_scorer_free(result->scorer);
    mem_free(result->cluster);
    mem_free(result->cluster_size);
    mem_free(result->against);
    mem_free(result->edges);
    link_plan_release(&result->plan);
    link_universe_release(&result->universe);
    link_records_free(result->records);
    link_idents_release(&result->idents);
    link_columns_release(&result->columns);
    link_lists_release(&result->lists);
    arena_release(&result->arena);
    mem_free(result);
}

void link_result_explain(const struct link_result *result, uint32_t a, uint32_t b,
                         struct link_explanation *ret_explanation)
{
    link_score_explain(result->scoring, a, b, ret_explanation);
}

void link_result_sizes(const struct link_result *result, uint32_t ret_counts[LINK_SIZES_MAX])
{
    memset(ret_counts, 0, LINK_SIZES_MAX * sizeof *ret_counts);
    for (uint32_t i = 1; i <= result->cluster_count; i++) {
        uint32_t size = result->cluster_size[i];
        ret_counts[size < LINK_SIZES_MAX ? size : 0]++;
    }
}
