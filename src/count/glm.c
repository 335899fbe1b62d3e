/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Newton's method without looking at the likelihood on the way. With d the change of the linear
 * predictor under the full step, and t the part of it that is taken, the negative log-likelihood
 * changes by
 *     -t sum mu d^2 + sum mu (exp(t d) - 1 - t d),
 * and exp(x) - 1 - x <= x^2 for x <= 1.79; so as long as t d stays below that, it falls by at
 * least t (1 - t) sum mu d^2. Counts of 2^40 would drown a comparison of likelihoods in rounding;
 * this needs none. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "count/glm.h"
#include "count/number.h"

#define STEPS_MAX 200
#define RISE_MAX 1.5
/* The Newton decrement is twice the log-likelihood that is still missing. */
#define DECREMENT_MIN 1e-10
/* exp of these is still an ordinary double. */
#define ETA_MIN (-690.0)
#define ETA_MAX 690.0

struct fit {
    struct glm *g;
    const struct glm_design *design;
    const double *y;
    const bool *used;
};

int glm_new(size_t rows_max, size_t columns_max, struct glm **ret_glm)
{
    REJECT_IF(rows_max == 0 || rows_max > GLM_ROWS_MAX || columns_max == 0 ||
                  columns_max > GLM_COLUMNS_MAX,
              E_ARGUMENT);
    size_t doubles = columns_max * (columns_max + 3) + rows_max * 4;
    size_t flags = columns_max * 2 + rows_max;
    struct glm *g = mem_calloc(1, sizeof *g + doubles * sizeof(double) + flags);
    if (!g)
        return E_NOMEM;
    g->rows_max = rows_max;
    g->columns_max = columns_max;
    g->gram = (double *)(g + 1);
    g->beta = g->gram + columns_max * columns_max;
    g->step = g->beta + columns_max;
    g->score = g->step + columns_max;
    g->eta = g->score + columns_max;
    g->mu = g->eta + rows_max;
    g->cells = g->mu + rows_max;
    g->weights = g->cells + rows_max;
    g->infinite = (bool *)(g->weights + rows_max);
    g->aliased = g->infinite + columns_max;
    g->dropped = g->aliased + columns_max;
    *ret_glm = g;
    return 0;
}

void glm_free(struct glm *g)
{
    mem_free(g);
}

/* f[s] becomes the sum of f over all histories that hold s. */
static void sum_above(double *f, size_t rows)
{
    for (size_t bit = 1; bit < rows; bit *= 2) {
        for (size_t block = 0; block < rows; block += 2 * bit) {
            for (size_t r = block; r < block + bit; r++)
                f[r] += f[r + bit];
        }
    }
}

/* f[r] becomes the sum of f over all sets within r. */
static void sum_below(double *f, size_t rows)
{
    for (size_t bit = 1; bit < rows; bit *= 2) {
        for (size_t block = 0; block < rows; block += 2 * bit) {
            for (size_t r = block; r < block + bit; r++)
                f[r + bit] += f[r];
        }
    }
}

/* out[columns] = X' w; w[rows] is destroyed. */
static void times_rows(const struct glm_design *d, double *w, double *out)
{
    if (d->sets) {
        sum_above(w, d->rows);
        for (size_t j = 0; j < d->columns; j++)
            out[j] = w[d->sets[j]];
        return;
    }
    memset(out, 0, d->columns * sizeof *out);
    for (size_t r = 0; r < d->rows; r++) {
        const double *x = d->values + r * d->columns;
        for (size_t j = 0; w[r] != 0 && j < d->columns; j++)
            out[j] += w[r] * x[j];
    }
}

/* out[rows] = X b. */
static void times_columns(const struct glm_design *d, const double *b, double *out)
{
    memset(out, 0, d->rows * sizeof *out);
    if (d->sets) {
        for (size_t j = 0; j < d->columns; j++)
            out[d->sets[j]] += b[j];
        sum_below(out, d->rows);
        return;
    }
    for (size_t r = 0; r < d->rows; r++) {
        const double *x = d->values + r * d->columns;
        for (size_t j = 0; j < d->columns; j++)
            out[r] += x[j] * b[j];
    }
}

/* The lower triangle of X' W X into gram; w[rows] is destroyed. */
static void gram_lattice(const struct glm_design *d, double *w, double *gram)
{
    sum_above(w, d->rows);
    for (size_t i = 0; i < d->columns; i++) {
        for (size_t j = 0; j <= i; j++)
            gram[i * d->columns + j] = w[d->sets[i] | d->sets[j]];
    }
}

static void gram_dense(const struct glm_design *d, const double *w, double *gram)
{
    size_t p = d->columns;
    memset(gram, 0, p * p * sizeof *gram);
    for (size_t r = 0; r < d->rows; r++) {
        const double *x = d->values + r * p;
        for (size_t i = 0; w[r] > 0 && i < p; i++) {
            double wx = w[r] * x[i];
            for (size_t j = 0; wx != 0 && j <= i; j++)
                gram[i * p + j] += wx * x[j];
        }
    }
}

/* Factors the information at the present weights, without the columns at minus infinity. */
static size_t factor(struct glm *g, const struct glm_design *d)
{
    size_t p = d->columns;
    memcpy(g->cells, g->weights, d->rows * sizeof *g->cells);
    if (d->sets)
        gram_lattice(d, g->cells, g->gram);
    else
        gram_dense(d, g->cells, g->gram);
    for (size_t i = 0; i < p && g->infinite_count > 0; i++) {
        for (size_t j = 0; j <= i; j++) {
            if (g->infinite[i] || g->infinite[j])
                g->gram[i * p + j] = 0;
        }
    }
    return number_cholesky(g->gram, p, g->aliased);
}

static bool counts(const struct fit *f, size_t row)
{
    return !(f->used && !f->used[row]) && !f->g->dropped[row];
}

static double in_column(const struct glm_design *d, size_t row, size_t column)
{
    if (d->sets)
        return (row & d->sets[column]) == d->sets[column] ? 1 : 0;
    return d->values[row * d->columns + column];
}

/* Positive only where all counts are 0, and nowhere negative. */
static bool column_is_empty(const struct fit *f, size_t column)
{
    for (size_t r = 0; r < f->design->rows; r++) {
        double x = in_column(f->design, r, column);
        if (!(f->used && !f->used[r]) && (x < 0 || (x > 0 && f->y[r] > 0)))
            return false;
    }
    return true;
}

static void drop_empty_columns(struct fit *f)
{
    struct glm *g = f->g;
    const struct glm_design *d = f->design;
    memset(g->dropped, 0, d->rows * sizeof *g->dropped);
    memset(g->infinite, 0, d->columns * sizeof *g->infinite);
    g->infinite_count = 0;
    for (size_t j = 0; j < d->columns; j++) {
        if (!column_is_empty(f, j))
            continue;
        g->infinite[j] = true;
        g->infinite_count++;
        for (size_t r = 0; r < d->rows; r++)
            g->dropped[r] |= in_column(d, r, j) > 0;
    }
    g->rows_fitted = 0;
    for (size_t r = 0; r < d->rows; r++)
        g->rows_fitted += counts(f, r);
}

/* eta, mu and weights from beta. */
static void predict(struct fit *f)
{
    struct glm *g = f->g;
    times_columns(f->design, g->beta, g->eta);
    for (size_t r = 0; r < f->design->rows; r++) {
        g->eta[r] = g->dropped[r] ? ETA_MIN : fmin(fmax(g->eta[r], ETA_MIN), ETA_MAX);
        g->mu[r] = g->dropped[r] ? 0 : exp(g->eta[r]);
        g->weights[r] = counts(f, r) ? g->mu[r] : 0;
    }
}

/* One weighted least squares fit to the logs of the counts, a little above 0. */
static void begin(struct fit *f)
{
    struct glm *g = f->g;
    size_t rows = f->design->rows;
    for (size_t r = 0; r < rows; r++)
        g->weights[r] = counts(f, r) ? f->y[r] + 0.1 : 0;
    factor(g, f->design);
    for (size_t r = 0; r < rows; r++) {
        double m = f->y[r] + 0.1;
        double z = log(m) - 0.1 / m;
        g->cells[r] = counts(f, r) ? m * z : 0;
    }
    times_rows(f->design, g->cells, g->beta);
    number_cholesky_solve(g->gram, f->design->columns, g->aliased, g->beta);
}

/* One step; returns the Newton decrement before it. */
static double improve(struct fit *f)
{
    struct glm *g = f->g;
    const struct glm_design *d = f->design;
    g->rank = factor(g, d);
    for (size_t r = 0; r < d->rows; r++)
        g->cells[r] = counts(f, r) ? f->y[r] - g->mu[r] : 0;
    times_rows(d, g->cells, g->score);
    memcpy(g->step, g->score, d->columns * sizeof *g->step);
    number_cholesky_solve(g->gram, d->columns, g->aliased, g->step);
    times_columns(d, g->step, g->cells);
    double rise = 0, decrement = 0;
    for (size_t r = 0; r < d->rows; r++)
        rise = counts(f, r) ? fmax(rise, g->cells[r]) : rise;
    double part = rise > RISE_MAX ? RISE_MAX / rise : 1;
    for (size_t j = 0; j < d->columns; j++) {
        decrement += g->step[j] * g->score[j];
        g->beta[j] += part * g->step[j];
    }
    predict(f);
    return decrement;
}

/* y log(y / mu) - (y - mu), which two numbers that are almost the same would lose in rounding. */
static double row_deviance(double y, double mu)
{
    if (y <= 0)
        return mu;
    double d = (mu - y) / y;
    if (fabs(d) < 1e-5)
        return y * d * d * (0.5 - d / 3 + d * d / 4);
    return y * (d - log1p(d));
}

static void measure(struct fit *f)
{
    struct glm *g = f->g;
    double loglik = 0, deviance = 0;
    for (size_t r = 0; r < f->design->rows; r++) {
        if (!counts(f, r))
            continue;
        loglik += f->y[r] * g->eta[r] - g->mu[r] - number_log_factorial(f->y[r]);
        deviance += 2 * row_deviance(f->y[r], g->mu[r]);
    }
    g->loglik = loglik;
    g->deviance = fmax(deviance, 0);
}

void glm_fit(struct glm *g, const struct glm_design *design, const double *y, const bool *used,
             const double *start)
{
    ASSERT(design->rows <= g->rows_max && design->columns <= g->columns_max);
    ASSERT(!design->values != !design->sets);
    struct fit f = {.g = g, .design = design, .y = y, .used = used};
    drop_empty_columns(&f);
    if (start)
        memmove(g->beta, start, design->columns * sizeof *g->beta);
    else
        begin(&f);
    for (size_t j = 0; j < design->columns; j++)
        g->beta[j] = g->infinite[j] ? 0 : g->beta[j];
    predict(&f);
    g->converged = false;
    for (g->steps = 0; g->steps < STEPS_MAX && !g->converged; g->steps++)
        g->converged = improve(&f) < DECREMENT_MIN;
    measure(&f);
}

void glm_influence(struct glm *g, const struct glm_design *design, size_t row, double *influence)
{
    factor(g, design);
    for (size_t j = 0; j < design->columns; j++)
        g->step[j] = in_column(design, row, j);
    number_cholesky_solve(g->gram, design->columns, g->aliased, g->step);
    times_columns(design, g->step, influence);
}
