/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Fills pages/origins/report.html. Of a large corpus the first of each part, and how many more
 * there are: the page stays small enough for a browser. */
#include "origins/report_html.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "draw/chart.h"
#include "draw/template.h"
#include "origins/report_words.h"
#include "pages/origins.h"
#include "text/show.h"

#define PAGE_POLICY "default-src 'none'; style-src " PAGES_ORIGINS_STYLE_HASH "; base-uri 'none'"
#define PAIRS_MAX 100
#define DOCUMENTS_MAX 400
#define REMARKS_MAX 100
#define WORDS_BYTES_MAX (256u << 10)
#define SHOWN_CHARACTERS_MAX 4000
#define ARENA_BYTES_MAX ((size_t)1 << 30)

static void note(struct html_report *h, int error)
{
    if (h->error == 0 && error < 0)
        h->error = error;
}

const char *html_report_show(struct html_report *h, struct span text)
{
    struct buf shown CLEANUP(buf_release);
    buf_init(&shown, WORDS_BYTES_MAX);
    show_line(&shown, text, SHOWN_CHARACTERS_MAX);
    char *copy =
        buf_error(&shown) == E_NOMEM ? NULL : arena_copy_text(&h->arena, buf_bytes(&shown));
    note(h, copy ? 0 : E_NOMEM);
    return copy ? copy : "";
}

const char *html_report_keep(struct html_report *h)
{
    note(h, buf_error(&h->words) == E_NOMEM ? E_NOMEM : 0);
    const char *kept = html_report_show(h, buf_bytes(&h->words));
    buf_reset(&h->words);
    return kept;
}

const char *html_report_name(struct html_report *h, uint32_t document)
{
    return html_report_show(h, corpus_document(h->origins->corpus, document).name);
}

const char *html_report_day(struct html_report *h, uint32_t document)
{
    int32_t day = corpus_document(h->origins->corpus, document).day;
    if (day == CORPUS_DAY_NONE)
        return "";
    about_put_day(&h->words, day);
    return html_report_keep(h);
}

void html_report_more(struct html_report *h, struct values *v, const char *name, uint64_t left)
{
    if (left == 0)
        return;
    buf_text(&h->words, "And ");
    report_words_number(&h->words, left);
    buf_text(&h->words, " more: --json has them all.");
    values_text(v, name, html_report_keep(h));
}

/* The parts */

static void put_sums(struct html_report *h)
{
    values_text(h->v, "policy", PAGE_POLICY);
    report_words_counted(&h->words, corpus_count(h->origins->corpus), "document", "documents");
    values_text(h->v, "source", html_report_keep(h));
    report_words_sums(&h->words, h->origins);
    values_text(h->v, "sums", html_report_keep(h));
    values_text(h->v, "caution", report_words_caution);
}

static void put_share(struct html_report *h, struct values *v, const char *name, float share)
{
    buf_printf(&h->words, "%.0f%%", 100 * (double)share);
    values_text(v, name, html_report_keep(h));
}

static int put_pairs(struct html_report *h)
{
    struct report_pick pick;
    TRY(report_pick_pairs(h->origins, PAIRS_MAX, &h->arena, &pick));
    values_flag(h->v, "has_pairs", pick.count > 0);
    for (size_t i = 0; i < pick.count; i++) {
        const struct document_pair *p = &h->origins->passages->pairs[pick.numbers[i]];
        struct values *v = values_add(h->v, "pairs");
        values_text(v, "relation", report_words_relation(p->relation));
        values_text(v, "a", html_report_name(h, p->a));
        values_text(v, "b", html_report_name(h, p->b));
        put_share(h, v, "a_shared", p->a_shared);
        put_share(h, v, "b_shared", p->b_shared);
    }
    html_report_more(h, h->v, "more_pairs", pick.of - pick.count);
    uint32_t alone;
    TRY(report_words_alone(h->origins, &alone));
    report_words_counted(&h->words, alone, "document shares", "documents share");
    buf_text(&h->words, " no passage with any other.");
    values_text(h->v, "alone", html_report_keep(h));
    return 0;
}

/* Time */

static int by_day(const void *x, const void *y, void *corpus)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    int32_t day_a = corpus_document(corpus, a).day, day_b = corpus_document(corpus, b).day;
    if (day_a != day_b) /* no day is the lowest number: those go to the end */
        return (day_a == CORPUS_DAY_NONE) != (day_b == CORPUS_DAY_NONE)
                   ? (day_a == CORPUS_DAY_NONE ? 1 : -1)
                   : (day_a < day_b ? -1 : 1);
    return a < b ? -1 : a > b;
}

/* Only where the days fit in a picture. */
static int put_days(struct html_report *h, const uint32_t *sorted, uint32_t count)
{
    uint32_t days[CHART_DAYS_MAX] = {0}, last = count;
    int32_t first = corpus_document(h->origins->corpus, sorted[0]).day;
    while (last > 0 && corpus_document(h->origins->corpus, sorted[last - 1]).day == CORPUS_DAY_NONE)
        last--;
    if (last == 0 || first < 0)
        return 0;
    int64_t span = (int64_t)corpus_document(h->origins->corpus, sorted[last - 1]).day - first + 1;
    if (span < 2 || span > CHART_DAYS_MAX)
        return 0;
    for (uint32_t i = 0; i < last; i++)
        days[corpus_document(h->origins->corpus, sorted[i]).day - first]++;
    const struct chart_days chart = {.title = "Documents by day",
                                     .first_day = (uint32_t)first,
                                     .counts = days,
                                     .days = (size_t)span};
    struct html drawn;
    TRY(chart_days(&chart, &h->arena, &drawn));
    values_html(h->v, "days", drawn);
    return 0;
}

static void put_document(struct html_report *h, uint32_t number)
{
    const struct document d = corpus_document(h->origins->corpus, number);
    struct values *v = values_add(h->v, "documents");
    values_text(v, "name", html_report_name(h, number));
    values_text(v, "day", html_report_day(h, number));
    values_text(v, "outlet", html_report_show(h, d.outlet));
    values_text(v, "title", html_report_show(h, d.title));
}

static int put_time(struct html_report *h)
{
    struct corpus *corpus = h->origins->corpus;
    uint32_t count = corpus_count(corpus);
    uint32_t *sorted = mem_alloc(count * sizeof *sorted);
    REJECT_IF(!sorted, E_NOMEM);
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = i;
    qsort_r(sorted, count, sizeof *sorted, by_day, corpus);
    for (uint32_t i = 0; i < count && i < DOCUMENTS_MAX; i++)
        put_document(h, sorted[i]);
    int error = put_days(h, sorted, count);
    mem_free(sorted);
    html_report_more(h, h->v, "more_documents", count > DOCUMENTS_MAX ? count - DOCUMENTS_MAX : 0);
    return error;
}

static void put_remarks(struct html_report *h)
{
    uint64_t count;
    const struct gather_remark *remarks = gather_remarks(h->report->gather, &count);
    values_flag(h->v, "has_remarks", count > 0);
    for (uint64_t i = 0; i < count && i < REMARKS_MAX; i++) {
        buf_span(&h->words, remarks[i].path);
        buf_text(&h->words, ": ");
        buf_span(&h->words, remarks[i].sentence);
        values_text(values_add(h->v, "remarks"), "text", html_report_keep(h));
    }
}

static int fill(struct html_report *h)
{
    TRY(corpus_reader_new(h->origins->corpus, &h->reader));
    TRY(directions_new(h->origins, &h->directions));
    put_sums(h);
    TRY(html_report_claims(h));
    TRY(html_report_statements(h));
    TRY(html_report_passages(h));
    TRY(put_pairs(h));
    TRY(put_time(h));
    put_remarks(h);
    return h->error;
}

int origins_report_html(const struct origins_report *report, struct buf *out)
{
    struct html_report h = {.report = report, .origins = report->origins};
    arena_init(&h.arena, ARENA_BYTES_MAX);
    buf_init(&h.words, WORDS_BYTES_MAX);
    h.v = values_new(&h.arena);
    int error = fill(&h);
    if (error == 0)
        error = template_render(&page_origins_report, language_at(0), h.v, out);
    directions_free(h.directions);
    corpus_reader_free(h.reader);
    buf_release(&h.words);
    arena_release(&h.arena);
    return error < 0 ? error : buf_error(out);
}
