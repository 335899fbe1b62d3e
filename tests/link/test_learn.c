/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The main road on records whose truth is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/mem.h"
#include "fake.h"
#include "link/find.h"
#include "memory_spill.h"
#include "prop.h"

struct outcome {
    struct link_model model;
    struct link_found found;
    double coverage, true_pairs;
    double covered; /* share of the true pairs that some pass finds */
    unsigned passes;
    struct link_edge *edges; /* of origin numbers, sorted */
    size_t count;
    bool *truth; /* per edge */
};

struct way {
    unsigned threads;
    size_t memory_bytes;
    bool spill;
    uint32_t pairs_per_record;
    unsigned scope;
};

static int by_records(const void *x, const void *y)
{
    const struct link_edge *a = x, *b = y;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return a->b < b->b ? -1 : a->b > b->b;
}

static void read_edges(struct link_edges *edges, const struct link_records *r, struct outcome *o)
{
    size_t count = (size_t)link_edges_count(edges);
    o->edges = test_calloc(count + 1, sizeof *o->edges);
    o->truth = test_calloc(count + 1, sizeof *o->truth);
    assert_int_equal(link_edges_next(edges, o->edges, count + 1, &o->count), 0);
    assert_int_equal(o->count, count);
    for (size_t i = 0; i < count; i++) {
        uint32_t a = fake_origin(r, o->edges[i].a), b = fake_origin(r, o->edges[i].b);
        o->edges[i].a = a < b ? a : b;
        o->edges[i].b = a < b ? b : a;
    }
    qsort(o->edges, count, sizeof *o->edges, by_records);
}

static void mark_truth(const struct link_records *r, struct outcome *o)
{
    uint32_t count = (uint32_t)link_records_count(r);
    uint32_t *person = test_calloc(count + 1, sizeof *person);
    for (uint32_t i = 0; i < count; i++)
        person[fake_origin(r, i)] = fake_person(r, i);
    for (size_t i = 0; i < o->count; i++)
        o->truth[i] = person[o->edges[i].a] == person[o->edges[i].b];
    o->true_pairs = fake_true_pairs(r);
    test_free(person);
}

/* Of persons with two records. */
static double covered_by(const struct link_plan *plan, const struct link_universe *u)
{
    const struct link_records *r = u->records;
    uint32_t count = (uint32_t)link_records_count(r);
    uint32_t *other = test_calloc(count + 1, sizeof *other);
    double pairs = 0, found = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t *first = &other[fake_person(r, i)];
        if (*first != 0) {
            pairs++;
            found += plan->all || link_plan_passes_of(plan, u, *first - 1, i) != 0;
        }
        *first = i + 1;
    }
    test_free(other);
    return pairs > 0 ? found / pairs : 1;
}

static void run(const struct fake_options *options, struct way way, struct outcome *o)
{
    struct link_records *r = fake_new(options);
    struct link_universe u;
    struct link_plan plan;
    struct memory_spill m;
    struct workers *w = workers_new(way.threads ? way.threads : 1);
    struct link_settings settings = {.seed = 1, .pairs_per_record = way.pairs_per_record};
    memory_spill_init(&m, 64 << 20);
    link_plan_init(&plan);
    assert_int_equal(link_universe_init(&u, r, way.scope ? way.scope : LINK_WITHIN | LINK_BETWEEN),
                     0);
    assert_int_equal(link_learn(&u, &settings, w, NULL, &plan, &o->model), 0);
    struct link_edges *edges = link_edges_new(w, way.memory_bytes, way.spill ? &m.spill : NULL);
    assert_non_null(edges);
    assert_int_equal(link_find(&u, &plan, &o->model, w, NULL, NULL, edges, &o->found), 0);
    o->coverage = o->model.coverage;
    o->passes = plan.passes;
    o->covered = covered_by(&plan, &u);
    read_edges(edges, r, o);
    mark_truth(r, o);
    link_edges_free(edges);
    link_plan_release(&plan);
    link_universe_release(&u);
    workers_free(w);
    memory_spill_release(&m);
    fake_free(r);
}

static void release(struct outcome *o)
{
    test_free(o->edges);
    test_free(o->truth);
}

/* Pairs held for matches; of them right. */
static double count_linked(const struct outcome *o, double *ret_right)
{
    double linked = 0;
    *ret_right = 0;
    for (size_t i = 0; i < o->count; i++) {
        linked += o->edges[i].bits > 0;
        *ret_right += o->edges[i].bits > 0 && o->truth[i];
    }
    return linked;
}

static double f1_of(const struct outcome *o)
{
    double right, linked = count_linked(o, &right);
    return 2 * right / (linked + o->true_pairs);
}

static void finds_who_is_the_same(void **state)
{
    (void)state;
    struct prop prop = prop_start("finds_who_is_the_same");
    for (uint32_t persons = 250; persons <= 8000; persons *= 32) {
        struct fake_options options = {
            .seed = prop_u64(&prop), .persons = persons, .duplicated = 0.2};
        struct outcome o;
        fake_usual(&options);
        run(&options, (struct way){.threads = 2}, &o);
        assert_true(f1_of(&o) > 0.95);
        assert_true(fabs(o.found.matches / o.true_pairs - 1) < 0.1);
        double expected = o.model.match_share * o.model.pairs_possible;
        assert_true(fabs(expected / o.true_pairs - 1) < 0.1);
        release(&o);
    }
}

static void finds_nobody_twice_where_nobody_is(void **state)
{
    (void)state;
    struct prop prop = prop_start("finds_nobody_twice_where_nobody_is");
    for (uint32_t persons = 100; persons <= 10000; persons *= 10) {
        struct fake_options options = {.seed = prop_u64(&prop), .persons = persons};
        struct outcome o;
        double right;
        fake_usual(&options);
        options.field[3].follows = 2; /* strangers' fields hang together */
        options.field[3].follows_share = 0.5;
        run(&options, (struct way){.threads = 1}, &o);
        assert_true(count_linked(&o, &right) <= 2 + persons / 500);
        release(&o);
    }
}

static void finds_everybody_twice(void **state)
{
    (void)state;
    struct prop prop = prop_start("finds_everybody_twice");
    struct fake_options options = {.seed = prop_u64(&prop), .persons = 1500, .duplicated = 1};
    struct outcome o;
    fake_usual(&options);
    run(&options, (struct way){.threads = 1}, &o);
    assert_true(f1_of(&o) > 0.95);
    assert_true(fabs(o.found.matches / 1500 - 1) < 0.05);
    release(&o);
    options.lists = 2; /* and between two lists, each of which holds a person once */
    options.unique = true;
    run(&options, (struct way){.threads = 1, .scope = LINK_BETWEEN}, &o);
    assert_true(f1_of(&o) > 0.95);
    release(&o);
}

static void finds_many_of_one(void **state)
{
    (void)state;
    struct prop prop = prop_start("finds_many_of_one");
    struct fake_options options = {
        .seed = prop_u64(&prop), .persons = 300, .duplicated = 0.8, .more = 3};
    struct outcome o;
    fake_usual(&options);
    run(&options, (struct way){.threads = 1}, &o);
    assert_true(f1_of(&o) > 0.9);
    release(&o);
}

/* Of the pairs called 0.9, nine in ten. */
static void is_calibrated(void **state)
{
    (void)state;
    struct prop prop = prop_start("is_calibrated");
    struct fake_options options = {.seed = prop_u64(&prop), .persons = 8000, .duplicated = 0.3};
    struct outcome o;
    fake_usual(&options);
    options.fields = 4; /* so little that much is doubtful */
    options.field[2].classes = 1200;
    options.field[3].follows = 2;
    options.field[3].follows_share = 0.7;
    run(&options, (struct way){.threads = 2}, &o);
    double number[5] = {0}, sum[5] = {0}, right[5] = {0};
    for (size_t i = 0; i < o.count; i++) {
        double p = 1 / (1 + exp2(-(double)o.edges[i].bits));
        unsigned bin = p < 0.05 ? 0 : p < 0.35 ? 1 : p < 0.65 ? 2 : p < 0.95 ? 3 : 4;
        number[bin]++;
        sum[bin] += p;
        right[bin] += o.truth[i];
    }
    for (unsigned bin = 0; bin < 5; bin++) {
        double slack = bin == 0 || bin == 4 ? 0.02 : 0.12;
        assert_true(number[bin] > 50);
        if (fabs(sum[bin] - right[bin]) > slack * number[bin])
            fail_msg("of %g pairs called %g, %g", number[bin], sum[bin] / number[bin],
                     right[bin] / number[bin]);
    }
    release(&o);
}

static void coverage_is_said(void **state)
{
    (void)state;
    struct prop prop = prop_start("coverage_is_said");
    struct fake_options options = {.seed = prop_u64(&prop), .persons = 8000, .duplicated = 0.3};
    struct outcome o;
    fake_usual(&options);
    for (unsigned f = 0; f < options.fields; f++) {
        options.field[f].m[1] += 0.25;
        options.field[f].m[options.field[f].levels - 1] -= 0.25;
    }
    run(&options, (struct way){.threads = 2}, &o);
    assert_true(o.passes > 1);
    if (fabs(o.coverage - o.covered) > 0.1)
        fail_msg("%g is said to be covered, and %g is", o.coverage, o.covered);
    release(&o);
}

static void assert_same(const struct outcome *a, const struct outcome *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->found.pairs, b->found.pairs);
    assert_memory_equal(a->found.histogram, b->found.histogram, sizeof a->found.histogram);
    assert_true(a->found.matches == b->found.matches);
    for (size_t i = 0; i < a->count; i++) {
        assert_true(a->edges[i].a == b->edges[i].a && a->edges[i].b == b->edges[i].b);
        assert_true(a->edges[i].bits == b->edges[i].bits);
    }
}

static void nothing_but_the_records_matters(void **state)
{
    (void)state;
    static const struct way ways[] = {{.threads = 1},
                                      {.threads = 3},
                                      {.threads = 2, .memory_bytes = 100000, .spill = true},
                                      {.threads = 1, .memory_bytes = 1}};
    for (int size = 0; size < 2; size++) {
        struct fake_options options = {.seed = 8, .persons = size ? 3500 : 600, .duplicated = 0.3};
        struct outcome first, other;
        fake_usual(&options);
        run(&options, ways[0], &first);
        for (unsigned i = 1; i < COUNT_OF(ways); i++) {
            options.shuffle = i % 3;
            run(&options, ways[i], &other);
            assert_same(&first, &other);
            release(&other);
        }
        release(&first);
    }
}

static void strange_columns_are_borne(void **state)
{
    (void)state;
    for (int what = 0; what < 5; what++) {
        struct fake_options options = {.seed = 5, .persons = 2800, .duplicated = 0.3};
        struct outcome o;
        fake_usual(&options);
        if (what == 0)
            options.field[1].classes = 1; /* a constant */
        if (what == 1)
            options.field[1].missing = 1;
        if (what == 2)
            options.fields = 1;
        if (what == 3)
            for (unsigned f = 0; f < options.fields; f++)
                options.field[f].missing = 1;
        if (what == 4) /* everybody is called the same */
            options.field[0].classes = options.field[1].classes = options.field[3].classes = 1;
        run(&options, (struct way){.threads = 1}, &o);
        if (what < 2)
            assert_true(f1_of(&o) > 0.85);
        if (what == 3)
            assert_int_equal(o.count, 0);
        release(&o);
    }
}

static void a_model_serves_again(void **state)
{
    (void)state;
    struct fake_options options = {.seed = 5, .persons = 3500, .duplicated = 0.3};
    struct link_settings settings = {.seed = 3};
    struct link_model model;
    struct link_plan plan;
    struct link_universe u;
    fake_usual(&options);
    for (int i = 0; i < 2; i++) {
        options.seed += (unsigned)i;
        struct link_records *r = fake_new(&options);
        link_plan_init(&plan);
        assert_int_equal(link_universe_init(&u, r, LINK_WITHIN), 0);
        if (i == 0) {
            assert_int_equal(link_learn(&u, &settings, NULL, NULL, &plan, &model), 0);
        } else {
            assert_int_equal(link_learn_plan(&u, &settings, &model, NULL, NULL, &plan), 0);
            struct link_edges *edges = link_edges_new(NULL, SIZE_MAX, NULL);
            struct link_found found;
            assert_int_equal(link_find(&u, &plan, &model, NULL, NULL, NULL, edges, &found), 0);
            assert_true(fabs(found.matches / fake_true_pairs(r) - 1) < 0.1);
            link_edges_free(edges);
        }
        link_plan_release(&plan);
        link_universe_release(&u);
        fake_free(r);
    }
}

static int learn_and_find(const struct link_universe *u, struct spill *spill, struct watch *watch)
{
    struct link_settings settings = {.seed = 3};
    struct link_model model;
    struct link_plan plan;
    struct link_found found;
    link_plan_init(&plan);
    int error = link_learn(u, &settings, NULL, watch, &plan, &model);
    struct link_edges *edges = error == 0 ? link_edges_new(NULL, 1, spill) : NULL;
    if (error == 0)
        error = edges ? link_find(u, &plan, &model, NULL, watch, NULL, edges, &found) : E_NOMEM;
    link_edges_free(edges);
    link_plan_release(&plan);
    return error;
}

static void count_calls(void *arg, const char *what, uint64_t done, uint64_t total)
{
    (void)what;
    (void)done;
    (void)total;
    struct watch *watch = *(struct watch **)arg;
    atomic_store(&watch->stop, true);
}

static void failures_come_through(void **state)
{
    (void)state;
    struct fake_options options = {.seed = 5, .persons = 500, .duplicated = 0.5, .more = 3};
    fake_usual(&options);
    struct link_records *r = fake_new(&options);
    struct link_universe u;
    struct memory_spill m;
    assert_int_equal(link_universe_init(&u, r, LINK_WITHIN), 0);
    mem_fail_from(0);
    memory_spill_init(&m, 1 << 20);
    assert_int_equal(learn_and_find(&u, &m.spill, NULL), 0);
    uint64_t asked = mem_asked();
    for (uint64_t nth = 1; nth <= asked; nth += 1 + asked / 30) {
        m.len = 0;
        mem_fail_from(nth);
        assert_int_equal(learn_and_find(&u, &m.spill, NULL), E_NOMEM);
        mem_fail_from(0);
    }
    m.len = m.capacity;
    assert_int_equal(learn_and_find(&u, &m.spill, NULL), E_IO);
    struct watch watch = {.progress = count_calls}, *self = &watch;
    watch.arg = &self;
    assert_int_equal(learn_and_find(&u, NULL, &watch), E_STOPPED);
    memory_spill_release(&m);
    link_universe_release(&u);
    fake_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_who_is_the_same),
        cmocka_unit_test(finds_nobody_twice_where_nobody_is),
        cmocka_unit_test(finds_everybody_twice),
        cmocka_unit_test(finds_many_of_one),
        cmocka_unit_test(is_calibrated),
        cmocka_unit_test(coverage_is_said),
        cmocka_unit_test(nothing_but_the_records_matters),
        cmocka_unit_test(strange_columns_are_borne),
        cmocka_unit_test(a_model_serves_again),
        cmocka_unit_test(failures_come_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
