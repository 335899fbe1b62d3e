/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What some records say, in the lists' own words: the columns' text was given up when the records
 * were made, so the lists are read once more.
 *
 * First come the fields that are compared, each from the columns that make it up in the record's
 * list, so that two lists with other headers stand side by side; then what is not compared, by the
 * columns' names: all but what is empty and the ids. */
#ifndef LINK_ROWS_H
#define LINK_ROWS_H

#include "link/output.h"

struct link_rows;

/* records may name one several times. The output's result must outlive it. E_IO when the lists are
 * not what they were; what csv.h says, E_TOO_LARGE, E_NOMEM, E_STOPPED. */
int link_rows_new(const struct link_output *o, const uint32_t *records, size_t count,
                  struct link_rows **ret_rows, struct problem *problem) MUST_USE;
void link_rows_free(struct link_rows *rows);
/* Columns below link_records_fields are the fields, in their order. */
unsigned link_rows_columns(const struct link_rows *rows);
const char *link_rows_name(const struct link_rows *rows, unsigned column);
/* "" when there is none. The record is one of those that were named. */
const char *link_rows_value(const struct link_rows *rows, uint32_t record, unsigned column);

#endif
