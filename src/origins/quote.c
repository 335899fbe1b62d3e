/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A text is read in windows of whole paragraphs, so that the memory for its words is bounded. First
 * the marks, then the units, then for each quotation who speaks: by its own sentence, then by what
 * stands around it. */
#include "origins/quote.h"

#include <string.h>

#include "base/mem.h"
#include "origins/name.h"

#define WINDOW_BYTES ((uint32_t)2 << 20)
#define WINDOW_ARENA_BYTES ((size_t)2 << 30)
#define SCARE_WORDS_MAX 3
#define TITLE_WORDS_MAX 10
#define HEADLINE_BYTES_MAX 300

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
    struct names names;
    struct quote *quotes; /* by mark */
    bool *beside, *work;  /* by mark: the cue is beside it; a word for a work stands before it */
};

static struct stretch stretch_of(const struct units *line, struct mention m)
{
    return (struct stretch){line->units[m.from].from, line->units[m.to - 1].to};
}

static bool has_role(const struct window *w, struct mention m)
{
    for (uint32_t i = m.from; i < m.to; i++) {
        struct span f = w->sentences.outer.units[i].folded;
        if (f.len > 0 && language_has(w->words.role, f))
            return true;
    }
    return false;
}

/* The fullest name, and what they are. */
static void name_speaker(const struct window *w, struct mention m, struct quote *q)
{
    uint32_t name = names_in(&w->names, m);
    bool named = name != NAME_NONE;
    if (!named && has_role(w, m))
        q->role = q->speaker;
    if (!named)
        name = names_meant(&w->names, m);
    if (name == NAME_NONE)
        return;
    uint32_t fullest = names_fullest(&w->names, name);
    q->named = names_stretch(&w->names, fullest);
    if (q->role.to == 0)
        q->role = names_called(&w->names, name);
    if (q->role.to == 0)
        q->role = names_called(&w->names, fullest);
}

static void attribute(struct window *w, const struct units *line, const struct speaker *s,
                      uint32_t unit)
{
    struct quote *q = &w->quotes[line->units[unit].quote];
    q->grounds = s->grounds;
    q->known = s->grounds != QUOTE_UNKNOWN;
    if (!q->known)
        return;
    q->speaker = stretch_of(line, s->mention);
    if (s->cue.to > s->cue.from)
        q->cue = stretch_of(line, s->cue);
    if (line == &w->sentences.outer)
        name_speaker(w, s->mention, q);
}

/* The quotation before, at unit p, goes on in the one at i. */
static bool goes_on(const struct window *w, const struct units *line, const struct speaker *found,
                    uint32_t p, uint32_t i)
{
    const struct quote_mark *marks = w->marks.marks;
    const struct unit *first = &line->units[p], *second = &line->units[i];
    if (second->begins)
        return p + 1 == i && !marks[first->quote].closed &&
               w->text.data[marks[first->quote].whole.from] ==
                   w->text.data[marks[second->quote].whole.from];
    if (found[i].grounds == QUOTE_UNKNOWN || found[p].before)
        return false;
    return found[i].grounds == QUOTE_CONTINUED ||
           (found[i].before && found[i].cue.from > p && found[i].cue.from == found[p].cue.from);
}

static void continue_from(struct window *w, const struct units *line, struct speaker *found,
                          uint32_t p, uint32_t i)
{
    struct quote *first = &w->quotes[line->units[p].quote];
    struct quote *second = &w->quotes[line->units[i].quote];
    second->continues = first->continues;
    bool later = found[p].grounds == QUOTE_UNKNOWN;
    const struct speaker *known = later ? &found[i] : &found[p];
    if (known->grounds == QUOTE_UNKNOWN || (found[i].grounds != QUOTE_UNKNOWN && !later))
        return;
    struct speaker same = *known;
    same.grounds = QUOTE_CONTINUED;
    found[later ? p : i] = same;
    attribute(w, line, &same, later ? p : i);
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
    for (uint32_t i = first, before = first; i < line->count; i++) {
        if (line->units[i].quote == QUOTE_MARKS_NONE)
            continue;
        found[i] = speaker_in_sentence(line, &w->words, w->text, found, i);
        if (outer && found[i].grounds == QUOTE_UNKNOWN)
            found[i] = speaker_around(line, &w->words, found, i);
        attribute(w, line, &found[i], i);
        w->beside[line->units[i].quote] = found[i].beside;
        if (before != i && goes_on(w, line, found, before, i))
            continue_from(w, line, found, before, i);
        before = i;
    }
    return 0;
}

/* Also those that stand within another. */
static int attribute_all(struct window *w)
{
    TRY(names_read(&w->sentences.outer, &w->words, &w->arena, &w->names));
    TRY(find_speakers(w, &w->sentences.outer, true));
    for (uint32_t i = 0; i < w->marks.count; i++)
        TRY(find_speakers(w, &w->sentences.inner[i], false));
    return 0;
}

/* Kinds */

struct shape {
    uint32_t words, capitals; /* capitals: of the words that are not in [stop] */
    uint32_t small;
    bool sentence; /* begins large and ends like a sentence */
};

static struct shape shape_of(const struct window *w, uint32_t number)
{
    const struct units *line = &w->sentences.inner[number];
    struct shape s = {.words = 0};
    for (uint32_t i = 0; i < line->count; i++) {
        const struct unit *u = &line->units[i];
        s.words += u->folded.len > 0 || u->quote != QUOTE_MARKS_NONE;
        s.capitals += u->capital && !language_has(w->words.stop, u->folded);
        s.small += u->folded.len > 0 && !u->capital && !u->number &&
                   !language_has(w->words.stop, u->folded);
    }
    uint32_t last = line->count > 0 ? line->units[line->count - 1].mark : 0;
    s.sentence =
        line->count > 1 && line->units[0].capital && (last == '.' || last == '?' || last == '!');
    return s;
}

static enum quote_kind kind_of(const struct window *w, uint32_t number)
{
    struct shape s = shape_of(w, number);
    if (w->work[number])
        return QUOTE_TITLE;
    if (w->beside[number])
        return QUOTE_STATEMENT;
    bool title = s.capitals > 0 && s.small == 0 && s.words <= TITLE_WORDS_MAX && !s.sentence;
    if (title)
        return QUOTE_TITLE;
    return s.words <= SCARE_WORDS_MAX && !s.sentence ? QUOTE_SCARE : QUOTE_STATEMENT;
}

/* «Новый голос» сообщил: what is said has a mark behind it; in a language without endings a name
 * in quotation marks is rare. */
static bool is_named_so(const struct window *w, const struct units *line, uint32_t i)
{
    struct shape s = shape_of(w, line->units[i].quote);
    const struct units *inner = &w->sentences.inner[line->units[i].quote];
    return language_section_count(w->words.ending) > 0 && i + 1 < line->count &&
           line->units[i + 1].folded.len > 0 && !line->units[i + 1].begins && !s.sentence &&
           s.words <= SCARE_WORDS_MAX && inner->count > 0 && inner->units[0].capital;
}

static void find_works(struct window *w, const struct units *line)
{
    for (uint32_t i = 0; i < line->count; i++) {
        if (line->units[i].quote != QUOTE_MARKS_NONE && is_named_so(w, line, i))
            w->work[line->units[i].quote] = true;
    }
    for (uint32_t i = 1; i < line->count; i++) {
        const struct unit *u = &line->units[i], *before = u - 1;
        if (u->quote != QUOTE_MARKS_NONE && !u->begins && before->folded.len > 0)
            w->work[u->quote] |= language_has(w->words.work, before->folded) &&
                                 w->sentences.inner[u->quote].count > 0 &&
                                 w->sentences.inner[u->quote].units[0].capital;
    }
}

/* The first paragraph is taken for a headline when it is short. */
static uint32_t headline_end(const struct window *w)
{
    if (w->at > 0 || w->marks.paragraph_count < 2)
        return 0;
    struct stretch first = w->marks.paragraphs[0];
    return first.to - first.from <= HEADLINE_BYTES_MAX ? first.to : 0;
}

/* What a work is called is nobody's words. */
static void forget_speaker(struct quote *q)
{
    q->known = false;
    q->grounds = QUOTE_UNKNOWN;
    q->speaker = q->named = q->role = q->cue = (struct stretch){0, 0};
}

static void decide_kinds(struct window *w)
{
    uint32_t headline = headline_end(w);
    find_works(w, &w->sentences.outer);
    for (uint32_t i = 0; i < w->marks.count; i++)
        find_works(w, &w->sentences.inner[i]);
    for (uint32_t i = 0; i < w->marks.count; i++) {
        struct quote *q = &w->quotes[i];
        q->kind = kind_of(w, i);
        if (w->work[i])
            forget_speaker(q);
        q->headline = q->whole.from < headline && !q->known;
    }
}

static int read_window(struct window *w)
{
    TRY(quote_marks_find(w->text, w->words.say, &w->arena, &w->marks));
    w->quotes = arena_alloc(&w->arena, (w->marks.count + 1) * sizeof *w->quotes);
    w->beside = arena_alloc(&w->arena, (w->marks.count + 1) * sizeof(bool));
    w->work = arena_alloc(&w->arena, (w->marks.count + 1) * sizeof(bool));
    REJECT_IF(!w->quotes || !w->beside || !w->work, E_NOMEM);
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
