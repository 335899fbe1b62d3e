/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "chart_case.h"
#include "draw/chart_histogram.h"

static uint64_t counts[40] = {[3] = 1000000, [4] = 1000, [20] = 1, [33] = 120};

static struct chart_histogram sample(void)
{
    return (struct chart_histogram){.title = "Weights",
                                    .bars = COUNT_OF(counts),
                                    .counts = counts,
                                    .from = -20,
                                    .mark_low = -4.25,
                                    .mark_high = 4.25,
                                    .mark = "in doubt",
                                    .unit = "bits",
                                    .counted = "<pairs>",
                                    .low_is = "<two>",
                                    .high_is = "one"};
}

static const char *drawn(const struct chart_histogram *chart, bool narrow)
{
    struct html html;
    assert_int_equal(chart_histogram(chart, narrow, &arena, &html), 0);
    return (const char *)html.bytes.data;
}

static void one_among_a_million_is_seen(void **state)
{
    (void)state;
    struct chart_histogram chart = sample();
    for (int narrow = 0; narrow < 2; narrow++) {
        const char *svg = drawn(&chart, narrow);
        assert_is_picture(svg);
        /* The million has the full height, the thousand 3 1/3 parts of 6 1/3, the one 1/3. */
        assert_int_equal(count_of(svg, "v-"), 4);
        assert_non_null(strstr(svg, "v-180.0"));
        assert_non_null(strstr(svg, "v-94.7"));
        assert_non_null(strstr(svg, "v-9.5"));
        assert_non_null(strstr(svg, ">1,000,000</text>"));
        assert_non_null(strstr(svg, ">← &lt;two&gt;</text>"));
        assert_non_null(strstr(svg, ">bits</text>"));
        assert_non_null(strstr(svg, ">&lt;pairs&gt;</text>"));
        assert_non_null(strstr(svg, ">in doubt</text>"));
        assert_non_null(strstr(svg, "<desc>&lt;two&gt;: 1,001,000. in doubt: 1. one: 120. "));
    }
    assert_non_null(strstr(drawn(&chart, false), ">+10</text>"));
    assert_non_null(strstr(drawn(&chart, false), ">-10</text>"));
}

static void nothing_and_very_much_are_drawn(void **state)
{
    (void)state;
    struct prop prop = prop_start("nothing_and_very_much_are_drawn");
    static const uint64_t nothing[1] = {0};
    struct chart_histogram chart = sample();
    chart.counts = nothing;
    chart.bars = 1;
    assert_is_picture(drawn(&chart, false));
    for (int round = 0; round < 500; round++) {
        uint64_t some[CHART_HISTOGRAM_BARS_MAX] = {0};
        chart.bars = 1 + prop_below(&prop, CHART_HISTOGRAM_BARS_MAX);
        chart.counts = some;
        chart.from = (int)prop_below(&prop, 200) - 100;
        for (size_t i = 0; i < chart.bars; i++)
            some[i] = prop_below(&prop, UINT64_C(1) << prop_below(&prop, 62));
        assert_is_picture(drawn(&chart, round % 2));
        arena_release(&arena);
        arena_init(&arena, 16 << 20);
    }
}

static int draw_again(struct arena *where, struct html *ret_html)
{
    struct chart_histogram chart = sample();
    return chart_histogram(&chart, true, where, ret_html);
}

static void want_of_memory_is_reported(void **state)
{
    (void)state;
    assert_memory_is_reported(draw_again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_among_a_million_is_seen),
        cmocka_unit_test(nothing_and_very_much_are_drawn),
        cmocka_unit_test(want_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
