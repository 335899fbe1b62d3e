/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>

#include "base/compiler.h"
#include "count/peaks.h"

#define BINS 512
#define REACH 4         /* of the kernel, in its widths */
#define TAIL_SHARE 1e-3 /* of the draws, lies beyond the range */
#define HUMP_SHARE 0.05

struct grid {
    double from, step; /* of the logarithm */
    bool reflects;     /* from is the smallest there can be */
    double share[BINS], density[BINS];
};

static double middle(const struct grid *g, size_t bin)
{
    return g->from + ((double)bin + 0.5) * g->step;
}

static double log_quantile(const double *sorted, size_t count, double p)
{
    return log(sorted[(size_t)(p * (double)(count - 1))]);
}

/* Never narrower than a whole number or the rounding of a double. */
static double kernel_width(const double *sorted, size_t count, double effective)
{
    double mean = 0, square = 0;
    for (size_t i = 0; i < count; i++) {
        double x = log(sorted[i]) - log(sorted[count / 2]);
        mean += x / (double)count;
        square += x * x / (double)count;
    }
    double sd = sqrt(fmax(square - mean * mean, 0));
    double spread = (log_quantile(sorted, count, 0.75) - log_quantile(sorted, count, 0.25)) / 1.349;
    double width = 0.9 * (spread > 0 ? fmin(sd, spread) : sd) * pow(fmax(effective, 1), -0.2);
    return fmax(width, fmax(0.5 / sorted[count / 2], 1e-12));
}

/* A whole number N stands for all between N - 0.5 and N + 0.5, over which equal draws are laid out
 * evenly: else small numbers would be peaks each. */
static void fill(struct grid *g, const double *sorted, size_t count)
{
    for (size_t from = 0, to; from < count; from = to) {
        to = from + 1;
        while (to < count && sorted[to] == sorted[from])
            to++;
        for (size_t i = from; i < to; i++) {
            double within = ((double)(i - from) + 0.5) / (double)(to - from) - 0.5;
            double bin = (log(sorted[from] + within) - g->from) / g->step;
            if (bin >= 0 && bin < BINS)
                g->share[(size_t)bin] += 1 / (double)count;
        }
    }
}

static void smooth(struct grid *g, double width)
{
    double kernel[2 * BINS] = {0};
    size_t reach = 0;
    for (; reach < 2 * BINS && (double)reach * g->step <= REACH * width; reach++) {
        double z = (double)reach * g->step / width;
        kernel[reach] = exp(-0.5 * z * z);
    }
    for (size_t i = 0; i < BINS; i++) {
        for (size_t j = 0; j < BINS; j++) {
            size_t away = i > j ? i - j : j - i;
            double weight = kernel[away];
            if (g->reflects)
                weight += kernel[i + j + 1];
            g->density[i] += weight * g->share[j];
        }
    }
}

/* From one end inwards, as far as the highest place: whether there is one less than half as high as
 * the highest before it (ret_first), with enough of the draws before and behind. */
static bool find_valley(const struct grid *g, bool down, size_t *ret_first)
{
    double top = 0, share = 0;
    size_t first = down ? BINS - 1 : 0;
    for (size_t i = 0; i < BINS; i++)
        top = fmax(top, g->density[i]);
    for (size_t i = 0; i < BINS && g->density[first] < top; i++) {
        size_t at = down ? BINS - 1 - i : i;
        share += g->share[at];
        if (g->density[at] > g->density[first])
            first = at;
        if (g->density[at] < g->density[first] / 2 && share > HUMP_SHARE &&
            share < 1 - HUMP_SHARE) {
            *ret_first = first;
            return true;
        }
    }
    return false;
}

static size_t highest(const struct grid *g, bool as_number)
{
    size_t best = 0;
    double most = -1;
    for (size_t i = 0; i < BINS; i++) {
        double height = g->density[i] * (as_number ? exp(g->from - middle(g, i)) : 1);
        if (height > most) {
            most = height;
            best = i;
        }
    }
    return best;
}

void peaks_find(const double *sorted, size_t count, double least, double effective,
                struct peaks *ret)
{
    ASSERT(count > 0 && least >= 1 && sorted[0] >= least);
    double width = kernel_width(sorted, count, effective);
    double end = log_quantile(sorted, count, 1 - TAIL_SHARE) + REACH * width;
    double begin = log(sorted[0] - 0.5) - REACH * width;
    struct grid g = {.from = begin};
    if (begin < log(least - 0.5)) {
        g.from = log(least - 0.5);
        g.reflects = true;
    }
    g.step = (end - g.from) / BINS;
    fill(&g, sorted, count);
    smooth(&g, width);
    *ret = (struct peaks){.mode = fmax(least, round(exp(middle(&g, highest(&g, true)))))};
    size_t first = 0, second = highest(&g, false);
    if (find_valley(&g, false, &first) || find_valley(&g, true, &first)) {
        ret->two = true;
        ret->first = round(exp(middle(&g, first < second ? first : second)));
        ret->second = round(exp(middle(&g, first < second ? second : first)));
    }
}
