/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a person says of documents, in a small table: CSV with a row of headers, of which `file`
 * must be there, and `title`, `outlet`, `address` and `date` may. A row's file is a file's name,
 * with folders as far as needed and with or without ending, or the address of a page in a WARC
 * file. What is in the table goes before what the document says; an empty field says nothing. */
#ifndef ORIGINS_ABOUT_TABLE_H
#define ORIGINS_ABOUT_TABLE_H

#include "base/error.h"
#include "origins/about.h"

#define ABOUT_TABLE_MAX_BYTES ((size_t)256 << 20)

struct about_table;

/* E_FORMAT (no such column, a date that cannot be read, a file twice: with the line), E_UTF8,
 * E_TOO_LARGE, E_NOMEM. */
int about_table_read(struct span csv, const struct languages *languages,
                     struct about_table **ret_table, struct problem *problem) MUST_USE;
void about_table_free(struct about_table *t);
/* Puts what the table has of it over about; views into the table. t may be NULL; address is empty
 * but for a WARC record. */
void about_table_apply(struct about_table *t, struct span path, struct span address,
                       struct about *about);
/* Rows that were applied to nothing; *ret_line is where the first of them stands. */
size_t about_table_unused(const struct about_table *t, uint64_t *ret_line);

#endif
