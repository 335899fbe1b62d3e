/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"
#include "link/pairs.h"

#define TASK_PAIRS (1u << 18)

struct task {
    size_t from, to; /* rows */
};

struct row {
    uint32_t place, record;
};

/* Of one worker. */
struct scratch {
    struct row *rows;  /* gathered */
    uint32_t *numbers; /* of each the beginning of its row of the plan's numbers */
    size_t capacity;   /* rows */
    size_t pairs_count;
    struct link_pair pairs[LINK_PAIRS_AT_ONCE];
};

struct run {
    const struct link_pairs *job;
    struct watch *watch;
    unsigned pass, width; /* width: blocks of a row, of this pass and all before */
    struct link_blocks blocks;
    struct task *tasks;
    size_t tasks_count, tasks_capacity;
    struct scratch *scratch; /* per worker */
    uint64_t pairs_total;
    atomic_uint_fast64_t pairs_done;
};

static const struct link_pass *pass_of(const struct run *run)
{
    return &run->job->plan->pass[run->pass];
}

static int flush(struct run *run, unsigned worker)
{
    struct scratch *s = &run->scratch[worker];
    size_t count = s->pairs_count;
    s->pairs_count = 0;
    REJECT_IF(watch_stopped(run->watch), E_STOPPED);
    return count ? run->job->take(run->job->arg, worker, run->pass, s->pairs, count) : 0;
}

static int put(struct run *run, unsigned worker, uint32_t a, uint32_t b)
{
    struct scratch *s = &run->scratch[worker];
    s->pairs[s->pairs_count++] = (struct link_pair){a, b};
    return s->pairs_count == LINK_PAIRS_AT_ONCE ? flush(run, worker) : 0;
}

static bool row_is_taken(const struct run *run, uint32_t position)
{
    uint32_t every = run->job->every;
    return every <= 1 || link_mix(position + ((uint64_t)run->pass << 32) + 1) % every == 0;
}

static bool is_done(const struct run *run, size_t place)
{
    return run->job->is_done && run->job->is_done(run->job->arg, LINK_TASK(run->pass, place));
}

static int say_done(const struct run *run, unsigned worker, size_t place, uint64_t pairs)
{
    if (!run->job->done)
        return 0;
    return run->job->done(run->job->arg, worker, LINK_TASK(run->pass, place), pairs);
}

static int end_task(struct run *run, unsigned worker, size_t index, uint64_t pairs)
{
    TRY(flush(run, worker));
    TRY(say_done(run, worker, index, pairs));
    uint64_t done = atomic_fetch_add(&run->pairs_done, pairs) + pairs;
    watch_progress(run->watch, run->job->what, done, run->pairs_total);
    return 0;
}

static int add_task(struct run *run, size_t from, size_t to)
{
    if (run->tasks_count == run->tasks_capacity) {
        size_t capacity = run->tasks_capacity ? run->tasks_capacity * 2 : 256;
        struct task *tasks = mem_realloc(run->tasks, capacity * sizeof *tasks);
        REJECT_IF(!tasks, E_NOMEM);
        run->tasks = tasks;
        run->tasks_capacity = capacity;
    }
    run->tasks[run->tasks_count++] = (struct task){from, to};
    return 0;
}

/* All pairs: row i is with all after it. */

static int all_task(void *arg, size_t index, unsigned worker)
{
    struct run *run = arg;
    const struct link_universe *u = run->job->universe;
    struct task t = run->tasks[index];
    uint64_t pairs = 0;
    if (is_done(run, index))
        return 0;
    for (size_t i = t.from; i < t.to; i++) {
        uint32_t a = u->order[i];
        if (!row_is_taken(run, (uint32_t)i))
            continue;
        for (size_t j = i + 1; j < u->count; j++) {
            uint32_t b = u->order[j];
            if (link_universe_has(u, a, b))
                TRY(put(run, worker, a, b));
        }
        pairs += u->count - i - 1;
    }
    return end_task(run, worker, index, pairs);
}

static int run_all(struct run *run, struct workers *w)
{
    size_t rows = run->job->universe->count, from = 0;
    uint64_t pairs = 0;
    if (is_done(run, LINK_TASK_ALL))
        return 0;
    for (size_t i = 0; i < rows; i++) {
        pairs += rows - i - 1;
        if (pairs >= TASK_PAIRS || i + 1 == rows) {
            TRY(add_task(run, from, i + 1));
            from = i + 1;
            pairs = 0;
        }
    }
    run->pairs_total = run->job->universe->pairs;
    TRY(workers_run(w, run->tasks_count, all_task, run));
    return say_done(run, 0, LINK_TASK_ALL, 0);
}

/* Blocks */

/* The block that row i is of. */
static uint32_t block_of(const struct link_blocks *b, size_t i)
{
    uint32_t low = 1, high = b->count; /* it is in [low, high] */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (b->starts[middle + 1] <= i)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int make_room(struct scratch *s, size_t rows, unsigned width)
{
    if (rows <= s->capacity)
        return 0;
    mem_free(s->rows);
    mem_free(s->numbers);
    s->capacity = 0;
    s->rows = mem_alloc(rows * 2 * sizeof *s->rows);
    s->numbers = mem_alloc(rows * 2 * width * sizeof *s->numbers);
    REJECT_IF(!s->rows || !s->numbers, E_NOMEM);
    s->capacity = rows * 2;
    return 0;
}

/* What is to be known of rows from .. to, so that the many comparisons run through memory that lies
 * together. */
static int gather(struct run *run, struct scratch *s, size_t from, size_t to)
{
    const struct link_universe *u = run->job->universe;
    TRY(make_room(s, to - from, run->width));
    const struct link_plan *plan = run->job->plan;
    for (size_t i = from; i < to; i++) {
        uint32_t place = run->blocks.places[i];
        s->rows[i - from] = (struct row){.place = place, .record = u->order[place]};
        memcpy(s->numbers + (i - from) * run->width, plan->numbers + (size_t)place * plan->width,
               run->width * sizeof *s->numbers);
    }
    return 0;
}

/* Whether the pair is this block's: no earlier pass has it, nor another block of this pass. */
static bool is_ours(const struct run *run, const uint32_t *a, const uint32_t *b, uint32_t block)
{
    for (unsigned p = 0; p < run->pass; p++) {
        unsigned slots = run->job->plan->pass[p].slots;
        if (link_blocks_common(a, b, slots) != 0)
            return false;
        a += slots;
        b += slots;
    }
    unsigned slots = pass_of(run)->slots;
    return slots == 1 || link_blocks_common(a, b, slots) == block;
}

/* One row of a block, with those after it. */
static int pair_row(struct run *run, unsigned worker, size_t row, size_t last, uint32_t block)
{
    const struct scratch *s = &run->scratch[worker];
    const struct link_universe *u = run->job->universe;
    const uint32_t *numbers = s->numbers + row * run->width;
    uint32_t a = s->rows[row].record;
    for (size_t j = row + 1; j <= last; j++) {
        uint32_t b = s->rows[j].record;
        if (is_ours(run, numbers, s->numbers + j * run->width, block) &&
            (u->every || link_universe_has(u, a, b)))
            TRY(put(run, worker, a, b));
    }
    return 0;
}

static bool any_is_taken(const struct run *run, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (row_is_taken(run, run->blocks.places[i]))
            return true;
    }
    return false;
}

static size_t reach_in(const struct run *run, size_t size)
{
    return size > pass_of(run)->block_max ? LINK_NEIGHBOURS : size;
}

/* Rows from .. to of a block that ends at end; how many pairs there were to look at. */
static int pair_rows(struct run *run, unsigned worker, size_t from, size_t to, uint32_t block,
                     uint64_t *pairs)
{
    struct scratch *s = &run->scratch[worker];
    size_t end = run->blocks.starts[block + 1], size = end - run->blocks.starts[block];
    size_t reach = reach_in(run, size), gathered = to - 1 + reach < end ? to + reach : end;
    bool any = any_is_taken(run, from, to);
    if (any)
        TRY(gather(run, s, from, gathered));
    for (size_t i = from; i < to; i++) {
        size_t last = end - i > reach ? i + reach : end - 1;
        *pairs += last - i;
        if (any && row_is_taken(run, s->rows[i - from].place))
            TRY(pair_row(run, worker, i - from, last - from, block));
    }
    return 0;
}

static int block_task(void *arg, size_t index, unsigned worker)
{
    struct run *run = arg;
    struct task t = run->tasks[index];
    uint64_t pairs = 0;
    if (is_done(run, index))
        return 0;
    uint32_t block = block_of(&run->blocks, t.from);
    for (size_t i = t.from; i < t.to; block++) {
        size_t end = run->blocks.starts[block + 1], to = end < t.to ? end : t.to;
        TRY(pair_rows(run, worker, i, to, block, &pairs));
        i = to;
    }
    return end_task(run, worker, index, pairs);
}

static int make_tasks(struct run *run)
{
    const struct link_blocks *b = &run->blocks;
    size_t from = 0, count = b->starts[b->count + 1];
    uint64_t pairs = 0;
    run->tasks_count = 0;
    for (uint32_t block = 1; block <= b->count; block++) {
        size_t end = b->starts[block + 1], reach = reach_in(run, end - b->starts[block]);
        for (size_t i = b->starts[block]; i < end; i++) {
            pairs += end - i - 1 < reach ? end - i : reach; /* and one for looking at it */
            if (pairs >= TASK_PAIRS || i + 1 == count) {
                TRY(add_task(run, from, i + 1));
                from = i + 1;
                pairs = 0;
            }
        }
    }
    return 0;
}

static int run_pass(struct run *run, struct workers *w)
{
    if (is_done(run, LINK_TASK_ALL))
        return 0;
    TRY(link_blocks_new(run->job->plan, run->pass, run->job->universe, &run->blocks));
    int error = make_tasks(run);
    if (error == 0)
        error = workers_run(w, run->tasks_count, block_task, run);
    link_blocks_release(&run->blocks);
    TRY(error);
    return say_done(run, 0, LINK_TASK_ALL, 0);
}

static void forget_rows(struct run *run, unsigned workers)
{
    for (unsigned i = 0; i < workers; i++) {
        mem_free(run->scratch[i].rows);
        mem_free(run->scratch[i].numbers);
        run->scratch[i].rows = NULL;
        run->scratch[i].numbers = NULL;
        run->scratch[i].capacity = 0;
    }
}

static int run_passes(struct run *run, struct workers *w)
{
    run->pairs_total = run->job->plan->pairs;
    for (run->pass = 0; run->pass < run->job->plan->passes; run->pass++) {
        run->width = pass_of(run)->from + pass_of(run)->slots;
        forget_rows(run, workers_count(w)); /* they were narrower */
        TRY(run_pass(run, w));
    }
    return 0;
}

int link_pairs_run(const struct link_pairs *job, struct workers *w, struct watch *watch)
{
    struct run run = {.job = job, .watch = watch};
    atomic_init(&run.pairs_done, job->looked_at);
    run.scratch = mem_calloc(workers_count(w), sizeof *run.scratch);
    REJECT_IF(!run.scratch, E_NOMEM);
    int error = job->plan->all ? run_all(&run, w) : run_passes(&run, w);
    forget_rows(&run, workers_count(w));
    mem_free(run.scratch);
    mem_free(run.tasks);
    return error;
}
