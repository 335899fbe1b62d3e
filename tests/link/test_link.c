/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The engine as a whole, on lists invented for it. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "invented.h"
#include "prop.h"

static const struct link_simulation small = {
    .seed = 4, .persons = 300, .lists = 2, .captured = 0.7, .duplicated = 0.1, .mistakes = 0.5};
/* So many possible pairs that they are not all looked at. */
static const struct link_simulation large = {
    .seed = 9, .persons = 3000, .lists = 2, .captured = 0.5, .duplicated = 0.1, .mistakes = 0.5};

static struct link_result *run_simple(const struct invented *all)
{
    struct link_options options = invented_options(all);
    return run_link(&options, 2, NULL);
}

static int try_link(const struct link_options *options, struct problem *problem)
{
    struct link_result *result;
    problem_clear(problem);
    int error = link_run(options, &(struct link_means){.watch = NULL}, &result, problem);
    if (error == 0)
        link_result_free(result);
    return error;
}

static bool together(const struct link_result *result, uint32_t a, uint32_t b)
{
    return result->cluster[a] == result->cluster[b];
}

/* How good it is */

static void persons_are_found_and_chances_are_true(void **state)
{
    (void)state;
    struct invented all;
    invented_init(&all, &large);
    struct link_options options = invented_options(&all);
    options.truth = "person";
    struct link_result *result = run_link(&options, 2, NULL);
    const struct link_evaluation *e = &result->evaluation;
    assert_true(result->evaluated);
    assert_false(result->plan.all);
    assert_int_equal(e->records, link_records_count(result->records));
    assert_true(link_score_f1(&e->pairs) > 0.95);
    assert_true(link_score_f1(&e->clusters) > 0.9);
    uint64_t pairs = 0, right = 0;
    double expected = 0;
    for (unsigned i = 0; i < LINK_CALIBRATION_BINS; i++) {
        pairs += e->calibration[i].pairs;
        right += e->calibration[i].right;
        expected += e->calibration[i].expected * (double)e->calibration[i].pairs;
    }
    assert_true(pairs > right && right > 0);
    assert_true(expected > 0.95 * (double)right && expected < 1.05 * (double)right);
    assert_true(e->calibration[9].right > 0.97 * (double)e->calibration[9].pairs);
    assert_true(e->calibration[0].right < 0.05 * (double)e->calibration[0].pairs);
    link_result_free(result);
    invented_release(&all);
}

/* Two lists in two scripts, of names alone. */
static double f1_of_names(const char *said, unsigned fields)
{
    static const struct link_simulation two = {
        .seed = 5, .persons = 600, .lists = 2, .captured = 0.7, .mistakes = 0.3, .scripts = true};
    static const char *const others[] = {"record", "date_of_birth", "sex",           "place",
                                         "phone",  "patronymic",    "дата рождения", "пол",
                                         "город",  "телефон",       "отчество"};
    struct invented all;
    invented_init(&all, &two);
    struct link_options options = invented_options(&all);
    options.truth = "person";
    options.columns.ignore = others;
    options.columns.ignore_count = COUNT_OF(others);
    options.columns.said = span_text(said);
    struct link_result *result = run_link(&options, 2, NULL);
    assert_int_equal(result->model.fields, fields);
    assert_true(result->evaluation.pairs.wanted > 100);
    double f1 = link_score_f1(&result->evaluation.pairs);
    link_result_free(result);
    invented_release(&all);
    return f1;
}

static void names_alone_are_enough(void **state)
{
    (void)state;
    assert_true(f1_of_names("", 2) > 0.75);
    assert_true(f1_of_names("family_name,full name\ngiven_name,full name\n"
                            "фамилия,full name\nимя,full name\n",
                            1) > 0.75);
}

static void the_truth_is_kept_from_the_engine(void **state)
{
    (void)state;
    struct invented all;
    invented_init(&all, &small);
    struct link_result *without = run_simple(&all);
    struct link_options options = invented_options(&all);
    options.columns.ignore_count = 0;
    options.truth = "person";
    struct link_result *with = run_link(&options, 2, NULL);
    size_t count = link_records_count(with->records);
    assert_memory_equal(with->cluster, without->cluster, count * sizeof *with->cluster);
    assert_int_equal(with->edge_count, without->edge_count);
    assert_false(without->evaluated);
    link_result_free(with);
    link_result_free(without);
    invented_release(&all);
}

/* The same, whatever */

static void assert_same_result(const struct link_result *a, const struct link_result *b)
{
    size_t count = link_records_count(a->records);
    assert_int_equal(count, link_records_count(b->records));
    assert_memory_equal(a->cluster, b->cluster, count * sizeof *a->cluster);
    assert_int_equal(a->edge_count, b->edge_count);
    assert_memory_equal(a->edges, b->edges, a->edge_count * sizeof *a->edges);
    assert_memory_equal(&a->found, &b->found, sizeof a->found);
    for (uint32_t i = 0; i < count; i++)
        assert_true(link_clustering_confidence(a->clustering, i) ==
                    link_clustering_confidence(b->clustering, i));
}

static void threads_and_memory_change_nothing(void **state)
{
    (void)state;
    struct invented all;
    invented_init(&all, &large);
    struct link_options options = invented_options(&all);
    struct link_result *one = run_link(&options, 1, NULL), *three = run_link(&options, 3, NULL);
    struct spill *spill = memory_spill_new();
    options.memory_bytes = 65536;
    struct link_result *little = run_link(&options, 2, spill);
    assert_true(memory_spill_used(spill) > 0);
    assert_same_result(one, three);
    assert_same_result(one, little);
    memory_spill_free(spill);
    link_result_free(one);
    link_result_free(three);
    link_result_free(little);
    invented_release(&all);
}

static void the_order_of_rows_changes_no_group(void **state)
{
    (void)state;
    struct prop prop = prop_start("row order");
    struct invented all;
    invented_init(&all, &large);
    struct link_result *first = run_simple(&all);
    invented_shuffle(&all, prop_u64(&prop));
    struct link_result *second = run_simple(&all);
    size_t count = link_records_count(first->records);
    uint32_t *seen = calloc(count + 1, sizeof *seen);
    assert_non_null(seen);
    assert_int_equal(first->cluster_count, second->cluster_count);
    assert_int_equal(first->edge_count, second->edge_count);
    struct buf name;
    buf_init(&name, 1000);
    for (uint32_t i = 0; i < count; i++) {
        buf_reset(&name);
        link_idents_put(&first->idents, i, &name);
        uint32_t *at = &seen[first->cluster[i]];
        uint32_t there = second->cluster[record_called(second, buf_cstr(&name))];
        assert_true(*at == 0 || *at == there);
        *at = there;
    }
    buf_release(&name);
    free(seen);
    link_result_free(first);
    link_result_free(second);
    invented_release(&all);
}

static void new_records_go_into_an_earlier_result(void **state)
{
    (void)state;
    struct link_simulation s = small;
    struct invented all, parts;
    s.lists = 2;
    invented_init(&all, &s);
    s.lists = 1;
    invented_init(&parts, &s);
    struct link_result *old = run_simple(&parts);
    struct link_model model = old->model;
    struct caught linked;
    caught_init(&linked);
    struct link_output o = output_of(old, &parts);
    struct link_sink sink = caught_sink(&linked);
    assert_int_equal(link_output_records(&o, &sink, NULL), 0);
    /* The earlier result stands where the first list stood, and keeps its name. */
    struct link_options options = invented_options(&all);
    options.model = &model;
    struct link_result *full = run_link(&options, 2, NULL);
    struct span text = all.sources[0].text;
    all.sources[0].text = buf_bytes(&linked.text);
    all.sources[0].linked = true;
    struct link_result *into = run_link(&options, 2, NULL);
    assert_false(into->learnt);
    assert_same_result(full, into);
    all.sources[0].text = text;
    buf_release(&linked.text);
    link_result_free(old);
    link_result_free(full);
    link_result_free(into);
    invented_release(&all);
    invented_release(&parts);
}

/* Constraints */

static void a_list_of_different_persons_stays_one(void **state)
{
    (void)state;
    static const char *const unique[] = {"Tolma Lawyers"};
    struct invented all;
    invented_init(&all, &small);
    struct link_options options = invented_options(&all);
    options.unique = unique;
    options.unique_count = 1;
    struct link_result *result = run_link(&options, 2, NULL);
    uint32_t *seen = calloc((size_t)result->cluster_count + 1, sizeof *seen);
    assert_non_null(seen);
    for (uint32_t i = 0; i < link_records_count(result->records); i++) {
        if (result->universe.list[i] == 1)
            assert_int_equal(seen[result->cluster[i]]++, 0);
    }
    free(seen);
    link_result_free(result);
    invented_release(&all);
}

static void put_decision(struct buf *out, const struct link_result *result, uint32_t a, uint32_t b,
                         bool same)
{
    struct buf names[2];
    uint32_t records[] = {a, b};
    for (size_t i = 0; i < 2; i++) {
        buf_init(&names[i], 1000);
        link_idents_put(&result->idents, records[i], &names[i]);
    }
    struct link_decision d = {.time = span_text("2031-04-09T14:05Z"),
                              .reviewer = span_text("Leyla"),
                              .a = buf_bytes(&names[0]),
                              .b = buf_bytes(&names[1]),
                              .answer = same ? LINK_ANSWER_SAME : LINK_ANSWER_DIFFERENT};
    link_decision_put(out, &d);
    buf_release(&names[0]);
    buf_release(&names[1]);
}

static void decisions_are_obeyed(void **state)
{
    (void)state;
    struct prop prop = prop_start("decisions");
    struct invented all;
    invented_init(&all, &small);
    struct link_result *before = run_simple(&all);
    struct buf decisions;
    buf_init(&decisions, 1u << 20);
    link_decisions_begin(&decisions);
    /* Pairs that share no record, so that no decision is against another. */
    uint32_t count = (uint32_t)link_records_count(before->records), pairs = 40;
    uint32_t first = (uint32_t)prop_below(&prop, count - 2 * pairs);
    for (uint32_t i = 0; i < pairs; i++)
        put_decision(&decisions, before, first + 2 * i, first + 2 * i + 1, i % 2 == 0);
    for (size_t i = 0; i < before->edge_count; i++) {
        const struct link_edge *e = &before->edges[i];
        if (e->b < first && e->bits > 5)
            put_decision(&decisions, before, e->a, e->b, false);
    }
    struct link_options options = invented_options(&all);
    options.decisions = buf_bytes(&decisions);
    struct link_result *after = run_link(&options, 2, NULL);
    assert_int_equal(after->settled.unknown, 0);
    for (uint32_t i = 0; i < pairs; i++)
        assert_int_equal(together(after, first + 2 * i, first + 2 * i + 1), i % 2 == 0);
    for (size_t i = 0; i < after->settled.cannot_count; i++)
        assert_false(together(after, after->settled.cannot[i].a, after->settled.cannot[i].b));
    size_t contradictions;
    link_clustering_contradictions(after->clustering, &contradictions);
    assert_int_equal(contradictions, 0);
    assert_true(after->against_count > 0);
    for (size_t i = 0; i < after->against_count; i++) {
        const struct link_against *against = &after->against[i];
        struct link_explanation e;
        link_result_explain(after, against->a, against->b, &e);
        assert_true(against->same ? e.bits < -9.9 : e.bits > 9.9);
        assert_int_equal(together(after, against->a, against->b), against->same);
    }
    buf_release(&decisions);
    link_result_free(before);
    link_result_free(after);
    invented_release(&all);
}

static uint32_t root_of(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i)
        i = parent[i];
    return i;
}

/* What is decided to be the same is; what is decided to be different is, but where others of the
 * decisions say that it is the same, and then that is said; and lists hold each person once, but
 * for what was decided. */
static void check_decided(const struct link_result *result, uint32_t *parent, uint8_t unique)
{
    uint32_t count = (uint32_t)link_records_count(result->records);
    const struct link_settled *s = &result->settled;
    size_t contradictions, said = 0;
    const struct link_contradiction *c =
        link_clustering_contradictions(result->clustering, &contradictions);
    for (uint32_t i = 0; i < count; i++)
        parent[i] = i;
    for (size_t i = 0; i < s->must_count; i++) {
        assert_true(together(result, s->must[i].a, s->must[i].b));
        parent[root_of(parent, s->must[i].b)] = root_of(parent, s->must[i].a);
    }
    for (size_t i = 0; i < s->cannot_count; i++) {
        uint32_t a = s->cannot[i].a, b = s->cannot[i].b;
        bool against = root_of(parent, a) == root_of(parent, b);
        assert_int_equal(together(result, a, b), against);
        said += against;
    }
    for (size_t i = 0; i < contradictions; i++)
        said -= c[i].what == LINK_CONTRA_CANNOT;
    assert_int_equal(said, 0);
    for (uint32_t a = 0; a < count; a++) {
        for (uint32_t b = a + 1; b < count; b++) {
            bool apart = result->universe.list[a] == unique && result->universe.list[b] == unique;
            if (apart && together(result, a, b))
                assert_int_equal(root_of(parent, a), root_of(parent, b));
        }
    }
}

/* Decisions of any kind, many about the same records, against each other, against the lists and
 * against all evidence. */
static void any_decisions_are_obeyed_or_said(void **state)
{
    (void)state;
    static const char *const unique[] = {"Tolma Lawyers"};
    struct prop prop = prop_start("any_decisions");
    struct invented all;
    invented_init(&all, &small);
    struct link_result *before = run_simple(&all);
    uint32_t count = (uint32_t)link_records_count(before->records);
    uint32_t *parent = calloc(count, sizeof *parent);
    assert_non_null(parent);
    for (int run = 0; run < 6; run++) {
        struct buf decisions;
        buf_init(&decisions, 1u << 20);
        link_decisions_begin(&decisions);
        uint32_t range = run % 2 ? 30 : count;
        for (size_t i = 0; i < 20 + prop_below(&prop, 150); i++) {
            const struct link_edge *e = &before->edges[prop_below(&prop, before->edge_count)];
            uint32_t a = e->a, b = e->b;
            if (prop_below(&prop, 3) > 0) {
                a = (uint32_t)prop_below(&prop, range);
                b = (uint32_t)prop_below(&prop, range);
            }
            if (a != b)
                put_decision(&decisions, before, a, b, prop_below(&prop, 3) == 0);
        }
        struct link_options options = invented_options(&all);
        options.decisions = buf_bytes(&decisions);
        options.unique = unique;
        options.unique_count = 1;
        struct link_result *result = run_link(&options, 2, NULL);
        assert_true(result->settled.cannot_count > 0 && result->settled.must_count > 0);
        check_decided(result, parent, 1);
        link_result_free(result);
        buf_release(&decisions);
    }
    free(parent);
    link_result_free(before);
    invented_release(&all);
}

static void contradicting_decisions_are_said(void **state)
{
    (void)state;
    struct invented all = {0};
    invented_add(&all, "tolma.csv",
                 "name,town\nAnna Petrova,Karsk\nBoris Orlov,Tolma\nVera Chern,Zhelan\n"
                 "Vera Cherni,Zhelan\n");
    struct link_options options = {.sources = all.sources, .source_count = 1};
    options.decisions = span_text("time,reviewer,answer,a,b,reason\n"
                                  ",L,same,tolma.csv:2,tolma.csv:3,\n"
                                  ",L,same,tolma.csv:3,tolma.csv:4,\n"
                                  ",L,different,tolma.csv:2,tolma.csv:4,\n"
                                  ",L,same,tolma.csv:2,tolma.csv:99,\n"
                                  ",L,same,zhelan.csv:2,tolma.csv:2,\n");
    struct link_result *result = run_link(&options, 1, NULL);
    size_t count;
    const struct link_contradiction *c = link_clustering_contradictions(result->clustering, &count);
    assert_int_equal(count, 1);
    assert_int_equal(c[0].what, LINK_CONTRA_CANNOT);
    assert_int_equal(result->settled.unknown, 2);
    assert_int_equal(result->settled.unknown_line, 5);
    assert_true(together(result, 0, 2));
    link_result_free(result);
    invented_release(&all);
}

/* Names of records */

static void records_are_called_by_id_or_by_row(void **state)
{
    (void)state;
    struct invented all = {0};
    invented_add(&all, "tolma.csv",
                 "case,name\nT-7,Anna Petrova\nT-9,Boris Orlov\nT-8,Anna Petrova\n");
    invented_add(&all, "tolma.csv:T", "name\nAnna\nAnna\nBoris\n");
    struct link_options options = {.sources = all.sources, .source_count = 2};
    struct link_result *result = run_link(&options, 1, NULL);
    assert_int_equal(record_called(result, "tolma.csv:T-7"), 0);
    assert_int_equal(record_called(result, "tolma.csv:T-8"), 2);
    assert_int_equal(record_called(result, "tolma.csv:T:4"), 5);
    static const char *const none[] = {"",
                                       "tolma.csv",
                                       "tolma.csv:",
                                       "tolma.csv:2",
                                       "tolma.csv:T:1",
                                       "tolma.csv:T:5",
                                       "tolma.csv:T:x",
                                       "orlets.csv:2"};
    for (size_t i = 0; i < COUNT_OF(none); i++)
        assert_int_equal(link_idents_find(&result->idents, span_text(none[i])), LINK_IDENT_NONE);
    for (uint32_t i = 0; i < 6; i++) {
        struct buf name;
        buf_init(&name, 1000);
        link_idents_put(&result->idents, i, &name);
        assert_int_equal(record_called(result, buf_cstr(&name)), i);
        buf_release(&name);
    }
    link_result_free(result);
    invented_release(&all);
}

/* When something is wrong */

static void what_cannot_be_linked_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *text, *truth, *unique, *decisions;
        int error;
        const char *said;
    } wrong[] = {
        {"", NULL, NULL, NULL, E_FORMAT, "tolma.csv: it is empty"},
        {"name,town\n", NULL, NULL, NULL, E_FORMAT, "there are no records"},
        {"name,town\n,\n,\n", NULL, NULL, NULL, E_FORMAT, "there is no column to compare"},
        {"name\nAnna\nAnna\n", NULL, NULL, NULL, E_FORMAT, "there is no column to compare"},
        {"name\nAnna\nBoris,x\n", NULL, NULL, NULL, E_FORMAT, "tolma.csv: line 3"},
        {"name\nAnna\n\xff\n", NULL, NULL, NULL, E_UTF8, "tolma.csv: line 3"},
        {"name\nAnna\nBoris\nAnna\n", "who", NULL, NULL, E_ARGUMENT, "no list has the column"},
        {"name\nAnna\nBoris\nAnna\n", NULL, "x", NULL, E_ARGUMENT, "there is no list called"},
        {"name\nAnna\nBoris\nAnna\n", NULL, NULL, "when\n", E_FORMAT, "line 1"},
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct invented all = {0};
        struct problem problem;
        invented_add(&all, "tolma.csv", wrong[i].text);
        struct link_options options = {.sources = all.sources,
                                       .source_count = 1,
                                       .truth = wrong[i].truth,
                                       .unique = &wrong[i].unique,
                                       .unique_count = wrong[i].unique ? 1 : 0};
        if (wrong[i].decisions)
            options.decisions = span_text(wrong[i].decisions);
        assert_int_equal(try_link(&options, &problem), wrong[i].error);
        assert_non_null(strstr(problem.text, wrong[i].said));
        invented_release(&all);
    }
}

static void an_earlier_result_must_be_one(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"name,town\nAnna,Karsk\n", "did not write this"},
        {"name,cluster\nAnna,1\n", "did not write this"},
        {"name,list,cluster,confidence\nAnna,a,1,1\nVera,b,1,1\nAnna,a,1,1\n", "line 4: the rows"},
        {"name,list,cluster,confidence\nAnna,new,1,1\n", "another list called"},
        {"name,list,cluster,confidence\nAnna\n", "line 2: the row does not say its list"},
        {"name,list,cluster,confidence\nAnna,a,1\n", "line 2: the row has 3 fields"},
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct invented all = {0};
        struct problem problem;
        invented_add(&all, "old", wrong[i][0]);
        invented_add(&all, "new", "name,town\nAnna,Karsk\nBoris,Tolma\nVera,Karsk\n");
        all.sources[0].linked = true;
        struct link_options options = {.sources = all.sources, .source_count = 2};
        assert_true(try_link(&options, &problem) < 0);
        assert_non_null(strstr(problem.text, wrong[i][1]));
        invented_release(&all);
    }
}

static void a_model_of_other_fields_is_refused(void **state)
{
    (void)state;
    struct invented all, other = {0};
    struct problem problem;
    invented_init(&all, &small);
    struct link_result *result = run_simple(&all);
    invented_add(&other, "tolma.csv", "name,town\nAnna,Karsk\nBoris,Tolma\nVera,Karsk\n");
    struct link_options options = {
        .sources = other.sources, .source_count = 1, .model = &result->model};
    assert_int_equal(try_link(&options, &problem), E_ARGUMENT);
    assert_true(problem.text[0]);
    link_result_free(result);
    invented_release(&all);
    invented_release(&other);
}

/* A disk that is full when what does not fit into memory goes there. */

static int append_to_full(struct spill *s, const void *data, size_t len)
{
    (void)data;
    assert_true(len > 0);
    return problem_set(&s->problem, E_IO, "the disk is full");
}

static void a_disk_that_is_full_is_said(void **state)
{
    (void)state;
    static const struct spill_calls calls = {append_to_full, NULL};
    struct link_simulation s = small;
    struct invented all;
    struct link_result *result;
    struct problem problem;
    struct spill spill = {.calls = &calls};
    s.persons = 2000;
    invented_init(&all, &s);
    struct link_options options = invented_options(&all);
    options.memory_bytes = 1;
    problem_clear(&problem);
    assert_int_equal(link_run(&options, &(struct link_means){.spill = &spill}, &result, &problem),
                     E_IO);
    assert_string_equal(problem.text, "the disk is full");
    invented_release(&all);
}

static void it_stops_when_it_is_told(void **state)
{
    (void)state;
    struct invented all;
    struct watch watch = {0};
    struct link_result *result;
    invented_init(&all, &small);
    struct link_options options = invented_options(&all);
    atomic_store(&watch.stop, true);
    assert_int_equal(link_run(&options, &(struct link_means){.watch = &watch}, &result, NULL),
                     E_STOPPED);
    invented_release(&all);
}

/* Every allocation is too many; the steps widen. */
static void allocations_may_fail(void **state)
{
    (void)state;
    struct link_simulation s = small;
    struct invented all;
    s.persons = 40;
    invented_init(&all, &s);
    struct link_options options = invented_options(&all);
    options.truth = "person";
    bool done = false;
    for (uint64_t nth = 1; !done; nth += 1 + nth / 16) {
        struct problem problem;
        mem_fail_from(nth);
        int error = try_link(&options, &problem);
        done = mem_asked() < nth;
        mem_fail_from(0);
        assert_int_equal(error, done ? 0 : E_NOMEM);
    }
    invented_release(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(persons_are_found_and_chances_are_true),
        cmocka_unit_test(names_alone_are_enough),
        cmocka_unit_test(the_truth_is_kept_from_the_engine),
        cmocka_unit_test(threads_and_memory_change_nothing),
        cmocka_unit_test(the_order_of_rows_changes_no_group),
        cmocka_unit_test(new_records_go_into_an_earlier_result),
        cmocka_unit_test(a_list_of_different_persons_stays_one),
        cmocka_unit_test(decisions_are_obeyed),
        cmocka_unit_test(any_decisions_are_obeyed_or_said),
        cmocka_unit_test(contradicting_decisions_are_said),
        cmocka_unit_test(records_are_called_by_id_or_by_row),
        cmocka_unit_test(what_cannot_be_linked_is_said),
        cmocka_unit_test(an_earlier_result_must_be_one),
        cmocka_unit_test(a_model_of_other_fields_is_refused),
        cmocka_unit_test(a_disk_that_is_full_is_said),
        cmocka_unit_test(it_stops_when_it_is_told),
        cmocka_unit_test(allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
