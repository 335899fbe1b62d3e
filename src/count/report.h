/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A count_result as people and programs read it. No report shows an estimate without its interval,
 * what it assumes, its warnings and the documented minimum; none picks one estimate out.
 *
 * Everything is appended to out, whose error is sticky; 0, E_NOMEM or out's error. */
#ifndef COUNT_REPORT_H
#define COUNT_REPORT_H

#include "base/buf.h"
#include "count/count.h"

/* For a terminal of so many columns; with fewer than the least it is made for that. */
#define COUNT_REPORT_WIDTH_MIN 32
int count_report_text(const struct count_result *result, size_t width, struct buf *out) MUST_USE;
int count_report_json(const struct count_result *result, struct buf *out) MUST_USE;
/* One row an estimate and stratum. */
int count_report_csv(const struct count_result *result, struct buf *out) MUST_USE;
/* One page that needs nothing else; no script. */
int count_report_html(const struct count_result *result, struct buf *out) MUST_USE;

#endif
