/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Documents that were read already, in a file: texts as they were decoded, and what was known of
 * them, so that when more files come only these are read. docs/origins.md has it byte by byte.
 *
 * A file is read in constant memory but for one document. What was written is read back the same;
 * any other bytes are refused, each block having a check sum. */
#ifndef ORIGINS_INDEX_H
#define ORIGINS_INDEX_H

#include "origins/read.h"

#define INDEX_VERSION 1
#define INDEX_BLOCK_MAX_BYTES ((size_t)320 << 20)

enum index_kind {
    INDEX_FILE = 1, /* whose documents and remarks follow */
    INDEX_DOCUMENT = 2,
    INDEX_REMARK = 3,
    INDEX_END = 4,
};

struct index_entry {
    enum index_kind kind;          /* never INDEX_END */
    struct span path, stamp;       /* of INDEX_FILE; a stamp changes when the file does */
    struct read_document document; /* of INDEX_DOCUMENT */
    struct span sentence;          /* of INDEX_REMARK */
};

struct index_reader;
/* E_NOMEM. */
int index_reader_new(read_more *more, void *arg, struct index_reader **ret_reader) MUST_USE;
void index_reader_free(struct index_reader *r);
/* Views into the reader until the next call; *ret_got is false behind the last. E_FORMAT: it is no
 * such file; E_VERSION; E_DAMAGED with the byte; E_IO, E_NOMEM. */
int index_reader_next(struct index_reader *r, struct index_entry *ret_entry, bool *ret_got,
                      struct problem *problem) MUST_USE;

struct index_writer {
    int (*put)(void *arg, struct span bytes);
    void *arg;
    struct buf block;
    uint64_t count;
};
void index_writer_init(struct index_writer *w, int (*put)(void *arg, struct span bytes), void *arg);
void index_writer_release(struct index_writer *w);
/* The front of the file first, the end last. Errors of put, E_TOO_LARGE, E_NOMEM. */
int index_write_front(struct index_writer *w) MUST_USE;
int index_write_file(struct index_writer *w, struct span path, struct span stamp) MUST_USE;
int index_write_document(struct index_writer *w, const struct read_document *d) MUST_USE;
int index_write_remark(struct index_writer *w, struct span sentence) MUST_USE;
int index_write_end(struct index_writer *w) MUST_USE;

#endif
