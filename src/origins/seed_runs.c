/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A task's records are sorted by part once, when they are put, so that a part of a run is one
 * stretch of it: in the spill space too. */
#include "origins/seed_runs.h"

#include <string.h>

#include "base/mem.h"

#define DIGIT_BITS 11
#define DIGITS (1u << DIGIT_BITS)

struct run {
    uint32_t *numbers; /* NULL: spilled, or empty */
    uint64_t spilled_at;
    uint32_t *starts; /* by part, and the end, in records; NULL: nothing was put */
};

struct seed_runs {
    unsigned numbers;
    uint32_t parts, tasks;
    struct run *runs;
    struct seed_space *space;
};

int seed_space_init(struct seed_space *s, size_t memory_bytes, struct spill *spill)
{
    *s = (struct seed_space){.spill = spill, .memory_left_bytes = memory_bytes};
    return pthread_mutex_init(&s->lock, NULL) == 0 ? 0 : E_NOMEM;
}

void seed_space_release(struct seed_space *s)
{
    pthread_mutex_destroy(&s->lock);
}

int seed_runs_new(unsigned numbers, uint32_t parts, uint32_t tasks, struct seed_space *space,
                  struct seed_runs **ret_runs)
{
    ASSERT(numbers <= SEED_RUNS_NUMBERS_MAX && parts <= SEED_RUNS_PARTS_MAX);
    struct seed_runs *r = mem_calloc(1, sizeof *r);
    REJECT_IF(!r, E_NOMEM);
    r->numbers = numbers;
    r->parts = parts;
    r->tasks = tasks;
    r->space = space;
    r->runs = mem_calloc(tasks ? tasks : 1, sizeof *r->runs);
    if (!r->runs) {
        mem_free(r);
        return E_NOMEM;
    }
    *ret_runs = r;
    return 0;
}

void seed_runs_free(struct seed_runs *r)
{
    if (!r)
        return;
    for (uint32_t i = 0; i < r->tasks; i++) {
        mem_free(r->runs[i].numbers);
        mem_free(r->runs[i].starts);
    }
    mem_free(r->runs);
    mem_free(r);
}

int seed_writer_reserve(struct seed_writer *w, size_t more)
{
    if (w->count + more <= w->capacity)
        return 0;
    size_t capacity = w->count + more + w->capacity / 2;
    uint32_t *room = mem_realloc(w->numbers, capacity * SEED_RUNS_NUMBERS_MAX * sizeof *room);
    REJECT_IF(!room, E_NOMEM);
    w->numbers = room;
    uint16_t *parts = mem_realloc(w->parts, capacity * sizeof *parts);
    REJECT_IF(!parts, E_NOMEM);
    w->parts = parts;
    w->capacity = capacity;
    return 0;
}

void seed_writer_release(struct seed_writer *w)
{
    mem_free(w->numbers);
    mem_free(w->parts);
    *w = (struct seed_writer){.count = 0};
}

static void sort_by_part(const struct seed_runs *r, const struct seed_writer *w, uint32_t *starts,
                         uint32_t *out)
{
    for (size_t i = 0; i < w->count; i++)
        starts[w->parts[i] + 1]++;
    for (uint32_t p = 0; p < r->parts; p++)
        starts[p + 1] += starts[p];
    for (size_t i = 0; i < w->count; i++)
        memcpy(out + (size_t)starts[w->parts[i]]++ * r->numbers, w->numbers + i * r->numbers,
               r->numbers * sizeof *out);
    memmove(starts + 1, starts, r->parts * sizeof *starts);
    starts[0] = 0;
}

/* Whether it may stay in memory; else it was put into the spill space. */
static int keep_or_spill(struct seed_space *s, struct run *run, size_t bytes, bool *ret_kept)
{
    int error = 0;
    pthread_mutex_lock(&s->lock);
    *ret_kept = !s->spill || bytes <= s->memory_left_bytes;
    if (*ret_kept) {
        s->memory_left_bytes -= bytes < s->memory_left_bytes ? bytes : s->memory_left_bytes;
    } else {
        run->spilled_at = s->bytes;
        s->bytes += bytes;
        error = spill_append(s->spill, run->numbers, bytes);
    }
    pthread_mutex_unlock(&s->lock);
    return error;
}

int seed_runs_put(struct seed_runs *r, uint32_t task, struct seed_writer *w)
{
    struct run *run = &r->runs[task];
    size_t bytes = w->count * r->numbers * sizeof *run->numbers;
    bool kept;
    if (w->count == 0)
        return 0;
    ASSERT(!run->starts && w->count < UINT32_MAX);
    run->starts = mem_calloc((size_t)r->parts + 1, sizeof *run->starts);
    run->numbers = mem_alloc(bytes);
    REJECT_IF(!run->starts || !run->numbers, E_NOMEM);
    sort_by_part(r, w, run->starts, run->numbers);
    w->count = 0;
    TRY(keep_or_spill(r->space, run, bytes, &kept));
    if (!kept) {
        mem_free(run->numbers);
        run->numbers = NULL;
    }
    return 0;
}

static int make_room(struct seed_part *p, size_t count)
{
    p->count = 0;
    if (count <= p->capacity)
        return 0;
    size_t capacity = count + count / 4;
    p->capacity = 0;
    mem_free(p->numbers);
    mem_free(p->room);
    p->numbers = mem_alloc(capacity * SEED_RUNS_NUMBERS_MAX * sizeof *p->numbers);
    p->room = mem_alloc(capacity * SEED_RUNS_NUMBERS_MAX * sizeof *p->room);
    REJECT_IF(!p->numbers || !p->room, E_NOMEM);
    p->capacity = capacity;
    return 0;
}

static int take_run(const struct seed_runs *r, const struct run *run, uint32_t part,
                    struct seed_part *to)
{
    size_t from = run->starts[part], count = run->starts[part + 1] - from;
    size_t record = r->numbers * sizeof(uint32_t);
    if (count == 0)
        return 0;
    uint32_t *out = to->numbers + to->count * r->numbers;
    to->count += count;
    if (run->numbers) {
        memcpy(out, run->numbers + from * r->numbers, count * record);
        return 0;
    }
    struct seed_space *s = r->space;
    pthread_mutex_lock(&s->lock);
    int error = spill_read(s->spill, run->spilled_at + from * record, out, count * record);
    pthread_mutex_unlock(&s->lock);
    return error;
}

int seed_runs_take(struct seed_runs *r, uint32_t part, struct seed_part *ret_part)
{
    size_t count = 0;
    for (uint32_t i = 0; i < r->tasks; i++) {
        const uint32_t *starts = r->runs[i].starts;
        count += starts ? starts[part + 1] - starts[part] : 0;
    }
    TRY(make_room(ret_part, count));
    for (uint32_t i = 0; i < r->tasks; i++) {
        if (r->runs[i].starts)
            TRY(take_run(r, &r->runs[i], part, ret_part));
    }
    return 0;
}

void seed_part_release(struct seed_part *p)
{
    mem_free(p->numbers);
    mem_free(p->room);
    *p = (struct seed_part){.count = 0};
}

/* numbers is known where it is called, so that records are copied as whole words. */
static inline __attribute__((always_inline)) void sort_digit(struct seed_part *p, unsigned numbers,
                                                             unsigned which, unsigned shift)
{
    size_t starts[DIGITS] = {0}, sum = 0;
    for (size_t i = 0; i < p->count; i++)
        starts[p->numbers[i * numbers + which] >> shift & (DIGITS - 1)]++;
    for (unsigned d = 0; d < DIGITS; d++) {
        size_t here = starts[d];
        starts[d] = sum;
        sum += here;
    }
    for (size_t i = 0; i < p->count; i++) {
        const uint32_t *from = p->numbers + i * numbers;
        size_t to = starts[from[which] >> shift & (DIGITS - 1)]++;
        memcpy(p->room + to * numbers, from, numbers * sizeof *from);
    }
    uint32_t *sorted = p->room;
    p->room = p->numbers;
    p->numbers = sorted;
}

void seed_part_sort(struct seed_part *p, unsigned numbers, unsigned which, unsigned bits)
{
    ASSERT(numbers == 3 || numbers == 4);
    for (unsigned shift = 0; shift < bits; shift += DIGIT_BITS) {
        if (numbers == 3)
            sort_digit(p, 3, which, shift);
        else
            sort_digit(p, 4, which, shift);
    }
}
