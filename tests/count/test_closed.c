/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Kosovo's estimates were published by Rcapture's closedp; intervals and the other tables come
 * from R's glm and the multinomial likelihood. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "count/closed.h"
#include "prop.h"
#include "published.h"

static const struct count_means alone = {0};
static struct count_estimate estimates[CLOSED_MODELS];

static void ran(const struct count_table *t)
{
    assert_int_equal(closed_run(t, &alone, estimates), 0);
}

static const struct count_estimate *by_id(const char *id)
{
    for (size_t i = 0; i < CLOSED_MODELS; i++) {
        if (strcmp(estimates[i].id, id) == 0)
            return &estimates[i];
    }
    fail_msg("%s is missing", id);
    return NULL;
}

static void test_kosovo_as_rcapture(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        double n;
    } known[] = {{"m0", 7608.4},       {"mt", 7394.6},         {"mh-chao", 8787.2},
                 {"mth-chao", 8591.2}, {"mth-gamma", 18387.1}, {"mth-darroch", 12797.3},
                 {"mb", 5189.7}};
    struct count_table t = published_kosovo();
    ran(&t);
    for (size_t i = 0; i < COUNT_OF(known); i++)
        assert_true(fabs(by_id(known[i].id)->n - known[i].n) < 0.05);
}

struct reference {
    const char *id;
    double n, low, high;
};

static void assert_references(const struct reference *known, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct count_estimate *e = by_id(known[i].id);
        assert_true(e->given);
        assert_true(fabs(e->n - known[i].n) < 1e-4 * (1 + known[i].n / 1000));
        assert_int_equal(e->has_interval, known[i].low > 0);
        assert_int_equal(e->has_spread, known[i].low > 0);
        assert_true(fabs(e->low - known[i].low) < 1e-3);
        assert_true(fabs(e->high - known[i].high) < 1e-3);
    }
}

/* The 68 snowshoe hares of Cormack (1989) on six occasions, as closedp prints them. These models
 * see only how many were caught how often, and how many each time; in that the table agrees. */
static void test_hares_as_rcapture(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        double n;
    } known[] = {{"m0", 75.4},         {"mt", 75.1},          {"mh-chao", 79.8},
                 {"mh-poisson", 81.5}, {"mh-darroch", 90.4},  {"mh-gamma", 100.6},
                 {"mth-chao", 79.6},   {"mth-poisson", 81.1}, {"mth-darroch", 90.5},
                 {"mth-gamma", 101.6}};
    static const struct count_table t = {
        .lists = 6,
        .cells = {[1] = 4,  [2] = 4,  [4] = 4,  [6] = 7,  [7] = 1,  [8] = 4,  [16] = 4,
                  [24] = 8, [32] = 5, [33] = 7, [35] = 1, [38] = 3, [42] = 3, [44] = 1,
                  [46] = 1, [49] = 1, [50] = 1, [56] = 2, [58] = 4, [62] = 1, [63] = 2}};
    assert_int_equal(count_table_n(&t), 68);
    ran(&t);
    for (size_t i = 0; i < COUNT_OF(known); i++)
        assert_true(fabs(by_id(known[i].id)->n - known[i].n) < 0.05);
}

static void test_three_tables_as_r(void **state)
{
    (void)state;
    static const struct reference kosovo[] = {
        {"m0", 7608.3676, 7348.2435, 7884.1203},
        {"mt", 7394.5867, 7147.7490, 7656.1955},
        {"mh-chao", 8787.2428, 8367.8557, 9241.5535},
        {"mh-poisson", 9402.9525, 8821.9269, 10042.4122},
        {"mh-darroch", 12448.3854, 11040.0795, 14102.6931},
        {"mh-gamma", 17102.6387, 14121.4781, 20875.1480},
        {"mth-chao", 8591.1836, 8188.7188, 9026.9180},
        {"mth-poisson", 9327.7613, 8755.2717, 9957.7449},
        {"mth-darroch", 12797.3434, 11323.1862, 14531.1639},
        {"mth-gamma", 18387.1458, 15086.9092, 22576.7726},
        {"mb", 5189.66517094, 0, 0},
        {"mbh", 5075.44867077, 0, 0},
    };
    static const struct reference diabetes[] = {
        {"m0", 2526.2077, 2464.2528, 2591.6683},
        {"mh-chao", 2560.0550, 2492.3909, 2631.9247},
        {"mth-chao", 2318.3514, 2270.2768, 2370.3857},
        {"mth-darroch", 2669.0130, 2523.1163, 2843.6621},
        {"mth-gamma", 3037.5818, 2742.4871, 3423.5937},
        {"mb", 2072.80927943, 0, 0},
        {"mbh", 2152.02984631, 0, 0},
    };
    static const struct reference deaths[] = {
        {"mt", 209.3434, 203.2101, 216.5311},
        {"mh-chao", 229.9713, 213.8709, 251.4891},
        {"mh-gamma", 485.8002, 263.1204, 1254.1744},
        {"mth-poisson", 260.5405, 223.4274, 326.7099},
        {"mth-gamma", 534.7879, 273.7730, 1459.5373},
        {"mb", 203.814467123, 0, 0},
        {"mbh", 216.076923077, 0, 0},
    };
    struct count_table t = published_kosovo();
    ran(&t);
    assert_references(kosovo, COUNT_OF(kosovo));
    t = published_diabetes();
    ran(&t);
    assert_references(diabetes, COUNT_OF(diabetes));
    t = published_deaths();
    ran(&t);
    assert_references(deaths, COUNT_OF(deaths));
}

/* The likelihood of Darroch's form has two maxima here, and the limits are the other one's. */
static void test_no_interval_beside_its_estimate(void **state)
{
    (void)state;
    struct count_table t = {.lists = 7, .cells = {[102] = 1, [111] = 1, [127] = 1000000}};
    ran(&t);
    assert_false(by_id("mh-darroch")->given);
    assert_true(count_estimate_has(by_id("mh-darroch"), COUNT_WARN_NO_FIT));
    for (size_t i = 0; i < CLOSED_MODELS; i++) {
        const struct count_estimate *e = &estimates[i];
        assert_true(!e->has_interval || (e->low <= e->n && e->n <= e->high));
    }
}

static void test_warnings_stand_with_the_numbers(void **state)
{
    (void)state;
    struct count_table t = published_kosovo();
    ran(&t);
    assert_true(count_estimate_has(by_id("mh-chao"), COUNT_WARN_LOWER_BOUND));
    assert_true(count_estimate_has(by_id("mth-chao"), COUNT_WARN_LOWER_BOUND));
    assert_false(count_estimate_has(by_id("mth-gamma"), COUNT_WARN_LOWER_BOUND));
    assert_true(count_estimate_has(by_id("mt"), COUNT_WARN_POOR_FIT));
    assert_non_null(strstr(by_id("mb")->assumes, "in the order given"));
    for (size_t i = 0; i < CLOSED_MODELS; i++)
        assert_false(count_estimate_has(&estimates[i], COUNT_WARN_ONE_CELL));
}

/* Later lists find more new persons than earlier ones: Mb's formula turns negative. */
static void test_a_negative_mb_is_no_number(void **state)
{
    (void)state;
    struct count_table t = {.lists = 3, .cells = {0, 10, 60, 4, 400, 5, 20, 3}};
    ran(&t);
    const struct count_estimate *e = by_id("mb");
    assert_false(e->given);
    assert_true(e->n == 0);
    assert_true(count_estimate_has(e, COUNT_WARN_IMPOSSIBLE));
    assert_true(by_id("mt")->given);
}

static void test_order_matters_to_behaviour_only(void **state)
{
    (void)state;
    struct count_estimate before[CLOSED_MODELS];
    struct count_table t = published_kosovo(), turned = {.lists = 4};
    for (unsigned h = 1; h < 16; h++)
        turned.cells[(h << 1 | h >> 3) & 15] = t.cells[h];
    ran(&t);
    memcpy(before, estimates, sizeof before);
    ran(&turned);
    for (size_t i = 0; i < CLOSED_MODELS; i++) {
        bool ordered = strncmp(before[i].id, "mb", 2) == 0;
        double n = before[i].n;
        assert_int_equal(fabs(estimates[i].n - n) <= 1e-8 * n, !ordered);
        if (!ordered) {
            assert_true(fabs(estimates[i].low - before[i].low) <= 1e-7 * n);
            assert_true(fabs(estimates[i].high - before[i].high) <= 1e-7 * n);
        }
    }
}

static void test_reasons_for_no_number(void **state)
{
    (void)state;
    struct count_table two = {.lists = 2, .cells = {0, 50, 40, 20}};
    struct count_table empty = {.lists = 3, .cells = {0, 50, 40, 20}};
    struct count_table apart = {.lists = 3, .cells = {0, 50, 40, 20, 30}};
    ran(&two);
    for (size_t i = 0; i < CLOSED_MODELS; i++)
        assert_true(count_estimate_has(&estimates[i], COUNT_WARN_TOO_FEW_LISTS));
    ran(&empty);
    for (size_t i = 0; i < CLOSED_MODELS; i++)
        assert_true(count_estimate_has(&estimates[i], COUNT_WARN_TOO_FEW_LISTS));
    ran(&apart);
    for (size_t i = 0; i < CLOSED_MODELS; i++) {
        assert_true(count_estimate_has(&estimates[i], COUNT_WARN_APART));
        assert_false(estimates[i].given);
    }
    /* Nobody on all three: with a parameter for it, the third order runs away. */
    struct count_table none_thrice = {.lists = 3, .cells = {0, 50, 40, 9, 60, 11, 8, 0}};
    ran(&none_thrice);
    assert_true(count_estimate_has(by_id("mh-darroch"), COUNT_WARN_NOT_IDENTIFIABLE));
    assert_true(by_id("mt")->given && by_id("mh-chao")->given);
}

static void test_independent_lists_give_n_back(void **state)
{
    (void)state;
    static const double chances[] = {0.3, 0.25, 0.2, 0.35, 0.15};
    struct count_table t = {.lists = 5};
    struct rng rng;
    rng_init(&rng, 17, 0);
    for (unsigned k = 0; k < 30000; k++) {
        unsigned h = 0;
        for (unsigned i = 0; i < 5; i++)
            h |= (unsigned)(rng_unit(&rng) < chances[i]) << i;
        t.cells[h] += h > 0;
    }
    ran(&t);
    const struct count_estimate *e = by_id("mt");
    assert_true(fabs(e->n - 30000) < 600 && e->low < 30000 && e->high > 30000);
    assert_true(fabs(count_spread_quantile(e->spread, 0.975) - e->high) < 3);
}

static void test_small_tables_say_what_they_hang_on(void **state)
{
    (void)state;
    struct count_table t = {.lists = 3, .cells = {0, 30, 25, 1, 28, 1, 0, 0}};
    ran(&t);
    const struct count_estimate *e = by_id("mt");
    assert_true(e->given && count_estimate_has(e, COUNT_WARN_ONE_CELL));
    assert_non_null(strstr(e->detail, "With one person"));
}

static void test_threads_change_nothing(void **state)
{
    (void)state;
    static struct count_estimate other[CLOSED_MODELS];
    struct count_table t = published_diabetes();
    struct count_means two = {.workers = workers_new(2)};
    ran(&t);
    assert_int_equal(closed_run(&t, &two, other), 0);
    workers_free(two.workers);
    for (size_t i = 0; i < CLOSED_MODELS; i++) {
        assert_true(other[i].n == estimates[i].n && other[i].high == estimates[i].high);
        assert_memory_equal(other[i].spread, estimates[i].spread, sizeof other[i].spread);
    }
}

static void test_any_table_gives_sound_answers(void **state)
{
    (void)state;
    struct prop prop = prop_start("closed_any_table");
    for (int round = 0; round < 250; round++) {
        struct count_table t = {.lists = 1 + (unsigned)prop_below(&prop, 5)};
        unsigned scale = (unsigned)prop_below(&prop, 41), kind = (unsigned)prop_below(&prop, 6);
        uint64_t zeros = prop_below(&prop, 10);
        for (unsigned h = 1; h < 1u << t.lists; h++) {
            if (prop_below(&prop, 10) >= zeros)
                t.cells[h] = prop_below(&prop, 1 + (UINT64_C(1) << scale));
            if ((kind == 0 && (h & 1) != (h >> 1 & 1)) || (kind == 1 && (h & 3) == 1) ||
                (kind == 2 && (h & (h - 1)) != 0))
                t.cells[h] = 0;
        }
        ran(&t);
        for (size_t i = 0; i < CLOSED_MODELS; i++) {
            const struct count_estimate *e = &estimates[i];
            double documented = (double)count_table_n(&t);
            assert_true(isfinite(e->n) && isfinite(e->low) && isfinite(e->high));
            assert_true(e->given ? e->n >= documented : e->warnings != 0);
            if (e->given && strncmp(e->id, "mb", 2) != 0)
                assert_true(e->has_interval || count_estimate_has(e, COUNT_WARN_NO_UPPER_LIMIT));
            if (e->has_interval)
                assert_true(e->low >= documented && e->low <= e->high);
        }
    }
}

static void test_memory_and_stop(void **state)
{
    (void)state;
    struct count_table t = published_deaths();
    for (uint64_t nth = 1; nth < 2 * CLOSED_MODELS; nth++) {
        mem_fail_from(nth);
        int error = closed_run(&t, &alone, estimates);
        mem_fail_from(0);
        assert_int_equal(error, E_NOMEM);
    }
    struct watch watch = {.stop = true};
    struct count_means means = {.watch = &watch};
    assert_int_equal(closed_run(&t, &means, estimates), E_STOPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kosovo_as_rcapture),
        cmocka_unit_test(test_hares_as_rcapture),
        cmocka_unit_test(test_three_tables_as_r),
        cmocka_unit_test(test_no_interval_beside_its_estimate),
        cmocka_unit_test(test_warnings_stand_with_the_numbers),
        cmocka_unit_test(test_a_negative_mb_is_no_number),
        cmocka_unit_test(test_order_matters_to_behaviour_only),
        cmocka_unit_test(test_reasons_for_no_number),
        cmocka_unit_test(test_independent_lists_give_n_back),
        cmocka_unit_test(test_small_tables_say_what_they_hang_on),
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_any_table_gives_sound_answers),
        cmocka_unit_test(test_memory_and_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
