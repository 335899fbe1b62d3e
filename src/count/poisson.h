/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How surprising a Poisson count is. Pure; for any thread. */
#ifndef COUNT_POISSON_H
#define COUNT_POISSON_H

/* The logarithm of the probability of the tail that seen lies in: of so many or more where seen is
 * at least the mean, of so few or fewer where it is below. Finite where the probability itself is
 * too small for a double. seen is a whole number up to 2^53; mean is finite, and 0 only if seen is.
 *
 * Below 1.5 standard deviations, where no tail is under 0.05, 0 is given for any. Up to
 * POISSON_EXACT_MAX the terms are summed; above it is the saddle point approximation of Lugannani
 * and Rice (1980), to 1e-6 of the probability. */
#define POISSON_EXACT_MAX 1e4
double poisson_log_tail(double seen, double mean);

#endif
