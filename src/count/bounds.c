/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>

#include "count/bounds.h"
#include "count/number.h"
#include "count/one_cell.h"

#define LISTS_MIN 2

/* N = seen + unseen, where the unseen are log-normal with this variance. */
static void add_lognormal(struct count_estimate *e, double seen, double unseen, double variance)
{
    double sd = sqrt(log1p(variance / (unseen * unseen)));
    if (!(unseen > 0) || !isfinite(sd))
        return;
    e->has_interval = e->has_spread = true;
    e->low = seen + unseen * exp(number_normal_quantile(0.025) * sd);
    e->high = seen + unseen * exp(number_normal_quantile(0.975) * sd);
    for (size_t i = 0; i < COUNT_SPREAD; i++)
        e->spread[i] =
            seen + unseen * exp(number_normal_quantile(((double)i + 0.5) / COUNT_SPREAD) * sd);
}

static double chao_unseen(double f1, double f2, double factor)
{
    return factor * f1 * (f1 - 1) / (2 * (f2 + 1));
}

static double chao_variance(double f1, double f2, double factor)
{
    double a = factor / (f2 + 1), b = f1 - 1, c = 2 * f1 - 1;
    return a * f1 * b / 2 + a * a * f1 * (c * c + f2 * f1 * b * b / ((f2 + 1) * (f2 + 1))) / 4;
}

/* Whether f1 or f2, where small, decides by one person. */
static bool chao_hangs(double n, double f1, double f2, double factor)
{
    double at = n + chao_unseen(f1, f2, factor), worst = 0;
    if (f2 < ONE_CELL_SMALL)
        worst = fabs(n + 1 + chao_unseen(f1, f2 + 1, factor) - at);
    if (f2 < ONE_CELL_SMALL && f2 > 0)
        worst = fmax(worst, fabs(n - 1 + chao_unseen(f1, f2 - 1, factor) - at));
    if (f1 < ONE_CELL_SMALL)
        worst = fmax(worst, fabs(n + 1 + chao_unseen(f1 + 1, f2, factor) - at));
    if (f1 < ONE_CELL_SMALL && f1 > 0)
        worst = fmax(worst, fabs(n - 1 + chao_unseen(f1 - 1, f2, factor) - at));
    return worst > ONE_CELL_MOVED * at;
}

static void chao(const struct count_table *t, unsigned holding, struct count_estimate *e)
{
    double f[COUNT_LISTS_MAX + 1] = {0}, n = (double)count_table_n(t);
    count_estimate_init(e, "chao", "Chao's lower bound",
                        "All lists reach equally far; persons may differ in any way. The truth is "
                        "this or more.");
    for (unsigned h = 1; h < 1u << t->lists; h++)
        f[__builtin_popcount(h)] += (double)t->cells[h];
    double factor = holding > 0 ? (holding - 1.0) / holding : 0;
    if (holding < LISTS_MIN) {
        count_estimate_warn(e, COUNT_WARN_TOO_FEW_LISTS);
    } else {
        double unseen = chao_unseen(f[1], f[2], factor);
        e->given = true;
        e->n = n + unseen;
        snprintf(e->model, sizeof e->model, "%s on one list, %s on two", NUMBER(f[1]),
                 NUMBER(f[2]));
        count_estimate_warn(e, COUNT_WARN_LOWER_BOUND);
        add_lognormal(e, n, unseen, chao_variance(f[1], f[2], factor));
        if (f[2] > 0)
            count_estimate_detail(e, "Without the corrections for few lists and few persons: %s.",
                                  NUMBER(n + f[1] * f[1] / (2 * f[2])));
        if (chao_hangs(n, f[1], f[2], factor))
            count_estimate_warn(e, COUNT_WARN_ONE_CELL);
    }
    count_estimate_finish(e, (uint64_t)n);
}

static void warn_of_lists(struct count_estimate *e, double n1, double n2, double both)
{
    if (n1 == 0 || n2 == 0)
        count_estimate_warn(e, COUNT_WARN_EMPTY_LIST);
    if (both == 0)
        count_estimate_warn(e, COUNT_WARN_APART);
    else if (both == n1 && both == n2)
        count_estimate_warn(e, COUNT_WARN_SAME_LIST);
    else if (both == n1 || both == n2)
        count_estimate_warn(e, COUNT_WARN_LIST_INSIDE);
}

static double chapman(double n1, double n2, double both)
{
    return n1 + n2 - both + (n1 - both) * (n2 - both) / (both + 1);
}

static void pair(const struct count_table *t, struct bounds_pair *p)
{
    struct count_estimate *e = &p->estimate;
    double n1 = (double)count_table_on(t, p->a), n2 = (double)count_table_on(t, p->b);
    double both = (double)count_table_both(t, p->a, p->b), n = (double)count_table_n(t);
    double neither = (n1 - both) * (n2 - both) / (both + 1);
    double variance = (n1 + 1) * (n2 + 1) / ((both + 1) * (both + 2)) * neither;
    warn_of_lists(e, n1, n2, both);
    e->given = true;
    e->n = chapman(n1, n2, both);
    snprintf(e->model, sizeof e->model, "%s and %s, %s on both", NUMBER(n1), NUMBER(n2),
             NUMBER(both));
    add_lognormal(e, n1 + n2 - both, neither, variance);
    if (both > 0 && both < ONE_CELL_SMALL &&
        fabs(chapman(n1 - 1, n2 - 1, both - 1) - e->n) > ONE_CELL_MOVED * e->n)
        count_estimate_warn(e, COUNT_WARN_ONE_CELL);
    if (both > 0 && e->n < n)
        count_estimate_detail(e, "It would be %s.", NUMBER(e->n));
    count_estimate_finish(e, (uint64_t)n);
}

void bounds_run(const struct count_table *t, struct bounds *ret_bounds)
{
    static const char *const ids[COUNT_LISTS_MAX][COUNT_LISTS_MAX] = {
        {NULL, "pair-12", "pair-13", "pair-14", "pair-15", "pair-16", "pair-17", "pair-18"},
        {NULL, NULL, "pair-23", "pair-24", "pair-25", "pair-26", "pair-27", "pair-28"},
        {NULL, NULL, NULL, "pair-34", "pair-35", "pair-36", "pair-37", "pair-38"},
        {NULL, NULL, NULL, NULL, "pair-45", "pair-46", "pair-47", "pair-48"},
        {NULL, NULL, NULL, NULL, NULL, "pair-56", "pair-57", "pair-58"},
        {NULL, NULL, NULL, NULL, NULL, NULL, "pair-67", "pair-68"},
        {NULL, NULL, NULL, NULL, NULL, NULL, NULL, "pair-78"},
    };
    unsigned holding = 0;
    for (unsigned i = 0; i < t->lists; i++)
        holding += count_table_on(t, i) > 0;
    chao(t, holding, &ret_bounds->chao);
    ret_bounds->pair_count = 0;
    for (unsigned a = 0; a < t->lists; a++) {
        for (unsigned b = a + 1; b < t->lists; b++) {
            struct bounds_pair *p = &ret_bounds->pairs[ret_bounds->pair_count++];
            p->a = a;
            p->b = b;
            count_estimate_init(&p->estimate, ids[a][b], "Two lists (Lincoln-Petersen, Chapman)",
                                "Being on one of the two lists says nothing about being on the "
                                "other, and everybody has the same chance on at least one.");
            pair(t, p);
        }
    }
}
