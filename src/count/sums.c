/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Everything is in t = (i - (length - 1) / 2) / length, so that lengths from 2 to 2^80 are alike:
 * the monic polynomials obey p[k+1] = t p[k] - b[k] p[k-1], and the roots lie in (-1/2, 1/2),
 * mirrored at 0. */
#include <math.h>

#include "base/compiler.h"
#include "count/sums.h"

static void recurrence(unsigned m, double length, double b[SUMS_NODES_MAX])
{
    for (unsigned k = 1; k < m; k++) {
        double k2 = (double)k * k;
        b[k] = k2 * (1 - k2 / (length * length)) / (4 * (4 * k2 - 1));
    }
}

/* How many roots lie above t: the signs that the sequence p[k] / p[k-1] shows. */
static unsigned roots_above(unsigned m, const double *b, double t)
{
    unsigned above = 0;
    double ratio = t;
    for (unsigned k = 0;; k++) {
        if (ratio < 0)
            above++;
        if (k + 1 == m)
            return above;
        if (ratio == 0)
            ratio = 1e-300;
        ratio = t - b[k + 1] / ratio;
    }
}

static double newton(unsigned m, const double *b, double t)
{
    double p = t, p_before = 1, d = 1, d_before = 0;
    for (unsigned k = 1; k < m; k++) {
        double p_next = t * p - b[k] * p_before;
        double d_next = p + t * d - b[k] * d_before;
        p_before = p;
        d_before = d;
        p = p_next;
        d = d_next;
    }
    return t - p / d;
}

/* The rank-th root from the top. */
static double root(unsigned m, const double *b, unsigned rank)
{
    double low = 0, high = 0.5;
    for (int halving = 0; halving < 9; halving++) {
        double middle = (low + high) / 2;
        if (roots_above(m, b, middle) > rank)
            low = middle;
        else
            high = middle;
    }
    double t = (low + high) / 2;
    for (int step = 0; step < 4; step++)
        t = newton(m, b, t);
    return t;
}

/* 1 over the sum of squares of the orthonormal polynomials (Christoffel). */
static double weight(unsigned m, const double *b, double length, double t)
{
    double p = 1, p_before = 0, norm = 1, sum = 1;
    for (unsigned k = 0; k + 1 < m; k++) {
        double p_next = t * p - (k > 0 ? b[k] * p_before : 0);
        norm *= b[k + 1];
        p_before = p;
        p = p_next;
        sum += p * p / norm;
    }
    return length / sum;
}

unsigned sums_rule(unsigned m, double length, double nodes[SUMS_NODES_MAX],
                   double weights[SUMS_NODES_MAX])
{
    ASSERT(m >= 1 && m <= SUMS_NODES_MAX && length >= 1);
    if (length <= m) {
        for (unsigned i = 0; i < (unsigned)length; i++) {
            nodes[i] = i;
            weights[i] = 1;
        }
        return (unsigned)length;
    }
    double b[SUMS_NODES_MAX];
    recurrence(m, length, b);
    for (unsigned i = 0; i < (m + 1) / 2; i++) {
        double t = 2 * i + 1 == m ? 0 : root(m, b, i);
        weights[i] = weights[m - 1 - i] = weight(m, b, length, t);
        nodes[m - 1 - i] = (length - 1) / 2 + t * length;
        nodes[i] = (length - 1) / 2 - t * length;
    }
    return m;
}
