/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a run found and what it rests on, for people and for programs: what the columns were taken
 * for, which pairs were looked at, what agreement weighs, how many persons there may be, what a
 * person should decide, what was decided, and, where the truth is known, how right it is.
 *
 * Everything is appended to out, whose error is sticky; 0, E_NOMEM or out's error. */
#ifndef LINK_REPORT_H
#define LINK_REPORT_H

#include "link/explain.h"
#include "link/output.h"

/* For a terminal of so many columns; with fewer than the least it is made for that. */
#define LINK_REPORT_WIDTH_MIN 40
int link_report_text(const struct link_result *result, size_t width, struct buf *out) MUST_USE;
int link_report_json(const struct link_result *result, struct buf *out) MUST_USE;

/* One page that needs nothing else; no script. The first LINK_REPORT_PAIRS doubtful pairs stand in
 * it as the lists have them, so these are read once more: errors of rows.h too. */
#define LINK_REPORT_PAIRS 100
int link_report_html(const struct link_output *o, struct buf *out,
                     struct problem *problem) MUST_USE;
/* One pair, in the same manner. */
int link_explain_html(const struct link_view *view, struct buf *out) MUST_USE;

#endif
