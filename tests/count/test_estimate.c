/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "count/estimate.h"
#include "text/utf8.h"

static struct count_estimate made(double n, double low, double high)
{
    struct count_estimate e;
    count_estimate_init(&e, "test", "Test", "Nothing.");
    e.given = e.has_interval = true;
    e.n = n;
    e.low = low;
    e.high = high;
    return e;
}

static void test_a_sound_number_stays(void **state)
{
    (void)state;
    struct count_estimate e = made(150, 90, 200);
    count_estimate_finish(&e, 100);
    assert_true(e.given && e.has_interval && !e.has_spread);
    assert_true(e.n == 150 && e.low == 100 && e.high == 200);
    assert_int_equal(e.warnings, 0);
}

static void test_unsound_numbers_go(void **state)
{
    (void)state;
    static const struct {
        double n;
        enum count_warning w;
    } cases[] = {{-5, COUNT_WARN_IMPOSSIBLE},
                 {99, COUNT_WARN_IMPOSSIBLE},
                 {NAN, COUNT_WARN_ABSURD},
                 {INFINITY, COUNT_WARN_ABSURD},
                 {1e9, COUNT_WARN_ABSURD}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct count_estimate e = made(cases[i].n, 1, 2);
        count_estimate_finish(&e, 100);
        assert_false(e.given || e.has_interval);
        assert_true(e.n == 0);
        assert_true(count_estimate_has(&e, cases[i].w));
    }
}

static void test_a_limit_that_is_none_goes(void **state)
{
    (void)state;
    struct count_estimate e = made(150, 100, INFINITY);
    count_estimate_finish(&e, 100);
    assert_true(e.given && !e.has_interval);
    assert_true(e.high == 0);
    assert_true(count_estimate_has(&e, COUNT_WARN_NO_UPPER_LIMIT));
}

static void test_a_stopping_warning_takes_the_number(void **state)
{
    (void)state;
    struct count_estimate e = made(150, 100, 200);
    count_estimate_warn(&e, COUNT_WARN_UNFINISHED);
    count_estimate_finish(&e, 100);
    assert_false(e.given);
    e = made(150, 100, 200);
    count_estimate_warn(&e, COUNT_WARN_SATURATED);
    count_estimate_finish(&e, 100);
    assert_true(e.given);
}

static void test_spread(void **state)
{
    (void)state;
    struct count_estimate e = made(150, 100, 200);
    for (size_t i = 0; i < COUNT_SPREAD; i++)
        e.spread[i] = 100 + (i + 0.5) / COUNT_SPREAD * 100;
    e.has_spread = true;
    count_estimate_finish(&e, 100);
    assert_true(e.has_spread);
    assert_true(fabs(count_spread_quantile(e.spread, 0.5) - 150) < 1e-9);
    assert_true(fabs(count_spread_quantile(e.spread, 0.025) - 102.5) < 1e-9);
    assert_true(count_spread_quantile(e.spread, 0) == e.spread[0]);
    assert_true(count_spread_quantile(e.spread, 1) == e.spread[COUNT_SPREAD - 1]);
    e.spread[7] = NAN;
    count_estimate_finish(&e, 100);
    assert_false(e.has_spread);
}

static void test_details_are_cut(void **state)
{
    (void)state;
    struct count_estimate e = made(150, 100, 200);
    for (int i = 0; i < 100; i++)
        count_estimate_detail(&e, "%d words.", i);
    assert_memory_equal(e.detail, "0 words. 1 words. ", 18);
    assert_int_equal(strlen(e.detail), COUNT_DETAIL_MAX - 1);
    assert_string_equal(e.detail + COUNT_DETAIL_MAX - 4, "...");
    count_estimate_detail(&e, "More.");
    assert_string_equal(e.detail + COUNT_DETAIL_MAX - 4, "...");
}

/* Never within a letter of two bytes. */
static void test_details_stay_text(void **state)
{
    (void)state;
    for (int before = 0; before < 2; before++) {
        struct count_estimate e = made(150, 100, 200);
        count_estimate_detail(&e, "%s", before ? "1" : "");
        for (int i = 0; i < 20; i++)
            count_estimate_detail(&e, "\u041e\u0442\u043a\u0440\u044b\u0442\u0430\u044f");
        assert_int_equal(utf8_check(span_text(e.detail), COUNT_DETAIL_MAX), 0);
        assert_true(strlen(e.detail) >= COUNT_DETAIL_MAX - 2);
    }
    char name[400] = "";
    for (int i = 0; i < 100; i++)
        memcpy(name + 2 * i, "\u0416", 3);
    assert_int_equal(count_short(name), 80);
    assert_int_equal(count_short("Open Door Karsk"), 15);
}

static void test_table_sums(void **state)
{
    (void)state;
    struct count_table t = {.lists = 3, .cells = {0, 1, 2, 4, 8, 16, 32, 64}};
    assert_int_equal(count_table_n(&t), 127);
    assert_int_equal(count_table_on(&t, 0), 1 + 4 + 16 + 64);
    assert_int_equal(count_table_both(&t, 1, 2), 32 + 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sound_number_stays),
        cmocka_unit_test(test_unsound_numbers_go),
        cmocka_unit_test(test_a_limit_that_is_none_goes),
        cmocka_unit_test(test_a_stopping_warning_takes_the_number),
        cmocka_unit_test(test_spread),
        cmocka_unit_test(test_details_are_cut),
        cmocka_unit_test(test_details_stay_text),
        cmocka_unit_test(test_table_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
