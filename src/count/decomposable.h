/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Decomposable graphical models, averaged: a posterior of N over every way in which some lists may
 * depend on each other, each weighted by how well it fits.
 *
 * D. Madigan and J. C. York, "Bayesian methods for estimation of the size of a closed population",
 * Biometrika 84 (1997); J. Johndrow, K. Lum and P. Ball, the R package dga. Every chordal graph on
 * the lists counts as equally likely beforehand; given a graph, the cells have a hyper-Dirichlet
 * prior with delta each; and N is beforehand as likely as 1 / N, where N = n + u holds the n
 * documented and u >= 1 unseen. (dga's manual says 1 / u; its code does 1 / N, as is done here.)
 *
 * u has no upper limit but that of COUNT_ABSURD times n, and what lies beyond is estimated and
 * warned of. Every posterior is proper, since delta > 0, but the saturated graph's falls as slowly
 * as u^-(1 + delta (2^lists - 1)): it says nothing on u, and its weight is a warning.
 *
 * What is summed is every whole u, through the few hundred values that unseen.h needs for it; where
 * counts are so large (beyond some 2^45, with overlaps of single persons) that doubles no longer
 * hold the differences, it is NO_FIT.
 *
 * Deterministic; the same bytes for any number of threads. 7 lists take some 30 MB, 5 some 2. */
#ifndef COUNT_DECOMPOSABLE_H
#define COUNT_DECOMPOSABLE_H

#include "count/estimate.h"
#include "count/graphs.h"

#define DECOMPOSABLE_LISTS_MIN 3
#define DECOMPOSABLE_LISTS_MAX GRAPHS_LISTS_MAX
#define DECOMPOSABLE_DELTA_MIN 0x1p-20
#define DECOMPOSABLE_DELTA_MAX 0x1p10

struct decomposable_options {
    double delta; /* 0: 2^-lists, so that all cells together weigh one person */
    /* The prior ends there, as dga's does; 0: it does not. */
    double unseen_max; /* 1 to 2^80 */
    /* Also with half and twice the delta, which takes three times as long: PRIOR_MATTERS when the
     * median moves by more than a quarter between them. */
    bool check_prior;
};

#define DECOMPOSABLE_BEST_MAX 10
struct decomposable_model {
    char graph[GRAPHS_TEXT_MAX]; /* its cliques, "{123}{34}", lists counted from 1 */
    double weight;               /* all models' together are 1 */
};
struct decomposable_best {
    size_t count;
    struct decomposable_model models[DECOMPOSABLE_BEST_MAX]; /* the heaviest first */
};

/* Median, 95% (equal tails), mean (0 when it has none) and mode of the posterior; the best model
 * and its weight in model, after what the options name ("delta 0.5: "). options may be NULL for
 * none, ret_best too. Stopped by the watch it is UNFINISHED and 0. E_NOMEM; E_ARGUMENT for a delta
 * or a limit out of range. */
int decomposable_run(const struct count_table *table, const struct decomposable_options *options,
                     const struct count_means *means, struct count_estimate *ret_estimate,
                     struct decomposable_best *ret_best) MUST_USE;

/* The same for every power of two from a quarter of the default delta up to 1, to show how much
 * the prior says; unseen_max as in the options. None for a table that cannot be estimated. */
#define DECOMPOSABLE_DELTAS_MAX (DECOMPOSABLE_LISTS_MAX + 3)
int decomposable_deltas(const struct count_table *table, double unseen_max,
                        const struct count_means *means,
                        struct count_estimate ret_estimates[DECOMPOSABLE_DELTAS_MAX],
                        size_t *ret_count) MUST_USE;

#endif
