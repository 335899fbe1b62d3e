/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The documents that are compared: texts with what is known of where they come from.
 *
 * Documents are added in any order and then closed; after that they are numbered from 0 in the
 * order of their names, so that the order in which they came changes nothing. A text that came
 * before and is in memory is kept once; texts beyond memory_bytes go to the spill space, block by
 * block; what is known of a document stays in memory (some 100 bytes and its words).
 *
 * Positions in a text are bytes of UTF-8, everywhere in this room; only what is written for others
 * (tsv.h) counts characters. */
#ifndef ORIGINS_CORPUS_H
#define ORIGINS_CORPUS_H

#include "base/error.h"
#include "base/span.h"
#include "base/spill.h"

#define CORPUS_DOCUMENTS_MAX (1u << 26)
#define CORPUS_TEXT_MAX_BYTES (1u << 30) /* of a document */
#define CORPUS_DAY_NONE INT32_MIN

struct document {
    struct span name; /* what it is called in results: its file's name without ending, or address;
                       * not empty once the corpus is closed; two documents have different names */
    struct span title, outlet, address; /* as far as known, else empty */
    int32_t day;                        /* since 1970-01-01, or CORPUS_DAY_NONE */
    struct span text;                   /* UTF-8; empty in what corpus_document returns */
};

struct corpus;

/* spill NULL: all is kept in memory. E_NOMEM. */
int corpus_new(size_t memory_bytes, struct spill *spill, struct corpus **ret_corpus) MUST_USE;
void corpus_free(struct corpus *c);
/* Copies it. E_UTF8, E_TOO_LARGE, E_IO, E_NOMEM. */
int corpus_add(struct corpus *c, const struct document *d, struct problem *problem) MUST_USE;
/* Names the one that was added as the nth, from 0: for names that depend on all there are.
 * E_NOMEM. */
int corpus_name(struct corpus *c, uint32_t nth, struct span name) MUST_USE;
/* No more are added. E_EXISTS: two have one name, and the problem says which. */
int corpus_close(struct corpus *c, struct problem *problem) MUST_USE;

/* After closing, for any number of threads at once: */
uint32_t corpus_count(const struct corpus *c);
uint64_t corpus_text_bytes(const struct corpus *c);
/* Without its text; views that live as long as the corpus. */
struct document corpus_document(const struct corpus *c, uint32_t number);
uint32_t corpus_text_len(const struct corpus *c, uint32_t number);
/* The first document that is known to have the same text to the byte, or its own number. Of texts
 * in the spill space it is not known: it saves work, and decides nothing. */
uint32_t corpus_same_text(const struct corpus *c, uint32_t number);

/* Texts, for one thread; reading in order of numbers is fastest. Needs its corpus. */
struct corpus_reader;
int corpus_reader_new(struct corpus *c, struct corpus_reader **ret_reader) MUST_USE;
void corpus_reader_free(struct corpus_reader *r);
/* *ret_text lives until the next call. E_IO, E_NOMEM. */
int corpus_read(struct corpus_reader *r, uint32_t number, struct span *ret_text) MUST_USE;

#endif
