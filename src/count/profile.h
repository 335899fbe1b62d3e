/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The interval of a log-linear estimate of N, from the profile likelihood (Cormack 1992,
 * Biometrics 48, 567-576; as Rcapture's closedpCI takes it).
 *
 * For every N the cell of those on no list is given its N - n persons, the model is fitted again,
 * and the multinomial log-likelihood is
 *     L(N) = log N! - log (N-n)! + the rest,  which is  - deviance / 2 + c(N) - c(N - n)
 * with c(x) = log x! - x log x + x. The interval holds the N for which 2 (max L - L(N)) is below
 * the 95% point of chi-squared with one degree of freedom. Its signed root,
 * +- sqrt(2 (max L - L(N))), taken as standard normal, makes N's confidence distribution.
 *
 * All is done in the logarithm of the unseen, where L is close to a parabola. */
#ifndef COUNT_PROFILE_H
#define COUNT_PROFILE_H

#include "count/estimate.h"

struct profile_source {
    /* Fits with so many unseen; gives the deviance and the unseen as fitted. false: no fit. */
    bool (*fit)(void *arg, double unseen, double *ret_deviance, double *ret_fitted);
    void *arg;
    double documented;
    double unseen; /* as estimated without a profile: where to begin */
    double log_sd; /* the standard error of its logarithm, roughly */
};

struct profile {
    double low, high; /* of N; high is INFINITY where the data give no upper limit */
    /* In the logarithm of the unseen: where the likelihood is highest, and the limits. */
    double top, top_loglik, log_low, log_high;
};

/* false: some fit did not settle, or the likelihood has another maximum, and its limits would not
 * hold the estimate; there is no interval. */
bool profile_limits(const struct profile_source *source, struct profile *ret_profile) MUST_USE;
/* The confidence distribution's quantiles; false where there is no upper limit, too. */
bool profile_spread(const struct profile_source *source, const struct profile *profile,
                    double spread[COUNT_SPREAD]) MUST_USE;

#endif
