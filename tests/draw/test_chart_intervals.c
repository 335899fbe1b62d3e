/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "draw/chart_intervals.h"
#include "draw/chart_part.h"
#include "prop.h"
#include "text/width.h"

static struct arena arena;
static struct buf out;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    buf_init(&out, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    buf_release(&out);
    return 0;
}

static const struct chart_interval rows[] = {
    {.group = "Models <of all kinds>",
     .name = "Log-linear",
     .label = "2,000 (1,500 to 3,000)",
     .given = true,
     .has_interval = true,
     .n = 2000,
     .low = 1500,
     .high = 3000},
    {.name = "Warned",
     .label = "1,800 (no upper limit)",
     .given = true,
     .open_above = true,
     .warned = true,
     .n = 1800},
    {.name = "Bound",
     .label = "at least 1,200 (1,100 to 1,300)",
     .given = true,
     .has_interval = true,
     .lower_bound = true,
     .n = 1200,
     .low = 1100,
     .high = 1300},
    {.group = "None", .name = "Refused", .label = "no estimate: Nobody is on two lists."},
};

static struct chart_intervals sample(void)
{
    return (struct chart_intervals){
        .title = "Estimates & intervals", .documented = 1000, .count = 4, .rows = rows};
}

static const char *drawn(const struct chart_intervals *chart, bool narrow)
{
    struct html html;
    assert_int_equal(chart_intervals(chart, narrow, &arena, &html), 0);
    return (const char *)html.bytes.data;
}

static const char *written(const struct chart_intervals *chart, size_t width)
{
    buf_reset(&out);
    chart_intervals_text(chart, width, &out);
    assert_int_equal(buf_error(&out), 0);
    return buf_cstr(&out);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)); text++)
        count++;
    return count;
}

static void each_row_has_its_mark_and_its_numbers(void **state)
{
    (void)state;
    struct chart_intervals chart = sample();
    for (int narrow = 0; narrow < 2; narrow++) {
        const char *svg = drawn(&chart, narrow);
        assert_int_equal(count_of(svg, "<circle"), 2);
        assert_int_equal(count_of(svg, "r=\"4\" fill=\"currentColor\""), 1);
        assert_int_equal(count_of(svg, "r=\"4\" fill=\"none\""), 1);
        assert_int_equal(count_of(svg, "z\" fill=\"currentColor\""), 1);
        assert_int_equal(count_of(svg, "stroke-dasharray=\"6 3\""), 1);
        assert_non_null(strstr(svg, ">2,000 (1,500 to 3,000)</text>"));
        assert_non_null(strstr(svg, ">at least 1,200 (1,100 to 1,300)</text>"));
        assert_non_null(strstr(svg, ">no estimate: Nobody is on two lists.</text>"));
        assert_non_null(strstr(svg, ">1,000 documented</text>"));
        assert_non_null(strstr(svg, ">Models &lt;of all kinds&gt;</text>"));
        assert_null(strstr(svg, "logarithmic"));
    }
}

static void it_is_read_aloud_and_follows_the_page(void **state)
{
    (void)state;
    struct chart_intervals chart = sample();
    const char *svg = drawn(&chart, false);
    assert_non_null(strstr(svg, "role=\"img\""));
    assert_non_null(strstr(svg, "<title>Estimates &amp; intervals</title><desc>1,000 documented. "
                                "Log-linear: 2,000 (1,500 to 3,000). "));
    assert_null(strstr(svg, "style"));
    assert_null(strstr(svg, "#"));
}

static void a_wide_range_is_logarithmic_and_says_so(void **state)
{
    (void)state;
    struct chart_interval far = rows[0];
    struct chart_intervals chart = {.title = "x", .documented = 1000, .count = 1, .rows = &far};
    far.high = 5999;
    assert_null(strstr(drawn(&chart, false), "logarithmic"));
    far.high = 6100;
    assert_non_null(strstr(drawn(&chart, false), "logarithmic"));
    assert_non_null(strstr(written(&chart, 80), "Equal steps are equal factors"));
}

static void a_terminal_has_pictures_beside_or_below(void **state)
{
    (void)state;
    struct chart_intervals chart = sample();
    assert_string_equal(written(&chart, 64),
                        "               ┊ 1,000 documented\n"
                        "Models <of all kinds>\n"
                        "  Log-linear   ┊           ├───────────●──────────────────────┤\n"
                        "  Warned       ┊                  ○╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌→\n"
                        "  Bound        ┊  ├─▶─┤\n"
                        "None\n"
                        "  Refused     no estimate: Nobody is on two lists.\n"
                        "              ─┬───────────────────────┬──────────────────────┬─\n"
                        "              1,000                  2,000                 3,000\n"
                        "  ● an estimate. ▶ a lower limit. ○ or ▷ it has a warning.\n");
    const char *text = written(&chart, 40);
    assert_non_null(strstr(text, "\nLog-linear\n"));
}

static void no_line_is_wider_than_the_terminal(void **state)
{
    (void)state;
    struct prop prop = prop_start("no_line_is_wider_than_the_terminal");
    for (int round = 0; round < 2000; round++) {
        struct chart_interval some[3];
        for (size_t i = 0; i < 3; i++) {
            some[i] = rows[prop_below(&prop, COUNT_OF(rows))];
            some[i].n = 1000 + (double)prop_below(&prop, 1000000);
            some[i].low = 1000 + (double)prop_below(&prop, (uint64_t)some[i].n - 999);
            some[i].high = some[i].n * (1 + (double)prop_below(&prop, 1000));
        }
        some[0].given = true;
        struct chart_intervals chart = {.title = "x", .documented = 1000, .count = 3, .rows = some};
        size_t width = 40 + prop_below(&prop, 160);
        const char *text = written(&chart, width);
        for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
            if (width_columns(span_of(text, (size_t)(end - text))) > width)
                fail_msg("%zu: %.*s", width, (int)(end - text), text);
        }
        const char *svg = drawn(&chart, prop_below(&prop, 2));
        assert_null(strstr(svg, "nan"));
        assert_null(strstr(svg, "inf"));
        arena_release(&arena);
        arena_init(&arena, 16 << 20);
    }
}

/* Round numbers within, in order, not more than wanted, at least one. */
static void ticks_are_round_and_few(void **state)
{
    (void)state;
    struct prop prop = prop_start("ticks_are_round_and_few");
    for (int round = 0; round < 20000; round++) {
        struct chart_axis axis;
        double low = 1 + (double)prop_below(&prop, UINT64_C(1) << prop_below(&prop, 53));
        double high = low * (1 + (double)prop_below(&prop, 100000) / 1000.0);
        size_t wanted = 2 + prop_below(&prop, CHART_TICKS_MAX - 1);
        chart_axis_fit(&axis, low, high, wanted);
        if (axis.tick_count == 0 || axis.tick_count > wanted)
            fail_msg("%zu ticks from %g to %g", axis.tick_count, low, high);
        for (size_t i = 0; i < axis.tick_count; i++) {
            char text[40];
            snprintf(text, sizeof text, "%.3g", axis.ticks[i]);
            if (axis.ticks[i] < axis.low || axis.ticks[i] > axis.high)
                fail_msg("%g is not on the axis", axis.ticks[i]);
            if (i > 0 && axis.ticks[i] <= axis.ticks[i - 1])
                fail_msg("%g after %g", axis.ticks[i], axis.ticks[i - 1]);
        }
        assert_true(chart_axis_at(&axis, low) < chart_axis_at(&axis, high) || low == high);
        assert_true(chart_axis_at(&axis, 0) == 0 && chart_axis_at(&axis, high * 2) == 1);
    }
}

static void want_of_memory_is_reported(void **state)
{
    (void)state;
    struct chart_intervals chart = sample();
    bool done = false;
    for (uint64_t nth = 1; !done; nth++) {
        struct html html = {span_text("untouched")};
        arena_release(&arena);
        arena_init(&arena, 16 << 20);
        mem_fail_from(nth);
        int error = chart_intervals(&chart, nth % 2, &arena, &html);
        done = mem_asked() < nth;
        mem_fail_from(0);
        assert_int_equal(error, done ? 0 : E_NOMEM);
        assert_true(done || span_equal(html.bytes, span_text("untouched")));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_has_its_mark_and_its_numbers),
        cmocka_unit_test(it_is_read_aloud_and_follows_the_page),
        cmocka_unit_test(a_wide_range_is_logarithmic_and_says_so),
        cmocka_unit_test(a_terminal_has_pictures_beside_or_below),
        cmocka_unit_test(no_line_is_wider_than_the_terminal),
        cmocka_unit_test(ticks_are_round_and_few),
        cmocka_unit_test(want_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
