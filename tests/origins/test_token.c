/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "origins/token.h"
#include "prop.h"
#include "text/fold.h"
#include "text/utf8.h"
#include "text/word.h"

static struct token_table *tables[2]; /* fast, plain */

static int set_up(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(token_table_new(i == 1, &tables[i]), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        token_table_free(tables[i]);
    return 0;
}

static void read_text(struct tokens *t, int table, struct span text)
{
    tokens_init(t);
    assert_int_equal(tokens_add(t, tables[table], text), 0);
}

static void assert_same(const struct tokens *a, const struct tokens *b)
{
    assert_int_equal(a->count, b->count);
    if (a->count == 0)
        return;
    assert_memory_equal(a->hash, b->hash, a->count * sizeof *a->hash);
    assert_memory_equal(a->at, b->at, a->count * sizeof *a->at);
    assert_memory_equal(a->len, b->len, a->count);
}

static uint32_t hash_of(struct span word)
{
    uint8_t plain[2048];
    struct buf folded;
    size_t len = 0;
    buf_init(&folded, 1u << 16);
    assert_int_equal(fold_search(word, &folded), 0);
    for (size_t i = 0; i < folded.len; i++) {
        bool joiner = i + 2 < folded.len && memcmp(folded.data + i, "\xe2\x80\x99", 3) == 0;
        plain[len++] = joiner ? '\'' : folded.data[i];
        i += joiner ? 2 : 0;
    }
    buf_release(&folded);
    return token_hash(span_of(plain, len));
}

/* As word.h and fold.h would have it. */
static void assert_as_the_long_way(const struct tokens *t, struct span text)
{
    struct span rest = text, word;
    size_t i = 0;
    while (word_next(&rest, &word)) {
        assert_true(i < t->count);
        assert_int_equal(t->at[i] & TOKEN_AT, word.data - text.data);
        assert_int_equal(t->len[i], word.len);
        assert_int_equal(t->hash[i], hash_of(word));
        bool digit = word.data[0] >= '0' && word.data[0] <= '9';
        assert_int_equal((t->at[i] & TOKEN_NAME) != 0, digit || word_is_capital(word));
        i++;
    }
    assert_int_equal(t->count, i);
}

static uint32_t some_character(struct prop *p)
{
    static const uint32_t often[] = {' ', '\'',  '.', '\n', 0x2019, 0x2014, 0xAB,  0x2026, 0xAD,
                                     'e', 0x301, 'A', '0',  0x451,  0x438,  0x306, 0xE9,   0x130};
    switch (prop_below(p, 8)) {
    case 0:
        return often[prop_below(p, COUNT_OF(often))];
    case 1:
        return 0x400 + (uint32_t)prop_below(p, 0x60);
    case 2:
        return 1 + (uint32_t)prop_below(p, 0x7ff);
    case 3:
        return prop_below(p, 20) ? 'a' : 1 + (uint32_t)prop_below(p, 0xd7ff);
    default:
        return 1 + (uint32_t)prop_below(p, 0x7f);
    }
}

static void the_fast_way_and_the_plain_way_give_the_same(void **state)
{
    (void)state;
    struct prop p = prop_start("token");
    struct buf text;
    buf_init(&text, 1u << 20);
    for (int round = 0; round < 3000; round++) {
        struct tokens fast, plain;
        size_t characters = prop_below(&p, 300);
        bool ascii = prop_below(&p, 3) == 0;
        buf_reset(&text);
        for (size_t i = 0; i < characters; i++)
            utf8_put(&text, ascii ? 1 + (uint32_t)prop_below(&p, 0x7f) : some_character(&p));
        /* Without a byte behind it that may be read. */
        uint8_t *exact = malloc(text.len + 1);
        assert_non_null(exact);
        memcpy(exact + 1, text.len ? text.data : (const uint8_t *)"", text.len);
        struct span bytes = span_of(exact + 1, text.len);
        read_text(&fast, 0, bytes);
        read_text(&plain, 1, bytes);
        assert_same(&fast, &plain);
        assert_as_the_long_way(&fast, bytes);
        tokens_release(&fast);
        tokens_release(&plain);
        free(exact);
    }
    buf_release(&text);
}

static void words_are_the_same_however_they_are_written(void **state)
{
    (void)state;
    static const char *const same[][2] = {
        {"Karsk", "KARSK"},
        {"don't", "Don’t"},
        {"ёлка", "Елка"},
        {"Орлец", "ОРЛЕЦ"},
        {"café", "cafe"},
        {"cafe\xcc\x81", "CAFÉ"},
        {"resettlement", "Resettlement"},
        {"й", "\xd0\xb8\xcc\x86"},
        {"12345678", "１２３４５６７８"},
    };
    for (size_t i = 0; i < COUNT_OF(same); i++) {
        struct tokens a, b;
        read_text(&a, 0, span_text(same[i][0]));
        read_text(&b, 0, span_text(same[i][1]));
        assert_int_equal(a.count, 1);
        assert_int_equal(b.count, 1);
        assert_int_equal(a.hash[0], b.hash[0]);
        tokens_release(&a);
        tokens_release(&b);
    }
}

static void sentences_and_names_are_marked(void **state)
{
    (void)state;
    const char *text = "They came. In Karsk, nobody «Спал»… Он ушёл\nand";
    static const uint32_t expected[] = {TOKEN_SENTENCE | TOKEN_NAME,
                                        0,
                                        TOKEN_SENTENCE | TOKEN_NAME,
                                        TOKEN_NAME,
                                        0,
                                        TOKEN_NAME,
                                        TOKEN_SENTENCE | TOKEN_NAME,
                                        0,
                                        TOKEN_SENTENCE};
    for (int table = 0; table < 2; table++) {
        struct tokens t;
        read_text(&t, table, span_text(text));
        assert_int_equal(t.count, COUNT_OF(expected));
        for (size_t i = 0; i < t.count; i++)
            assert_int_equal(t.at[i] & ~TOKEN_AT, expected[i]);
        tokens_release(&t);
    }
}

static void assert_cut(const char *unit, size_t times)
{
    size_t len = strlen(unit) * times;
    char *text = malloc(len);
    assert_non_null(text);
    for (size_t i = 0; i < times; i++)
        memcpy(text + i * strlen(unit), unit, strlen(unit));
    for (int table = 0; table < 2; table++) {
        struct tokens t;
        size_t at = 0;
        read_text(&t, table, span_of(text, len));
        for (size_t i = 0; i < t.count; i++) {
            assert_int_equal(t.at[i] & TOKEN_AT, at);
            at += t.len[i];
        }
        assert_int_equal(at, len);
        tokens_release(&t);
    }
    free(text);
}

static void a_text_without_a_space_is_cut(void **state)
{
    (void)state;
    assert_cut("karsk", 2000000);
    assert_cut("ж", 1000000);
    assert_cut("字", 100000);
}

static void texts_are_put_behind_each_other(void **state)
{
    (void)state;
    struct tokens t;
    read_text(&t, 0, span_text("one two"));
    assert_int_equal(tokens_add(&t, tables[0], span_text("")), 0);
    assert_int_equal(tokens_add(&t, tables[0], span_text("\n  ...  ")), 0);
    assert_int_equal(tokens_add(&t, tables[0], span_text("two")), 0);
    assert_int_equal(t.count, 3);
    assert_int_equal(t.hash[1], t.hash[2]);
    assert_int_equal(t.at[2], TOKEN_SENTENCE);
    tokens_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fast_way_and_the_plain_way_give_the_same),
        cmocka_unit_test(words_are_the_same_however_they_are_written),
        cmocka_unit_test(sentences_and_names_are_marked),
        cmocka_unit_test(a_text_without_a_space_is_cut),
        cmocka_unit_test(texts_are_put_behind_each_other),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
