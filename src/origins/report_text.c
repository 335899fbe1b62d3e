/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* For a terminal: the most telling of each part, and how many more there are. */
#include "origins/direction.h"
#include "origins/report_text_internal.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "draw/term.h"

#define PROSE_MAX 96
#define DOCUMENTS_MAX 40
#define PASSAGES_MAX 12
#define REMARKS_MAX 20
#define WORDING_BYTES_MAX 400
#define ARENA_BYTES_MAX ((size_t)64 << 20)

void text_report_heading(struct text_report *t, const char *title)
{
    buf_printf(t->out, "\n%s\n", title);
    for (size_t i = term_columns_of(title); i > 0; i--)
        buf_u8(t->out, '-');
    buf_u8(t->out, '\n');
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
    if (buf_error(&t->words))
        buf_fail(t->out, buf_error(&t->words));
    const char *kept = keep(t, buf_bytes(&t->words));
    buf_reset(&t->words);
    return kept;
}

const char *text_report_number(struct text_report *t, uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            buf_u8(&t->words, ',');
        buf_u8(&t->words, (uint8_t)digits[i]);
    }
    return text_report_keep(t);
}

const char *text_report_day(struct text_report *t, int32_t day)
{
    if (day == CORPUS_DAY_NONE)
        return "";
    about_put_day(&t->words, day);
    return text_report_keep(t);
}

const char *text_report_name(struct text_report *t, uint32_t document)
{
    return keep(t, corpus_document(t->origins->corpus, document).name);
}

void text_report_prose(struct text_report *t, size_t indent)
{
    if (buf_error(&t->words))
        buf_fail(t->out, buf_error(&t->words));
    term_paragraph(t->out, buf_cstr(&t->words), indent, t->prose);
    buf_reset(&t->words);
}

void text_report_more(struct text_report *t, uint64_t left)
{
    if (left > 0)
        buf_printf(t->out, "\nand %s more: --json has them all\n", text_report_number(t, left));
}

int text_report_stretch(struct text_report *t, uint32_t document, struct stretch s)
{
    struct span text;
    TRY(corpus_read(t->reader, document, &text));
    size_t whole = s.to - s.from, len = whole < WORDING_BYTES_MAX ? whole : WORDING_BYTES_MAX;
    while (len < whole && (text.data[s.from + len] & 0xC0) == 0x80)
        len--;
    buf_span(&t->words, span_slice(text, s.from, len));
    buf_text(&t->words, len < whole ? "…" : "");
    return 0;
}

/* The parts */

static void put_sums(struct text_report *t)
{
    const struct passages *p = t->origins->passages;
    uint64_t by_relation[RELATION_COPY + 1] = {0}, quotes = 0;
    for (size_t i = 0; i < p->pair_count; i++)
        by_relation[p->pairs[i].relation]++;
    for (uint32_t i = 0; i < corpus_count(t->origins->corpus); i++)
        quotes += t->origins->documents[i].quotes.count;
    buf_printf(t->out, "%s documents, %s bytes of text.\n",
               text_report_number(t, corpus_count(t->origins->corpus)),
               text_report_number(t, corpus_text_bytes(t->origins->corpus)));
    buf_printf(t->out,
               "%s passages are shared. Pairs of documents: %s copies, %s rewritten copies, ",
               text_report_number(t, p->count), text_report_number(t, by_relation[RELATION_COPY]),
               text_report_number(t, by_relation[RELATION_REWRITTEN]));
    buf_printf(t->out, "%s on the same event, %s that share passages only.\n",
               text_report_number(t, by_relation[RELATION_EVENT]),
               text_report_number(t, by_relation[RELATION_PASSAGES]));
    buf_printf(t->out, "%s quotations.\n", text_report_number(t, quotes));
}

static int by_words(const void *x, const void *y)
{
    const struct passage *const *a = x, *const *b = y;
    if ((*a)->words != (*b)->words)
        return (*a)->words > (*b)->words ? -1 : 1;
    return (*a > *b) - (*a < *b);
}

static int put_wording(struct text_report *t, uint32_t document, uint32_t from, uint32_t to)
{
    int32_t day = corpus_document(t->origins->corpus, document).day;
    const char *name = text_report_name(t, document), *on = text_report_day(t, day);
    buf_printf(&t->words, "%s%s%s", name, on[0] ? ", " : "", on);
    text_report_prose(t, 2);
    TRY(text_report_stretch(t, document, (struct stretch){from, to}));
    text_report_prose(t, 4);
    return 0;
}

static void put_reasons(struct text_report *t, unsigned reasons)
{
    static const char *const words[] = {"it is later", "it names the other's outlet",
                                        "it lost the name of who said it"};
    const char *between = "";
    for (unsigned i = 0; i < COUNT_OF(words); i++) {
        if (reasons & 1u << i) {
            buf_printf(&t->words, "%s%s", between, words[i]);
            between = ", ";
        }
    }
}

/* Who is likely to have it from whom. */
static int put_direction(struct text_report *t, struct directions *directions,
                         const struct passage *p)
{
    struct direction d;
    TRY(directions_of(directions, (size_t)(p - t->origins->passages->passages), &d));
    bool a_from_b = d.way == DIRECTION_A_FROM_B;
    const char *from = text_report_name(t, a_from_b ? p->b : p->a);
    const char *taker = text_report_name(t, a_from_b ? p->a : p->b);
    if (d.way == DIRECTION_UNTOLD) {
        buf_text(&t->words, "Who has it from whom cannot be told.");
    } else {
        buf_printf(&t->words, "%s is likely to have it from %s: ", taker, from);
        put_reasons(t, a_from_b ? d.a_from_b : d.b_from_a);
        buf_text(&t->words, ".");
    }
    if (d.between != UINT32_MAX) {
        const char *between = text_report_name(t, d.between);
        buf_printf(&t->words, " The wording of %s stands nearer to both.", between);
    }
    text_report_prose(t, 2);
    return 0;
}

static int put_longest(struct text_report *t, struct directions *directions,
                       const struct passage **sorted)
{
    const struct passages *p = t->origins->passages;
    for (size_t i = 0; i < p->count; i++)
        sorted[i] = &p->passages[i];
    qsort(sorted, p->count, sizeof *sorted, by_words);
    for (size_t i = 0; i < p->count && i < PASSAGES_MAX; i++) {
        buf_printf(t->out, "%s%" PRIu32 " words, %" PRIu32 " of them the same:\n", i ? "\n" : "",
                   sorted[i]->words, sorted[i]->same_words);
        TRY(put_wording(t, sorted[i]->a, sorted[i]->a_from, sorted[i]->a_to));
        TRY(put_wording(t, sorted[i]->b, sorted[i]->b_from, sorted[i]->b_to));
        TRY(put_direction(t, directions, sorted[i]));
    }
    text_report_more(t, p->count > PASSAGES_MAX ? p->count - PASSAGES_MAX : 0);
    return 0;
}

static int put_passages(struct text_report *t)
{
    const struct passages *p = t->origins->passages;
    if (p->count == 0)
        return 0;
    text_report_heading(t, "Passages: the longest");
    const struct passage **sorted = mem_alloc(p->count * sizeof *sorted);
    REJECT_IF(!sorted, E_NOMEM);
    struct directions *directions = NULL;
    int error = directions_new(t->origins, &directions);
    if (error == 0)
        error = put_longest(t, directions, sorted);
    directions_free(directions);
    mem_free(sorted);
    return error;
}

static void put_documents(struct text_report *t)
{
    static const struct term_column columns[] = {{.title = "Document", .cut = true},
                                                 {.title = "Date"},
                                                 {.title = "Outlet", .cut = true},
                                                 {.title = "Title", .cut = true},
                                                 {.title = "Copy of", .cut = true}};
    uint32_t count = corpus_count(t->origins->corpus);
    size_t rows = count < DOCUMENTS_MAX ? count : DOCUMENTS_MAX;
    const char **cells = arena_alloc(&t->arena, (rows + 1) * COUNT_OF(columns) * sizeof *cells);
    if (!cells) {
        buf_fail(t->out, E_NOMEM);
        return;
    }
    text_report_heading(t, "Documents");
    for (uint32_t i = 0; i < rows; i++) {
        const struct document d = corpus_document(t->origins->corpus, i);
        uint32_t group = t->origins->passages->copy_group[i];
        const char **row = cells + i * COUNT_OF(columns);
        row[0] = keep(t, d.name);
        row[1] = text_report_day(t, d.day);
        row[2] = keep(t, d.outlet);
        row[3] = keep(t, d.title);
        row[4] = group == i ? "" : text_report_name(t, group);
    }
    term_table(t->out, columns, COUNT_OF(columns), cells, rows, t->width);
    text_report_more(t, count - rows);
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
        text_report_prose(t, 0);
    }
    text_report_more(t, count > REMARKS_MAX ? count - REMARKS_MAX : 0);
}

static int put_all(struct text_report *t)
{
    put_sums(t);
    TRY(text_report_said(t));
    TRY(put_passages(t));
    put_documents(t);
    put_remarks(t);
    return 0;
}

int origins_report_text(const struct origins_report *report, size_t width, struct buf *out)
{
    struct text_report t = {.report = report, .origins = report->origins, .out = out};
    t.width = width < ORIGINS_REPORT_WIDTH_MIN ? ORIGINS_REPORT_WIDTH_MIN : width;
    t.prose = t.width < PROSE_MAX ? t.width : PROSE_MAX;
    arena_init(&t.arena, ARENA_BYTES_MAX);
    buf_init(&t.words, 64 << 10);
    int error = corpus_reader_new(report->origins->corpus, &t.reader);
    if (error == 0)
        error = put_all(&t);
    corpus_reader_free(t.reader);
    buf_release(&t.words);
    arena_release(&t.arena);
    return error < 0 ? error : buf_error(out);
}
