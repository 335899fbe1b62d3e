/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Histories lie side by side in memory, classes one behind the other, so that products and tail
 * sums run over LANES histories at once. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "count/lanes.h"
#include "count/latent_chain.h"
#include "count/latent_move.h"

/* So few persons are split one by one. */
#define FEW 8

int latent_chain_init(struct latent_chain *c, const struct latent_model *model, uint64_t seed,
                      unsigned start)
{
    size_t entries = (size_t)model->classes * model->histories;
    *c = (struct latent_chain){.model = model, .alpha = 1};
    c->cells = mem_calloc(2 * entries, sizeof *c->cells);
    REJECT_IF(!c->cells, E_NOMEM);
    c->tails = c->cells + entries;
    c->taken = mem_calloc(entries, sizeof *c->taken);
    if (!c->taken) {
        latent_chain_release(c);
        return E_NOMEM;
    }
    variate_init(&c->v, seed, start);
    double most_on = 1.0 / (double)(1u << 2 * (start % 4));
    for (unsigned k = 0; k < model->classes; k++) {
        c->weight[k] = 1;
        for (unsigned j = 0; j < model->lists; j++) {
            c->on[k][j] = most_on * rng_unit(&c->v.rng);
            c->off[k][j] = 1 - c->on[k][j];
        }
    }
    return 0;
}

void latent_chain_release(struct latent_chain *c)
{
    mem_free(c->cells);
    mem_free(c->taken);
    c->cells = NULL;
    c->taken = NULL;
}

double latent_chain_cells(const struct latent_model *model, double weight, const double *on,
                          const double *off, double *cells)
{
    cells[0] = weight;
    for (unsigned j = 0; j < 3; j++) {
        for (unsigned h = 0; h < 1u << j; h++) {
            cells[h | 1u << j] = cells[h] * on[j];
            cells[h] *= off[j];
        }
    }
    lanes *row = (lanes *)(void *)cells;
    for (unsigned j = 3, size = 1; j < model->lists; j++, size *= 2) {
        for (unsigned i = 0; i < size; i++) {
            row[size + i] = row[i] * on[j];
            row[i] *= off[j];
        }
    }
    double none = cells[0];
    cells[0] = 0;
    return none;
}

/* All cells, and the tail sums. */
static void weigh(struct latent_chain *c)
{
    const struct latent_model *m = c->model;
    for (unsigned k = m->classes; k-- > 0;) {
        double *row = c->cells + (size_t)k * m->histories;
        c->none[k] = latent_chain_cells(m, c->weight[k], c->on[k], c->off[k], row);
        lanes *tail = (lanes *)(void *)(c->tails + (size_t)k * m->histories);
        const lanes *cells = (const lanes *)(const void *)row;
        bool last = k + 1 == m->classes;
        for (unsigned i = 0; i < m->histories / LANES; i++)
            tail[i] = last ? cells[i] : cells[i] + tail[i + m->histories / LANES];
    }
}

/* Each of a few persons by one number: classes from first on, whose cells begin at h. */
static void split_few(struct latent_chain *c, unsigned first, unsigned h, int64_t persons)
{
    const struct latent_model *m = c->model;
    for (; persons > 0; persons--) {
        double u = rng_unit(&c->v.rng) * c->tails[h];
        unsigned at = h;
        for (unsigned k = first; k + 1 < m->classes && u >= c->cells[at]; k++) {
            u -= c->cells[at];
            at += m->histories;
        }
        c->taken[at]++;
    }
}

static void split_seen(struct latent_chain *c)
{
    const struct latent_model *m = c->model;
    memset(c->taken, 0, (size_t)m->classes * m->histories * sizeof *c->taken);
    for (unsigned i = 0; i < m->cell_count; i++) {
        unsigned h = m->history[i], k = 0;
        int64_t left = m->persons[i];
        for (; left > FEW && k + 1 < m->classes; k++, h += m->histories) {
            int64_t here = variate_binomial(&c->v, left, c->cells[h] / c->tails[h]);
            c->taken[h] = (uint64_t)here;
            left -= here;
        }
        if (k + 1 == m->classes)
            c->taken[h] = (uint64_t)left;
        else
            split_few(c, k, h, left);
    }
}

/* The sizes, and how many are on each list, from what the histories are split into: the histories
 * with the last list are added up and then laid upon those without, and so on with the list before
 * it. Uses taken up. */
static void add_up(struct latent_chain *c)
{
    const struct latent_model *m = c->model;
    for (unsigned k = 0; k < m->classes; k++) {
        uint64_t *taken = c->taken + (size_t)k * m->histories;
        for (unsigned j = m->lists; j-- > 0;) {
            uint64_t sum = 0;
            for (unsigned h = 0; h < 1u << j; h++) {
                sum += taken[h | 1u << j];
                taken[h] += taken[h | 1u << j];
            }
            c->listed[k][j] = (int64_t)sum;
        }
        c->size[k] = (int64_t)taken[0];
    }
}

static void draw_unseen(struct latent_chain *c)
{
    const struct latent_model *m = c->model;
    double seen = 0;
    for (unsigned h = 1; h < m->histories; h++)
        seen += c->tails[h];
    double scale = variate_gamma(&c->v, m->n) / seen;
    c->unseen = 0;
    for (unsigned k = 0; k < m->classes; k++) {
        int64_t persons = variate_poisson(&c->v, scale * c->none[k]);
        c->size[k] += persons;
        c->unseen += persons;
    }
    c->unseen_at_limit = c->unseen >= VARIATE_COUNT_MAX;
    if (c->unseen_at_limit)
        c->unseen = VARIATE_COUNT_MAX;
}

static void exchange(struct latent_chain *c, unsigned k, unsigned l)
{
    int64_t size = c->size[k], listed[COUNT_LISTS_MAX];
    c->size[k] = c->size[l];
    c->size[l] = size;
    memcpy(listed, c->listed[k], sizeof listed);
    memcpy(c->listed[k], c->listed[l], sizeof listed);
    memcpy(c->listed[l], listed, sizeof listed);
}

/* With the weights integrated out the sizes have the probability
 *   product over k < K of gamma(1 + n_k) / (alpha + n_k + ... + n_K), times gamma(alpha + n_K),
 * up to what no exchange changes. */
static void exchange_labels(struct latent_chain *c)
{
    unsigned last = c->model->classes - 1;
    double a = c->alpha, x = (double)c->size[last - 1], y = (double)c->size[last];
    if (x != y) {
        int sign;
        double ratio = lgamma_r(a + x, &sign) - lgamma_r(1 + x, &sign) - lgamma_r(a + y, &sign) +
                       lgamma_r(1 + y, &sign);
        if (log(rng_unit(&c->v.rng)) < ratio)
            exchange(c, last - 1, last);
    }
    double after = a + (double)c->size[last];
    for (unsigned k = last - 1; k > 0; k--) {
        double now = after + (double)c->size[k], then = after + (double)c->size[k - 1];
        if (rng_unit(&c->v.rng) * (now + then) < now)
            exchange(c, k - 1, k);
        after += (double)c->size[k];
    }
}

static void draw_lists(struct latent_chain *c)
{
    for (unsigned k = 0; k < c->model->classes; k++) {
        for (unsigned j = 0; j < c->model->lists; j++) {
            if (c->size[k] == 0) {
                c->on[k][j] = rng_unit(&c->v.rng);
                c->off[k][j] = 1 - c->on[k][j];
                continue;
            }
            double x = variate_gamma(&c->v, 1 + (double)c->listed[k][j]);
            double y = variate_gamma(&c->v, 1 + (double)(c->size[k] - c->listed[k][j]));
            c->on[k][j] = x / (x + y);
            c->off[k][j] = y / (x + y);
        }
    }
}

/* log(1 - V) for V of beta(1 + size, alpha): alpha may be so small that 1 - V is no double. */
static double draw_log_left(struct latent_chain *c, double size)
{
    if (size == 0)
        return log(rng_unit(&c->v.rng)) / c->alpha;
    double log_y = variate_log_gamma(&c->v, c->alpha);
    return log_y - log(variate_gamma(&c->v, 1 + size) + exp(log_y));
}

/* A class takes the share V of what the classes before it have left: beta(1 + size, alpha +
 * after), after being the persons in the classes behind it. */
static void draw_sticks(struct latent_chain *c)
{
    unsigned last = c->model->classes - 1, k = 0;
    double after = 0, left = 1;
    for (unsigned l = 1; l <= last; l++)
        after += (double)c->size[l];
    for (; k < last && after > 0; k++) {
        double x = variate_gamma(&c->v, 1 + (double)c->size[k]);
        double y = variate_gamma(&c->v, c->alpha + after);
        c->weight[k] = left * (x / (x + y));
        left *= y / (x + y);
        after -= (double)c->size[k + 1];
    }
    c->log_last = log(left);
    for (; k < last; k++) {
        double log_left = draw_log_left(c, (double)c->size[k]);
        double weight = -left * expm1(log_left);
        c->weight[k] = weight < LATENT_WEIGHT_MIN ? 0 : weight;
        c->log_last += log_left;
        left *= exp(log_left);
        if (left < LATENT_WEIGHT_MIN)
            left = 0;
    }
    c->weight[last] = left;
}

void latent_chain_sweep(struct latent_chain *c)
{
    weigh(c);
    split_seen(c);
    add_up(c);
    draw_unseen(c);
    exchange_labels(c);
    draw_lists(c);
    draw_sticks(c);
    if (c->model->moves > 0)
        latent_move(c);
    c->alpha = variate_gamma(&c->v, c->model->alpha_shape + c->model->classes - 1) /
               (c->model->alpha_rate - c->log_last);
}
