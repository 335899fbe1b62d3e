/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Charts as SVG inside a page. Drawn in the page's own colour (currentColor), so that they follow
 * light, dark and print; what they say is written on them and not in colours. No style, no script.
 */
#ifndef DRAW_CHART_H
#define DRAW_CHART_H

#include "base/arena.h"
#include "draw/html.h"

#define CHART_DAYS_MAX 92

/* One bar a day. The highest and the last carry their number; with thirty-one days or fewer each
 * does that is not zero. Days are labelled at the ends and between. */
struct chart_days {
    const char *title; /* translated; read aloud in place of the picture, with the numbers */
    uint32_t first_day;
    const uint32_t *counts;
    size_t days; /* 1 to CHART_DAYS_MAX */
};

/* E_NOMEM. The result lives in the arena. */
int chart_days(const struct chart_days *chart, struct arena *arena, struct html *ret_html) MUST_USE;

#endif
