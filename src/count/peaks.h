/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where draws of a number of persons lie most densely, and whether they do so in two places. By a
 * Gaussian kernel on the logarithm (Silverman's rule for its width, with the effective number of
 * draws), reflected at the smallest number there can be. Pure; for any thread. */
#ifndef COUNT_PEAKS_H
#define COUNT_PEAKS_H

#include <stdbool.h>
#include <stddef.h>

struct peaks {
    double mode; /* of the number itself, a whole number */
    /* Between two peaks of the density of the logarithm it falls below half of the lower one, and
     * more than 5% of the draws lie on each side. */
    bool two;
    double first, second;
};

/* sorted: count > 0 whole numbers, none below least, ascending; least >= 1. effective: what the
 * draws are worth. */
void peaks_find(const double *sorted, size_t count, double least, double effective,
                struct peaks *ret);

#endif
