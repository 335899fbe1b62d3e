/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "count/panel.h"

#include <stdatomic.h>

#include "base/mem.h"
#include "count/bounds.h"
#include "count/decomposable.h"
#include "count/loglinear.h"
#include "count/pool.h"
#include "count/sparse.h"

static uint32_t families_of(unsigned lists, uint32_t families)
{
    const uint32_t slow = COUNT_FAMILY_DECOMPOSABLE | COUNT_FAMILY_SPARSE;
    return families & (COUNT_FAMILY_BOUNDS | COUNT_FAMILY_LOGLINEAR |
                       (lists <= COUNT_PANEL_SLOW_LISTS ? slow : 0));
}

size_t count_panel_size(unsigned lists, uint32_t families)
{
    return (size_t)__builtin_popcount(families_of(lists, families));
}

static int put_chao(const struct count_table *t, struct count_estimate *to)
{
    struct bounds *bounds = mem_alloc(sizeof *bounds);
    REJECT_IF(!bounds, E_NOMEM);
    bounds_run(t, bounds);
    *to = bounds->chao;
    mem_free(bounds);
    return 0;
}

static int put_loglinear(const struct count_table *t, const struct count_means *means,
                         struct count_estimate *to)
{
    struct loglinear *result = mem_alloc(sizeof *result);
    REJECT_IF(!result, E_NOMEM);
    int error = loglinear_run(t, means, result);
    if (error == 0)
        *to = result->estimates[0];
    mem_free(result);
    return error;
}

static int run_one(const struct count_table *t, const struct count_options *options,
                   const struct count_means *means, struct count_estimate *to)
{
    const struct decomposable_options priors = {.delta = options->delta,
                                                .unseen_max = options->unseen_max};
    uint32_t families = families_of(t->lists, options->estimators);
    if (families & COUNT_FAMILY_BOUNDS)
        TRY(put_chao(t, to++));
    if (families & COUNT_FAMILY_LOGLINEAR)
        TRY(put_loglinear(t, means, to++));
    if (families & COUNT_FAMILY_DECOMPOSABLE)
        TRY(decomposable_run(t, &priors, means, to++, NULL));
    if (families & COUNT_FAMILY_SPARSE)
        TRY(count_sparse(t, COUNT_PANEL_REPLICATES, means, to++));
    return 0;
}

struct many {
    size_t count;
    void (*table)(const void *arg, size_t index, struct count_table *ret_table);
    const void *arg;
    const struct count_options *options;
    const struct count_means *means;
    const char *what;
    struct count_estimate *runs;
    atomic_size_t done;
};

static int one_of_many(void *arg, size_t index, unsigned worker)
{
    struct many *m = arg;
    struct count_table table;
    struct watch *watch = m->means->watch;
    /* Without the watch: the estimators would tell of each of their steps, from all threads. */
    const struct count_means means = {.seed = m->means->seed};
    (void)worker;
    REJECT_IF(watch_stopped(watch), E_STOPPED);
    m->table(m->arg, index, &table);
    size_t size = count_panel_size(table.lists, m->options->estimators);
    TRY(run_one(&table, m->options, &means, &m->runs[index * size]));
    watch_progress(watch, m->what, atomic_fetch_add(&m->done, 1) + 1, m->count);
    return 0;
}

int count_panel_run(size_t count,
                    void (*table)(const void *arg, size_t index, struct count_table *ret_table),
                    const void *arg, const struct count_options *options,
                    const struct count_means *means, const char *what,
                    struct count_estimate *ret_runs)
{
    struct many m = {.count = count,
                     .table = table,
                     .arg = arg,
                     .options = options,
                     .means = means,
                     .what = what,
                     .runs = ret_runs};
    return workers_run(means->workers, count, one_of_many, &m);
}

int count_panel_pool(const struct count_estimate *runs, size_t size, size_t count,
                     struct arena *memory, struct count_estimate **ret_pooled)
{
    struct count_estimate *pooled = arena_alloc(memory, size * sizeof *pooled);
    REJECT_IF(!pooled, E_NOMEM);
    for (size_t i = 0; i < size; i++)
        TRY(count_pool(&runs[i], size, count, &pooled[i]));
    *ret_pooled = pooled;
    return 0;
}
