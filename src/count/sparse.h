/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* For lists that hardly overlap: which pairs of lists depend on each other is chosen step by step,
 * a pair that nobody is on counts as impossible, and the interval carries the choice.
 *
 * Chan, Silverman and Vincent 2021, Multiple Systems Estimation for Sparse Capture Data, JASA 116,
 * 1297-1306; the R package SparseMSE (stepwisefit, estimatepopulation):
 *   - A Poisson log-linear model with an intercept, a term for each list, and terms for some pairs.
 *     A pair in the model that nobody is on has its term at minus infinity; its cells leave.
 *   - It begins without pairs. Each pair that is not in has a p-value: the probability, under the
 *     model so far, of so many or more persons on both lists, or of so few or fewer, whichever is
 *     less. The pair of the least joins, if that is under 0.02, and if the model with it has an
 *     estimate that is finite and identifiable (exists.h). Then all again, until none joins.
 *   - N is the persons documented and exp(intercept).
 *   - The interval is the bias-corrected accelerated bootstrap's (DiCiccio and Efron 1996): the
 *     persons documented are drawn again from the cells, and everything is repeated, the choice
 *     too. The acceleration is from the jackknife over persons, cell by cell. Quantiles are of
 *     type 8 of Hyndman and Fan 1996, as there.
 *
 * Where it differs:
 *   - p-values are compared as logarithms. Of several that are 0 as doubles SparseMSE takes the
 *     first.
 *   - The model without pairs must exist as well, or there is no estimate. SparseMSE gives what its
 *     fit stopped at.
 *   - A repetition without a finite estimate, or one over COUNT_ABSURD times n, is larger than all
 *     others; in the jackknife it is COUNT_ABSURD times n. With more than COUNT_SPARSE_ENDLESS of
 *     those there is no upper limit, and it is said.
 *   - A list with nobody on it, which a repetition can have, is left out of it; in SparseMSE no
 *     pair could then be chosen.
 *   - Where a limit would lie beyond the first or the last repetition (the correction of the bias
 *     is often large here), COUNT_SPARSE_MORE times as many are drawn; if it still does, that is
 *     said.
 *   - Other random numbers. */
#ifndef COUNT_SPARSE_H
#define COUNT_SPARSE_H

#include "count/estimate.h"

#define COUNT_SPARSE_REPLICATES 1000u
#define COUNT_SPARSE_REPLICATES_MAX 1000000u
#define COUNT_SPARSE_MORE 10u
#define COUNT_SPARSE_ENDLESS 0.025

/* Three lists or more that hold anybody. replicates of the bootstrap; 0 gives the estimate alone.
 * Each has its own stream of random numbers. Workers and watch are those of means. Stopped:
 * UNFINISHED, and 0. E_NOMEM; E_ARGUMENT for more than COUNT_SPARSE_REPLICATES_MAX.
 *
 * Besides what stops: ONE_CELL when one person less in one cell moves n by more than a quarter;
 * POOR_FIT when chi-squared of the deviance is beyond its 0.1% point; NO_UPPER_LIMIT and FEW_DRAWS
 * as above. Lists that are the same, or one inside the other, are not looked for. */
int count_sparse(const struct count_table *t, unsigned replicates, const struct count_means *means,
                 struct count_estimate *ret_estimate) MUST_USE;

#endif
