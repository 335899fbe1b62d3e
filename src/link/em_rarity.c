/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The density ratio model (Anderson, Biometrika 1972): the ratio of two densities that is
 * exponential in x is found by logistic regression, whatever the densities are. */
#include <math.h>

#include "link/em_internal.h"

#define ROUNDS 30
#define SLOPE_MIN 0.0
#define SLOPE_MAX 1.2

static double sum_of(const double *of_code)
{
    double sum = 0;
    for (unsigned code = 1; code < LINK_FREQUENCY_CODES; code++)
        sum += of_code[code];
    return sum;
}

/* One step of Newton's method; x is the logarithm of the share, less its mean. */
static double step(const double *matches, const double *others, const double *x, double *level,
                   double *slope)
{
    double g0 = 0, g1 = 0, h00 = 1e-9, h01 = 0, h11 = 1e-9;
    for (unsigned code = 1; code < LINK_FREQUENCY_CODES; code++) {
        double all = matches[code] + others[code];
        if (all <= 0)
            continue;
        double p = 1 / (1 + exp(*slope * x[code] - *level)), w = all * p * (1 - p);
        double off = matches[code] - all * p;
        g0 += off;
        g1 -= off * x[code];
        h00 += w;
        h01 -= w * x[code];
        h11 += w * x[code] * x[code];
    }
    double det = h00 * h11 - h01 * h01;
    double d0 = (h11 * g0 - h01 * g1) / det, d1 = (h00 * g1 - h01 * g0) / det;
    double longest = fmax(fabs(d0), fabs(d1)), scale = longest > 1 ? 1 / longest : 1;
    *level += scale * d0;
    *slope += scale * d1;
    return longest;
}

struct link_rarity link_em_fit_rarity(const double matches[LINK_FREQUENCY_CODES],
                                      const double others[LINK_FREQUENCY_CODES],
                                      const double log_share[LINK_FREQUENCY_CODES])
{
    double sum_m = sum_of(matches), sum_u = sum_of(others), mean = 0, x[LINK_FREQUENCY_CODES];
    for (unsigned code = 1; code < LINK_FREQUENCY_CODES; code++)
        mean += (matches[code] + others[code]) * log_share[code] / (sum_m + sum_u);
    for (unsigned code = 1; code < LINK_FREQUENCY_CODES; code++)
        x[code] = log_share[code] - mean;
    double level = log(sum_m / sum_u), slope = 0.5;
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (!(step(matches, others, x, &level, &slope) > 1e-6))
            break;
    }
    slope = !(slope > SLOPE_MIN) ? SLOPE_MIN : slope > SLOPE_MAX ? SLOPE_MAX : slope;
    /* The mean of the ratio over the other pairs is 1. */
    double sum = 0;
    for (unsigned code = 1; code < LINK_FREQUENCY_CODES; code++)
        sum += others[code] / sum_u * exp(-slope * log_share[code]);
    return (struct link_rarity){.slope = slope, .offset = -log(sum)};
}
