/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "count/logfit.h"
#include "count/loglinear.h"
#include "count/number.h"

#define LISTS_MIN 3
/* With more lists than this a walk takes terms of up to three lists only: else it could end among
 * hundreds of parameters, after hours. */
#define ANY_ORDER_LISTS 6
/* A step must be better by more than rounding. */
#define BETTER 1e-7
/* BIC's difference between a model and one with a tenth of its weight: 2 log 10. */
#define NEARLY_AS_GOOD 4.605

#define ASSUMES                                                                                    \
    "Lists depend on each other only in the groups that the model names, and everybody whom the "  \
    "lists could have reached had the same chances beyond that."

enum criterion { BY_BIC, BY_AIC };

static double fit_of(const struct loglinear_model *m, enum criterion criterion)
{
    return criterion == BY_BIC ? m->bic : m->aic;
}

static double value_of(const struct loglinear_model *m, enum criterion criterion)
{
    return m->identifiable ? fit_of(m, criterion) : INFINITY;
}

/* The best of the models, the first of equals; SIZE_MAX when none is identifiable. */
static size_t best_of(const struct loglinear_model *models, size_t count, enum criterion criterion)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        double than = best == SIZE_MAX ? INFINITY : value_of(&models[best], criterion);
        if (value_of(&models[i], criterion) < than)
            best = i;
    }
    return best;
}

static void set_weights(struct loglinear_model *models, size_t count)
{
    size_t best = best_of(models, count, BY_BIC);
    double sum = 0;
    for (size_t i = 0; i < count && best != SIZE_MAX; i++) {
        if (models[i].identifiable)
            models[i].weight = exp((models[best].bic - models[i].bic) / 2);
        sum += models[i].weight;
    }
    for (size_t i = 0; i < count && sum > 0; i++)
        models[i].weight /= sum;
}

int loglinear_all(const struct count_table *t, bool intervals,
                  struct loglinear_model models[HIERARCHY_ALL_MAX], size_t *ret_count)
{
    struct hierarchy all[HIERARCHY_ALL_MAX];
    struct logfit *f;
    TRY(logfit_new(t, &f));
    unsigned lists = logfit_lists(f);
    if (lists < 2 || lists > HIERARCHY_ALL_LISTS) {
        logfit_free(f);
        return E_ARGUMENT;
    }
    size_t count = hierarchy_all(lists, all);
    for (size_t i = 0; i < count; i++) {
        logfit_model(f, &all[i], NULL, &models[i]);
        logfit_text(f, &models[i]);
        if (logfit_check(f, &models[i]) && intervals)
            logfit_interval(f, &models[i]);
    }
    set_weights(models, count);
    logfit_free(f);
    *ret_count = count;
    return 0;
}

/* A look at one table: what was fitted, and the space of each worker. */
struct look {
    const struct count_means *means;
    struct loglinear *result;
    unsigned lists, fit_count;
    struct logfit **fits;
    double beta[COUNT_CELLS_MAX]; /* of the model from which the steps are taken, by set */
    struct hierarchy steps[HIERARCHY_STEPS_MAX];
    struct loglinear_model models[HIERARCHY_STEPS_MAX];
    struct loglinear_model chosen[2]; /* by enum criterion */
    /* The best that was refused though it has an N; n is 0 when there is none. */
    struct loglinear_model refused[2];
};

static void look_free(struct look *look)
{
    for (unsigned i = 0; look && i < look->fit_count; i++)
        logfit_free(look->fits[i]);
    mem_free(look);
}

static int look_new(const struct count_table *t, const struct count_means *means,
                    struct loglinear *result, struct look **ret_look)
{
    unsigned workers = workers_count(means->workers);
    struct look *look = mem_calloc(1, sizeof *look + workers * sizeof(struct logfit *));
    if (!look)
        return E_NOMEM;
    look->means = means;
    look->result = result;
    look->fits = (struct logfit **)(look + 1);
    while (look->fit_count < workers) {
        int error = logfit_new(t, &look->fits[look->fit_count]);
        if (error < 0) {
            look_free(look);
            return error;
        }
        look->fit_count++;
    }
    look->lists = logfit_lists(look->fits[0]);
    *ret_look = look;
    return 0;
}

/* Into the ten best by BIC, if it is one of them and not yet there. */
static void remember(struct loglinear *result, const struct loglinear_model *m)
{
    size_t at = result->top_count;
    result->models++;
    result->refused += !m->identifiable;
    for (size_t i = 0; i < result->top_count; i++) {
        if (memcmp(&result->top[i].terms, &m->terms, sizeof m->terms) == 0)
            return;
    }
    while (at > 0 && result->top[at - 1].bic > m->bic)
        at--;
    if (!m->identifiable || at == LOGLINEAR_TOP)
        return;
    size_t moved = result->top_count - at - (result->top_count == LOGLINEAR_TOP);
    memmove(&result->top[at + 1], &result->top[at], moved * sizeof *m);
    result->top[at] = *m;
    result->top_count += result->top_count < LOGLINEAR_TOP;
}

static int fit_step(void *arg, size_t index, unsigned worker)
{
    struct look *look = arg;
    if (watch_stopped(look->means->watch))
        return E_STOPPED;
    logfit_model(look->fits[worker], &look->steps[index], look->beta, &look->models[index]);
    return 0;
}

static void note_refused(struct look *look, const struct loglinear_model *m,
                         enum criterion criterion)
{
    struct loglinear_model *best = &look->refused[criterion];
    if (m->n > 0 && (best->n == 0 || fit_of(m, criterion) < fit_of(best, criterion)) &&
        logfit_has_n(look->fits[0], m))
        *best = *m;
}

/* The best whose estimate exists and is the only one. */
static size_t best_sure(struct look *look, size_t count, enum criterion criterion)
{
    for (;;) {
        size_t best = best_of(look->models, count, criterion);
        if (best == SIZE_MAX || logfit_check(look->fits[0], &look->models[best]))
            return best;
        look->result->refused++;
        note_refused(look, &look->models[best], criterion);
    }
}

/* From independence, one term more or less as long as that is better. */
static int walk(struct look *look, enum criterion criterion)
{
    struct loglinear_model now;
    struct hierarchy from = hierarchy_independent(look->lists);
    unsigned order_max = look->lists > ANY_ORDER_LISTS ? 3 : look->lists;
    logfit_model(look->fits[0], &from, NULL, &now);
    logfit_check(look->fits[0], &now);
    remember(look->result, &now);
    for (;;) {
        logfit_beta(look->fits[0], look->beta);
        watch_progress(look->means->watch, "log-linear models", look->result->models, 0);
        size_t count = hierarchy_steps(&now.terms, look->lists, order_max, look->steps);
        TRY(workers_run(look->means->workers, count, fit_step, look));
        for (size_t i = 0; i < count; i++)
            remember(look->result, &look->models[i]);
        size_t best = best_sure(look, count, criterion);
        if (best == SIZE_MAX ||
            !(value_of(&look->models[best], criterion) < value_of(&now, criterion) - BETTER))
            break;
        from = look->models[best].terms;
        logfit_model(look->fits[0], &from, look->beta, &now);
        logfit_check(look->fits[0], &now);
    }
    look->chosen[criterion] = now;
    return 0;
}

static int choose_of_all(const struct count_table *t, struct look *look)
{
    size_t count;
    TRY(loglinear_all(t, false, look->models, &count));
    for (size_t i = 0; i < count; i++)
        remember(look->result, &look->models[i]);
    for (unsigned criterion = BY_BIC; criterion <= BY_AIC; criterion++) {
        size_t best = best_of(look->models, count, criterion);
        look->chosen[criterion] = look->models[best == SIZE_MAX ? 0 : best];
        for (size_t i = 0; i < count; i++) {
            if (!look->models[i].identifiable)
                note_refused(look, &look->models[i], criterion);
        }
    }
    look->result->all = true;
    return 0;
}

/* Decides the doubts among the best, and drops those that are refused. */
static void forget_doubtful(struct look *look)
{
    struct loglinear *result = look->result;
    size_t kept = 0;
    for (size_t i = 0; i < result->top_count; i++) {
        if (logfit_check(look->fits[0], &result->top[i]))
            result->top[kept++] = result->top[i];
    }
    result->refused += result->top_count - kept;
    result->top_count = kept;
}

static int choose_by_walking(struct look *look)
{
    TRY(walk(look, BY_BIC));
    TRY(walk(look, BY_AIC));
    forget_doubtful(look);
    set_weights(look->result->top, look->result->top_count);
    return 0;
}

/* Models that fit nearly as well as the one that was chosen by BIC can say something else. */
static void tell_others(const struct look *look, struct count_estimate *e)
{
    double low = INFINITY, high = 0;
    size_t count = 0;
    for (size_t i = 0; i < look->result->top_count; i++) {
        const struct loglinear_model *m = &look->result->top[i];
        if (m->bic > look->chosen[BY_BIC].bic + NEARLY_AS_GOOD)
            break;
        low = fmin(low, m->n);
        high = fmax(high, m->n);
        count++;
    }
    if (e->given && count > 1)
        count_estimate_detail(e, "%zu models that fit almost as well say %s to %s.", count,
                              NUMBER(low), NUMBER(high));
}

static void tell_refused(struct look *look, enum criterion criterion, struct count_estimate *e)
{
    struct loglinear_model *m = &look->refused[criterion];
    if (!e->given || m->n == 0 ||
        !(fit_of(m, criterion) < fit_of(&look->chosen[criterion], criterion) - BETTER))
        return;
    logfit_text(look->fits[0], m);
    count_estimate_warn(e, COUNT_WARN_BETTER_REFUSED);
    count_estimate_detail(e, "The better one, %s, would say %s.", m->text, NUMBER(m->n));
}

static int run(const struct count_table *t, struct look *look)
{
    struct loglinear *result = look->result;
    TRY(look->lists <= HIERARCHY_ALL_LISTS ? choose_of_all(t, look) : choose_by_walking(look));
    logfit_estimate(look->fits[0], &look->chosen[BY_BIC], &result->estimates[0]);
    logfit_estimate(look->fits[0], &look->chosen[BY_AIC], &result->estimates[1]);
    tell_refused(look, BY_BIC, &result->estimates[0]);
    tell_refused(look, BY_AIC, &result->estimates[1]);
    tell_others(look, &result->estimates[0]);
    if (look->lists <= HIERARCHY_ALL_LISTS) {
        struct loglinear_model largest;
        struct hierarchy terms = hierarchy_largest(look->lists);
        logfit_model(look->fits[0], &terms, NULL, &largest);
        logfit_check(look->fits[0], &largest);
        logfit_estimate(look->fits[0], &largest, &result->estimates[2]);
    }
    for (size_t i = 0; i < result->top_count; i++) {
        logfit_text(look->fits[0], &result->top[i]);
        logfit_interval(look->fits[0], &result->top[i]);
    }
    return 0;
}

static void stop_all(struct loglinear *result, enum count_warning w, uint64_t n)
{
    for (size_t i = 0; i < result->estimate_count; i++) {
        count_estimate_warn(&result->estimates[i], w);
        count_estimate_finish(&result->estimates[i], n);
    }
}

int loglinear_run(const struct count_table *t, const struct count_means *means,
                  struct loglinear *ret_result)
{
    struct loglinear result = {0};
    struct look *look;
    TRY(look_new(t, means, &result, &look));
    count_estimate_init(&result.estimates[0], "loglinear-bic", "Log-linear, best by BIC", ASSUMES);
    count_estimate_init(&result.estimates[1], "loglinear-aic", "Log-linear, best by AIC", ASSUMES);
    count_estimate_init(&result.estimates[2], "loglinear-three-way",
                        "Log-linear, every term but the highest",
                        "Lists may depend on each other in every way but one: what all of them "
                        "have together beyond the rest is nothing.");
    result.estimate_count = look->lists <= HIERARCHY_ALL_LISTS ? 3 : 2;
    int error = 0;
    if (look->lists < LISTS_MIN)
        stop_all(&result, COUNT_WARN_TOO_FEW_LISTS, count_table_n(t));
    else if (count_table_apart(t))
        stop_all(&result, COUNT_WARN_APART, count_table_n(t));
    else
        error = run(t, look);
    look_free(look);
    if (error < 0)
        return error;
    *ret_result = result;
    return 0;
}
