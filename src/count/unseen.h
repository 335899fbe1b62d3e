/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A posterior over u, the number of persons on no list: from its density at any u to a median, an
 * interval, a mode.
 *
 * u goes over the whole numbers from 1 on, and sums over them are taken as such, not as integrals:
 * the range is cut into panels, at first each as long as all before it (so that they are evenly
 * spaced in log u), and in each the sum comes from Gauss's rule for sums (sums.h), which uses
 * every number where there are few. A panel is halved until its halves add up to it. What one gets
 * agrees to some 1e-9 with adding up every whole number, from some hundreds of values.
 *
 *   unseen_init(&x, n, max, cut, tail)        panels over the range
 *   unseen_split(&x, u, width)                finer where a peak is known that panels could miss
 *   unseen_integrate(&x, density)             finer until it is right
 *   unseen_answer(&x, density, estimate)      median, limits, mean, mode, spread, warnings
 *   unseen_release(&x) */
#ifndef COUNT_UNSEEN_H
#define COUNT_UNSEEN_H

#include "count/estimate.h"
#include "count/lanes.h"

/* The density, up to one factor that is the same for all u: f at count places (a multiple of LANES)
 * of which some may be the same. Not negative, finite, and smooth in log u between whole numbers.
 * 0 or an error, which is passed on. */
struct unseen_density {
    int (*at)(void *arg, const double *u, size_t count, double *ret_f);
    void *arg;
};

struct unseen_panel {
    double from, length; /* the whole numbers from .. from + length - 1 */
    unsigned nodes;      /* at most LANES; what is behind them repeats the last, with weight 0 */
    double u[LANES], weight[LANES], f[LANES];
    double mass; /* the sum of weight f */
    /* Of the panel whose half this is. */
    double parent_mass, parent_miss;
    uint8_t state;
};

struct unseen {
    double n;    /* documented */
    double max;  /* the largest u */
    bool cut;    /* by the prior: there is nothing beyond max */
    double tail; /* beyond, the density falls at least as u^-(1 + tail) in the end */
    struct unseen_panel *panels;
    size_t count, capacity;
    bool settled;  /* false: the density is too noisy to be added up */
    double total;  /* within the range */
    double beyond; /* behind max, by the slope that the density has there */
};

/* max and tail: more than 0. E_NOMEM. */
int unseen_init(struct unseen *x, double n, double max, bool cut, double tail) MUST_USE;
void unseen_release(struct unseen *x);
/* Makes panels short enough to see a peak at u that falls by about a half within width. E_NOMEM. */
int unseen_split(struct unseen *x, double u, double width) MUST_USE;
/* E_NOMEM; the density's errors. */
int unseen_integrate(struct unseen *x, const struct unseen_density *density) MUST_USE;
/* Fills given, n (the median), low, high, mean, mode and spread, and warns of GRID_EDGE and
 * TWO_HUMPS. Numbers are of the whole population, n + u. Limits that lie beyond max without cut are
 * infinite. Without cut the mean leaves the last 1e-9 of the mass out, and is 0, for none, when
 * what lies beyond max would move it by more than a thousandth: many posteriors with a median have
 * no mean. E_NOMEM; the density's errors. */
int unseen_answer(const struct unseen *x, const struct unseen_density *density,
                  struct count_estimate *e) MUST_USE;

#endif
