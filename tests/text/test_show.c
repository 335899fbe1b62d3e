/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "prop.h"
#include "text/show.h"
#include "text/utf8.h"

#include <string.h>

static void assert_block(const char *text, const char *expected)
{
    struct buf b;
    buf_init(&b, 1000);
    show_block(&b, span_text(text));
    assert_string_equal(buf_cstr(&b), expected);
    buf_release(&b);
}

static void assert_line(const char *text, size_t max, const char *expected)
{
    struct buf b;
    buf_init(&b, 1000);
    show_line(&b, span_text(text), max);
    assert_string_equal(buf_cstr(&b), expected);
    buf_release(&b);
}

static void ordinary_text_stays(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "They came at night.\n\tTwo cars — no plates.",
        "Ёжик «в тумане», йод, сло\xCC\x81во",
        "قال أحمد: ٣ رجال",
        "می‌خواهم", /* a non-joiner between letters that join */
        "हिन्दी",
        "한국어",
        "日本語",
        "é and e\xCC\x81",
        "👩‍👧 👍🏽 ☎️ 🇪🇺",
        "",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        assert_block(texts[i], texts[i]);
}

static void hidden_things_are_made_visible(void **state)
{
    (void)state;
    assert_block("a\xE2\x80\xAE"
                 "b",
                 "a[U+202E]b");
    assert_block("\xE2\x81\xA6x\xE2\x81\xA9", "[U+2066]x[U+2069]");
    assert_block("\xE2\x80\x8E\xE2\x80\x8F\xD8\x9C", "[U+200E][U+200F][U+061C]");
    assert_block("a\xE2\x80\x8B"
                 "b\xEF\xBB\xBF"
                 "c",
                 "a[U+200B]b[U+FEFF]c");
    assert_block("a\xE2\x80\x8C"
                 "b a\xE2\x80\x8D"
                 "b",
                 "a[U+200C]b a[U+200D]b");
    assert_block("می\xE2\x80\x8C\xE2\x80\x8Cخ", "می[U+200C][U+200C]خ");
    assert_block("\x1B[31m\x07\x7F", "[U+001B][31m[U+0007][U+007F]");
    assert_block("a\xC2\x85\xC2\x9B", "a[U+0085][U+009B]");
    assert_block("a\xC2\xAD\xE2\xA0\x80\xE3\x85\xA4", "a[U+00AD][U+2800][U+3164]");
    assert_block("a\xE2\x80\xA8"
                 "b",
                 "a[U+2028]b");
    assert_block("\xF3\xA0\x81\x81", "[U+E0041]");              /* a tag */
    assert_block("\xEE\x80\x80 \xCD\xB8", "[U+E000] [U+0378]"); /* private, unassigned */
    assert_block("\xEF\xBF\xBF", "[U+FFFF]");
    assert_block("a\xFF\xC3", "a[0xFF][0xC3]");
    assert_block("\xCC\x81x", "[U+0301]x");
    assert_block("a\n\xCC\x81x", "a\n[U+0301]x");
    assert_block("☎\xEF\xB8\x8F\xEF\xB8\x8F", "☎\xEF\xB8\x8F[U+FE0F]");
    assert_block("a\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81",
                 "a\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81[U+0301]");
    struct buf b;
    buf_init(&b, 100);
    show_block(&b, span_of("a\0b", 3));
    assert_string_equal(buf_cstr(&b), "a[U+0000]b");
    buf_release(&b);
}

static void ends_of_lines(void **state)
{
    (void)state;
    assert_block("a\r\nb\rc\n", "a\nb[U+000D]c\n");
    assert_line("  a\r\n\tb \xC2\xA0 c \n", 100, "a b c");
    assert_line("\n \t", 100, "");
}

static void lines_are_cut_between_characters(void **state)
{
    (void)state;
    assert_line("Орлец", 5, "Орлец");
    assert_line("Орлец", 4, "Орле…");
    assert_line("e\xCC\x81t\xC3\xA9", 3, "e\xCC\x81t\xC3\xA9");
    assert_line("e\xCC\x81t\xC3\xA9", 1, "e\xCC\x81…");
    assert_line("👩‍👧👩‍👧", 1, "👩‍👧…");
    assert_line("🇪🇺🇪🇺", 1, "🇪🇺…");
    assert_line("a\xE2\x80\xAE"
                "bc",
                2, "a[U+202E]…");
    assert_line("ab cd", 2, "ab…");
    assert_line("ab cd", 3, "ab…");
    assert_line("ab cd", 4, "ab c…");
    assert_line("ab   ", 2, "ab");
    assert_line("a", 0, "…");
    assert_line("", 0, "");
}

static bool is_forbidden(uint32_t c)
{
    return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c <= 0x9F) || c == 0x61C ||
           c == 0x200B || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE0FFF);
}

static size_t random_bytes_of(struct prop *prop, uint8_t *bytes, size_t max)
{
    static const char *const pieces[] = {"a",
                                         "\xE2\x80\xAE",
                                         "\xE2\x80\x8D",
                                         "ی",
                                         "\xCC\x81",
                                         "\n",
                                         "\r",
                                         "👩",
                                         "\xF3\xA0\x81\x81",
                                         ".",
                                         "/",
                                         " ",
                                         "\xED",
                                         "\xEF\xB8\x8F"};
    size_t len = 0, count = prop_below(prop, 16);
    for (size_t i = 0; i < count && len + 8 < max; i++) {
        const char *piece = pieces[prop_below(prop, COUNT_OF(pieces))];
        if (prop_below(prop, 4) == 0) {
            prop_bytes(prop, bytes + len, 1);
            len++;
        } else {
            memcpy(bytes + len, piece, strlen(piece));
            len += strlen(piece);
        }
    }
    return len;
}

static void whatever_comes_in_what_comes_out_is_safe(void **state)
{
    (void)state;
    struct prop prop = prop_start("whatever_comes_in_what_comes_out_is_safe");
    struct buf b;
    buf_init(&b, 10000);
    for (int round = 0; round < 30000; round++) {
        uint8_t bytes[120];
        struct span text = span_of(bytes, random_bytes_of(&prop, bytes, sizeof bytes));
        buf_reset(&b);
        if (round % 2 == 0)
            show_block(&b, text);
        else
            show_line(&b, text, prop_below(&prop, 20));
        assert_int_equal(buf_error(&b), 0);
        assert_int_equal(utf8_check(buf_bytes(&b), SIZE_MAX), 0);
        for (struct span rest = buf_bytes(&b); rest.len;) {
            uint32_t c = utf8_next(&rest);
            assert_false(is_forbidden(c));
            if (round % 2)
                assert_true(c != '\n' && c != '\t');
        }
    }
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_text_stays),
        cmocka_unit_test(hidden_things_are_made_visible),
        cmocka_unit_test(ends_of_lines),
        cmocka_unit_test(lines_are_cut_between_characters),
        cmocka_unit_test(whatever_comes_in_what_comes_out_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
