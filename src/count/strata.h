/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The total of several strata that were estimated apart.
 *
 * Strata are taken as independent: what is unknown in one says nothing about another. A total's
 * distribution is that of the sum of one draw from each stratum's spread, by COUNT_STRATA_SUMS
 * sums; each stratum's draws are its evenly spaced quantiles in random order (a Latin hypercube),
 * so that the mean of the sums is the sum of the means. n is the sum of the strata's n, but for
 * posteriors, whose n is a median, it is the median of the sums.
 *
 * No total leaves out a stratum in silence: where one has no answer there is no total, PARTIAL, and
 * detail names the strata that lack it. A stratum in which nobody is documented counts as 0. Where
 * a stratum has no spread the total has no interval. Warnings are those of any stratum. */
#ifndef COUNT_STRATA_H
#define COUNT_STRATA_H

#include "base/arena.h"
#include "count/count.h"

#define COUNT_STRATA_SUMS 20000u

/* For each estimator of any stratum, in the order in which they are shown. The result is in the
 * arena. E_NOMEM. */
int count_strata_totals(const struct count_stratum *strata, size_t count, uint64_t seed,
                        struct arena *memory, struct count_estimate **ret_totals,
                        size_t *ret_count) MUST_USE;

#endif
