/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "count/pool.h"

#include "base/mem.h"

struct pooling {
    const struct count_estimate *runs;
    size_t step, count;
    double *points; /* count * COUNT_SPREAD */
    size_t given;
    bool have_spreads;
};

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static const struct count_estimate *run_at(const struct pooling *p, size_t i)
{
    return &p->runs[i * p->step];
}

/* The median of one number of each run that has an answer. */
static double median(struct pooling *p)
{
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (run_at(p, i)->given)
            p->points[count++] = run_at(p, i)->n;
    }
    qsort(p->points, count, sizeof *p->points, compare);
    return (p->points[(count - 1) / 2] + p->points[count / 2]) / 2;
}

static double mean_of_means(const struct pooling *p)
{
    double sum = 0;
    for (size_t i = 0; i < p->count; i++)
        sum += run_at(p, i)->given ? run_at(p, i)->mean : 0;
    return sum / (double)p->given;
}

static void mix(struct pooling *p, struct count_estimate *to)
{
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (!run_at(p, i)->given)
            continue;
        memcpy(p->points + count, run_at(p, i)->spread, sizeof to->spread);
        count += COUNT_SPREAD;
    }
    qsort(p->points, count, sizeof *p->points, compare);
    /* The quantile at (i + 0.5) / COUNT_SPREAD is the middle of the i-th of as many equal parts. */
    size_t part = count / COUNT_SPREAD;
    for (size_t i = 0; i < COUNT_SPREAD; i++)
        to->spread[i] = (p->points[i * part + (part - 1) / 2] + p->points[i * part + part / 2]) / 2;
    to->has_spread = to->has_interval = true;
    to->low = count_spread_quantile(to->spread, 0.025);
    to->high = count_spread_quantile(to->spread, 0.975);
}

static void put_warnings(const struct pooling *p, struct count_estimate *to)
{
    size_t most = 0;
    enum count_warning reason = COUNT_WARN_NOT_IDENTIFIABLE;
    for (enum count_warning w = 0; w < COUNT_WARNING_COUNT; w++) {
        size_t with = 0;
        for (size_t i = 0; i < p->count; i++)
            with += count_estimate_has(run_at(p, i), w);
        if (w > COUNT_WARNING_STOPS && with * 2 >= p->count)
            count_estimate_warn(to, w);
        if (w <= COUNT_WARNING_STOPS && with > most) {
            most = with;
            reason = w;
        }
    }
    if (!to->given)
        count_estimate_warn(to, reason);
    if (p->given < p->count)
        count_estimate_detail(to, "%zu of %zu linkages gave no answer.", p->count - p->given,
                              p->count);
}

static bool same_model(const struct pooling *p)
{
    for (size_t i = 1; i < p->count; i++) {
        if (strcmp(run_at(p, i)->model, run_at(p, 0)->model) != 0)
            return false;
    }
    return true;
}

int count_pool(const struct count_estimate *runs, size_t step, size_t count,
               struct count_estimate *ret_pooled)
{
    struct pooling p = {.runs = runs, .step = step, .count = count, .have_spreads = true};
    struct count_estimate to;
    ASSERT(count > 0);
    count_estimate_init(&to, runs->id, runs->name, runs->assumes);
    p.points = mem_alloc(count * COUNT_SPREAD * sizeof *p.points);
    REJECT_IF(!p.points, E_NOMEM);
    for (size_t i = 0; i < count; i++) {
        p.given += run_at(&p, i)->given;
        p.have_spreads &= !run_at(&p, i)->given || run_at(&p, i)->has_spread;
    }
    to.given = p.given > 0 && (double)p.given >= COUNT_POOL_LEAST * (double)count;
    if (to.given) {
        to.n = median(&p);
        to.mean = mean_of_means(&p);
        if (p.have_spreads)
            mix(&p, &to);
        if (same_model(&p))
            memcpy(to.model, runs->model, sizeof to.model);
    }
    put_warnings(&p, &to);
    mem_free(p.points);
    *ret_pooled = to;
    return 0;
}
