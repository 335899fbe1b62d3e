/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Gauss's rule for sums: a sum over many integers from a few places.
 *
 * With m nodes the rule is exact for the sum of any polynomial of degree up to 2 m - 1 over the
 * integers 0 .. length - 1, as Gauss and Legendre's is for an integral, which it becomes when
 * length grows. The nodes are the roots of the discrete Chebyshev (Gram) polynomial of degree m,
 * not integers but between 0 and length - 1 (Gautschi, "Orthogonal Polynomials", 2004, 1.4.2). */
#ifndef COUNT_SUMS_H
#define COUNT_SUMS_H

#define SUMS_NODES_MAX 8

/* Fills nodes (ascending) and weights, and returns how many: m, or, when there are no more
 * integers than m, all of them with weight 1. length is a whole number of at least 1; m is at
 * least 1. */
unsigned sums_rule(unsigned m, double length, double nodes[SUMS_NODES_MAX],
                   double weights[SUMS_NODES_MAX]);

#endif
