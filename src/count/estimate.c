/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "count/estimate.h"
#include "text/width.h"

uint64_t count_table_n(const struct count_table *t)
{
    uint64_t n = 0;
    for (unsigned h = 1; h < 1u << t->lists; h++)
        n += t->cells[h];
    return n;
}

/* The persons whose history has all bits of mask. */
static uint64_t on_all(const struct count_table *t, unsigned mask)
{
    uint64_t n = 0;
    for (unsigned h = 1; h < 1u << t->lists; h++) {
        if ((h & mask) == mask)
            n += t->cells[h];
    }
    return n;
}

uint64_t count_table_on(const struct count_table *t, unsigned i)
{
    return on_all(t, 1u << i);
}

uint64_t count_table_both(const struct count_table *t, unsigned i, unsigned j)
{
    return on_all(t, 1u << i | 1u << j);
}

bool count_table_apart(const struct count_table *t)
{
    unsigned with_any = 0;
    for (unsigned h = 1; h < 1u << t->lists; h++)
        with_any |= t->cells[h] > 0 ? h : 0;
    unsigned group = with_any & -with_any;
    for (unsigned before = 0; before != group;) {
        before = group;
        for (unsigned h = 1; h < 1u << t->lists; h++)
            group |= t->cells[h] > 0 && (h & group) != 0 ? h : 0;
    }
    return group != with_any;
}

#define SHORT_COLUMNS 40

static const struct {
    const char *id, *sentence;
} warnings[] = {
#define X(name, id, sentence) {id, sentence},
    COUNT_WARNING_TABLE(X)
#undef X
};

const char *count_warning_id(enum count_warning w)
{
    return warnings[w].id;
}

const char *count_warning_sentence(enum count_warning w)
{
    return warnings[w].sentence;
}

void count_estimate_init(struct count_estimate *e, const char *id, const char *name,
                         const char *assumes)
{
    *e = (struct count_estimate){.id = id, .name = name, .assumes = assumes};
}

void count_estimate_warn(struct count_estimate *e, enum count_warning w)
{
    e->warnings |= UINT32_C(1) << w;
}

bool count_estimate_has(const struct count_estimate *e, enum count_warning w)
{
    return (e->warnings >> w & 1) != 0;
}

void count_detail_put(char detail[COUNT_DETAIL_MAX], const char *format, va_list args)
{
    static const char more[] = "...";
    size_t used = strlen(detail), space = used > 0 && used + 2 < COUNT_DETAIL_MAX;
    if (space)
        detail[used] = ' ';
    int added = vsnprintf(detail + used + space, COUNT_DETAIL_MAX - used - space, format, args);
    if (added >= 0 && used + space + (size_t)added < COUNT_DETAIL_MAX)
        return;
    size_t cut = COUNT_DETAIL_MAX - sizeof more;
    while (cut > 0 && ((unsigned char)detail[cut] & 0xC0) == 0x80)
        cut--;
    memcpy(detail + cut, more, sizeof more);
}

void count_estimate_detail(struct count_estimate *e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    count_detail_put(e->detail, format, args);
    va_end(args);
}

int count_short(const char *name)
{
    return (int)width_cut(span_text(name), SHORT_COLUMNS).len;
}

double count_spread_quantile(const double spread[COUNT_SPREAD], double p)
{
    double at = p * COUNT_SPREAD - 0.5;
    if (at <= 0)
        return spread[0];
    if (at >= COUNT_SPREAD - 1)
        return spread[COUNT_SPREAD - 1];
    size_t below = (size_t)at;
    return spread[below] + (at - (double)below) * (spread[below + 1] - spread[below]);
}

static bool spread_is_sound(const struct count_estimate *e)
{
    for (size_t i = 0; i < COUNT_SPREAD; i++) {
        if (!isfinite(e->spread[i]) || (i > 0 && e->spread[i] < e->spread[i - 1]))
            return false;
    }
    return true;
}

static void take_numbers_away(struct count_estimate *e)
{
    e->given = e->has_interval = e->has_spread = false;
    e->n = e->low = e->high = e->mean = e->mode = 0;
    memset(e->spread, 0, sizeof e->spread);
}

static void check_interval(struct count_estimate *e, double documented)
{
    if (e->has_interval && !(isfinite(e->low) && isfinite(e->high))) {
        e->has_interval = false;
        e->low = e->high = 0;
        count_estimate_warn(e, COUNT_WARN_NO_UPPER_LIMIT);
    }
    if (e->has_interval && e->low < documented)
        e->low = documented;
    if (e->has_spread && !spread_is_sound(e)) {
        e->has_spread = false;
        memset(e->spread, 0, sizeof e->spread);
    }
}

void count_estimate_finish(struct count_estimate *e, uint64_t n_documented)
{
    double documented = (double)n_documented;
    if (e->given && (!isfinite(e->n) || e->n > COUNT_ABSURD * documented))
        count_estimate_warn(e, COUNT_WARN_ABSURD);
    else if (e->given && e->n < documented)
        count_estimate_warn(e, COUNT_WARN_IMPOSSIBLE);
    uint32_t stops = (UINT32_C(2) << COUNT_WARNING_STOPS) - 1;
    if (!e->given || (e->warnings & stops) != 0) {
        take_numbers_away(e);
        return;
    }
    if (!isfinite(e->mean) || !isfinite(e->mode))
        e->mean = e->mode = 0;
    check_interval(e, documented);
}
