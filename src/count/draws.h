/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Linkages that were drawn: under each, which records are one person.
 *
 * A row a record of the linked file: "record", its number there from 1, the header not counted; the
 * columns whose names begin with "draw_", each the person's id under that draw; "merged", the id
 * when everything doubtful is merged; "list", which must be the record's list when that too stands
 * in a column of that name. Other columns are passed over. All records that are used must be there,
 * each once.
 *
 * A person of a draw belongs to the stratum of the first of their rows. Memory: each different id
 * once, and 1 byte (with strata 3) for each of them and each draw; beyond COUNT_DRAWS_CELLS_MAX of
 * these the file is refused. */
#ifndef COUNT_DRAWS_H
#define COUNT_DRAWS_H

#include "count/gather.h"

#define COUNT_DRAWS_MAX 1000
#define COUNT_DRAWS_CELLS_MAX 400000000u
#define COUNT_DRAWS_TABLES_MAX 100000u

struct count_draws {
    size_t draw_count;
    size_t columns[COUNT_DRAWS_MAX];
    size_t record, list, merged; /* columns */
    bool has_strata;
    struct count_ids ids;
    size_t capacity;
    uint8_t *on;       /* [id * draw_count + draw]: the person's lists */
    uint16_t *stratum; /* the same; NULL without strata */
    uint8_t *seen;     /* bits: records that had their row */
    uint64_t seen_used;
};

/* g has all rows. Merges in g what the column merged holds together. E_FORMAT, E_TOO_LARGE,
 * E_NOMEM, csv.h's errors; release in any case. */
int count_draws_read(struct count_draws *d, struct count_gather *g,
                     const struct count_input *input) MUST_USE;
void count_draws_release(struct count_draws *d);
/* The tables of the draws, into the whole and the strata of data, whose other parts are there.
 * list_place and stratum_place say where in data the gathered ones stand. E_NOMEM, E_TOO_LARGE. */
int count_draws_tables(const struct count_draws *d, const uint8_t *list_place,
                       const uint16_t *stratum_place, struct count_data *data,
                       struct problem *problem) MUST_USE;

#endif
