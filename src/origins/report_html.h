/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The insides of the report as a page: for the files report_html*.c. */
#ifndef ORIGINS_REPORT_HTML_H
#define ORIGINS_REPORT_HTML_H

#include "draw/values.h"
#include "origins/direction.h"
#include "origins/report.h"
#include "origins/report_parts.h"

struct html_report {
    const struct origins_report *report;
    const struct origins *origins;
    struct arena arena;
    struct buf words; /* what is put together; reset after each use */
    struct values *v;
    struct corpus_reader *reader;
    struct directions *directions;
    int error; /* the first one */
};

/* What stands in words, or a text of others, made visible, as long as the page lives. */
const char *html_report_keep(struct html_report *h);
const char *html_report_show(struct html_report *h, struct span text);
const char *html_report_name(struct html_report *h, uint32_t document);
/* "2025-03-04", or "" */
const char *html_report_day(struct html_report *h, uint32_t document);
/* Sets name to "And 12 more: --json has them all." unless left is 0. */
void html_report_more(struct html_report *h, struct values *v, const char *name, uint64_t left);

/* Sets graph, graph_narrow and graph_more. E_NOMEM. */
int html_report_graph(struct html_report *h, struct values *v, const struct origin *origin,
                      const char *title) MUST_USE;

/* E_IO, E_NOMEM. */
int html_report_claims(struct html_report *h) MUST_USE;
int html_report_statements(struct html_report *h) MUST_USE;
int html_report_passages(struct html_report *h) MUST_USE;

#endif
