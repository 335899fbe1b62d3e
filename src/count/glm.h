/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Poisson log-linear regression: log E(y) = X beta, by maximum likelihood.
 *
 * The design is one of two:
 *   - dense: any real columns, values[row * columns + column];
 *   - lattice: the rows are the capture histories 0 .. rows - 1 (rows is a power of two), and
 *     column j is 1 in those that hold all bits of sets[j], else 0. sets[j] = 0 is the constant,
 *     single bits are main effects. All sums over rows then take rows * log2(rows) additions (a
 *     zeta transform), so that a step costs little more than its Cholesky factor.
 *
 * Newton's method; a step is shortened so that no fitted log count rises by more than 1.5, which
 * is enough for the likelihood never to fall.
 *
 * Estimates at minus infinity: a column that is nowhere negative and positive only where all
 * counts are 0 has no finite estimate. It is taken out, and with it the rows in which it is
 * positive, whose fitted counts are exactly 0 (the extended maximum likelihood of Fienberg and
 * Rinaldo 2012). Other directions in which the likelihood rises for ever are not looked for: the
 * fitted counts there come down to nearly 0, and the rest is right; see exists.h. Columns that are
 * combinations of those before them are left at 0. No result is a NaN or an infinity, as long as
 * y is none. */
#ifndef COUNT_GLM_H
#define COUNT_GLM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

#define GLM_ROWS_MAX 256
#define GLM_COLUMNS_MAX 256

struct glm_design {
    size_t rows, columns;
    const double *values; /* dense; NULL for a lattice */
    const uint16_t *sets; /* lattice; NULL for dense */
};

/* The space for fits, and the last fit. For one thread at a time; nothing is allocated in a fit.
 * Read the results; write none of it. */
struct glm {
    size_t rows_max, columns_max;

    bool converged;
    unsigned steps;
    size_t rank;           /* columns that were estimated */
    size_t infinite_count; /* columns at minus infinity */
    size_t rows_fitted;    /* rows that count, without those that a column at -infinity took */
    double loglik;         /* of the counts, their factorials included */
    double deviance;       /* from the saturated model */

    double *beta;   /* [columns]; 0 where infinite or aliased */
    bool *infinite; /* [columns] at minus infinity */
    bool *aliased;  /* [columns] a combination of others */
    double *eta;    /* [rows] log fitted; for rows that do not count too */
    double *mu;     /* [rows] fitted; exactly 0 where a column is at minus infinity */

    /* scratch */
    double *gram, *step, *score, *cells, *weights;
    bool *dropped;
};

/* E_ARGUMENT above the limits; E_NOMEM. */
int glm_new(size_t rows_max, size_t columns_max, struct glm **ret_glm) MUST_USE;
void glm_free(struct glm *g);

/* Fits. y >= 0, need not be whole. used[row] false leaves a row out (a
 * structural zero, or what is not known); NULL: all count. start may be NULL, or a beta from which
 * to begin (it may be g->beta). Without convergence the numbers are the last ones. */
void glm_fit(struct glm *g, const struct glm_design *design, const double *y, const bool *used,
             const double *start);

/* How the fitted log count of one row hangs on every count: influence[r] is, to first order, what
 * eta[row] gains when y[r] gains one. It is the covariance of eta[row] and eta[r], so that
 * influence[row] is a variance. After a fit of the same design. */
void glm_influence(struct glm *g, const struct glm_design *design, size_t row, double *influence);

#endif
