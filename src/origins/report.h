/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a run found, for people and for programs: passages, statements, claims, origins, documents,
 * and what was left out. It never says "true".
 *
 * Everything is appended to out, whose error is sticky; 0, E_IO, E_NOMEM or out's error. */
#ifndef ORIGINS_REPORT_H
#define ORIGINS_REPORT_H

#include "origins/gather.h"
#include "origins/origins.h"

struct origins_report {
    const struct origins *origins;
    const struct gather *gather;
    /* Of JSON, which grows with the corpus: takes what is there each time that it has become
     * ORIGINS_REPORT_PIECE_BYTES; or NULL. */
    int (*put)(void *arg, struct span piece);
    void *arg;
};
#define ORIGINS_REPORT_PIECE_BYTES ((size_t)16 << 20)

/* For a terminal of so many columns; with fewer than the least it is made for that. */
#define ORIGINS_REPORT_WIDTH_MIN 40
int origins_report_text(const struct origins_report *r, size_t width, struct buf *out) MUST_USE;
/* One file that needs nothing else; of a large corpus the first of each part. */
int origins_report_html(const struct origins_report *r, struct buf *out) MUST_USE;
/* docs/origins.md has the members. What was not put is in out. Errors of put, too. */
int origins_report_json(const struct origins_report *r, struct buf *out) MUST_USE;

#endif
