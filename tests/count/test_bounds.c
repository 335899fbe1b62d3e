/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "count/bounds.h"
#include "prop.h"
#include "published.h"

static struct bounds bounds;

static void test_kosovo(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        double n, low, high;
    } known[] = {
        {"pair-12", 7231.472772277228, 6728.312936113267, 7803.18077240884},
        {"pair-13", 7128.346555323591, 6683.810974924087, 7629.899637159524},
        {"pair-14", 6756.453608247422, 6059.206477249982, 7586.6310412959865},
        {"pair-23", 5964.770742358079, 5595.162677826673, 6384.2699702133095},
        {"pair-24", 9621.880733944954, 8193.023028098214, 11386.091038514598},
        {"pair-34", 5447.364444444444, 4947.602151213519, 6039.610685976752},
    };
    struct count_table t = published_kosovo();
    bounds_run(&t, &bounds);
    const struct count_estimate *c = &bounds.chao;
    assert_true(c->given && c->has_interval && c->has_spread);
    assert_true(fabs(c->n - 8796.505945639863) < 1e-8);
    assert_true(fabs(c->low - 8378.46626012362) < 1e-8);
    assert_true(fabs(c->high - 9258.471397328394) < 1e-8);
    assert_true(fabs(count_spread_quantile(c->spread, 0.975) - c->high) < 2);
    assert_int_equal(c->warnings, 1u << COUNT_WARN_LOWER_BOUND);
    assert_non_null(strstr(c->detail, "10,270."));
    assert_int_equal(bounds.pair_count, 6);
    for (size_t i = 0; i < 6; i++) {
        const struct count_estimate *e = &bounds.pairs[i].estimate;
        assert_string_equal(e->id, known[i].id);
        assert_true(e->given && e->warnings == 0);
        assert_true(fabs(e->n - known[i].n) < 1e-8);
        assert_true(fabs(e->low - known[i].low) < 1e-8);
        assert_true(fabs(e->high - known[i].high) < 1e-8);
    }
    assert_true(bounds.pairs[3].a == 1 && bounds.pairs[3].b == 2);
}

static void test_two_lists_and_one(void **state)
{
    (void)state;
    struct count_table two = {.lists = 2, .cells = {0, 120, 70, 30}};
    bounds_run(&two, &bounds);
    assert_true(bounds.pair_count == 1 && bounds.pairs[0].estimate.given);
    /* 150 and 100, 30 on both: 151 * 101 / 31 - 1. */
    assert_true(fabs(bounds.pairs[0].estimate.n - 490.9677419354839) < 1e-9);
    assert_true(bounds.chao.given && bounds.chao.n > 220);
    struct count_table one = {.lists = 1, .cells = {0, 120}};
    bounds_run(&one, &bounds);
    assert_int_equal(bounds.pair_count, 0);
    assert_true(count_estimate_has(&bounds.chao, COUNT_WARN_TOO_FEW_LISTS));
    assert_false(bounds.chao.given);
    struct count_table half = {.lists = 2, .cells = {0, 120, 0, 0}};
    bounds_run(&half, &bounds);
    assert_true(count_estimate_has(&bounds.chao, COUNT_WARN_TOO_FEW_LISTS));
    assert_true(count_estimate_has(&bounds.pairs[0].estimate, COUNT_WARN_EMPTY_LIST));
    assert_false(bounds.pairs[0].estimate.given);
}

static void test_pairs_that_say_little(void **state)
{
    (void)state;
    struct count_table apart = {.lists = 2, .cells = {0, 120, 70, 0}};
    bounds_run(&apart, &bounds);
    assert_true(count_estimate_has(&bounds.pairs[0].estimate, COUNT_WARN_APART));
    assert_false(bounds.pairs[0].estimate.given);
    struct count_table same = {.lists = 2, .cells = {0, 0, 0, 70}};
    bounds_run(&same, &bounds);
    const struct count_estimate *e = &bounds.pairs[0].estimate;
    assert_true(e->given && !e->has_interval && e->n == 70);
    assert_int_equal(e->warnings, 1u << COUNT_WARN_SAME_LIST);
    assert_true(bounds.chao.n == 70);
    struct count_table inside = {.lists = 2, .cells = {0, 0, 30, 70}};
    bounds_run(&inside, &bounds);
    assert_int_equal(bounds.pairs[0].estimate.warnings, 1u << COUNT_WARN_LIST_INSIDE);
    struct count_table few = {.lists = 2, .cells = {0, 120, 70, 2}};
    bounds_run(&few, &bounds);
    assert_true(count_estimate_has(&bounds.pairs[0].estimate, COUNT_WARN_ONE_CELL));
    assert_true(bounds.pairs[0].estimate.given);
    struct count_table enough = {.lists = 2, .cells = {0, 120, 70, 9}};
    bounds_run(&enough, &bounds);
    assert_int_equal(bounds.pairs[0].estimate.warnings, 0);
    /* Two lists that attract each other, and a third that knows many more. */
    struct count_table attract = {.lists = 3, .cells = {0, 5, 5, 90, 500, 5, 5, 10}};
    bounds_run(&attract, &bounds);
    assert_true(count_estimate_has(&bounds.pairs[0].estimate, COUNT_WARN_IMPOSSIBLE));
    assert_non_null(strstr(bounds.pairs[0].estimate.detail, "It would be"));
}

static void test_chao_with_few(void **state)
{
    (void)state;
    struct count_table t = {.lists = 3, .cells = {0, 40, 30, 1, 35, 0, 0, 0}};
    bounds_run(&t, &bounds);
    assert_true(bounds.chao.given && count_estimate_has(&bounds.chao, COUNT_WARN_ONE_CELL));
    /* 105 on one, 1 on two: 106 + 2/3 * 105 * 104 / 4. */
    assert_true(fabs(bounds.chao.n - 1926) < 1e-9);
    t.cells[3] = 0;
    bounds_run(&t, &bounds);
    assert_true(bounds.chao.given && bounds.chao.has_interval);
}

static void test_any_table_gives_sound_answers(void **state)
{
    (void)state;
    struct prop prop = prop_start("bounds_any_table");
    for (int round = 0; round < 2000; round++) {
        struct count_table t = {.lists = 1 + (unsigned)prop_below(&prop, 8)};
        unsigned scale = (unsigned)prop_below(&prop, 45);
        uint64_t zeros = prop_below(&prop, 11);
        for (unsigned h = 1; h < 1u << t.lists; h++) {
            if (prop_below(&prop, 10) >= zeros)
                t.cells[h] = prop_below(&prop, 1 + (UINT64_C(1) << scale));
        }
        bounds_run(&t, &bounds);
        assert_int_equal(bounds.pair_count, t.lists * (t.lists - 1) / 2);
        double documented = (double)count_table_n(&t);
        for (size_t i = 0; i <= bounds.pair_count; i++) {
            const struct count_estimate *e = i == 0 ? &bounds.chao : &bounds.pairs[i - 1].estimate;
            assert_true(isfinite(e->n) && isfinite(e->low) && isfinite(e->high));
            assert_true(e->given ? e->n >= documented : e->warnings != 0);
            if (e->has_interval)
                assert_true(e->low >= documented && e->low <= e->high);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kosovo),
        cmocka_unit_test(test_two_lists_and_one),
        cmocka_unit_test(test_pairs_that_say_little),
        cmocka_unit_test(test_chao_with_few),
        cmocka_unit_test(test_any_table_gives_sound_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
