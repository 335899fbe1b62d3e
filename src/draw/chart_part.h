/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the charts of this room share: how they begin and end, names and numbers on them, and an
 * axis for numbers of persons. */
#ifndef DRAW_CHART_PART_H
#define DRAW_CHART_PART_H

#include "base/arena.h"
#include "draw/html.h"

#define CHART_TICKS_MAX 12
/* Where the end is more than so many times the beginning, the axis is logarithmic. */
#define CHART_LOG_OVER 6.0

/* About how wide a column of text/width.h is, as a part of the font's size. */
#define CHART_COLUMN_EM 0.56
/* The same of a digit, in the widest of the common fonts of screens. */
#define CHART_DIGIT_EM 0.65

/* The picture, up to its description, of which the title is the first sentence. */
void chart_begin(struct buf *b, double width, double height, double font_size, const char *title);
/* Closes it and copies it into the arena. E_NOMEM. */
int chart_end(struct buf *b, struct arena *arena, struct html *ret_html) MUST_USE;
/* A chart as a file of its own, black on white. */
void chart_put_file(struct html chart, struct buf *out);
/* Text of others: made visible, cut to so many columns, escaped. */
void chart_put_name(struct buf *b, const char *name, size_t columns);
/* A whole number with its thousands apart: 12,749. Finite, not negative. */
void chart_put_number(struct buf *b, double value);
/* How many columns that number takes. */
size_t chart_number_columns(double value);

/* Where an axis begins and ends, whether its steps are even or by factors, and which round numbers
 * are written on it. */
struct chart_axis {
    double low, high;
    bool log;
    size_t tick_count;
    double ticks[CHART_TICKS_MAX];
};

/* low > 0 and low <= high, both finite; there is some room beyond both. As many ticks as fit, at
 * most wanted (2 to CHART_TICKS_MAX). */
void chart_axis_fit(struct chart_axis *axis, double low, double high, size_t wanted);
/* From 0 at the beginning to 1 at the end; what lies outside is at the nearer end. */
double chart_axis_at(const struct chart_axis *axis, double value);

#endif
