/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* For a terminal: the most telling of each part, and how many more there are. */
#include "origins/report_text.h"

#include "draw/term.h"
#include "origins/report_words.h"

#define PROSE_MAX 96
#define DOCUMENTS_MAX 40
#define PAIRS_MAX 30
#define REMARKS_MAX 20
#define WORDS_BYTES_MAX (256u << 10)
#define ARENA_BYTES_MAX ((size_t)256 << 20)

void text_report_heading(struct text_report *t, const char *title)
{
    buf_printf(t->out, "\n%s\n", title);
    for (size_t i = term_columns_of(title); i > 0; i--)
        buf_u8(t->out, '-');
    buf_u8(t->out, '\n');
}

static void check_words(struct text_report *t)
{
    if (buf_error(&t->words) == E_NOMEM)
        buf_fail(t->out, E_NOMEM);
}

static const char *keep(struct text_report *t, struct span text)
{
    char *copy = arena_copy_text(&t->arena, text);
    if (!copy)
        buf_fail(t->out, E_NOMEM);
    return copy ? copy : "";
}

const char *text_report_keep(struct text_report *t)
{
    check_words(t);
    const char *kept = keep(t, buf_bytes(&t->words));
    buf_reset(&t->words);
    return kept;
}

void text_report_paragraph(struct text_report *t, size_t indent)
{
    check_words(t);
    term_paragraph(t->out, buf_cstr(&t->words), indent, t->prose);
    buf_reset(&t->words);
}

void text_report_more(struct text_report *t, uint64_t left)
{
    if (left == 0)
        return;
    buf_text(&t->words, "and ");
    report_words_number(&t->words, left);
    buf_text(&t->words, " more: --json has them all");
    text_report_paragraph(t, 0);
}

static const char *day(struct text_report *t, int32_t of)
{
    if (of == CORPUS_DAY_NONE)
        return "";
    about_put_day(&t->words, of);
    return text_report_keep(t);
}

void text_report_put_document(struct text_report *t, uint32_t document)
{
    const struct document d = corpus_document(t->origins->corpus, document);
    buf_span(&t->words, d.name);
    if (d.day == CORPUS_DAY_NONE)
        return;
    buf_text(&t->words, ", ");
    about_put_day(&t->words, d.day);
}

/* The parts */

static void put_sums(struct text_report *t)
{
    report_words_sums(&t->words, t->origins);
    text_report_paragraph(t, 0);
    buf_text(&t->words, report_words_caution);
    text_report_paragraph(t, 0);
}

static const char *share(struct text_report *t, float part)
{
    buf_printf(&t->words, "%.0f%%", 100 * (double)part);
    return text_report_keep(t);
}

static int put_pairs(struct text_report *t)
{
    static const struct term_column columns[] = {{.title = "Pair"},
                                                 {.title = "Document", .cut = true},
                                                 {.title = "shared", .right = true},
                                                 {.title = "Document", .cut = true},
                                                 {.title = "shared", .right = true}};
    const struct passages *p = t->origins->passages;
    struct report_pick pick;
    if (p->pair_count == 0)
        return 0;
    TRY(report_pick_pairs(t->origins, PAIRS_MAX, &t->arena, &pick));
    const char **cells = arena_alloc(&t->arena, pick.count * COUNT_OF(columns) * sizeof *cells);
    REJECT_IF(!cells, E_NOMEM);
    for (size_t i = 0; i < pick.count; i++) {
        const struct document_pair *pair = &p->pairs[pick.numbers[i]];
        const char **row = cells + i * COUNT_OF(columns);
        row[0] = report_words_relation(pair->relation);
        row[1] = keep(t, corpus_document(t->origins->corpus, pair->a).name);
        row[2] = share(t, pair->a_shared);
        row[3] = keep(t, corpus_document(t->origins->corpus, pair->b).name);
        row[4] = share(t, pair->b_shared);
    }
    uint32_t alone;
    TRY(report_words_alone(t->origins, &alone));
    text_report_heading(t, "Documents that share text");
    report_words_counted(&t->words, alone, "document shares", "documents share");
    buf_text(&t->words, " no passage with any other.");
    text_report_paragraph(t, 0);
    term_table(t->out, columns, COUNT_OF(columns), cells, pick.count, t->width);
    text_report_more(t, pick.of - pick.count);
    return 0;
}

static int put_documents(struct text_report *t)
{
    static const struct term_column columns[] = {{.title = "Document", .cut = true},
                                                 {.title = "Date"},
                                                 {.title = "Outlet", .cut = true},
                                                 {.title = "Title", .cut = true}};
    uint32_t count = corpus_count(t->origins->corpus);
    size_t rows = count < DOCUMENTS_MAX ? count : DOCUMENTS_MAX;
    const char **cells = arena_alloc(&t->arena, rows * COUNT_OF(columns) * sizeof *cells);
    REJECT_IF(!cells, E_NOMEM);
    for (uint32_t i = 0; i < rows; i++) {
        const struct document d = corpus_document(t->origins->corpus, i);
        const char **row = cells + i * COUNT_OF(columns);
        row[0] = keep(t, d.name);
        row[1] = day(t, d.day);
        row[2] = keep(t, d.outlet);
        row[3] = keep(t, d.title);
    }
    text_report_heading(t, "Documents");
    term_table(t->out, columns, COUNT_OF(columns), cells, rows, t->width);
    text_report_more(t, count - rows);
    return 0;
}

static void put_remarks(struct text_report *t)
{
    uint64_t count;
    const struct gather_remark *remarks = gather_remarks(t->report->gather, &count);
    if (count == 0)
        return;
    text_report_heading(t, "Left out, or to be looked at");
    for (uint64_t i = 0; i < count && i < REMARKS_MAX; i++) {
        buf_span(&t->words, remarks[i].path);
        buf_text(&t->words, ": ");
        buf_span(&t->words, remarks[i].sentence);
        text_report_paragraph(t, 0);
    }
    text_report_more(t, count > REMARKS_MAX ? count - REMARKS_MAX : 0);
}

static int put_all(struct text_report *t)
{
    TRY(corpus_reader_new(t->origins->corpus, &t->reader));
    TRY(directions_new(t->origins, &t->directions));
    put_sums(t);
    TRY(text_report_claims(t));
    TRY(text_report_statements(t));
    TRY(text_report_passages(t));
    TRY(put_pairs(t));
    TRY(put_documents(t));
    put_remarks(t);
    return 0;
}

int origins_report_text(const struct origins_report *report, size_t width, struct buf *out)
{
    struct text_report t = {.report = report, .origins = report->origins, .out = out};
    t.width = width < ORIGINS_REPORT_WIDTH_MIN ? ORIGINS_REPORT_WIDTH_MIN : width;
    t.prose = t.width < PROSE_MAX ? t.width : PROSE_MAX;
    arena_init(&t.arena, ARENA_BYTES_MAX);
    buf_init(&t.words, WORDS_BYTES_MAX);
    int error = put_all(&t);
    directions_free(t.directions);
    corpus_reader_free(t.reader);
    buf_release(&t.words);
    arena_release(&t.arena);
    return error < 0 ? error : buf_error(out);
}
