/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A sampler asks for some hundred of these a sweep, most of them binomials with few trials or a
 * tiny probability. So each function first tries what needs no exp or log. */
#include <math.h>
#include <stddef.h>

#include "base/compiler.h"
#include "count/variate.h"

/* Where the ziggurat's tail begins, and the area of each layer. */
#define TAIL 3.6541528853610088
#define LAYER_AREA 0.00492867323399

void variate_init(struct variate *v, uint64_t seed, uint64_t stream)
{
    rng_init(&v->rng, seed, stream);
    v->edge[0] = LAYER_AREA / exp(-0.5 * TAIL * TAIL);
    v->edge[1] = TAIL;
    for (int i = 2; i < VARIATE_LAYERS; i++) {
        double below = v->edge[i - 1];
        v->edge[i] = sqrt(-2 * log(LAYER_AREA / below + exp(-0.5 * below * below)));
    }
    v->edge[VARIATE_LAYERS] = 0;
    for (int i = 0; i <= VARIATE_LAYERS; i++)
        v->height[i] = exp(-0.5 * v->edge[i] * v->edge[i]);
}

/* A normal number beyond TAIL (Marsaglia 1964). */
static double normal_tail(struct rng *r)
{
    for (;;) {
        double x = -log(rng_unit(r)) / TAIL;
        if (-2 * log(rng_unit(r)) > x * x)
            return TAIL + x;
    }
}

/* What is left of variate_normal when the first number fell outside its layer's rectangle. */
static double normal_edge(struct variate *v, size_t i, double x)
{
    for (;;) {
        if (i == 0)
            return copysign(normal_tail(&v->rng), x);
        double y = v->height[i] + rng_unit(&v->rng) * (v->height[i + 1] - v->height[i]);
        if (y < exp(-0.5 * x * x))
            return x;
        uint64_t bits = rng_u64(&v->rng);
        i = bits % VARIATE_LAYERS;
        x = (double)((int64_t)bits >> 11) * 0x1p-52 * v->edge[i];
        if (fabs(x) < v->edge[i + 1])
            return x;
    }
}

static inline double normal(struct variate *v)
{
    uint64_t bits = rng_u64(&v->rng);
    size_t i = bits % VARIATE_LAYERS;
    double x = (double)((int64_t)bits >> 11) * 0x1p-52 * v->edge[i];
    return fabs(x) < v->edge[i + 1] ? x : normal_edge(v, i, x);
}

double variate_gamma(struct variate *v, double shape)
{
    double d = shape - 1.0 / 3.0;
    double c = 1 / sqrt(9 * d);
    for (;;) {
        double x = normal(v);
        double t = 1 + c * x;
        if (t <= 0)
            continue;
        double cube = t * t * t, square = x * x;
        double u = rng_unit(&v->rng);
        if (u < 1 - 0.0331 * square * square)
            return d * cube;
        if (log(u) < 0.5 * square + d * (1 - cube + log(cube)))
            return d * cube;
    }
}

double variate_log_gamma(struct variate *v, double shape)
{
    if (shape >= 1)
        return log(variate_gamma(v, shape));
    double above = log(variate_gamma(v, shape + 1));
    return above + log(rng_unit(&v->rng)) / shape;
}

/* log k! - k log k + k. */
static double factorial_rest(double k)
{
    static const double factorials[] = {
        1,     1,      2,       6,        24,        120,        720,         5040,
        40320, 362880, 3628800, 39916800, 479001600, 6227020800, 87178291200, 1307674368000};
    if (k == 0)
        return 0;
    if (k < COUNT_OF(factorials))
        return log(factorials[(size_t)k]) - k * log(k) + k;
    double square = 1 / (k * k);
    double series = (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 * square) * square) / k;
    return 0.5 * log(2 * M_PI * k) + series;
}

/* x log(x / mean) - x + mean: what a count x is away from its mean, in logarithms. */
static double deviance(double x, double mean)
{
    double away = x - mean;
    return x == 0 ? mean : x * log1p(away / mean) - away;
}

/* n up to 64. Compares 64 uniform numbers with p, a binary digit of all at a time: a number is
 * decided at the first digit in which it differs from p, so that half of them are at each. */
static int64_t binomial_bits(struct rng *r, int64_t n, double p)
{
    uint64_t digits = (uint64_t)(p * 0x1p64);
    uint64_t open = UINT64_MAX >> (64 - n), below = 0;
    for (; digits != 0 && open != 0; digits <<= 1) {
        uint64_t digit = (uint64_t)((int64_t)digits >> 63);
        uint64_t differ = rng_u64(r) ^ digit;
        below |= open & differ & digit;
        open &= ~differ;
    }
    return __builtin_popcountll(below);
}

/* Adds up the probabilities of 0, 1, 2, ...; n p < 10. */
static int64_t binomial_inversion(struct rng *r, int64_t n, double p)
{
    double count = (double)n, ratio = p / (1 - p);
    for (;;) {
        double u = rng_unit(r);
        if (u < 1 - count * p) /* which is at most the probability of 0 */
            return 0;
        double probability = exp(count * log1p(-p));
        for (int64_t k = 0; k <= n && k < 120; k++) {
            if (u < probability)
                return k;
            u -= probability;
            probability *= (count - (double)k) / (double)(k + 1) * ratio;
        }
    }
}

/* BTRS; n p >= 10, p <= 0.5. */
static int64_t binomial_rejection(struct rng *r, int64_t n, double p)
{
    double count = (double)n, mean = count * p, other = count * (1 - p);
    double sd = sqrt(mean * (1 - p));
    double b = 1.15 + 2.53 * sd, a = -0.0873 + 0.0248 * b + 0.01 * p, inside = 0.92 - 4.2 / b;
    for (;;) {
        double u = rng_unit(r) - 0.5, v = rng_unit(r);
        double edge = 0.5 - fabs(u);
        double k = (2 * a / edge + b) * u + mean + 0.5;
        if (k < 0 || k >= count + 1)
            continue;
        int64_t whole = (int64_t)k;
        if (edge >= 0.07 && v <= inside)
            return whole;
        k = (double)whole;
        double mode = (double)(int64_t)((count + 1) * p);
        double top = -deviance(mode, mean) - deviance(count - mode, other) - factorial_rest(mode) -
                     factorial_rest(count - mode);
        double here = -deviance(k, mean) - deviance(count - k, other) - factorial_rest(k) -
                      factorial_rest(count - k);
        if (log(v * (2.83 + 5.1 / b) * sd / (a / (edge * edge) + b)) <= here - top)
            return whole;
    }
}

int64_t variate_binomial(struct variate *v, int64_t n, double p)
{
    if (p >= 1)
        return n;
    if (n == 0 || !(p > 0))
        return 0;
    if (p > 0.5)
        return n - variate_binomial(v, n, 1 - p);
    double mean = (double)n * p;
    if (mean >= 10)
        return binomial_rejection(&v->rng, n, p);
    if (n <= 64 && mean > 0.25)
        return binomial_bits(&v->rng, n, p);
    return binomial_inversion(&v->rng, n, p);
}

/* mean < 10. */
static int64_t poisson_inversion(struct rng *r, double mean)
{
    for (;;) {
        double u = rng_unit(r);
        if (u < 1 - mean)
            return 0;
        double probability = exp(-mean);
        for (int64_t k = 0; k < 120; k++) {
            if (u < probability)
                return k;
            u -= probability;
            probability *= mean / (double)(k + 1);
        }
    }
}

/* PTRS; mean >= 10. */
static int64_t poisson_rejection(struct rng *r, double mean)
{
    double b = 0.931 + 2.53 * sqrt(mean), a = -0.059 + 0.02483 * b;
    double inside = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
        double u = rng_unit(r) - 0.5, v = rng_unit(r);
        double edge = 0.5 - fabs(u);
        double k = (2 * a / edge + b) * u + mean + 0.43;
        if (k < 0 || (edge < 0.013 && v > edge))
            continue;
        int64_t whole = k < (double)VARIATE_COUNT_MAX ? (int64_t)k : VARIATE_COUNT_MAX;
        if (edge >= 0.07 && v <= inside)
            return whole;
        k = (double)whole;
        double bound = log(v * (1.1239 + 1.1328 / (b - 3.4)) / (a / (edge * edge) + b));
        if (bound <= -deviance(k, mean) - factorial_rest(k))
            return whole;
    }
}

int64_t variate_poisson(struct variate *v, double mean)
{
    if (mean < 10)
        return poisson_inversion(&v->rng, mean);
    if (mean < (double)VARIATE_COUNT_MAX)
        return poisson_rejection(&v->rng, mean);
    return VARIATE_COUNT_MAX;
}
