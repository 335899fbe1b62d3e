/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A model's log density at u is its value at the reference plus the steps of the terms of its
 * cliques, less those of its separators: a few additions of eight values each from a table that all
 * models share. The table of one panel, 2^lists times eight values, stays in the nearest cache
 * while all models of a range go by. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "count/graph_fits_internal.h"

/* Graphs are cut into at most so many ranges, of no fewer sets of edges than these. */
#define RANGES_MAX 64
#define RANGE_SETS_MIN 1024

int graph_fits_init(struct graph_fits *fits, struct graph_terms *terms,
                    const struct count_means *means)
{
    *fits = (struct graph_fits){.terms = terms, .means = means};
    uint32_t sets = graphs_edge_sets(terms->lists), size = sets / RANGES_MAX;
    if (size < RANGE_SETS_MIN)
        size = sets < RANGE_SETS_MIN ? sets : RANGE_SETS_MIN;
    fits->range_count = sets / size;
    fits->ranges = mem_calloc(fits->range_count, sizeof *fits->ranges);
    REJECT_IF(!fits->ranges, E_NOMEM);
    for (size_t i = 0; i < fits->range_count; i++) {
        struct graph_fits_range *r = &fits->ranges[i];
        r->from = (uint32_t)i * size;
        r->below = r->from + size;
        r->best = r->likely = -INFINITY;
    }
    return 0;
}

void graph_fits_release(struct graph_fits *fits)
{
    for (size_t i = 0; i < fits->range_count; i++) {
        mem_free(fits->ranges[i].fits);
        mem_free(fits->ranges[i].peaks);
    }
    mem_free(fits->ranges);
    fits->ranges = NULL;
    fits->range_count = 0;
}

int graph_fits_table(const struct graph_terms *t, const double *u, size_t count, lanes **ret_steps)
{
    size_t sets = (size_t)1 << t->lists;
    lanes *steps = mem_calloc(count / LANES * sets, sizeof *steps);
    REJECT_IF(!steps, E_NOMEM);
    for (size_t i = 0; i < count / LANES; i++)
        graph_terms_steps(t, u + i * LANES, steps + i * sets);
    *ret_steps = steps;
    return 0;
}

/* The density of all models together */

struct sum {
    struct graph_fits *fits;
    size_t count; /* places */
    const lanes *steps;
    double *f; /* count values for each range */
    const double *weights;
};

static int sum_range(void *arg, size_t index, unsigned worker)
{
    (void)worker;
    const struct sum *s = arg;
    const struct graph_fits_range *r = &s->fits->ranges[index];
    REJECT_IF(watch_stopped(s->fits->means->watch), E_STOPPED);
    size_t sets = (size_t)1 << s->fits->terms->lists;
    for (size_t i = 0; i < s->count; i += LANES) {
        const lanes *steps = s->steps + i / LANES * sets;
        lanes sum = {0};
        for (size_t k = 0; k < r->count; k++) {
            lanes f = r->fits[k].value - (lanes){0};
            fit_add_steps(&r->fits[k], steps, &f);
            lanes_exp(&f);
            sum += f;
        }
        *(lanes *)(s->f + index * s->count + i) = sum;
    }
    return 0;
}

/* Threads only where there is enough to do for them: to wake them costs some microseconds. */
static struct workers *workers_for(const struct graph_fits *fits, size_t places)
{
    return fits->kept * places > 20000 ? fits->means->workers : NULL;
}

static int density_at(void *arg, const double *u, size_t count, double *ret_f)
{
    struct graph_fits *fits = arg;
    struct sum s = {.fits = fits, .count = count};
    s.f = mem_calloc(fits->range_count, count * sizeof *s.f);
    REJECT_IF(!s.f, E_NOMEM);
    lanes *steps = NULL;
    int error = graph_fits_table(fits->terms, u, count, &steps);
    s.steps = steps;
    if (error == 0)
        error = workers_run(workers_for(fits, count), fits->range_count, sum_range, &s);
    for (size_t i = 0; error == 0 && i < count; i++) {
        ret_f[i] = 0;
        for (size_t r = 0; r < fits->range_count; r++)
            ret_f[i] += s.f[r * count + i];
    }
    mem_free(steps);
    mem_free(s.f);
    return error;
}

struct unseen_density graph_fits_density(struct graph_fits *fits)
{
    return (struct unseen_density){.at = density_at, .arg = fits};
}

/* Weights */

static void put_top(struct graph_weight top[GRAPH_FITS_BEST], size_t *count,
                    const struct graph_weight *w)
{
    size_t at = *count;
    while (at > 0 && top[at - 1].weight < w->weight)
        at--;
    if (at == GRAPH_FITS_BEST)
        return;
    if (*count < GRAPH_FITS_BEST)
        ++*count;
    memmove(top + at + 1, top + at, (*count - at - 1) * sizeof *top);
    top[at] = *w;
}

static int weigh_range(void *arg, size_t index, unsigned worker)
{
    (void)worker;
    const struct sum *s = arg;
    struct graph_fits_range *r = &s->fits->ranges[index];
    REJECT_IF(watch_stopped(s->fits->means->watch), E_STOPPED);
    size_t sets = (size_t)1 << s->fits->terms->lists;
    r->top_count = 0;
    r->saturated = 0;
    for (size_t k = 0; k < r->count; k++) {
        const struct fit *fit = &r->fits[k];
        lanes sum = {0};
        for (size_t i = 0; i < s->count; i += LANES) {
            lanes f = fit->value - (lanes){0};
            fit_add_steps(fit, s->steps + i / LANES * sets, &f);
            lanes_exp(&f);
            sum += f * *(const lanes *)(s->weights + i);
        }
        struct graph_weight w = {.graph = {.edges = fit->edges, .clique_count = fit->clique_count}};
        memcpy(w.graph.cliques, fit->sets, fit->clique_count);
        memcpy(w.graph.separators, fit->sets + fit->clique_count, fit->clique_count - 1);
        for (unsigned lane = 0; lane < LANES; lane++)
            w.weight += sum[lane];
        put_top(r->top, &r->top_count, &w);
        if (fit->clique_count == 1)
            r->saturated = w.weight;
    }
    return 0;
}

static void join_tops(const struct graph_fits *fits, struct graph_weight best[GRAPH_FITS_BEST],
                      size_t *ret_count, double *ret_saturated)
{
    *ret_count = 0;
    *ret_saturated = 0;
    for (size_t i = 0; i < fits->range_count; i++) {
        const struct graph_fits_range *r = &fits->ranges[i];
        for (size_t k = 0; k < r->top_count; k++)
            put_top(best, ret_count, &r->top[k]);
        *ret_saturated += r->saturated;
    }
}

int graph_fits_weigh(struct graph_fits *fits, const struct unseen *x,
                     struct graph_weight best[GRAPH_FITS_BEST], size_t *ret_count,
                     double *ret_saturated)
{
    double *u = mem_calloc(2 * x->count, LANES * sizeof *u);
    REJECT_IF(!u, E_NOMEM);
    double *weights = u + x->count * LANES;
    struct sum s = {.fits = fits, .weights = weights};
    for (size_t i = 0; i < x->count; i++) {
        const struct unseen_panel *p = &x->panels[i];
        if (!(p->mass > 1e-15 * x->total))
            continue;
        for (unsigned k = 0; k < LANES; k++) {
            u[s.count] = p->u[k];
            weights[s.count++] = p->weight[k] / x->total;
        }
    }
    lanes *steps = NULL;
    int error = graph_fits_table(fits->terms, u, s.count, &steps);
    s.steps = steps;
    if (error == 0)
        error = workers_run(workers_for(fits, s.count), fits->range_count, weigh_range, &s);
    mem_free(steps);
    mem_free(u);
    TRY(error);
    join_tops(fits, best, ret_count, ret_saturated);
    return 0;
}
