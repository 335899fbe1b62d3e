/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Reference values: published ones; and for invented tables those of a plain restatement of the
 * method in Python, which shares nothing with this code (iterated weighted least squares from the
 * data, the linear program over the cells in fractions, tails as sums of probabilities, every pair
 * asked). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "count/bca.h"
#include "count/poisson.h"
#include "count/sparse.h"
#include "count/variate.h"
#include "prop.h"
#include "published.h"

struct cell {
    uint16_t history;
    uint16_t persons;
};

struct reference {
    unsigned lists;
    double n;
    const char *model;
    struct cell cells[64];
};

static struct count_table table_of(const struct reference *r)
{
    struct count_table t = {.lists = r->lists};
    for (size_t i = 0; i < COUNT_OF(r->cells); i++)
        t.cells[r->cells[i].history] += r->cells[i].persons;
    return t;
}

static struct count_estimate sparse(const struct count_table *t, unsigned replicates, uint64_t seed)
{
    struct count_means means = {.seed = seed};
    struct count_estimate e;
    assert_int_equal(count_sparse(t, replicates, &means, &e), 0);
    return e;
}

static void assert_near(double got, double expected, double within)
{
    if (!(fabs(got - expected) <= within))
        fail_msg("%.9g is not within %g of %.9g", got, within, expected);
}

/* Bales, Hesketh and Silverman 2015 (potential victims of trafficking known in the United Kingdom
 * in 2013; local authorities, NGOs, police, government, public, National Crime Agency): 11,418 in
 * all, "10,000 to 13,000". The others are examples of Chan, Silverman and Vincent 2021, with the
 * estimates that SparseMSE and MultipleSystemsEstimation print. */
static const struct reference uk = {
    6, 11417.991, "[12,13,24,25,35,36,45]", {{1, 54},  {2, 463}, {4, 907}, {8, 695}, {16, 316},
                                             {32, 57}, {3, 15},  {5, 19},  {9, 3},   {6, 56},
                                             {10, 19}, {18, 1},  {34, 3},  {12, 69}, {20, 10},
                                             {36, 31}, {24, 8},  {40, 6},  {48, 1},  {7, 1},
                                             {11, 1},  {14, 4},  {38, 3},  {44, 1},  {15, 1}}};
static const struct reference western = {5,
                                         2483.384,
                                         "[15,2,3,4]",
                                         {{1, 52},
                                          {2, 90},
                                          {4, 114},
                                          {5, 4},
                                          {6, 6},
                                          {8, 45},
                                          {9, 2},
                                          {10, 1},
                                          {14, 1},
                                          {16, 21},
                                          {17, 5},
                                          {21, 1},
                                          {24, 3}}};
static const struct reference new_orleans = {5,
                                             981.4314,
                                             "[1,2,3,4,5]",
                                             {{1, 25},
                                              {2, 24},
                                              {3, 1},
                                              {4, 70},
                                              {5, 1},
                                              {6, 2},
                                              {7, 1},
                                              {8, 33},
                                              {9, 2},
                                              {10, 2},
                                              {11, 1},
                                              {12, 2},
                                              {16, 21},
                                              {18, 1}}};
static const struct reference korea = {
    3, 268.7778, "[12,3]", {{1, 5}, {2, 5}, {3, 54}, {4, 41}, {5, 6}, {7, 12}}};

static void test_published(void **state)
{
    (void)state;
    const struct reference *all[] = {&uk, &western, &new_orleans, &korea};
    const double half_digit[] = {0.0005, 0.0005, 0.00005, 0.00005};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        struct count_table t = table_of(all[i]);
        struct count_estimate e = sparse(&t, 0, 1);
        assert_true(e.given);
        assert_false(e.has_interval);
        assert_near(e.n, all[i]->n, half_digit[i]);
        assert_string_equal(e.model, all[i]->model);
    }
    struct count_table five = published_trafficked();
    struct count_estimate e = sparse(&five, 0, 1);
    assert_near(e.n, 11312.990, 0.0005);
}

/* Published: 1,293 to 3,670, from one run of 1,000. Its lower limit is the least of them. */
static void test_published_interval(void **state)
{
    (void)state;
    struct count_table t = table_of(&western);
    struct count_estimate e = sparse(&t, COUNT_SPARSE_REPLICATES, 1);
    assert_true(e.has_interval);
    assert_near(e.high, 3670, 150);
    assert_in_range((uint64_t)e.low, 950, 1300);
    assert_true(count_estimate_has(&e, COUNT_WARN_ONE_CELL));
    assert_true(count_estimate_has(&e, COUNT_WARN_FEW_DRAWS));
    assert_non_null(strstr(e.detail, "[234] alone it would be 3,172"));
}

/* Invented; n to six decimals. */
static const struct reference invented[] = {
    {3, 712.0, "[13,2]", {{1, 147}, {2, 100}, {3, 39}, {4, 60}, {6, 21}}},
    {4,
     3440.387097,
     "[12,34]",
     {{1, 207}, {2, 317}, {4, 33}, {5, 4}, {6, 5}, {8, 236}, {9, 17}, {10, 34}, {12, 33}, {14, 2}}},
    {5,
     1731.562744,
     "[13,15,24]",
     {{1, 177},
      {2, 80},
      {3, 6},
      {4, 185},
      {6, 14},
      {8, 112},
      {9, 23},
      {12, 19},
      {16, 14},
      {17, 12},
      {18, 2},
      {19, 2},
      {20, 2},
      {22, 1},
      {25, 1},
      {29, 1}}},
    {6, 4606.232369, "[12,26,34,46,5]", {{1, 181}, {2, 285}, {4, 64},  {5, 5},  {6, 4},  {8, 158},
                                         {9, 14},  {10, 14}, {12, 55}, {13, 2}, {14, 1}, {16, 68},
                                         {17, 1},  {18, 5},  {20, 3},  {24, 3}, {28, 2}, {32, 356},
                                         {33, 24}, {36, 6},  {44, 3},  {48, 7}}},
    {7,
     3340.473223,
     "[12,16,27,34,5]",
     {{1, 253}, {2, 138}, {4, 44},  {5, 4},  {6, 3},   {8, 96}, {9, 10},  {10, 3},   {12, 33},
      {13, 5},  {14, 2},  {16, 44}, {17, 5}, {18, 4},  {20, 1}, {24, 2},  {32, 207}, {34, 11},
      {36, 1},  {40, 14}, {44, 3},  {48, 2}, {64, 49}, {65, 3}, {66, 24}, {67, 6},   {68, 1},
      {70, 1},  {72, 4},  {74, 1},  {76, 1}, {82, 2},  {88, 1}, {96, 8},  {98, 2},   {104, 1}}},
    {8,
     5343.728690,
     "[14,24,27,35,6,8]",
     {{1, 189},  {2, 227},  {3, 14},  {4, 66},  {5, 6},   {6, 6},  {7, 2},  {8, 283},
      {12, 2},   {16, 74},  {17, 6},  {18, 4},  {20, 33}, {21, 3}, {22, 3}, {24, 5},
      {28, 5},   {32, 146}, {33, 5},  {34, 10}, {36, 1},  {40, 9}, {48, 5}, {64, 192},
      {65, 8},   {68, 3},   {72, 14}, {80, 6},  {84, 1},  {96, 4}, {97, 1}, {100, 1},
      {128, 45}, {136, 3},  {148, 1}, {161, 1}, {192, 2}}},
};

static void test_invented(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(invented); i++) {
        struct count_table t = table_of(&invented[i]);
        struct count_estimate e = sparse(&t, 0, 1);
        assert_near(e.n, invented[i].n, 1e-6);
        assert_string_equal(e.model, invented[i].model);
    }
    struct count_table t = table_of(&invented[0]);
    struct count_estimate e = sparse(&t, 0, 1);
    assert_string_equal(e.detail, "Taken never to meet: [13]");
}

static void test_when_there_is_none(void **state)
{
    (void)state;
    struct count_table two = {.lists = 2, .cells = {[1] = 50, [2] = 40, [3] = 20}};
    struct count_estimate e = sparse(&two, 50, 1);
    assert_true(count_estimate_has(&e, COUNT_WARN_TOO_FEW_LISTS));
    struct count_table one_empty = {.lists = 3, .cells = {[1] = 50, [2] = 40, [3] = 20}};
    e = sparse(&one_empty, 50, 1);
    assert_true(count_estimate_has(&e, COUNT_WARN_TOO_FEW_LISTS));
    struct count_table nobody = {.lists = 4};
    e = sparse(&nobody, 50, 1);
    assert_true(count_estimate_has(&e, COUNT_WARN_TOO_FEW_LISTS));
    struct count_table apart = {.lists = 4, .cells = {[1] = 50, [2] = 40, [4] = 20, [8] = 9}};
    e = sparse(&apart, 50, 1);
    assert_true(count_estimate_has(&e, COUNT_WARN_APART));
    assert_false(e.given);
    /* Everybody is on list 1: how many are on none could be anything. */
    struct count_table inside = {.lists = 3, .cells = {[1] = 50, [3] = 40, [5] = 20}};
    e = sparse(&inside, 50, 1);
    assert_true(count_estimate_has(&e, COUNT_WARN_NOT_IDENTIFIABLE));
    assert_false(e.given);
}

static void test_one_overlap_bounds_nothing(void **state)
{
    (void)state;
    struct count_table t = {.lists = 3, .cells = {[1] = 100, [2] = 90, [4] = 80, [3] = 1}};
    struct count_estimate e = sparse(&t, 400, 1);
    assert_true(e.given);
    assert_false(e.has_interval);
    assert_false(e.has_spread);
    assert_true(count_estimate_has(&e, COUNT_WARN_NO_UPPER_LIMIT));
    assert_true(count_estimate_has(&e, COUNT_WARN_ONE_CELL));
    assert_non_null(strstr(e.detail, "Without one person on [12] alone there would be none."));
    assert_non_null(strstr(e.detail, "repetitions have no finite estimate."));
}

static bool same(const struct count_estimate *a, const struct count_estimate *b)
{
    return a->n == b->n && a->low == b->low && a->high == b->high && a->warnings == b->warnings &&
           memcmp(a->spread, b->spread, sizeof a->spread) == 0 &&
           strcmp(a->detail, b->detail) == 0 && strcmp(a->model, b->model) == 0;
}

static void test_seeds_and_threads(void **state)
{
    (void)state;
    struct count_table t = table_of(&uk);
    struct count_estimate a = sparse(&t, 100, 7), b = sparse(&t, 100, 7), c = sparse(&t, 100, 8);
    assert_true(same(&a, &b));
    assert_true(a.n == c.n);
    assert_false(same(&a, &c));
    struct count_means means = {.seed = 7};
    for (unsigned threads = 1; threads <= 3; threads++) {
        means.workers = workers_new(threads);
        assert_non_null(means.workers);
        assert_int_equal(count_sparse(&t, 100, &means, &b), 0);
        workers_free(means.workers);
        assert_true(same(&a, &b));
    }
}

static struct count_table drawn(struct variate *v, unsigned lists, int64_t persons, double most)
{
    struct count_table t = {.lists = lists};
    double on[COUNT_LISTS_MAX];
    for (unsigned i = 0; i < lists; i++)
        on[i] = most * (0.3 + 0.7 * rng_unit(&v->rng));
    for (int64_t k = 0; k < persons; k++) {
        unsigned history = 0;
        for (unsigned i = 0; i < lists; i++)
            history |= (unsigned)(rng_unit(&v->rng) < on[i]) << i;
        t.cells[history]++;
    }
    t.cells[0] = 0;
    return t;
}

static bool sizes_differ(const struct count_table *t)
{
    for (unsigned i = 0; i < t->lists; i++) {
        for (unsigned j = 0; j < i; j++) {
            if (count_table_on(t, i) == count_table_on(t, j))
                return false;
        }
    }
    return true;
}

/* Two lists of one size can tie for the next pair; then the first is taken. */
static void test_the_order_of_lists_is_nothing(void **state)
{
    (void)state;
    struct prop prop = prop_start("sparse_order");
    struct variate v;
    variate_init(&v, prop_u64(&prop), 0);
    for (int round = 0; round < 150; round++) {
        unsigned lists = 3 + (unsigned)rng_below(&v.rng, 6);
        struct count_table t = drawn(&v, lists, 2000, 0.15), u = {.lists = lists};
        if (!sizes_differ(&t))
            continue;
        for (unsigned h = 1; h < 1u << lists; h++) {
            unsigned turned = 0;
            for (unsigned i = 0; i < lists; i++)
                turned |= (h >> i & 1) << (i * 3 + 1) % lists;
            u.cells[turned] += t.cells[h];
        }
        if (lists % 3 == 0) /* then that is no permutation */
            continue;
        double a = sparse(&t, 0, 1).n, b = sparse(&u, 0, 1).n;
        assert_near(a, b, 1e-7 * a);
    }
}

static void assert_sound(const struct count_estimate *e, uint64_t n)
{
    assert_true(isfinite(e->n) && isfinite(e->low) && isfinite(e->high));
    assert_true(!e->given || e->n >= (double)n);
    assert_true(!e->has_interval || (e->low >= (double)n && e->low <= e->high));
    for (unsigned i = 0; e->has_spread && i < COUNT_SPREAD; i++) {
        assert_true(isfinite(e->spread[i]) && e->spread[i] >= (double)n);
        assert_true(i == 0 || e->spread[i] >= e->spread[i - 1]);
    }
}

static void test_whatever_comes(void **state)
{
    (void)state;
    struct prop prop = prop_start("sparse_whatever");
    for (int round = 0; round < 120; round++) {
        bool large = round % 20 == 0;
        struct count_table t = {.lists = 1 + (unsigned)prop_below(&prop, large ? 8 : 5)};
        uint64_t positive_of_ten = 1 + prop_below(&prop, large ? 2 : 9);
        unsigned bits = (unsigned)prop_below(&prop, 44);
        for (unsigned h = 1; h < 1u << t.lists; h++) {
            if (prop_below(&prop, 10) < positive_of_ten)
                t.cells[h] = prop_below(&prop, UINT64_C(2) << prop_below(&prop, bits + 1));
        }
        struct count_estimate e = sparse(&t, 2, prop_u64(&prop));
        assert_sound(&e, count_table_n(&t));
    }
}

static void test_stopped(void **state)
{
    (void)state;
    struct count_table t = table_of(&uk);
    struct watch watch = {.progress = NULL};
    atomic_init(&watch.stop, true);
    struct count_means means = {.watch = &watch};
    struct count_estimate e;
    assert_int_equal(count_sparse(&t, 100, &means, &e), 0);
    assert_true(count_estimate_has(&e, COUNT_WARN_UNFINISHED));
    assert_false(e.given);
}

static void test_no_memory(void **state)
{
    (void)state;
    struct count_table t = table_of(&western);
    struct count_means means = {.seed = 1};
    struct count_estimate e;
    int error = E_NOMEM;
    for (uint64_t nth = 1; error != 0; nth++) {
        assert_in_range(nth, 1, 100);
        mem_fail_from(nth);
        error = count_sparse(&t, 20, &means, &e);
        mem_fail_from(0);
        assert_true(error == 0 || error == E_NOMEM);
    }
    assert_int_equal(count_sparse(&t, COUNT_SPARSE_REPLICATES_MAX + 1, &means, &e), E_ARGUMENT);
}

/* 40 populations of 2,000, four lists that know nothing of each other, or two of which do. */
static void test_coverage(void **state)
{
    (void)state;
    struct variate v;
    variate_init(&v, 11, 0);
    unsigned held = 0, given = 0;
    for (unsigned k = 0; k < 40; k++) {
        struct count_table t = drawn(&v, 4, 2000, 0.25);
        if (k % 2) {
            uint64_t meet = t.cells[1] / 4;
            t.cells[1] -= meet;
            t.cells[3] += meet;
        }
        struct count_estimate e = sparse(&t, 200, k);
        given += e.has_interval;
        held += e.has_interval && e.low <= 2000 && 2000 <= e.high;
    }
    assert_in_range(given, 38, 40);
    assert_in_range(held, 33, 40);
}

static void test_bca(void **state)
{
    (void)state;
    const double ten[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    struct bca b;
    bca_init(&b, ten, 10, 5.5, 0);
    assert_near(bca_limit(&b, 0.25), 2.9166667, 1e-6); /* R: quantile(1:10, 0.25, type = 8) */
    assert_near(bca_limit(&b, 0.5), 5.5, 1e-9);
    assert_near(bca_limit(&b, 0.9), 9.6333333, 1e-6);
    assert_near(bca_limit(&b, 0.999), 10, 0);
    assert_false(bca_is_beyond(&b, 0.5));
    assert_true(bca_is_beyond(&b, 0.975));
    /* 3 of 10 below: z0 = -0.524401; the level becomes 0.153232. */
    bca_init(&b, ten, 10, 3.5, 0.1);
    assert_near(bca_limit(&b, 0.5), 1.916726, 1e-6);
    /* Past the pole it stays at the end. */
    bca_init(&b, ten, 10, 100, 0.9);
    assert_near(bca_limit(&b, 0.999), 10, 0);
    bca_init(&b, ten, 10, 0, -0.9);
    assert_near(bca_limit(&b, 0.001), 1, 0);
    const double endless[] = {1, 2, INFINITY, INFINITY};
    bca_init(&b, endless, 4, 1.5, 0);
    assert_true(isinf(bca_limit(&b, 0.95)));
    assert_true(isfinite(bca_limit(&b, 0.3)));
    const double without[] = {1, 2, 6}, alike[] = {1, 1, 1}, twice[] = {2, 2, 2};
    assert_near(bca_acceleration(without, alike, 3), -0.0572703, 1e-7);
    assert_near(bca_acceleration(without, twice, 3), -0.0572703 / sqrt(2), 1e-7);
    assert_near(bca_acceleration(alike, twice, 3), 0, 0);
}

static void test_tails(void **state)
{
    (void)state;
    assert_near(poisson_log_tail(0, 5), -5, 1e-12);
    assert_near(poisson_log_tail(3, 0.5), log(0.0143876780), 1e-8);
    assert_near(poisson_log_tail(0, 0), 0, 0);
    assert_near(poisson_log_tail(10, 9), 0, 0);
    /* Far beyond where the probability is 0 as a double: -1 - log 1000!, and the rest. */
    assert_near(poisson_log_tail(1000, 1), -1 - 5912.128178 + log(1 + 1 / 1001.0), 1e-5);
    /* The sum and the saddle point meet. */
    double at = POISSON_EXACT_MAX, below = poisson_log_tail(at, at - 250);
    double above = poisson_log_tail(at + 1, at - 249);
    assert_near(below, above, 1e-3);
    assert_near(poisson_log_tail(0x1p52, 0x1p52 - 0x1p28), -(0.5 * 16 + log(4 * sqrt(2 * M_PI))),
                0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),
        cmocka_unit_test(test_published_interval),
        cmocka_unit_test(test_invented),
        cmocka_unit_test(test_when_there_is_none),
        cmocka_unit_test(test_one_overlap_bounds_nothing),
        cmocka_unit_test(test_seeds_and_threads),
        cmocka_unit_test(test_the_order_of_lists_is_nothing),
        cmocka_unit_test(test_whatever_comes),
        cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_bca),
        cmocka_unit_test(test_tails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
