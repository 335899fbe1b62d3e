/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "count/number.h"

/* What rounding leaves of a pivot that is really 0 is some units of the diagonal's last place. */
static bool pivot_is_lost(double pivot, double diagonal, size_t n)
{
    return !(pivot > 4 * (double)n * DBL_EPSILON * diagonal);
}

/* Four sums, so that no addition waits for the one before it. */
static double dot(const double *a, const double *b, size_t n)
{
    double sum[4] = {0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        for (size_t k = 0; k < 4; k++)
            sum[k] += a[i + k] * b[i + k];
    }
    for (; i < n; i++)
        sum[0] += a[i] * b[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

size_t number_cholesky(double *a, size_t n, bool *aliased)
{
    size_t rank = 0;
    for (size_t i = 0; i < n; i++) {
        double *row = a + i * n;
        double diagonal = row[i];
        for (size_t j = 0; j < i; j++) {
            const double *other = a + j * n;
            row[j] = aliased[j] ? 0 : (row[j] - dot(row, other, j)) / other[j];
        }
        double pivot = diagonal - dot(row, row, i);
        aliased[i] = pivot_is_lost(pivot, diagonal, n);
        row[i] = aliased[i] ? 1 : sqrt(pivot);
        if (aliased[i])
            memset(row, 0, i * sizeof *row);
        else
            rank++;
    }
    return rank;
}

void number_cholesky_solve(const double *l, size_t n, const bool *aliased, double *b)
{
    for (size_t i = 0; i < n; i++)
        b[i] = aliased[i] ? 0 : (b[i] - dot(l + i * n, b, i)) / l[i * n + i];
    for (size_t i = n; i-- > 0;) {
        b[i] /= l[i * n + i];
        for (size_t j = 0; j < i; j++)
            b[j] -= b[i] * l[i * n + j];
    }
}

const char *number_text(char text[NUMBER_TEXT_MAX], double value)
{
    char digits[NUMBER_TEXT_MAX];
    if (!(value < 1e21)) {
        snprintf(text, NUMBER_TEXT_MAX, "%.1e", value);
        return text;
    }
    size_t len = (size_t)snprintf(digits, sizeof digits, "%.0f", value), out = 0;
    for (size_t i = 0; i < len; i++) {
        text[out++] = digits[i];
        if ((len - i) % 3 == 1 && i + 1 < len)
            text[out++] = ',';
    }
    text[out] = '\0';
    return text;
}

double number_log_factorial(double x)
{
    int sign;
    return lgamma_r(x + 1, &sign);
}

double number_normal_below(double z)
{
    return 0.5 * erfc(-z * M_SQRT1_2);
}

/* Halley's steps on erfc, which keeps its digits in the lower tail; from a start by Abramowitz and
 * Stegun 26.2.23, good to 4.5e-4, three steps are more than enough. */
static double quantile_lower(double p)
{
    double t = sqrt(-2 * log(p));
    double z = (2.515517 + t * (0.802853 + t * 0.010328)) /
                   (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) -
               t;
    for (int i = 0; i < 3; i++) {
        double density = exp(-0.5 * z * z) * (M_SQRT1_2 * M_2_SQRTPI / 2);
        double step = (number_normal_below(z) - p) / density;
        z -= step / (1 + 0.5 * z * step);
    }
    return z;
}

double number_normal_quantile(double p)
{
    return p < 0.5 ? quantile_lower(p) : p > 0.5 ? -quantile_lower(1 - p) : 0;
}

/* The incomplete gamma function, by its series below a + 1 and by its continued fraction above
 * (Lentz), scaled by exp(-x) x^a / gamma(a). */
static double gamma_below_series(double a, double x)
{
    double term = 1 / a, sum = term;
    for (int i = 1; i < 10000 && term > sum * DBL_EPSILON; i++) {
        term *= x / (a + i);
        sum += term;
    }
    return sum;
}

static double gamma_above_fraction(double a, double x)
{
    double b = x + 1 - a, c = 1 / DBL_MIN, d = 1 / b, h = d;
    for (int i = 1; i < 10000; i++) {
        double n = -i * (i - a);
        b += 2;
        d = 1 / (n * d + b);
        c = b + n / c;
        h *= c * d;
        if (fabs(c * d - 1) < 4 * DBL_EPSILON)
            break;
    }
    return h;
}

double number_chi_squared_above(double x, double df)
{
    double a = df / 2;
    x /= 2;
    if (df <= 0 || x <= 0)
        return 1;
    double scale = exp(a * log(x) - x - number_log_factorial(a - 1));
    if (x < a + 1)
        return fmax(0, 1 - scale * gamma_below_series(a, x));
    return scale * gamma_above_fraction(a, x);
}
