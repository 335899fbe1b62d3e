/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The bias-corrected accelerated bootstrap (Efron 1987; DiCiccio and Efron 1996, Statistical
 * Science 11, 189-228): which quantiles of the replicates are the limits. Pure; for any thread.
 *
 * A replicate may be infinity: larger than all others, by nobody knows how much. */
#ifndef COUNT_BCA_H
#define COUNT_BCA_H

#include <stdbool.h>
#include <stddef.h>

/* From the jackknife: without[i] is the estimate without one of weights[i] alike, all finite and
 * positive. 0 if none moves it. */
double bca_acceleration(const double *without, const double *weights, size_t count);

struct bca {
    const double *replicates; /* the caller's, sorted */
    size_t count;
    double z0, a;
};

/* replicates[0..count) ascending, count > 0; they must stay. estimate is that of the data. When all
 * replicates lie on one side of it, half a one is taken to lie on the other. */
void bca_init(struct bca *b, const double *replicates, size_t count, double estimate,
              double acceleration);
/* The limit of a level between 0 and 1: 0.025 and 0.975 are those of a 95% interval. Never falls
 * as the level rises. Between replicates it is that of type 8 of Hyndman and Fan (1996); infinity
 * if that is among those. */
double bca_limit(const struct bca *b, double level);
/* The limit would lie before the first or after the last replicate, and is that replicate. */
bool bca_is_beyond(const struct bca *b, double level);

#endif
