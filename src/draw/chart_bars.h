/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Bars that lie, one below the other, each with its name and what it says in words. A bar may be
 * filled only in part. draw/chart.h says how charts look. */
#ifndef DRAW_CHART_BARS_H
#define DRAW_CHART_BARS_H

#include "base/arena.h"
#include "draw/html.h"

#define CHART_BARS_MAX 64

/* All text is made visible (text/show.h) here. */
struct chart_bar {
    const char *name, *label;
    double value, filled; /* 0 <= filled <= value, finite */
};

struct chart_bars {
    const char *title;
    size_t count; /* 1 to CHART_BARS_MAX */
    const struct chart_bar *bars;
    double full; /* how much the longest possible bar is; 0: the longest there is */
};

/* Narrow is for a telephone: names stand above their bars. E_NOMEM. */
int chart_bars(const struct chart_bars *chart, bool narrow, struct arena *arena,
               struct html *ret_html) MUST_USE;

#endif
