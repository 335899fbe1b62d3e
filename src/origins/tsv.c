/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/tsv.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "origins/characters.h"

#define PIECE_BYTES ((size_t)1 << 16)
#define LINE_BYTES_MAX ((size_t)1 << 16)

struct writing {
    const struct origins *origins;
    const struct tsv_sink *sink;
    struct corpus_reader *reader;
    struct buf piece;
};

static int flush(struct writing *w, size_t from_bytes)
{
    TRY(buf_error(&w->piece));
    if (w->piece.len < from_bytes || w->piece.len == 0)
        return 0;
    int error = w->sink->put(w->sink->arg, buf_bytes(&w->piece));
    buf_reset(&w->piece);
    return error;
}

/* A tab or a new line in a name would be one in the table. */
static void put_name(struct writing *w, uint32_t document)
{
    struct span name = corpus_document(w->origins->corpus, document).name;
    for (size_t i = 0; i < name.len; i++)
        buf_u8(&w->piece, name.data[i] < ' ' ? ' ' : name.data[i]);
}

static int write_all(const struct origins *o, const struct tsv_sink *sink,
                     int (*lines)(struct writing *w))
{
    struct writing w = {.origins = o, .sink = sink};
    buf_init(&w.piece, PIECE_BYTES + LINE_BYTES_MAX);
    int error = corpus_reader_new(o->corpus, &w.reader);
    if (error == 0)
        error = lines(&w);
    if (error == 0)
        error = flush(&w, 0);
    buf_release(&w.piece);
    corpus_reader_free(w.reader);
    return error;
}

/* Passages */

static int put_passages(struct writing *w, const struct passage *passages, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct passage *p = &passages[i];
        int32_t a_day = corpus_document(w->origins->corpus, p->a).day;
        int32_t b_day = corpus_document(w->origins->corpus, p->b).day;
        bool b_first = a_day != CORPUS_DAY_NONE && b_day != CORPUS_DAY_NONE && b_day > a_day;
        for (int side = 0; side < 2; side++) {
            bool b = b_first == (side == 0);
            put_name(w, b ? p->b : p->a);
            uint32_t from = b ? p->b_from : p->a_from, to = b ? p->b_to : p->a_to;
            buf_printf(&w->piece, "\t%" PRIu32 "\t%" PRIu32 "%s", from, to - from,
                       side == 0 ? "\t" : "\n");
        }
        TRY(flush(w, PIECE_BYTES));
    }
    return 0;
}

static int ask_passages(struct characters *c, struct passage *passages, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        TRY(characters_put(c, passages[i].a, &passages[i].a_from));
        TRY(characters_put(c, passages[i].a, &passages[i].a_to));
        TRY(characters_put(c, passages[i].b, &passages[i].b_from));
        TRY(characters_put(c, passages[i].b, &passages[i].b_to));
    }
    return 0;
}

static int passage_lines(struct writing *w)
{
    const struct passages *found = w->origins->passages;
    struct characters places;
    if (found->count == 0)
        return 0;
    struct passage *passages = mem_alloc(found->count * sizeof *passages);
    REJECT_IF(!passages, E_NOMEM);
    memcpy(passages, found->passages, found->count * sizeof *passages);
    characters_init(&places);
    int error = ask_passages(&places, passages, found->count);
    if (error == 0)
        error = characters_count(&places, w->reader);
    characters_release(&places);
    if (error == 0)
        error = put_passages(w, passages, found->count);
    mem_free(passages);
    return error;
}

int tsv_passages(const struct origins *o, const struct tsv_sink *sink)
{
    return write_all(o, sink, passage_lines);
}

/* Pairs */

static int pair_lines(struct writing *w)
{
    const struct passages *found = w->origins->passages;
    for (size_t i = 0; i < found->pair_count; i++) {
        const struct document_pair *p = &found->pairs[i];
        if (p->relation != RELATION_COPY && p->relation != RELATION_REWRITTEN)
            continue;
        put_name(w, p->a);
        buf_u8(&w->piece, '\t');
        put_name(w, p->b);
        buf_u8(&w->piece, '\n');
        TRY(flush(w, PIECE_BYTES));
    }
    return 0;
}

int tsv_pairs(const struct origins *o, const struct tsv_sink *sink)
{
    return write_all(o, sink, pair_lines);
}

/* Quotations, document by document */

static int put_quotes(struct writing *w, uint32_t document, const struct quote *quotes,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct quote *q = &quotes[i];
        put_name(w, document);
        buf_printf(&w->piece, "\t%" PRIu32 "\t%" PRIu32, q->whole.from, q->whole.to);
        if (q->known)
            buf_printf(&w->piece, "\t%" PRIu32 "\t%" PRIu32 "\n", q->speaker.from, q->speaker.to);
        else
            buf_text(&w->piece, "\t-1\t-1\n");
        TRY(flush(w, PIECE_BYTES));
    }
    return 0;
}

static int take_quotes(const struct quotes *found, uint32_t document, struct quote *quotes,
                       struct characters *places, size_t *ret_count)
{
    size_t count = 0;
    for (size_t i = 0; i < found->count; i++) {
        struct quote *q = &quotes[count++];
        *q = found->quotes[i];
        TRY(characters_put(places, document, &q->whole.from));
        TRY(characters_put(places, document, &q->whole.to));
        TRY(characters_put(places, document, &q->speaker.from));
        TRY(characters_put(places, document, &q->speaker.to));
    }
    *ret_count = count;
    return 0;
}

static int quote_lines_of(struct writing *w, uint32_t document)
{
    const struct quotes *found = &w->origins->documents[document].quotes;
    struct characters places;
    size_t count = 0;
    struct quote *quotes = mem_alloc((found->count + 1) * sizeof *quotes);
    REJECT_IF(!quotes, E_NOMEM);
    characters_init(&places);
    int error = take_quotes(found, document, quotes, &places, &count);
    if (error == 0)
        error = characters_count(&places, w->reader);
    if (error == 0)
        error = put_quotes(w, document, quotes, count);
    characters_release(&places);
    mem_free(quotes);
    return error;
}

static int quote_lines(struct writing *w)
{
    for (uint32_t i = 0; i < corpus_count(w->origins->corpus); i++) {
        if (w->origins->documents[i].quotes.count > 0)
            TRY(quote_lines_of(w, i));
    }
    return 0;
}

int tsv_quotes(const struct origins *o, const struct tsv_sink *sink)
{
    return write_all(o, sink, quote_lines);
}
