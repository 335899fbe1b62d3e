/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* N by latent classes (Manrique-Vallier 2016, Biometrics 72, 1246-1254): persons differ in how
 * easily each list finds them, the population is a mixture of classes, and within a class the
 * lists are independent.
 *
 *   weights of the K classes   a Dirichlet process, truncated: sticks V_k beta(1, alpha), V_K = 1
 *   alpha                      gamma(shape, rate)
 *   class k is on list j       with a probability that is uniform beforehand
 *   N                          1/N
 *
 * The posterior is drawn from by several Markov chains (latent_chain.h) that start far from each
 * other. Each time they have gone on for a quarter of their way, they are compared; when R-hat is
 * below LATENT_RHAT and the effective size of the middle and of both limits is what was asked for,
 * they end. The first eighth of each chain is left out. At most LATENT_STORE draws a chain are
 * kept, evenly spaced.
 *
 * Unlike the package LCMCR, a large number of unseen is kept as it is drawn, up to 2^53. */
#ifndef COUNT_LATENT_H
#define COUNT_LATENT_H

#include "count/estimate.h"
#include "count/latent_chain.h"

#define LATENT_LISTS_MIN 3
#define LATENT_CHAINS_MAX 16
#define LATENT_STORE 16384
#define LATENT_RHAT 1.01
/* With fewer effective draws there is a warning. */
#define LATENT_EFFECTIVE_MIN 1000
/* What the default limit of sweeps takes of one processor core, more or less. */
#define LATENT_CORE_SECONDS 18

/* A 0 stands for the default. */
struct latent_options {
    unsigned classes;               /* 2 to LATENT_CLASSES_MAX; 10 */
    double alpha_shape, alpha_rate; /* 0.25, 0.25 */
    unsigned chains;                /* 2 to LATENT_CHAINS_MAX; 4 */
    double effective;               /* to be reached; 5,000 */
    uint64_t sweeps_max;            /* a chain; LATENT_CORE_SECONDS of all chains together */
    bool plain;                     /* without Metropolis moves, as the package does it */
};

/* Fills e in, which then is the estimate "latent". options may be NULL. Lists that hold nobody are
 * left out. Stopped by means->watch it is UNFINISHED, and returns 0. E_NOMEM. */
int latent_estimate(const struct count_table *t, const struct latent_options *options,
                    const struct count_means *means, struct count_estimate *e) MUST_USE;

#endif
