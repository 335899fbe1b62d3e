/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "origins/align.h"
#include "prop.h"

#define WORDS_MAX 6000

/* Words as keys and rarities alone: that is all that an alignment looks at. */
struct text {
    uint16_t key[WORDS_MAX];
    uint8_t rarity[WORDS_MAX];
    uint32_t count;
};

static struct token_view view_of(const struct text *t)
{
    return (struct token_view){.key = t->key, .rarity = t->rarity, .count = t->count};
}

static void put(struct text *t, uint16_t word)
{
    if (t->count == WORDS_MAX)
        return;
    t->key[t->count] = word;
    t->rarity[t->count++] = (uint8_t)(word < 8 ? 14 + word : word < 100 ? 30 : 50);
}

static uint16_t draw(struct prop *p)
{
    return (uint16_t)prop_below(p, (uint64_t)8 << prop_below(p, 10));
}

static void write_text(struct prop *p, struct text *t, uint32_t words)
{
    t->count = 0;
    while (t->count < words)
        put(t, draw(p));
}

/* In changed of 100 places words are left out, put in or exchanged. */
static void reword(struct prop *p, const struct text *from, struct text *to, uint64_t changed)
{
    to->count = 0;
    for (uint32_t i = 0; i < from->count; i++) {
        bool change = prop_below(p, 100) < changed;
        uint64_t how = prop_below(p, 3);
        if (!change || how == 0)
            put(to, from->key[i]);
        if (change && how < 2)
            put(to, draw(p));
    }
}

static void assert_same_extent(struct align_extent x, struct align_extent y)
{
    assert_int_equal(x.score, y.score);
    assert_int_equal(x.a, y.a);
    assert_int_equal(x.b, y.b);
}

static void the_fast_way_and_the_plain_way_give_the_same(void **state)
{
    (void)state;
    static struct text a, b;
    struct prop p = prop_start("align");
    for (int round = 0; round < 400; round++) {
        write_text(&p, &a, (uint32_t)prop_below(&p, round % 20 ? 300 : WORDS_MAX));
        if (prop_below(&p, 4))
            reword(&p, &a, &b, prop_below(&p, 50));
        else
            write_text(&p, &b, (uint32_t)prop_below(&p, 300));
        struct token_view x = view_of(&a), y = view_of(&b);
        struct align_range in_a = {(uint32_t)prop_below(&p, a.count / 3 + 1), a.count};
        struct align_range in_b = {(uint32_t)prop_below(&p, b.count / 3 + 1), b.count};
        uint32_t a_at = in_a.from + (uint32_t)prop_below(&p, in_a.to - in_a.from + 1);
        uint32_t b_at = in_b.from + (uint32_t)prop_below(&p, in_b.to - in_b.from + 1);
        struct align_extent on = align_forward(&x, &y, in_a, in_b, a_at, b_at, false);
        assert_same_extent(on, align_forward(&x, &y, in_a, in_b, a_at, b_at, true));
        struct align_extent back = align_backward(&x, &y, in_a, in_b, a_at, b_at, false);
        assert_same_extent(back, align_backward(&x, &y, in_a, in_b, a_at, b_at, true));
        assert_true(on.a <= in_a.to - a_at && on.b <= in_b.to - b_at);
        assert_true(back.a <= a_at - in_a.from && back.b <= b_at - in_b.from);
        assert_true(on.score >= 0 && back.score >= 0);
    }
}

/* What stands between foreign words is found to the word, however long: scores of 16 bits do. */
static void a_copy_is_found_to_its_ends(void **state)
{
    (void)state;
    static struct text a, b;
    for (uint32_t len = 20; len < WORDS_MAX - 200; len = len * 3 / 2) {
        a.count = b.count = 0;
        for (uint32_t i = 0; i < 100; i++) {
            put(&a, (uint16_t)(20000 + i));
            put(&b, (uint16_t)(30000 + i));
        }
        for (uint32_t i = 0; i < len; i++) {
            put(&a, (uint16_t)(100 + i));
            put(&b, (uint16_t)(100 + i));
        }
        for (uint32_t i = 0; i < 100; i++) {
            put(&a, (uint16_t)(21000 + i));
            put(&b, (uint16_t)(31000 + i));
        }
        struct token_view x = view_of(&a), y = view_of(&b);
        struct align_range in_a = {0, a.count}, in_b = {0, b.count};
        uint32_t at = 100 + len / 2;
        struct align_extent on = align_forward(&x, &y, in_a, in_b, at, at, false);
        struct align_extent back = align_backward(&x, &y, in_a, in_b, at, at, false);
        assert_int_equal(on.a, len - len / 2);
        assert_int_equal(on.b, on.a);
        assert_int_equal(back.a, len / 2);
        assert_int_equal(back.b, back.a);
    }
}

/* Many words left out in one place after the other take the band along. */
static void the_band_follows(void **state)
{
    (void)state;
    static struct text a, b;
    a.count = b.count = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        put(&a, (uint16_t)(100 + i));
        if (i % 30 >= 3)
            put(&b, (uint16_t)(100 + i));
    }
    struct token_view x = view_of(&a), y = view_of(&b);
    struct align_range in_a = {0, a.count}, in_b = {0, b.count};
    struct align_extent on = align_forward(&x, &y, in_a, in_b, 3, 0, false);
    assert_int_equal(on.a, a.count - 3);
    assert_int_equal(on.b, b.count);
    struct align_extent back = align_backward(&x, &y, in_a, in_b, a.count, b.count, false);
    assert_int_equal(back.a, a.count - 3);
    assert_int_equal(back.b, b.count);
}

/* Random texts do not run alike: the score of chance stays far below that of a passage. */
static void chance_goes_nowhere(void **state)
{
    (void)state;
    static struct text a, b;
    struct prop p = prop_start("chance");
    uint32_t over = 0;
    for (int round = 0; round < 2000; round++) {
        write_text(&p, &a, 400);
        write_text(&p, &b, 400);
        struct token_view x = view_of(&a), y = view_of(&b);
        struct align_range in_a = {0, a.count}, in_b = {0, b.count};
        uint32_t at = 100 + (uint32_t)prop_below(&p, 200);
        over += align_forward(&x, &y, in_a, in_b, at, at, false).score > 75;
        over += align_backward(&x, &y, in_a, in_b, at, at, false).score > 75;
    }
    assert_true(over <= 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fast_way_and_the_plain_way_give_the_same),
        cmocka_unit_test(a_copy_is_found_to_its_ends),
        cmocka_unit_test(the_band_follows),
        cmocka_unit_test(chance_goes_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
