/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "count/closed.h"
#include "count/glm.h"
#include "count/number.h"
#include "count/one_cell.h"
#include "count/profile.h"

#define LISTS_MIN 3
#define POOR_FIT_LEVEL 0.01
#define THETA_POISSON 2
#define THETA_GAMMA 3.5
/* The constant, a column a list, one for each number of lists from 3. */
#define COLUMNS_MAX (1 + COUNT_LISTS_MAX + COUNT_LISTS_MAX - 2)
/* When the variance of the logarithm of the unseen is larger the fit was running away: the
 * estimate is at the edge of what the model can say, and no finite one. */
#define RUNAWAY_VARIANCE 1e3

enum base { SAME, TIMES, BEHAVIOUR, BEHAVIOUR_FIRST };
enum mixture { NONE, CHAO, POISSON, DARROCH, GAMMA };

#define INDEPENDENT " Being on one list changes nothing about the others."
#define IN_ORDER                                                                                   \
    "Only for lists made one after another, in the order given: being on one changes the chance "  \
    "of being on the later ones"

static const struct {
    const char *id, *name, *assumes;
    enum base base;
    enum mixture mixture;
} models[CLOSED_MODELS] = {
    {"m0", "M0", "Everybody has the same chance of being on any list." INDEPENDENT, SAME, NONE},
    {"mt", "Mt", "Lists differ in reach; everybody has the same chances." INDEPENDENT, TIMES, NONE},
    {"mh-chao", "Mh (Chao)",
     "All lists have the same reach; persons differ in any way. What it gives is a lower limit.",
     SAME, CHAO},
    {"mh-poisson", "Mh (Poisson)",
     "All lists have the same reach; persons differ a little, as a Poisson mixture.", SAME,
     POISSON},
    {"mh-darroch", "Mh (Darroch)",
     "All lists have the same reach; persons differ as by a normal curve of log odds.", SAME,
     DARROCH},
    {"mh-gamma", "Mh (Gamma)",
     "All lists have the same reach; persons differ much, some being almost out of reach.", SAME,
     GAMMA},
    {"mth-chao", "Mth (Chao)",
     "Lists differ in reach; persons differ in any way. What it gives is a lower limit.", TIMES,
     CHAO},
    {"mth-poisson", "Mth (Poisson)",
     "Lists differ in reach; persons differ a little, as a Poisson mixture.", TIMES, POISSON},
    {"mth-darroch", "Mth (Darroch)",
     "Lists differ in reach; persons differ as by a normal curve of log odds.", TIMES, DARROCH},
    {"mth-gamma", "Mth (Gamma)",
     "Lists differ in reach; persons differ much, some being almost out of reach.", TIMES, GAMMA},
    {"mb", "Mb", IN_ORDER ", for everybody alike.", BEHAVIOUR, NONE},
    {"mbh", "Mbh", IN_ORDER ", and who is easily reached is on the first.", BEHAVIOUR_FIRST, NONE},
};

struct closed {
    struct count_table table;
    double n;
    enum base base;
    enum mixture mixture;
    size_t fixed; /* columns that are not Chao's */
    struct glm *glm;
    struct glm_design design;
    double values[COUNT_CELLS_MAX * COLUMNS_MAX];
    double y[COUNT_CELLS_MAX], influence[COUNT_CELLS_MAX];
    bool used[COUNT_CELLS_MAX]; /* all but row 0 */
};

static size_t put_base(const struct closed *c, unsigned h, double *row)
{
    size_t count = 0;
    double k = __builtin_popcount(h), before = h > 0 ? __builtin_ctz(h) : 0;
    row[count++] = 1;
    switch (c->base) {
    case SAME:
        row[count++] = k;
        break;
    case TIMES:
        for (unsigned i = 0; i < c->table.lists; i++)
            row[count++] = h >> i & 1;
        break;
    case BEHAVIOUR_FIRST:
        row[count++] = (h & 1) == 0;
        row[count++] = before;
        row[count++] = k - 1;
        break;
    case BEHAVIOUR:
        row[count++] = before;
        row[count++] = k - 1;
        break;
    }
    return count;
}

/* Bit j of left_out leaves Chao's column for j out. */
static size_t put_mixture(const struct closed *c, unsigned h, unsigned left_out, double *row)
{
    size_t count = 0;
    double k = __builtin_popcount(h);
    switch (c->mixture) {
    case NONE:
        break;
    case CHAO:
        for (unsigned j = 3; j <= c->table.lists; j++) {
            if ((left_out >> j & 1) == 0)
                row[count++] = fmax(k - j + 1, 0);
        }
        break;
    case POISSON:
        row[count++] = pow(THETA_POISSON, k) - 1;
        break;
    case DARROCH:
        row[count++] = k * k / 2;
        break;
    case GAMMA:
        row[count++] = log(THETA_GAMMA) - log(THETA_GAMMA + k);
        break;
    }
    return count;
}

static void set_design(struct closed *c, unsigned left_out)
{
    double *row = c->values;
    c->design.rows = (size_t)1 << c->table.lists;
    c->design.values = c->values;
    for (unsigned h = 0; h < c->design.rows; h++) {
        c->fixed = put_base(c, h, row);
        c->design.columns = c->fixed + put_mixture(c, h, left_out, row + c->fixed);
        row += c->design.columns;
    }
}

/* The number j of the first of Chao's columns whose estimate is negative; 0 when none is. */
static unsigned negative_chao(const struct closed *c, unsigned left_out)
{
    size_t column = c->fixed;
    for (unsigned j = 3; j <= c->table.lists; j++) {
        if (left_out >> j & 1)
            continue;
        if (c->glm->infinite[column] || c->glm->beta[column] < 0)
            return j;
        column++;
    }
    return 0;
}

/* Fits; Chao's model again and again, until no column of his is negative. */
static void fit(struct closed *c, const bool *used)
{
    unsigned left_out = 0;
    set_design(c, left_out);
    glm_fit(c->glm, &c->design, c->y, used, NULL);
    while (c->mixture == CHAO) {
        unsigned j = negative_chao(c, left_out);
        if (j == 0)
            break;
        left_out |= 1u << j;
        set_design(c, left_out);
        glm_fit(c->glm, &c->design, c->y, used, NULL);
    }
}

static bool fit_unseen(void *arg, double unseen, double *ret_deviance, double *ret_fitted)
{
    struct closed *c = arg;
    c->y[0] = unseen;
    fit(c, NULL);
    c->y[0] = 0;
    *ret_deviance = c->glm->deviance;
    *ret_fitted = c->glm->mu[0];
    return c->glm->converged;
}

/* N by Mb and Mbh: those on no list are what the first captures say, list by list. */
static double behaviour_n(const struct closed *c)
{
    const double *b = c->glm->beta;
    double lists = c->table.lists;
    if (c->base == BEHAVIOUR) {
        double later = exp(b[2]);
        return exp(b[0] + lists * log1p(later)) / (1 + later - exp(b[1]));
    }
    double later = exp(b[3]);
    return exp(b[0] + (lists - 1) * log1p(later)) *
           (1 + exp(b[1] + b[2]) / (1 + later - exp(b[2])));
}

/* Why the fit at hand gives no number; COUNT_WARNING_COUNT when it does. */
static enum count_warning fault(struct closed *c)
{
    const struct glm *g = c->glm;
    if (!g->converged)
        return COUNT_WARN_NO_FIT;
    if (g->rank + g->infinite_count < c->design.columns)
        return COUNT_WARN_NOT_IDENTIFIABLE;
    glm_influence(c->glm, &c->design, 0, c->influence);
    if (c->base >= BEHAVIOUR)
        return g->infinite_count > 0 ? COUNT_WARN_NOT_IDENTIFIABLE : COUNT_WARNING_COUNT;
    return c->influence[0] < RUNAWAY_VARIANCE ? COUNT_WARNING_COUNT : COUNT_WARN_NOT_IDENTIFIABLE;
}

static double refit(void *arg, unsigned h, int more)
{
    struct closed *c = arg;
    c->y[h] += more;
    fit(c, c->used);
    double n = fault(c) == COUNT_WARNING_COUNT ? c->n + more + c->glm->mu[0] : 0;
    c->y[h] -= more;
    return n;
}

static void add_interval(struct closed *c, struct count_estimate *e)
{
    struct profile profile;
    struct profile_source source = {
        .fit = fit_unseen,
        .arg = c,
        .documented = c->n,
        .unseen = e->n - c->n,
        .log_sd = fmin(5, sqrt(c->influence[0] + 1 / fmax(e->n - c->n, 1e-3))),
    };
    if (!profile_limits(&source, &profile)) {
        count_estimate_warn(e, COUNT_WARN_NO_FIT);
        return;
    }
    e->has_interval = true;
    e->low = profile.low;
    e->high = profile.high;
    e->has_spread = profile_spread(&source, &profile, e->spread);
}

/* After the interval's fits: fits the table again. */
static void add_one_cell(struct closed *c, struct count_estimate *e)
{
    double influence[COUNT_CELLS_MAX];
    fit(c, c->used);
    glm_influence(c->glm, &c->design, 0, influence);
    struct one_cell one = {
        .table = &c->table,
        .n = e->n,
        .fitted = c->glm->mu,
        .influence = influence,
        .refit = refit,
        .arg = c,
    };
    one_cell_warn(&one, e);
}

static void estimate(struct closed *c, struct count_estimate *e)
{
    set_design(c, 0);
    fit(c, c->used);
    enum count_warning why = fault(c);
    if (why != COUNT_WARNING_COUNT) {
        count_estimate_warn(e, why);
        return;
    }
    double df = (double)c->glm->rows_fitted - (double)c->glm->rank;
    if (df > 0 && number_chi_squared_above(c->glm->deviance, df) < POOR_FIT_LEVEL)
        count_estimate_warn(e, COUNT_WARN_POOR_FIT);
    if (c->mixture == CHAO)
        count_estimate_warn(e, COUNT_WARN_LOWER_BOUND);
    e->given = true;
    e->n = c->base >= BEHAVIOUR ? behaviour_n(c) : c->n + c->glm->mu[0];
    if (c->base >= BEHAVIOUR || !(e->n <= COUNT_ABSURD * c->n))
        return;
    add_interval(c, e);
    add_one_cell(c, e);
}

struct run {
    const struct count_table *table;
    const struct count_means *means;
    struct count_estimate *estimates;
};

static int run_model(void *arg, size_t index, unsigned worker)
{
    const struct run *run = arg;
    (void)worker;
    if (watch_stopped(run->means->watch))
        return E_STOPPED;
    struct closed *c = mem_calloc(1, sizeof *c);
    if (!c)
        return E_NOMEM;
    c->table = *run->table;
    c->base = models[index].base;
    c->mixture = models[index].mixture;
    size_t rows = (size_t)1 << c->table.lists;
    for (size_t h = 1; h < rows; h++) {
        c->y[h] = (double)c->table.cells[h];
        c->used[h] = true;
    }
    c->n = (double)count_table_n(&c->table);
    int error = glm_new(rows, COLUMNS_MAX, &c->glm);
    if (error == 0)
        estimate(c, &run->estimates[index]);
    glm_free(c->glm);
    mem_free(c);
    return error;
}

int closed_run(const struct count_table *t, const struct count_means *means,
               struct count_estimate ret_estimates[CLOSED_MODELS])
{
    struct count_estimate estimates[CLOSED_MODELS];
    struct run run = {.table = t, .means = means, .estimates = estimates};
    unsigned holding = 0;
    for (size_t i = 0; i < CLOSED_MODELS; i++)
        count_estimate_init(&estimates[i], models[i].id, models[i].name, models[i].assumes);
    for (unsigned i = 0; i < t->lists; i++)
        holding += count_table_on(t, i) > 0;
    bool too_few = holding < LISTS_MIN, apart = count_table_apart(t);
    if (!too_few && !apart)
        TRY(workers_run(means->workers, CLOSED_MODELS, run_model, &run));
    for (size_t i = 0; i < CLOSED_MODELS; i++) {
        if (too_few)
            count_estimate_warn(&estimates[i], COUNT_WARN_TOO_FEW_LISTS);
        else if (apart)
            count_estimate_warn(&estimates[i], COUNT_WARN_APART);
        count_estimate_finish(&estimates[i], count_table_n(t));
    }
    memcpy(ret_estimates, estimates, sizeof estimates);
    return 0;
}
