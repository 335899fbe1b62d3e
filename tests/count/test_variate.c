/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Seeds are fixed, so that a test that passes passes always. With each the statistic may be as far
 * out as happens by chance once in 10,000 times. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "count/number.h"
#include "count/variate.h"

#define DRAWS 100000
#define CELLS_MAX 4096
#define CHANCE 1e-4
/* The largest distance of an empirical distribution function, times sqrt(DRAWS): Kolmogorov's
 * 2 exp(-2 d^2) = CHANCE. */
#define DISTANCE_MAX 2.225

static double draws[DRAWS];

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void assert_distribution(const char *what, double (*below)(const double *with, double x),
                                const double *with)
{
    double most = 0;
    qsort(draws, DRAWS, sizeof *draws, by_size);
    for (size_t i = 0; i < DRAWS; i++) {
        double p = below(with, draws[i]);
        most = fmax(most, fabs(p - (double)i / DRAWS));
        most = fmax(most, fabs(p - (double)(i + 1) / DRAWS));
    }
    if (!(most * sqrt(DRAWS) < DISTANCE_MAX))
        fail_msg("%s, %g %g: the distance is %g", what, with[0], with[1], most * sqrt(DRAWS));
}

/* The draws have this mean and variance; the kurtosis is about 3. */
static void assert_moments(const char *what, double mean, double variance)
{
    double sum = 0, square = 0, deviation;
    for (size_t i = 0; i < DRAWS; i++) {
        double x = draws[i] - mean;
        sum += x;
        square += x * x;
    }
    deviation = sum / sqrt(DRAWS * variance);
    if (!(fabs(deviation) < 3.9))
        fail_msg("%s: the mean is %g deviations off", what, deviation);
    deviation = (square / variance - DRAWS) / sqrt(2.0 * DRAWS);
    if (!(fabs(deviation) < 3.9))
        fail_msg("%s: the variance is %g deviations off", what, deviation);
}

static double gamma_below(const double *shape, double x)
{
    return 1 - number_chi_squared_above(2 * x, 2 * shape[0]);
}

/* For small x the first term of the series. */
static double log_gamma_below(const double *shape, double x)
{
    if (x < -30)
        return exp(shape[0] * x - number_log_factorial(shape[0]));
    return gamma_below(shape, exp(x));
}

static double normal_below(const double *moments, double x)
{
    return number_normal_below((x - moments[0]) / moments[1]);
}

static void test_gamma(void **state)
{
    (void)state;
    static const double shapes[][2] = {{1}, {1.001}, {1.5}, {4}, {30}, {1000}};
    struct variate v;
    variate_init(&v, 1, 1);
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        for (size_t k = 0; k < DRAWS; k++)
            draws[k] = variate_gamma(&v, shapes[i][0]);
        assert_distribution("gamma", gamma_below, shapes[i]);
    }
}

static void test_large_gamma(void **state)
{
    (void)state;
    static const double shapes[] = {1e6, 0x1p40, 0x1p53};
    struct variate v;
    variate_init(&v, 2, 1);
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        for (size_t k = 0; k < DRAWS; k++)
            draws[k] = variate_gamma(&v, shapes[i]);
        assert_moments("gamma", shapes[i], shapes[i]);
        if (shapes[i] > 1e9)
            assert_distribution("gamma", normal_below, (double[]){shapes[i], sqrt(shapes[i])});
    }
}

/* Of so many the large ones tell the tail of the normal numbers that gamma numbers are made of. */
static void test_tails(void **state)
{
    (void)state;
    static const double edges[] = {-9, -4.5, -4, -3.6541528853610088, -3, -2,  -1, -0.3, 0, 0.3,
                                   1,  2,    3,  3.6541528853610088,  4,  4.5, 9};
    const double shape = 0x1p53, total = 4e6;
    double counts[COUNT_OF(edges)] = {0}, statistic = 0;
    struct variate v;
    variate_init(&v, 10, 1);
    for (size_t k = 0; k < (size_t)total; k++) {
        double z = (variate_gamma(&v, shape) - shape) / sqrt(shape);
        size_t i = 0;
        while (z > edges[i + 1])
            i++;
        counts[i]++;
    }
    for (size_t i = 0; i + 1 < COUNT_OF(edges); i++) {
        double expected =
            total * (number_normal_below(edges[i + 1]) - number_normal_below(edges[i]));
        statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    assert_true(number_chi_squared_above(statistic, COUNT_OF(edges) - 2) > CHANCE);
}

static void test_log_gamma(void **state)
{
    (void)state;
    static const double shapes[][2] = {{1e-3}, {0.01}, {0.25}, {0.9}, {1}, {3}};
    struct variate v;
    variate_init(&v, 3, 1);
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        for (size_t k = 0; k < DRAWS; k++)
            draws[k] = variate_log_gamma(&v, shapes[i][0]);
        assert_distribution("log gamma", log_gamma_below, shapes[i]);
    }
    for (size_t k = 0; k < 1000; k++)
        assert_true(isfinite(variate_log_gamma(&v, 1e-300)));
}

static double log_binomial(double n, double p, double k)
{
    return number_log_factorial(n) - number_log_factorial(k) - number_log_factorial(n - k) +
           k * log(p) + (n - k) * log1p(-p);
}

static double log_poisson(double mean, double unused, double k)
{
    (void)unused;
    return k * log(mean) - mean - number_log_factorial(k);
}

/* Chi-squared over values from first on; neighbours are put together until 10 are expected. */
static void assert_counts(const char *what, const uint32_t *counts, size_t values, double first,
                          double (*log_probability)(double a, double b, double k), double a,
                          double b)
{
    double expected = 0, observed = 0, statistic = 0, left = DRAWS, unseen = DRAWS, cells = 0;
    for (size_t i = 0; i < values; i++) {
        expected += DRAWS * exp(log_probability(a, b, first + (double)i));
        observed += counts[i];
        if (expected < 10 || left - expected < 10)
            continue;
        statistic += (observed - expected) * (observed - expected) / expected;
        left -= expected;
        unseen -= observed;
        expected = observed = 0;
        cells++;
    }
    if (left > 1e-6)
        statistic += (unseen - left) * (unseen - left) / left;
    if (!(number_chi_squared_above(statistic, cells) > CHANCE))
        fail_msg("%s, %g %g: chi-squared is %g for %g", what, a, b, statistic, cells);
}

static void test_binomial(void **state)
{
    (void)state;
    static const struct {
        double n, p;
    } cases[] = {{1, 0.5},      {2, 1e-3},   {5, 0.3},    {20, 0.01},   {40, 0.2},   {40, 0.4},
                 {63, 0.1},     {64, 0.15},  {64, 0.999}, {65, 0.15},   {200, 0.02}, {200, 0.05},
                 {1000, 0.3},   {1000, 0.9}, {3000, 0.5}, {1e6, 1e-6},  {1e6, 9e-6}, {1e9, 1e-8},
                 {100000, 0.4}, {31, 0.5},   {7, 0.999},  {1e6, 1.1e-5}};
    static uint32_t counts[CELLS_MAX];
    struct variate v;
    variate_init(&v, 4, 1);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        double n = cases[i].n, p = cases[i].p;
        double first = fmax(0, floor(n * p - 10 * sqrt(n * p * (1 - p)) - 20));
        for (size_t k = 0; k < CELLS_MAX; k++)
            counts[k] = 0;
        for (size_t k = 0; k < DRAWS; k++) {
            double x = (double)variate_binomial(&v, (int64_t)n, p);
            assert_true(x >= 0 && x <= n && x >= first && x < first + CELLS_MAX);
            counts[(size_t)(x - first)]++;
        }
        assert_counts("binomial", counts, (size_t)fmin(CELLS_MAX, n - first + 1), first,
                      log_binomial, n, p);
    }
}

/* With so many the normal distribution is as good as exact: it is off by less than 1e-5. */
static void test_large_binomial(void **state)
{
    (void)state;
    static const struct {
        int64_t n;
        double p;
    } cases[] = {{INT64_C(1) << 40, 0.3},
                 {INT64_C(1) << 40, 0.01},
                 {INT64_C(1) << 40, 0.93},
                 {INT64_C(1) << 53, 0.5},
                 {(INT64_C(1) << 53) - 1, 0.2}};
    struct variate v;
    variate_init(&v, 5, 1);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        double n = (double)cases[i].n, p = cases[i].p, sd = sqrt(n * p * (1 - p));
        for (size_t k = 0; k < DRAWS; k++)
            draws[k] = (double)variate_binomial(&v, cases[i].n, p);
        assert_moments("binomial", n * p, sd * sd);
        assert_distribution("binomial", normal_below, (double[]){n * p, sd});
    }
}

static void test_binomial_ends(void **state)
{
    (void)state;
    struct variate v;
    variate_init(&v, 6, 1);
    assert_int_equal(variate_binomial(&v, 0, 0.5), 0);
    assert_int_equal(variate_binomial(&v, 100, 0), 0);
    assert_int_equal(variate_binomial(&v, 100, -1), 0);
    assert_int_equal(variate_binomial(&v, 100, NAN), 0);
    assert_int_equal(variate_binomial(&v, 100, 1), 100);
    assert_int_equal(variate_binomial(&v, 100, 1.5), 100);
    assert_int_equal(variate_binomial(&v, INT64_C(1) << 53, 1e-300), 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(variate_binomial(&v, 100, 1 - 0x1p-53), 100);
}

static void test_poisson(void **state)
{
    (void)state;
    static const double means[] = {1e-3, 0.1, 0.7, 3, 9.99, 10, 12, 50, 400, 10000};
    static uint32_t counts[CELLS_MAX];
    struct variate v;
    variate_init(&v, 7, 1);
    for (size_t i = 0; i < COUNT_OF(means); i++) {
        double first = fmax(0, floor(means[i] - 10 * sqrt(means[i]) - 20));
        for (size_t k = 0; k < CELLS_MAX; k++)
            counts[k] = 0;
        for (size_t k = 0; k < DRAWS; k++) {
            double x = (double)variate_poisson(&v, means[i]);
            assert_true(x >= first && x < first + CELLS_MAX);
            counts[(size_t)(x - first)]++;
        }
        assert_counts("Poisson", counts, CELLS_MAX, first, log_poisson, means[i], 0);
    }
}

static void test_large_poisson(void **state)
{
    (void)state;
    static const double means[] = {0x1p40, 0x1p52};
    struct variate v;
    variate_init(&v, 8, 1);
    for (size_t i = 0; i < COUNT_OF(means); i++) {
        for (size_t k = 0; k < DRAWS; k++)
            draws[k] = (double)variate_poisson(&v, means[i]);
        assert_moments("Poisson", means[i], means[i]);
        assert_distribution("Poisson", normal_below, (double[]){means[i], sqrt(means[i])});
    }
    assert_int_equal(variate_poisson(&v, 0), 0);
    assert_int_equal(variate_poisson(&v, 0x1p60), VARIATE_COUNT_MAX);
    assert_int_equal(variate_poisson(&v, INFINITY), VARIATE_COUNT_MAX);
    for (int i = 0; i < 100; i++)
        assert_true(variate_poisson(&v, 0x1p53 - 1) <= VARIATE_COUNT_MAX);
}

static void test_streams(void **state)
{
    (void)state;
    struct variate a, b, other;
    variate_init(&a, 9, 1);
    variate_init(&b, 9, 1);
    variate_init(&other, 9, 2);
    bool differ = false;
    for (int i = 0; i < 100; i++) {
        double x = variate_gamma(&a, 2);
        assert_true(x == variate_gamma(&b, 2));
        differ |= x != variate_gamma(&other, 2);
    }
    assert_true(differ);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gamma),         cmocka_unit_test(test_large_gamma),
        cmocka_unit_test(test_tails),         cmocka_unit_test(test_log_gamma),
        cmocka_unit_test(test_binomial),      cmocka_unit_test(test_large_binomial),
        cmocka_unit_test(test_binomial_ends), cmocka_unit_test(test_poisson),
        cmocka_unit_test(test_large_poisson), cmocka_unit_test(test_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
