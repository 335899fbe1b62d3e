/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "draw/chart_upset.h"
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

static const char *const names[] = {"Open Door", "<Lawyers>", "Parents", "d", "e", "f", "g", "h"};
static const uint64_t sizes[] = {1240, 300, 45, 1, 1, 1, 1, 1};
static const uint64_t cells[256] = {0, 1200, 275, 20, 40, 0, 0, 5};

static struct chart_upset sample(unsigned lists)
{
    return (struct chart_upset){.title = "Who is on which lists",
                                .lists = lists,
                                .names = names,
                                .sizes = sizes,
                                .cells = cells};
}

static const char *drawn(const struct chart_upset *chart, bool narrow)
{
    struct html html;
    assert_int_equal(chart_upset(chart, narrow, &arena, &html), 0);
    return (const char *)html.bytes.data;
}

static const char *written(const struct chart_upset *chart, size_t rows, size_t width)
{
    buf_reset(&out);
    chart_upset_text(chart, rows, width, &out);
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

static void the_largest_come_first(void **state)
{
    (void)state;
    static const uint64_t some[8] = {99, 5, 7, 5, 0, 7, 5, 5};
    static const unsigned expected[] = {2, 5, 1, 3, 6, 7};
    struct chart_upset chart = sample(3);
    unsigned order[1 << CHART_UPSET_LISTS_MAX];
    chart.cells = some;
    assert_int_equal(chart_upset_order(&chart, order), 6);
    assert_memory_equal(order, expected, sizeof expected);
}

static void every_history_has_a_bar_a_number_and_dots(void **state)
{
    (void)state;
    struct chart_upset chart = sample(3);
    for (int narrow = 0; narrow < 2; narrow++) {
        const char *svg = drawn(&chart, narrow);
        /* Five histories that somebody has, three dots each: eight filled. */
        assert_int_equal(count_of(svg, "<circle"), 15);
        assert_int_equal(count_of(svg, "r=\"6\""), 8);
        assert_int_equal(count_of(svg, "stroke-width=\"3\""), 2);
        assert_non_null(strstr(svg, ">1,200</text>"));
        assert_non_null(strstr(svg, ">5</text>"));
        assert_non_null(strstr(svg, ">1,240</text>"));
        assert_non_null(strstr(svg, ">&lt;Lawyers&gt;</text>"));
        assert_null(strstr(svg, "smaller"));
    }
    /* The largest fills the height, the second its share of it. */
    const char *svg = drawn(&chart, false);
    assert_non_null(strstr(svg, "height=\"160.0\""));
    assert_non_null(strstr(svg, "height=\"36.7\""));
}

static void it_is_read_aloud_and_follows_the_page(void **state)
{
    (void)state;
    struct chart_upset chart = sample(3);
    const char *svg = drawn(&chart, true);
    assert_non_null(strstr(svg, "role=\"img\""));
    assert_non_null(strstr(svg, "<title>Who is on which lists</title><desc>Open Door: 1,240. "));
    assert_non_null(strstr(svg, "Only on Open Door and &lt;Lawyers&gt; and Parents: 5. </desc>"));
    assert_null(strstr(svg, "style"));
    assert_null(strstr(svg, "#"));
}

static void what_is_not_drawn_is_counted(void **state)
{
    (void)state;
    uint64_t all[256];
    for (unsigned h = 0; h < 256; h++)
        all[h] = 1000 - h;
    struct chart_upset chart = sample(8);
    chart.cells = all;
    assert_non_null(strstr(drawn(&chart, false), ">and 231 smaller groups: 198,660 persons<"));
    assert_non_null(strstr(drawn(&chart, true), ">and 235 smaller groups: "));
    assert_non_null(strstr(written(&chart, 254, 80), "  and 1 smaller group: 745 persons\n"));
    assert_null(strstr(written(&chart, 255, 80), "smaller"));
}

static void a_terminal_has_numbers_dots_and_bars(void **state)
{
    (void)state;
    struct chart_upset chart = sample(3);
    assert_string_equal(written(&chart, 10, 40), "  1  Open Door  1,240 ██████████████████\n"
                                                 "  2  <Lawyers>    300 ████▍\n"
                                                 "  3  Parents       45 ▋\n"
                                                 "\n"
                                                 "  1 2 3  persons on exactly these lists\n"
                                                 "  ● · ·  1,200 █████████████████████████\n"
                                                 "  · ● ·    275 █████▊\n"
                                                 "  · · ●     40 ▉\n"
                                                 "  ● ● ·     20 ▍\n"
                                                 "  ● ● ●      5 ▏\n");
}

static void nobody_and_very_many_are_drawn(void **state)
{
    (void)state;
    static const uint64_t nobody[256] = {0};
    uint64_t many[256];
    struct chart_upset chart = sample(1);
    chart.sizes = chart.cells = nobody;
    assert_null(strstr(drawn(&chart, false), "nan"));
    assert_null(strstr(drawn(&chart, true), "nan"));
    assert_non_null(strstr(written(&chart, 10, 80), "  1  Open Door  0"));
    for (unsigned h = 0; h < 256; h++)
        many[h] = UINT64_C(1) << 53;
    chart = sample(8);
    chart.sizes = chart.cells = many;
    assert_non_null(strstr(drawn(&chart, false), ">9,007,199,254,740,992</text>"));
    assert_non_null(strstr(drawn(&chart, true), ">9,007,199,254,740,992</text>"));
    assert_null(strstr(drawn(&chart, true), "width=\"-"));
}

static void no_line_is_wider_than_the_terminal(void **state)
{
    (void)state;
    struct prop prop = prop_start("no_line_is_wider_than_the_terminal");
    for (int round = 0; round < 1000; round++) {
        struct chart_upset chart = sample(1 + (unsigned)prop_below(&prop, 8));
        uint64_t some[256], some_sizes[8];
        for (unsigned h = 0; h < 256; h++)
            some[h] = prop_below(&prop, UINT64_C(1) << prop_below(&prop, 20));
        for (unsigned i = 0; i < 8; i++)
            some_sizes[i] = prop_below(&prop, UINT64_C(1) << prop_below(&prop, 20));
        chart.cells = some;
        chart.sizes = some_sizes;
        size_t width = 40 + prop_below(&prop, 160);
        const char *text = written(&chart, 30, width);
        for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
            if (width_columns(span_of(text, (size_t)(end - text))) > width)
                fail_msg("%zu: %.*s", width, (int)(end - text), text);
        }
    }
}

static void want_of_memory_is_reported(void **state)
{
    (void)state;
    struct chart_upset chart = sample(8);
    bool done = false;
    for (uint64_t nth = 1; !done; nth++) {
        struct html html = {span_text("untouched")};
        arena_release(&arena);
        arena_init(&arena, 16 << 20);
        mem_fail_from(nth);
        int error = chart_upset(&chart, nth % 2, &arena, &html);
        done = mem_asked() < nth;
        mem_fail_from(0);
        assert_int_equal(error, done ? 0 : E_NOMEM);
        assert_true(done || span_equal(html.bytes, span_text("untouched")));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_come_first),
        cmocka_unit_test(every_history_has_a_bar_a_number_and_dots),
        cmocka_unit_test(it_is_read_aloud_and_follows_the_page),
        cmocka_unit_test(what_is_not_drawn_is_counted),
        cmocka_unit_test(a_terminal_has_numbers_dots_and_bars),
        cmocka_unit_test(nobody_and_very_many_are_drawn),
        cmocka_unit_test(no_line_is_wider_than_the_terminal),
        cmocka_unit_test(want_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
