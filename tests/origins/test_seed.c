/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "origins/seed.h"
#include "origins/seed_rarity.h"
#include "prop.h"

struct memory_spill {
    struct spill spill;
    struct buf bytes;
};

static int put_bytes(struct spill *s, const void *data, size_t len)
{
    struct memory_spill *m = (struct memory_spill *)s;
    buf_put(&m->bytes, data, len);
    return buf_error(&m->bytes);
}

static int get_bytes(struct spill *s, uint64_t from, void *out, size_t len)
{
    struct memory_spill *m = (struct memory_spill *)s;
    assert_true(from + len <= m->bytes.len);
    memcpy(out, m->bytes.data + from, len);
    return 0;
}

static const struct spill_calls calls = {put_bytes, get_bytes};

/* Whoever comes first, and wherever it lies, a part is the tasks' records in order. */
static void records_come_back_in_the_order_of_tasks(void **state)
{
    (void)state;
    enum { TASKS = 7, PARTS = 5 };
    struct prop p = prop_start("runs");
    for (size_t memory = 0; memory < 6000; memory += 1000) {
        struct memory_spill m = {.spill.calls = &calls};
        struct seed_space space;
        struct seed_runs *runs;
        struct seed_writer w = {.count = 0};
        struct seed_part part = {.count = 0};
        uint32_t expected[PARTS] = {0};
        buf_init(&m.bytes, 1u << 20);
        assert_int_equal(seed_space_init(&space, memory, memory < 5000 ? &m.spill : NULL), 0);
        assert_int_equal(seed_runs_new(3, PARTS, TASKS, &space, &runs), 0);
        for (uint32_t t = TASKS; t-- > 0;) {
            for (uint64_t n = t == 3 ? 0 : prop_below(&p, 100); n > 0; n--) {
                assert_int_equal(seed_writer_reserve(&w, 1), 0);
                uint16_t to = (uint16_t)prop_below(&p, PARTS);
                const uint32_t record[3] = {(uint32_t)prop_below(&p, 4), t, (uint32_t)w.count};
                memcpy(w.numbers + w.count * 3, record, sizeof record);
                w.parts[w.count++] = to;
                expected[to]++;
            }
            assert_int_equal(seed_runs_put(runs, t, &w), 0);
        }
        for (uint32_t i = 0; i < PARTS; i++) {
            assert_int_equal(seed_runs_take(runs, i, &part), 0);
            assert_int_equal(part.count, expected[i]);
            for (size_t k = 1; k < part.count; k++) {
                const uint32_t *x = part.numbers + (k - 1) * 3, *y = x + 3;
                assert_true(x[1] < y[1] || (x[1] == y[1] && x[2] < y[2]));
            }
            seed_part_sort(&part, 3, 0, 2);
            for (size_t k = 1; k < part.count; k++) {
                const uint32_t *x = part.numbers + (k - 1) * 3, *y = x + 3;
                assert_true(x[0] < y[0] || (x[0] == y[0] && x[1] <= y[1]));
            }
        }
        seed_part_release(&part);
        seed_writer_release(&w);
        seed_runs_free(runs);
        seed_space_release(&space);
        buf_release(&m.bytes);
    }
}

static void function_words_are_known_in_five_documents(void **state)
{
    (void)state;
    struct languages *languages;
    uint32_t *counts = calloc(SEED_RARITY_SIZE, sizeof *counts);
    uint8_t *table = calloc(SEED_RARITY_SIZE, 1);
    assert_true(counts && table);
    assert_int_equal(languages_new(&languages), 0);
    size_t the = token_hash(span_text("the")) >> (32 - TOKEN_RARITY_BITS);
    size_t name = token_hash(span_text("karsk")) >> (32 - TOKEN_RARITY_BITS);
    counts[the] = 20;
    counts[name] = 20;
    assert_int_equal(seed_rarity_make(counts, languages, table), 40);
    assert_true(table[the] < 9 * SEED_RARITY_BIT);
    assert_true(table[name] > 9 * SEED_RARITY_BIT);
    languages_free(languages);
    free(counts);
    free(table);
}

/* Words 1 to 9 are function words. */
static struct seed_writer seeds_of(const uint32_t *words, uint32_t count, uint32_t document)
{
    struct seed_rules rules = seed_rules_for(1000000);
    struct seed_scratch scratch = {.capacity = 0};
    struct seed_writer w = {.count = 0};
    uint8_t rarity[64];
    uint32_t hash[64];
    for (uint32_t i = 0; i < count; i++) {
        hash[i] = words[i] * 0x9e3779b9u;
        rarity[i] = words[i] < 10 ? 24 : 48;
    }
    struct token_view v = {.hash = hash, .rarity = rarity, .count = count};
    assert_int_equal(seed_put(&rules, &v, document, &scratch, &w), 0);
    seed_scratch_release(&scratch);
    return w;
}

static size_t in_common(const uint32_t *a, uint32_t a_count, const uint32_t *b, uint32_t b_count)
{
    struct seed_writer x = seeds_of(a, a_count, 0), y = seeds_of(b, b_count, 1);
    size_t common = 0;
    for (size_t i = 0; i < x.count; i++) {
        for (size_t k = 0; k < y.count; k++)
            common += x.numbers[i * SEED_NUMBERS] == y.numbers[k * SEED_NUMBERS] &&
                      x.parts[i] == y.parts[k];
    }
    seed_writer_release(&x);
    seed_writer_release(&y);
    return common;
}

static void seeds_outlast_rewording(void **state)
{
    (void)state;
    static const uint32_t text[] = {20, 1, 21, 2, 22, 23, 3, 24, 4, 25, 5, 26, 1, 27, 28};
    static const uint32_t all_replaced[] = {30, 1, 31, 2, 32, 33, 3, 34, 4, 35, 5, 36, 1, 37, 38};
    static const uint32_t every_second[] = {20, 1, 31, 2, 22, 33, 3, 24, 4, 35, 5, 26, 1, 37, 28};
    static const uint32_t shuffled[] = {1, 21, 20, 23, 2, 22, 4, 24, 3, 26, 25, 5, 28, 1, 27};
    static const uint32_t other[] = {40, 5, 41, 4, 42, 43, 1, 44, 2, 45, 3, 46, 2, 47, 48};
    assert_true(in_common(text, 15, text, 15) > 15);
    assert_true(in_common(text, 15, all_replaced, 15) >= 2);
    assert_true(in_common(text, 15, every_second, 15) >= 4);
    assert_true(in_common(text, 15, shuffled, 15) >= 4);
    assert_int_equal(in_common(text, 15, other, 15), 0);
}

static uint16_t one_cell(void *arg, uint32_t a, uint32_t b)
{
    (void)arg;
    assert_true(a < b);
    return 0;
}

/* One seed, so many documents, each with it several times: all pairs, or a star. */
static size_t joined(uint32_t documents, uint32_t times, uint64_t *left_out)
{
    struct seed_part part = {.count = 0};
    struct seed_writer w = {.count = 0};
    size_t count = (size_t)documents * times;
    part.numbers = calloc(count * SEED_NUMBERS, sizeof *part.numbers);
    part.room = calloc(count * SEED_NUMBERS, sizeof *part.room);
    assert_true(part.numbers && part.room);
    for (uint32_t i = 0; i < count; i++) {
        part.numbers[i * SEED_NUMBERS + SEED_KEY] = 4;
        part.numbers[i * SEED_NUMBERS + SEED_DOCUMENT] = i / times;
        part.numbers[i * SEED_NUMBERS + SEED_AT] = i % times;
    }
    part.count = count;
    assert_int_equal(seed_join(&part, one_cell, NULL, &w, left_out), 0);
    size_t hits = w.count;
    seed_writer_release(&w);
    free(part.numbers);
    free(part.room);
    return hits;
}

static void what_many_documents_have_costs_no_more_than_their_number(void **state)
{
    (void)state;
    uint64_t left_out = 0;
    assert_int_equal(joined(1, 1000, &left_out), 0);
    assert_int_equal(joined(2, 1, &left_out), 1);
    assert_int_equal(joined(10, 1, &left_out), 45);
    assert_int_equal(joined(2, 1000, &left_out), 16);
    assert_int_equal(left_out, 0);
    assert_int_equal(joined(100000, 1, &left_out), 99999);
    assert_int_equal(left_out, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_back_in_the_order_of_tasks),
        cmocka_unit_test(function_words_are_known_in_five_documents),
        cmocka_unit_test(seeds_outlast_rewording),
        cmocka_unit_test(what_many_documents_have_costs_no_more_than_their_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
