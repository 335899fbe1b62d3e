/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A file's header and its rows, of which the first are looked at before it is decided what the
 * columns are. All other work on bytes is table/csv.h's. */
#ifndef COUNT_ROWS_H
#define COUNT_ROWS_H

#include "base/error.h"
#include "base/span.h"

/* From a descriptor, or from bytes when fd is -1; both stay the caller's. */
struct count_input {
    int fd;
    struct span bytes;
    const char *name; /* for the output; may be NULL */
};

/* The rows that count_rows_sample shows: so many, or those of the first mebibyte. */
#define COUNT_ROWS_SAMPLE 1000

struct count_rows;

/* An empty file, a header only, a header that repeats no name but holds only numbers, rows of
 * another length than the header: E_FORMAT and "line 7: ...". E_NOMEM, and csv.h's errors. */
int count_rows_open(const struct count_input *input, struct count_rows **ret_rows,
                    struct problem *problem) MUST_USE;
void count_rows_free(struct count_rows *r);

size_t count_rows_columns(const struct count_rows *r);
/* Without white space around it, as all fields here. */
struct span count_rows_title(const struct count_rows *r, size_t column);

size_t count_rows_sample_count(const struct count_rows *r);
struct span count_rows_sample(const struct count_rows *r, size_t row, size_t column);
uint64_t count_rows_sample_line(const struct count_rows *r, size_t row);

/* From the first row on, those of the sample too. */
int count_rows_next(struct count_rows *r, bool *ret_got, struct problem *problem) MUST_USE;
struct span count_rows_field(const struct count_rows *r, size_t column);
uint64_t count_rows_line(const struct count_rows *r);

/* A whole number, as files hold them: 306, +306, 306.0, 1e+05. */
enum count_figure {
    COUNT_FIGURE_IS,
    COUNT_FIGURE_NONE, /* is not a number */
    COUNT_FIGURE_NEGATIVE,
    COUNT_FIGURE_FRACTION,
    COUNT_FIGURE_BEYOND, /* 2^53 */
};
enum count_figure count_figure_read(struct span text, uint64_t *ret_value);

/* A field to put into a sentence: "%.*s" with COUNT_QUOTE(span); long ones are cut. */
int count_quote_len(struct span text);
#define COUNT_QUOTE(s) count_quote_len(s), (const char *)(s).data

#endif
