/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Several estimates of one number side by side, each with its interval, against the number that is
 * documented. As SVG (draw/chart.h says how charts look) or as text for a terminal.
 *
 * A filled mark is an estimate without a warning, an empty one has a warning, and a triangle is a
 * lower limit. Each row carries its numbers in words; a row with none says why. Beyond
 * CHART_LOG_OVER times the documented number the axis is logarithmic, and says so. */
#ifndef DRAW_CHART_INTERVALS_H
#define DRAW_CHART_INTERVALS_H

#include "base/arena.h"
#include "draw/html.h"

#define CHART_INTERVALS_MAX 64

struct chart_interval {
    const char *group; /* a heading before this row; NULL for none */
    const char *name;
    const char *label; /* the numbers in words; or why there are none */
    bool given;        /* n is there; finite, and not below what is documented */
    bool has_interval; /* low <= high are there, finite; n is between them or not */
    bool open_above;   /* there is no upper limit */
    bool lower_bound, warned;
    double n, low, high;
};

/* All text is made visible (text/show.h) here. */
struct chart_intervals {
    const char *title;
    double documented; /* over 0 */
    size_t count;      /* 1 to CHART_INTERVALS_MAX; at least one is given */
    const struct chart_interval *rows;
};

/* Narrow is for a telephone: names, numbers and picture one under the other. E_NOMEM. */
int chart_intervals(const struct chart_intervals *chart, bool narrow, struct arena *arena,
                    struct html *ret_html) MUST_USE;
/* Where the axis ends: the highest number that is shown. */
double chart_intervals_highest(const struct chart_intervals *chart);
/* For width columns, with the axis below. The labels of what is given are left out: they stand in
 * the table beside it. */
void chart_intervals_text(const struct chart_intervals *chart, size_t width, struct buf *b);

#endif
