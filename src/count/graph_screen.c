/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which graphs matter. A log likelihood is smooth in log u however many persons there are, so that
 * a coarse grid shows where peaks are and bounds how high; but with many persons peaks are narrower
 * than the grid. So: all graphs in the coarse grid; then the most promising are closed in on, and
 * the grid is made finer where their peaks are, which is where most others have theirs; then those
 * that are steep, once more in that grid; and only what is still not seen whole, one by one. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "count/graph_fits_internal.h"

/* What lies so far below the best model's peak does not matter: 617,675 times e^-45 is 2e-14. */
#define CUT 45
/* A peak that falls by more from one place to the next may be higher between them. */
#define STEEP 4

/* The places at which graphs are looked at: those of x's panels. */
struct grid {
    double *u, *log_u;
    size_t padded, count; /* places; without those that fill the last panel up */
    lanes *steps;
};

struct screen {
    struct graph_fits *fits;
    struct grid grid;
    double *heights;   /* grid.padded, for each worker */
    long double zero;  /* what heights are relative to */
    double cut, floor; /* some peak is as high as floor */
};

static void release_grid(struct screen *s)
{
    mem_free(s->grid.u);
    mem_free(s->grid.steps);
    mem_free(s->heights);
    s->grid = (struct grid){0};
    s->heights = NULL;
}

static int make_grid(struct screen *s, const struct unseen *x)
{
    size_t padded = x->count * LANES;
    struct grid *g = &s->grid;
    release_grid(s);
    g->u = mem_calloc(2, padded * sizeof *g->u);
    s->heights = mem_calloc(workers_count(s->fits->means->workers), padded * sizeof *s->heights);
    REJECT_IF(!g->u || !s->heights, E_NOMEM);
    g->log_u = g->u + padded;
    g->padded = padded;
    g->count = padded - LANES + x->panels[x->count - 1].nodes;
    for (size_t i = 0; i < padded; i++) {
        g->u[i] = x->panels[i / LANES].u[i % LANES];
        g->log_u[i] = log(g->u[i]);
    }
    return graph_fits_table(s->fits->terms, g->u, padded, &g->steps);
}

static struct fit fit_of(const struct graph *g)
{
    struct fit fit = {.edges = g->edges, .clique_count = (uint8_t)g->clique_count};
    memcpy(fit.sets, g->cliques, g->clique_count);
    memcpy(fit.sets + g->clique_count, g->separators, g->clique_count - 1);
    return fit;
}

static long double at_reference(const struct graph_terms *t, const struct fit *fit)
{
    long double sum = 0;
    for (unsigned i = 0; i < fit_set_count(fit); i++) {
        long double term = t->at_reference[fit->sets[i]];
        sum += i < fit->clique_count ? term : -term;
    }
    return sum;
}

/* The logarithms of u f(u), whose integral over log u is the mass. */
static void fill_heights(const struct screen *s, const struct fit *fit, double *h)
{
    const struct graph_terms *t = s->fits->terms;
    size_t sets = (size_t)1 << t->lists;
    double value = (double)(at_reference(t, fit) - s->zero);
    for (size_t i = 0; i < s->grid.padded; i += LANES) {
        lanes sum = *(const lanes *)(s->grid.log_u + i) + value;
        fit_add_steps(fit, s->grid.steps + i / LANES * sets, &sum);
        *(lanes *)(h + i) = sum;
    }
}

/* The next place from k on that is higher than its neighbours; count when there is none. */
static size_t next_peak(const struct grid *g, const double *h, size_t k)
{
    while (k < g->count &&
           !((k == 0 || h[k] >= h[k - 1]) && (k + 1 == g->count || h[k] > h[k + 1])))
        k++;
    return k;
}

/* How far it falls from a peak to its neighbours, when there is something between them and it: a
 * parabola through them rises by an eighth of that at most, where they are evenly spaced, and by
 * less than half however they are. */
static double fall_at(const struct grid *g, const double *h, size_t k)
{
    if (k == 0 || k + 1 == g->count || g->u[k + 1] - g->u[k - 1] <= 2)
        return 0;
    return h[k] - fmin(h[k - 1], h[k + 1]);
}

static void note_height(struct graph_fits_range *r, double height, double u)
{
    if (height > r->best) {
        r->best = height;
        r->best_u = u;
    }
}

/* items with room for one more than count of them; NULL for no memory. */
static void *with_room(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    size_t wanted = 2 * *capacity + 64;
    void *grown = mem_realloc(items, wanted * size);
    if (grown)
        *capacity = wanted;
    return grown;
}

static int put_fit(struct graph_fits_range *r, const struct fit *fit)
{
    struct fit *fits = with_room(r->fits, r->count, &r->capacity, sizeof *fits);
    REJECT_IF(!fits, E_NOMEM);
    r->fits = fits;
    r->fits[r->count++] = *fit;
    return 0;
}

/* First look: a bound for each graph's peak. */
static int screen_one(const struct screen *s, struct graph_fits_range *r, const struct graph *graph,
                      double *h)
{
    const struct grid *g = &s->grid;
    struct fit fit = fit_of(graph);
    fit.value = -INFINITY;
    double likely = -INFINITY;
    fill_heights(s, &fit, h);
    for (size_t k = next_peak(g, h, 0); k < g->count; k = next_peak(g, h, k + 1)) {
        double fall = fall_at(g, h, k);
        fit.steep |= fall > STEEP && h[k] + fall / 2 > r->best - s->cut;
        fit.value = fmax(fit.value, h[k] + fall / 2);
        likely = fmax(likely, h[k] + fall / 8);
        note_height(r, h[k], g->u[k]);
    }
    if (likely > r->likely) {
        r->likely = likely;
        r->likely_fit = fit;
    }
    return fit.value > r->best - s->cut ? put_fit(r, &fit) : 0;
}

static int screen_range(void *arg, size_t index, unsigned worker)
{
    const struct screen *s = arg;
    const struct graph_fits *fits = s->fits;
    struct graph_fits_range *r = &fits->ranges[index];
    REJECT_IF(watch_stopped(fits->means->watch), E_STOPPED);
    watch_progress(fits->means->watch, "decomposable models", index, fits->range_count);
    struct graph g;
    for (uint32_t at = r->from; graphs_next(fits->terms->lists, &at, r->below, &g);)
        TRY(screen_one(s, r, &g, s->heights + worker * s->grid.padded));
    return 0;
}

static double height_step(const struct graph_terms *t, const struct fit *fit, double from_u,
                          double u)
{
    double sum = log(u / from_u);
    for (unsigned i = 0; i < fit_set_count(fit); i++) {
        double step = graph_terms_step(t, fit->sets[i], from_u, u);
        sum += i < fit->clique_count ? step : -step;
    }
    return sum;
}

/* Closes in on the peak about place k, until it is seen whole: falls by less than a half from one
 * of eleven places to the next, or there is no number between them. Each round is relative to the
 * best place of the last, so that differences are exact however many persons there are. */
static struct peak close_in(const struct screen *s, const struct fit *fit, const double *height,
                            size_t k)
{
    struct peak peak = {.u = s->grid.u[k], .height = height[k]};
    double low = s->grid.u[k - 1], high = s->grid.u[k + 1];
    for (int round = 0;; round++) {
        double h[11];
        unsigned best = 0;
        peak.width = (high - low) / 10;
        for (unsigned i = 0; i <= 10; i++) {
            h[i] = height_step(s->fits->terms, fit, peak.u, low + i * peak.width);
            best = h[i] > h[best] ? i : best;
        }
        unsigned left = best > 0 ? best - 1 : 0, right = best < 10 ? best + 1 : 10;
        peak.u = low + best * peak.width;
        peak.height += h[best];
        if (peak.width <= 1 || h[best] - fmin(h[left], h[right]) < 0.5 || round == 64)
            return peak;
        high = low + right * peak.width;
        low += left * peak.width;
    }
}

static int put_peak(struct graph_fits_range *r, const struct peak *peak)
{
    struct peak *peaks = with_room(r->peaks, r->peak_count, &r->peak_capacity, sizeof *peaks);
    REJECT_IF(!peaks, E_NOMEM);
    r->peaks = peaks;
    r->peaks[r->peak_count++] = *peak;
    return 0;
}

/* Second look, at one that is steep: its peaks as they are. */
static int resolve(const struct screen *s, struct graph_fits_range *r, struct fit *fit, double *h)
{
    const struct grid *g = &s->grid;
    fill_heights(s, fit, h);
    fit->value = -INFINITY;
    for (size_t k = next_peak(g, h, 0); k < g->count; k = next_peak(g, h, k + 1)) {
        double fall = fall_at(g, h, k);
        struct peak peak = {.u = g->u[k], .height = h[k] + fall / 8};
        if (h[k] + fall / 2 < fmax(r->best, s->floor) - s->cut)
            continue;
        if (fall > STEEP) {
            peak = close_in(s, fit, h, k);
            TRY(put_peak(r, &peak));
        }
        fit->value = fmax(fit->value, peak.height);
        note_height(r, peak.height, peak.u);
    }
    return 0;
}

static int resolve_range(void *arg, size_t index, unsigned worker)
{
    const struct screen *s = arg;
    struct graph_fits_range *r = &s->fits->ranges[index];
    size_t kept = 0;
    REJECT_IF(watch_stopped(s->fits->means->watch), E_STOPPED);
    for (size_t i = 0; i < r->count; i++) {
        struct fit fit = r->fits[i];
        if (fit.value > s->floor - s->cut && fit.steep)
            TRY(resolve(s, r, &fit, s->heights + worker * s->grid.padded));
        if (fit.value > fmax(r->best, s->floor) - s->cut)
            r->fits[kept++] = fit;
    }
    r->count = kept;
    return 0;
}

/* Makes x finer about the narrow peaks that are known. */
static int split_at_peaks(const struct screen *s, struct unseen *x)
{
    for (size_t i = 0; i < s->fits->range_count; i++) {
        struct graph_fits_range *r = &s->fits->ranges[i];
        for (size_t k = 0; k < r->peak_count; k++) {
            if (r->peaks[k].height > s->floor - s->cut)
                TRY(unseen_split(x, r->peaks[k].u, r->peaks[k].width));
        }
        r->peak_count = 0;
    }
    return 0;
}

static void raise_floor(struct screen *s)
{
    for (size_t i = 0; i < s->fits->range_count; i++)
        s->floor = fmax(s->floor, s->fits->ranges[i].best);
}

/* Terms near the best peak are exact differences. */
static void refer_to_best(const struct screen *s)
{
    double best_u = 1;
    for (size_t i = s->fits->range_count; i-- > 0;)
        best_u = s->fits->ranges[i].best == s->floor ? s->fits->ranges[i].best_u : best_u;
    graph_terms_refer(s->fits->terms, fmax(floor(best_u), 1));
}

static int resolve_steep(struct screen *s, struct unseen *x)
{
    bool steep = false;
    for (size_t i = 0; i < s->fits->range_count; i++) {
        struct graph_fits_range *r = &s->fits->ranges[i];
        for (size_t k = 0; k < r->count && !steep; k++)
            steep = r->fits[k].steep;
        if (r->likely_fit.steep)
            TRY(resolve(s, r, &r->likely_fit, s->heights));
    }
    raise_floor(s);
    if (!steep)
        return 0;
    refer_to_best(s);
    TRY(split_at_peaks(s, x));
    TRY(make_grid(s, x));
    TRY(workers_run(s->fits->means->workers, s->fits->range_count, resolve_range, s));
    raise_floor(s);
    return split_at_peaks(s, x);
}

/* Drops what the whole, not only its range, shows not to matter; then takes the value at the best
 * peak for the reference. */
static void keep(const struct screen *s, struct graph_fits *fits)
{
    long double top = -INFINITY;
    fits->kept = 0;
    for (size_t i = 0; i < fits->range_count; i++) {
        struct graph_fits_range *r = &fits->ranges[i];
        size_t kept = 0;
        for (size_t k = 0; k < r->count; k++) {
            if (r->fits[k].value > s->floor - s->cut)
                r->fits[kept++] = r->fits[k];
        }
        r->count = kept;
        fits->kept += kept;
        for (size_t k = 0; k < kept; k++)
            top = fmaxl(top, at_reference(fits->terms, &r->fits[k]));
    }
    for (size_t i = 0; i < fits->range_count; i++) {
        struct graph_fits_range *r = &fits->ranges[i];
        for (size_t k = 0; k < r->count; k++)
            r->fits[k].value = (double)(at_reference(fits->terms, &r->fits[k]) - top);
    }
}

static int screen_with(struct screen *s, struct unseen *x)
{
    struct graph_fits *fits = s->fits;
    TRY(make_grid(s, x));
    TRY(workers_run(fits->means->workers, fits->range_count, screen_range, s));
    raise_floor(s);
    TRY(resolve_steep(s, x));
    refer_to_best(s);
    keep(s, fits);
    return 0;
}

int graph_fits_screen(struct graph_fits *fits, struct unseen *x)
{
    const struct graph_terms *t = fits->terms;
    struct screen s = {.fits = fits, .floor = -INFINITY};
    s.zero = t->at_reference[(1u << t->lists) - 1];
    /* With more persons than digits the heights are rough. */
    s.cut = CUT + 1e-14 * t->n * log(t->n + 1);
    int error = screen_with(&s, x);
    release_grid(&s);
    return error;
}
