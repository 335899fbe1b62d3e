/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Reading off: within a panel the logarithm of the density is the polynomial through its nodes,
 * good to some 1e-9 where the panel's sum is, so that quantiles cost no further values. Only the
 * mode, where neighbours differ by less than that, asks for some. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "count/sums.h"
#include "count/number.h"
#include "count/unseen.h"

/* The range is cut into some more pieces than these for the spread and for the search of humps. */
#define PIECES 800
#define PIECES_A_PANEL 12 /* at least, where there is mass */
#define PANEL_SHARE 1e-6
#define MASS_LEFT_OUT 1e-9
#define EDGE_SHARE 1e-3
#define MEAN_SHARE 1e-3
#define HUMP_SHARE 0.05

/* log f between the nodes of a panel, by barycentric interpolation. */
struct curve {
    const struct unseen_panel *panel;
    double at[LANES], log_f[LANES], weight[LANES];
};

static void curve_init(struct curve *c, const struct unseen_panel *p)
{
    c->panel = p;
    for (unsigned i = 0; i < p->nodes; i++) {
        c->at[i] = (p->u[i] - p->from) / p->length;
        c->log_f[i] = p->f[i] > 0 ? log(p->f[i]) : -800;
    }
    for (unsigned i = 0; i < p->nodes; i++) {
        c->weight[i] = 1;
        for (unsigned j = 0; j < p->nodes; j++) {
            if (j != i)
                c->weight[i] /= c->at[i] - c->at[j];
        }
    }
}

static double curve_at(const struct curve *c, double u)
{
    double at = (u - c->panel->from) / c->panel->length, above = 0, below = 0;
    for (unsigned i = 0; i < c->panel->nodes; i++) {
        double away = at - c->at[i];
        if (away == 0)
            return c->panel->f[i];
        above += c->weight[i] / away * c->log_f[i];
        below += c->weight[i] / away;
    }
    return exp(above / below);
}

static double curve_sum(const struct curve *c, unsigned nodes, double from, double length)
{
    double at[SUMS_NODES_MAX], weight[SUMS_NODES_MAX], sum = 0;
    nodes = sums_rule(nodes, length, at, weight);
    for (unsigned i = 0; i < nodes; i++)
        sum += weight[i] * curve_at(c, from + at[i]);
    return sum;
}

/* All mass that is spoken of. */
static double everything(const struct unseen *x)
{
    return x->total + (x->cut ? 0 : x->beyond);
}

/* The smallest N at or below which lies the share p; infinite when that is beyond. */
static double quantile(const struct unseen *x, double p)
{
    double target = p * everything(x), before = 0;
    size_t i = 0;
    while (i < x->count && before + x->panels[i].mass < target)
        before += x->panels[i++].mass;
    if (i == x->count)
        return x->cut ? x->n + x->max : INFINITY;
    struct curve c;
    curve_init(&c, &x->panels[i]);
    double low = 0, high = x->panels[i].length; /* so many numbers are too few, are enough */
    while (high - low > 1) {
        double middle = floor(low + (high - low) / 2);
        if (middle <= low || middle >= high)
            break;
        if (before + curve_sum(&c, LANES, x->panels[i].from, middle) < target)
            low = middle;
        else
            high = middle;
    }
    return x->n + x->panels[i].from + high - 1;
}

/* Some whole numbers in a row. */
struct piece {
    double from, length, mass;
    double height; /* the density of log N in the middle */
};

static double middle_of(const struct piece *p)
{
    return p->from + (p->length - 1) / 2;
}

static double piece_count(const struct unseen *x, const struct unseen_panel *p)
{
    double share = p->mass / x->total;
    if (!(share > PANEL_SHARE))
        return 1;
    return fmin(fmax(ceil(share * PIECES), PIECES_A_PANEL), p->length);
}

static void cut_panel(const struct unseen *x, const struct unseen_panel *p, struct piece *pieces,
                      double count)
{
    struct curve c;
    curve_init(&c, p);
    double sum = 0, from = p->from;
    for (unsigned i = 0; i < count; i++) {
        double end = p->from + floor(p->length * (i + 1) / count);
        pieces[i] = (struct piece){.from = from, .length = end - from};
        pieces[i].mass = curve_sum(&c, 3, from, end - from);
        double middle = middle_of(&pieces[i]);
        pieces[i].height = curve_at(&c, middle) * (x->n + middle);
        sum += pieces[i].mass;
        from = end;
    }
    for (unsigned i = 0; i < count; i++)
        pieces[i].mass *= sum > 0 ? p->mass / sum : 0;
}

static int cut_pieces(const struct unseen *x, struct piece **ret_pieces, size_t *ret_count)
{
    size_t count = 0;
    for (size_t i = 0; i < x->count; i++)
        count += (size_t)piece_count(x, &x->panels[i]);
    struct piece *pieces = mem_calloc(count, sizeof *pieces);
    REJECT_IF(!pieces, E_NOMEM);
    struct piece *to = pieces;
    for (size_t i = 0; i < x->count; i++) {
        double here = piece_count(x, &x->panels[i]);
        cut_panel(x, &x->panels[i], to, here);
        to += (size_t)here;
    }
    *ret_pieces = pieces;
    *ret_count = count;
    return 0;
}

static void fill_spread(const struct unseen *x, const struct piece *pieces, size_t count,
                        double spread[COUNT_SPREAD])
{
    size_t at = 0;
    double before = 0;
    for (size_t i = 0; i < COUNT_SPREAD; i++) {
        double target = ((double)i + 0.5) / COUNT_SPREAD * everything(x);
        while (at < count && before + pieces[at].mass < target)
            before += pieces[at++].mass;
        double u = x->max;
        if (at < count && pieces[at].mass > 0)
            u = pieces[at].from - 0.5 + pieces[at].length * (target - before) / pieces[at].mass;
        spread[i] = x->n + fmax(u, 1);
    }
}

/* From one end inwards, as far as the highest place of all: whether there is a place less than half
 * as high as the highest before it, with enough mass before and behind. Then *ret_peak is that
 * highest before it. */
static bool find_hump(const struct unseen *x, const struct piece *pieces, size_t count, bool down,
                      const struct piece *top, const struct piece **ret_peak)
{
    double mass = 0;
    const struct piece *peak = &pieces[down ? count - 1 : 0];
    for (size_t i = 0; i < count && peak != top; i++) {
        const struct piece *p = &pieces[down ? count - 1 - i : i];
        mass += p->mass;
        if (p->height > peak->height)
            peak = p;
        if (p->height < peak->height / 2 && mass > HUMP_SHARE * x->total &&
            mass < (1 - HUMP_SHARE) * x->total) {
            *ret_peak = peak;
            return true;
        }
    }
    return false;
}

static void warn_of_humps(const struct unseen *x, const struct piece *pieces, size_t count,
                          struct count_estimate *e)
{
    const struct piece *top = pieces, *other;
    for (size_t i = 0; i < count; i++)
        top = pieces[i].height > top->height ? &pieces[i] : top;
    if (!find_hump(x, pieces, count, false, top, &other) &&
        !find_hump(x, pieces, count, true, top, &other))
        return;
    count_estimate_warn(e, COUNT_WARN_TWO_HUMPS);
    double first = x->n + middle_of(top), second = x->n + middle_of(other);
    count_estimate_detail(e, "The peaks are near %s and %s.", NUMBER(fmin(first, second)),
                          NUMBER(fmax(first, second)));
}

/* The place with the highest value, and its neighbours. */
static void find_top(const struct unseen *x, double *ret_low, double *ret_top, double *ret_high)
{
    double top_f = -1, before = 1;
    bool next = false;
    for (size_t i = 0; i < x->count; i++) {
        const struct unseen_panel *p = &x->panels[i];
        for (unsigned k = 0; k < p->nodes; k++) {
            if (next)
                *ret_high = p->u[k];
            next = false;
            if (p->f[k] > top_f) {
                top_f = p->f[k];
                *ret_low = before;
                *ret_top = *ret_high = p->u[k];
                next = true;
            }
            before = p->u[k];
        }
    }
    if (next)
        *ret_high = x->max;
}

/* The whole number with the highest value. */
static int find_mode(const struct unseen *x, const struct unseen_density *density, double *ret_u)
{
    double low = 1, top = 1, high = 1;
    find_top(x, &low, &top, &high);
    low = floor(low);
    high = ceil(high);
    for (int round = 0; round < 64; round++) {
        double u[LANES], f[LANES], step = fmax((high - low) / (LANES - 1), 1);
        for (unsigned i = 0; i < LANES; i++)
            u[i] = fmin(floor(low + i * step), high);
        TRY(density->at(density->arg, u, LANES, f));
        unsigned best = 0;
        for (unsigned i = 1; i < LANES; i++)
            best = f[i] > f[best] ? i : best;
        top = u[best];
        if (step <= 1)
            break;
        low = fmax(low, floor(top - step));
        high = fmin(high, ceil(top + step));
    }
    *ret_u = top;
    return 0;
}

static double mean_of(const struct unseen *x)
{
    double left_out = x->cut ? 0 : MASS_LEFT_OUT * x->total, above = 0, sum = 0, mass = 0;
    size_t count = x->count;
    while (count > 0 && above + x->panels[count - 1].mass < left_out)
        above += x->panels[--count].mass;
    for (size_t i = 0; i < count; i++) {
        const struct unseen_panel *p = &x->panels[i];
        for (unsigned k = 0; k < p->nodes; k++)
            sum += p->weight[k] * p->f[k] * p->u[k];
        mass += p->mass;
    }
    double mean = x->n + sum / mass;
    bool hangs = !x->cut && x->beyond * x->max > MEAN_SHARE * everything(x) * mean;
    return hangs ? 0 : mean;
}

int unseen_answer(const struct unseen *x, const struct unseen_density *density,
                  struct count_estimate *e)
{
    struct piece *pieces;
    size_t count;
    double mode;
    TRY(find_mode(x, density, &mode));
    TRY(cut_pieces(x, &pieces, &count));
    fill_spread(x, pieces, count, e->spread);
    warn_of_humps(x, pieces, count, e);
    mem_free(pieces);
    e->n = quantile(x, 0.5);
    e->low = quantile(x, 0.025);
    e->high = quantile(x, 0.975);
    e->mean = mean_of(x);
    e->mode = x->n + mode;
    e->given = e->has_interval = true;
    e->has_spread = isfinite(e->high);
    double edge = x->beyond / (x->total + x->beyond);
    if (edge > EDGE_SHARE) {
        count_estimate_warn(e, COUNT_WARN_GRID_EDGE);
        count_estimate_detail(e, "%.1f%% of the answer lies beyond %s.", 100 * edge,
                              NUMBER(x->n + x->max));
    }
    return 0;
}
