/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "link/differ.h"
#include "prop.h"

static struct link_piece a_pieces[LINK_PIECES_MAX], b_pieces[LINK_PIECES_MAX];
static size_t a_count, b_count;

static void assert_marked(const struct link_piece *pieces, size_t count, const char *expected)
{
    struct buf out;
    buf_init(&out, 1 << 16);
    for (size_t i = 0; i < count; i++) {
        buf_text(&out, pieces[i].differs ? "[" : "");
        buf_span(&out, pieces[i].text);
        buf_text(&out, pieces[i].differs ? "]" : "");
    }
    assert_string_equal(buf_cstr(&out), expected);
    buf_release(&out);
}

static void differences_are_marked_and_nothing_else(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b, *marked_a, *marked_b;
    } cases[] = {
        {"Petrrov", "Petrov", "Petr[r]ov", "Petr[]ov"},
        {"Петров", "Перров", "Пе[т]ров", "Пе[р]ров"},
        {"Jamshid", "Camşid", "[J]am[sh]id", "[C]am[ş]id"},
        {"1980-05-03", "1980-03-05", "1980-0[5]-0[3]", "1980-0[3]-0[5]"},
        {"same", "same", "same", "same"},
        {"abcdefg", "abcdefgh", "abcdefg[]", "abcdefg[h]"},
        /* A letter that stands alone between differences is no common ground. */
        {"Orletsxaybc", "Orletszawbc", "Orlets[xay]bc", "Orlets[zaw]bc"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_true(link_differ(span_text(cases[i].a), span_text(cases[i].b), a_pieces, &a_count,
                                b_pieces, &b_count));
        assert_marked(a_pieces, a_count, cases[i].marked_a);
        assert_marked(b_pieces, b_count, cases[i].marked_b);
    }
}

static void what_has_little_in_common_is_not_marked(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"Karsk", "كرسك"}, {"Karsk", "Orlets"}, {"", "Orlets"}, {"a", "b"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct span a = span_text(cases[i][0]), b = span_text(cases[i][1]);
        assert_false(link_differ(a, b, a_pieces, &a_count, b_pieces, &b_count));
        assert_int_equal(a_count, 1);
        assert_int_equal(b_count, 1);
        assert_true(span_equal(a_pieces[0].text, a));
        assert_true(span_equal(b_pieces[0].text, b));
    }
}

static size_t some_text(struct prop *prop, char *text, size_t letters)
{
    static const char *const alphabet[] = {"a", "b", "c", "ж", "я", "ب", "𐍈", " "};
    size_t len = 0;
    for (size_t i = prop_below(prop, letters); i > 0; i--) {
        const char *letter = alphabet[prop_below(prop, COUNT_OF(alphabet))];
        memcpy(text + len, letter, strlen(letter));
        len += strlen(letter);
    }
    return len;
}

/* The pieces are the text, and what both share is the same in both. */
static void check(struct span a, struct span b)
{
    struct buf whole[2], shared[2];
    const struct link_piece *pieces[] = {a_pieces, b_pieces};
    bool marked = link_differ(a, b, a_pieces, &a_count, b_pieces, &b_count);
    const size_t counts[] = {a_count, b_count};
    for (size_t side = 0; side < 2; side++) {
        assert_true(counts[side] <= LINK_PIECES_MAX);
        buf_init(&whole[side], 1 << 16);
        buf_init(&shared[side], 1 << 16);
        for (size_t i = 0; i < counts[side]; i++) {
            buf_span(&whole[side], pieces[side][i].text);
            if (!pieces[side][i].differs)
                buf_span(&shared[side], pieces[side][i].text);
        }
    }
    assert_true(span_equal(buf_bytes(&whole[0]), a));
    assert_true(span_equal(buf_bytes(&whole[1]), b));
    assert_true(span_equal(buf_bytes(&shared[0]), buf_bytes(&shared[1])));
    assert_true(!marked || shared[0].len > 0);
    for (size_t side = 0; side < 2; side++) {
        buf_release(&whole[side]);
        buf_release(&shared[side]);
    }
}

static void pieces_are_the_text(void **state)
{
    (void)state;
    struct prop prop = prop_start("pieces_are_the_text");
    char a[2400], b[2400];
    for (int round = 0; round < 5000; round++) {
        size_t letters = round % 50 == 0 ? 500 : 20;
        size_t a_len = some_text(&prop, a, letters), b_len = some_text(&prop, b, letters);
        check(span_of(a, a_len), span_of(b, b_len));
        check(span_of(a, a_len), span_of(a, a_len));
    }
}

static void capitals_and_accents_are_no_difference(void **state)
{
    (void)state;
    enum link_sameness how;
    assert_int_equal(link_differ_how(span_text("Élise"), span_text("ELISE"), &how), 0);
    assert_int_equal(how, LINK_SAME_BUT_FORM);
    assert_int_equal(link_differ_how(span_text("Фёдор"), span_text("федор"), &how), 0);
    assert_int_equal(how, LINK_SAME_BUT_FORM);
    assert_int_equal(link_differ_how(span_text("Anna"), span_text("Anna"), &how), 0);
    assert_int_equal(how, LINK_SAME_TEXT);
    assert_int_equal(link_differ_how(span_text("Anna"), span_text("Inna"), &how), 0);
    assert_int_equal(how, LINK_OTHER_TEXT);
    assert_int_equal(link_differ_how(span_text("\xff"), span_text("\xfe"), &how), 0);
    assert_int_equal(how, LINK_OTHER_TEXT);
    mem_fail_from(1);
    assert_int_equal(link_differ_how(span_text("Anna"), span_text("Inna"), &how), E_NOMEM);
    mem_fail_from(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_are_marked_and_nothing_else),
        cmocka_unit_test(what_has_little_in_common_is_not_marked),
        cmocka_unit_test(pieces_are_the_text),
        cmocka_unit_test(capitals_and_accents_are_no_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
