/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/chance.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

#define PAIRS 250000u /* drawn, and as many values put together */
#define TASKS 64u
#define TRIES 16
#define SAYS_LITTLE 0.03 /* a field in which so many pairs agree by chance */
#define EXPECTED_MIN 5.0 /* pairs of a block that are to agree by chance, to see that they do not */
#define MEASURED_MIN 1000u /* pairs drawn, to be told anything by them */

/* Pairs of one list, or of two. */
struct block {
    double all[LINK_LEVELS_MAX], mixed[LINK_LEVELS_MAX];
};

struct counts {
    struct block of[LINK_LISTS_MAX * (LINK_LISTS_MAX + 1) / 2];
};

struct measuring {
    const struct link_universe *u;
    uint64_t seed;
    struct watch *watch;
    unsigned field, levels;
    struct counts *counts; /* per worker; [0] holds all in the end */
};

static struct block *block_of(struct counts *c, unsigned a, unsigned b)
{
    unsigned low = a < b ? a : b, high = a + b - low;
    return &c->of[high * (high + 1) / 2 + low];
}

/* The chance that two records agree. */
static double agreeing(const struct link_records *r, unsigned field)
{
    double present = (double)(link_records_count(r) - link_value_frequency(r, field, 0)), sum = 0;
    for (uint32_t value = 1; value < link_field_values(r, field); value++) {
        double frequency = link_value_frequency(r, field, value);
        sum += frequency * (frequency - 1);
    }
    return present > 1 ? sum / present / (present - 1) : 1;
}

/* The first of whole names; of texts where nobody has a name. */
static bool find_field(const struct link_records *r, unsigned *ret_field, bool *ret_alone)
{
    unsigned telling = 0, first[LINK_KIND_COUNT];
    memset(first, 0xFF, sizeof first);
    for (unsigned f = link_records_fields(r); f-- > 0;) {
        telling += agreeing(r, f) < SAYS_LITTLE;
        first[link_field_kind(r, f)] = f;
    }
    bool parts = first[LINK_GIVEN_NAME] != UINT_MAX || first[LINK_FAMILY_NAME] != UINT_MAX;
    *ret_alone = telling <= 1;
    *ret_field =
        first[LINK_FULL_NAME] != UINT_MAX || parts ? first[LINK_FULL_NAME] : first[LINK_TEXT];
    return *ret_field != UINT_MAX;
}

static uint32_t draw(const struct link_universe *u, struct rng *rng)
{
    return u->order[rng_below(rng, u->count)];
}

static uint32_t draw_of_list(const struct link_universe *u, unsigned list, struct rng *rng)
{
    uint32_t record = draw(u, rng);
    for (unsigned i = 0; i < TRIES && u->list[record] != list; i++)
        record = draw(u, rng);
    return record;
}

static int count_task(void *arg, size_t task, unsigned worker)
{
    struct measuring *m = arg;
    const struct link_universe *u = m->u;
    uint8_t levels[LINK_LEVELS_MAX > LINK_FIELDS_MAX ? LINK_LEVELS_MAX : LINK_FIELDS_MAX];
    uint32_t from[LINK_MIXED_MAX];
    struct rng rng;
    struct link_scratch *scratch = link_scratch_new(u->records);
    REJECT_IF(!scratch, E_NOMEM);
    rng_init(&rng, m->seed, task + 3000);
    for (unsigned i = 0; i < PAIRS / TASKS; i++) {
        uint32_t a = draw(u, &rng);
        from[0] = draw(u, &rng);
        if (a == from[0] || !link_universe_has(u, a, from[0]))
            continue;
        struct block *block = block_of(&m->counts[worker], u->list[a], u->list[from[0]]);
        link_compare_all(u->records, a, from[0], levels, scratch);
        block->all[levels[m->field]]++;
        for (unsigned k = 1; k < LINK_MIXED_MAX; k++)
            from[k] = draw_of_list(u, u->list[from[0]], &rng);
        block->mixed[link_compare_mixed(u->records, m->field, a, from, scratch)]++;
    }
    link_scratch_free(scratch);
    return watch_stopped(m->watch) ? E_STOPPED : 0;
}

static void add_counts(struct counts *into, const struct counts *from)
{
    for (size_t i = 0; i < COUNT_OF(into->of); i++) {
        for (unsigned level = 0; level < LINK_LEVELS_MAX; level++) {
            into->of[i].all[level] += from->of[i].all[level];
            into->of[i].mixed[level] += from->of[i].mixed[level];
        }
    }
}

/* From a level on: the share of those counted. */
static void make_tails(const double *counts, unsigned levels, double tails[LINK_LEVELS_MAX],
                       double *ret_sum)
{
    double sum = 0;
    for (unsigned level = levels - 1; level > LINK_LEVEL_MISSING; level--)
        tails[level] = sum += counts[level];
    for (unsigned level = 1; level < levels && sum > 0; level++)
        tails[level] /= sum;
    *ret_sum = sum;
}

static double pairs_of(const struct link_universe *u, unsigned a, unsigned b)
{
    double of_a = 0, of_b = 0;
    for (uint32_t i = 0; i < u->count; i++) {
        of_a += u->list[i] == a;
        of_b += u->list[i] == b;
    }
    return a == b ? of_a * (of_a - 1) / 2 : of_a * of_b;
}

/* In how much fewer pairs of a block than by chance; rarer becomes the least. Two that are the same
 * may be none at all only because the lists are written in two scripts. */
static void lower(const struct block *block, double pairs, unsigned levels, double *rarer)
{
    double all[LINK_LEVELS_MAX], mixed[LINK_LEVELS_MAX], drawn, made;
    make_tails(block->all, levels, all, &drawn);
    make_tails(block->mixed, levels, mixed, &made);
    if (drawn < MEASURED_MIN || made < MEASURED_MIN)
        return;
    for (unsigned level = LINK_LEVEL_DIFFERENT + 1; level + 1 < levels; level++) {
        double expected = mixed[level] * fmin(pairs, drawn);
        if (expected >= EXPECTED_MIN)
            rarer[level] = fmin(rarer[level], (all[level] * fmin(pairs, drawn) + 0.5) / expected);
    }
    rarer[levels - 1] = rarer[levels - 2];
}

static void conclude(const struct measuring *m, struct link_chance *chance)
{
    struct block whole = {.all = {0}};
    double rarer[LINK_LEVELS_MAX], all[LINK_LEVELS_MAX], mixed[LINK_LEVELS_MAX], drawn, made;
    for (unsigned level = 0; level < LINK_LEVELS_MAX; level++)
        rarer[level] = 1;
    for (unsigned b = 0; b < LINK_LISTS_MAX; b++) {
        for (unsigned a = 0; a <= b; a++) {
            const struct block *block = block_of(m->counts, a, b);
            for (unsigned level = 0; level < m->levels; level++) {
                whole.all[level] += block->all[level];
                whole.mixed[level] += block->mixed[level];
            }
            if (a < link_records_lists(m->u->records) && b < link_records_lists(m->u->records))
                lower(block, pairs_of(m->u, a, b), m->levels, rarer);
        }
    }
    make_tails(whole.all, m->levels, all, &drawn);
    make_tails(whole.mixed, m->levels, mixed, &made);
    chance->known = drawn >= MEASURED_MIN && made >= MEASURED_MIN;
    double before = 0, all_before = 0;
    for (unsigned level = m->levels - 1; level > 0 && chance->known; level--) {
        double tail = level == LINK_LEVEL_DIFFERENT
                          ? 1
                          : fmax(before, fmin(all[level], mixed[level] * rarer[level]));
        chance->u[level] = tail - before;
        chance->all[level] = all[level] - all_before;
        before = tail;
        all_before = all[level];
    }
}

int link_chance_measure(const struct link_universe *u, uint64_t seed, struct workers *w,
                        struct watch *watch, struct link_chance *ret_chance)
{
    struct measuring m = {.u = u, .seed = seed, .watch = watch};
    *ret_chance = (struct link_chance){.known = false};
    if (u->count < 2 || !find_field(u->records, &m.field, &ret_chance->alone))
        return 0;
    m.levels = link_field_levels(u->records, m.field);
    m.counts = mem_calloc(workers_count(w), sizeof *m.counts);
    REJECT_IF(!m.counts, E_NOMEM);
    int error = workers_run(w, TASKS, count_task, &m);
    for (unsigned i = 1; i < workers_count(w); i++)
        add_counts(&m.counts[0], &m.counts[i]);
    ret_chance->field = m.field;
    if (error == 0)
        conclude(&m, ret_chance);
    mem_free(m.counts);
    return error;
}
