/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* N by the classical models of a closed population, as log-linear models of the capture histories
 * (Otis, Burnham, White and Anderson 1978; Rivest and Baillargeon 2007, Biometrics 63, 999-1006),
 * with the columns of the R package Rcapture's closedp (Baillargeon and Rivest 2007, Journal of
 * Statistical Software 19(5)). With k the number of lists that hold a person:
 *
 *   M0   b k                  one chance for all persons and lists
 *   Mt   b_i for each list    a chance for each list
 *   Mh   M0 and               persons differ:
 *          Chao      e_j max(k - j + 1, 0), j from 3; negative e_j are left out, from the lowest
 *          Poisson   e (2^k - 1)
 *          Darroch   e k^2 / 2
 *          Gamma     - e log((3.5 + k) / 3.5)
 *   Mth  Mt and the same      both
 *   Mb   b_1 (lists before the first that holds the person) + b_2 (k - 1)
 *   Mbh  Mb with a first list of its own
 *
 * Mb and Mbh make sense only where the lists come one after another, in the order in which they
 * are given. */
#ifndef COUNT_CLOSED_H
#define COUNT_CLOSED_H

#include "count/estimate.h"

#define CLOSED_MODELS 12

/* Every estimate is finished. All but Mb and Mbh have an interval by the profile likelihood
 * (profile.h). TOO_FEW_LISTS below 3; NOT_IDENTIFIABLE; NO_FIT; IMPOSSIBLE where Mb's formula
 * turns negative; LOWER_BOUND for Chao's; POOR_FIT beyond the 1% point; ONE_CELL. E_NOMEM,
 * E_STOPPED. */
int closed_run(const struct count_table *t, const struct count_means *means,
               struct count_estimate ret_estimates[CLOSED_MODELS]) MUST_USE;

#endif
