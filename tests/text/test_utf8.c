/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "prop.h"
#include "text/utf8.h"
#include "text/word.h"

#include <string.h>

static void every_code_point_is_read_again(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4);
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        buf_reset(&b);
        utf8_put(&b, c);
        struct span rest = buf_bytes(&b);
        if (utf8_next(&rest) != c || rest.len != 0)
            fail_msg("U+%04X", c);
        if (utf8_check(buf_bytes(&b), 1) != 0 || utf8_check(buf_bytes(&b), 0) != E_TOO_LARGE)
            fail_msg("U+%04X", c);
    }
    buf_release(&b);
}

static void what_is_no_utf8_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x80", /* a tail alone */
        "\xBF",
        "\xC0\xAF", /* overlong / */
        "\xC1\xBF",
        "\xC2", /* cut short */
        "\xC2\x41",
        "\xE0\x80\x80", /* overlong */
        "\xE0\x9F\xBF",
        "\xE2\x82",
        "\xED\xA0\x80", /* surrogates */
        "\xED\xBF\xBF",
        "\xF0\x80\x80\x80", /* overlong */
        "\xF0\x8F\xBF\xBF",
        "\xF0\x9F\x98",
        "\xF4\x90\x80\x80", /* above U+10FFFF */
        "\xF5\x80\x80\x80",
        "\xFE",
        "\xFF",
        "12345678\xFF",
        "1234567890123456\xC3(",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (utf8_check(span_text(bad[i]), SIZE_MAX) != E_UTF8)
            fail_msg("%zu was let pass", i);
    struct span rest = span_text("\xE2\x82"
                                 "A");
    assert_true(utf8_next(&rest) == UTF8_INVALID && rest.len == 2);
    assert_true(utf8_next(&rest) == UTF8_INVALID && rest.len == 1);
    assert_true(utf8_next(&rest) == 'A' && rest.len == 0);
}

static void lengths_are_in_characters(void **state)
{
    (void)state;
    struct span text = span_text("Ёжик, Orlets, 👩");
    assert_int_equal(utf8_check(text, 15), 0);
    assert_int_equal(utf8_check(text, 14), E_TOO_LARGE);
    assert_int_equal(utf8_check(span_of(NULL, 0), 0), 0);
    assert_int_equal(utf8_check(span_of("a\0b", 3), 3), 0);
}

/* The short way over eight bytes of ASCII says the same as going one by one. */
static void the_check_agrees_with_the_steps(void **state)
{
    (void)state;
    struct prop prop = prop_start("the_check_agrees_with_the_steps");
    static const char *const pieces[] = {"a", "abcdefgh", "ё", "\xFF", "👩", "ი", "\xED", "z"};
    for (int round = 0; round < 20000; round++) {
        char text[200];
        size_t len = 0, count = 0;
        for (uint64_t i = prop_below(&prop, 12); i > 0; i--) {
            uint64_t which = prop_below(&prop, round % 2 ? COUNT_OF(pieces) : 3);
            size_t piece = strlen(pieces[which]);
            memcpy(text + len, pieces[which], piece);
            len += piece;
        }
        bool valid = true;
        for (struct span rest = span_of(text, len); rest.len; count++)
            valid = utf8_next(&rest) != UTF8_INVALID && valid;
        assert_int_equal(utf8_check(span_of(text, len), count), valid ? 0 : E_UTF8);
        if (valid && count)
            assert_int_equal(utf8_check(span_of(text, len), count - 1), E_TOO_LARGE);
    }
}

static void assert_words(const char *text, const char *expected)
{
    struct buf b;
    struct span rest = span_text(text), word;
    buf_init(&b, 1000);
    while (word_next(&rest, &word)) {
        assert_true(word.data >= (const uint8_t *)text && word.len > 0);
        buf_printf(&b, "<%.*s>", (int)word.len, (const char *)word.data);
    }
    assert_string_equal(buf_cstr(&b), expected);
    buf_release(&b);
}

static void words_of_three_scripts(void **state)
{
    (void)state;
    assert_words("They came at 4:30, in 2 cars.", "<They><came><at><4><30><in><2><cars>");
    assert_words("Ёжик — это не еж; кто-то из Орлеца", "<Ёжик><это><не><еж><кто><то><из><Орлеца>");
    assert_words("قال أحمد: ٣ رجال", "<قال><أحمد><٣><رجال>");
    assert_words("می‌خواهم", "<می‌خواهم>");
    assert_words("don't, l’eau 'quoted' o''clock", "<don't><l’eau><quoted><o><clock>");
    assert_words("e\xCC\x81t\xC3\xA9 a\xFF"
                 "b",
                 "<e\xCC\x81t\xC3\xA9><a><b>");
    assert_words("A1b2 x_y +79001234567", "<A1b2><x><y><79001234567>");
    assert_words("4'5 rock'4", "<4><5><rock><4>");
    assert_words(" \n.,", "");
    assert_words("", "");
    assert_words("end'", "<end>");
}

/* Words lie in the text in order, hold no space, and nothing between them is a letter of ASCII. */
static void words_lie_in_order(void **state)
{
    (void)state;
    struct prop prop = prop_start("words_lie_in_order");
    static const char *const pieces[] = {"a", "'", " ",        "ё", "\xFF",
                                         "1", "’", "\xCC\x81", "-", "ض"};
    for (int round = 0; round < 20000; round++) {
        char text[100];
        size_t len = 0;
        for (uint64_t i = prop_below(&prop, 20); i > 0; i--) {
            const char *piece = pieces[prop_below(&prop, COUNT_OF(pieces))];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        const uint8_t *at = (const uint8_t *)text, *end = at + len;
        struct span rest = span_of(text, len), word;
        while (word_next(&rest, &word)) {
            assert_true(word.data >= at && word.data + word.len <= end && word.len > 0);
            for (; at < word.data; at++)
                assert_true(*at != 'a' && *at != '1');
            for (size_t i = 0; i < word.len; i++)
                assert_true(word.data[i] != ' ' && word.data[i] != '-' && word.data[i] != 0xFF);
            at = word.data + word.len;
        }
        for (; at < end; at++)
            assert_true(*at != 'a' && *at != '1');
    }
}

static void capitals(void **state)
{
    (void)state;
    assert_true(word_is_capital(span_text("Karsk")));
    assert_true(word_is_capital(span_text("Élan")));
    assert_true(word_is_capital(span_text("Толма")));
    assert_false(word_is_capital(span_text("ёлка")));
    assert_false(word_is_capital(span_text("men")));
    assert_false(word_is_capital(span_text("40")));
    assert_false(word_is_capital(span_text("")));
    assert_false(word_is_capital(span_text("\xff")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_is_read_again),
        cmocka_unit_test(what_is_no_utf8_is_refused),
        cmocka_unit_test(lengths_are_in_characters),
        cmocka_unit_test(the_check_agrees_with_the_steps),
        cmocka_unit_test(words_of_three_scripts),
        cmocka_unit_test(words_lie_in_order),
        cmocka_unit_test(capitals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
