/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a run found and what it rests on, for people and for programs: what the columns were taken
 * for, which pairs were looked at, how many persons there may be, what a person should decide, what
 * was decided, and, where the truth is known, how right it is.
 *
 * Appended to out, whose error is sticky; 0, E_NOMEM or out's error. */
#ifndef LINK_REPORT_H
#define LINK_REPORT_H

#include "link/link.h"

/* For a terminal of so many columns. */
int link_report_text(const struct link_result *result, size_t width, struct buf *out) MUST_USE;
int link_report_json(const struct link_result *result, struct buf *out) MUST_USE;

/* "family name: sound, date: year": the keys of a pass. */
void link_report_pass(const struct link_result *result, unsigned pass, struct buf *out);
/* "compared as family name", "not used: the same in every row". */
void link_report_use(const struct link_column *column, struct buf *out);
/* How many pairs are expected to be matches that no pass finds; 0 when all were looked at. */
double link_report_missed(const struct link_result *result);

#endif
