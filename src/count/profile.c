/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The slope of L is known without a second fit: with the parameters at their maximum only the N in
 * the factorials and in (N-n) log p0 moves, so that
 *     dL/dN = digamma(N + 1) - digamma(N - n + 1) + log(fitted unseen / N).
 * So Newton's method finds a limit in two or three fits, and few points make the whole curve. */
#include <math.h>

#include "count/number.h"
#include "count/profile.h"

/* Fewer unseen than this are none. */
#define UNSEEN_MIN 1e-3
#define FITS_MAX 60
#define Z95 1.959963984540054
/* The largest step of the logarithm of the unseen: a factor of 20. */
#define STEP_MAX 3.0
#define ROUNDING 1e-9

struct point {
    double u, loglik, slope; /* slope by u */
    bool sound;
};

/* c of the header. */
static double stirling_rest(double x)
{
    if (x < 8)
        return number_log_factorial(x) - (x > 0 ? x * log(x) - x : 0);
    double y = 1 / (x * x);
    return 0.5 * log(2 * M_PI * x) + (1.0 / 12 - y * (1.0 / 360 - y * (1.0 / 1260 - y / 1680))) / x;
}

/* digamma(x + 1) - log x, x > 0. */
static double digamma_rest(double x)
{
    double sum = 0, from = x;
    for (; x < 8; x++)
        sum -= 1 / (x + 1);
    double y = 1 / (x * x);
    sum += (0.5 - (1.0 / 12 - y * (1.0 / 120 - y / 252)) / x) / x;
    return from == x ? sum : sum + log(x / from);
}

static struct point look(const struct profile_source *s, double u)
{
    double unseen = exp(u), all = s->documented + unseen, deviance, fitted;
    struct point p = {.u = u};
    if (!s->fit(s->arg, unseen, &deviance, &fitted) || !(fitted > 0))
        return p;
    p.loglik = stirling_rest(all) - stirling_rest(unseen) - deviance / 2;
    p.slope = unseen * (digamma_rest(all) - digamma_rest(unseen) + log(fitted / unseen));
    p.sound = isfinite(p.loglik) && isfinite(p.slope);
    return p;
}

static double floor_u(void)
{
    return log(UNSEEN_MIN);
}

static double ceiling_u(const struct profile_source *s)
{
    return log(2 * COUNT_ABSURD * (s->documented + 1));
}

static double clamp(double x, double low, double high)
{
    return fmin(fmax(x, low), high);
}

/* The u with the highest likelihood: Newton's method on the slope, with the curvature first as the
 * standard error says it and then from the last two points, between the points that are known to
 * lie below and above. */
static struct point find_top(const struct profile_source *s)
{
    double below = floor_u(), above = ceiling_u(s), curvature = 1 / (s->log_sd * s->log_sd);
    struct point p = look(s, clamp(log(fmax(s->unseen, UNSEEN_MIN)), below, above));
    for (int i = 0; p.sound && fabs(p.slope) > 1e-5 * sqrt(curvature); i++) {
        if (i == FITS_MAX || above - below < 1e-9)
            break;
        if (p.slope > 0)
            below = p.u;
        else
            above = p.u;
        double next = p.u + clamp(p.slope / curvature, -STEP_MAX, STEP_MAX);
        if (!(next > below && next < above))
            next = p.slope > 0 && above == ceiling_u(s) ? above
                   : p.slope < 0 && below == floor_u()  ? below
                                                        : (below + above) / 2;
        struct point last = p;
        p = look(s, next);
        if ((next <= floor_u() && p.slope <= 0) || (next >= ceiling_u(s) && p.slope >= 0))
            break;
        double measured = (last.slope - p.slope) / (p.u - last.u);
        if (measured > 0)
            curvature = measured;
    }
    return p;
}

/* The signed root of the likelihood that is lost from the top to p. */
static double root_at(const struct profile *profile, const struct point *p)
{
    double lost = 2 * (profile->top_loglik - p->loglik);
    return lost > 0 ? copysign(sqrt(lost), p->u - profile->top) : 0;
}

/* The u whose signed root is z. The floor where the likelihood stays above that down to it;
 * INFINITY where it stays above up to the ceiling; NAN without a fit. */
static double find_root(const struct profile_source *s, const struct profile *profile, double z)
{
    double side = z < 0 ? -1 : 1, end = z < 0 ? floor_u() : ceiling_u(s);
    double inner = profile->top, outer = end;
    double u = profile->top + clamp(z * s->log_sd, -STEP_MAX, STEP_MAX);
    bool passed = false; /* outer is known to lie beyond the root */
    for (int i = 0; i < FITS_MAX; i++) {
        if (!((u - inner) * side > 0 && (outer - u) * side > 0))
            u = passed ? (inner + outer) / 2 : outer;
        struct point p = look(s, u);
        if (!p.sound)
            return NAN;
        double r = root_at(profile, &p), slope = -p.slope / r;
        if (fabs(r - z) < 1e-9 || fabs(outer - inner) < 1e-12)
            return u;
        if (fabs(r) > fabs(z)) {
            outer = u;
            passed = true;
        } else if (u == end) {
            return z < 0 ? u : INFINITY;
        } else {
            inner = u;
        }
        u = slope > 0 ? u + clamp((z - r) / slope, -STEP_MAX, STEP_MAX) : u + side * STEP_MAX;
    }
    return u;
}

bool profile_limits(const struct profile_source *source, struct profile *ret_profile)
{
    struct profile profile;
    struct point top = find_top(source);
    if (!top.sound)
        return false;
    profile.top = top.u;
    profile.top_loglik = top.loglik;
    profile.log_low = top.u <= floor_u() ? top.u : find_root(source, &profile, -Z95);
    profile.log_high = top.u >= ceiling_u(source) ? INFINITY : find_root(source, &profile, Z95);
    if (isnan(profile.log_low) || isnan(profile.log_high))
        return false;
    profile.low = source->documented + (profile.log_low <= floor_u() ? 0 : exp(profile.log_low));
    profile.high = source->documented + exp(profile.log_high);
    if (source->documented + source->unseen < profile.low * (1 - ROUNDING) ||
        source->documented + source->unseen > profile.high * (1 + ROUNDING))
        return false;
    *ret_profile = profile;
    return true;
}

/* The curve as u by signed root, with its slope. */
#define NODES_MAX 16
struct curve {
    size_t count;
    double root[NODES_MAX], u[NODES_MAX], slope[NODES_MAX];
};

/* Points come in ascending u; one that does not rise is rounding, and left out. */
static bool add_node(struct curve *c, const struct profile_source *s, const struct profile *profile,
                     double u)
{
    if (c->count > 0 && u <= c->u[c->count - 1])
        return true;
    struct point p = look(s, u);
    double root = root_at(profile, &p), rise = -p.slope / root;
    if (!p.sound || !(rise > 0) || (c->count > 0 && root <= c->root[c->count - 1]))
        return p.sound;
    c->root[c->count] = root;
    c->u[c->count] = u;
    c->slope[c->count++] = 1 / rise;
    return true;
}

/* Cubic between two nodes, straight beyond the ends. */
static double curve_at(const struct curve *c, double z)
{
    size_t k = 0;
    while (k < c->count && c->root[k] < z)
        k++;
    if (k == 0 || k == c->count) {
        size_t end = k == 0 ? 0 : k - 1;
        return c->u[end] + (z - c->root[end]) * c->slope[end];
    }
    double h = c->root[k] - c->root[k - 1], t = (z - c->root[k - 1]) / h;
    double m0 = h * c->slope[k - 1], m1 = h * c->slope[k];
    double rise = c->u[k] - c->u[k - 1];
    return c->u[k - 1] + t * (m0 + t * (3 * rise - 2 * m0 - m1 + t * (m0 + m1 - 2 * rise)));
}

bool profile_spread(const struct profile_source *source, const struct profile *profile,
                    double spread[COUNT_SPREAD])
{
    static const double at[] = {0.25, 0.8, 1.4, Z95, 2.5, 3.1};
    struct curve c = {0};
    if (!isfinite(profile->log_high))
        return false;
    bool has_low = profile->log_low > floor_u(), sound = true;
    double up = (profile->log_high - profile->top) / Z95;
    double down = has_low ? (profile->top - profile->log_low) / Z95 : up;
    for (size_t i = COUNT_OF(at); i-- > 0;)
        sound =
            sound && add_node(&c, source, profile, fmax(floor_u(), profile->top - at[i] * down));
    for (size_t i = 0; i < COUNT_OF(at); i++)
        sound = sound && add_node(&c, source, profile, profile->top + at[i] * up);
    if (!sound || c.count == 0)
        return false;
    bool to_floor = c.u[0] <= floor_u() + 1e-9 || profile->top <= floor_u();
    double lowest = profile->top <= floor_u() ? 0 : c.root[0];
    for (size_t i = 0; i < COUNT_SPREAD; i++) {
        double z = number_normal_quantile(((double)i + 0.5) / COUNT_SPREAD);
        double n = source->documented;
        if (!(to_floor && z < lowest))
            n += exp(curve_at(&c, z));
        spread[i] = i > 0 ? fmax(n, spread[i - 1]) : n;
    }
    return true;
}
