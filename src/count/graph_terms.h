/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the likelihoods of all decomposable models are put together from.
 *
 * Under the hyper-Dirichlet prior (Dawid and Lauritzen 1993) with delta for each of the 2^lists
 * cells, the marginal likelihood of a graph is a product over its cliques divided by one over its
 * separators, each factor that of the margin of those lists (Madigan and York 1997):
 *
 *   log p(table, u | g) = sum over cliques term(C) - sum over separators term(S)
 *   term(C) = sum over the cells h of the margin of C but the empty one
 *                 [log gamma(count(h) + a) - log gamma(a)]
 *             + log gamma(u + zero(C)) - log gamma(a) + common
 *   a = delta 2^(lists - |C|), zero(C) = a + those documented who are on none of C's lists
 *   common = log gamma(u + n + 1) - log gamma(u + 1) - log gamma(u + n + A) + log gamma(A)
 *            - log(n + u),   A = delta 2^lists
 *
 * u is the number on no list, n the documented. There is one clique more than separators (the
 * empty separator counts too), so that common, which holds the ways to choose who is unseen and the
 * prior on N, proportional to 1 / N with N = n + u, enters once. What is the same for all graphs
 * and all u is left out. Only zero(C) meets u: for all graphs together there are 2^lists functions
 * of u. */
#ifndef COUNT_GRAPH_TERMS_H
#define COUNT_GRAPH_TERMS_H

#include "count/estimate.h"
#include "count/graphs.h"
#include "count/lanes.h"

#define GRAPH_TERMS_MAX (1u << GRAPHS_LISTS_MAX)

/* By the set of lists. */
struct graph_terms {
    unsigned lists;
    double n, delta, reference;
    double zero[GRAPH_TERMS_MAX];
    long double fixed[GRAPH_TERMS_MAX];        /* what of a term does not depend on u */
    long double at_reference[GRAPH_TERMS_MAX]; /* term for u = reference */
};

/* For a table of at most GRAPHS_LISTS_MAX lists; reference is set to n. */
void graph_terms_init(struct graph_terms *t, const struct count_table *table, double delta);
/* A whole number, at least 1: near the u that matter, so that differences to it are exact. */
void graph_terms_refer(struct graph_terms *t, double reference);
/* For each set of lists term(u) - term(reference), for LANES values of u, each at least 1. */
void graph_terms_steps(const struct graph_terms *t, const double u[LANES], lanes *ret_steps);
/* The same for one set and one u, relative to another u. */
double graph_terms_step(const struct graph_terms *t, unsigned set, double from_u, double u);

#endif
