/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "origins/corpus.h"

struct memory_spill {
    struct spill spill;
    uint8_t *data;
    size_t len;
    bool full;
};

static int put(struct spill *s, const void *data, size_t len)
{
    struct memory_spill *m = (struct memory_spill *)s;
    if (m->full)
        return problem_set(&s->problem, E_IO, "the disk is full");
    m->data = realloc(m->data, m->len + len + 1);
    assert_non_null(m->data);
    memcpy(m->data + m->len, data, len);
    m->len += len;
    return 0;
}

static int get(struct spill *s, uint64_t from, void *out, size_t len)
{
    struct memory_spill *m = (struct memory_spill *)s;
    assert_true(from + len <= m->len);
    memcpy(out, m->data + from, len);
    return 0;
}

static const struct spill_calls calls = {put, get};

static void add(struct corpus *c, const char *name, const char *text)
{
    struct document d = {
        .name = span_text(name), .title = span_text("T"), .day = 3, .text = span_text(text)};
    assert_int_equal(corpus_add(c, &d, NULL), 0);
}

static void assert_text(struct corpus_reader *r, uint32_t number, const char *text)
{
    struct span got;
    assert_int_equal(corpus_read(r, number, &got), 0);
    assert_int_equal(got.len, strlen(text));
    assert_memory_equal(got.data, text, got.len);
}

/* Whatever there is of memory, what comes out is the same. */
static void documents_stand_in_the_order_of_their_names(void **state)
{
    (void)state;
    for (size_t memory = 0; memory < 40; memory += 3) {
        struct memory_spill m = {.spill.calls = &calls};
        struct corpus *c;
        struct corpus_reader *r;
        assert_int_equal(corpus_new(memory, &m.spill, &c), 0);
        add(c, "b", "the second one");
        add(c, "a", "first");
        add(c, "aa", "");
        add(c, "c", "and the last of them");
        assert_int_equal(corpus_close(c, NULL), 0);
        assert_int_equal(corpus_count(c), 4);
        assert_int_equal(corpus_text_bytes(c), 39);
        assert_true(span_equal(corpus_document(c, 2).name, span_text("b")));
        assert_int_equal(corpus_document(c, 2).day, 3);
        assert_int_equal(corpus_reader_new(c, &r), 0);
        assert_text(r, 3, "and the last of them");
        assert_text(r, 0, "first");
        assert_text(r, 1, "");
        assert_text(r, 2, "the second one");
        corpus_reader_free(r);
        corpus_free(c);
        free(m.data);
    }
}

/* A million copies of one text take the room of one. */
static void a_text_that_comes_again_is_kept_once(void **state)
{
    (void)state;
    struct memory_spill m = {.spill.calls = &calls};
    struct corpus *c;
    struct corpus_reader *r;
    char name[16], text[64];
    assert_int_equal(corpus_new(200, &m.spill, &c), 0);
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "%04d", 999 - i);
        snprintf(text, sizeof text, "one of five texts, number %d", i % 5);
        add(c, name, text);
    }
    add(c, "b", "");
    add(c, "c", "");
    assert_int_equal(corpus_close(c, NULL), 0);
    assert_int_equal(m.len, 0);
    assert_int_equal(corpus_text_bytes(c), 1000 * 27);
    assert_int_equal(corpus_reader_new(c, &r), 0);
    for (uint32_t i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "one of five texts, number %d", (int)((999 - i) % 5));
        assert_text(r, i, text);
        assert_int_equal(corpus_same_text(c, i), i % 5);
    }
    assert_int_equal(corpus_same_text(c, 1001), 1001);
    corpus_reader_free(r);
    corpus_free(c);
    free(m.data);
}

/* What is in the spill space is not looked for there. */
static void texts_beyond_memory_are_known_to_themselves_alone(void **state)
{
    (void)state;
    struct memory_spill m = {.spill.calls = &calls};
    struct corpus *c;
    assert_int_equal(corpus_new(4, &m.spill, &c), 0);
    add(c, "a", "1234");
    add(c, "b", "beyond");
    add(c, "c", "beyond");
    add(c, "d", "1234");
    assert_int_equal(corpus_close(c, NULL), 0);
    assert_int_equal(m.len, 12);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(corpus_same_text(c, i), i);
    assert_int_equal(corpus_same_text(c, 3), 0);
    corpus_free(c);
    free(m.data);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    struct memory_spill m = {.spill.calls = &calls, .full = true};
    struct problem problem = {.text = ""};
    struct corpus *c;
    struct document wrong = {.name = span_text("x"), .text = span_of("\xff", 1)};
    assert_int_equal(corpus_new(4, &m.spill, &c), 0);
    add(c, "a", "abc");
    add(c, "a", "");
    assert_int_equal(corpus_add(c, &wrong, NULL), E_UTF8);
    wrong.text = span_text("more");
    assert_int_equal(corpus_add(c, &wrong, &problem), E_IO);
    assert_string_equal(problem.text, "the disk is full");
    problem_clear(&problem);
    assert_int_equal(corpus_close(c, &problem), E_EXISTS);
    assert_string_equal(problem.text, "two documents are called \"a\"");
    corpus_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_stand_in_the_order_of_their_names),
        cmocka_unit_test(a_text_that_comes_again_is_kept_once),
        cmocka_unit_test(texts_beyond_memory_are_known_to_themselves_alone),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
