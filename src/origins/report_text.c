/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* For a terminal: the most telling of each part, and how many more there are. */
#include "origins/report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "draw/term.h"

#define PROSE_MAX 96
#define DOCUMENTS_MAX 40
#define PASSAGES_MAX 12
#define REMARKS_MAX 20
#define WORDING_BYTES_MAX 400
#define ARENA_BYTES_MAX ((size_t)16 << 20)

struct writing {
    const struct origins_report *report;
    const struct origins *origins;
    struct buf *out;
    size_t width, prose;
    struct arena arena;
    struct buf words; /* what is put together; reset before each use */
    struct corpus_reader *reader;
};

static void put_heading(struct writing *w, const char *title)
{
    buf_printf(w->out, "\n%s\n", title);
    for (size_t i = term_columns_of(title); i > 0; i--)
        buf_u8(w->out, '-');
    buf_u8(w->out, '\n');
}

static const char *keep(struct writing *w, struct span text)
{
    char *copy = arena_copy_text(&w->arena, text);
    if (!copy)
        buf_fail(w->out, E_NOMEM);
    return copy ? copy : "";
}

static const char *keep_words(struct writing *w)
{
    if (buf_error(&w->words))
        buf_fail(w->out, buf_error(&w->words));
    const char *kept = keep(w, buf_bytes(&w->words));
    buf_reset(&w->words);
    return kept;
}

static const char *number(struct writing *w, uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            buf_u8(&w->words, ',');
        buf_u8(&w->words, (uint8_t)digits[i]);
    }
    return keep_words(w);
}

static const char *day(struct writing *w, int32_t of)
{
    if (of == CORPUS_DAY_NONE)
        return "";
    about_put_day(&w->words, of);
    return keep_words(w);
}

static const char *name_of(struct writing *w, uint32_t document)
{
    return keep(w, corpus_document(w->origins->corpus, document).name);
}

static void put_more(struct writing *w, uint64_t left)
{
    if (left > 0)
        buf_printf(w->out, "and %s more: --json has them all\n", number(w, left));
}

/* The parts */

static void put_sums(struct writing *w)
{
    const struct passages *p = w->origins->passages;
    uint64_t by_relation[RELATION_COPY + 1] = {0}, quotes = 0;
    for (size_t i = 0; i < p->pair_count; i++)
        by_relation[p->pairs[i].relation]++;
    for (uint32_t i = 0; i < corpus_count(w->origins->corpus); i++)
        quotes += w->origins->documents[i].quotes.count;
    buf_printf(w->out, "%s documents, %s bytes of text.\n",
               number(w, corpus_count(w->origins->corpus)),
               number(w, corpus_text_bytes(w->origins->corpus)));
    buf_printf(w->out,
               "%s passages are shared. Pairs of documents: %s copies, %s rewritten copies, ",
               number(w, p->count), number(w, by_relation[RELATION_COPY]),
               number(w, by_relation[RELATION_REWRITTEN]));
    buf_printf(w->out, "%s on the same event, %s that share passages only.\n",
               number(w, by_relation[RELATION_EVENT]), number(w, by_relation[RELATION_PASSAGES]));
    buf_printf(w->out, "%s quotations.\n", number(w, quotes));
}

static int by_words(const void *x, const void *y)
{
    const struct passage *const *a = x, *const *b = y;
    if ((*a)->words != (*b)->words)
        return (*a)->words > (*b)->words ? -1 : 1;
    return (*a > *b) - (*a < *b);
}

static int put_wording(struct writing *w, uint32_t document, uint32_t from, uint32_t to)
{
    struct span text;
    TRY(corpus_read(w->reader, document, &text));
    size_t len = to - from < WORDING_BYTES_MAX ? to - from : WORDING_BYTES_MAX;
    while (len < to - from && (text.data[from + len] & 0xC0) == 0x80)
        len--;
    buf_printf(&w->words, "%.*s%s", (int)len, (const char *)text.data + from,
               len < to - from ? "…" : "");
    term_cell(w->out, name_of(w, document), w->width - 2, TERM_CUT);
    buf_printf(w->out, "  %s\n", day(w, corpus_document(w->origins->corpus, document).day));
    term_paragraph(w->out, keep_words(w), 4, w->prose);
    return 0;
}

static int put_longest(struct writing *w, const struct passage **sorted)
{
    const struct passages *p = w->origins->passages;
    for (size_t i = 0; i < p->count; i++)
        sorted[i] = &p->passages[i];
    qsort(sorted, p->count, sizeof *sorted, by_words);
    for (size_t i = 0; i < p->count && i < PASSAGES_MAX; i++) {
        buf_printf(w->out, "%s%" PRIu32 " words, %" PRIu32 " of them the same:\n", i ? "\n" : "",
                   sorted[i]->words, sorted[i]->same_words);
        TRY(put_wording(w, sorted[i]->a, sorted[i]->a_from, sorted[i]->a_to));
        TRY(put_wording(w, sorted[i]->b, sorted[i]->b_from, sorted[i]->b_to));
    }
    put_more(w, p->count > PASSAGES_MAX ? p->count - PASSAGES_MAX : 0);
    return 0;
}

static int put_passages(struct writing *w)
{
    const struct passages *p = w->origins->passages;
    if (p->count == 0)
        return 0;
    put_heading(w, "Passages: the longest");
    const struct passage **sorted = mem_alloc(p->count * sizeof *sorted);
    REJECT_IF(!sorted, E_NOMEM);
    int error = put_longest(w, sorted);
    mem_free(sorted);
    return error;
}

static void put_documents(struct writing *w)
{
    static const struct term_column columns[] = {{.title = "Document", .cut = true},
                                                 {.title = "Date"},
                                                 {.title = "Outlet", .cut = true},
                                                 {.title = "Title", .cut = true},
                                                 {.title = "Copy of", .cut = true}};
    uint32_t count = corpus_count(w->origins->corpus);
    size_t rows = count < DOCUMENTS_MAX ? count : DOCUMENTS_MAX;
    const char **cells = arena_alloc(&w->arena, (rows + 1) * COUNT_OF(columns) * sizeof *cells);
    if (!cells) {
        buf_fail(w->out, E_NOMEM);
        return;
    }
    put_heading(w, "Documents");
    for (uint32_t i = 0; i < rows; i++) {
        const struct document d = corpus_document(w->origins->corpus, i);
        uint32_t group = w->origins->passages->copy_group[i];
        const char **row = cells + i * COUNT_OF(columns);
        row[0] = keep(w, d.name);
        row[1] = day(w, d.day);
        row[2] = keep(w, d.outlet);
        row[3] = keep(w, d.title);
        row[4] = group == i ? "" : name_of(w, group);
    }
    term_table(w->out, columns, COUNT_OF(columns), cells, rows, w->width);
    put_more(w, count - rows);
}

static void put_remarks(struct writing *w)
{
    uint64_t count;
    const struct gather_remark *remarks = gather_remarks(w->report->gather, &count);
    if (count == 0)
        return;
    put_heading(w, "Left out, or to be looked at");
    for (uint64_t i = 0; i < count && i < REMARKS_MAX; i++) {
        buf_span(&w->words, remarks[i].path);
        buf_text(&w->words, ": ");
        buf_span(&w->words, remarks[i].sentence);
        term_paragraph(w->out, keep_words(w), 0, w->prose);
    }
    put_more(w, count > REMARKS_MAX ? count - REMARKS_MAX : 0);
}

static int put_all(struct writing *w)
{
    put_sums(w);
    TRY(put_passages(w));
    put_documents(w);
    put_remarks(w);
    return 0;
}

int origins_report_text(const struct origins_report *report, size_t width, struct buf *out)
{
    struct writing w = {.report = report, .origins = report->origins, .out = out};
    w.width = width < ORIGINS_REPORT_WIDTH_MIN ? ORIGINS_REPORT_WIDTH_MIN : width;
    w.prose = w.width < PROSE_MAX ? w.width : PROSE_MAX;
    arena_init(&w.arena, ARENA_BYTES_MAX);
    buf_init(&w.words, 64 << 10);
    int error = corpus_reader_new(report->origins->corpus, &w.reader);
    if (error == 0)
        error = put_all(&w);
    corpus_reader_free(w.reader);
    buf_release(&w.words);
    arena_release(&w.arena);
    return error < 0 ? error : buf_error(out);
}
