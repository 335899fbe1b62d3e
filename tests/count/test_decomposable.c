/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "count/decomposable.h"
#include "prop.h"
#include "published.h"

/* Killings in Kosovo by the lists EXH, ABA, OSCE and HRW (Ball and others 2002). */
static const struct count_table kosovo = {
    .lists = 4,
    .cells = {0, 1131, 845, 177, 936, 228, 217, 181, 306, 106, 31, 18, 123, 42, 32, 27},
};

static const struct count_means alone = {0};

static struct count_estimate run(const struct count_table *t, double delta, double unseen_max,
                                 struct decomposable_best *best)
{
    const struct decomposable_options options = {.delta = delta, .unseen_max = unseen_max};
    struct count_estimate e;
    assert_int_equal(decomposable_run(t, &options, &alone, &e, best), 0);
    return e;
}

static bool near(double value, double expected, double relative)
{
    return fabs(value - expected) <= relative * fabs(expected);
}

/* The two examples of the package's manual, at the default delta and with its prior. */
static void test_published_tables(void **state)
{
    (void)state;
    struct count_table spina_bifida = published_spina_bifida(), anomaly = published_anomaly();
    assert_int_equal(count_table_n(&spina_bifida), 626);
    struct count_estimate e = run(&spina_bifida, 0, 20000, NULL);
    assert_true(e.n == 731 && e.low == 694 && e.high == 787 && e.warnings == 0);
    assert_true(fabs(e.mean - 734.2276) < 6e-5);
    assert_int_equal(count_table_n(&anomaly), 537);
    e = run(&anomaly, 0, 3000, NULL);
    assert_true(e.n == 618 && e.low == 590 && e.high == 656 && e.warnings == 0);
    assert_true(fabs(e.mean - 618.9107) < 6e-5);
}

/* Published: 23,016 (10,408 to 33,481), on a grid of every eighty-second number. */
static void test_published_two_humps(void **state)
{
    (void)state;
    struct count_table t = published_trafficked();
    assert_int_equal(count_table_n(&t), 2744);
    struct count_estimate e = run(&t, 0, 30 * 2744, NULL);
    assert_true(fabs(e.n - 23016) < 83 && fabs(e.low - 10408) < 83 && fabs(e.high - 33481) < 83);
    assert_true(count_estimate_has(&e, COUNT_WARN_TWO_HUMPS));
}

/* What the R package dga gives for it. */
static void test_kosovo(void **state)
{
    (void)state;
    struct decomposable_best best;
    struct count_estimate e = run(&kosovo, 0x1p-4, 44000, &best);
    assert_true(e.given && e.has_interval && e.has_spread);
    assert_true(near(e.mean, 12749.34929, 1e-9));
    assert_true(e.n == 12595 && e.low == 9827 && e.high == 16544 && e.mode == 12267);
    assert_true(fabs(best.models[0].weight - 0.98551375) < 5e-9);
    assert_string_equal(best.models[0].graph, "{123}{134}");
    assert_string_equal(e.model, "at most 44,000 unseen: delta 0.0625: {123}{134} 0.986");
    assert_in_range(best.count, 3, 10);
    assert_int_equal(e.warnings, 0);
    assert_true(near(count_spread_quantile(e.spread, 0.5), 12595, 1e-4));
    assert_true(near(count_spread_quantile(e.spread, 0.025), 9827, 1e-3));

    e = run(&kosovo, 0.5, 44000, NULL);
    assert_true(e.n == 11323 && e.low == 4500 && e.high == 14486);
    assert_true(count_estimate_has(&e, COUNT_WARN_TWO_HUMPS));
    assert_true(count_estimate_has(&e, COUNT_WARN_SATURATED));

    e = run(&kosovo, 1, 44000, &best);
    assert_true(e.n == 4617 && e.low == 4408 && e.high == 6860);
    assert_true(count_estimate_has(&e, COUNT_WARN_SATURATED));
    assert_string_equal(best.models[0].graph, "{1234}");
    assert_true(fabs(best.models[0].weight - 0.976) < 5e-4);
}

static void test_kosovo_by_default(void **state)
{
    (void)state;
    const struct decomposable_options options = {.check_prior = true};
    struct count_estimate e;
    assert_int_equal(decomposable_run(&kosovo, &options, &alone, &e, NULL), 0);
    assert_true(near(e.mean, 12749.34929, 1e-6));
    assert_true(e.n == 12595 && e.low == 9827 && e.high == 16544 && e.mode == 12267);
    assert_string_equal(e.model, "{123}{134} 0.986");
    assert_int_equal(e.warnings, 0);
    struct count_estimate bare;
    assert_int_equal(decomposable_run(&kosovo, NULL, &alone, &bare, NULL), 0);
    assert_memory_equal(bare.spread, e.spread, sizeof e.spread);
}

static void test_deltas(void **state)
{
    (void)state;
    struct count_estimate e[DECOMPOSABLE_DELTAS_MAX];
    size_t count;
    assert_int_equal(decomposable_deltas(&kosovo, 0, &alone, e, &count), 0);
    assert_int_equal(count, 7);
    assert_true(e[0].n == 12511 && e[2].n == 12595 && e[5].n == 11323 && e[6].n == 4617);
    assert_memory_equal(e[0].model, "delta 0.015625: {123}{134}", 26);
    assert_memory_equal(e[6].model, "delta 1: {1234}", 15);
    const struct count_table two = {.lists = 2, .cells = {0, 5, 6, 7}};
    assert_int_equal(decomposable_deltas(&two, 0, &alone, e, &count), 0);
    assert_int_equal(count, 0);
}

/* Every graph, every whole number, one after the other. */

struct plain {
    double mean, median, low, high, mode, best;
};

static double count_in(const struct count_table *t, unsigned set, unsigned cell)
{
    uint64_t count = 0;
    for (unsigned h = 1; h < 1u << t->lists; h++)
        count += (h & set) == cell ? t->cells[h] : 0;
    return (double)count;
}

static double plain_term(const struct count_table *t, unsigned set, double delta, double u)
{
    double a = ldexp(delta, (int)t->lists - __builtin_popcount(set)), sum = 0;
    for (unsigned cell = set;; cell = (cell - 1) & set) {
        sum += lgamma(count_in(t, set, cell) + (cell == 0 ? u : 0) + a) - lgamma(a);
        if (cell == 0)
            return sum;
    }
}

/* log of f(u) for each graph into rows; returns how many graphs. */
static size_t plain_fill(const struct count_table *t, double delta, size_t max, bool prior_of_u,
                         double *terms, double *rows)
{
    double n = (double)count_table_n(t), all = ldexp(delta, (int)t->lists);
    for (unsigned set = 0; set < 1u << t->lists; set++) {
        for (size_t i = 0; i < max; i++)
            terms[set * max + i] = plain_term(t, set, delta, (double)i + 1);
    }
    size_t count = 0;
    uint32_t at = 0;
    struct graph g;
    for (; graphs_next(t->lists, &at, graphs_edge_sets(t->lists), &g); count++) {
        for (size_t i = 0; i < max; i++) {
            double u = (double)i + 1, *f = &rows[count * max + i];
            *f = lgamma(n + u + 1) - lgamma(u + 1) + lgamma(all) - lgamma(n + u + all) -
                 log(prior_of_u ? u : n + u);
            for (unsigned k = 0; k < g.clique_count; k++)
                *f += terms[g.cliques[k] * max + i];
            for (unsigned k = 1; k < g.clique_count; k++)
                *f -= terms[g.separators[k - 1] * max + i];
        }
    }
    return count;
}

static struct plain plain_sum(double n, size_t max, size_t graphs, double *rows)
{
    double top = -INFINITY, total = 0, before = 0;
    double *f = calloc(max, sizeof *f);
    struct plain p = {0};
    for (size_t i = 0; i < graphs * max; i++)
        top = fmax(top, rows[i]);
    for (size_t g = 0; g < graphs; g++) {
        double weight = 0;
        for (size_t i = 0; i < max; i++) {
            double value = exp(rows[g * max + i] - top);
            f[i] += value;
            weight += value;
        }
        total += weight;
        p.best = fmax(p.best, weight);
    }
    double highest = 0;
    for (size_t i = 0; i < max; i++) {
        double N = n + (double)i + 1;
        p.mode = f[i] > highest ? N : p.mode;
        highest = fmax(highest, f[i]);
        p.mean += N * f[i] / total;
        before += f[i];
        p.low = before < 0.025 * total ? N + 1 : p.low;
        p.median = before < 0.5 * total ? N + 1 : p.median;
        p.high = before < 0.975 * total ? N + 1 : p.high;
    }
    p.low = fmax(p.low, n + 1);
    p.median = fmax(p.median, n + 1);
    p.high = fmax(p.high, n + 1);
    p.best /= total;
    free(f);
    return p;
}

static struct plain plain(const struct count_table *t, double delta, size_t max, bool prior_of_u)
{
    double *terms = calloc((size_t)1 << t->lists, max * sizeof *terms);
    double *rows = calloc(822, max * sizeof *rows);
    size_t graphs = plain_fill(t, delta, max, prior_of_u, terms, rows);
    struct plain p = plain_sum((double)count_table_n(t), max, graphs, rows);
    free(terms);
    free(rows);
    return p;
}

static struct count_table random_table(struct prop *prop, unsigned lists, uint64_t persons)
{
    struct count_table t = {.lists = lists};
    unsigned on[2][COUNT_LISTS_MAX];
    for (unsigned i = 0; i < lists; i++) {
        on[0][i] = 10 + (unsigned)prop_below(prop, 400);
        on[1][i] = 10 + (unsigned)prop_below(prop, 600);
    }
    for (uint64_t person = 0; person < persons; person++) {
        unsigned h = 0, kind = prop_below(prop, 3) == 0;
        for (unsigned i = 0; i < lists; i++)
            h |= (unsigned)(prop_below(prop, 1000) < on[kind][i]) << i;
        t.cells[h]++;
    }
    t.cells[0] = 0;
    for (unsigned i = 0; i < lists; i++)
        t.cells[1u << i]++;
    return t;
}

static void test_equals_every_number(void **state)
{
    (void)state;
    struct prop prop = prop_start("equals_every_number");
    for (int i = 0; i < 60; i++) {
        unsigned lists = 3 + (unsigned)prop_below(&prop, i % 6 == 0 ? 3 : 2);
        struct count_table t = random_table(&prop, lists, prop_below(&prop, 600));
        size_t max = 1 + (size_t)prop_below(&prop, i % 3 == 0 ? 50 : 1500);
        double delta = ldexp(1, -(int)prop_below(&prop, lists + 3));
        struct plain p = plain(&t, delta, max, false);
        struct decomposable_best best;
        struct count_estimate e = run(&t, delta, (double)max, &best);
        assert_true(e.given && e.has_interval);
        assert_true(near(e.mean, p.mean, 1e-8));
        assert_true(e.n == p.median && e.low == p.low && e.high == p.high);
        assert_true(e.mode == p.mode);
        assert_true(near(best.models[0].weight, p.best, 1e-7));
    }
}

/* Where the prior ends before the posterior has turned down, the last place is the highest. */
static void test_mode_at_the_end(void **state)
{
    (void)state;
    const struct count_table t = {.lists = 3, .cells = {0, 61, 37, 40, 40, 3, 5, 3}};
    for (size_t max = 390; max < 425; max++) {
        struct plain p = plain(&t, 0x1p-5, max, false);
        struct count_estimate e = run(&t, 0x1p-5, (double)max, NULL);
        assert_true(e.mode == p.mode);
        assert_true(count_estimate_has(&e, COUNT_WARN_GRID_EDGE));
    }
}

/* Not proportional to 1 / u, as the manual of dga has it. */
static void test_prior_is_of_the_whole(void **state)
{
    (void)state;
    const struct count_table t = {.lists = 3, .cells = {0, 9, 12, 3, 8, 2, 4, 1}};
    struct plain whole = plain(&t, 0.125, 5000, false), unseen = plain(&t, 0.125, 5000, true);
    struct count_estimate e = run(&t, 0.125, 5000, NULL);
    assert_true(near(e.mean, whole.mean, 1e-9));
    assert_false(near(e.mean, unseen.mean, 1e-2));
}

/* The same model computed apart, with numpy over every whole number. */
static void test_more_lists(void **state)
{
    (void)state;
    static const struct count_table five = {
        .lists = 5,
        .cells = {0,  69, 62, 14, 58, 26, 11, 3, 68, 11, 6, 5, 6, 0, 1, 1,
                  47, 20, 12, 7,  14, 11, 2,  4, 7,  3,  2, 0, 1, 1, 0, 0},
    };
    struct decomposable_best best;
    struct count_estimate e = run(&five, 0x1p-5, 250000, &best);
    assert_true(near(e.mean, 770.5229585163, 1e-9));
    assert_true(e.n == 766 && e.low == 665 && e.high == 902 && e.mode == 758);
    assert_string_equal(best.models[0].graph, "{13}{15}{2}{34}");
    assert_string_equal(best.models[1].graph, "{13}{15}{2}{4}");
    assert_true(near(best.models[0].weight, 0.2779719879, 1e-8));
    assert_true(near(best.models[1].weight, 0.1422615538, 1e-8));
    e = run(&five, 0, 0, NULL);
    assert_true(near(e.mean, 770.5229585163, 1e-9) && e.n == 766);

    static const struct count_table six = {
        .lists = 6,
        .cells = {0, 13, 21, 1, 19, 1, 1, 0, 7, 2, 2, 0, 0, 0,  0, 1, 6, 7, 2,
                  0, 1,  2,  1, 0,  2, 0, 0, 0, 0, 0, 0, 0, 19, 2, 1, 0, 4, 1,
                  1, 0,  4,  1, 0,  0, 0, 0, 0, 0, 2, 0, 0, 0,  1, 0, 0, 0, 1},
    };
    e = run(&six, 0, 1500, &best);
    assert_true(near(e.mean, 219.0676868771, 1e-9));
    assert_true(e.n == 216 && e.low == 175 && e.high == 283 && e.mode == 209);
    assert_string_equal(best.models[0].graph, "{15}{2}{3}{4}{6}");
    assert_true(near(best.models[2].weight, 0.0344398691, 1e-8));
}

static void test_seven_lists(void **state)
{
    (void)state;
    static const struct count_table seven = {
        .lists = 7,
        .cells = {0, 10, 12, 1, 11, 3, 2, 1, 12, 1, 6,  0, 0, 0, 0, 0, 3, 2, 1, 0, 3,  0,
                  0, 0,  0,  0, 0,  0, 0, 0, 0,  0, 11, 3, 0, 1, 2, 0, 3, 0, 1, 1, 1,  0,
                  0, 0,  0,  0, 2,  1, 0, 1, 1,  0, 0,  0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 1,
                  2, 0,  1,  2, 0,  0, 2, 0, 1,  0, 0,  0, 0, 0, 0, 0, 0, 0, 0, 2, 0,  0,
                  0, 0,  0,  1, 0,  0, 0, 0, 3,  1, 0,  0, 0, 0, 0, 0, 0, 0, 0, 0, 2,  0,
                  0, 0,  0,  0, 0,  0, 0, 0, 0,  1, 0,  0, 0, 0, 0, 0, 0, 0},
    };
    struct count_means means = {.workers = workers_new(2)};
    const struct decomposable_options options = {.unseen_max = 1500};
    struct decomposable_best best;
    struct count_estimate e;
    assert_int_equal(decomposable_run(&seven, &options, &means, &e, &best), 0);
    workers_free(means.workers);
    assert_true(near(e.mean, 167.5060708323, 1e-9));
    assert_true(e.n == 166 && e.low == 147 && e.high == 196 && e.mode == 164);
    assert_string_equal(best.models[0].graph, "{15}{2}{3}{4}{6}{7}");
    assert_true(near(best.models[0].weight, 0.0278774915, 1e-7));
    assert_true(near(best.models[1].weight, 0.0241206219, 1e-7));
    assert_true(near(best.models[2].weight, 0.0157937799, 1e-7));
}

static void permute(const struct count_table *t, const unsigned *place, struct count_table *out)
{
    *out = (struct count_table){.lists = t->lists};
    for (unsigned h = 1; h < 1u << t->lists; h++) {
        unsigned to = 0;
        for (unsigned i = 0; i < t->lists; i++)
            to |= (h >> i & 1) << place[i];
        out->cells[to] = t->cells[h];
    }
}

static void test_order_of_lists_is_nothing(void **state)
{
    (void)state;
    struct prop prop = prop_start("order_of_lists_is_nothing");
    for (int i = 0; i < 40; i++) {
        unsigned lists = 3 + (unsigned)prop_below(&prop, 3), place[COUNT_LISTS_MAX];
        struct count_table t = random_table(&prop, lists, prop_below(&prop, 3000)), other;
        for (unsigned k = 0; k < lists; k++) {
            unsigned with = (unsigned)prop_below(&prop, k + 1);
            place[k] = place[with];
            place[with] = k;
        }
        permute(&t, place, &other);
        struct decomposable_best best_a, best_b;
        struct count_estimate a = run(&t, 0, 0, &best_a), b = run(&other, 0, 0, &best_b);
        assert_int_equal(a.warnings, b.warnings);
        assert_true(near(a.n, b.n, 1e-9) && near(a.low, b.low, 1e-9) && near(a.high, b.high, 1e-9));
        assert_true(near(a.mean, b.mean, 1e-8));
        assert_true(near(best_a.models[0].weight, best_b.models[0].weight, 1e-8));
    }
}

static void check_same(const struct count_estimate *a, const struct count_estimate *b)
{
    assert_memory_equal(a->spread, b->spread, sizeof a->spread);
    assert_true(a->n == b->n && a->low == b->low && a->high == b->high);
    assert_true(a->mean == b->mean && a->mode == b->mode);
    assert_int_equal(a->warnings, b->warnings);
    assert_string_equal(a->model, b->model);
    assert_string_equal(a->detail, b->detail);
}

static void test_threads_change_nothing(void **state)
{
    (void)state;
    struct prop prop = prop_start("threads_change_nothing");
    for (uint64_t persons = 100; persons <= 1000000; persons *= 100) {
        struct count_table t = random_table(&prop, 6, persons);
        struct decomposable_best best_one, best;
        struct count_estimate one = run(&t, 0, 0, &best_one);
        for (unsigned threads = 2; threads <= 3; threads++) {
            struct count_means means = {.workers = workers_new(threads)};
            struct count_estimate e;
            assert_non_null(means.workers);
            memset(&best, 0, sizeof best);
            assert_int_equal(decomposable_run(&t, NULL, &means, &e, &best), 0);
            check_same(&one, &e);
            assert_memory_equal(&best, &best_one, sizeof best);
            workers_free(means.workers);
        }
    }
}

static void stop_now(void *arg, const char *what, uint64_t done, uint64_t total)
{
    struct watch *watch = arg;
    (void)what;
    (void)total;
    if (done > 0)
        atomic_store(&watch->stop, true);
}

static void test_stops(void **state)
{
    (void)state;
    struct watch watch = {.progress = stop_now};
    watch.arg = &watch;
    const struct count_means means = {.watch = &watch};
    struct prop prop = prop_start("stops");
    struct count_table t = random_table(&prop, 6, 500);
    for (int already = 0; already < 2; already++) {
        struct count_estimate e;
        assert_int_equal(decomposable_run(&t, NULL, &means, &e, NULL), 0);
        assert_true(atomic_load(&watch.stop));
        assert_false(e.given || e.has_interval || e.has_spread);
        assert_true(count_estimate_has(&e, COUNT_WARN_UNFINISHED));
    }
}

static void test_no_memory(void **state)
{
    (void)state;
    static const struct count_table large = {
        .lists = 4,
        .cells = {0, 900000, 800000, 40000, 700000, 30000, 20000, 1000, 600000, 20000, 20000, 900,
                  20000, 800, 700, 30},
    };
    const struct count_table *tables[] = {&kosovo, &large};
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        struct count_estimate e = {.n = 7};
        uint64_t nth = 0;
        int error = E_NOMEM;
        while (error != 0) {
            assert_int_equal(error, E_NOMEM);
            assert_true(e.n == 7);
            mem_fail_from(++nth);
            error = decomposable_run(tables[i], NULL, &alone, &e, NULL);
        }
        mem_fail_from(0);
        assert_true(nth > 10 && e.given);
    }
}

static void check_sound(const struct count_table *t, const struct count_estimate *e)
{
    double n = (double)count_table_n(t);
    assert_true(isfinite(e->n) && isfinite(e->low) && isfinite(e->high));
    assert_true(isfinite(e->mean) && isfinite(e->mode));
    for (size_t i = 0; i < COUNT_SPREAD; i++)
        assert_true(isfinite(e->spread[i]));
    if (e->given)
        assert_true(e->n > n && e->n <= COUNT_ABSURD * n * 1.01);
    if (e->has_interval)
        assert_true(e->low <= e->n && e->n <= e->high);
}

static void fill(struct count_table *t, unsigned lists, uint64_t (*count)(unsigned h))
{
    *t = (struct count_table){.lists = lists};
    for (unsigned h = 1; h < 1u << lists; h++)
        t->cells[h] = count(h);
}

static uint64_t none(unsigned h)
{
    return 0 * h;
}
static uint64_t one(unsigned h)
{
    return h == 5;
}
static uint64_t each(unsigned h)
{
    return h > 0;
}
static uint64_t apart(unsigned h)
{
    return (h & (h - 1)) == 0 ? 10 : 0;
}
static uint64_t together(unsigned h)
{
    return (h & (h + 1)) == 0 ? 1000 : 0;
}
static uint64_t pairs_only(unsigned h)
{
    return __builtin_popcount(h) == 2 ? 17 : 0;
}
static uint64_t inside(unsigned h)
{
    return h == 1 || h == 3 || h == 7 ? 40 : 0;
}
static uint64_t huge(unsigned h)
{
    return UINT64_C(1) << (46 - 4 * __builtin_popcount(h));
}
static uint64_t huge_apart(unsigned h)
{
    return (h & (h - 1)) == 0 ? UINT64_C(1) << 50 : 0;
}
static uint64_t huge_and_one(unsigned h)
{
    return (h & (h - 1)) == 0 ? UINT64_C(1) << 50 : 1;
}
static uint64_t huge_in_one(unsigned h)
{
    return h == 3 ? (UINT64_C(1) << 53) - 100 : 1;
}

static void test_extremes(void **state)
{
    (void)state;
    static uint64_t (*const counts[])(unsigned h) = {none,       one,          each,       apart,
                                                     together,   pairs_only,   inside,     huge,
                                                     huge_apart, huge_and_one, huge_in_one};
    static const double deltas[] = {0, DECOMPOSABLE_DELTA_MIN, 1, DECOMPOSABLE_DELTA_MAX};
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        for (unsigned lists = 3; lists <= 5; lists++) {
            struct count_table t;
            fill(&t, lists, counts[i]);
            for (size_t k = 0; k < COUNT_OF(deltas); k++) {
                struct count_estimate e = run(&t, deltas[k], 0, NULL);
                check_sound(&t, &e);
                e = run(&t, deltas[k], 1, NULL);
                check_sound(&t, &e);
            }
        }
    }
}

/* Independent lists of so many persons: a narrow peak, exactly known. */
static void test_many_persons(void **state)
{
    (void)state;
    for (double N = 1e4; N < 1e16; N *= 10) {
        struct count_table t = {.lists = 4};
        for (unsigned h = 1; h < 16; h++)
            t.cells[h] = (uint64_t)(N * pow(0.2, __builtin_popcount(h)) *
                                    pow(0.8, 4 - __builtin_popcount(h)));
        struct count_estimate e = run(&t, 0, 0, NULL);
        /* The standard error of the maximum of the likelihood under independence. */
        double unseen = pow(0.8, 4),
               error = sqrt(N * unseen / (1 - unseen - 4 * 0.2 * unseen / 0.8));
        assert_true(fabs(e.n - N) < 0.1 * error + 10);
        assert_true(near(e.high - e.low, 2 * 1.96 * error, N < 1e6 ? 0.2 : 0.02));
        assert_memory_equal(e.model, "{1}{2}{3}{4}", 12);
    }
}

static void test_lists_that_cannot_be(void **state)
{
    (void)state;
    struct count_table t = {.lists = 2, .cells = {0, 10, 20, 5}};
    struct count_estimate e = run(&t, 0, 0, NULL);
    assert_true(!e.given && count_estimate_has(&e, COUNT_WARN_TOO_FEW_LISTS));
    t = (struct count_table){.lists = 4, .cells = {0, 10, 20, 5}};
    e = run(&t, 0, 0, NULL);
    assert_true(!e.given && count_estimate_has(&e, COUNT_WARN_TOO_FEW_LISTS));
    fill(&t, 8, each);
    e = run(&t, 0, 0, NULL);
    assert_true(!e.given && count_estimate_has(&e, COUNT_WARN_TOO_MANY_LISTS));
}

static void test_arguments(void **state)
{
    (void)state;
    static const struct decomposable_options wrong[] = {
        {.delta = -1},      {.delta = 1e-9},      {.delta = 1e9},
        {.delta = NAN},     {.delta = INFINITY},  {.unseen_max = -1},
        {.unseen_max = .5}, {.unseen_max = 1e30}, {.unseen_max = NAN}};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct count_estimate e = {.n = 7};
        assert_int_equal(decomposable_run(&kosovo, &wrong[i], &alone, &e, NULL), E_ARGUMENT);
        assert_true(e.n == 7);
    }
}

/* Where the data say little, that is said. */
static void test_edges_and_priors(void **state)
{
    (void)state;
    struct count_estimate e = run(&kosovo, 0, 6000, NULL);
    assert_true(e.given && count_estimate_has(&e, COUNT_WARN_GRID_EDGE));
    struct count_table t;
    fill(&t, 3, apart);
    const struct decomposable_options options = {.delta = 0x1p-6, .check_prior = true};
    assert_int_equal(decomposable_run(&t, &options, &alone, &e, NULL), 0);
    assert_true(count_estimate_has(&e, COUNT_WARN_GRID_EDGE));
    assert_true(count_estimate_has(&e, COUNT_WARN_PRIOR_MATTERS));
    assert_true(count_estimate_has(&e, COUNT_WARN_NO_UPPER_LIMIT) && !e.has_interval);
    assert_true(e.mean == 0 && !e.has_spread);
    fill(&t, 3, inside); /* the saturated model only: it has a median and limits, and no mean */
    e = run(&t, 0, 0, NULL);
    assert_true(e.has_interval && e.has_spread && e.mean == 0);
    assert_int_equal(e.warnings, 1u << COUNT_WARN_SATURATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_tables),
        cmocka_unit_test(test_published_two_humps),
        cmocka_unit_test(test_kosovo),
        cmocka_unit_test(test_kosovo_by_default),
        cmocka_unit_test(test_deltas),
        cmocka_unit_test(test_equals_every_number),
        cmocka_unit_test(test_mode_at_the_end),
        cmocka_unit_test(test_prior_is_of_the_whole),
        cmocka_unit_test(test_more_lists),
        cmocka_unit_test(test_seven_lists),
        cmocka_unit_test(test_order_of_lists_is_nothing),
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_stops),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_many_persons),
        cmocka_unit_test(test_lists_that_cannot_be),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_edges_and_priors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
