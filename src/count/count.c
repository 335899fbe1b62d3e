/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is quick comes first, so that somebody who waits sees something within a second; it is put
 * in the order in which it is shown each time that it is handed over. */
#include "count/count.h"

#include "base/mem.h"
#include "base/rng.h"
#include "count/bounds.h"
#include "count/closed.h"
#include "count/decomposable.h"
#include "count/latent.h"
#include "count/linkage.h"
#include "count/loglinear.h"
#include "count/screen.h"
#include "count/sparse.h"
#include "count/strata.h"

#define MEMORY_MAX_BYTES ((size_t)1 << 32)
#define ALL_FAMILIES 0x3Fu
#define FAMILIES 6
/* Up to so many lists decomposable models take less than a second, their prior varied too. */
#define GRAPHS_QUICK_LISTS 6
/* A stream that no estimator uses. */
#define STREAM UINT64_C(0x7365656400000000)

struct part {
    size_t count;
    struct count_estimate *estimates;
};

struct run {
    const struct count_data *data;
    struct count_options options; /* estimators is not 0 */
    struct count_means means;
    void (*first)(void *arg, const struct count_result *result);
    void *arg;
    struct count_result *result;
};

/* One table that is being estimated. */
struct job {
    const struct run *run;
    const struct count_table *table;
    struct count_stratum *stratum;
    struct count_means means;
    struct arena scratch;
    struct part parts[FAMILIES];
};

/* The families */

static struct count_estimate *room(struct job *job, struct part *part, size_t count)
{
    part->estimates = arena_alloc(&job->scratch, count * sizeof *part->estimates);
    return part->estimates;
}

static int run_bounds(struct job *job, struct part *part)
{
    struct bounds *bounds = arena_alloc(&job->scratch, sizeof *bounds);
    REJECT_IF(!bounds, E_NOMEM);
    bounds_run(job->table, bounds);
    REJECT_IF(!room(job, part, 1 + bounds->pair_count), E_NOMEM);
    part->estimates[0] = bounds->chao;
    for (size_t i = 0; i < bounds->pair_count; i++)
        part->estimates[1 + i] = bounds->pairs[i].estimate;
    part->count = 1 + bounds->pair_count;
    return 0;
}

static int run_loglinear(struct job *job, struct part *part)
{
    struct loglinear *result = arena_alloc(&job->scratch, sizeof *result);
    REJECT_IF(!result, E_NOMEM);
    TRY(loglinear_run(job->table, &job->means, result));
    part->estimates = result->estimates;
    part->count = result->estimate_count;
    return 0;
}

static int run_closed(struct job *job, struct part *part)
{
    REJECT_IF(!room(job, part, CLOSED_MODELS), E_NOMEM);
    TRY(closed_run(job->table, &job->means, part->estimates));
    part->count = CLOSED_MODELS;
    return 0;
}

static int run_decomposable(struct job *job, struct part *part)
{
    const struct decomposable_options options = {.delta = job->run->options.delta,
                                                 .unseen_max = job->run->options.unseen_max,
                                                 .check_prior =
                                                     job->table->lists <= GRAPHS_QUICK_LISTS};
    REJECT_IF(!room(job, part, 1), E_NOMEM);
    TRY(decomposable_run(job->table, &options, &job->means, part->estimates, NULL));
    part->count = 1;
    return 0;
}

static int run_sparse(struct job *job, struct part *part)
{
    REJECT_IF(!room(job, part, 1), E_NOMEM);
    TRY(count_sparse(job->table, COUNT_SPARSE_REPLICATES, &job->means, part->estimates));
    part->count = 1;
    return 0;
}

static int run_latent(struct job *job, struct part *part)
{
    const struct latent_options options = {.classes = job->run->options.classes};
    REJECT_IF(!room(job, part, 1), E_NOMEM);
    TRY(latent_estimate(job->table, &options, &job->means, part->estimates));
    part->count = 1;
    return 0;
}

enum stage { STAGE_QUICK, STAGE_SLOW, STAGE_LAST };

/* In the order in which they are shown. */
static const struct family {
    enum count_family bit;
    unsigned quick_lists; /* up to so many lists it is done in the first stage */
    enum stage later;     /* else in this one */
    int (*run)(struct job *job, struct part *part);
} families[FAMILIES] = {
    {COUNT_FAMILY_BOUNDS, COUNT_LISTS_MAX, STAGE_QUICK, run_bounds},
    {COUNT_FAMILY_LOGLINEAR, COUNT_LISTS_MAX, STAGE_QUICK, run_loglinear},
    {COUNT_FAMILY_CLOSED, COUNT_LISTS_MAX, STAGE_QUICK, run_closed},
    {COUNT_FAMILY_DECOMPOSABLE, GRAPHS_QUICK_LISTS, STAGE_SLOW, run_decomposable},
    {COUNT_FAMILY_SPARSE, 0, STAGE_SLOW, run_sparse},
    {COUNT_FAMILY_LATENT, 0, STAGE_LAST, run_latent},
};

/* One table */

static int assemble(struct job *job)
{
    size_t count = 0;
    for (size_t i = 0; i < FAMILIES; i++)
        count += job->parts[i].count;
    struct count_estimate *all = arena_alloc(job->run->result->memory, count * sizeof *all);
    REJECT_IF(!all, E_NOMEM);
    job->stratum->estimates = all;
    job->stratum->estimate_count = count;
    for (size_t i = 0; i < FAMILIES; i++) {
        if (job->parts[i].count > 0)
            memcpy(all, job->parts[i].estimates, job->parts[i].count * sizeof *all);
        all += job->parts[i].count;
    }
    return 0;
}

static int hand_over(struct job *job)
{
    const struct run *run = job->run;
    if (!run->first || job->stratum != &run->result->whole)
        return 0;
    TRY(assemble(job));
    run->first(run->arg, run->result);
    return 0;
}

static int run_stage(struct job *job, enum stage stage)
{
    for (size_t i = 0; i < FAMILIES; i++) {
        const struct family *f = &families[i];
        enum stage its = job->table->lists <= f->quick_lists ? STAGE_QUICK : f->later;
        if (its == stage && (job->run->options.estimators & f->bit) != 0)
            TRY(f->run(job, &job->parts[i]));
    }
    return hand_over(job);
}

static void draw_of(const void *arg, size_t index, struct count_table *ret_table)
{
    const struct count_stratum_data *data = arg;
    *ret_table = data->draws[index];
}

static int pool_draws(struct job *job)
{
    struct count_stratum *s = job->stratum;
    const struct run *run = job->run;
    size_t size = count_panel_size(job->table->lists, run->options.estimators);
    size_t count = s->data->draw_count;
    if (size == 0 || count == 0)
        return 0;
    struct count_estimate *runs = mem_alloc(count * size * sizeof *runs);
    REJECT_IF(!runs, E_NOMEM);
    int error = count_panel_run(count, draw_of, s->data, &run->options, &job->means,
                                "drawn linkages", runs);
    if (error == 0)
        error = count_panel_pool(runs, size, count, run->result->memory, &s->pooled);
    if (error == 0)
        s->pooled_count = size;
    mem_free(runs);
    return error;
}

static int vary_delta(struct job *job)
{
    struct count_stratum *s = job->stratum;
    size_t count;
    if (!(job->run->options.estimators & COUNT_FAMILY_DECOMPOSABLE) ||
        job->table->lists > GRAPHS_QUICK_LISTS)
        return 0;
    struct count_estimate *deltas =
        arena_alloc(job->run->result->memory, DECOMPOSABLE_DELTAS_MAX * sizeof *deltas);
    REJECT_IF(!deltas, E_NOMEM);
    TRY(decomposable_deltas(job->table, job->run->options.unseen_max, &job->means, deltas, &count));
    s->deltas = deltas;
    s->delta_count = count;
    return 0;
}

static int run_sensitivity(struct job *job)
{
    const struct run *run = job->run;
    struct count_stratum *s = job->stratum;
    TRY(pool_draws(job));
    if (run->options.no_sensitivity || s != &run->result->whole)
        return 0;
    TRY(vary_delta(job));
    return count_linkage_shifts(job->table, &run->options, &job->means, run->result->memory,
                                &s->shifts, &s->shift_count);
}

static int run_stages(struct job *job)
{
    TRY(run_stage(job, STAGE_QUICK));
    if (!job->run->options.quick)
        TRY(run_stage(job, STAGE_SLOW));
    TRY(run_sensitivity(job));
    if (!job->run->options.quick)
        TRY(run_stage(job, STAGE_LAST));
    return watch_stopped(job->means.watch) ? E_STOPPED : 0;
}

/* Stopped, it keeps what is finished. */
static int run_stratum(const struct run *run, struct count_stratum *s, uint64_t seed)
{
    struct job job = {.run = run, .table = &s->data->table, .stratum = s, .means = run->means};
    TRY(count_screen(run->data, run->result->memory, s));
    if (s->no_estimate) {
        s->finished = true;
        return 0;
    }
    job.means.seed = seed;
    arena_init(&job.scratch, MEMORY_MAX_BYTES);
    int error = run_stages(&job);
    if (error == 0 || error == E_STOPPED) {
        int failed = assemble(&job);
        s->finished = error == 0;
        error = failed < 0 ? failed : error;
    }
    arena_release(&job.scratch);
    return error;
}

/* All of it */

static int run_strata(struct run *run)
{
    struct count_result *r = run->result;
    struct watch *watch = run->means.watch;
    for (size_t i = 0; i < r->stratum_count; i++) {
        struct rng seeds;
        rng_init(&seeds, run->means.seed, STREAM + i);
        TRY(run_stratum(run, &r->strata[i], rng_u64(&seeds)));
        watch_progress(watch, "strata", i + 1, r->stratum_count);
    }
    return 0;
}

static int run_all(struct run *run)
{
    struct count_result *r = run->result;
    int error = run_stratum(run, &r->whole, run->means.seed);
    if (error == 0)
        error = run_strata(run);
    r->finished = error == 0;
    if (error < 0 && error != E_STOPPED)
        return error;
    if (r->stratum_count > 0)
        TRY(count_strata_totals(r->strata, r->stratum_count, r->seed, r->memory, &r->totals,
                                &r->total_count));
    return 0;
}

static int begin(struct run *run, struct arena *memory)
{
    const struct count_data *data = run->data;
    struct count_result *r = arena_alloc(memory, sizeof *r);
    REJECT_IF(!r, E_NOMEM);
    *r = (struct count_result){.data = data, .seed = run->means.seed, .memory = memory};
    r->whole.data = &data->whole;
    r->stratum_count = data->by ? data->stratum_count : 0;
    r->strata = arena_alloc(memory, r->stratum_count * sizeof *r->strata);
    REJECT_IF(!r->strata, E_NOMEM);
    for (size_t i = 0; i < r->stratum_count; i++)
        r->strata[i].data = &data->strata[i];
    run->result = r;
    return 0;
}

int count_run(const struct count_data *data, const struct count_options *options,
              const struct count_means *means,
              void (*first)(void *arg, const struct count_result *result), void *arg,
              struct count_result **ret_result)
{
    struct run run = {
        .data = data, .options = *options, .means = *means, .first = first, .arg = arg};
    if (run.options.estimators == 0)
        run.options.estimators = ALL_FAMILIES;
    run.options.no_sensitivity |= run.options.quick;
    struct arena *memory = mem_alloc(sizeof *memory);
    REJECT_IF(!memory, E_NOMEM);
    arena_init(memory, MEMORY_MAX_BYTES);
    int error = begin(&run, memory);
    if (error == 0)
        error = run_all(&run);
    if (error == 0) {
        *ret_result = run.result;
        return 0;
    }
    arena_release(memory);
    mem_free(memory);
    return error;
}

void count_result_free(struct count_result *result)
{
    struct arena *memory = result ? result->memory : NULL;
    if (!memory)
        return;
    arena_release(memory);
    mem_free(memory);
}
