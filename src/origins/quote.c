/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A text is read in windows of whole paragraphs, so that the memory for its words is bounded. First
 * the marks, then the units, then for each quotation who speaks: by its own sentence, then by what
 * stands around it. */
#include "origins/quote.h"

#include <string.h>

#include "base/mem.h"
#include "origins/speaker.h"

#define WINDOW_BYTES ((uint32_t)2 << 20)
#define WINDOW_ARENA_BYTES ((size_t)2 << 30)
#define SCARE_WORDS_MAX 3
#define TITLE_WORDS_MAX 10

struct found {
    struct quote *quotes;
    size_t count, capacity;
};

struct window {
    struct span text;
    uint32_t at; /* in the whole text */
    struct quote_words words;
    bool has_language;
    struct arena arena;
    struct quote_marks marks;
    struct sentences sentences;
    struct quote *quotes; /* by mark */
};

static struct stretch stretch_of(const struct units *line, struct mention m)
{
    return (struct stretch){line->units[m.from].from, line->units[m.to - 1].to};
}

static void attribute(struct window *w, const struct units *line, const struct speaker *s,
                      uint32_t unit)
{
    struct quote *q = &w->quotes[line->units[unit].quote];
    q->grounds = s->grounds;
    q->known = s->grounds != QUOTE_UNKNOWN;
    if (!q->known)
        return;
    q->speaker = q->named = stretch_of(line, s->mention);
    if (s->cue.to > s->cue.from)
        q->cue = stretch_of(line, s->cue);
}

static int find_speakers(struct window *w, const struct units *line, bool outer)
{
    uint32_t first = 0;
    while (first < line->count && line->units[first].quote == QUOTE_MARKS_NONE)
        first++;
    if (first == line->count)
        return 0;
    struct speaker *found = arena_alloc(&w->arena, line->count * sizeof *found);
    REJECT_IF(!found, E_NOMEM);
    for (uint32_t i = first; i < line->count; i++) {
        if (line->units[i].quote == QUOTE_MARKS_NONE)
            continue;
        found[i] = speaker_in_sentence(line, &w->words, w->text, found, i);
        if (outer && found[i].grounds == QUOTE_UNKNOWN)
            found[i] = speaker_around(line, &w->words, found, i);
        attribute(w, line, &found[i], i);
    }
    return 0;
}

/* Also those that stand within another. */
static int attribute_all(struct window *w)
{
    TRY(find_speakers(w, &w->sentences.outer, true));
    for (uint32_t i = 0; i < w->marks.count; i++)
        TRY(find_speakers(w, &w->sentences.inner[i], false));
    return 0;
}

static uint32_t count_words(const struct units *line, uint32_t *ret_capitals)
{
    uint32_t words = 0;
    *ret_capitals = 0;
    for (uint32_t i = 0; i < line->count; i++) {
        words += line->units[i].folded.len > 0 || line->units[i].quote != QUOTE_MARKS_NONE;
        *ret_capitals += line->units[i].capital;
    }
    return words;
}

static enum quote_kind kind_of(const struct window *w, uint32_t number)
{
    const struct quote *q = &w->quotes[number];
    uint32_t capitals, words = count_words(&w->sentences.inner[number], &capitals);
    if (q->known && q->grounds == QUOTE_BY_CUE)
        return QUOTE_STATEMENT;
    if (words > 1 && words <= TITLE_WORDS_MAX && capitals * 3 >= words * 2)
        return QUOTE_TITLE;
    return words <= SCARE_WORDS_MAX ? QUOTE_SCARE : QUOTE_STATEMENT;
}

static void decide_kinds(struct window *w)
{
    for (uint32_t i = 0; i < w->marks.count; i++)
        w->quotes[i].kind = kind_of(w, i);
}

static int read_window(struct window *w)
{
    TRY(quote_marks_find(w->text, w->words.say, &w->arena, &w->marks));
    w->quotes = arena_alloc(&w->arena, (w->marks.count + 1) * sizeof *w->quotes);
    REJECT_IF(!w->quotes, E_NOMEM);
    for (uint32_t i = 0; i < w->marks.count; i++) {
        const struct quote_mark *m = &w->marks.marks[i];
        w->quotes[i] = (struct quote){
            .whole = m->whole, .words = m->words, .continues = i, .closed = m->closed};
    }
    TRY(sentences_read(w->text, &w->marks, &w->words, &w->arena, &w->sentences));
    if (w->has_language)
        TRY(attribute_all(w));
    decide_kinds(w);
    return 0;
}

static void shift(struct stretch *s, uint32_t by)
{
    s->from += by;
    s->to += by;
}

static int take_window(struct found *f, const struct window *w)
{
    if (f->count + w->marks.count > f->capacity) {
        size_t capacity = 2 * (f->count + w->marks.count);
        struct quote *more = mem_realloc(f->quotes, capacity * sizeof *more);
        REJECT_IF(!more, E_NOMEM);
        f->quotes = more;
        f->capacity = capacity;
    }
    for (uint32_t i = 0; i < w->marks.count; i++) {
        struct quote q = w->quotes[i];
        struct stretch *all[] = {&q.whole, &q.words, &q.speaker, &q.named, &q.role, &q.cue};
        for (size_t k = 0; k < COUNT_OF(all); k++)
            shift(all[k], all[k]->to > all[k]->from ? w->at : 0);
        q.continues += (uint32_t)f->count;
        f->quotes[f->count + i] = q;
    }
    f->count += w->marks.count;
    return 0;
}

/* Behind the last line that ends in it; where none does, before a word or a character. */
static uint32_t window_end(struct span text, uint32_t from)
{
    if (text.len - from <= WINDOW_BYTES)
        return (uint32_t)text.len;
    uint32_t end = from + WINDOW_BYTES;
    for (uint32_t at = end; at > from + WINDOW_BYTES / 2; at--) {
        if (text.data[at - 1] == '\n')
            return at;
    }
    while ((text.data[end] & 0xc0) == 0x80 && end > from + WINDOW_BYTES - 4)
        end--;
    return end;
}

static int read_windows(struct span text, const struct language *language, struct found *f)
{
    for (uint32_t at = 0, end; at < text.len; at = end) {
        end = window_end(text, at);
        struct window w = {.text = span_of(text.data + at, end - at),
                           .at = at,
                           .words = quote_words_of(language),
                           .has_language = language != NULL};
        arena_init(&w.arena, WINDOW_ARENA_BYTES);
        int error = read_window(&w);
        if (error == 0)
            error = take_window(f, &w);
        arena_release(&w.arena);
        TRY(error);
    }
    return 0;
}

int quotes_find(struct span text, const struct language *language, struct arena *arena,
                struct quotes *ret_quotes)
{
    struct found f = {.count = 0};
    struct quotes quotes = {.quotes = NULL};
    int error = read_windows(text, language, &f);
    if (error == 0 && f.count > 0) {
        quotes.quotes = arena_alloc(arena, f.count * sizeof *quotes.quotes);
        error = quotes.quotes ? 0 : E_NOMEM;
    }
    if (error == 0 && f.count > 0)
        memcpy(quotes.quotes, f.quotes, f.count * sizeof *quotes.quotes);
    mem_free(f.quotes);
    TRY(error);
    quotes.count = f.count;
    *ret_quotes = quotes;
    return 0;
}
