/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is known of a file while its rows go by: persons by id, or counts at once where there is no
 * id. For read.c and the files that it is made of. */
#ifndef COUNT_GATHER_H
#define COUNT_GATHER_H

#include "count/columns.h"

/* Why rows are left out. */
enum count_left {
    COUNT_LEFT_NO_ID,
    COUNT_LEFT_NO_LIST,
    COUNT_LEFT_OTHER_LIST,
    COUNT_LEFT_ON_NO_LIST,
    COUNT_LEFT_UNSEEN,
    COUNT_LEFT_COUNT
};

/* How many rows something was true of, and the first of them. */
struct count_seen {
    uint64_t rows, first_line;
};

struct count_tally {
    uint64_t persons, reports, persons_merged;
    uint64_t sizes[COUNT_NAMES_MAX];
    uint64_t cells[COUNT_CELLS_MAX]; /* with at most COUNT_LISTS_MAX lists */
};

struct count_act_tally {
    uint64_t persons, reports, persons_merged;
};

/* In stratum[]: the person has records in others too. */
#define COUNT_STRATUM_SEVERAL 0x8000u
#define COUNT_NO_ROW UINT32_MAX
#define COUNT_NO_LIST 0xFF

struct count_gather {
    const struct count_reading *reading;
    const struct count_rows *rows;
    struct count_columns columns;
    struct problem *problem;

    struct count_ids lists, strata, acts; /* names; in the order in which they come */
    bool has_persons;                     /* rows carry an id */
    struct count_ids persons;
    uint32_t *on;      /* each person's lists, bit by bit */
    uint16_t *stratum; /* each person's */
    size_t person_capacity;

    /* Counted as rows go by: reports, and persons when there is no id. For each stratum and act. */
    struct count_tally *tallies;
    size_t tally_capacity;
    struct count_act_tally act_tallies[COUNT_ACTS_MAX];
    uint64_t both[COUNT_NAMES_MAX][COUNT_NAMES_MAX]; /* persons on both lists */
    struct count_keys person_acts;                   /* person * COUNT_ACTS_MAX + act */
    struct count_keys histories;                     /* in a file of histories */
    bool has_zero_first;                             /* a whole history begins with 0 */

    /* Each row's, for the draws: person, list, stratum. COUNT_NO_ROW: it was left out. */
    uint32_t *row_person;
    uint8_t *row_list;
    uint16_t *row_stratum;
    size_t row_capacity;

    uint64_t row_count, used_count, total; /* total: persons, where there is no id */
    struct count_seen left[COUNT_LEFT_COUNT], again, strata_differ;
    uint32_t *parent; /* doubtful.h: the persons merged; NULL */
    uint64_t doubtful_pairs;
    struct count_seen unknown_pairs;
};

/* rows has been opened, columns found. */
void count_gather_init(struct count_gather *g, const struct count_reading *reading,
                       const struct count_rows *rows, const struct count_columns *columns,
                       struct problem *problem);
void count_gather_release(struct count_gather *g);
/* Takes the row at which rows stands. E_FORMAT, E_TOO_LARGE, E_NOMEM. */
int count_gather_row(struct count_gather *g) MUST_USE;
unsigned count_gather_lists(const struct count_gather *g);
/* So many persons with these lists. */
void count_gather_tally(struct count_gather *g, struct count_tally *t, uint32_t on,
                        uint64_t persons);
/* From now on the two are one. parent is made when there is none. E_NOMEM. */
int count_gather_merge(struct count_gather *g, uint32_t a, uint32_t b) MUST_USE;
/* The person that stands for all that are merged with this one: the first of them. */
uint32_t count_gather_root(const struct count_gather *g, uint32_t person);

#endif
