/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the columns of a file are, from their names and from the first rows.
 *
 * A row a record, when a column is named as a person's id and another as a list:
 *   id     link_cluster, cluster, cluster_id, person, person_id, victim_id, ..., id (the first of
 *          these there is)
 *   list   link_list, list, list_name, source, dataset, project, ...
 * Otherwise the columns that hold nothing but 0 and 1 are the lists; where there are none, those
 * that hold nothing but one pair of words (marks.h). Or one column holds whole histories, such as
 * 0110, with a digit for each list: nothing but 0 and 1, of which one begins with 0, or named
 * history, ch, pattern, ... All have one length: what a spreadsheet has shortened is refused with
 * its line. --lists names that column, or the lists of its digits. And a row is
 *   a capture history with its frequency, when a column is named n, count, freq, frequency, ... and
 *   holds whole numbers; or when exactly one column besides holds whole numbers and no history
 *   comes twice;
 *   a person, when there is none. A column named as a person's id then makes rows of one id one
 *   person.
 * A name is compared without case, spaces, points and hyphens being underscores. What was said by
 * name in count_reading comes before all this. A column that is mostly 0 and 1 but not only is
 * refused, not passed over; so are whole histories beside a column that could be a list's. Columns
 * that are nothing of these are not used. */
#ifndef COUNT_COLUMNS_H
#define COUNT_COLUMNS_H

#include "count/marks.h"
#include "count/read.h"
#include "count/rows.h"

#define COUNT_NO_COLUMN SIZE_MAX

struct count_columns {
    enum count_form form;
    size_t id, list, count, by, act; /* COUNT_NO_COLUMN: there is none */
    unsigned list_count;             /* 0 in a file of records */
    enum count_mark mark;            /* of all of them */
    size_t lists[COUNT_NAMES_MAX];
    bool is_whole;            /* all of lists[] are one column of whole histories */
    const char *const *names; /* the lists' then, of count_reading; NULL: by number */
};

#define COUNT_LIST_NAME_BYTES 16

/* E_FORMAT, E_NOT_FOUND (a column that was named), E_TOO_LARGE (lists), E_NOMEM; each with a
 * sentence. */
int count_columns_find(const struct count_rows *rows, const struct count_reading *reading,
                       struct count_columns *ret_columns, struct problem *problem) MUST_USE;
/* A list's name; in room when it has only a number. Not in a file of records. */
struct span count_columns_list(const struct count_rows *rows, const struct count_columns *columns,
                               unsigned list, char room[COUNT_LIST_NAME_BYTES]);
/* "A row a capture history: the lists EXH, ABA, OSCE and HRW; n says how many persons." Whole
 * characters. */
void count_columns_describe(const struct count_rows *rows, const struct count_columns *columns,
                            char *out, size_t bytes);

#endif
