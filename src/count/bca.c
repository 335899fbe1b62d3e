/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>

#include "count/bca.h"
#include "count/number.h"

double bca_acceleration(const double *without, const double *weights, size_t count)
{
    double sum = 0, mean = 0, squares = 0, cubes = 0;
    for (size_t i = 0; i < count; i++)
        sum += weights[i];
    for (size_t i = 0; i < count; i++)
        mean += weights[i] / sum * without[i];
    for (size_t i = 0; i < count; i++) {
        double d = (mean - without[i]) / mean;
        squares += weights[i] * d * d;
        cubes += weights[i] * d * d * d;
    }
    return squares > 0 ? cubes / (6 * squares * sqrt(squares)) : 0;
}

void bca_init(struct bca *b, const double *replicates, size_t count, double estimate,
              double acceleration)
{
    size_t below = 0;
    while (below < count && replicates[below] < estimate)
        below++;
    double half = 0.5 / (double)count, share = (double)below / (double)count;
    share = fmin(fmax(share, half), 1 - half);
    *b = (struct bca){replicates, count, number_normal_quantile(share), acceleration};
}

/* The share of the replicates that lies below the limit. */
static double level_among(const struct bca *b, double level)
{
    double z = b->z0 + number_normal_quantile(level);
    double scale = 1 - b->a * z;
    /* Beyond its pole the formula would turn round. */
    if (scale <= 0)
        return z > 0 ? 1 : 0;
    return number_normal_below(b->z0 + z / scale);
}

double bca_limit(const struct bca *b, double level)
{
    double p = level_among(b, level), last = (double)(b->count - 1);
    double at = p * (double)b->count + (p + 1) / 3 - 1;
    if (at <= 0)
        return b->replicates[0];
    if (at >= last)
        return b->replicates[b->count - 1];
    size_t below = (size_t)at;
    double low = b->replicates[below], high = b->replicates[below + 1];
    return high > low && at > (double)below ? low + (at - (double)below) * (high - low) : low;
}

bool bca_is_beyond(const struct bca *b, double level)
{
    double p = level_among(b, level), one = 1 / ((double)b->count + 1);
    return p < one || p > 1 - one;
}
