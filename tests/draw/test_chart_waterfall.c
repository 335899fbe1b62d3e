/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "chart_case.h"
#include "draw/chart_part.h"
#include "draw/chart_waterfall.h"

static const struct chart_step steps[] = {{"before anything", -10},
                                          {"family <name>", 8},
                                          {"born\x1b[2J", 0},
                                          {"place", -0.8},
                                          {"phone", 12.3}};

static struct chart_waterfall sample(void)
{
    return (struct chart_waterfall){
        .title = "The evidence", .count = COUNT_OF(steps), .steps = steps, .total = "together"};
}

static const char *drawn(const struct chart_waterfall *chart, bool narrow)
{
    struct html html;
    assert_int_equal(chart_waterfall(chart, narrow, &arena, &html), 0);
    return (const char *)html.bytes.data;
}

static void each_step_has_a_name_a_bar_and_a_number(void **state)
{
    (void)state;
    struct chart_waterfall chart = sample();
    for (int narrow = 0; narrow < 2; narrow++) {
        const char *svg = drawn(&chart, narrow);
        assert_is_picture(svg);
        assert_int_equal(count_of(svg, "<rect"), 6);
        /* Empty is what speaks against. */
        assert_int_equal(count_of(svg, "stroke=\"currentColor\" fill-opacity=\".08\"/>"), 2);
        assert_non_null(strstr(svg, ">family &lt;name&gt;</text>"));
        assert_non_null(strstr(svg, ">-10.0</text>"));
        assert_non_null(strstr(svg, ">-0.8</text>"));
        assert_non_null(strstr(svg, ">0</text>"));
        assert_non_null(strstr(svg, ">+9.5</text>"));
        assert_non_null(strstr(svg, ">even odds</text>"));
        assert_non_null(strstr(svg, ">1 to 1,000</text>"));
        assert_non_null(strstr(svg, "before anything: -10.0. family &lt;name&gt;: +8.0. "));
        assert_non_null(strstr(svg, "together: +9.5 bits.</desc>"));
    }
}

/* x and width of the nth bar. */
static void bar_of(const char *svg, size_t nth, double *x, double *width)
{
    for (; (svg = strstr(svg, "<rect x=\"")); svg++) {
        if (nth-- == 0) {
            assert_int_equal(sscanf(svg, "<rect x=\"%lf\" y=\"%*f\" width=\"%lf\"", x, width), 2);
            return;
        }
    }
    fail_msg("no such bar");
}

static void a_bar_begins_where_the_one_before_it_ended(void **state)
{
    (void)state;
    struct chart_waterfall chart = sample();
    double x[6], width[6];
    const char *svg = drawn(&chart, false);
    for (size_t i = 0; i < 6; i++)
        bar_of(svg, i, &x[i], &width[i]);
    double unit = width[0] / 10;
    assert_true(x[1] - x[0] < 0.2 && x[0] - x[1] < 0.2);
    assert_true(width[1] - 8 * unit < 0.2 && 8 * unit - width[1] < 0.2);
    assert_true(x[3] - (x[2] - 0.8 * unit) < 0.2);
    assert_true(x[4] + width[4] - (x[5] + width[5]) < 0.2);
    assert_true(x[5] - (x[0] + width[0]) < 0.2); /* the last one begins at even odds */
}

static void a_terminal_has_names_numbers_and_bars(void **state)
{
    (void)state;
    struct buf out;
    struct chart_waterfall chart = sample();
    buf_init(&out, 1 << 16);
    chart_waterfall_text(&chart, 66, &out);
    assert_string_equal(buf_cstr(&out),
                        "  before anything   -10.0  ░░░░░░░░░░░░░░░░░░░░\n"
                        "  family <name>      +8.0  █████████████████  ┊\n"
                        "  born[U+001B][2J       0                     ┊\n"
                        "  place              -0.8                ░░░  ┊\n"
                        "  phone             +12.3                █████████████████████████\n"
                        "  together           +9.5                     ████████████████████\n");
    buf_release(&out);
}

static void the_terminals_width_is_kept(void **state)
{
    (void)state;
    struct prop prop = prop_start("the_terminals_width_is_kept");
    struct buf out;
    buf_init(&out, 1 << 20);
    for (int round = 0; round < 2000; round++) {
        struct chart_step some[CHART_WATERFALL_MAX];
        struct chart_waterfall chart = sample();
        chart.count = 1 + prop_below(&prop, CHART_WATERFALL_MAX);
        chart.steps = some;
        for (size_t i = 0; i < chart.count; i++)
            some[i] = (struct chart_step){
                .name = prop_below(&prop, 2) ? "Фамилия и имя, как они записаны в списке" : "имя",
                .bits = ((double)prop_below(&prop, 4001) - 2000) / (1 << prop_below(&prop, 12))};
        size_t width = 30 + prop_below(&prop, 150);
        buf_reset(&out);
        chart_waterfall_text(&chart, width, &out);
        assert_int_equal(buf_error(&out), 0);
        const char *text = buf_cstr(&out);
        for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
            if (width_columns(span_of(text, (size_t)(end - text))) > width)
                fail_msg("%zu: %.*s", width, (int)(end - text), text);
        }
        assert_is_picture(drawn(&chart, round % 2));
        arena_release(&arena);
        arena_init(&arena, 16 << 20);
    }
    buf_release(&out);
}

static void a_file_of_its_own_names_its_kind(void **state)
{
    (void)state;
    struct chart_waterfall chart = sample();
    struct html html;
    struct buf out;
    buf_init(&out, 1 << 16);
    assert_int_equal(chart_waterfall(&chart, false, &arena, &html), 0);
    chart_put_file(html, &out);
    assert_memory_equal(buf_cstr(&out), "<svg xmlns=\"http://www.w3.org/2000/svg\" style=", 46);
    assert_non_null(strstr(buf_cstr(&out), " class=\"chart\" role=\"img\""));
    assert_string_equal(buf_cstr(&out) + out.len - 7, "</svg>\n");
    buf_release(&out);
}

static int draw_again(struct arena *where, struct html *ret_html)
{
    struct chart_waterfall chart = sample();
    return chart_waterfall(&chart, false, where, ret_html);
}

static void want_of_memory_is_reported(void **state)
{
    (void)state;
    assert_memory_is_reported(draw_again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_has_a_name_a_bar_and_a_number),
        cmocka_unit_test(a_bar_begins_where_the_one_before_it_ended),
        cmocka_unit_test(a_terminal_has_names_numbers_and_bars),
        cmocka_unit_test(the_terminals_width_is_kept),
        cmocka_unit_test(a_file_of_its_own_names_its_kind),
        cmocka_unit_test(want_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
