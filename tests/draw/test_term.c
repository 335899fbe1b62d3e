/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw/term.h"
#include "prop.h"
#include "text/width.h"

static void widths_are_of_columns(void **state)
{
    (void)state;
    assert_int_equal(width_columns(span_text("")), 0);
    assert_int_equal(width_columns(span_text("Ёжик")), 4);
    assert_int_equal(width_columns(span_text("山川")), 4);
    assert_int_equal(width_columns(span_text("e\u0301")), 1);
    assert_int_equal(width_columns(span_text("\xff")), 1);
    assert_int_equal(width_cut(span_text("山川"), 3).len, 3);
    assert_int_equal(width_cut(span_text("山川"), 1).len, 0);
    assert_int_equal(width_cut(span_text("e\u0301x"), 1).len, 3);
    assert_int_equal(width_cut(span_text("abc"), 9).len, 3);
}

static const struct term_column columns[] = {
    {.title = "day"},
    {.title = "text", .cut = true},
    {.title = "size", .right = true},
    {.title = "last"},
};

static void assert_table(const char *const *cells, size_t rows, size_t width, const char *expected)
{
    struct buf b CLEANUP(buf_release);
    buf_init(&b, 1 << 20);
    term_table(&b, columns, COUNT_OF(columns), cells, rows, width);
    assert_int_equal(buf_error(&b), 0);
    assert_string_equal(buf_cstr(&b), expected);
}

static void columns_stand_below_each_other(void **state)
{
    (void)state;
    const char *const cells[] = {"2031-04-09", "Ёлочный рынок", "5",  "x",
                                 "2031-04-10", "山川",          "16", NULL};
    assert_table(cells, 2, 80,
                 "day         text           size  last\n"
                 "2031-04-09  Ёлочный рынок     5  x\n"
                 "2031-04-10  山川             16\n");
    assert_table(NULL, 0, 80, "day  text  size  last\n");
}

static void the_wide_give_way(void **state)
{
    (void)state;
    const char *const cells[] = {"2031-04-09", "Ёлочный рынок в Желане", "5", "x",
                                 "2031-04-10", "山川山川山川山川",       "6", "y"};
    assert_table(cells, 2, 34,
                 "day         text        size  last\n"
                 "2031-04-09  Ёлочный р…     5  x\n"
                 "2031-04-10  山川山川…      6  y\n");
    assert_table(cells, 2, 5,
                 "day         text      size  last\n"
                 "2031-04-09  Ёлочный…     5  x\n"
                 "2031-04-10  山川山…      6  y\n");
}

static void a_report_forges_no_row(void **state)
{
    (void)state;
    const char *const cells[] = {"a", "one\n2031-04-11  two\x1b[2J\u202Ex", "1", "b"};
    assert_table(cells, 1, 80,
                 "day  text                                    size  last\n"
                 "a    one 2031-04-11 two[U+001B][2J[U+202E]x     1  b\n");
}

/* Every line is as wide as the first but for its last column, and none is wider than it may be. */
static void any_table_fits(void **state)
{
    (void)state;
    struct prop prop = prop_start("term_table");
    static const char *const pieces[] = {"a",  "Ё",    "山",   "e\u0301", " ",
                                         "\n", "\xff", "🙂", "xyz"};
    struct buf out CLEANUP(buf_release);
    buf_init(&out, 1 << 20);
    for (int i = 0; i < 500; i++) {
        char texts[8][128];
        const char *cells[8];
        for (size_t c = 0; c < 8; c++) {
            size_t len = 0;
            for (size_t n = prop_below(&prop, c % 4 == 1 ? 30 : 4); n > 0; n--) {
                const char *piece = pieces[prop_below(&prop, COUNT_OF(pieces))];
                memcpy(texts[c] + len, piece, strlen(piece));
                len += strlen(piece);
            }
            texts[c][len] = '\0';
            cells[c] = texts[c];
        }
        buf_reset(&out);
        term_table(&out, columns, 4, cells, 2, 90);
        assert_int_equal(buf_error(&out), 0);
        struct cursor lines;
        cursor_init(&lines, buf_bytes(&out));
        for (int line = 0; line < 3; line++)
            assert_true(width_columns(cursor_line(&lines, 4096)) <= 90);
        assert_int_equal(cursor_end(&lines), 0);
    }
}

static void a_paragraph_is_broken_between_words(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10000);
    term_paragraph(&b, "At least  100 persons\nare \x1B[31mdocumented.", 2, 20);
    assert_string_equal(buf_cstr(&b), "  At least 100\n"
                                      "  persons are\n"
                                      "  [U+001B][31mdocume\n"
                                      "  nted.\n");
    buf_reset(&b);
    term_paragraph(&b, "", 2, 20);
    assert_string_equal(buf_cstr(&b), "");
    term_paragraph(&b, "word anotherword", 30, 20);
    assert_string_equal(buf_cstr(&b), "                              word\n"
                                      "                              anotherw\n"
                                      "                              ord\n");
    buf_release(&b);
}

static void a_cell_is_cut_or_filled(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    term_cell(&b, "Orlets", 8, TERM_LEFT);
    term_cell(&b, "12", 4, TERM_RIGHT);
    term_cell(&b, "Zhelan Hospital", 7, TERM_CUT);
    term_cell(&b, NULL, 2, TERM_LEFT);
    term_cell(&b, "|\r\xE2\x80\xAE", 20, TERM_CUT);
    assert_string_equal(buf_cstr(&b), "Orlets    12Zhelan…  | [U+202E]");
    assert_int_equal(term_columns_of("日本"), 4);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths_are_of_columns),
        cmocka_unit_test(columns_stand_below_each_other),
        cmocka_unit_test(the_wide_give_way),
        cmocka_unit_test(a_report_forges_no_row),
        cmocka_unit_test(any_table_fits),
        cmocka_unit_test(a_paragraph_is_broken_between_words),
        cmocka_unit_test(a_cell_is_cut_or_filled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
