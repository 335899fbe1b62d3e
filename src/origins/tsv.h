/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What was found as lines of values with tabs between, for programs that score it. No headers;
 * names of documents as in all results; places in characters, from 0.
 *
 *   passages.tsv   document, from, length, document, from, length: the later one first as far as
 *                  days tell
 *   pairs.tsv      document, document: one is a copy or rewritten copy of the other
 *   quotes.tsv     document, from, to (with its marks), from and to of the speaker, who is -1 -1
 *                  where it is not known; all that stands in quotation marks, scare quotes and
 *                  titles too */
#ifndef ORIGINS_TSV_H
#define ORIGINS_TSV_H

#include "base/buf.h"
#include "origins/origins.h"

/* Takes what comes piece by piece. */
struct tsv_sink {
    int (*put)(void *arg, struct span bytes);
    void *arg;
};

/* E_IO, E_NOMEM, and what the sink has. */
int tsv_passages(const struct origins *o, const struct tsv_sink *sink) MUST_USE;
int tsv_pairs(const struct origins *o, const struct tsv_sink *sink) MUST_USE;
int tsv_quotes(const struct origins *o, const struct tsv_sink *sink) MUST_USE;

#endif
