/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A proposal multiplies odds by factors that are as likely as their inverses, so that in logits
 * it is symmetric; what is left of the acceptance is the target and the Jacobians below. How long
 * the step is, is drawn from a wide range each time: nothing needs to be tuned. */
#include <math.h>
#include <string.h>

#include "count/lanes.h"
#include "count/latent_chain.h"
#include "count/latent_move.h"

struct mixture {
    /* The sum of the classes' cells, and what is proposed instead. */
    lanes p[COUNT_CELLS_MAX / LANES], proposed[COUNT_CELLS_MAX / LANES];
    double log_likelihood;
    double total; /* of the weights */
};

/* One class as it is proposed. */
struct proposal {
    double weight;
    double on[COUNT_LISTS_MAX], off[COUNT_LISTS_MAX];
    lanes cells[COUNT_CELLS_MAX / LANES];
    double none;
};

static double log_likelihood(const struct latent_model *m, const lanes *p)
{
    lanes sum = p[0];
    for (unsigned i = 1; i < m->histories / LANES; i++)
        sum += p[i];
    double seen = 0;
    for (unsigned i = 0; i < LANES; i++)
        seen += sum[i];
    const double *cells = (const double *)p;
    double result = -m->n * log(seen);
    for (unsigned i = 0; i < m->cell_count; i++)
        result += (double)m->persons[i] * log(cells[m->history[i]]);
    return result;
}

static lanes *row_of(struct latent_chain *c, unsigned k)
{
    return (lanes *)(void *)(c->cells + (size_t)k * c->model->histories);
}

static void mix(struct latent_chain *c, struct mixture *x)
{
    const struct latent_model *m = c->model;
    memset(x->p, 0, sizeof x->p);
    x->total = 0;
    for (unsigned k = 0; k < m->classes; k++) {
        lanes *row = row_of(c, k);
        c->none[k] =
            latent_chain_cells(m, c->weight[k], c->on[k], c->off[k], (double *)(void *)row);
        for (unsigned i = 0; i < m->histories / LANES; i++)
            x->p[i] += row[i];
        x->total += c->weight[k];
    }
    x->log_likelihood = log_likelihood(m, x->p);
}

/* Early labels, which hold most of the persons, more often. */
static unsigned pick_class(struct latent_chain *c)
{
    double u = rng_unit(&c->v.rng);
    return (unsigned)(u * u * c->model->classes);
}

/* The length of a step: 2, 1, 1/2, 1/4 or 1/8. */
static double pick_length(struct latent_chain *c)
{
    return 2.0 / (double)(1u << rng_below(&c->v.rng, 5));
}

/* A factor as likely as its inverse; with length 1 the logarithm is mostly within 0.7. */
static double pick_factor(struct latent_chain *c, double length)
{
    uint64_t bits = rng_u64(&c->v.rng);
    double factor = 1 + length * ((double)(bits >> 12) * 0x1p-52);
    return bits & 1 ? factor : 1 / factor;
}

/* on[j] and off[j] of p with the odds of class k times factor; returns the Jacobian in logits. */
static double tilt(const struct latent_chain *c, unsigned k, unsigned j, double factor,
                   struct proposal *p)
{
    double shrink = 1 / (c->on[k][j] * factor + c->off[k][j]);
    p->on[j] = c->on[k][j] * factor * shrink;
    p->off[j] = c->off[k][j] * shrink;
    return factor * shrink * shrink;
}

/* The probability that somebody with these is on some list. */
static double seen_share(const struct latent_model *m, const double *on)
{
    double seen = 0;
    for (unsigned j = 0; j < m->lists; j++)
        seen += (1 - seen) * on[j];
    return seen;
}

/* The prior of the weights has the factor 1 / (w_t + ... + w_last) for t = 1 to last - 1; this is
 * the quotient of all of them when those from first to through get `more`. */
static double sums_ratio(const struct latent_chain *c, unsigned first, unsigned through,
                         double more)
{
    unsigned last = c->model->classes - 1;
    double sum = 0, ratio = 1;
    for (unsigned t = last; t >= first; t--) {
        sum += c->weight[t];
        if (t < last && t <= through)
            ratio *= sum / (sum + more);
    }
    return ratio;
}

static void take(struct latent_chain *c, unsigned k, const struct proposal *p)
{
    c->weight[k] = p->weight;
    memcpy(c->on[k], p->on, sizeof p->on);
    memcpy(c->off[k], p->off, sizeof p->off);
    memcpy(row_of(c, k), p->cells, c->model->histories * sizeof(double));
    c->none[k] = p->none;
}

static bool accept(struct latent_chain *c, struct mixture *x, double log_ratio)
{
    double proposed = log_likelihood(c->model, x->proposed);
    if (!(log(rng_unit(&c->v.rng)) < proposed - x->log_likelihood + log_ratio))
        return false;
    x->log_likelihood = proposed;
    memcpy(x->p, x->proposed, c->model->histories * sizeof(double));
    return true;
}

static void make_cells(const struct latent_model *m, struct proposal *p)
{
    p->none = latent_chain_cells(m, p->weight, p->on, p->off, (double *)(void *)p->cells);
}

/* Makes a class easier or harder to see for all lists at once, and so much smaller or larger that
 * as many of it are seen: what moves N most and the likelihood least. */
static void move_reach(struct latent_chain *c, struct mixture *x)
{
    const struct latent_model *m = c->model;
    unsigned k = pick_class(c);
    double factor = pick_factor(c, 2 * pick_length(c)), jacobian = 1;
    if (c->weight[k] == 0)
        return;
    struct proposal p;
    for (unsigned j = 0; j < m->lists; j++)
        jacobian *= tilt(c, k, j, factor, &p);
    double grow = seen_share(m, c->on[k]) / seen_share(m, p.on);
    p.weight = c->weight[k] * grow;
    double more = p.weight - c->weight[k], log_total = log1p(more / x->total);
    double log_last = k + 1 == m->classes ? log(grow) : 0;
    double log_ratio = log(jacobian * grow * sums_ratio(c, 1, k, more)) -
                       (c->alpha + 1) * log_total + (c->alpha - 1) * log_last;
    make_cells(m, &p);
    const lanes *row = row_of(c, k);
    for (unsigned i = 0; i < m->histories / LANES; i++)
        x->proposed[i] = x->p[i] - row[i] + p.cells[i];
    if (!accept(c, x, log_ratio))
        return;
    take(c, k, &p);
    x->total += more;
    c->log_last += log_last - log_total;
}

/* Moves weight from one class to another. With bend, the first class's lists change as well, and
 * the second's against them, so that the two together stay on each list as often: a small class
 * is split off a large one, or goes back into it. */
static void move_share(struct latent_chain *c, struct mixture *x, bool bend)
{
    const struct latent_model *m = c->model;
    unsigned k = pick_class(c), l = pick_class(c);
    double length = pick_length(c), factor = pick_factor(c, 2 * length);
    if (k == l || c->weight[k] == 0 || c->weight[l] == 0)
        return;
    struct proposal p, q;
    double both = c->weight[k] + c->weight[l];
    p.weight = both * c->weight[k] * factor / (c->weight[k] * factor + c->weight[l]);
    q.weight = both * c->weight[l] / (c->weight[k] * factor + c->weight[l]);
    double jacobian = p.weight / c->weight[k] * (q.weight / c->weight[l]);
    for (unsigned j = 0; j < m->lists; j++) {
        double on = c->weight[k] * c->on[k][j] + c->weight[l] * c->on[l][j];
        double off = c->weight[k] * c->off[k][j] + c->weight[l] * c->off[l][j];
        double turn = tilt(c, k, j, bend ? pick_factor(c, length) : 1, &p);
        q.on[j] = bend ? (on - p.weight * p.on[j]) / q.weight : c->on[l][j];
        q.off[j] = bend ? (off - p.weight * p.off[j]) / q.weight : c->off[l][j];
        if (!(q.on[j] > 0 && q.off[j] > 0))
            return;
        if (bend)
            jacobian *= turn * c->weight[l] / q.weight;
    }
    unsigned low = k < l ? k : l, high = k < l ? l : k;
    double more = high == k ? p.weight - c->weight[k] : q.weight - c->weight[l];
    double log_last = high + 1 == m->classes ? log1p(more / c->weight[high]) : 0;
    double log_ratio =
        log(jacobian * sums_ratio(c, low + 1, high, more)) + (c->alpha - 1) * log_last;
    make_cells(m, &p);
    make_cells(m, &q);
    const lanes *row = row_of(c, k), *other = row_of(c, l);
    for (unsigned i = 0; i < m->histories / LANES; i++)
        x->proposed[i] = x->p[i] + (p.cells[i] - row[i]) + (q.cells[i] - other[i]);
    if (!accept(c, x, log_ratio))
        return;
    take(c, k, &p);
    take(c, l, &q);
    c->log_last += log_last;
}

void latent_move(struct latent_chain *c)
{
    struct mixture x;
    mix(c, &x);
    for (unsigned i = 0; i < c->model->moves; i++) {
        move_reach(c, &x);
        move_share(c, &x, false);
        move_share(c, &x, true);
    }
}
