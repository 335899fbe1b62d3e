/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/encode.h"
#include "base/mem.h"
#include "link/simulate.h"
#include "table/csv.h"

#define PERSONS 2000

static struct link_simulation usual(void)
{
    return (struct link_simulation){.seed = 5,
                                    .persons = PERSONS,
                                    .lists = 8,
                                    .captured = 0.5,
                                    .duplicated = 0.1,
                                    .mistakes = 1,
                                    .scripts = true};
}

static void make(const struct link_simulation *s, unsigned list, size_t at_a_time, struct buf *out)
{
    uint64_t at = 0;
    size_t enough = at_a_time;
    while (at != UINT64_MAX) {
        assert_int_equal(link_simulate(s, list, &at, enough, out), 0);
        enough = out->len + at_a_time;
    }
}

/* How often each person stands in the list, by its last column. */
static size_t truth(struct span csv, unsigned count[PERSONS])
{
    struct csv_reader *r = csv_reader_new(csv, NULL);
    struct problem problem = {0};
    size_t rows = 0, columns = 0;
    bool got;
    assert_non_null(r);
    memset(count, 0, PERSONS * sizeof count[0]);
    for (;;) {
        assert_int_equal(csv_reader_next(r, &got, &problem), 0);
        if (!got)
            break;
        if (columns == 0) {
            columns = csv_reader_count(r);
            assert_true(span_equal(csv_reader_field(r, columns - 1), span_text("person")));
            continue;
        }
        uint64_t person;
        assert_int_equal(csv_reader_count(r), columns);
        assert_int_equal(decimal_read(csv_reader_field(r, columns - 1), PERSONS - 1, &person), 0);
        count[person]++;
        rows++;
    }
    csv_reader_free(r);
    return rows;
}

static void test_as_many_as_asked(void **state)
{
    (void)state;
    struct link_simulation s = usual();
    for (unsigned list = 0; list < s.lists; list++) {
        struct buf csv;
        unsigned count[PERSONS], known = 0, twice = 0;
        buf_init(&csv, 10 << 20);
        make(&s, list, SIZE_MAX / 2, &csv);
        truth(buf_bytes(&csv), count);
        for (size_t i = 0; i < PERSONS; i++) {
            assert_true(count[i] <= 2);
            known += count[i] > 0;
            twice += count[i] == 2;
        }
        /* Five standard deviations about half of the persons, and a tenth of those. */
        assert_in_range(known, 1000 - 112, 1000 + 112);
        assert_in_range(twice, 100 - 50, 100 + 50);
        buf_release(&csv);
    }
}

static void test_pieces_make_the_same_bytes(void **state)
{
    (void)state;
    struct link_simulation s = usual();
    struct buf whole, pieces, other;
    buf_init(&whole, 10 << 20);
    buf_init(&pieces, 10 << 20);
    buf_init(&other, 10 << 20);
    make(&s, 1, SIZE_MAX / 2, &whole);
    make(&s, 1, 1, &pieces);
    assert_true(span_equal(buf_bytes(&whole), buf_bytes(&pieces)));
    s.seed++;
    make(&s, 1, SIZE_MAX / 2, &other);
    assert_false(span_equal(buf_bytes(&whole), buf_bytes(&other)));
    buf_release(&whole);
    buf_release(&pieces);
    buf_release(&other);
}

/* Without mistakes and scripts all records of a person are alike but for the columns' form. */
static void test_no_mistakes_when_none_are_asked(void **state)
{
    (void)state;
    struct link_simulation s = usual();
    s.mistakes = 0;
    s.scripts = false;
    s.captured = s.duplicated = 1;
    s.persons = 50;
    struct buf csv;
    buf_init(&csv, 10 << 20);
    make(&s, 0, SIZE_MAX / 2, &csv);
    struct problem problem = {0};
    char family[50][64] = {{0}};
    struct csv_reader *r = csv_reader_new(buf_bytes(&csv), NULL);
    bool got;
    assert_int_equal(csv_reader_next(r, &got, &problem), 0);
    for (int rows = 0; rows < 100; rows++) {
        assert_int_equal(csv_reader_next(r, &got, &problem), 0);
        assert_true(got);
        uint64_t person;
        struct span name = csv_reader_field(r, 1);
        assert_int_equal(decimal_read(csv_reader_field(r, csv_reader_count(r) - 1), 49, &person),
                         0);
        assert_in_range(name.len, 2, 63);
        if (family[person][0] != '\0')
            assert_true(span_equal(name, span_text(family[person])));
        memcpy(family[person], name.data, name.len);
    }
    csv_reader_free(r);
    buf_release(&csv);
}

static void test_what_is_out_of_range_is_refused(void **state)
{
    (void)state;
    struct link_simulation bad[6];
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        bad[i] = usual();
    bad[0].persons = 0;
    bad[1].lists = 0;
    bad[2].captured = 1.5;
    bad[3].duplicated = -1;
    bad[4].mistakes = 11;
    bad[5].persons = LINK_SIMULATE_PERSONS_MAX + 1;
    struct buf out;
    buf_init(&out, 1000);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        uint64_t at = 0;
        assert_int_equal(link_simulate(&bad[i], 0, &at, 1000, &out), E_ARGUMENT);
    }
    assert_int_equal(out.len, 0);
    buf_release(&out);
}

static void test_no_memory(void **state)
{
    (void)state;
    struct link_simulation s = usual();
    s.persons = 5;
    for (uint64_t nth = 1;; nth++) {
        struct buf out;
        uint64_t at = 0;
        buf_init(&out, 1 << 20);
        mem_fail_from(nth);
        int error = link_simulate(&s, 2, &at, 1 << 20, &out);
        bool failed = mem_asked() >= nth;
        mem_fail_from(0);
        assert_int_equal(error, failed ? E_NOMEM : 0);
        buf_release(&out);
        if (!failed)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_many_as_asked),
        cmocka_unit_test(test_pieces_make_the_same_bytes),
        cmocka_unit_test(test_no_mistakes_when_none_are_asked),
        cmocka_unit_test(test_what_is_out_of_range_is_refused),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
