/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Autocovariances are summed lag by lag, not by a Fourier transform: the sum stops at the first
 * pair of lags that is not positive, after some tens of them when the chains mix. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/mem.h"
#include "count/chains.h"
#include "count/number.h"

/* Halves of chains, one behind the other. */
struct halves {
    double *x;
    size_t count, length;
};

struct ranked {
    double value;
    size_t at;
};

static int by_value(const void *a, const void *b)
{
    double x = ((const struct ranked *)a)->value, y = ((const struct ranked *)b)->value;
    return (x > y) - (x < y);
}

static void sort(const double *x, size_t count, struct ranked *sorted)
{
    for (size_t i = 0; i < count; i++)
        sorted[i] = (struct ranked){x[i], i};
    qsort(sorted, count, sizeof *sorted, by_value);
}

/* z[i]: the normal quantile of the rank of x[i]; equal ones have their mean rank. */
static void normalise(const double *x, size_t count, struct ranked *sorted, double *z)
{
    sort(x, count, sorted);
    for (size_t from = 0, to; from < count; from = to) {
        to = from + 1;
        while (to < count && sorted[to].value == sorted[from].value)
            to++;
        double rank = 0.5 * (double)(from + 1 + to);
        double quantile = number_normal_quantile((rank - 0.375) / ((double)count + 0.25));
        for (size_t i = from; i < to; i++)
            z[sorted[i].at] = quantile;
    }
}

static double mean_of(const double *x, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += x[i];
    return sum / (double)count;
}

/* Within the halves, and of their means. */
struct variances {
    double within, between;
};

static struct variances variances_of(const struct halves *h)
{
    struct variances v = {0, 0};
    double grand = mean_of(h->x, h->count * h->length);
    for (size_t i = 0; i < h->count; i++) {
        const double *x = h->x + i * h->length;
        double mean = mean_of(x, h->length), sum = 0;
        for (size_t t = 0; t < h->length; t++)
            sum += (x[t] - mean) * (x[t] - mean);
        v.within += sum / (double)(h->length - 1) / (double)h->count;
        v.between += (mean - grand) * (mean - grand) / (double)(h->count - 1);
    }
    return v;
}

static double rhat_of(const struct halves *h)
{
    struct variances v = variances_of(h);
    if (v.between == 0)
        return 1;
    if (v.within == 0)
        return CHAINS_RHAT_MAX;
    double keep = (double)(h->length - 1) / (double)h->length;
    return fmin(sqrt(keep + v.between / v.within), CHAINS_RHAT_MAX);
}

/* The mean over the halves, each about its own mean; takes the means away from x. */
static double autocovariance(const struct halves *h, size_t lag)
{
    double sum = 0;
    for (size_t i = 0; i < h->count; i++) {
        const double *x = h->x + i * h->length;
        for (size_t t = lag; t < h->length; t++)
            sum += x[t] * x[t - lag];
    }
    return sum / (double)(h->count * h->length);
}

static void centre(struct halves *h)
{
    for (size_t i = 0; i < h->count; i++) {
        double *x = h->x + i * h->length, mean = mean_of(x, h->length);
        for (size_t t = 0; t < h->length; t++)
            x[t] -= mean;
    }
}

/* By Geyer's initial monotone sequence (1992): sums of two neighbouring autocorrelations are
 * positive and fall, so what is not so is noise. Uses x up. */
static double effective_of(struct halves *h)
{
    struct variances v = variances_of(h);
    double draws = (double)(h->count * h->length);
    double keep = (double)(h->length - 1) / (double)h->length;
    double all = v.within * keep + v.between;
    if (all == 0)
        return draws;
    centre(h);
    double odd = 1 - (v.within - autocovariance(h, 1)) / all;
    double pair = 1 + odd, tau = -1;
    for (size_t lag = 2; pair > 0; lag += 2) {
        tau += 2 * pair;
        if (lag + 5 > h->length)
            break;
        double even = 1 - (v.within - autocovariance(h, lag)) / all;
        odd = 1 - (v.within - autocovariance(h, lag + 1)) / all;
        if (even + odd <= 0) {
            tau += fmax(even, 0); /* one more, which lowers the variance where chains alternate */
            break;
        }
        pair = fmin(even + odd, pair);
    }
    return draws / fmax(tau, 1 / log10(draws));
}

/* The effective size for the quantile p: that of the indicator of being at or below it. sorted are
 * the draws in order. */
static double effective_at(const double *x, struct halves *h, const struct ranked *sorted, double p)
{
    size_t count = h->count * h->length;
    double at = p * (double)(count - 1);
    size_t below = (size_t)at;
    double next = sorted[below + 1 < count ? below + 1 : below].value;
    double quantile = sorted[below].value + (at - (double)below) * (next - sorted[below].value);
    for (size_t i = 0; i < count; i++)
        h->x[i] = x[i] <= quantile;
    return effective_of(h);
}

struct scratch {
    double *x, *folded, *z;
    struct ranked *sorted;
};

static void scratch_release(struct scratch *s)
{
    mem_free(s->x);
    mem_free(s->sorted);
}

static int scratch_init(struct scratch *s, size_t count)
{
    *s = (struct scratch){.x = mem_calloc(3 * count, sizeof *s->x),
                          .sorted = mem_calloc(count, sizeof *s->sorted)};
    REJECT_IF(!s->x || !s->sorted, E_NOMEM);
    s->folded = s->x + count;
    s->z = s->folded + count;
    return 0;
}

int chains_diagnose(const double *draws, size_t chains, size_t length, double low, double high,
                    struct chains *ret)
{
    ASSERT(chains > 0 && length >= CHAINS_LENGTH_MIN);
    size_t half = length / 2, count = 2 * chains * half;
    CLEANUP(scratch_release) struct scratch s;
    TRY(scratch_init(&s, count));
    struct halves h = {.x = s.z, .count = 2 * chains, .length = half};
    for (size_t i = 0; i < chains; i++) {
        for (size_t t = 0; t < half; t++) {
            s.x[2 * i * half + t] = draws[i * length + t];
            s.x[(2 * i + 1) * half + t] = draws[(i + 1) * length - half + t];
        }
    }
    struct chains result;
    sort(s.x, count, s.sorted);
    double median = 0.5 * (s.sorted[(count - 1) / 2].value + s.sorted[count / 2].value);
    result.low = effective_at(s.x, &h, s.sorted, low);
    result.high = effective_at(s.x, &h, s.sorted, high);
    for (size_t i = 0; i < count; i++)
        s.folded[i] = fabs(s.x[i] - median);
    normalise(s.folded, count, s.sorted, s.z);
    double width = rhat_of(&h);
    normalise(s.x, count, s.sorted, s.z);
    result.rhat = fmax(rhat_of(&h), width);
    result.effective = effective_of(&h);
    *ret = result;
    return 0;
}
