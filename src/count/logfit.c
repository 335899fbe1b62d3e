/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The lattice design of glm.h does nearly all the work: row h is the history h, and row 0, those
 * on no list, counts only in the fits of the profile. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "count/exists.h"
#include "count/glm.h"
#include "count/logfit.h"
#include "count/number.h"
#include "count/one_cell.h"
#include "count/profile.h"

/* Where the likelihood rises for ever a fitted count has gone below this before the fit stops: the
 * Newton decrement is then at most glm.c's, 1e-10. */
#define VANISHING 1e-6
#define POOR_FIT_LEVEL 0.01
/* Of the logarithm of the unseen, above which it runs away itself. */
#define RUNAWAY_VARIANCE 1e3

struct logfit {
    struct count_table table;
    uint8_t numbers[COUNT_LISTS_MAX]; /* of the lists in the table that was given, from 1 */
    uint64_t n;
    struct glm *glm;
    struct count_exists *exists;
    double y[COUNT_CELLS_MAX], influence[COUNT_CELLS_MAX];
    bool used[COUNT_CELLS_MAX]; /* all but row 0 */
    uint16_t sets[COUNT_CELLS_MAX];
    struct glm_design design;
};

/* Leaves out the lists that hold nobody: no history with them has anybody. */
static void set_table(struct logfit *f, const struct count_table *t)
{
    unsigned kept[COUNT_LISTS_MAX];
    f->table.lists = 0;
    for (unsigned i = 0; i < t->lists; i++) {
        if (count_table_on(t, i) == 0)
            continue;
        kept[f->table.lists] = i;
        f->numbers[f->table.lists++] = (uint8_t)(i + 1);
    }
    for (unsigned h = 1; h < 1u << f->table.lists; h++) {
        unsigned given = 0;
        for (unsigned i = 0; i < f->table.lists; i++)
            given |= (h >> i & 1) << kept[i];
        f->table.cells[h] = t->cells[given];
        f->y[h] = (double)t->cells[given];
        f->used[h] = true;
    }
    f->n = count_table_n(t);
}

int logfit_new(const struct count_table *t, struct logfit **ret_logfit)
{
    struct logfit *f = mem_calloc(1, sizeof *f);
    if (!f)
        return E_NOMEM;
    set_table(f, t);
    size_t cells = (size_t)1 << f->table.lists;
    int error = glm_new(cells, cells, &f->glm);
    if (error == 0) {
        f->exists = count_exists_new(f->table.lists > 0 ? f->table.lists : 1);
        error = f->exists ? 0 : E_NOMEM;
    }
    if (error < 0) {
        logfit_free(f);
        return error;
    }
    *ret_logfit = f;
    return 0;
}

void logfit_free(struct logfit *f)
{
    if (!f)
        return;
    glm_free(f->glm);
    count_exists_free(f->exists);
    mem_free(f);
}

unsigned logfit_lists(const struct logfit *f)
{
    return f->table.lists;
}

static void set_design(struct logfit *f, const struct hierarchy *terms)
{
    f->design = (struct glm_design){
        .rows = (size_t)1 << f->table.lists,
        .columns = hierarchy_sets(terms, f->table.lists, f->sets),
        .sets = f->sets,
    };
}

/* Fits the table as it is; returns N, or 0 when the fit does not settle. */
static double fit_table(struct logfit *f, const double *start)
{
    glm_fit(f->glm, &f->design, f->y, f->used, start);
    return f->glm->converged ? (double)f->n + f->glm->mu[0] : 0;
}

/* Whether the estimate of the fit at hand may not exist, or not be the only one. */
static bool is_doubtful(const struct logfit *f)
{
    const struct glm *g = f->glm;
    bool doubt = g->infinite_count > 0 || g->rank < f->design.columns;
    for (size_t h = 1; h < f->design.rows && !doubt; h++)
        doubt = g->mu[h] < VANISHING;
    return doubt;
}

void logfit_beta(const struct logfit *f, double by_set[COUNT_CELLS_MAX])
{
    memset(by_set, 0, COUNT_CELLS_MAX * sizeof *by_set);
    for (size_t j = 0; j < f->design.columns; j++)
        by_set[f->sets[j]] = f->glm->beta[j];
}

void logfit_model(struct logfit *f, const struct hierarchy *terms, const double *near,
                  struct loglinear_model *ret_model)
{
    double start[COUNT_CELLS_MAX];
    const struct glm *g = f->glm;
    struct loglinear_model m = {.terms = *terms};
    set_design(f, terms);
    for (size_t j = 0; near && j < f->design.columns; j++)
        start[j] = near[f->sets[j]];
    m.n = fit_table(f, near ? start : NULL);
    m.identifiable = m.n > 0;
    m.in_doubt = m.identifiable && is_doubtful(f);
    if (m.identifiable) {
        m.parameters = (unsigned)(g->rank + g->infinite_count);
        m.df = (unsigned)(g->rows_fitted - g->rank);
        m.loglik = g->loglik;
        m.deviance = g->deviance;
        m.aic = 2 * m.parameters - 2 * m.loglik;
        m.bic = log((double)f->n) * m.parameters - 2 * m.loglik;
    }
    *ret_model = m;
}

bool logfit_check(struct logfit *f, struct loglinear_model *model)
{
    if (model->in_doubt) {
        set_design(f, &model->terms);
        model->identifiable =
            count_exists_check(f->exists, &f->table, f->sets, f->design.columns) == 0;
        model->in_doubt = false;
    }
    return model->identifiable;
}

bool logfit_has_n(struct logfit *f, const struct loglinear_model *refused)
{
    set_design(f, &refused->terms);
    double n = fit_table(f, NULL);
    if (!(n > 0 && n <= COUNT_ABSURD * (double)f->n) ||
        f->glm->rank + f->glm->infinite_count < f->design.columns)
        return false;
    glm_influence(f->glm, &f->design, 0, f->influence);
    return f->influence[0] < RUNAWAY_VARIANCE;
}

void logfit_text(const struct logfit *f, struct loglinear_model *model)
{
    hierarchy_text(&model->terms, f->table.lists, f->numbers, model->text);
}

static bool fit_unseen(void *arg, double unseen, double *ret_deviance, double *ret_fitted)
{
    struct logfit *f = arg;
    f->y[0] = unseen;
    glm_fit(f->glm, &f->design, f->y, NULL, f->glm->beta);
    f->y[0] = 0;
    *ret_deviance = f->glm->deviance;
    *ret_fitted = f->glm->mu[0];
    return f->glm->converged;
}

/* The profile's limits, after the model has been fitted again. */
static bool limits(struct logfit *f, const struct loglinear_model *model,
                   struct profile_source *source, struct profile *profile)
{
    set_design(f, &model->terms);
    double n = fit_table(f, NULL);
    double unseen = f->glm->mu[0];
    glm_influence(f->glm, &f->design, 0, f->influence);
    double variance = f->influence[0] + 1 / fmax(unseen, 1e-3);
    *source = (struct profile_source){
        .fit = fit_unseen,
        .arg = f,
        .documented = (double)f->n,
        .unseen = unseen,
        .log_sd = variance > 0 && variance < 25 ? sqrt(variance) : 5,
    };
    return n > 0 && profile_limits(source, profile);
}

static void take_limits(struct loglinear_model *model, const struct profile *profile)
{
    model->has_interval = isfinite(profile->high);
    model->no_upper_limit = !model->has_interval;
    model->low = model->has_interval ? profile->low : 0;
    model->high = model->has_interval ? profile->high : 0;
}

void logfit_interval(struct logfit *f, struct loglinear_model *model)
{
    struct profile_source source;
    struct profile profile;
    if (model->identifiable && limits(f, model, &source, &profile))
        take_limits(model, &profile);
}

/* The N with so many more in cell h; 0 when there is none. */
static double refit(void *arg, unsigned h, int more)
{
    struct logfit *f = arg;
    f->y[h] += more;
    double n = fit_table(f, NULL);
    f->y[h] -= more;
    return n > 0 ? n + more : 0;
}

static void warn_of_one_cell(struct logfit *f, struct count_estimate *e)
{
    fit_table(f, NULL);
    glm_influence(f->glm, &f->design, 0, f->influence);
    struct one_cell one = {
        .table = &f->table,
        .numbers = f->numbers,
        .n = e->n,
        .fitted = f->glm->mu,
        .influence = f->influence,
        .refit = refit,
        .arg = f,
    };
    one_cell_warn(&one, e);
}

void logfit_estimate(struct logfit *f, const struct loglinear_model *model,
                     struct count_estimate *e)
{
    struct profile_source source;
    struct profile profile;
    ASSERT(!model->in_doubt);
    hierarchy_text(&model->terms, f->table.lists, f->numbers, e->model);
    e->given = model->identifiable;
    e->n = model->n;
    if (!model->identifiable) {
        count_estimate_warn(e, COUNT_WARN_NOT_IDENTIFIABLE);
    } else if (limits(f, model, &source, &profile)) {
        e->has_interval = true;
        e->low = profile.low;
        e->high = profile.high;
        e->has_spread = profile_spread(&source, &profile, e->spread);
    } else {
        count_estimate_warn(e, COUNT_WARN_NO_FIT);
    }
    if (model->df > 0 && number_chi_squared_above(model->deviance, model->df) < POOR_FIT_LEVEL)
        count_estimate_warn(e, COUNT_WARN_POOR_FIT);
    if (e->given && e->n <= COUNT_ABSURD * (double)f->n)
        warn_of_one_cell(f, e);
    count_estimate_finish(e, f->n);
}
