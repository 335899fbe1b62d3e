/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Stirling's series, with the terms that grow taken as a difference before they are computed. */
#include <math.h>

#include "base/compiler.h"
#include "count/gammas.h"

/* From here on four terms of the series leave 2e-17. */
#define SERIES_FROM 32
/* Below it a step costs no more than the last few digits. */
#define STEP_SMALL 1e5

static double series(double x)
{
    double r = 1 / x, r2 = r * r;
    return r * (1.0 / 12 - r2 * (1.0 / 360 - r2 * (1.0 / 1260 - r2 * (1.0 / 1680))));
}

/* log(to / from) */
static double growth(double from, double to, double step)
{
    return fabs(step) < from / 2 ? log1p(step / from) : log(to / from);
}

double gammas_step(struct gammas_way way)
{
    double from = way.from, to = way.to;
    ASSERT(from > 0 && to > 0);
    if (from < SERIES_FROM || to < SERIES_FROM) {
        int sign;
        return lgamma_r(to, &sign) - lgamma_r(from, &sign);
    }
    return (from - 0.5) * growth(from, to, way.step) + way.step * (log(to) - 1) +
           (series(to) - series(from));
}

double gammas_cross(struct gammas_way way, double shift, double base)
{
    double from = way.from + shift, to = way.to + shift, step = way.step;
    double lowest = fmin(fmin(from, to), fmin(way.from, way.to));
    if (fabs(step) < STEP_SMALL || fabs(step) < fabs(shift))
        return gammas_step((struct gammas_way){from, to, step}) - base;
    if (lowest < SERIES_FROM)
        return gammas_step((struct gammas_way){way.to, to, shift}) -
               gammas_step((struct gammas_way){way.from, from, shift});
    return (to - 0.5) * growth(way.to, to, shift) - (from - 0.5) * growth(way.from, from, shift) +
           shift * growth(way.from, way.to, step) + (series(to) - series(way.to)) -
           (series(from) - series(way.from));
}

long double gammas_log(long double x)
{
    int sign;
    return lgammal_r(x, &sign);
}
