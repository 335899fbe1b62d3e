/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "chart_case.h"
#include "draw/chart_calibration.h"

static const struct chart_calibrated points[] = {{0, 0, 1000}, {0.5, 0.75, 4}, {1, 1, 1}};

static struct chart_calibration sample(void)
{
    return (struct chart_calibration){
        .title = "Calibration", .count = COUNT_OF(points), .points = points};
}

static int draw_again(struct arena *where, struct html *ret_html)
{
    struct chart_calibration chart = sample();
    return chart_calibration(&chart, where, ret_html);
}

static void points_stand_where_they_say(void **state)
{
    (void)state;
    struct html html;
    assert_int_equal(draw_again(&arena, &html), 0);
    const char *svg = (const char *)html.bytes.data;
    assert_is_picture(svg);
    assert_int_equal(count_of(svg, "<circle"), 3);
    /* The frame is 280 wide and high, from (44, 292). */
    assert_non_null(strstr(svg, "<circle cx=\"44.0\" cy=\"292.0\""));
    assert_non_null(strstr(svg, "<circle cx=\"184.0\" cy=\"82.0\""));
    assert_non_null(strstr(svg, "<circle cx=\"324.0\" cy=\"12.0\""));
    /* Two standard errors of one half in four cases: from 0 to 1. */
    assert_non_null(strstr(svg, "M184.0 292.0V12.0"));
    assert_non_null(strstr(svg, "Chance given 50.0%, came true 75.0%, of 4. "));
}

static void want_of_memory_is_reported(void **state)
{
    (void)state;
    assert_memory_is_reported(draw_again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_stand_where_they_say),
        cmocka_unit_test(want_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
