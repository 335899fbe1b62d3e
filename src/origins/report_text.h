/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The insides of the report for a terminal: for the files report_text*.c. */
#ifndef ORIGINS_REPORT_TEXT_H
#define ORIGINS_REPORT_TEXT_H

#include "origins/direction.h"
#include "origins/report.h"
#include "origins/report_parts.h"

struct text_report {
    const struct origins_report *report;
    const struct origins *origins;
    struct buf *out;
    size_t width, prose;
    struct arena arena;
    struct buf words; /* what is put together; reset before each use */
    struct corpus_reader *reader;
    struct directions *directions;
};

void text_report_heading(struct text_report *t, const char *title);
/* What stands in t->words as a paragraph, and as a text of the arena. */
void text_report_paragraph(struct text_report *t, size_t indent);
const char *text_report_keep(struct text_report *t);
/* "and 12 more: --json has them all" */
void text_report_more(struct text_report *t, uint64_t left);
/* "name, 2025-03-04" into t->words. */
void text_report_put_document(struct text_report *t, uint32_t document);

/* E_IO, E_NOMEM. */
int text_report_claims(struct text_report *t) MUST_USE;
int text_report_statements(struct text_report *t) MUST_USE;
int text_report_passages(struct text_report *t) MUST_USE;

#endif
