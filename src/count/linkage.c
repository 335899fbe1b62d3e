/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "count/linkage.h"

#include <math.h>

#include "base/mem.h"

#define SHIFTS (2 * COUNT_WRONG_SHARES)
/* Streams that no estimator uses. */
#define STREAM UINT64_C(0x6c696e6b00000000)

static const unsigned percents[COUNT_WRONG_SHARES] = {5, 10, 20};

static unsigned lists_in(unsigned history)
{
    return (unsigned)__builtin_popcount(history);
}

uint64_t count_linkage_links(const struct count_table *t)
{
    uint64_t links = 0;
    for (unsigned h = 1; h < 1u << t->lists; h++)
        links += t->cells[h] * (lists_in(h) - 1);
    return links;
}

/* The history of a link, all links alike. */
static unsigned draw_history(const struct count_table *t, uint64_t links, struct rng *rng)
{
    uint64_t at = rng_below(rng, links);
    unsigned h = 1;
    for (;; h++) {
        uint64_t here = t->cells[h] * (lists_in(h) - 1);
        if (at < here)
            return h;
        at -= here;
    }
}

/* One part of a history that is cut at a random link: the lists in random order, and the first few
 * of them. */
static unsigned draw_part(unsigned history, struct rng *rng)
{
    unsigned part = 0, size = 1 + (unsigned)rng_below(rng, lists_in(history) - 1);
    for (; size > 0; size--) {
        unsigned left = history & ~part;
        for (uint64_t skip = rng_below(rng, lists_in(left)); skip > 0; skip--)
            left &= left - 1;
        part |= left & -left;
    }
    return part;
}

/* Breaks links of the table itself, each time of what it has become. */
static void break_links(struct count_table *t, uint64_t links, uint64_t wanted, uint64_t block,
                        struct rng *rng)
{
    while (wanted > 0 && links > 0) {
        unsigned h = draw_history(t, links, rng), part = draw_part(h, rng);
        uint64_t persons = t->cells[h] < block ? t->cells[h] : block;
        persons = persons < wanted ? persons : wanted;
        t->cells[h] -= persons;
        t->cells[part] += persons;
        t->cells[h & ~part] += persons;
        links -= persons;
        wanted -= persons;
    }
}

/* Links are drawn from those found, and not from those that were merged on the way. */
static void merge_persons(const struct count_table *found, struct count_table *t, uint64_t links,
                          uint64_t wanted, uint64_t block, struct rng *rng)
{
    unsigned tries = 0;
    while (wanted > 0 && tries < COUNT_LINKAGE_TRIES) {
        unsigned h = draw_history(found, links, rng), part = draw_part(h, rng);
        uint64_t persons = block < wanted ? block : wanted;
        persons = persons < t->cells[part] ? persons : t->cells[part];
        persons = persons < t->cells[h & ~part] ? persons : t->cells[h & ~part];
        t->cells[part] -= persons;
        t->cells[h & ~part] -= persons;
        t->cells[h] += persons;
        wanted -= persons;
        tries = persons > 0 ? 0 : tries + 1;
    }
}

/* A whole number whose mean is x. */
static uint64_t round_at_random(double x, struct rng *rng)
{
    return (uint64_t)floor(x + rng_unit(rng));
}

void count_linkage_without(const struct count_table *t, enum count_wrong wrong, double share,
                           struct rng *rng, struct count_table *ret_table)
{
    uint64_t links = count_linkage_links(t);
    double mistakes = (double)links * (wrong == COUNT_WRONG_MISSED ? share / (1 - share) : share);
    uint64_t wanted = round_at_random(mistakes, rng);
    uint64_t block = wanted / COUNT_LINKAGE_STEPS + 1;
    *ret_table = *t;
    if (links == 0)
        return;
    if (wrong == COUNT_WRONG_MISSED)
        merge_persons(t, ret_table, links, wanted, block, rng);
    else
        break_links(ret_table, links, wanted, block, rng);
}

struct shifting {
    const struct count_table *table;
    uint64_t seed;
    unsigned repetitions;
};

static unsigned repetitions_for(unsigned lists)
{
    return lists <= 5 ? COUNT_LINKAGE_REPETITIONS : lists == 6 ? 10 : 6;
}

static enum count_wrong wrong_of(size_t shift)
{
    return shift < COUNT_WRONG_SHARES ? COUNT_WRONG_MISSED : COUNT_WRONG_FALSE;
}

static unsigned percent_of(size_t shift)
{
    return percents[shift % COUNT_WRONG_SHARES];
}

static void table_of(const void *arg, size_t index, struct count_table *ret_table)
{
    const struct shifting *s = arg;
    size_t shift = index / s->repetitions;
    struct rng rng;
    rng_init(&rng, s->seed, STREAM + index);
    count_linkage_without(s->table, wrong_of(shift), percent_of(shift) / 100.0, &rng, ret_table);
}

static double mean_documented(const struct shifting *s, size_t shift)
{
    double sum = 0;
    for (size_t i = 0; i < s->repetitions; i++) {
        struct count_table table;
        table_of(s, shift * s->repetitions + i, &table);
        sum += (double)count_table_n(&table);
    }
    return sum / s->repetitions;
}

static int pool(const struct shifting *s, const struct count_estimate *runs, size_t size,
                struct arena *memory, struct count_shift *shifts)
{
    for (size_t i = 0; i < SHIFTS; i++) {
        struct count_shift *shift = &shifts[i];
        shift->wrong = wrong_of(i);
        shift->percent = percent_of(i);
        shift->repetitions = s->repetitions;
        shift->documented = mean_documented(s, i);
        shift->estimate_count = size;
        TRY(count_panel_pool(&runs[i * s->repetitions * size], size, s->repetitions, memory,
                             &shift->estimates));
    }
    return 0;
}

int count_linkage_shifts(const struct count_table *t, const struct count_options *options,
                         const struct count_means *means, struct arena *memory,
                         struct count_shift **ret_shifts, size_t *ret_count)
{
    const struct shifting s = {
        .table = t, .seed = means->seed, .repetitions = repetitions_for(t->lists)};
    const size_t count = SHIFTS * s.repetitions;
    size_t size = count_panel_size(t->lists, options->estimators);
    if (size == 0 || count_linkage_links(t) == 0) {
        *ret_count = 0;
        return 0;
    }
    struct count_estimate *runs = mem_alloc(count * size * sizeof *runs);
    struct count_shift *shifts = arena_alloc(memory, SHIFTS * sizeof *shifts);
    int error = runs && shifts ? 0 : E_NOMEM;
    if (error == 0)
        error = count_panel_run(count, table_of, &s, options, means, "wrong linkages", runs);
    if (error == 0)
        error = pool(&s, runs, size, memory, shifts);
    mem_free(runs);
    if (error == 0) {
        *ret_shifts = shifts;
        *ret_count = SHIFTS;
    }
    return error;
}
