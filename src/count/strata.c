/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "count/number.h"
#include "count/strata.h"

#include "base/mem.h"
#include "base/rng.h"

/* A stream that no estimator uses. */
#define STREAM UINT64_C(0x7374726100000000)

struct summing {
    const struct count_stratum *strata;
    size_t count;
    uint64_t seed;
    double *sums;
    uint32_t *order;
};

static const struct count_estimate *find(const struct count_stratum *s, const char *id)
{
    for (size_t i = 0; i < s->estimate_count; i++) {
        if (strcmp(s->estimates[i].id, id) == 0)
            return &s->estimates[i];
    }
    return NULL;
}

static bool is_empty(const struct count_stratum *s)
{
    return s->data->documented.persons == 0;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void shuffle(uint32_t *order, struct rng *rng)
{
    for (uint32_t i = 0; i < COUNT_STRATA_SUMS; i++)
        order[i] = i;
    for (uint32_t i = COUNT_STRATA_SUMS - 1; i > 0; i--) {
        uint32_t j = (uint32_t)rng_below(rng, i + 1), kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

/* A stratum's order is the same for all estimators. */
static void add_draws(struct summing *s, size_t stratum, const struct count_estimate *e)
{
    struct rng rng;
    rng_init(&rng, s->seed, STREAM + stratum);
    shuffle(s->order, &rng);
    for (uint32_t i = 0; i < COUNT_STRATA_SUMS; i++)
        s->sums[i] += count_spread_quantile(e->spread, (s->order[i] + 0.5) / COUNT_STRATA_SUMS);
}

static void put_spread(struct summing *s, struct count_estimate *to)
{
    const uint32_t part = COUNT_STRATA_SUMS / COUNT_SPREAD;
    _Static_assert(COUNT_STRATA_SUMS % (2 * COUNT_SPREAD) == 0, "the middle lies between two sums");
    qsort(s->sums, COUNT_STRATA_SUMS, sizeof *s->sums, compare);
    for (uint32_t i = 0; i < COUNT_SPREAD; i++) {
        const double *middle = &s->sums[i * part + part / 2];
        to->spread[i] = (middle[-1] + middle[0]) / 2;
    }
    to->has_spread = to->has_interval = true;
    to->low = count_spread_quantile(to->spread, 0.025);
    to->high = count_spread_quantile(to->spread, 0.975);
}

/* Names the strata without an answer; false when there is none. */
static bool put_lacking(const struct summing *s, struct count_estimate *to)
{
    size_t lacking = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct count_estimate *e = find(&s->strata[i], to->id);
        lacking += !is_empty(&s->strata[i]) && !(e && e->given);
    }
    if (lacking == 0)
        return false;
    count_estimate_warn(to, COUNT_WARN_PARTIAL);
    count_estimate_detail(to, "No answer in %s of %s strata:", NUMBER(lacking), NUMBER(s->count));
    for (size_t i = 0, named = 0; i < s->count && named < 4; i++) {
        const struct count_estimate *e = find(&s->strata[i], to->id);
        if (!is_empty(&s->strata[i]) && !(e && e->given))
            count_estimate_detail(to, "%.*s%s", COUNT_SHORT(s->strata[i].data->name),
                                  ++named == lacking ? "."
                                  : named < 4        ? ","
                                                     : ", ...");
    }
    return true;
}

static void sum(struct summing *s, struct count_estimate *to)
{
    bool have_spreads = true, posteriors = true;
    uint64_t documented = 0;
    if (put_lacking(s, to))
        return;
    memset(s->sums, 0, COUNT_STRATA_SUMS * sizeof *s->sums);
    for (size_t i = 0; i < s->count; i++) {
        const struct count_estimate *e = find(&s->strata[i], to->id);
        if (is_empty(&s->strata[i]))
            continue;
        documented += s->strata[i].data->documented.persons;
        to->n += e->n;
        to->mean += e->mean;
        to->warnings |= e->warnings;
        have_spreads &= e->has_spread;
        posteriors &= e->mean > 0;
        if (e->has_spread)
            add_draws(s, i, e);
    }
    to->given = true;
    if (have_spreads)
        put_spread(s, to);
    if (!posteriors)
        to->mean = 0;
    else if (have_spreads)
        to->n = count_spread_quantile(to->spread, 0.5);
    count_estimate_finish(to, documented);
}

/* Every id that any stratum has, in the order of the stratum that has the most of them: all have
 * the same order and differ in what is missing. */
static size_t list_ids(const struct summing *s, struct count_estimate *totals, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++) {
        size_t at = 0;
        for (size_t j = 0; j < s->strata[i].estimate_count; j++) {
            const struct count_estimate *e = &s->strata[i].estimates[j];
            size_t found = 0;
            while (found < count && strcmp(totals[found].id, e->id) != 0)
                found++;
            if (found == count && count < room) {
                memmove(&totals[at + 1], &totals[at], (count - at) * sizeof *totals);
                count_estimate_init(&totals[at], e->id, e->name, e->assumes);
                found = at;
                count++;
            }
            at = found + 1;
        }
    }
    return count;
}

int count_strata_totals(const struct count_stratum *strata, size_t count, uint64_t seed,
                        struct arena *memory, struct count_estimate **ret_totals, size_t *ret_count)
{
    struct summing s = {.strata = strata, .count = count, .seed = seed};
    struct count_estimate *totals = arena_alloc(memory, COUNT_ESTIMATES_MAX * sizeof *totals);
    s.sums = mem_alloc(COUNT_STRATA_SUMS * sizeof *s.sums);
    s.order = mem_alloc(COUNT_STRATA_SUMS * sizeof *s.order);
    int error = totals && s.sums && s.order ? 0 : E_NOMEM;
    size_t total_count = error == 0 ? list_ids(&s, totals, COUNT_ESTIMATES_MAX) : 0;
    for (size_t i = 0; i < total_count; i++)
        sum(&s, &totals[i]);
    mem_free(s.sums);
    mem_free(s.order);
    if (error == 0) {
        *ret_totals = totals;
        *ret_count = total_count;
    }
    return error;
}
