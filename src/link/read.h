/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Lists of records come in: CSV with a header row, every column as numbers into a pool of its
 * distinct values. Nothing is understood yet; that is columns.h.
 *
 * White space around headers and values goes. A row with fewer fields than the header is filled
 * with missing values and counted; one with more is refused, unless what is too much is empty. A
 * value longer than LINK_VALUE_BYTES_MAX is cut, and a hash of the whole put behind it, so that
 * different values stay different.
 *
 * A file that vouchsafe link wrote (output.h) is several lists again, as its column `list` says,
 * whose rows stand together; what it was called stays the list's name. Its last columns, that were
 * added then, are not read. */
#ifndef LINK_READ_H
#define LINK_READ_H

#include "base/error.h"
#include "base/span.h"
#include "base/watch.h"
#include "link/pool.h"

#define LINK_VALUE_BYTES_MAX 512
#define LINK_COLUMNS_MAX 512 /* of a list */

struct link_source {
    const char *name; /* of the list, for people; usually its file's */
    int fd;           /* read to its end, stays the caller's; or -1 */
    struct span text; /* when fd is -1 */
    bool unique;      /* each person is in it at most once */
    bool linked;      /* vouchsafe link wrote it */
};

struct link_raw_column {
    char *name;              /* "column 3" when the header is empty */
    struct link_pool values; /* 0 is the empty value */
    uint32_t *ids;           /* per row */
    uint32_t *counts;        /* per value: in how many rows */
};

struct link_list {
    char *name;
    bool unique;
    unsigned source; /* of which it is, or is a part */
    uint32_t rows, rows_capacity;
    uint32_t *lines; /* per row: where it begins in the file */
    unsigned columns_count;
    struct link_raw_column *columns;
    uint32_t short_rows, first_short_line;
};

struct link_lists {
    unsigned count;
    struct link_list *lists;
};

/* All zeroes is no list; link_read needs it so. E_FORMAT, E_UTF8, E_TOO_LARGE, E_IO, E_NOMEM,
 * E_STOPPED: the problem says list and line. Release it also after a failure. */
int link_read(const struct link_source *sources, size_t count, struct watch *watch,
              struct link_lists *lists, struct problem *problem) MUST_USE;
void link_lists_release(struct link_lists *lists);
/* Frees the values; the name stays. */
void link_raw_column_forget(struct link_raw_column *column);

#endif
