/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Results made by hand, of invented lists, so that reports can be tested without an estimator. */
#ifndef TESTS_COUNT_SAMPLE_RESULT_H
#define TESTS_COUNT_SAMPLE_RESULT_H

#include "count/count.h"

/* Static; each call gives the same one again, as it was at first, to be changed at will. */
/* Everything at once: acts, doubtful pairs, rows left out, strata, draws, each kind of estimate. */
struct count_result *sample_busy(void);
/* Two lists: the documented minimum is the answer. */
struct count_result *sample_two_lists(void);
/* Twelve lists: more than can be estimated with. */
struct count_result *sample_many_lists(void);
/* Eight lists and every history; names that try to do harm. */
struct count_result *sample_hostile(void);

#endif
