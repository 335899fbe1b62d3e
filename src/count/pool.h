/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One estimator's answers from several tables that might each be the true one (drawn linkages, or
 * linkages with mistakes put in), as one answer. */
#ifndef COUNT_POOL_H
#define COUNT_POOL_H

#include "count/estimate.h"

/* Fewer answers than this share of the runs are no answer. */
#define COUNT_POOL_LEAST 0.5

/* runs[i * step], i below count, are of one estimator. The spread is that of the mixture in which
 * every run counts alike, the limits are its 2.5% and 97.5%, n is the median of the runs' n, mean
 * the mean of their means. A run without an answer is left out, and said in detail; when more than
 * half have none there is no answer, for the reason that is the most common. Without a spread in
 * each there is no interval. Warnings are those of at least half of the runs. E_NOMEM. */
int count_pool(const struct count_estimate *runs, size_t step, size_t count,
               struct count_estimate *ret_pooled) MUST_USE;

#endif
