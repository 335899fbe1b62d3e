/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Reads a file of lists that are linked already into count_data. columns.h says how it sees what a
 * file is.
 *
 * What counts. A row without an id or a list, a person on no list, and the history of those on no
 * list are left out, counted, with the first line; all other rows are used, so that
 * rows = used + left out. In a file of records, reports are the rows used and persons their
 * different ids. A person is counted in the stratum of the first of their records, and once for
 * each act that any of them names; how many have records in several strata stands in a note. A
 * report is counted in its own stratum and act. An empty stratum or act is "not stated". Lists,
 * strata and acts are in the order of the columns, else of the bytes of their names, so that the
 * order of rows changes nothing but which stratum is a person's first.
 *
 * Limits: COUNT_NAMES_MAX lists (and tables only up to COUNT_LISTS_MAX), COUNT_STRATA_MAX strata,
 * COUNT_ACTS_MAX acts, ids of COUNT_ID_MAX_BYTES and COUNT_IDS_MAX of them, COUNT_PERSONS_MAX
 * persons. Memory: for each person with an id about 30 bytes and the id (twice while growing), for
 * each pair of a person and an act 16; nothing a row, unless there are draws. */
#ifndef COUNT_READ_H
#define COUNT_READ_H

#include "count/count.h"
#include "count/ids.h"
#include "count/rows.h"

struct count_reading {
    struct count_input input;
    /* Pairs of ids that may be one person, and the linkages drawn (doubtful.h, draws.h); NULL. */
    const struct count_input *doubtful, *draws;
    bool has_form;
    enum count_form form; /* what the file is, when has_form */
    /* Columns by name; NULL: found by themselves, but by and act only if they are named. */
    const char *id, *list, *count, *by, *act;
    const char *const *lists; /* only these */
    size_t list_count;        /* 0: all */
    uint64_t hash_seed;       /* changes no result; unknown to whoever made the file */
    struct watch *watch;
};

/* data is released by count_data_release. E_FORMAT, E_UTF8, E_TOO_LARGE, E_NOT_FOUND, E_IO,
 * E_NOMEM, E_STOPPED; problem says what, and in which line. */
int count_read(const struct count_reading *reading, struct count_data *data,
               struct problem *problem) MUST_USE;

#endif
