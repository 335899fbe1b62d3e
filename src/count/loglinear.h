/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* N by hierarchical log-linear models (Fienberg 1972, Biometrika 59, 591-603; Bishop, Fienberg and
 * Holland 1975, chapter 6): the persons with each history are Poisson, the logarithms of their
 * means are sums of the model's terms, and the constant is the logarithm of those on no list.
 *
 * With 3 or 4 lists all models are fitted (8 and 113); with more, one is looked for from
 * independence on, by the best term more or less until none is better (terms of at most three
 * lists when there are 7 or 8). Lists that hold nobody are left out before. Models whose estimate
 * does not exist or is not the only one (exists.h) are never chosen. Intervals are by the profile
 * likelihood (profile.h). */
#ifndef COUNT_LOGLINEAR_H
#define COUNT_LOGLINEAR_H

#include "count/estimate.h"
#include "count/hierarchy.h"

#define LOGLINEAR_TOP 10
#define LOGLINEAR_ESTIMATES 3

struct loglinear_model {
    struct hierarchy terms;          /* of the lists that hold somebody */
    char text[COUNT_MODEL_TEXT_MAX]; /* "[123,14,34]", by the numbers of all lists */
    bool identifiable;               /* what follows is there */
    bool in_doubt;                   /* that is not decided yet; never in a result */
    unsigned parameters, df;         /* df: cells less parameters */
    double loglik, deviance;
    double aic, bic; /* bic: with the logarithm of the persons documented */
    double n;
    bool has_interval, no_upper_limit; /* low and high are there; or why not */
    double low, high;
    double weight; /* exp(-bic / 2), as a share: of all models, or of those in top[] */
};

struct loglinear {
    /* loglinear-bic, loglinear-aic, and with 3 or 4 lists loglinear-three-way, which has every
     * term but the highest. */
    size_t estimate_count;
    struct count_estimate estimates[LOGLINEAR_ESTIMATES];
    /* The best by BIC that were looked at: models that fit almost equally well can differ much in
     * N, and a reader should see that. */
    size_t top_count;
    struct loglinear_model top[LOGLINEAR_TOP];
    bool all; /* all models there are were fitted */
    /* Fits, and how many were found not to be identifiable; a walk may fit a model more
     * than once, and asks only of the best. */
    size_t models, refused;
};

/* E_NOMEM, E_STOPPED. */
int loglinear_run(const struct count_table *t, const struct count_means *means,
                  struct loglinear *ret_result) MUST_USE;

/* All models of a table of which 2 to HIERARCHY_ALL_LISTS lists hold somebody (E_ARGUMENT for
 * another), in a fixed order, with weights; with intervals if they are wanted. E_NOMEM. */
int loglinear_all(const struct count_table *t, bool intervals,
                  struct loglinear_model models[HIERARCHY_ALL_MAX], size_t *ret_count) MUST_USE;

#endif
