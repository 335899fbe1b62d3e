/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the columns of the lists are: from their headers and from their values; and which columns
 * of several lists are one field. */
#ifndef LINK_COLUMNS_H
#define LINK_COLUMNS_H

#include "link/kind.h"
#include "link/read.h"

enum link_role {
    LINK_ROLE_FIELD,    /* of a kind, compared */
    LINK_ROLE_IGNORED,  /* somebody said so */
    LINK_ROLE_ID,       /* another in every row: the list's own number */
    LINK_ROLE_CONSTANT, /* the same in every row */
    LINK_ROLE_EMPTY,
};

/* A column that is a part of a date, or the whole. */
enum link_part { LINK_PART_WHOLE, LINK_PART_YEAR, LINK_PART_MONTH, LINK_PART_DAY };

#define LINK_WHY_MAX 160
struct link_column {
    unsigned list, index;
    const char *name; /* the list's */
    enum link_role role;
    enum link_kind kind;
    enum link_part part;
    char field[64]; /* its field's name, for people */
    char stem[64];  /* columns of one kind and stem are one field */
    uint32_t heap;  /* the value that stands for "not known", as 1900-01-01; 0: none */
    char why[LINK_WHY_MAX];
};

struct link_columns {
    unsigned count;
    struct link_column *columns; /* list by list, as they stand there */
};

struct link_columns_options {
    const char *const *ignore; /* headers, each in one list or more */
    size_t ignore_count;
    /* What somebody says that columns are: CSV without a header, rows of column,kind or of
     * list,column,kind. kind is a name of kind.h, or year, month, day, id, ignore. */
    struct span said;
    const char *said_name; /* its file's, for what is wrong in it; or NULL */
};
#define LINK_COLUMNS_SAID_MAX_BYTES (1u << 20)

/* All zeroes is none; link_columns_guess needs it so. */
int link_columns_guess(const struct link_lists *lists, const struct link_columns_options *options,
                       struct link_columns *columns, struct problem *problem) MUST_USE;
/* Whether the two columns, of one list or two, are one field or parts of one. */
bool link_columns_one_field(const struct link_column *a, const struct link_column *b);
void link_columns_release(struct link_columns *columns);

/* A value of the column; empty when it is one that says "not known" (NA, ?, unknown, 0000). */
struct span link_column_text(const struct link_column *column, const struct link_raw_column *raw,
                             uint32_t id);

#endif
