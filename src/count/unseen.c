/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The panels and the sum. What is read off them is in unseen_answer.c. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "count/sums.h"
#include "count/unseen.h"

#define PANEL_SHORT LANES /* so many numbers are added one by one */
/* Panels agree with their halves to so much of the total; the halves are then far better. */
#define AGREES 1e-9
/* A panel with less is nothing. */
#define NOTHING 1e-13
/* When values are so noisy that halving no longer helps, this much must do. */
#define NOISE_MAX 1e-4
/* Hundreds are enough for a density that is smooth. */
#define PANELS_MAX 2048

enum state { STATE_NEW, STATE_OPEN, STATE_DONE };

static void set_panel(struct unseen_panel *p, double from, double length)
{
    *p = (struct unseen_panel){.from = from, .length = length, .state = STATE_NEW};
    p->parent_miss = INFINITY;
    p->nodes = sums_rule(LANES, length, p->u, p->weight);
    for (unsigned i = 0; i < LANES; i++)
        p->u[i] = from + p->u[i < p->nodes ? i : p->nodes - 1];
}

static int make_room(struct unseen *x, size_t more)
{
    if (x->count + more <= x->capacity)
        return 0;
    size_t capacity = 2 * x->capacity + more;
    struct unseen_panel *panels = mem_realloc(x->panels, capacity * sizeof *panels);
    REJECT_IF(!panels, E_NOMEM);
    x->panels = panels;
    x->capacity = capacity;
    return 0;
}

int unseen_init(struct unseen *x, double n, double max, bool cut, double tail)
{
    ASSERT(max >= 1 && isfinite(max) && tail > 0);
    *x = (struct unseen){.n = n, .max = floor(max), .cut = cut, .tail = tail};
    double from = 1;
    for (bool last = false; !last;) {
        double length = fmax(from - 1, PANEL_SHORT), left = x->max - from + 1;
        last = left <= length; /* beyond 2^53 from + left may be from */
        if (make_room(x, 1) < 0) {
            unseen_release(x);
            return E_NOMEM;
        }
        set_panel(&x->panels[x->count++], from, last ? left : length);
        from += length;
    }
    return 0;
}

void unseen_release(struct unseen *x)
{
    mem_free(x->panels);
    x->panels = NULL;
    x->count = x->capacity = 0;
}

static size_t panel_of(const struct unseen *x, double u)
{
    size_t low = 0, high = x->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (x->panels[middle].from <= u)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Puts the two halves of whole, which may be left's own place, into left and right. */
static void halve(const struct unseen_panel *whole, struct unseen_panel *left,
                  struct unseen_panel *right)
{
    double from = whole->from, length = whole->length, half = floor(length / 2);
    set_panel(right, from + half, length - half);
    set_panel(left, from, half);
}

static int split_at(struct unseen *x, double u, double length_max)
{
    u = fmin(fmax(u, 1), x->max);
    size_t at = panel_of(x, u);
    while (x->panels[at].length > fmax(length_max, PANEL_SHORT) && x->count < PANELS_MAX) {
        TRY(make_room(x, 1));
        struct unseen_panel *p = &x->panels[at];
        memmove(p + 2, p + 1, (x->count - at - 1) * sizeof *p);
        x->count++;
        halve(p, p, p + 1);
        at += u >= p[1].from;
    }
    return 0;
}

int unseen_split(struct unseen *x, double u, double width)
{
    /* Where a panel ends near the peak, the next one must see it too. */
    for (int side = -1; side <= 1; side++)
        TRY(split_at(x, u + 8 * width * side, 8 * width));
    return 0;
}

/* The values of all panels that are new. */
static int evaluate(struct unseen *x, const struct unseen_density *density)
{
    size_t fresh = 0;
    for (size_t i = 0; i < x->count; i++)
        fresh += x->panels[i].state == STATE_NEW;
    double *u = mem_calloc(2 * fresh, LANES * sizeof *u);
    REJECT_IF(!u, E_NOMEM);
    double *f = u + fresh * LANES, *to = u, *from = f;
    for (size_t i = 0; i < x->count; i++) {
        if (x->panels[i].state == STATE_NEW) {
            memcpy(to, x->panels[i].u, LANES * sizeof *u);
            to += LANES;
        }
    }
    int error = density->at(density->arg, u, fresh * LANES, f);
    for (size_t i = 0; error == 0 && i < x->count; i++) {
        struct unseen_panel *p = &x->panels[i];
        if (p->state != STATE_NEW)
            continue;
        memcpy(p->f, from, LANES * sizeof *f);
        from += LANES;
        p->mass = 0;
        for (unsigned k = 0; k < p->nodes; k++)
            p->mass += p->weight[k] * p->f[k];
        p->state = STATE_OPEN;
    }
    mem_free(u);
    return error;
}

static void add_up(struct unseen *x)
{
    x->total = 0;
    for (size_t i = 0; i < x->count; i++)
        x->total += x->panels[i].mass;
}

/* Replaces every open panel that matters by its halves, new; the others are done. */
static int halve_open(struct unseen *x, bool *ret_any)
{
    size_t more = 0;
    for (size_t i = 0; i < x->count; i++) {
        struct unseen_panel *p = &x->panels[i];
        if (p->state == STATE_OPEN && (p->length <= PANEL_SHORT || p->mass <= NOTHING * x->total))
            p->state = STATE_DONE;
        more += p->state == STATE_OPEN;
    }
    x->settled = x->count + more <= PANELS_MAX;
    *ret_any = more > 0 && x->settled;
    if (!*ret_any)
        return 0;
    TRY(make_room(x, more));
    size_t to = x->count + more;
    for (size_t i = x->count; i-- > 0;) {
        struct unseen_panel whole = x->panels[i];
        if (whole.state == STATE_DONE) {
            x->panels[--to] = whole;
            continue;
        }
        to -= 2;
        struct unseen_panel *left = &x->panels[to], *right = left + 1;
        halve(&whole, left, right);
        left->parent_mass = whole.mass;
        left->parent_miss = right->parent_miss = whole.parent_miss;
    }
    x->count += more;
    return 0;
}

/* Closes the pairs of halves that add up to what their panel had. */
static void compare_halves(struct unseen *x)
{
    for (size_t i = 0; i < x->count; i++) {
        struct unseen_panel *left = &x->panels[i], *right = left + 1;
        if (left->state != STATE_OPEN)
            continue;
        double miss = fabs(left->mass + right->mass - left->parent_mass);
        bool noise = miss <= NOISE_MAX * x->total && miss > left->parent_miss / 8;
        if (miss <= AGREES * x->total || noise)
            left->state = right->state = STATE_DONE;
        left->parent_miss = right->parent_miss = miss;
        i++;
    }
}

/* By the slope between the last two places, or the one that it must have in the end. */
static double mass_beyond(const struct unseen *x)
{
    const struct unseen_panel *last = &x->panels[x->count - 1];
    unsigned k = last->nodes - 1;
    if (k == 0 || !(last->f[k] > 0) || !(last->f[k - 1] > 0))
        return 0;
    double slope = log(last->f[k - 1] / last->f[k]) / log(last->u[k] / last->u[k - 1]);
    return last->f[k] * last->u[k] / fmax(slope - 1, x->tail);
}

int unseen_integrate(struct unseen *x, const struct unseen_density *density)
{
    TRY(evaluate(x, density));
    for (;;) {
        add_up(x);
        bool any;
        TRY(halve_open(x, &any));
        if (!any)
            break;
        TRY(evaluate(x, density));
        add_up(x);
        compare_halves(x);
    }
    x->beyond = mass_beyond(x);
    return 0;
}
