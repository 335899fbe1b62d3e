/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who is on which lists, as an UpSet plot (Lex, Gehlenborg, Strobelt, Vuillemot and Pfister 2014,
 * IEEE TVCG 20(12)): a bar for everybody who is on exactly the lists that dots mark, the largest
 * first; beside each list's name the bar of its size. As SVG (draw/chart.h says how charts look)
 * or as text for a terminal. Lists are numbered from 1. */
#ifndef DRAW_CHART_UPSET_H
#define DRAW_CHART_UPSET_H

#include "base/arena.h"
#include "draw/html.h"

#define CHART_UPSET_LISTS_MAX 8

/* All text is made visible (text/show.h) here. */
struct chart_upset {
    const char *title;
    unsigned lists;           /* 1 to CHART_UPSET_LISTS_MAX */
    const char *const *names; /* one a list */
    const uint64_t *sizes;    /* persons on each list */
    const uint64_t *cells;    /* persons with each history: bit i is list i; [0] is passed over */
};

/* The histories that somebody has, the largest first; returns how many. Those of the same size:
 * fewer lists first. */
size_t chart_upset_order(const struct chart_upset *chart,
                         unsigned ret_order[1 << CHART_UPSET_LISTS_MAX]);
/* Narrow is for a telephone: each history is a row. E_NOMEM. */
int chart_upset(const struct chart_upset *chart, bool narrow, struct arena *arena,
                struct html *ret_html) MUST_USE;
/* At most rows of the histories, for width columns; says how many are left out. */
void chart_upset_text(const struct chart_upset *chart, size_t rows, size_t width, struct buf *b);

#endif
