/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What output.c, output_queue.c and output_draws.c share: text in pieces, the union of the lists'
 * columns, the rows once more. */
#ifndef LINK_OUTPUT_INTERNAL_H
#define LINK_OUTPUT_INTERNAL_H

#include "link/output.h"
#include "table/csv.h"

#define OUTPUT_PIECE_BYTES (1u << 18)

struct output_text {
    const struct link_sink *sink;
    struct buf text;
    struct csv_writer csv;
};

void output_begin(struct output_text *t, const struct link_sink *sink);
void output_release(struct output_text *t);
void output_name(struct output_text *t, const char *name);
void output_number(struct output_text *t, uint64_t number);
void output_chance(struct output_text *t, double chance);
/* Gives a piece away when it is large enough. */
int output_row_end(struct output_text *t) MUST_USE;
int output_flush(struct output_text *t) MUST_USE;

#define OUTPUT_NOWHERE UINT16_MAX
struct output_columns {
    unsigned lists, count; /* of the union */
    const char **name;     /* of the union's columns; the lists' */
    uint16_t *nth;         /* of that name */
    uint16_t *field;       /* [list * OUTPUT_COLUMNS_MAX + column]: which field, OUTPUT_NOWHERE */
};
#define OUTPUT_COLUMNS_MAX (CSV_FIELDS_MAX / 2 - 16) /* the queue has them twice */

/* E_TOO_LARGE, E_NOMEM; release in any case. */
int output_columns_init(struct output_columns *c, const struct link_lists *lists,
                        struct problem *problem) MUST_USE;
void output_columns_release(struct output_columns *c);
bool output_columns_have(const struct output_columns *c, const char *name);
/* The row's value of a column of the union. */
struct span output_value(const struct output_columns *c, unsigned list,
                         const struct csv_reader *row, unsigned column);

/* Calls visit for each record in turn. */
int output_reread(const struct link_output *o,
                  int (*visit)(void *arg, uint32_t record, unsigned list,
                               const struct csv_reader *row),
                  void *arg, struct problem *problem) MUST_USE;

#endif
