/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Totals of strata, and answers pooled over linkages, from spreads that are known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/mem.h"
#include "count/number.h"
#include "count/pool.h"
#include "count/strata.h"

static struct count_estimate normal(const char *id, double mean, double sd)
{
    struct count_estimate e;
    count_estimate_init(&e, id, id, "Nothing.");
    for (size_t i = 0; i < COUNT_SPREAD; i++)
        e.spread[i] = mean + sd * number_normal_quantile((double)(2 * i + 1) / (2 * COUNT_SPREAD));
    e.given = e.has_interval = e.has_spread = true;
    e.n = mean;
    e.low = mean - 1.96 * sd;
    e.high = mean + 1.96 * sd;
    return e;
}

struct three {
    struct count_stratum strata[3];
    struct count_stratum_data data[3];
    struct count_estimate estimates[3][2];
};

static void make(struct three *t)
{
    static const char *const names[] = {"Karsk", "Tolma", "Zhelan"};
    memset(t, 0, sizeof *t);
    for (size_t i = 0; i < 3; i++) {
        t->data[i].name = names[i];
        t->data[i].documented.persons = 100;
        t->strata[i].data = &t->data[i];
        t->strata[i].estimates = t->estimates[i];
        t->strata[i].estimate_count = 2;
        t->estimates[i][0] = normal("first", 1000.0 * (double)(i + 1), 30 + 10 * (double)i);
        t->estimates[i][1] = normal("second", 2000, 50);
    }
}

static size_t total(struct three *t, size_t count, struct arena *memory,
                    struct count_estimate **ret_totals)
{
    size_t total_count = 0;
    arena_init(memory, 1u << 24);
    assert_int_equal(count_strata_totals(t->strata, count, 9, memory, ret_totals, &total_count), 0);
    return total_count;
}

static void test_sums_of_normals(void **state)
{
    (void)state;
    struct three t;
    struct arena memory;
    struct count_estimate *totals;
    make(&t);
    assert_int_equal(total(&t, 3, &memory, &totals), 2);
    assert_string_equal(totals[0].id, "first");
    /* 30, 40 and 50 squared are together 5000. */
    double sd = sqrt(5000);
    assert_true(totals[0].given && totals[0].has_interval && totals[0].has_spread);
    assert_true(fabs(totals[0].n - 6000) < 1e-6);
    assert_true(fabs(count_spread_quantile(totals[0].spread, 0.5) - 6000) < 1.5);
    assert_true(fabs(totals[0].low - (6000 - 1.95996 * sd)) < 0.03 * sd);
    assert_true(fabs(totals[0].high - (6000 + 1.95996 * sd)) < 0.03 * sd);
    assert_true(fabs(totals[1].high - (6000 + 1.95996 * sqrt(7500))) < 0.03 * sqrt(7500));
    assert_int_equal(totals[0].warnings, 0);
    arena_release(&memory);
}

static void test_one_stratum_is_its_own_total(void **state)
{
    (void)state;
    struct three t;
    struct arena memory;
    struct count_estimate *totals;
    make(&t);
    assert_int_equal(total(&t, 1, &memory, &totals), 2);
    for (size_t i = 10; i < COUNT_SPREAD - 10; i++)
        assert_true(fabs(totals[0].spread[i] - t.estimates[0][0].spread[i]) < 0.5);
    arena_release(&memory);
}

static void test_a_posterior_has_the_median_of_its_sums(void **state)
{
    (void)state;
    struct three t;
    struct arena memory;
    struct count_estimate *totals;
    make(&t);
    for (size_t i = 0; i < 3; i++) {
        struct count_estimate *e = &t.estimates[i][0];
        for (size_t j = 0; j < COUNT_SPREAD; j++)
            e->spread[j] = 200 - 100 * log(1 - (j + 0.5) / COUNT_SPREAD);
        e->n = count_spread_quantile(e->spread, 0.5);
        e->mean = 300;
    }
    total(&t, 3, &memory, &totals);
    assert_true(fabs(totals[0].mean - 900) < 1e-9);
    /* The median of a gamma distribution of shape 3 is 2.674. */
    assert_true(fabs(totals[0].n - (600 + 267.4)) < 3);
    arena_release(&memory);
}

static void test_no_total_without_all(void **state)
{
    (void)state;
    struct three t;
    struct arena memory;
    struct count_estimate *totals;
    make(&t);
    t.estimates[1][0].given = t.estimates[1][0].has_spread = false;
    t.strata[2].estimate_count = 1;
    assert_int_equal(total(&t, 3, &memory, &totals), 2);
    assert_false(totals[0].given || totals[0].has_interval || totals[0].has_spread);
    assert_true(totals[0].n == 0);
    assert_true(count_estimate_has(&totals[0], COUNT_WARN_PARTIAL));
    assert_string_equal(totals[0].detail, "No answer in 1 of 3 strata: Tolma.");
    assert_false(totals[1].given);
    assert_string_equal(totals[1].detail, "No answer in 1 of 3 strata: Zhelan.");
    arena_release(&memory);
    /* Where nobody is documented there is nothing to be answered. */
    t.data[1].documented.persons = 0;
    total(&t, 3, &memory, &totals);
    assert_true(totals[0].given);
    assert_true(fabs(totals[0].n - 4000) < 1e-6);
    arena_release(&memory);
}

static void test_no_interval_without_all_spreads(void **state)
{
    (void)state;
    struct three t;
    struct arena memory;
    struct count_estimate *totals;
    make(&t);
    t.estimates[1][0].has_spread = false;
    count_estimate_warn(&t.estimates[2][0], COUNT_WARN_POOR_FIT);
    total(&t, 3, &memory, &totals);
    assert_true(totals[0].given && !totals[0].has_interval && !totals[0].has_spread);
    assert_true(count_estimate_has(&totals[0], COUNT_WARN_POOR_FIT));
    arena_release(&memory);
}

static void test_names_in_the_order_of_all(void **state)
{
    (void)state;
    struct three t;
    struct arena memory;
    struct count_estimate *totals;
    make(&t);
    t.strata[0].estimate_count = 1;
    t.estimates[0][0] = normal("second", 1, 1);
    assert_int_equal(total(&t, 3, &memory, &totals), 2);
    assert_string_equal(totals[0].id, "first");
    assert_string_equal(totals[1].id, "second");
    arena_release(&memory);
}

static void test_pooled(void **state)
{
    (void)state;
    struct count_estimate runs[4], pooled;
    for (size_t i = 0; i < COUNT_OF(runs); i++)
        runs[i] = normal("one", 1000 + 200 * (double)(i % 2), 20);
    count_estimate_warn(&runs[0], COUNT_WARN_ONE_CELL);
    assert_int_equal(count_pool(runs, 1, 4, &pooled), 0);
    assert_true(pooled.given && pooled.has_interval);
    assert_true(fabs(pooled.n - 1100) < 1e-9);
    /* Half of the mixture is about 1000: 2.5% of all is 5% of that half. */
    assert_true(fabs(pooled.low - (1000 - 1.645 * 20)) < 1);
    assert_true(fabs(pooled.high - (1200 + 1.645 * 20)) < 1);
    assert_int_equal(pooled.warnings, 0);
    assert_int_equal(count_pool(runs, 2, 2, &pooled), 0);
    assert_true(fabs(pooled.n - 1000) < 1e-9);
    assert_true(fabs(pooled.low - (1000 - 1.96 * 20)) < 1);
}

static void test_pooled_with_runs_that_failed(void **state)
{
    (void)state;
    struct count_estimate runs[4], pooled;
    for (size_t i = 0; i < COUNT_OF(runs); i++)
        runs[i] = normal("one", 1000, 20);
    for (size_t i = 0; i < 2; i++) {
        count_estimate_warn(&runs[i], COUNT_WARN_NO_FIT);
        count_estimate_finish(&runs[i], 1);
    }
    assert_int_equal(count_pool(runs, 1, 4, &pooled), 0);
    assert_true(pooled.given);
    assert_string_equal(pooled.detail, "2 of 4 linkages gave no answer.");
    count_estimate_warn(&runs[2], COUNT_WARN_ABSURD);
    count_estimate_finish(&runs[2], 1);
    assert_int_equal(count_pool(runs, 1, 4, &pooled), 0);
    assert_false(pooled.given || pooled.has_interval);
    assert_true(count_estimate_has(&pooled, COUNT_WARN_NO_FIT));
    mem_fail_from(1);
    assert_int_equal(count_pool(runs, 1, 4, &pooled), E_NOMEM);
    mem_fail_from(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums_of_normals),
        cmocka_unit_test(test_one_stratum_is_its_own_total),
        cmocka_unit_test(test_a_posterior_has_the_median_of_its_sums),
        cmocka_unit_test(test_no_total_without_all),
        cmocka_unit_test(test_no_interval_without_all_spreads),
        cmocka_unit_test(test_names_in_the_order_of_all),
        cmocka_unit_test(test_pooled),
        cmocka_unit_test(test_pooled_with_runs_that_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
