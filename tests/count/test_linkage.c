/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "count/linkage.h"
#include "prop.h"

static struct count_table random_table(struct prop *prop)
{
    struct count_table t = {.lists = 2 + (unsigned)prop_below(prop, 5)};
    for (unsigned h = 1; h < 1u << t.lists; h++)
        t.cells[h] = prop_below(prop, prop_below(prop, 3) ? 60 : 4000);
    return t;
}

static double distance(uint64_t a, uint64_t b)
{
    return fabs((double)a - (double)b);
}

/* Whatever the mistakes: each list keeps its persons, so many links come or go, and as many persons
 * go or come. */
static void test_lists_keep_their_persons(void **state)
{
    (void)state;
    struct prop prop = prop_start("linkage");
    for (int i = 0; i < 300; i++) {
        struct count_table t = random_table(&prop), to;
        struct rng rng;
        rng_init(&rng, prop_u64(&prop), 0);
        double share = 0.01 + (double)prop_below(&prop, 30) / 100;
        uint64_t links = count_linkage_links(&t), n = count_table_n(&t);
        count_linkage_without(&t, COUNT_WRONG_FALSE, share, &rng, &to);
        uint64_t less = links - count_linkage_links(&to);
        assert_true(fabs((double)less - share * (double)links) <= 1);
        assert_int_equal(count_table_n(&to), n + less);
        for (unsigned j = 0; j < t.lists; j++)
            assert_int_equal(count_table_on(&to, j), count_table_on(&t, j));
        count_linkage_without(&t, COUNT_WRONG_MISSED, share, &rng, &to);
        uint64_t more = count_linkage_links(&to) - links;
        assert_true((double)more <= share / (1 - share) * (double)links + 1);
        assert_int_equal(count_table_n(&to), n - more);
        assert_int_equal(to.cells[0], 0);
        for (unsigned j = 0; j < t.lists; j++)
            assert_int_equal(count_table_on(&to, j), count_table_on(&t, j));
    }
}

/* Links are missed at random, and that many are supposed to have been missed: on average the
 * persons are as many again as they were, and so are those on two lists. */
static void test_one_undoes_the_other(void **state)
{
    (void)state;
    const struct count_table true_table = {.lists = 3,
                                           .cells = {0, 900, 700, 200, 800, 150, 120, 60}};
    double n = 0, both = 0;
    for (uint64_t i = 0; i < 400; i++) {
        struct count_table missed, again;
        struct rng rng;
        rng_init(&rng, 5, i);
        count_linkage_without(&true_table, COUNT_WRONG_FALSE, 0.2, &rng, &missed);
        count_linkage_without(&missed, COUNT_WRONG_MISSED, 0.2, &rng, &again);
        n += (double)count_table_n(&again) / 400;
        both += (double)count_table_both(&again, 0, 1) / 400;
    }
    assert_true(fabs(n - (double)count_table_n(&true_table)) < 1);
    /* Not exactly: a history of three lists that lost a link is taken for one of two. */
    assert_true(fabs(both - (double)count_table_both(&true_table, 0, 1)) < 12);
}

static void test_all_links_are_alike(void **state)
{
    (void)state;
    const struct count_table t = {.lists = 3, .cells = {0, 0, 0, 3000, 0, 0, 0, 3000}};
    double pairs = 0, threes = 0;
    for (uint64_t i = 0; i < 200; i++) {
        struct count_table to;
        struct rng rng;
        rng_init(&rng, 6, i);
        count_linkage_without(&t, COUNT_WRONG_FALSE, 0.01, &rng, &to);
        threes += 3000 - (double)to.cells[7];
        pairs += (double)(to.cells[5] + to.cells[6]);
    }
    /* 90 links each time, two thirds of them of those on three lists, of which two in three leave a
     * pair of lists other than 0 and 1. */
    assert_true(fabs(threes / 200 - 60) < 1.5);
    assert_true(fabs(pairs / 200 - 40) < 1.5);
}

static void test_very_many_persons(void **state)
{
    (void)state;
    const uint64_t many = UINT64_C(1) << 40;
    const struct count_table t = {.lists = 3,
                                  .cells = {0, many, many, many, many, many, many, many}};
    struct count_table to;
    struct rng rng;
    rng_init(&rng, 7, 0);
    uint64_t links = count_linkage_links(&t);
    count_linkage_without(&t, COUNT_WRONG_FALSE, 0.1, &rng, &to);
    assert_true(distance(links - count_linkage_links(&to), links / 10) < 2);
    count_linkage_without(&t, COUNT_WRONG_MISSED, 0.1, &rng, &to);
    assert_true(distance(count_linkage_links(&to) - links, links / 9) < 2);
}

static void test_nothing_to_break_or_to_merge(void **state)
{
    (void)state;
    const struct count_table apart = {.lists = 3, .cells = {0, 5, 6, 0, 7, 0, 0, 0}};
    const struct count_table together = {.lists = 3, .cells = {0, 0, 0, 0, 0, 0, 0, 50}};
    struct count_table to;
    struct rng rng;
    rng_init(&rng, 8, 0);
    count_linkage_without(&apart, COUNT_WRONG_FALSE, 0.2, &rng, &to);
    assert_memory_equal(&to, &apart, sizeof to);
    count_linkage_without(&apart, COUNT_WRONG_MISSED, 0.2, &rng, &to);
    assert_memory_equal(&to, &apart, sizeof to);
    count_linkage_without(&together, COUNT_WRONG_MISSED, 0.2, &rng, &to);
    assert_memory_equal(&to, &together, sizeof to);
}

static void test_shifts(void **state)
{
    (void)state;
    const struct count_table t = {.lists = 3, .cells = {0, 900, 700, 200, 800, 150, 120, 60}};
    const struct count_means means = {.seed = 3};
    struct arena memory;
    struct count_shift *shifts;
    size_t count;
    arena_init(&memory, 1u << 26);
    const struct count_options options = {.estimators =
                                              COUNT_FAMILY_BOUNDS | COUNT_FAMILY_LOGLINEAR};
    assert_int_equal(count_linkage_shifts(&t, &options, &means, &memory, &shifts, &count), 0);
    assert_int_equal(count, 6);
    double before = (double)count_table_n(&t), n = shifts[0].estimates[0].n;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(shifts[i].wrong, COUNT_WRONG_MISSED);
        assert_int_equal(shifts[i].repetitions, COUNT_LINKAGE_REPETITIONS);
        assert_int_equal(shifts[i].estimate_count, 2);
        assert_string_equal(shifts[i].estimates[0].id, "chao");
        assert_string_equal(shifts[i].estimates[1].id, "loglinear-bic");
        assert_true(shifts[i].documented < before && shifts[i].estimates[0].n <= n);
        assert_true(shifts[i].estimates[0].has_interval);
        before = shifts[i].documented;
        n = shifts[i].estimates[0].n;
    }
    assert_int_equal(shifts[5].wrong, COUNT_WRONG_FALSE);
    assert_int_equal(shifts[5].percent, 20);
    assert_true(shifts[5].documented > (double)count_table_n(&t));
    arena_release(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_keep_their_persons),
        cmocka_unit_test(test_one_undoes_the_other),
        cmocka_unit_test(test_all_links_are_alike),
        cmocka_unit_test(test_very_many_persons),
        cmocka_unit_test(test_nothing_to_break_or_to_merge),
        cmocka_unit_test(test_shifts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
