/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Random numbers of the distributions that a Gibbs sampler asks for, each exact up to the rounding
 * of a double. One struct is for one thread at a time.
 *
 *   gamma      from one normal number          Marsaglia and Tsang 2000, ACM TOMS 26(3);
 *              that from a ziggurat            Marsaglia and Tsang 2000, J. Stat. Softw. 5(8)
 *   binomial   64 trials at a time, inversion, or transformed rejection
 *   Poisson    inversion, or transformed rejection
 *                                              Hoermann 1993, J. Stat. Comput. Simul. 46 (BTRS),
 *                                              and 1993, Insurance: Math. Econ. 12 (PTRS)
 * The rejections compare with the true probability written as a deviance (Loader 2000), which
 * keeps its digits up to counts of 2^53. */
#ifndef COUNT_VARIATE_H
#define COUNT_VARIATE_H

#include <stdint.h>

#include "base/rng.h"

#define VARIATE_LAYERS 256
/* The most that a Poisson number is: one beyond it is given as this. */
#define VARIATE_COUNT_MAX (INT64_C(1) << 53)

struct variate {
    struct rng rng;
    double edge[VARIATE_LAYERS + 1], height[VARIATE_LAYERS + 1]; /* the ziggurat's */
};

/* Streams of one seed are unrelated to each other. */
void variate_init(struct variate *v, uint64_t seed, uint64_t stream);

/* Scale 1, shape >= 1. */
double variate_gamma(struct variate *v, double shape);
/* The logarithm of a gamma number of any shape > 0: with a small shape the number itself would
 * often be too small for a double. */
double variate_log_gamma(struct variate *v, double shape);
/* How many of n (0 to 2^53) trials succeed; p outside 0 to 1 is taken as the nearer end. */
int64_t variate_binomial(struct variate *v, int64_t n, double p);
/* mean >= 0; infinity is allowed and gives VARIATE_COUNT_MAX. */
int64_t variate_poisson(struct variate *v, double mean);

#endif
