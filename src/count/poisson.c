/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Tails are compared to find the least probable of several, so they must keep their order where
 * exp(-800) is 0: everything is a logarithm, and 1 - p is never formed. */
#include <float.h>
#include <math.h>

#include "base/compiler.h"
#include "count/number.h"
#include "count/poisson.h"

#define NEAR 1.5

/* k log(k / mean) - k + mean, half the deviance. */
static double half_deviance(double k, double mean)
{
    double d = (mean - k) / k;
    return k * (d - log1p(d));
}

static double log_probability(double k, double mean)
{
    if (k < 256)
        return (k > 0 ? k * log(mean) : 0) - mean - number_log_factorial(k);
    double stirling = (1.0 / 12 - 1.0 / (360 * k * k)) / k;
    return -half_deviance(k, mean) - 0.5 * log(2 * M_PI * k) - stirling;
}

/* The tail over the probability at its edge. */
static double tail_series(double k, double mean)
{
    double term = 1, sum = 1;
    if (k >= mean) {
        for (double i = k + 1; term > sum * DBL_EPSILON; i++) {
            term *= mean / i;
            sum += term;
        }
        return sum;
    }
    for (double i = k; i > 0 && term > sum * DBL_EPSILON; i--) {
        term *= i / mean;
        sum += term;
    }
    return sum;
}

/* The normal tail beyond r over the density at r. */
static double mills(double r)
{
    if (r > 10)
        return 1 / (r + 1 / (r + 2 / (r + 3 / (r + 4 / r))));
    return number_normal_below(-r) * exp(0.5 * r * r) * sqrt(2 * M_PI);
}

static double log_tail_saddle(double k, double mean)
{
    double edge = k >= mean ? k : k + 1;
    double half = half_deviance(edge, mean);
    double r = sqrt(2 * half), u = fabs(1 - mean / edge) * sqrt(edge);
    return -half - 0.5 * log(2 * M_PI) + log(mills(r) + 1 / u - 1 / r);
}

double poisson_log_tail(double seen, double mean)
{
    ASSERT(mean > 0 || seen == 0);
    if (fabs(seen - mean) <= NEAR * sqrt(mean))
        return 0;
    if (fmax(seen, mean) > POISSON_EXACT_MAX)
        return log_tail_saddle(seen, mean);
    return log_probability(seen, mean) + log(tail_series(seen, mean));
}
