/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A record's blocks in the earlier passes are gathered once for each block it is in, so that the
 * many comparisons of "has an earlier pass this pair?" run through memory that lies together. */
#include <stdatomic.h>

#include "base/mem.h"
#include "link/pairs.h"

#define TASK_PAIRS (1u << 18)

struct task {
    size_t from, to; /* rows */
};

/* Of one worker. */
struct scratch {
    uint64_t *blocks; /* per row of the gathered: its blocks, pass after pass */
    size_t capacity;
    size_t pairs_count;
    struct link_pair pairs[LINK_PAIRS_AT_ONCE];
};

struct run {
    const struct link_pairs *job;
    struct watch *watch;
    unsigned pass, width; /* width: blocks of a row, of this pass and all before */
    uint64_t part;
    const struct link_entry *entries;
    size_t count;
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
    return run->job->is_done &&
           run->job->is_done(run->job->arg, LINK_TASK(run->pass, run->part, place));
}

static int say_done(const struct run *run, unsigned worker, size_t place, uint64_t pairs)
{
    if (!run->job->done)
        return 0;
    return run->job->done(run->job->arg, worker, LINK_TASK(run->pass, run->part, place), pairs);
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

/* One past the last entry of the block that entry i is in; lower: its first. */
static void block_around(const struct run *run, size_t i, size_t *ret_first, size_t *ret_end)
{
    const struct link_entry *e = run->entries;
    size_t low = 0, high = i; /* the first of the block is in [low, high] */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (e[middle].hash == e[i].hash)
            high = middle;
        else
            low = middle + 1;
    }
    *ret_first = high;
    low = i;
    high = run->count; /* the last of the block is in [low, high) */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (e[middle].hash == e[i].hash)
            low = middle;
        else
            high = middle;
    }
    *ret_end = high;
}

static int gather(struct run *run, struct scratch *s, size_t from, size_t to)
{
    size_t needed = (to - from) * run->width;
    if (needed > s->capacity) {
        mem_free(s->blocks);
        s->capacity = 0;
        s->blocks = mem_alloc(needed * 2 * sizeof *s->blocks);
        REJECT_IF(!s->blocks, E_NOMEM);
        s->capacity = needed * 2;
    }
    uint64_t blocks[LINK_BLOCKS_MAX], *at = s->blocks;
    for (size_t i = from; i < to; i++) {
        for (unsigned p = 0; p <= run->pass; p++) {
            const struct link_pass *pass = &run->job->plan->pass[p];
            unsigned n =
                link_pass_blocks(pass, run->job->universe->records, run->entries[i].record, blocks);
            for (unsigned k = 0; k < pass->slots; k++)
                *at++ = k < n ? blocks[k] : 0;
        }
    }
    return 0;
}

/* The smallest that both have; 0 when none. */
static uint64_t shared(const uint64_t *a, const uint64_t *b, unsigned slots)
{
    if (slots == 1)
        return a[0] == b[0] ? a[0] : 0;
    uint64_t smallest = 0;
    for (unsigned i = 0; i < slots && a[i] != 0; i++) {
        for (unsigned j = 0; j < slots && b[j] != 0; j++) {
            if (a[i] == b[j] && (smallest == 0 || a[i] < smallest))
                smallest = a[i];
        }
    }
    return smallest;
}

/* Whether the pair is this block's: no earlier pass has it, nor another block of this pass. */
static bool is_ours(const struct run *run, const uint64_t *a, const uint64_t *b, uint64_t block)
{
    for (unsigned p = 0; p < run->pass; p++) {
        unsigned slots = run->job->plan->pass[p].slots;
        if (shared(a, b, slots) != 0)
            return false;
        a += slots;
        b += slots;
    }
    unsigned slots = pass_of(run)->slots;
    return slots == 1 || shared(a, b, slots) == block;
}

/* Rows from .. to of a block that ends at end. */
static int pair_rows(struct run *run, unsigned worker, size_t from, size_t to, size_t end,
                     size_t reach, uint64_t *pairs)
{
    struct scratch *s = &run->scratch[worker];
    const struct link_universe *u = run->job->universe;
    size_t gathered = to - 1 + reach < end ? to + reach : end;
    TRY(gather(run, s, from, gathered));
    for (size_t i = from; i < to; i++) {
        const struct link_entry *a = &run->entries[i];
        const uint64_t *blocks_a = s->blocks + (i - from) * run->width;
        size_t last = end - i > reach ? i + reach : end - 1;
        *pairs += last - i;
        if (!row_is_taken(run, a->position))
            continue;
        for (size_t j = i + 1; j <= last; j++) {
            const struct link_entry *b = &run->entries[j];
            if (link_universe_has(u, a->record, b->record) &&
                is_ours(run, blocks_a, s->blocks + (j - from) * run->width, a->hash))
                TRY(put(run, worker, a->record, b->record));
        }
    }
    return 0;
}

static size_t reach_in(const struct run *run, size_t size)
{
    return size > pass_of(run)->block_max ? LINK_NEIGHBOURS : size;
}

static int block_task(void *arg, size_t index, unsigned worker)
{
    struct run *run = arg;
    struct task t = run->tasks[index];
    uint64_t pairs = 0;
    if (is_done(run, index))
        return 0;
    for (size_t i = t.from; i < t.to;) {
        size_t first, end;
        block_around(run, i, &first, &end);
        size_t to = end < t.to ? end : t.to;
        if (end - i > 1)
            TRY(pair_rows(run, worker, i, to, end, reach_in(run, end - first), &pairs));
        i = to;
    }
    return end_task(run, worker, index, pairs);
}

static int make_tasks(struct run *run)
{
    const struct link_entry *e = run->entries;
    size_t from = 0, end;
    uint64_t pairs = 0;
    run->tasks_count = 0;
    for (size_t first = 0; first < run->count; first = end) {
        for (end = first + 1; end < run->count && e[end].hash == e[first].hash;)
            end++;
        size_t reach = reach_in(run, end - first);
        for (size_t i = first; i < end; i++) {
            pairs += end - i - 1 < reach ? end - i : reach; /* and one for looking at it */
            if (pairs >= TASK_PAIRS || i + 1 == run->count) {
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
    run->width += pass_of(run)->slots;
    for (run->part = 0; run->part < 1u << run->job->part_bits; run->part++) {
        struct link_entry *entries;
        if (is_done(run, LINK_TASK_ALL))
            continue;
        TRY(link_pass_sort(pass_of(run), run->job->universe, run->job->part_bits, run->part, w,
                           &entries, &run->count));
        run->entries = entries;
        int error = make_tasks(run);
        if (error == 0)
            error = workers_run(w, run->tasks_count, block_task, run);
        mem_free(entries);
        TRY(error);
        TRY(say_done(run, 0, LINK_TASK_ALL, 0));
    }
    return 0;
}

static int run_passes(struct run *run, struct workers *w)
{
    run->pairs_total = run->job->plan->pairs;
    for (run->pass = 0; run->pass < run->job->plan->passes; run->pass++)
        TRY(run_pass(run, w));
    return 0;
}

int link_pairs_run(const struct link_pairs *job, struct workers *w, struct watch *watch)
{
    struct run run = {.job = job, .watch = watch};
    atomic_init(&run.pairs_done, job->looked_at);
    run.scratch = mem_calloc(workers_count(w), sizeof *run.scratch);
    REJECT_IF(!run.scratch, E_NOMEM);
    int error = job->plan->all ? run_all(&run, w) : run_passes(&run, w);
    for (unsigned i = 0; i < workers_count(w); i++)
        mem_free(run.scratch[i].blocks);
    mem_free(run.scratch);
    mem_free(run.tasks);
    return error;
}
