/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"
#include "link/block_choose.h"
#include "link/em.h"
#include "link/learn.h"
#include "link/pattern.h"
#include "link/sample.h"
#include "link/score.h"

#define SAMPLE_PAIRS 2000000u /* that the model is estimated from, of those that passes find */
#define RANDOM_PAIRS 1000000u /* and of all */
#define RANDOM_TASKS 64
#define FIRST_PAIRS_PER_RECORD 10 /* of the first, rough plan */
#define LIKELY_BITS 0.0f          /* a pair from there on shows what matches agree on */
#define LIKELY_MIN 100            /* with fewer such pairs general knowledge is as good */

/* Pairs that nobody asks about, by field and level. */
struct others {
    double pairs[LINK_FIELDS_MAX][LINK_LEVELS_MAX];
};

struct learning {
    const struct link_universe *u;
    const struct link_plan *plan;
    uint64_t seed;
    struct link_sample sample; /* of the plan's pairs */
    struct link_scorer *scorer;
    struct link_scoring **scoring;  /* per worker */
    struct link_patterns *patterns; /* per worker; [0] holds all in the end */
    uint64_t *random_outside;       /* per worker */
    struct link_chance chance;
    struct others *others; /* per worker; [0] holds all in the end */
    struct link_edges *likely;
    struct workers *w;
    struct watch *watch;
};

static uint64_t pairs_max_of(const struct link_universe *u, uint32_t pairs_per_record)
{
    uint64_t budget = (uint64_t)u->count * pairs_per_record;
    return budget > LINK_PAIRS_ALL_MAX ? budget : LINK_PAIRS_ALL_MAX;
}

static void release_scoring(struct learning *l)
{
    for (unsigned i = 0; l->scoring && i < workers_count(l->w); i++)
        link_scoring_free(l->scoring[i]);
    mem_free(l->scoring);
    link_scorer_free(l->scorer);
    l->scoring = NULL;
    l->scorer = NULL;
}

static int make_scoring(struct learning *l, const struct link_model *model)
{
    release_scoring(l);
    TRY(link_scorer_new(model, l->u->records, &l->scorer));
    l->scoring = mem_calloc(workers_count(l->w), sizeof *l->scoring);
    REJECT_IF(!l->scoring, E_NOMEM);
    for (unsigned i = 0; i < workers_count(l->w); i++) {
        l->scoring[i] = link_scoring_new(l->scorer);
        REJECT_IF(!l->scoring[i], E_NOMEM);
    }
    return 0;
}

static void release_patterns(struct learning *l)
{
    for (unsigned i = 0; l->patterns && i < workers_count(l->w); i++)
        link_patterns_release(&l->patterns[i]);
    mem_free(l->patterns);
    mem_free(l->random_outside);
    mem_free(l->others);
    l->patterns = NULL;
    l->random_outside = NULL;
    l->others = NULL;
}

/* Counting patterns */

static int count_found(void *arg, size_t task, unsigned worker)
{
    struct learning *l = arg;
    struct link_pattern pattern;
    const struct link_pair *pairs;
    size_t count = link_sample_task(&l->sample, task, &pairs);
    for (size_t i = 0; i < count; i++) {
        link_score_pattern(l->scoring[worker], pairs[i].a, pairs[i].b, &pattern);
        if (!l->plan->all)
            pattern.passes = link_plan_passes_of(l->plan, l->u, pairs[i].a, pairs[i].b);
        TRY(link_patterns_add(&l->patterns[worker], &pattern, 1));
    }
    return watch_stopped(l->watch) ? E_STOPPED : 0;
}

static int count_random(void *arg, size_t task, unsigned worker)
{
    struct learning *l = arg;
    const struct link_universe *u = l->u;
    struct link_pattern pattern;
    struct rng rng;
    rng_init(&rng, l->seed, task + 1000);
    for (unsigned i = 0; i < RANDOM_PAIRS / RANDOM_TASKS; i++) {
        uint32_t a = u->order[rng_below(&rng, u->count)], b = u->order[rng_below(&rng, u->count)];
        if (a == b || !link_universe_has(u, a, b) || link_plan_passes_of(l->plan, u, a, b) != 0)
            continue;
        link_score_pattern(l->scoring[worker], a, b, &pattern);
        pattern.outside = 1;
        TRY(link_patterns_add(&l->patterns[worker], &pattern, 1));
        l->random_outside[worker]++;
    }
    return watch_stopped(l->watch) ? E_STOPPED : 0;
}

/* Of one list that is linked with others only. */
static int count_others(void *arg, size_t task, unsigned worker)
{
    struct learning *l = arg;
    const struct link_universe *u = l->u;
    struct link_pattern pattern;
    struct rng rng;
    rng_init(&rng, l->seed, task + 2000);
    for (unsigned i = 0; i < RANDOM_PAIRS / RANDOM_TASKS; i++) {
        uint32_t a = u->order[rng_below(&rng, u->count)], b = u->order[rng_below(&rng, u->count)];
        if (a == b || u->list[a] != u->list[b] || link_universe_has(u, a, b))
            continue;
        link_score_pattern(l->scoring[worker], a, b, &pattern);
        for (unsigned f = 0; f < link_records_fields(u->records); f++)
            l->others[worker].pairs[f][link_pattern_level(&pattern, f)]++;
    }
    return watch_stopped(l->watch) ? E_STOPPED : 0;
}

static void add_others(struct others *into, const struct others *from)
{
    for (unsigned f = 0; f < LINK_FIELDS_MAX; f++)
        for (unsigned level = 0; level < LINK_LEVELS_MAX; level++)
            into->pairs[f][level] += from->pairs[f][level];
}

static int count_patterns(struct learning *l, const struct link_model *model)
{
    release_patterns(l);
    TRY(make_scoring(l, model));
    l->patterns = mem_calloc(workers_count(l->w), sizeof *l->patterns);
    l->random_outside = mem_calloc(workers_count(l->w), sizeof *l->random_outside);
    l->others = mem_calloc(workers_count(l->w), sizeof *l->others);
    REJECT_IF(!l->patterns || !l->random_outside || !l->others, E_NOMEM);
    TRY(workers_run(l->w, link_sample_tasks(&l->sample), count_found, l));
    if (!l->plan->all)
        TRY(workers_run(l->w, RANDOM_TASKS, count_random, l));
    if (!l->u->every)
        TRY(workers_run(l->w, RANDOM_TASKS, count_others, l));
    for (unsigned i = 1; i < workers_count(l->w); i++) {
        add_others(&l->others[0], &l->others[i]);
        TRY(link_patterns_merge(&l->patterns[0], &l->patterns[i]));
        l->random_outside[0] += l->random_outside[i];
        link_patterns_release(&l->patterns[i]);
    }
    link_patterns_settle(&l->patterns[0]);
    return 0;
}

static void count_values(const struct link_records *r, unsigned f, struct link_em_input *in)
{
    in->present[f] = (double)(link_records_count(r) - link_value_frequency(r, f, 0));
    for (uint32_t v = 1; v < link_field_values(r, f); v++) {
        uint32_t frequency = link_value_frequency(r, f, v);
        unsigned code = link_frequency_code(frequency);
        if (frequency < 2)
            continue;
        in->holders[f][code] += frequency;
        in->squares[f][code] += (double)frequency * (frequency - 1);
    }
}

static int estimate(struct learning *l, struct link_model *model)
{
    const struct link_patterns *t = &l->patterns[0];
    struct link_em_input in = {.patterns = t->slots,
                               .count = t->count,
                               .found_weight = l->sample.every,
                               .pairs_possible = fmax((double)l->u->pairs, 1),
                               .records = l->u->count,
                               .coverage = fmax(l->plan->coverage, 0.05),
                               .others = l->others[0].pairs,
                               .chance = &l->chance};
    uint32_t *free_fields = mem_calloc(t->count + 1, sizeof *free_fields);
    REJECT_IF(!free_fields, E_NOMEM);
    double found = 0;
    for (size_t i = 0; i < t->count; i++) {
        free_fields[i] = link_plan_free_fields(l->plan, t->slots[i].pattern.passes);
        if (!t->slots[i].pattern.outside)
            found += (double)t->slots[i].pairs * l->sample.every;
    }
    in.free_fields = free_fields;
    for (unsigned f = 0; f < model->fields; f++)
        count_values(l->u->records, f, &in);
    if (l->random_outside[0] > 0)
        in.outside_weight = fmax((in.pairs_possible - found) / (double)l->random_outside[0], 1);
    struct link_em_result result;
    int error = link_em_run(&in, l->w, l->watch, model, &result);
    mem_free(free_fields);
    return error;
}

static int draw_sample(struct learning *l, const struct link_plan *plan)
{
    l->plan = plan;
    link_sample_release(&l->sample);
    return link_sample_draw(l->u, plan, SAMPLE_PAIRS, l->w, l->watch, &l->sample);
}

static int estimate_under(struct learning *l, const struct link_plan *plan,
                          struct link_model *model)
{
    TRY(draw_sample(l, plan));
    TRY(count_patterns(l, model));
    return estimate(l, model);
}

/* What matches agree on */

static int keep_likely(void *arg, size_t task, unsigned worker)
{
    struct learning *l = arg;
    const struct link_pair *pairs;
    size_t count = link_sample_task(&l->sample, task, &pairs);
    for (size_t i = 0; i < count; i++) {
        struct link_edge edge = {.a = l->u->rank[pairs[i].a], .b = l->u->rank[pairs[i].b]};
        edge.bits = link_score_least(l->scoring[worker], pairs[i].a, pairs[i].b, LIKELY_BITS);
        if (edge.bits >= LIKELY_BITS)
            TRY(link_edges_add(l->likely, worker, edge));
    }
    return watch_stopped(l->watch) ? E_STOPPED : 0;
}

static int read_likely(struct learning *l, struct link_matches **ret_matches)
{
    size_t count = (size_t)link_edges_count(l->likely), got = 0;
    struct link_edge *edges = mem_calloc(count + 1, sizeof *edges);
    struct link_pair *pairs = mem_calloc(count + 1, sizeof *pairs);
    int error = edges && pairs ? link_edges_next(l->likely, edges, count, &got) : E_NOMEM;
    for (size_t i = 0; i < got; i++)
        pairs[i] = (struct link_pair){l->u->order[edges[i].a], l->u->order[edges[i].b]};
    if (error == 0) {
        *ret_matches = got < LIKELY_MIN ? link_matches_invent(l->u, l->seed)
                                        : link_matches_draw(l->u, l->plan, pairs, got, l->seed);
        error = *ret_matches ? 0 : E_NOMEM;
    }
    mem_free(edges);
    mem_free(pairs);
    return error;
}

static int draw_matches(struct learning *l, const struct link_model *model,
                        struct link_matches **ret_matches)
{
    TRY(make_scoring(l, model));
    l->likely = link_edges_new(l->w, SIZE_MAX, NULL);
    REJECT_IF(!l->likely, E_NOMEM);
    int error = workers_run(l->w, link_sample_tasks(&l->sample), keep_likely, l);
    if (error == 0)
        error = link_edges_settle(l->likely, l->w);
    if (error == 0)
        error = read_likely(l, ret_matches);
    link_edges_free(l->likely);
    l->likely = NULL;
    return error;
}

/* The road */

static int choose_first(struct learning *l, struct link_plan *plan)
{
    struct link_matches *matches = link_matches_invent(l->u, l->seed);
    REJECT_IF(!matches, E_NOMEM);
    int error = link_plan_choose(plan, l->u, matches, pairs_max_of(l->u, FIRST_PAIRS_PER_RECORD),
                                 l->w, l->watch);
    link_matches_free(matches);
    return error;
}

static int choose_final(struct learning *l, const struct link_model *model, uint64_t pairs_max,
                        struct link_plan *plan)
{
    struct link_matches *matches = NULL;
    TRY(draw_matches(l, model, &matches));
    int error = link_plan_choose(plan, l->u, matches, pairs_max, l->w, l->watch);
    link_matches_free(matches);
    return error;
}

static int learn(struct learning *l, uint64_t pairs_max, struct link_plan *first,
                 struct link_plan *plan, struct link_model *model)
{
    TRY(choose_first(l, first));
    TRY(estimate_under(l, first, model));
    TRY(choose_final(l, model, pairs_max, plan));
    return estimate_under(l, plan, model);
}

static struct learning learning_of(const struct link_universe *u,
                                   const struct link_settings *settings, struct workers *w,
                                   struct watch *watch, uint64_t *ret_pairs_max)
{
    uint32_t each = settings->pairs_per_record ? settings->pairs_per_record : LINK_PAIRS_PER_RECORD;
    *ret_pairs_max = pairs_max_of(u, each);
    return (struct learning){.u = u, .seed = settings->seed, .w = w, .watch = watch};
}

int link_learn(const struct link_universe *u, const struct link_settings *settings,
               struct workers *w, struct watch *watch, struct link_plan *plan,
               struct link_model *ret_model)
{
    uint64_t pairs_max;
    struct learning l = learning_of(u, settings, w, watch, &pairs_max);
    struct link_plan first;
    struct link_model model;
    int error;
    link_plan_init(&first);
    link_model_start(&model, u->records);
    TRY(link_chance_measure(u, settings->seed, w, watch, &l.chance));
    if (u->pairs <= pairs_max) {
        error = link_plan_choose(plan, u, NULL, pairs_max, w, watch);
        if (error == 0)
            error = estimate_under(&l, plan, &model);
    } else {
        error = learn(&l, pairs_max, &first, plan, &model);
    }
    link_sample_release(&l.sample);
    release_scoring(&l);
    release_patterns(&l);
    link_plan_release(&first);
    if (error == 0)
        *ret_model = model;
    return error;
}

int link_learn_plan(const struct link_universe *u, const struct link_settings *settings,
                    const struct link_model *model, struct workers *w, struct watch *watch,
                    struct link_plan *plan)
{
    uint64_t pairs_max;
    struct learning l = learning_of(u, settings, w, watch, &pairs_max);
    struct link_plan first;
    link_plan_init(&first);
    int error = choose_first(&l, &first);
    if (error == 0)
        error = draw_sample(&l, &first);
    if (error == 0)
        error = choose_final(&l, model, pairs_max, plan);
    link_sample_release(&l.sample);
    release_scoring(&l);
    link_plan_release(&first);
    return error;
}
