/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Whether chances are what they say: of what was given a chance (to the right) how much came true
 * (upwards). On the diagonal both are the same. draw/chart.h says how charts look. */
#ifndef DRAW_CHART_CALIBRATION_H
#define DRAW_CHART_CALIBRATION_H

#include "base/arena.h"
#include "draw/html.h"

#define CHART_CALIBRATION_MAX 32

struct chart_calibration {
    const char *title;
    size_t count; /* 1 to CHART_CALIBRATION_MAX */
    const struct chart_calibrated {
        double expected, observed; /* 0 to 1 */
        uint64_t cases;            /* over 0 */
    } * points;
};

/* One size for a telephone and a page. E_NOMEM. */
int chart_calibration(const struct chart_calibration *chart, struct arena *arena,
                      struct html *ret_html) MUST_USE;

#endif
