/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/report_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/show.h"

#define LINE_BYTES_MAX (64u << 10)

struct weighed {
    uint64_t weight;
    uint32_t number;
};

static int by_weight(const void *x, const void *y)
{
    const struct weighed *a = x, *b = y;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

static int pick(const struct origins *o, size_t of, size_t max,
                uint64_t weigh(const struct origins *o, size_t number), struct arena *arena,
                struct report_pick *ret_pick)
{
    struct report_pick made = {.of = of, .count = of < max ? of : max};
    struct weighed *all = mem_calloc(of + 1, sizeof *all);
    made.numbers = arena_alloc(arena, (made.count + 1) * sizeof *made.numbers);
    if (all && made.numbers) {
        for (size_t i = 0; i < of; i++)
            all[i] = (struct weighed){weigh(o, i), (uint32_t)i};
        qsort(all, of, sizeof *all, by_weight);
        for (size_t i = 0; i < made.count; i++)
            made.numbers[i] = all[i].number;
    }
    bool full = !all || !made.numbers;
    mem_free(all);
    REJECT_IF(full, E_NOMEM);
    *ret_pick = made;
    return 0;
}

static uint64_t statement_weight(const struct origins *o, size_t number)
{
    return statement_documents(&o->statements->statements[number]);
}

static uint64_t passage_weight(const struct origins *o, size_t number)
{
    return o->passages->passages[number].words;
}

static uint64_t pair_weight(const struct origins *o, size_t number)
{
    return o->passages->pairs[number].relation;
}

int report_pick_statements(const struct origins *o, size_t max, struct arena *arena,
                           struct report_pick *ret_pick)
{
    return pick(o, o->statements->count, max, statement_weight, arena, ret_pick);
}

int report_pick_passages(const struct origins *o, size_t max, struct arena *arena,
                         struct report_pick *ret_pick)
{
    return pick(o, o->passages->count, max, passage_weight, arena, ret_pick);
}

int report_pick_pairs(const struct origins *o, size_t max, struct arena *arena,
                      struct report_pick *ret_pick)
{
    return pick(o, o->passages->pair_count, max, pair_weight, arena, ret_pick);
}

/* Texts */

static int show(struct span text, struct arena *arena, struct span *ret_shown)
{
    struct buf line CLEANUP(buf_release);
    buf_init(&line, LINE_BYTES_MAX);
    show_line(&line, text, REPORT_WORDING_BYTES_MAX);
    REJECT_IF(buf_error(&line) == E_NOMEM, E_NOMEM);
    char *kept = arena_copy_text(arena, buf_bytes(&line));
    REJECT_IF(!kept, E_NOMEM);
    *ret_shown = span_of(kept, line.len);
    return 0;
}

/* Cut at a character. */
static void put_cut(struct buf *out, struct span text, struct stretch s)
{
    struct span words = span_slice(text, s.from, s.to - s.from);
    size_t len = words.len < REPORT_WORDING_BYTES_MAX ? words.len : REPORT_WORDING_BYTES_MAX;
    while (len < words.len && len > 0 && (words.data[len] & 0xC0) == 0x80)
        len--;
    buf_span(out, span_slice(words, 0, len));
    if (len < words.len)
        buf_text(out, "…");
}

int report_stretch(uint32_t document, struct stretch s, struct corpus_reader *reader,
                   struct arena *arena, struct span *ret_shown)
{
    struct buf words CLEANUP(buf_release);
    struct span text;
    buf_init(&words, LINE_BYTES_MAX);
    TRY(corpus_read(reader, document, &text));
    put_cut(&words, text, s);
    TRY(buf_error(&words));
    return show(buf_bytes(&words), arena, ret_shown);
}

int report_wording(const struct wording *w, struct corpus_reader *reader, struct arena *arena,
                   struct span *ret_shown)
{
    struct buf words CLEANUP(buf_release);
    struct span text;
    buf_init(&words, LINE_BYTES_MAX);
    TRY(corpus_read(reader, w->document, &text));
    for (uint32_t i = 0; i < w->part_count; i++) {
        buf_text(&words, i > 0 ? " … " : "");
        put_cut(&words, text, w->parts[i]);
    }
    TRY(buf_error(&words));
    return show(buf_bytes(&words), arena, ret_shown);
}

/* Wordings */

static void add_document(struct report_wording *to, uint32_t document)
{
    for (uint32_t i = to->count; i > 0; i--) {
        if (to->documents[i - 1] == document)
            return;
    }
    to->documents[to->count++] = document;
}

static int add_wording(const struct statement *s, uint32_t number, struct corpus_reader *reader,
                       struct arena *arena, struct report_wordings *made)
{
    const struct wording *w = &s->wordings[number];
    struct span shown;
    TRY(report_wording(w, reader, arena, &shown));
    for (size_t i = 0; i < made->count; i++) {
        if (span_equal(made->wordings[i].shown, shown)) {
            add_document(&made->wordings[i], w->document);
            return 0;
        }
    }
    if (made->count == REPORT_WORDINGS_MAX) {
        made->left_out++;
        return 0;
    }
    struct report_wording *new = &made->wordings[made->count];
    *new = (struct report_wording){.shown = shown, .fragment = w->fragment};
    new->documents = arena_alloc(arena, REPORT_WORDINGS_READ_MAX * sizeof *new->documents);
    REJECT_IF(!new->documents, E_NOMEM);
    add_document(new, w->document);
    if (made->count++ == 0)
        return 0;
    struct differ_side complete;
    return differ_words(made->wordings[0].shown, shown, arena, &complete, &new->marked);
}

int report_wordings(const struct statement *s, struct corpus_reader *reader, struct arena *arena,
                    struct report_wordings *ret_wordings)
{
    struct report_wordings made = {.count = 0};
    made.wordings = arena_alloc(arena, REPORT_WORDINGS_MAX * sizeof *made.wordings);
    REJECT_IF(!made.wordings, E_NOMEM);
    TRY(add_wording(s, s->complete, reader, arena, &made));
    uint32_t read = s->count < REPORT_WORDINGS_READ_MAX ? s->count : REPORT_WORDINGS_READ_MAX - 1;
    for (uint32_t i = 0; i < read; i++) {
        if (i != s->complete)
            TRY(add_wording(s, i, reader, arena, &made));
    }
    made.left_out += s->count - read;
    *ret_wordings = made;
    return 0;
}
