/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A proposal multiplies odds by factors that are as likely as their inverses, so that in logits
 * it is symmetric; what is left of the acceptance is the target and the Jacobians below. How long
 * the step is, is drawn from a wide range each time: nothing needs to be tuned. */
#include <math.h>
#include <string.h>

#include "count/lanes.h"
#include "count/latent_chain.h"
#include "count/latent_move.h"

/* For one move of reach. */
#define SPLITS 4
/* A class of whom fewer are seen twice is not made to compensate, now or on the way back: its
 * weight would be lost in rounding. */
#define TWICE_MIN 1e-6
/* Classes with fewer persons than this are left to the sweep's other steps. */
#define LIGHT_PERSONS 1e-3
#define SOLVE_STEPS_MAX 60
#define SOLVE_PRECISION 1e-9

struct mixture {
    /* The sum of the classes' cells, and what is proposed instead. */
    lanes p[COUNT_CELLS_MAX / LANES], proposed[COUNT_CELLS_MAX / LANES];
    double log_likelihood;
    double total; /* of the weights */
};

/* A class as it might become. */
struct proposal {
    unsigned k;
    double weight;
    double on[COUNT_LISTS_MAX], off[COUNT_LISTS_MAX];
    lanes cells[COUNT_CELLS_MAX / LANES];
};

static double log_likelihood(const struct latent_model *m, const lanes *p)
{
    const lanes *counts = (const lanes *)(const void *)m->counts;
    lanes seen = {0}, sum = {0};
    for (unsigned i = 0; i < m->histories / LANES; i++) {
        lanes log_p = p[i];
        seen += log_p;
        lanes_log(&log_p);
        sum += counts[i] * log_p;
    }
    double all_seen = 0, result = 0;
    for (unsigned i = 0; i < LANES; i++) {
        all_seen += seen[i];
        result += sum[i];
    }
    return result - m->n * log(all_seen);
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

/* The length of a step: 2, 1, 1/2 or 1/4. */
static double pick_length(struct latent_chain *c)
{
    return 2.0 / (double)(1u << (rng_u64(&c->v.rng) >> 62));
}

/* A factor as likely as its inverse; with length 1 the logarithm is mostly within 0.7. */
static double pick_factor(struct latent_chain *c, double length)
{
    uint64_t bits = rng_u64(&c->v.rng);
    double factor = 1 + length * ((double)(bits >> 12) * 0x1p-52);
    return bits & 1 ? factor : 1 / factor;
}

/* List j of p: the odds of its class as it is times factor; the Jacobian is that in the
 * probability. */
static void tilt(const struct latent_chain *c, unsigned j, double factor, struct proposal *p,
                 double *jacobian)
{
    double on = c->on[p->k][j], off = c->off[p->k][j];
    double shrink = 1 / (on * factor + off);
    p->on[j] = on * factor * shrink;
    p->off[j] = off * shrink;
    *jacobian *= factor * shrink * shrink;
}

/* The probability that somebody with these is on some list. */
static double seen_share(const struct latent_model *m, const double *on)
{
    double seen = 0;
    for (unsigned j = 0; j < m->lists; j++)
        seen += (1 - seen) * on[j];
    return seen;
}

/* The prior of the weights has the factor 1 / (w_t + ... + w_last) for t = 1 to last - 1: the
 * quotient of all of them after and before. */
static double sums_ratio(const struct latent_chain *c, const struct proposal *p, size_t count)
{
    unsigned last = c->model->classes - 1;
    double sum = 0, added = 0, ratio = 1;
    for (unsigned t = last; t > 0; t--) {
        sum += c->weight[t];
        for (size_t i = 0; i < count; i++)
            added += p[i].k == t ? p[i].weight - c->weight[t] : 0;
        if (t < last && added != 0)
            ratio *= sum / (sum + added);
    }
    return ratio;
}

static bool is_light(const struct latent_model *m, double weight, double total)
{
    return !(weight * m->n >= LIGHT_PERSONS * total);
}

static void take(struct latent_chain *c, const struct proposal *p)
{
    c->weight[p->k] = p->weight;
    memcpy(c->on[p->k], p->on, sizeof p->on);
    memcpy(c->off[p->k], p->off, sizeof p->off);
    memcpy(row_of(c, p->k), p->cells, c->model->histories * sizeof(double));
}

static void propose(struct latent_chain *c, struct mixture *x, struct proposal *p, size_t count)
{
    const struct latent_model *m = c->model;
    memcpy(x->proposed, x->p, m->histories * sizeof(double));
    for (size_t i = 0; i < count; i++) {
        const lanes *row = row_of(c, p[i].k);
        latent_chain_cells(m, p[i].weight, p[i].on, p[i].off, (double *)(void *)p[i].cells);
        for (unsigned h = 0; h < m->histories / LANES; h++)
            x->proposed[h] += p[i].cells[h] - row[h];
    }
}

/* Accepts the classes proposed, or leaves all as it is. jacobian: of the change of the weights and
 * the lists' probabilities. Only the ratios of weights mean something; as a density of the weights
 * w themselves, with 1/W for their sum W, the prior is
 *   W^-(alpha + 1) w_last^(alpha - 1) times sums_ratio's factors. */
static void decide(struct latent_chain *c, struct mixture *x, struct proposal *p, size_t count,
                   double jacobian)
{
    const struct latent_model *m = c->model;
    double more = 0, log_last = 0;
    for (size_t i = 0; i < count; i++) {
        more += p[i].weight - c->weight[p[i].k];
        if (p[i].k + 1 == m->classes)
            log_last = log(p[i].weight / c->weight[p[i].k]);
    }
    for (size_t i = 0; i < count; i++) {
        if (is_light(m, p[i].weight, x->total + more))
            return;
    }
    propose(c, x, p, count);
    double log_total = log1p(more / x->total);
    double log_ratio = log(jacobian * sums_ratio(c, p, count)) - (c->alpha + 1) * log_total +
                       (c->alpha - 1) * log_last;
    double likelihood = log_likelihood(m, x->proposed);
    if (!(log(rng_unit(&c->v.rng)) < likelihood - x->log_likelihood + log_ratio))
        return;
    for (size_t i = 0; i < count; i++)
        take(c, &p[i]);
    memcpy(x->p, x->proposed, m->histories * sizeof(double));
    x->log_likelihood = likelihood;
    x->total += more;
    c->log_last += log_last - log_total;
}

/* Makes a class easier or harder to see for all lists at once, and so much smaller or larger that
 * as many of it are seen: what moves N most and the likelihood least. */
static void move_reach(struct latent_chain *c, struct mixture *x)
{
    const struct latent_model *m = c->model;
    struct proposal p;
    double factor = pick_factor(c, 2 * pick_length(c)), jacobian = 1;
    p.k = pick_class(c);
    if (is_light(m, c->weight[p.k], x->total))
        return;
    for (unsigned j = 0; j < m->lists; j++)
        tilt(c, j, factor, &p, &jacobian);
    double grow = seen_share(m, c->on[p.k]) / seen_share(m, p.on);
    p.weight = c->weight[p.k] * grow;
    decide(c, x, &p, 1, jacobian * grow);
}

/* The probability of being on two lists or more. It is also how weight times seen_share grows with
 * the weight, when the persons on each list stay as many. */
static double twice_share(const struct latent_model *m, const double *on, const double *off)
{
    double none = 1, once = 0, twice = 0;
    for (unsigned j = 0; j < m->lists; j++) {
        twice += once * on[j];
        once = once * off[j] + none * on[j];
        none *= off[j];
    }
    return twice;
}

/* Gives q the weight with which so many are on each list, the most on one being most, and so many
 * are seen. There is exactly one, and from below Newton's steps lead to it without passing it,
 * since seen grows ever more slowly with the weight. */
static void solve(const struct latent_model *m, const double *listed, double most, double seen,
                  struct proposal *q)
{
    double low = most * (1 + 1e-9), step = q->weight;
    for (int i = 0; i < SOLVE_STEPS_MAX && fabs(step) > SOLVE_PRECISION * q->weight; i++) {
        for (unsigned j = 0; j < m->lists; j++) {
            q->on[j] = listed[j] / q->weight;
            q->off[j] = 1 - q->on[j];
        }
        step = (seen - q->weight * seen_share(m, q->on)) / twice_share(m, q->on, q->off);
        q->weight = fmax(q->weight + step, low);
    }
    for (unsigned j = 0; j < m->lists; j++) {
        q->on[j] = listed[j] / q->weight;
        q->off[j] = 1 - q->on[j];
    }
}

/* Makes q so that p and q together have as many on each list, and as many seen, as their classes
 * have now. False when there is none; then p's way back has none either. */
static bool compensate(const struct latent_chain *c, const struct proposal *p, struct proposal *q)
{
    const struct latent_model *m = c->model;
    double w = c->weight[p->k], v = c->weight[q->k], listed[COUNT_LISTS_MAX], most = 0, sum = 0;
    for (unsigned j = 0; j < m->lists; j++) {
        listed[j] = v * c->on[q->k][j] + w * c->on[p->k][j] - p->weight * p->on[j];
        if (!(listed[j] > 0))
            return false;
        most = fmax(most, listed[j]);
        sum += listed[j];
    }
    double seen = v * seen_share(m, c->on[q->k]) + w * seen_share(m, c->on[p->k]) -
                  p->weight * seen_share(m, p->on);
    if (!(most < seen && seen < sum))
        return false;
    q->weight = fmax(v + w - p->weight, 1.001 * most);
    solve(m, listed, most, seen, q);
    return true;
}

/* Changes a class, and another one against it: a small class is split off a large one or goes back
 * into it, and what the lists have in common stays as it is, as far as two classes can keep it. */
static void move_split(struct latent_chain *c, struct mixture *x)
{
    const struct latent_model *m = c->model;
    struct proposal p[2];
    p[0].k = pick_class(c);
    p[1].k = pick_class(c);
    double length = pick_length(c), factor = pick_factor(c, 2 * length), jacobian = factor;
    double w = c->weight[p[0].k], v = c->weight[p[1].k];
    if (p[0].k == p[1].k || is_light(m, w, x->total) || is_light(m, v, x->total))
        return;
    p[0].weight = w * factor;
    for (unsigned j = 0; j < m->lists; j++)
        tilt(c, j, pick_factor(c, length), &p[0], &jacobian);
    if (!compensate(c, &p[0], &p[1]))
        return;
    /* Of the second class's weight and probabilities as functions of what it has to keep. */
    double before = twice_share(m, c->on[p[1].k], c->off[p[1].k]);
    double after = twice_share(m, p[1].on, p[1].off);
    if (before < TWICE_MIN || after < TWICE_MIN)
        return;
    jacobian *= before / after;
    for (unsigned j = 0; j < m->lists; j++)
        jacobian *= v / p[1].weight;
    decide(c, x, p, 2, jacobian);
}

void latent_move(struct latent_chain *c)
{
    struct mixture x;
    mix(c, &x);
    for (unsigned i = 0; i < c->model->moves; i++) {
        move_reach(c, &x);
        for (unsigned j = 0; j < SPLITS; j++)
            move_split(c, &x);
    }
}
