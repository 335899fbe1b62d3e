/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "draw/chart.h"

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const char *drawn(const uint32_t *counts, size_t days)
{
    struct chart_days chart = {
        .title = "Reports <a day>", .first_day = 22353, .counts = counts, .days = days};
    struct html html;
    assert_int_equal(chart_days(&chart, &arena, &html), 0);
    return (const char *)html.bytes.data;
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)); text++)
        count++;
    return count;
}

static void bars_carry_their_numbers(void **state)
{
    (void)state;
    const char *svg = drawn((const uint32_t[]){1, 0, 4}, 3);
    assert_int_equal(count_of(svg, "<rect"), 2);
    assert_non_null(strstr(svg, ">1</text>"));
    assert_non_null(strstr(svg, ">4</text>"));
    assert_null(strstr(svg, ">0</text>"));
    /* The highest fills the height, the other a quarter of it. */
    assert_non_null(strstr(svg, "y=\"24.0\" width=\"36.0\" height=\"136.0\""));
    assert_non_null(strstr(svg, "y=\"126.0\" width=\"36.0\" height=\"34.0\""));
    /* Two numbers, and all three days below the line. */
    assert_int_equal(count_of(svg, "</text>"), 5);
    assert_non_null(strstr(svg, ">2031-03-15</text>"));
    assert_non_null(strstr(svg, ">2031-03-16</text>"));
    assert_non_null(strstr(svg, ">2031-03-17</text>"));
}

static void it_is_read_aloud_and_follows_the_page(void **state)
{
    (void)state;
    const char *svg = drawn((const uint32_t[]){1, 0, 4}, 3);
    assert_non_null(strstr(svg, "role=\"img\""));
    assert_non_null(strstr(svg, "<title>Reports &lt;a day&gt;</title>"));
    assert_int_equal(count_of(svg, "currentColor"), 2);
    assert_null(strstr(svg, "style"));
    assert_null(strstr(svg, "#"));
}

static void many_days_carry_two_numbers(void **state)
{
    (void)state;
    uint32_t counts[CHART_DAYS_MAX];
    for (size_t i = 0; i < CHART_DAYS_MAX; i++)
        counts[i] = 1 + (uint32_t)(i % 7);
    counts[40] = 900;
    const char *svg = drawn(counts, CHART_DAYS_MAX);
    assert_int_equal(count_of(svg, "<rect"), CHART_DAYS_MAX);
    /* The highest, the last, and five days. */
    assert_int_equal(count_of(svg, "</text>"), 7);
    assert_non_null(strstr(svg, ">900</text>"));
}

static void nothing_and_very_much_are_drawn(void **state)
{
    (void)state;
    assert_int_equal(count_of(drawn((const uint32_t[]){0}, 1), "<rect"), 0);
    const char *svg = drawn((const uint32_t[]){UINT32_MAX, 1}, 2);
    assert_non_null(strstr(svg, ">4294967295</text>"));
    assert_null(strstr(svg, "nan"));
}

static void want_of_memory_is_reported(void **state)
{
    (void)state;
    struct arena small;
    arena_init(&small, 100);
    struct html html = {span_text("untouched")};
    struct chart_days chart = {.title = "x", .counts = (const uint32_t[]){1}, .days = 1};
    assert_int_equal(chart_days(&chart, &small, &html), E_NOMEM);
    assert_true(span_equal(html.bytes, span_text("untouched")));
    arena_release(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars_carry_their_numbers),
        cmocka_unit_test(it_is_read_aloud_and_follows_the_page),
        cmocka_unit_test(many_days_carry_two_numbers),
        cmocka_unit_test(nothing_and_very_much_are_drawn),
        cmocka_unit_test(want_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
