/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Bytes are read as a file, and what came out is kept to be looked at. */
#ifndef TESTS_ORIGINS_READING_H
#define TESTS_ORIGINS_READING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "origins/read.h"

#define READING_DOCUMENTS_MAX 16

struct reading_document {
    char *text, *title, *outlet, *address, *record;
    int32_t day;
    size_t len;
};

struct reading_result {
    struct span rest;
    size_t piece; /* bytes that come at once */
    int fail;     /* when the bytes are at an end */
    size_t count, remark_count;
    struct reading_document documents[READING_DOCUMENTS_MAX];
    char *remarks[READING_DOCUMENTS_MAX];
    struct problem problem;
    int error;
};

static inline char *reading_copy(struct span s)
{
    char *copy = malloc(s.len + 1);
    assert_non_null(copy);
    if (s.len)
        memcpy(copy, s.data, s.len);
    copy[s.len] = '\0';
    return copy;
}

static inline int reading_more(void *arg, uint8_t *out, size_t room, size_t *ret_got)
{
    struct reading_result *r = arg;
    struct span part = span_slice(r->rest, 0, room < r->piece ? room : r->piece);
    REJECT_IF(part.len == 0 && r->fail, r->fail);
    if (part.len)
        memcpy(out, part.data, part.len);
    r->rest = span_slice(r->rest, part.len, r->rest.len);
    *ret_got = part.len;
    return 0;
}

static inline int reading_document(void *arg, const struct read_document *d)
{
    struct reading_result *r = arg;
    assert_true(r->count < READING_DOCUMENTS_MAX);
    r->documents[r->count++] = (struct reading_document){.text = reading_copy(d->text),
                                                         .len = d->text.len,
                                                         .title = reading_copy(d->about.title),
                                                         .outlet = reading_copy(d->about.outlet),
                                                         .address = reading_copy(d->about.address),
                                                         .record = reading_copy(d->record),
                                                         .day = d->about.day};
    return 0;
}

static inline int reading_remark(void *arg, const char *sentence)
{
    struct reading_result *r = arg;
    assert_true(r->remark_count < READING_DOCUMENTS_MAX);
    r->remarks[r->remark_count++] = reading_copy(span_text(sentence));
    return 0;
}

static inline struct reading_result reading_pieces(const char *name, struct span bytes,
                                                   size_t piece)
{
    struct reading_result r = {.rest = bytes, .piece = piece};
    struct languages *languages;
    assert_int_equal(languages_new(&languages), 0);
    const struct read_input input = {.name = name, .more = reading_more, .arg = &r};
    const struct read_sink sink = {
        .document = reading_document, .remark = reading_remark, .arg = &r};
    r.error = read_documents(&input, languages, &sink, NULL, &r.problem);
    languages_free(languages);
    return r;
}

static inline struct reading_result reading(const char *name, struct span bytes)
{
    return reading_pieces(name, bytes, SIZE_MAX);
}

static inline struct reading_result reading_text(const char *name, const char *text)
{
    return reading(name, span_text(text));
}

static inline void reading_release(struct reading_result *r)
{
    for (size_t i = 0; i < r->count; i++) {
        struct reading_document *d = &r->documents[i];
        free(d->text);
        free(d->title);
        free(d->outlet);
        free(d->address);
        free(d->record);
    }
    for (size_t i = 0; i < r->remark_count; i++)
        free(r->remarks[i]);
}

/* One document of that text. */
static inline void assert_read(const char *name, const char *bytes, const char *text)
{
    struct reading_result r = reading_text(name, bytes);
    assert_int_equal(r.error, 0);
    assert_int_equal(r.count, 1);
    assert_string_equal(r.documents[0].text, text);
    reading_release(&r);
}

/* No document, and a sentence with these words. */
static inline void assert_refused(const char *name, struct span bytes, int error, const char *words)
{
    struct reading_result r = reading(name, bytes);
    assert_int_equal(r.error, error);
    assert_int_equal(r.count, 0);
    if (!strstr(r.problem.text, words))
        fail_msg("\"%s\" does not say \"%s\"", r.problem.text, words);
    reading_release(&r);
}

/* 2031-04-09 */
#define DAY_2031_04_09 22378

#endif
