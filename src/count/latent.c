/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The chains go on in rounds of the same number of sweeps, each chain a task with its own random
 * numbers and its own memory: so the result is the same for any number of threads, and the watch
 * is asked between rounds. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "count/chains.h"
#include "count/latent.h"
#include "count/number.h"
#include "count/peaks.h"

#define ASSUMES                                                                                    \
    "People fall into a few hidden classes, and within a class the lists are independent; "        \
    "beforehand the classes' sizes follow a truncated Dirichlet process, every probability of "    \
    "being on a list is equally likely, and N has the prior 1/N."

#define ROUND_SWEEPS 1000
#define FIRST_LOOK_SWEEPS 8000
#define LEFT_OUT 8 /* the first eighth */
#define LOW 0.025
#define HIGH 0.975
#define MOVES 4
/* Above, the log-likelihood has lost the digits that a Metropolis step needs. */
#define MOVES_N_MAX 0x1p40
/* A smallest class with more than this says that there should be more classes. */
#define SMALLEST_SHARE 0.01

struct trace {
    double *draws; /* the unseen, LATENT_STORE of them */
    /* Of all draws that were ever stored: how many, and the sum of the smallest class's share. */
    double count, smallest;
};

struct run {
    struct latent_model model;
    struct latent_options options;
    const struct count_means *means;
    struct latent_chain chains[LATENT_CHAINS_MAX];
    struct trace traces[LATENT_CHAINS_MAX];
    double *pooled; /* what is kept of all chains */
    size_t stored, kept;
    uint64_t sweeps, interval; /* a draw is stored every interval sweeps */
    struct chains met;
};

static void run_free(struct run *r)
{
    for (unsigned i = 0; i < r->options.chains; i++) {
        latent_chain_release(&r->chains[i]);
        mem_free(r->traces[i].draws);
    }
    mem_free(r->pooled);
    mem_free(r);
}

/* A sweep's time as it was measured on a core of a rented machine. */
static uint64_t default_sweeps_max(const struct latent_model *m, unsigned chains)
{
    double sweep_us = (m->classes + 10) / 20.0 * (4 + 0.25 * m->histories);
    return (uint64_t)(LATENT_CORE_SECONDS * 1e6 / sweep_us / chains);
}

static void set_options(struct latent_options *o, const struct latent_options *given)
{
    *o = given ? *given : (struct latent_options){0};
    o->classes = o->classes ? o->classes : 10;
    o->alpha_shape = o->alpha_shape > 0 ? o->alpha_shape : 0.25;
    o->alpha_rate = o->alpha_rate > 0 ? o->alpha_rate : 0.25;
    o->chains = o->chains ? o->chains : 4;
    o->effective = o->effective > 0 ? o->effective : 5000;
    ASSERT(o->classes >= 2 && o->classes <= LATENT_CLASSES_MAX);
    ASSERT(o->chains >= 2 && o->chains <= LATENT_CHAINS_MAX);
}

/* The lists that hold somebody, and their histories. */
static void set_model(struct run *r, const struct count_table *t)
{
    struct latent_model *m = &r->model;
    unsigned lists[COUNT_LISTS_MAX];
    for (unsigned i = 0; i < t->lists; i++) {
        if (count_table_on(t, i) > 0)
            lists[m->lists++] = i;
    }
    m->histories = 1u << m->lists;
    for (unsigned h = 1; h < 1u << t->lists; h++) {
        if (t->cells[h] == 0)
            continue;
        unsigned history = 0;
        for (unsigned j = 0; j < m->lists; j++)
            history |= (h >> lists[j] & 1) << j;
        m->history[m->cell_count] = history;
        m->persons[m->cell_count++] = (int64_t)t->cells[h];
        m->counts[history] = (double)t->cells[h];
    }
    m->n = (double)count_table_n(t);
    m->classes = r->options.classes;
    m->alpha_shape = r->options.alpha_shape;
    m->alpha_rate = r->options.alpha_rate;
    m->moves = r->options.plain || m->n > MOVES_N_MAX ? 0 : MOVES;
}

static int run_start(struct run *r)
{
    unsigned chains = r->options.chains;
    r->interval = 1;
    r->pooled = mem_calloc((size_t)chains * LATENT_STORE, sizeof *r->pooled);
    REJECT_IF(!r->pooled, E_NOMEM);
    for (unsigned i = 0; i < chains; i++) {
        TRY(latent_chain_init(&r->chains[i], &r->model, r->means->seed, i));
        r->traces[i].draws = mem_calloc(LATENT_STORE, sizeof *r->traces[i].draws);
        REJECT_IF(!r->traces[i].draws, E_NOMEM);
    }
    return 0;
}

static double smallest_share(const struct latent_chain *c)
{
    int64_t smallest = c->size[0];
    for (unsigned k = 1; k < c->model->classes; k++)
        smallest = c->size[k] < smallest ? c->size[k] : smallest;
    return (double)smallest / (c->model->n + (double)c->unseen);
}

static int round_of(void *arg, size_t index, unsigned worker)
{
    (void)worker;
    struct run *r = arg;
    struct latent_chain *chain = &r->chains[index];
    struct trace *trace = &r->traces[index];
    size_t stored = r->stored;
    for (uint64_t i = 1; i <= ROUND_SWEEPS; i++) {
        latent_chain_sweep(chain);
        if ((r->sweeps + i) % r->interval != 0)
            continue;
        trace->smallest += smallest_share(chain);
        trace->count++;
        trace->draws[stored++] = (double)chain->unseen;
    }
    return 0;
}

/* Every other draw goes, when there might be no room for another round's. */
static void thin(struct run *r)
{
    for (unsigned i = 0; i < r->options.chains; i++) {
        double *draws = r->traces[i].draws;
        for (size_t t = 0; t < r->stored / 2; t++)
            draws[t] = draws[2 * t + 1];
    }
    r->stored /= 2;
    r->interval *= 2;
}

static int next_round(struct run *r)
{
    if (r->stored + ROUND_SWEEPS / r->interval + 1 > LATENT_STORE)
        thin(r);
    TRY(workers_run(r->means->workers, r->options.chains, round_of, r));
    r->sweeps += ROUND_SWEEPS;
    r->stored = r->sweeps / r->interval;
    return 0;
}

/* How the chains agree, leaving the beginning out. */
static int look(struct run *r)
{
    size_t skip = r->stored / LEFT_OUT, length = r->stored - skip;
    for (unsigned i = 0; i < r->options.chains; i++)
        memcpy(r->pooled + i * length, r->traces[i].draws + skip, length * sizeof(double));
    r->kept = r->options.chains * length;
    return chains_diagnose(r->pooled, r->options.chains, length, LOW, HIGH, &r->met);
}

static double least_effective(const struct chains *met)
{
    return fmin(met->effective, fmin(met->low, met->high));
}

/* Until the chains have met and are long enough, or the limit is reached. */
static int run_on(struct run *r)
{
    struct watch *watch = r->means->watch;
    uint64_t next_look = FIRST_LOOK_SWEEPS;
    for (;;) {
        watch_progress(watch, "latent classes", r->sweeps, r->options.sweeps_max);
        REJECT_IF(watch_stopped(watch), E_STOPPED);
        TRY(next_round(r));
        bool end = r->sweeps >= r->options.sweeps_max;
        if (r->sweeps < next_look && !end)
            continue;
        TRY(look(r));
        next_look = r->sweeps + r->sweeps / 4;
        if (end || (r->met.rhat < LATENT_RHAT && least_effective(&r->met) >= r->options.effective))
            return 0;
    }
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void tell_run(const struct run *r, struct count_estimate *e)
{
    double least = least_effective(&r->met);
    snprintf(e->model, sizeof e->model,
             "%u classes, %u chains of %s sweeps (an eighth left out), R-hat %.3f, effective %s",
             r->model.classes, r->options.chains, NUMBER(r->sweeps), r->met.rhat,
             NUMBER(floor(least)));
    if (r->met.rhat >= LATENT_RHAT) {
        count_estimate_warn(e, COUNT_WARN_CHAINS_APART);
        count_estimate_detail(e, "R-hat is %.3f.", r->met.rhat);
    }
    if (least < LATENT_EFFECTIVE_MIN) {
        count_estimate_warn(e, COUNT_WARN_FEW_DRAWS);
        count_estimate_detail(e, "Effective draws: %s; of the lower limit %s, the upper %s.",
                              NUMBER(r->met.effective), NUMBER(r->met.low), NUMBER(r->met.high));
    }
}

static void tell_classes(const struct run *r, struct count_estimate *e)
{
    double smallest = 0;
    for (unsigned i = 0; i < r->options.chains; i++)
        smallest += r->traces[i].smallest / r->traces[i].count / r->options.chains;
    if (smallest > SMALLEST_SHARE)
        count_estimate_detail(e, "Even the smallest class holds %.1f%%: use more than %u classes.",
                              100 * smallest, r->model.classes);
}

/* The unseen that were too many to be counted. */
static void tell_limit(const struct run *r, struct count_estimate *e)
{
    size_t over = 0;
    while (over < r->kept && r->pooled[r->kept - 1 - over] >= (double)VARIATE_COUNT_MAX)
        over++;
    if (over == 0)
        return;
    count_estimate_detail(e, "In %s of %s draws the unseen were too many to be counted (2^53).",
                          NUMBER(over), NUMBER(r->kept));
    if ((double)over > (1 - HIGH) * (double)r->kept)
        e->high = INFINITY;
}

static void tell_peaks(const struct run *r, struct count_estimate *e)
{
    struct peaks peaks;
    peaks_find(r->pooled, r->kept, r->model.n, r->met.effective, &peaks);
    e->mode = peaks.mode;
    if (peaks.two) {
        count_estimate_warn(e, COUNT_WARN_TWO_HUMPS);
        count_estimate_detail(e, "The peaks are near %s and %s.", NUMBER(peaks.first),
                              NUMBER(peaks.second));
    }
}

static void tell(struct run *r, struct count_estimate *e)
{
    double sum = 0;
    qsort(r->pooled, r->kept, sizeof *r->pooled, by_size);
    for (size_t i = 0; i < r->kept; i++)
        sum += r->pooled[i] += r->model.n;
    for (size_t i = 0; i < COUNT_SPREAD; i++) {
        double at = ((double)i + 0.5) / COUNT_SPREAD * (double)r->kept - 0.5;
        size_t below = at > 0 ? (size_t)at : 0;
        size_t above = below + 1 < r->kept ? below + 1 : below;
        e->spread[i] =
            r->pooled[below] + fmax(at - (double)below, 0) * (r->pooled[above] - r->pooled[below]);
    }
    e->given = e->has_interval = e->has_spread = true;
    e->n = count_spread_quantile(e->spread, 0.5);
    e->low = count_spread_quantile(e->spread, LOW);
    e->high = count_spread_quantile(e->spread, HIGH);
    e->mean = sum / (double)r->kept;
    tell_run(r, e);
    tell_limit(r, e);
    tell_peaks(r, e);
    tell_classes(r, e);
}

static int run_new(const struct count_table *t, const struct latent_options *options,
                   const struct count_means *means, struct run **ret_run)
{
    struct run *r = mem_calloc(1, sizeof *r);
    REJECT_IF(!r, E_NOMEM);
    r->means = means;
    set_options(&r->options, options);
    set_model(r, t);
    if (r->options.sweeps_max == 0)
        r->options.sweeps_max = default_sweeps_max(&r->model, r->options.chains);
    *ret_run = r;
    return 0;
}

static int estimate(struct run *r, struct count_estimate *e)
{
    TRY(run_start(r));
    int error = run_on(r);
    if (error == E_STOPPED)
        count_estimate_warn(e, COUNT_WARN_UNFINISHED);
    else if (error == 0)
        tell(r, e);
    return error == E_STOPPED ? 0 : error;
}

int latent_estimate(const struct count_table *t, const struct latent_options *options,
                    const struct count_means *means, struct count_estimate *e)
{
    struct run *r;
    count_estimate_init(e, "latent", "Latent classes", ASSUMES);
    TRY(run_new(t, options, means, &r));
    int error = 0;
    if (r->model.lists < LATENT_LISTS_MIN)
        count_estimate_warn(e, COUNT_WARN_TOO_FEW_LISTS);
    else if (count_table_apart(t))
        count_estimate_warn(e, COUNT_WARN_APART);
    else
        error = estimate(r, e);
    if (r->model.lists < t->lists)
        count_estimate_warn(e, COUNT_WARN_EMPTY_LIST);
    run_free(r);
    count_estimate_finish(e, count_table_n(t));
    return error;
}
