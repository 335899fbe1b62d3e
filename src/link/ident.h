/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a record is called: in decisions, in the queue, on the command line.
 *
 *     tolma.csv:T-112     the list, and the row's own number, when a column of the list holds
 *                         another in every row;
 *     orlets.csv:77       else the row, counted as spreadsheets do: the header is row 1. */
#ifndef LINK_IDENT_H
#define LINK_IDENT_H

#include "base/buf.h"
#include "link/columns.h"

#define LINK_IDENT_NONE UINT32_MAX

struct link_idents {
    unsigned count; /* of lists */
    struct link_ident_list {
        char *name;
        uint32_t start, rows; /* its first record, and how many */
        struct link_pool ids; /* empty: rows are counted */
        uint32_t *id_of;      /* per row */
        uint32_t *index;      /* a hash table of rows + 1; 0: free */
        size_t index_size;    /* a power of two */
    } * lists;
};

/* Takes the columns of ids away from lists, so before link_records_new. All zeroes is none; release
 * also after a failure. E_NOMEM. */
int link_idents_take(struct link_idents *idents, struct link_lists *lists,
                     const struct link_columns *columns) MUST_USE;
void link_idents_release(struct link_idents *idents);
/* Appends the record's name. */
void link_idents_put(const struct link_idents *idents, uint32_t record, struct buf *out);
/* The record of a name, or LINK_IDENT_NONE. */
uint32_t link_idents_find(const struct link_idents *idents, struct span name);

#endif
