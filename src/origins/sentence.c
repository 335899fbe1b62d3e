/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The words come from text/word.h; a hyphen between two of them joins them again, since the last
 * one then says what the whole is. A capital at the beginning of a sentence is a name's unless
 * the word is seen with a small letter, or is one of those that every text has. */
#include "origins/sentence.h"

#include <string.h>

#include "base/mem.h"
#include "text/fold.h"
#include "text/utf8.h"
#include "text/word.h"

#define WORD_FOLDED_BYTES_MAX 96
#define PARENTHESES_UNITS_MAX 12
#define ATTRIBUTION_UNITS 8
#define DATELINE_UNITS_MAX 9

struct reading {
    struct span text;
    const struct quote_marks *marks;
    const struct quote_words *words;
    struct arena *arena;
    struct buf folded;
    /* All units of a paragraph's outer text and of each quotation, before they are kept. */
    struct unit *units;
    uint32_t count, capacity;
    /* Hashes of the words that were seen with a small letter, and with a capital that is not due to
     * their place. */
    uint64_t *small, *large;
    uint32_t table_size;
    uint32_t mark; /* the next quotation */
};

static uint64_t hash_of(struct span word)
{
    return span_hash(SPAN_HASH_START, word) | 1;
}

static uint64_t *place_of(const struct reading *r, uint64_t *table, uint64_t hash)
{
    uint32_t at = (uint32_t)(hash >> 20) & (r->table_size - 1);
    while (table[at] && table[at] != hash)
        at = (at + 1) & (r->table_size - 1);
    return &table[at];
}

static bool is_ascii(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] >= 0x80)
            return false;
    }
    return true;
}

/* What is too long to be a word of a language folds to nothing. */
static int fold_word(struct reading *r, struct span word, struct span *ret_folded)
{
    struct span folded = {.len = 0};
    if (word.len > WORD_FOLDED_BYTES_MAX) {
        *ret_folded = folded;
        return 0;
    }
    buf_reset(&r->folded);
    bool ascii = is_ascii(word);
    int error = ascii ? 0 : fold_search(word, &r->folded);
    REJECT_IF(error == E_NOMEM, E_NOMEM);
    if (!ascii)
        word = error < 0 ? folded : buf_bytes(&r->folded);
    char *kept = arena_copy_text(r->arena, word);
    REJECT_IF(!kept, E_NOMEM);
    for (size_t i = 0; ascii && i < word.len; i++)
        kept[i] = (char)(kept[i] >= 'A' && kept[i] <= 'Z' ? kept[i] | 0x20 : kept[i]);
    *ret_folded = span_of(kept, word.len);
    return 0;
}

/* Without what stands behind an apostrophe and makes somebody's of somebody. */
static void cut_possessive(const struct reading *r, struct unit *u)
{
    struct span f = u->folded;
    for (size_t i = f.len; i-- > 1;) {
        bool straight = f.data[i] == '\'';
        bool curly =
            i + 2 < f.len && f.data[i] == 0xE2 && f.data[i + 1] == 0x80 && f.data[i + 2] == 0x99;
        size_t after = i + (curly ? 3 : 1);
        if ((straight || curly) &&
            language_has(r->words->possessive, span_slice(f, after, f.len))) {
            u->bare_to = u->to - (uint32_t)(f.len - i);
            u->folded.len = i;
            u->possessive = true;
            return;
        }
    }
}

static bool has_small(struct span word)
{
    while (word.len > 0) {
        bool ascii = word.data[0] < 0x80;
        if (ascii ? word.data[0] >= 'a' && word.data[0] <= 'z' : !word_is_capital(word))
            return true;
        utf8_next(&word);
    }
    return false;
}

static int add_unit(struct reading *r, struct unit u)
{
    if (r->count == r->capacity) {
        uint32_t capacity = r->capacity ? r->capacity * 2 : 1024;
        struct unit *more = mem_realloc(r->units, capacity * sizeof *more);
        REJECT_IF(!more, E_NOMEM);
        r->units = more;
        r->capacity = capacity;
    }
    r->units[r->count++] = u;
    return 0;
}

static int add_word(struct reading *r, struct span word, bool joined)
{
    uint32_t from = (uint32_t)(word.data - r->text.data);
    struct unit u = {.from = from, .to = from + (uint32_t)word.len, .quote = QUOTE_MARKS_NONE};
    u.bare_to = u.to;
    TRY(fold_word(r, word, &u.folded));
    u.capital = word_is_capital(word);
    u.upper = u.capital && word.len > 1 && !has_small(word);
    u.number = word.data[0] >= '0' && word.data[0] <= '9';
    cut_possessive(r, &u);
    if (joined) {
        struct unit *last = &r->units[r->count - 1];
        last->to = u.to;
        last->bare_to = u.bare_to;
        last->folded = u.folded;
        last->possessive = u.possessive;
        last->number = last->number && u.number;
        return 0;
    }
    return add_unit(r, u);
}

/* What a mark is read as, or 0. */
static uint32_t mark_of(uint32_t c)
{
    switch (c) {
    case 0x2014:
    case 0x2013:
    case 0x2015:
        return '-';
    case 0x2026:
        return '.';
    case 0x3002:
        return '.';
    case ',':
    case ';':
    case ':':
    case '-':
    case '.':
    case '?':
    case '!':
    case '(':
    case ')':
        return c;
    default:
        return 0;
    }
}

/* The marks between two words; a full stop within a number and a lone hyphen are none. */
static int add_marks(struct reading *r, uint32_t from, uint32_t to, bool *ret_joined)
{
    struct span rest = span_of(r->text.data + from, to - from);
    bool word_before = r->count > 0 && r->units[r->count - 1].to == from && from < to &&
                       r->units[r->count - 1].mark == 0 &&
                       r->units[r->count - 1].quote == QUOTE_MARKS_NONE;
    uint8_t only = rest.len == 1 ? rest.data[0] : 0;
    bool numbers = word_before && r->units[r->count - 1].number;
    *ret_joined = word_before && (only == '-' || (numbers && (only == ',' || only == '.')));
    uint32_t last = 0;
    while (rest.len > 0 && !*ret_joined) {
        uint32_t at = (uint32_t)(rest.data - r->text.data);
        uint32_t mark = mark_of(utf8_next(&rest));
        uint32_t end = (uint32_t)(rest.data - r->text.data);
        if (mark != 0 && mark != last)
            TRY(add_unit(
                r, (struct unit){.from = at, .to = end, .mark = mark, .quote = QUOTE_MARKS_NONE}));
        last = mark;
    }
    return 0;
}

/* Words and marks of a stretch without quotations. */
static int read_plain(struct reading *r, uint32_t from, uint32_t to)
{
    ASSERT(from <= to);
    struct span rest = span_of(r->text.data + from, to - from), word;
    bool joined = false;
    uint32_t at = from;
    while (word_next(&rest, &word)) {
        uint32_t start = (uint32_t)(word.data - r->text.data);
        TRY(add_marks(r, at, start, &joined));
        TRY(add_word(r, word, joined));
        at = start + (uint32_t)word.len;
    }
    return add_marks(r, at, to, &joined);
}

/* Of from .. to, the part that stands in the quotation parent, with those that stand in it as one
 * unit each; r->mark is the first of them. */
static int read_level(struct reading *r, uint32_t from, uint32_t to, uint32_t parent)
{
    const struct quote_marks *m = r->marks;
    uint32_t start = r->count;
    while (r->mark < m->count && m->marks[r->mark].whole.from < to) {
        const struct quote_mark *q = &m->marks[r->mark];
        if (q->parent == parent) {
            TRY(read_plain(r, from, q->whole.from));
            TRY(add_unit(
                r, (struct unit){.from = q->whole.from, .to = q->whole.to, .quote = r->mark}));
            from = q->whole.to;
        }
        r->mark++;
    }
    TRY(read_plain(r, from, to));
    if (r->count > start)
        r->units[start].begins = true;
    return 0;
}

/* What stands in short parentheses says nothing of who speaks. */
static void leave_parentheses(struct unit *units, uint32_t *count)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *count; i++) {
        uint32_t end = i + 1;
        if (units[i].mark == '(') {
            while (end < *count && end - i <= PARENTHESES_UNITS_MAX && units[end].mark != ')' &&
                   !units[end].begins)
                end++;
            if (end < *count && units[end].mark == ')') {
                i = end;
                continue;
            }
        }
        units[kept++] = units[i];
    }
    *count = kept;
}

static bool is_end_mark(uint32_t mark)
{
    return mark == '.' || mark == '?' || mark == '!';
}

static bool is_abbreviated(const struct reading *r, const struct unit *word)
{
    return word->folded.len > 0 && word->capital &&
           (word->to - word->from == 1 || language_has(r->words->abbreviation, word->folded));
}

/* A cue soon, before the sentence's end. */
static bool attribution_follows(const struct reading *r, const struct unit *units, uint32_t at,
                                uint32_t count)
{
    for (uint32_t i = at; i < count && i < at + ATTRIBUTION_UNITS; i++) {
        if (units[i].begins || units[i].quote != QUOTE_MARKS_NONE || is_end_mark(units[i].mark))
            return false;
        if (units[i].folded.len > 0 && language_has(r->words->say, units[i].folded))
            return true;
    }
    return false;
}

static bool quote_ends_sentence(const struct reading *r, const struct unit *units, uint32_t i,
                                uint32_t count)
{
    const struct quote_mark *q = &r->marks->marks[units[i].quote];
    const struct unit *next = &units[i + 1];
    struct span words = span_of(r->text.data + q->words.from, q->words.to - q->words.from);
    bool inner =
        words.len > 1 && (words.data[words.len - 1] == '"' || words.data[words.len - 1] == '\'');
    uint8_t last = words.data[words.len - (inner ? 2 : 1)];
    bool ellipsis = words.len >= 3 && memcmp(words.data + words.len - 3, "\xe2\x80\xa6", 3) == 0;
    bool stops = last == '.' || last == '?' || last == '!' || ellipsis;
    if (q->dash || !stops)
        return false;
    if (next->quote != QUOTE_MARKS_NONE)
        return true;
    if (next->mark != 0 || !(next->capital || next->number))
        return false;
    return last == '.' || !attribution_follows(r, units, i + 1, count);
}

/* "KARSK, Dec. 8 -" at a paragraph's beginning. */
static bool ends_dateline(const struct unit *units, uint32_t i)
{
    uint32_t first = i;
    while (first > 0 && i - first < DATELINE_UNITS_MAX && !units[first].begins) {
        first--;
        if (units[first].mark == '-' || units[first].quote != QUOTE_MARKS_NONE)
            return false;
    }
    return units[first].begins && units[first].upper && i > first;
}

static bool ends_sentence(const struct reading *r, const struct unit *units, uint32_t i,
                          uint32_t count)
{
    const struct unit *u = &units[i];
    if (i + 1 == count || units[i + 1].begins)
        return true;
    if (u->quote != QUOTE_MARKS_NONE)
        return quote_ends_sentence(r, units, i, count);
    const struct unit *next = &units[i + 1];
    bool begins = next->capital || next->number || next->quote != QUOTE_MARKS_NONE ||
                  next->mark == '-' || next->mark == '(';
    if (u->mark == '-' && ends_dateline(units, i))
        return true;
    if (!is_end_mark(u->mark))
        return false;
    if (u->mark == '.' && i > 0 && is_abbreviated(r, &units[i - 1]))
        return next->capital && language_has(r->words->stop, next->folded) && next->from > u->to;
    return begins && next->from > u->to;
}

/* A full stop of an abbreviation is no unit. */
static void end_sentences(const struct reading *r, struct unit *units, uint32_t *count)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *count; i++)
        units[i].ends = ends_sentence(r, units, i, *count);
    for (uint32_t i = 0; i < *count; i++) {
        if (units[i].mark == '.' && !units[i].ends && i > 0 && is_abbreviated(r, &units[i - 1]))
            continue;
        units[kept++] = units[i];
    }
    *count = kept;
}

static bool is_first(const struct units *u, uint32_t i)
{
    while (i > 0 && !u->units[i].begins && !u->units[i - 1].ends && u->units[i - 1].mark != 0)
        i--;
    return i == 0 || u->units[i].begins || u->units[i - 1].ends;
}

static void note_words(const struct reading *r, const struct units *u)
{
    for (uint32_t i = 0; i < u->count; i++) {
        const struct unit *it = &u->units[i];
        uint64_t hash = hash_of(it->folded);
        if (it->folded.len > 0 && !it->capital)
            *place_of(r, r->small, hash) = hash;
        else if (it->folded.len > 0 && !is_first(u, i))
            *place_of(r, r->large, hash) = hash;
    }
}

/* A word with a capital at the beginning of a sentence. */
static bool is_name_first(const struct reading *r, const struct units *u, uint32_t i)
{
    const struct quote_words *w = r->words;
    struct span f = u->units[i].folded;
    uint64_t hash = hash_of(f);
    if (language_has(w->determiner, f) || language_has(w->preposition, f) ||
        language_has(w->conjunction, f) || *place_of(r, r->small, hash) != 0)
        return false;
    if (u->units[i].possessive || *place_of(r, r->large, hash) != 0 || i + 1 == u->count)
        return true;
    struct span next = u->units[i + 1].folded;
    return u->units[i + 1].capital || u->units[i + 1].mark == ',' || u->units[i + 1].mark == ':' ||
           (next.len > 0 && (language_has(w->say, next) || language_has(w->between, next) ||
                             language_has(w->relative, next)));
}

static void find_names(const struct reading *r, struct units *u)
{
    const struct quote_words *w = r->words;
    for (uint32_t i = 0; i < u->count; i++) {
        struct unit *it = &u->units[i];
        struct span f = it->folded;
        it->name = it->capital && f.len > 0 && !language_has(w->time, f) &&
                   !language_has(w->pronoun, f) && !language_has(w->title, f) &&
                   !language_has(w->stop, f) && (!is_first(u, i) || is_name_first(r, u, i));
    }
}

static void find_all_names(const struct reading *r, struct sentences *s)
{
    note_words(r, &s->outer);
    for (uint32_t i = 0; i < r->marks->count; i++)
        note_words(r, &s->inner[i]);
    find_names(r, &s->outer);
    for (uint32_t i = 0; i < r->marks->count; i++)
        find_names(r, &s->inner[i]);
}

static int keep_units(struct reading *r, struct units *ret_units)
{
    uint32_t count = r->count;
    leave_parentheses(r->units, &count);
    end_sentences(r, r->units, &count);
    ret_units->units = arena_alloc(r->arena, (count + 1) * sizeof(struct unit));
    REJECT_IF(!ret_units->units, E_NOMEM);
    if (count > 0)
        memcpy(ret_units->units, r->units, count * sizeof(struct unit));
    ret_units->count = count;
    return 0;
}

static int read_inner(struct reading *r, struct sentences *s)
{
    for (uint32_t i = 0; i < r->marks->count; i++) {
        const struct quote_mark *q = &r->marks->marks[i];
        r->count = 0;
        r->mark = i + 1;
        TRY(read_level(r, q->words.from, q->words.to, i));
        TRY(keep_units(r, &s->inner[i]));
    }
    return 0;
}

static int read_outer(struct reading *r, struct sentences *s)
{
    r->count = r->mark = 0;
    for (uint32_t i = 0; i < r->marks->paragraph_count; i++) {
        struct stretch p = r->marks->paragraphs[i];
        TRY(read_level(r, p.from, p.to, QUOTE_MARKS_NONE));
    }
    return keep_units(r, &s->outer);
}

int sentences_read(struct span text, const struct quote_marks *marks,
                   const struct quote_words *words, struct arena *arena,
                   struct sentences *ret_sentences)
{
    struct reading r = {
        .text = text, .marks = marks, .words = words, .arena = arena, .table_size = 64};
    struct sentences s = {.outer = {.count = 0}};
    buf_init(&r.folded, 64 * WORD_FOLDED_BYTES_MAX);
    while (r.table_size < text.len / 2 + 64)
        r.table_size *= 2;
    r.small = mem_calloc(r.table_size, sizeof *r.small);
    r.large = mem_calloc(r.table_size, sizeof *r.large);
    s.inner = arena_alloc(arena, (marks->count + 1) * sizeof *s.inner);
    int error = r.small && r.large && s.inner ? 0 : E_NOMEM;
    if (error == 0)
        error = read_inner(&r, &s);
    if (error == 0)
        error = read_outer(&r, &s);
    if (error == 0) {
        find_all_names(&r, &s);
        *ret_sentences = s;
    }
    buf_release(&r.folded);
    mem_free(r.small);
    mem_free(r.large);
    mem_free(r.units);
    return error;
}
