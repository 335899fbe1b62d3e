/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The evidence about one question, a step a row: each bar begins where the one before it ended, and
 * the last goes from even odds to where they all lead. In bits: a step of one bit doubles the odds,
 * 10 bits are about 1,000 to 1. As SVG (draw/chart.h says how charts look) or as text for a
 * terminal. What speaks for is filled, what speaks against is empty. */
#ifndef DRAW_CHART_WATERFALL_H
#define DRAW_CHART_WATERFALL_H

#include "base/arena.h"
#include "draw/html.h"

#define CHART_WATERFALL_MAX 32

struct chart_step {
    const char *name;
    double bits; /* finite */
};

/* All text is made visible (text/show.h) here. */
struct chart_waterfall {
    const char *title;
    size_t count; /* 1 to CHART_WATERFALL_MAX */
    const struct chart_step *steps;
    const char *total; /* what the last row is called */
};

/* "+6.1", "-17.2"; "0" for what rounds to nothing. */
void chart_put_bits(struct buf *b, double bits);
/* Narrow is for a telephone: names stand above their bars. E_NOMEM. */
int chart_waterfall(const struct chart_waterfall *chart, bool narrow, struct arena *arena,
                    struct html *ret_html) MUST_USE;
/* For width columns. */
void chart_waterfall_text(const struct chart_waterfall *chart, size_t width, struct buf *b);

#endif
