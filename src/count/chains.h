/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Whether Markov chains have met, and how many independent draws theirs are worth: rank-normalised
 * split R-hat and effective sample sizes (Vehtari, Gelman, Simpson, Carpenter and Buerkner 2021,
 * Bayesian Analysis 16, 667-718). Pure; for any thread. */
#ifndef COUNT_CHAINS_H
#define COUNT_CHAINS_H

#include <stddef.h>

#include "base/compiler.h"

#define CHAINS_LENGTH_MIN 8
/* R-hat when every half of a chain stands still, at different places. */
#define CHAINS_RHAT_MAX 1e6

struct chains {
    double rhat;      /* the larger one of place and width; 1 when all draws are the same */
    double effective; /* in the bulk */
    double low, high; /* for the quantiles that were asked for */
};

/* draws[i * length + t]: draw t of chain i; finite; length at least CHAINS_LENGTH_MIN, an odd one's
 * middle draw is left out. low and high: the probabilities of the quantiles. Draws without any
 * variance have no Monte Carlo error and count as independent. E_NOMEM. */
int chains_diagnose(const double *draws, size_t chains, size_t length, double low, double high,
                    struct chains *ret) MUST_USE;

#endif
