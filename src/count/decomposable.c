/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the parts find out, put together and judged. */
#include <math.h>
#include <string.h>

#include "count/decomposable.h"
#include "count/graph_fits.h"
#include "count/number.h"

#define SATURATED_SHARE 0.05
#define PRIOR_MOVES 1.25

_Static_assert(DECOMPOSABLE_BEST_MAX == GRAPH_FITS_BEST, "as many as are weighed");

static void init_estimate(struct count_estimate *e)
{
    count_estimate_init(
        e, "decomposable", "Decomposable graphical models, averaged",
        "Within groups alike in the other lists, lists are independent, in a pattern that is a "
        "chordal graph; beforehand all such graphs are equally likely, N is as likely as 1/N, and "
        "each cell's probability has a Dirichlet prior with delta 1/2^lists unless another is "
        "named.");
}

/* What one delta gives. */
struct answer {
    struct count_estimate *estimate;
    struct graph_weight best[GRAPH_FITS_BEST];
    size_t best_count;
    double saturated;
};

static int solve_with(struct graph_fits *fits, struct unseen *x, struct answer *a)
{
    TRY(graph_fits_screen(fits, x));
    struct unseen_density density = graph_fits_density(fits);
    TRY(unseen_integrate(x, &density));
    if (!x->settled || !(x->total > 0) || !isfinite(x->total)) {
        count_estimate_warn(a->estimate, COUNT_WARN_NO_FIT);
        return 0;
    }
    TRY(unseen_answer(x, &density, a->estimate));
    return graph_fits_weigh(fits, x, a->best, &a->best_count, &a->saturated);
}

static int solve(const struct count_table *table, double delta, double unseen_max,
                 const struct count_means *means, struct answer *a)
{
    struct graph_terms terms;
    graph_terms_init(&terms, table, delta);
    double cells = ldexp(1, (int)table->lists), max = unseen_max;
    if (max == 0)
        max = fmax(COUNT_ABSURD * terms.n, COUNT_ABSURD);
    struct graph_fits fits;
    TRY(graph_fits_init(&fits, &terms, means));
    struct unseen x;
    int error = unseen_init(&x, terms.n, max, unseen_max > 0, delta * (cells - 1));
    if (error == 0)
        error = solve_with(&fits, &x, a);
    unseen_release(&x);
    graph_fits_release(&fits);
    return error;
}

static void describe(const struct answer *a, const struct decomposable_options *o)
{
    struct count_estimate *e = a->estimate;
    if (a->best_count == 0)
        return;
    char graph[GRAPHS_TEXT_MAX], named[32] = "", limited[64] = "";
    graphs_text(&a->best[0].graph, graph);
    if (o->delta != 0)
        snprintf(named, sizeof named, "delta %.6g: ", o->delta);
    if (o->unseen_max != 0)
        snprintf(limited, sizeof limited, "at most %s unseen: ", NUMBER(o->unseen_max));
    snprintf(e->model, sizeof e->model, "%s%s%s %.3f", limited, named, graph, a->best[0].weight);
    if (a->saturated > SATURATED_SHARE) {
        count_estimate_warn(e, COUNT_WARN_SATURATED);
        count_estimate_detail(e, "The saturated model has %.1f%% of the weight.",
                              100 * a->saturated);
    }
}

static void fill_best(const struct answer *a, struct decomposable_best *best)
{
    best->count = a->best_count;
    for (size_t i = 0; i < a->best_count; i++) {
        graphs_text(&a->best[i].graph, best->models[i].graph);
        best->models[i].weight = a->best[i].weight;
    }
}

/* The median with another delta. */
static int median_with(const struct count_table *table, double delta, double unseen_max,
                       const struct count_means *means, double *ret_median)
{
    struct count_estimate e;
    init_estimate(&e);
    struct answer a = {.estimate = &e};
    TRY(solve(table, delta, unseen_max, means, &a));
    *ret_median = e.n;
    return 0;
}

static int check_prior(const struct count_table *table, double delta, double unseen_max,
                       const struct count_means *means, struct count_estimate *e)
{
    double low, high;
    TRY(median_with(table, delta / 2, unseen_max, means, &low));
    TRY(median_with(table, delta * 2, unseen_max, means, &high));
    if (fmax(low, high) > PRIOR_MOVES * fmin(low, high)) {
        count_estimate_warn(e, COUNT_WARN_PRIOR_MATTERS);
        count_estimate_detail(e, "With half and twice the delta the median is %s and %s.",
                              NUMBER(low), NUMBER(high));
    }
    return 0;
}

/* Lists that hold somebody: the others neither say nor cost anything, but are no list. */
static bool can_run(const struct count_table *table, struct count_estimate *e)
{
    unsigned lists = 0;
    for (unsigned i = 0; i < table->lists; i++)
        lists += count_table_on(table, i) > 0;
    if (lists < DECOMPOSABLE_LISTS_MIN)
        count_estimate_warn(e, COUNT_WARN_TOO_FEW_LISTS);
    else if (table->lists > DECOMPOSABLE_LISTS_MAX)
        count_estimate_warn(e, COUNT_WARN_TOO_MANY_LISTS);
    else
        return true;
    return false;
}

int decomposable_run(const struct count_table *table, const struct decomposable_options *options,
                     const struct count_means *means, struct count_estimate *ret_estimate,
                     struct decomposable_best *ret_best)
{
    const struct decomposable_options none = {0}, *o = options ? options : &none;
    REJECT_IF(o->delta != 0 &&
                  !(o->delta >= DECOMPOSABLE_DELTA_MIN && o->delta <= DECOMPOSABLE_DELTA_MAX),
              E_ARGUMENT);
    REJECT_IF(o->unseen_max != 0 && !(o->unseen_max >= 1 && o->unseen_max <= 0x1p80), E_ARGUMENT);
    struct count_estimate e;
    struct decomposable_best best = {0};
    init_estimate(&e);
    if (can_run(table, &e)) {
        double delta = o->delta != 0 ? o->delta : ldexp(1, -(int)table->lists);
        struct answer a = {.estimate = &e};
        int error = solve(table, delta, o->unseen_max, means, &a);
        if (error == 0) {
            describe(&a, o);
            fill_best(&a, &best);
            if (o->check_prior)
                error = check_prior(table, delta, o->unseen_max, means, &e);
        }
        REJECT_IF(error < 0 && error != E_STOPPED, error);
        if (error == E_STOPPED)
            count_estimate_warn(&e, COUNT_WARN_UNFINISHED);
    }
    count_estimate_finish(&e, count_table_n(table));
    *ret_estimate = e;
    if (ret_best)
        *ret_best = best;
    return 0;
}

int decomposable_deltas(const struct count_table *table, double unseen_max,
                        const struct count_means *means,
                        struct count_estimate ret_estimates[DECOMPOSABLE_DELTAS_MAX],
                        size_t *ret_count)
{
    struct count_estimate nobody;
    init_estimate(&nobody);
    *ret_count = 0;
    if (!can_run(table, &nobody))
        return 0;
    for (int power = -(int)table->lists - 2; power <= 0; power++) {
        const struct decomposable_options options = {.delta = ldexp(1, power),
                                                     .unseen_max = unseen_max};
        struct count_estimate *e = &ret_estimates[*ret_count];
        TRY(decomposable_run(table, &options, means, e, NULL));
        ++*ret_count;
    }
    return 0;
}
