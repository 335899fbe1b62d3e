/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What columns.c is told by a column's values (column_shape.c) and by people (column_said.c). */
#ifndef LINK_COLUMNS_INTERNAL_H
#define LINK_COLUMNS_INTERNAL_H

#include "link/columns.h"
#include "link/script.h"

/* Shares are of the rows that have a value that says something. */
struct link_shape {
    uint32_t distinct, filled, unknown; /* values; rows with them; rows that say "not known" */
    uint32_t heap;                      /* struct link_column's */
    double dates, years, months, days, emails, phones, sexes, whole_numbers, with_digits;
    double words;   /* mean number */
    bool numbering; /* 1, 2, 3 or */
};
int link_shape_of(struct link_speller *speller, const struct link_column *column,
                  const struct link_raw_column *raw, uint32_t rows,
                  struct link_shape *ret_shape) MUST_USE;
/* Whether the values may be what a header's concept (names_data.h) says. */
bool link_shape_allows(const struct link_shape *shape, unsigned concept);
/* What they look like when the header says nothing. */
enum link_kind link_shape_kind(const struct link_shape *shape);

/* Does what the text of link_columns_options.said says. E_FORMAT, E_NOT_FOUND with the line. */
int link_columns_obey(const struct link_lists *lists, struct span said,
                      struct link_columns *columns, struct problem *problem) MUST_USE;

#endif
