/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Comma-separated values, as RFC 4180 and as spreadsheets write them.
 *
 * Reading: one row at a time, in constant memory, from bytes or from a file descriptor. A mark
 * (U+FEFF) at the start is skipped; rows end with CR LF, LF or CR; lines with nothing in them are
 * skipped; quoted fields may hold anything but NUL. Text must be UTF-8. What breaks a rule is
 * refused with "line 3, column 14: ..." (lines and characters from 1), never guessed at.
 *
 * Writing: rows end with CR LF; a field is quoted when it must be. */
#ifndef TABLE_CSV_H
#define TABLE_CSV_H

#include "base/buf.h"
#include "base/error.h"

#define CSV_FIELDS_MAX 4096

struct csv_options {
    char delimiter;         /* 0: the commonest of , ; tab | in the first row */
    size_t field_max_bytes; /* 0: CSV_FIELD_MAX_BYTES */
    size_t row_max_bytes;   /* 0: CSV_ROW_MAX_BYTES; what its fields hold together */
};
#define CSV_FIELD_MAX_BYTES (1u << 20)
#define CSV_ROW_MAX_BYTES (4u << 20)

struct csv_reader;

/* text must live as long as the reader; fd stays the caller's to close. NULL: no memory. */
struct csv_reader *csv_reader_new(struct span text, const struct csv_options *options) MUST_USE;
struct csv_reader *csv_reader_new_fd(int fd, const struct csv_options *options) MUST_USE;
void csv_reader_free(struct csv_reader *r);
/* *ret_got is false when there are no more rows. E_FORMAT, E_UTF8, E_TOO_LARGE, E_IO, E_NOMEM;
 * after an error the reader says the same error again. */
int csv_reader_next(struct csv_reader *r, bool *ret_got, struct problem *problem) MUST_USE;
/* Of the row that csv_reader_next got, until it is called again. */
size_t csv_reader_count(const struct csv_reader *r);
struct span csv_reader_field(const struct csv_reader *r, size_t index);
/* The line on which the row begins. */
uint64_t csv_reader_line(const struct csv_reader *r);
/* What was given or detected; known after the first row. */
char csv_reader_delimiter(const struct csv_reader *r);

struct csv_writer {
    struct buf *out;
    char delimiter;
    /* Puts ' before a field that a spreadsheet would take for a formula (= + - @ tab CR first),
     * unless it is a plain number. */
    bool against_formulas;
    size_t fields_in_row, row_start;
};

/* Errors stand in out. */
void csv_writer_init(struct csv_writer *w, struct buf *out, char delimiter, bool against_formulas);
void csv_write_field(struct csv_writer *w, struct span field);
/* Finite; in the fewest digits that are read again as the same number. */
void csv_write_real(struct csv_writer *w, double v);
void csv_write_row_end(struct csv_writer *w);

#endif
