/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "origins/index.h"

static int put(void *arg, struct span bytes)
{
    struct buf *file = arg;
    buf_span(file, bytes);
    return buf_error(file);
}

static int more(void *arg, uint8_t *out, size_t room, size_t *ret_got)
{
    struct span *rest = arg, part = span_slice(*rest, 0, room < 50 ? room : 50);
    if (part.len)
        memcpy(out, part.data, part.len);
    *rest = span_slice(*rest, part.len, rest->len);
    *ret_got = part.len;
    return 0;
}

static const struct read_document known = {
    .about = {.title = {(const uint8_t *)"Forty held", 10},
              .outlet = {(const uint8_t *)"Karsk Times", 11},
              .address = {(const uint8_t *)"https://karsk-times.example/1", 29},
              .day = -5},
    .record = {(const uint8_t *)"https://karsk-times.example/1 2031", 34},
    .text = {(const uint8_t *)"Задержаны сорок.", 29}};
static const struct read_document unknown = {.about.day = ABOUT_DAY_NONE,
                                             .text = {(const uint8_t *)"x", 1}};

static void write_index(struct buf *file)
{
    struct index_writer w;
    buf_init(file, 1 << 20);
    index_writer_init(&w, put, file);
    assert_int_equal(index_write_front(&w), 0);
    assert_int_equal(index_write_file(&w, span_text("/a/one.warc"), span_text("1 2 3")), 0);
    assert_int_equal(index_write_document(&w, &known), 0);
    assert_int_equal(index_write_remark(&w, span_text("record 2 was left out")), 0);
    assert_int_equal(index_write_file(&w, span_text("/a/two.txt"), span_text("4")), 0);
    assert_int_equal(index_write_document(&w, &unknown), 0);
    assert_int_equal(index_write_end(&w), 0);
    index_writer_release(&w);
}

static void next(struct index_reader *r, struct index_entry *e, enum index_kind kind)
{
    bool got;
    assert_int_equal(index_reader_next(r, e, &got, NULL), 0);
    assert_true(got);
    assert_int_equal(e->kind, kind);
}

static void what_was_written_is_read(void **state)
{
    (void)state;
    struct buf file;
    struct index_reader *r;
    struct index_entry e;
    bool got;
    write_index(&file);
    struct span rest = buf_bytes(&file);
    assert_int_equal(index_reader_new(more, &rest, &r), 0);
    next(r, &e, INDEX_FILE);
    assert_true(span_equal(e.path, span_text("/a/one.warc")));
    assert_true(span_equal(e.stamp, span_text("1 2 3")));
    next(r, &e, INDEX_DOCUMENT);
    assert_true(span_equal(e.document.text, known.text));
    assert_true(span_equal(e.document.record, known.record));
    assert_true(span_equal(e.document.about.title, known.about.title));
    assert_true(span_equal(e.document.about.outlet, known.about.outlet));
    assert_true(span_equal(e.document.about.address, known.about.address));
    assert_int_equal(e.document.about.day, -5);
    next(r, &e, INDEX_REMARK);
    assert_true(span_equal(e.sentence, span_text("record 2 was left out")));
    next(r, &e, INDEX_FILE);
    next(r, &e, INDEX_DOCUMENT);
    assert_int_equal(e.document.about.day, ABOUT_DAY_NONE);
    assert_int_equal(e.document.about.title.len, 0);
    assert_int_equal(index_reader_next(r, &e, &got, NULL), 0);
    assert_false(got);
    assert_int_equal(index_reader_next(r, &e, &got, NULL), 0);
    assert_false(got);
    index_reader_free(r);
    buf_release(&file);
}

static int read_all(struct span bytes, struct problem *problem)
{
    struct index_reader *r;
    struct index_entry e;
    bool got = true;
    int error = index_reader_new(more, &bytes, &r);
    REJECT_IF(error < 0, error);
    while (error == 0 && got)
        error = index_reader_next(r, &e, &got, problem);
    index_reader_free(r);
    return error;
}

/* Any bit, and any end. */
static void damage_is_refused(void **state)
{
    (void)state;
    struct buf file;
    struct problem problem;
    write_index(&file);
    struct span bytes = buf_bytes(&file);
    for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
        problem_clear(&problem);
        file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        int error = read_all(bytes, &problem);
        file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_true(error == E_DAMAGED || error == E_FORMAT || error == E_VERSION);
        assert_true(problem.text[0] != '\0');
    }
    for (size_t len = 0; len < bytes.len; len++) {
        problem_clear(&problem);
        assert_int_equal(read_all(span_slice(bytes, 0, len), &problem),
                         len < 21 ? E_FORMAT : E_DAMAGED);
        assert_true(strstr(problem.text, "index of documents") != NULL);
    }
    buf_u8(&file, 0);
    assert_int_equal(read_all(buf_bytes(&file), &problem), E_DAMAGED);
    buf_release(&file);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct buf file;
    write_index(&file);
    uint64_t nth = 1;
    int error;
    do {
        mem_fail_from(nth++);
        error = read_all(buf_bytes(&file), NULL);
        mem_fail_from(0);
        assert_true(error == 0 || error == E_NOMEM);
    } while (error < 0);
    assert_true(nth > 3);
    buf_release(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(damage_is_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
