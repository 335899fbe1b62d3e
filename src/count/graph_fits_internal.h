/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What graph_fits.c and graph_screen.c share. */
#ifndef COUNT_GRAPH_FITS_INTERNAL_H
#define COUNT_GRAPH_FITS_INTERNAL_H

#include "count/graph_fits.h"

struct fit {
    uint32_t edges;
    uint8_t clique_count;
    uint8_t sets[2 * GRAPHS_LISTS_MAX - 1]; /* cliques, then separators */
    bool steep;                             /* a peak may hide between two places */
    /* While screening a bound for the log of the peak, relative to the saturated model's value at
     * the first reference; afterwards the log density at the reference, relative to the highest. */
    double value;
};

struct peak {
    double u, width, height;
};

struct graph_fits_range {
    uint32_t from, below; /* sets of edges */
    struct fit *fits;
    size_t count, capacity;
    struct peak *peaks; /* the narrow ones */
    size_t peak_count, peak_capacity;
    double best, best_u; /* the highest peak that is known */
    double likely;       /* and what may be the highest, */
    struct fit likely_fit;
    struct graph_weight top[GRAPH_FITS_BEST];
    size_t top_count;
    double saturated;
};

static inline unsigned fit_set_count(const struct fit *fit)
{
    return 2u * fit->clique_count - 1;
}

/* Adds the model's steps in one panel. */
static inline void fit_add_steps(const struct fit *fit, const lanes *steps, lanes *sum)
{
    lanes s = *sum;
    for (unsigned i = 0; i < fit->clique_count; i++)
        s += steps[fit->sets[i]];
    for (unsigned i = fit->clique_count; i < fit_set_count(fit); i++)
        s -= steps[fit->sets[i]];
    *sum = s;
}

/* The terms' steps at count places: for each LANES of them 2^lists times LANES values, which the
 * caller frees. E_NOMEM. */
int graph_fits_table(const struct graph_terms *t, const double *u, size_t count,
                     lanes **ret_steps) MUST_USE;

#endif
