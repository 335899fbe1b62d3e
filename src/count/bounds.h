/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The lower bound and the sanity checks that need no model of all lists.
 *
 * Chao's lower bound (1987, Biometrics 43, 783-791), whatever the persons' chances, as long as the
 * lists reach equally far. With f1 persons on one list only and f2 on two, of t lists,
 *     N = n + (t-1)/t  f1 (f1 - 1) / (2 (f2 + 1)),
 * the bias-corrected form with the factor for few lists (Chao 1989, Biometrics 45, 427-438; without
 * it, as for many lists, three or four lists would give no lower bound). The interval and the
 * spread are log-normal in the unseen. The detail gives the plain n + f1^2 / (2 f2) too.
 *
 * Lincoln-Petersen for two lists of n1 and n2 persons, m of them on both, as Chapman (1951) has it:
 *     N = (n1+1)(n2+1) / (m+1) - 1,
 * with Seber's (1970) variance, log-normal in those on neither list. */
#ifndef COUNT_BOUNDS_H
#define COUNT_BOUNDS_H

#include "count/estimate.h"

#define BOUNDS_PAIRS_MAX (COUNT_LISTS_MAX * (COUNT_LISTS_MAX - 1) / 2)

struct bounds_pair {
    unsigned a, b; /* the lists, from 0; a < b */
    struct count_estimate estimate;
};

struct bounds {
    struct count_estimate chao; /* "chao" */
    size_t pair_count;
    struct bounds_pair pairs[BOUNDS_PAIRS_MAX]; /* "pair-12" for the lists 0 and 1, and so on */
};

/* Every estimate is finished. chao: TOO_FEW_LISTS when fewer than two lists hold somebody, always
 * LOWER_BOUND, ONE_CELL as in one_cell.h. Pairs: APART when nobody is on both; SAME_LIST,
 * LIST_INSIDE, EMPTY_LIST; ONE_CELL when one person on both more or less moves it by more than a
 * quarter; IMPOSSIBLE when it gives fewer than all lists together hold: then the two lists attract
 * each other, and the detail says what it would have been. */
void bounds_run(const struct count_table *t, struct bounds *ret_bounds);

#endif
