/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the parts of the report for a terminal share. */
#ifndef ORIGINS_REPORT_TEXT_INTERNAL_H
#define ORIGINS_REPORT_TEXT_INTERNAL_H

#include "origins/report.h"

struct text_report {
    const struct origins_report *report;
    const struct origins *origins;
    struct buf *out;
    size_t width, prose;
    struct arena arena;
    struct buf words; /* what is put together; reset before each use */
    struct corpus_reader *reader;
};

void text_report_heading(struct text_report *t, const char *title);
/* What stands in words, kept as long as the report is made. */
const char *text_report_keep(struct text_report *t);
const char *text_report_number(struct text_report *t, uint64_t n);
/* "" when it is not known. */
const char *text_report_day(struct text_report *t, int32_t day);
const char *text_report_name(struct text_report *t, uint32_t document);
/* A paragraph of what stands in words. */
void text_report_prose(struct text_report *t, size_t indent);
void text_report_more(struct text_report *t, uint64_t left);
/* Appends a stretch of a document to words, cut where it is long. E_IO, E_NOMEM. */
int text_report_stretch(struct text_report *t, uint32_t document, struct stretch s) MUST_USE;

/* Statements and claims. */
int text_report_said(struct text_report *t) MUST_USE;

#endif
