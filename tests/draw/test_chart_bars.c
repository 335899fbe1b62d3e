/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "chart_case.h"
#include "draw/chart_bars.h"

static const struct chart_bar bars[] = {{"family name: sound", "80.0%", 0.8, 0.8},
                                        {"<date>: whole", "60.0%", 0.6, 0.15},
                                        {"phone", "0.0%", 0, 0}};

static struct chart_bars sample(void)
{
    return (struct chart_bars){.title = "Keys", .count = COUNT_OF(bars), .bars = bars, .full = 1};
}

static const char *drawn(const struct chart_bars *chart, bool narrow)
{
    struct html html;
    assert_int_equal(chart_bars(chart, narrow, &arena, &html), 0);
    return (const char *)html.bytes.data;
}

static void bars_are_as_long_as_they_say_and_filled_in_part(void **state)
{
    (void)state;
    struct chart_bars chart = sample();
    for (int narrow = 0; narrow < 2; narrow++) {
        const char *svg = drawn(&chart, narrow);
        assert_is_picture(svg);
        assert_int_equal(count_of(svg, "<rect"), 4);
        assert_int_equal(count_of(svg, "fill-opacity"), 1);
        assert_non_null(strstr(svg, ">&lt;date&gt;: whole</text>"));
        assert_non_null(strstr(svg, ">60.0%</text>"));
        assert_non_null(
            strstr(svg, "<desc>family name: sound: 80.0%. &lt;date&gt;: whole: 60.0%."));
        double full, empty, filled;
        const char *at = strstr(svg, "<rect");
        assert_int_equal(sscanf(at, "<rect x=\"%*f\" y=\"%*f\" width=\"%lf\"", &full), 1);
        at = strstr(at + 1, "<rect");
        assert_int_equal(sscanf(at, "<rect x=\"%*f\" y=\"%*f\" width=\"%lf\"", &empty), 1);
        at = strstr(at + 1, "<rect");
        assert_int_equal(sscanf(at, "<rect x=\"%*f\" y=\"%*f\" width=\"%lf\"", &filled), 1);
        assert_true(empty / full > 0.749 && empty / full < 0.751);
        assert_true(filled / empty > 0.249 && filled / empty < 0.251);
    }
}

static void the_longest_fills_the_room_when_nothing_is_said(void **state)
{
    (void)state;
    struct chart_bars chart = sample();
    chart.full = 0;
    double said, unsaid;
    struct chart_bars whole = sample();
    assert_int_equal(sscanf(strstr(drawn(&whole, false), "width="), "width=\"%lf\"", &said), 1);
    assert_int_equal(sscanf(strstr(drawn(&chart, false), "width="), "width=\"%lf\"", &unsaid), 1);
    assert_true(said / unsaid > 0.799 && said / unsaid < 0.801);
}

static void nothing_and_hostile_names_are_drawn(void **state)
{
    (void)state;
    struct chart_bar some[CHART_BARS_MAX];
    for (size_t i = 0; i < CHART_BARS_MAX; i++)
        some[i] = (struct chart_bar){"\x1b[2J\u202e", "<script>", 0, 0};
    struct chart_bars chart = {.title = "t", .count = CHART_BARS_MAX, .bars = some};
    assert_is_picture(drawn(&chart, false));
    assert_is_picture(drawn(&chart, true));
    assert_null(strstr(drawn(&chart, true), "<script"));
    assert_null(strstr(drawn(&chart, true), "\u202e"));
}

static int draw_again(struct arena *where, struct html *ret_html)
{
    struct chart_bars chart = sample();
    return chart_bars(&chart, true, where, ret_html);
}

static void want_of_memory_is_reported(void **state)
{
    (void)state;
    assert_memory_is_reported(draw_again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars_are_as_long_as_they_say_and_filled_in_part),
        cmocka_unit_test(the_longest_fills_the_room_when_nothing_is_said),
        cmocka_unit_test(nothing_and_hostile_names_are_drawn),
        cmocka_unit_test(want_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
