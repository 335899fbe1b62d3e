/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The forward choice of pairs of Chan, Silverman and Vincent (2021), on one table; sparse.h says
 * what it is. Fast, since it is repeated thousands of times. */
#ifndef COUNT_STEPWISE_H
#define COUNT_STEPWISE_H

#include "count/estimate.h"
#include "count/glm.h"

#define STEPWISE_PAIRS_MAX (COUNT_LISTS_MAX * (COUNT_LISTS_MAX - 1) / 2)
#define STEPWISE_SETS_MAX (1 + COUNT_LISTS_MAX + STEPWISE_PAIRS_MAX)
/* Of the p-value under which a pair may join. */
#define STEPWISE_THRESHOLD 0.02

/* A space for runs, and what came of the last. For one thread at a time. */
struct stepwise {
    unsigned lists;
    double n;         /* the estimate; infinity: there is none */
    bool exists;      /* the estimate is finite and identifiable without pairs */
    size_t set_count; /* the model chosen: the intercept 0, the lists, the pairs in */
    uint16_t sets[STEPWISE_SETS_MAX]; /* the order in which they joined */
    double seen[COUNT_CELLS_MAX];     /* persons on all of a set of lists, whatever else */
    struct glm *glm;                  /* the last fit, if exists */

    /* scratch */
    struct count_exists *checks;
    bool used[COUNT_CELLS_MAX];
    double counts[COUNT_CELLS_MAX], fitted[COUNT_CELLS_MAX], start[STEPWISE_SETS_MAX];
};

/* For tables of exactly so many lists. NULL: no memory. */
struct stepwise *stepwise_new(unsigned lists) MUST_USE;
void stepwise_free(struct stepwise *s);
/* Chooses and fits. n is infinity where the model without pairs has no estimate, where a fit does
 * not converge, and over COUNT_ABSURD times those documented. No allocation. */
void stepwise_run(struct stepwise *s, const struct count_table *t);
/* Is the set one of the model's terms? */
bool stepwise_has(const struct stepwise *s, unsigned set);

#endif
