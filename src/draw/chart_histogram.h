/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How many there are of each size of something, from very few to very many: heights are
 * logarithmic, and the chart says so. draw/chart.h says how charts look. */
#ifndef DRAW_CHART_HISTOGRAM_H
#define DRAW_CHART_HISTOGRAM_H

#include "base/arena.h"
#include "draw/html.h"

#define CHART_HISTOGRAM_BARS_MAX 160

struct chart_histogram {
    const char *title;
    size_t bars; /* 1 to CHART_HISTOGRAM_BARS_MAX */
    const uint64_t *counts;
    int from;                     /* where the first bar begins; each is 1 wide */
    double mark_low, mark_high;   /* a part between two dotted lines, */
    const char *mark;             /* and what it is */
    const char *low_is, *high_is; /* what the two ends of the axis mean */
    const char *unit, *counted;   /* what is measured along it, and what is counted up it: a word */
};

/* Narrow is for a telephone. E_NOMEM. */
int chart_histogram(const struct chart_histogram *chart, bool narrow, struct arena *arena,
                    struct html *ret_html) MUST_USE;

#endif
