/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* All decomposable models of one table together: which of them matter, their joint density of the
 * unseen, and each one's weight. Every graph counts as equally likely beforehand.
 *
 * First all graphs are looked at in a coarse grid of u; those whose peak is too low to matter go
 * (each has less than 1e-17 of the weight), and the others are kept, 32 bytes each. Where the grid
 * is too coarse for a model's peak it is looked for.
 *
 *   graph_fits_init(&fits, &terms, means)
 *   graph_fits_screen(&fits, &unseen)         splits unseen's panels where peaks are narrow
 *   graph_fits_density(&fits)                 for unseen_integrate and unseen_answer
 *   graph_fits_weigh(&fits, &unseen, ...)     after it
 *   graph_fits_release(&fits)
 *
 * Threads: graphs go to tasks by fixed ranges, and what the tasks find is joined in the order of
 * the ranges. */
#ifndef COUNT_GRAPH_FITS_H
#define COUNT_GRAPH_FITS_H

#include "count/graph_terms.h"
#include "count/unseen.h"

struct graph_fits_range;

struct graph_fits {
    struct graph_terms *terms; /* the caller's; its reference is moved to the best model's peak */
    const struct count_means *means;
    struct graph_fits_range *ranges;
    size_t range_count;
    size_t kept; /* how many models matter */
};

struct graph_weight {
    struct graph graph;
    double weight;
};
#define GRAPH_FITS_BEST 10

/* E_NOMEM. */
int graph_fits_init(struct graph_fits *fits, struct graph_terms *terms,
                    const struct count_means *means) MUST_USE;
void graph_fits_release(struct graph_fits *fits);
/* x is fresh from unseen_init. E_NOMEM, E_STOPPED. */
int graph_fits_screen(struct graph_fits *fits, struct unseen *x) MUST_USE;
/* Fails with E_NOMEM and E_STOPPED. */
struct unseen_density graph_fits_density(struct graph_fits *fits);
/* The best models, at most GRAPH_FITS_BEST, the heaviest first, and the weight of the saturated
 * one, which has all edges. Weights of all models together are 1. E_NOMEM, E_STOPPED. */
int graph_fits_weigh(struct graph_fits *fits, const struct unseen *x,
                     struct graph_weight best[GRAPH_FITS_BEST], size_t *ret_count,
                     double *ret_saturated) MUST_USE;

#endif
