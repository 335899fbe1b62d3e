/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Terms grow as n log n, and models differ by single units: so the value at one u is taken in long
 * double, once, and all else as a difference to it. */
#include <math.h>
#include <string.h>

#include "base/compiler.h"
#include "count/gammas.h"
#include "count/graph_terms.h"

static void init_term(struct graph_terms *t, const struct count_table *table, unsigned set)
{
    uint64_t margin[GRAPH_TERMS_MAX] = {0};
    for (unsigned h = 1; h < 1u << t->lists; h++)
        margin[h & set] += table->cells[h];
    long double a = ldexpl(t->delta, (int)t->lists - __builtin_popcount(set));
    long double log_gamma_a = gammas_log(a), fixed = -log_gamma_a;
    for (unsigned h = 1; h < 1u << t->lists; h++) {
        if (margin[h] > 0)
            fixed += gammas_log((long double)margin[h] + a) - log_gamma_a;
    }
    /* Of the margin of all lists margin[0] is 0: those are the unseen. */
    t->zero[set] = (double)((long double)margin[0] + a);
    t->fixed[set] = fixed;
    if (set != 0)
        return;
    t->n = (double)margin[0];
}

void graph_terms_init(struct graph_terms *t, const struct count_table *table, double delta)
{
    ASSERT(table->lists <= GRAPHS_LISTS_MAX);
    *t = (struct graph_terms){.lists = table->lists, .delta = delta};
    for (unsigned set = 0; set < 1u << t->lists; set++)
        init_term(t, table, set);
    graph_terms_refer(t, fmax(t->n, 1));
}

void graph_terms_refer(struct graph_terms *t, double reference)
{
    ASSERT(reference >= 1);
    t->reference = reference;
    long double u = reference, n = t->n, all = ldexpl(t->delta, (int)t->lists);
    long double common = gammas_log(u + n + 1) - gammas_log(u + 1) - gammas_log(u + n + all) +
                         gammas_log(all) - logl(n + u);
    for (unsigned set = 0; set < 1u << t->lists; set++)
        t->at_reference[set] = t->fixed[set] + gammas_log(u + t->zero[set]) + common;
}

static struct gammas_way way_between(double from_u, double to_u)
{
    return (struct gammas_way){from_u + 1, to_u + 1, to_u - from_u};
}

/* Everything is relative to log gamma(u + 1), whose step is gammas_step(way): with it the common
 * part is small for any u, and so is each term. */
static double common_step(const struct graph_terms *t, struct gammas_way way)
{
    double all = ldexp(t->delta, (int)t->lists);
    struct gammas_way whole = {way.from + t->n, way.to + t->n, way.step};
    return -gammas_cross(whole, all - 1, gammas_step(whole)) -
           log((t->n - 1 + way.to) / (t->n - 1 + way.from));
}

void graph_terms_steps(const struct graph_terms *t, const double u[LANES], lanes *ret_steps)
{
    for (unsigned lane = 0; lane < LANES; lane++) {
        struct gammas_way way = way_between(t->reference, u[lane]);
        double base = gammas_step(way), common = common_step(t, way);
        for (unsigned set = 0; set < 1u << t->lists; set++)
            ret_steps[set][lane] = gammas_cross(way, t->zero[set] - 1, base) + common;
    }
}

double graph_terms_step(const struct graph_terms *t, unsigned set, double from_u, double u)
{
    struct gammas_way way = way_between(from_u, u);
    double base = gammas_step(way);
    return gammas_cross(way, t->zero[set] - 1, base) + common_step(t, way);
}
