/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One walk over each paragraph with a stack of what is open. A double mark that is the same at both
 * ends is told by what stands on its two sides; a single one counts only when it is closed, since
 * most of them are apostrophes. */
#include "origins/quote_marks.h"

#include <stdlib.h>

#include "base/mem.h"
#include "text/fold.h"
#include "text/utf8.h"
#include "text/word.h"

#define LINE_WRAPPED_BYTES_MAX 110
#define SINGLE_LOOK_BYTES 2000
#define DIALOGUE_CUE_WORDS 6

enum pair {
    PAIR_CURLY,
    PAIR_LOW,
    PAIR_STRAIGHT,
    PAIR_ANGLE,
    PAIR_ANGLE_OUT,
    PAIR_CORNER,
    PAIR_SINGLE
};

struct open_mark {
    enum pair pair;
    uint32_t mark;
};

struct marking {
    struct span text;
    struct stretch paragraph;
    struct quote_mark *marks;
    uint32_t count, capacity;
    struct stretch *paragraphs;
    uint32_t paragraph_count, paragraph_capacity;
    struct open_mark stack[QUOTE_MARKS_DEPTH_MAX];
    unsigned depth;
};

/* A mark and what stands beside it, 0 at a paragraph's ends. */
struct place {
    uint32_t from, to;
    uint32_t c, before, after;
};

static uint32_t code_at(struct span text, uint32_t at, uint32_t to)
{
    struct span rest = span_of(text.data + at, to - at);
    return rest.len > 0 ? utf8_next(&rest) : 0;
}

static uint32_t code_before(struct span text, uint32_t from, uint32_t at)
{
    uint32_t start = at;
    while (start > from && at - start < 4) {
        start--;
        if ((text.data[start] & 0xc0) != 0x80)
            break;
    }
    return start < at ? code_at(text, start, at) : 0;
}

static bool is_space(uint32_t c)
{
    return c == 0 || c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xA0 || c == 0x202F ||
           (c >= 0x2000 && c <= 0x200B);
}

static bool is_space_byte(uint8_t byte)
{
    return byte < 0x80 && is_space(byte);
}

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_dash(uint32_t c)
{
    return c == 0x2014 || c == 0x2013 || c == 0x2015 || c == '-';
}

static bool is_word(uint32_t c)
{
    uint8_t bytes[4];
    if (c == 0 || c == UTF8_INVALID)
        return false;
    struct span rest = span_of(bytes, utf8_write(c, bytes)), word;
    return word_next(&rest, &word);
}

/* May stand before an opening mark. */
static bool opens_after(uint32_t c)
{
    return is_space(c) || is_dash(c) || c == '(' || c == '[' || c == '/' || c == ':' ||
           c == 0x2018 || c == '\'' || c == '"' || c == 0x201C || c == 0x201E || c == 0xAB ||
           c == '>' || c == '=';
}

static int add_mark(struct marking *m, struct quote_mark mark)
{
    if (m->count == m->capacity) {
        uint32_t capacity = m->capacity ? m->capacity * 2 : 64;
        struct quote_mark *more = mem_realloc(m->marks, capacity * sizeof *more);
        REJECT_IF(!more, E_NOMEM);
        m->marks = more;
        m->capacity = capacity;
    }
    m->marks[m->count++] = mark;
    return 0;
}

static int open_at(struct marking *m, enum pair pair, const struct place *p)
{
    if (m->depth == QUOTE_MARKS_DEPTH_MAX)
        return 0;
    uint32_t parent = m->depth ? m->stack[m->depth - 1].mark : QUOTE_MARKS_NONE;
    TRY(add_mark(m, (struct quote_mark){{p->from, p->from}, {p->to, p->to}, parent, false, false}));
    m->stack[m->depth++] = (struct open_mark){pair, m->count - 1};
    return 0;
}

/* Bytes before at without white space. */
static uint32_t trimmed(const struct marking *m, uint32_t from, uint32_t at)
{
    while (at > from) {
        uint32_t c = code_before(m->text, from, at);
        if (!is_space(c))
            break;
        do {
            at--;
        } while ((m->text.data[at] & 0xc0) == 0x80 && at > from);
    }
    return at;
}

/* «Club «Sun» in a sentence: the one closing mark is for both. What stands behind it stands in
 * neither. */
static bool end_with_inner(struct marking *m, uint32_t number)
{
    struct quote_mark *q = &m->marks[number];
    for (uint32_t i = number + 1; i < m->count; i++) {
        struct quote_mark *inner = &m->marks[i];
        if (inner->parent != number)
            continue;
        if (q->closed) {
            inner->parent = q->parent;
        } else if (inner->closed && code_at(m->text, inner->whole.from, inner->whole.to) == 0xAB) {
            q->closed = true;
            q->words.to = q->whole.to = inner->whole.to;
        }
    }
    return q->closed;
}

static void end_unclosed(struct marking *m, uint32_t at)
{
    struct open_mark open = m->stack[--m->depth];
    struct quote_mark *q = &m->marks[open.mark];
    if (open.pair == PAIR_ANGLE && end_with_inner(m, open.mark))
        return;
    /* A single mark that is not closed is an apostrophe. */
    if (open.pair == PAIR_SINGLE)
        at = q->words.from;
    q->words.to = q->whole.to = trimmed(m, q->words.from, at);
}

static bool is_open(const struct marking *m, enum pair pair)
{
    for (unsigned i = 0; i < m->depth; i++) {
        if (m->stack[i].pair == pair)
            return true;
    }
    return false;
}

/* The innermost that is open as pair, and with it all that stand in it. */
static void close_at(struct marking *m, enum pair pair, const struct place *p)
{
    while (m->stack[m->depth - 1].pair != pair)
        end_unclosed(m, p->from);
    struct quote_mark *q = &m->marks[m->stack[--m->depth].mark];
    q->words.to = p->from;
    q->whole.to = p->to;
    q->closed = true;
}

/* Opened again where it was not closed. */
static int reopen(struct marking *m, enum pair pair, const struct place *p)
{
    while (is_open(m, pair))
        end_unclosed(m, p->from);
    return open_at(m, pair, p);
}

static int take_curly(struct marking *m, const struct place *p)
{
    bool ends = !is_space(p->before) && !is_word(p->after) && !opens_after(p->before);
    if (p->c == 0x201D) {
        static const enum pair pairs[] = {PAIR_CURLY, PAIR_LOW, PAIR_STRAIGHT};
        for (size_t i = 0; i < COUNT_OF(pairs); i++) {
            if (is_open(m, pairs[i])) {
                close_at(m, pairs[i], p);
                return 0;
            }
        }
        return opens_after(p->before) && is_word(p->after) ? open_at(m, PAIR_CURLY, p) : 0;
    }
    if (is_open(m, PAIR_LOW) && !is_word(p->after)) {
        close_at(m, PAIR_LOW, p);
        return 0;
    }
    if (ends && is_open(m, PAIR_CURLY)) {
        close_at(m, PAIR_CURLY, p);
        return 0;
    }
    return reopen(m, PAIR_CURLY, p);
}

/* " after a digit is inches when a better end of what is open follows in the paragraph. */
static bool is_inches(const struct marking *m, const struct place *p)
{
    if (!is_digit(p->before))
        return false;
    if (!is_open(m, PAIR_STRAIGHT))
        return true;
    for (uint32_t at = p->to; at < m->paragraph.to; at++) {
        if (m->text.data[at] == '"')
            return !is_space_byte(m->text.data[at - 1]);
    }
    return false;
}

static int take_straight(struct marking *m, const struct place *p)
{
    if (is_inches(m, p))
        return 0;
    bool begins = opens_after(p->before) && !is_space(p->after);
    if (is_open(m, PAIR_STRAIGHT)) {
        if (begins && is_space(p->before))
            return reopen(m, PAIR_STRAIGHT, p);
        close_at(m, PAIR_STRAIGHT, p);
        return 0;
    }
    if (is_open(m, PAIR_CURLY) && !begins) {
        close_at(m, PAIR_CURLY, p);
        return 0;
    }
    return begins || is_space(p->before) ? open_at(m, PAIR_STRAIGHT, p) : 0;
}

static int take_angle(struct marking *m, const struct place *p)
{
    bool left = p->c == 0xAB || p->c == 0x2039;
    if (left && !is_open(m, PAIR_ANGLE_OUT))
        return open_at(m, PAIR_ANGLE, p);
    if (left || is_open(m, PAIR_ANGLE)) {
        close_at(m, left ? PAIR_ANGLE_OUT : PAIR_ANGLE, p);
        return 0;
    }
    return opens_after(p->before) && is_word(p->after) ? open_at(m, PAIR_ANGLE_OUT, p) : 0;
}

static bool ends_single(uint32_t before, uint32_t after)
{
    return !is_space(before) && !is_word(after);
}

/* Whether a single mark between at and the paragraph's end closes; after an s only when sure is
 * false, since that may be a possessive. */
static bool single_follows(const struct marking *m, uint32_t at, bool sure)
{
    uint32_t to =
        m->paragraph.to - at > SINGLE_LOOK_BYTES ? at + SINGLE_LOOK_BYTES : m->paragraph.to;
    struct span rest = span_of(m->text.data + at, to - at);
    uint32_t before = 'x';
    while (rest.len > 0) {
        uint32_t c = utf8_next(&rest);
        struct span next = rest;
        uint32_t after = next.len > 0 ? utf8_next(&next) : 0;
        if (c == 0x2018 || (c == '\'' && opens_after(before) && is_word(after)))
            return false;
        if ((c == '\'' || c == 0x2019) && ends_single(before, after) && !(sure && before == 's'))
            return true;
        before = c;
    }
    return false;
}

/* 'n' is short for and. */
static void close_single(struct marking *m, const struct place *p)
{
    while (m->stack[m->depth - 1].pair != PAIR_SINGLE)
        end_unclosed(m, p->from);
    struct quote_mark *q = &m->marks[m->stack[m->depth - 1].mark];
    close_at(m, PAIR_SINGLE, p);
    if (q->words.to - q->words.from <= 1)
        q->words.to = q->words.from;
}

static int take_single(struct marking *m, const struct place *p)
{
    bool begins = p->c != 0x2019 && opens_after(p->before) && !is_space(p->after);
    if (begins && !is_open(m, PAIR_SINGLE)) {
        if (is_digit(p->after) || !single_follows(m, p->to, false))
            return 0;
        return open_at(m, PAIR_SINGLE, p);
    }
    if (is_open(m, PAIR_SINGLE) && p->c != 0x2018 && ends_single(p->before, p->after) &&
        !(p->before == 's' && single_follows(m, p->to, true)))
        close_single(m, p);
    return 0;
}

static int take_mark(struct marking *m, const struct place *p)
{
    switch (p->c) {
    case 0x201C:
    case 0x201D:
        return take_curly(m, p);
    case 0x201E:
        return open_at(m, PAIR_LOW, p);
    case '"':
    case 0xFF02:
        return take_straight(m, p);
    case 0xAB:
    case 0xBB:
    case 0x2039:
    case 0x203A:
        return take_angle(m, p);
    case '\'':
    case 0x2018:
    case 0x2019:
        return take_single(m, p);
    case 0x300C:
    case 0x300E:
        return open_at(m, PAIR_CORNER, p);
    case 0x300D:
    case 0x300F:
        if (is_open(m, PAIR_CORNER))
            close_at(m, PAIR_CORNER, p);
        return 0;
    default:
        return 0;
    }
}

static bool may_be_mark(uint8_t byte)
{
    return byte == '"' || byte == '\'' || byte == 0xC2 || byte == 0xE2 || byte == 0xE3 ||
           byte == 0xEF;
}

/* '' and `` of typewriters are one mark. */
static uint32_t doubled(struct span text, uint32_t at, uint32_t to, uint32_t c)
{
    bool twice = (c == '\'' || c == '`') && at + 1 < to && text.data[at + 1] == c;
    return twice ? '"' : c;
}

static int mark_paragraph(struct marking *m)
{
    struct stretch paragraph = m->paragraph;
    uint32_t at = paragraph.from;
    while (at < paragraph.to) {
        if (!may_be_mark(m->text.data[at]) && m->text.data[at] != '`') {
            at++;
            continue;
        }
        struct span rest = span_of(m->text.data + at, paragraph.to - at);
        struct place p = {.from = at};
        uint32_t c = utf8_next(&rest);
        p.c = doubled(m->text, at, paragraph.to, c);
        at = p.to = p.c == c ? (uint32_t)(rest.data - m->text.data) : at + 2;
        p.before = code_before(m->text, paragraph.from, p.from);
        p.after = code_at(m->text, p.to, paragraph.to);
        TRY(take_mark(m, &p));
    }
    while (m->depth > 0)
        end_unclosed(m, paragraph.to);
    return 0;
}

/* Dialogue */

struct dialogue {
    const struct language_section *say;
    struct buf *folded;
};

/* A dash with spaces, behind a mark that ends what is said: where it is, or to. */
static uint32_t next_dash(struct span text, uint32_t from, uint32_t to)
{
    struct span rest = span_of(text.data + from, to - from);
    uint32_t before = 0, before_space = 0;
    while (rest.len > 0) {
        uint32_t at = (uint32_t)(rest.data - text.data);
        uint32_t c = utf8_next(&rest);
        struct span next = rest;
        uint32_t after = next.len > 0 ? utf8_next(&next) : 0;
        if (is_dash(c) && is_space(before) && is_space(after) &&
            (before_space == ',' || before_space == '.' || before_space == '?' ||
             before_space == '!' || before_space == 0x2026 || before_space == ':'))
            return at;
        if (!is_space(c))
            before_space = c;
        before = c;
    }
    return to;
}

static uint32_t after_dash(struct span text, uint32_t at, uint32_t to)
{
    struct span rest = span_of(text.data + at, to - at);
    struct span here = rest;
    if (rest.len > 0 && is_dash(utf8_next(&rest)))
        here = rest;
    rest = here;
    while (rest.len > 0 && is_space(utf8_next(&rest)))
        here = rest;
    return (uint32_t)(here.data - text.data);
}

/* The words from there on are those of the author: they begin small and have a cue. */
static int is_author(const struct dialogue *d, struct span words)
{
    struct span rest = words, word, first[DIALOGUE_CUE_WORDS];
    size_t count = 0;
    if (words.len > 0 && word_is_capital(words))
        return 0;
    while (count < DIALOGUE_CUE_WORDS && word_next(&rest, &word))
        first[count++] = word;
    for (size_t i = 0; i < count; i++) {
        buf_reset(d->folded);
        int error = fold_search(first[i], d->folded);
        REJECT_IF(error == E_NOMEM, E_NOMEM);
        if (error == 0 && language_has(d->say, buf_bytes(d->folded)))
            return 1;
    }
    return 0;
}

static bool begins_with_dash(struct span text, struct stretch paragraph)
{
    struct span rest = span_of(text.data + paragraph.from, paragraph.to - paragraph.from);
    return rest.len > 0 && is_dash(utf8_next(&rest)) && rest.len > 0 && is_space(utf8_next(&rest));
}

static int add_said(struct marking *m, uint32_t from, uint32_t to)
{
    uint32_t words = after_dash(m->text, from, to);
    to = trimmed(m, words, to);
    if (to <= words)
        return 0;
    return add_mark(m, (struct quote_mark){{from, to}, {words, to}, QUOTE_MARKS_NONE, true, true});
}

/* Parts said and parts of the author, in turn, of what is said from .. to, which begins with a mark
 * or a dash; answers as a positive number whether there are any of the author. */
static int mark_parts(struct marking *m, const struct dialogue *d, struct stretch whole,
                      uint32_t at)
{
    uint32_t from = whole.from, count = m->count;
    bool authors = false, of_author = false;
    while (at < whole.to) {
        uint32_t dash = next_dash(m->text, at, whole.to);
        bool ends = dash == whole.to;
        uint32_t after = ends ? dash : after_dash(m->text, dash, whole.to);
        int author = ends ? 1 : is_author(d, span_of(m->text.data + after, whole.to - after));
        TRY(author);
        if (of_author) {
            of_author = false;
            from = dash;
        } else if (author) {
            TRY(add_said(m, from, dash));
            of_author = true;
            authors |= !ends;
        }
        at = after > at ? after : whole.to;
    }
    if (!authors)
        m->count = count;
    return authors;
}

/* A line of a dialogue; without words of the author when the line before was one. */
static int mark_dialogue(struct marking *m, const struct dialogue *d, bool without_author)
{
    struct stretch p = m->paragraph;
    int authors = mark_parts(m, d, p, after_dash(m->text, p.from, p.to));
    if (authors == 0 && without_author) {
        TRY(add_said(m, p.from, p.to));
        return 1;
    }
    return authors;
}

static bool is_dropped(const struct quote_mark *q)
{
    return q->words.to <= q->words.from;
}

/* What stands in mark i, which is split into the parts from first on, now stands in one of them or
 * in none; what would reach out of a part is dropped. */
static void place_inner(struct marking *m, uint32_t i, uint32_t first)
{
    uint32_t end = m->marks[i].whole.to;
    for (uint32_t k = i + 1; k < first && m->marks[k].whole.from < end; k++) {
        struct quote_mark *q = &m->marks[k];
        while (q->parent != QUOTE_MARKS_NONE && q->parent != i && is_dropped(&m->marks[q->parent]))
            q->parent = m->marks[q->parent].parent;
        if (q->parent != i)
            continue;
        uint32_t parent = QUOTE_MARKS_NONE;
        for (uint32_t part = first; part < m->count; part++) {
            struct stretch words = m->marks[part].words, whole = m->marks[part].whole;
            if (q->whole.from >= words.from && q->whole.to <= words.to)
                parent = part;
            else if (q->whole.from < whole.to && q->whole.to > whole.from)
                q->words.to = q->words.from;
        }
        if (!is_dropped(q))
            q->parent = parent;
    }
}

/* «No, — said Petrova. — Never»: the words of the author stand within the marks. */
static int split_mark(struct marking *m, const struct dialogue *d, uint32_t i)
{
    struct quote_mark q = m->marks[i];
    uint32_t first = m->count;
    int split = mark_parts(m, d, q.words, q.words.from);
    if (split <= 0)
        return split;
    for (uint32_t k = first; k < m->count; k++) {
        struct quote_mark *part = &m->marks[k];
        if (part->whole.from == q.words.from) {
            part->whole.from = q.whole.from;
            part->dash = false;
        }
        if (part->whole.to == q.words.to)
            part->whole.to = q.whole.to;
    }
    m->marks[i].words.to = m->marks[i].words.from;
    place_inner(m, i, first);
    return 0;
}

static int split_marks(struct marking *m, const struct dialogue *d, uint32_t first)
{
    uint32_t count = m->count;
    for (uint32_t i = first; i < count; i++) {
        if (m->marks[i].parent == QUOTE_MARKS_NONE && !is_dropped(&m->marks[i]))
            TRY(split_mark(m, d, i));
    }
    return 0;
}

/* Paragraphs */

static int add_paragraph(struct marking *m, uint32_t from, uint32_t to)
{
    while (from < to && is_space_byte(m->text.data[from]))
        from++;
    while (to > from && is_space_byte(m->text.data[to - 1]))
        to--;
    if (from == to)
        return 0;
    if (m->paragraph_count == m->paragraph_capacity) {
        uint32_t capacity = m->paragraph_capacity ? m->paragraph_capacity * 2 : 64;
        struct stretch *more = mem_realloc(m->paragraphs, capacity * sizeof *more);
        REJECT_IF(!more, E_NOMEM);
        m->paragraphs = more;
        m->paragraph_capacity = capacity;
    }
    m->paragraphs[m->paragraph_count++] = (struct stretch){from, to};
    return 0;
}

/* Lines of even length with empty lines between some of them: the lines are those of the paper. */
static bool is_wrapped(struct span text)
{
    size_t len = 0, longest = 0, lines = 0, empty = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\n') {
            lines++;
            empty += len == 0;
            len = 0;
        } else if (text.data[i] != '\r') {
            longest = ++len > longest ? len : longest;
        }
    }
    return longest <= LINE_WRAPPED_BYTES_MAX && empty > 0 && lines > 3 * empty;
}

static int find_paragraphs(struct marking *m)
{
    bool wrapped = is_wrapped(m->text);
    uint32_t from = 0, len = (uint32_t)m->text.len;
    bool line_empty = false;
    for (uint32_t at = 0; at < len; at++) {
        if (m->text.data[at] != '\n') {
            line_empty = line_empty && is_space_byte(m->text.data[at]);
            continue;
        }
        if (!wrapped || line_empty) {
            TRY(add_paragraph(m, from, at));
            from = at + 1;
        }
        line_empty = true;
    }
    return add_paragraph(m, from, len);
}

static int mark_paragraphs(struct marking *m, const struct dialogue *d)
{
    bool was_dialogue = false;
    for (uint32_t i = 0; i < m->paragraph_count; i++) {
        m->paragraph = m->paragraphs[i];
        int dialogue = 0;
        if (language_section_count(d->say) > 0 && begins_with_dash(m->text, m->paragraph))
            dialogue = mark_dialogue(m, d, was_dialogue);
        TRY(dialogue);
        was_dialogue = dialogue > 0;
        uint32_t first = m->count;
        if (!dialogue)
            TRY(mark_paragraph(m));
        if (!dialogue && language_section_count(d->say) > 0)
            TRY(split_marks(m, d, first));
    }
    return 0;
}

static int compare_marks(const void *a, const void *b, void *arg)
{
    const struct quote_mark *marks = arg;
    const struct quote_mark *x = &marks[*(const uint32_t *)a], *y = &marks[*(const uint32_t *)b];
    if (x->whole.from != y->whole.from)
        return x->whole.from < y->whole.from ? -1 : 1;
    return x < y ? -1 : x > y;
}

/* In order, without those that were apostrophes or were split. order[m->count + i] is the new
 * number of mark i: its own, or that of what it stood in. */
static void keep_marks(const struct marking *m, uint32_t *order, struct quote_marks *kept)
{
    uint32_t *number = order + m->count;
    for (uint32_t i = 0; i < m->count; i++)
        order[i] = i;
    qsort_r(order, m->count, sizeof *order, compare_marks, m->marks);
    for (uint32_t k = 0; k < m->count; k++) {
        struct quote_mark q = m->marks[order[k]];
        q.parent = q.parent == QUOTE_MARKS_NONE ? QUOTE_MARKS_NONE : number[q.parent];
        number[order[k]] = q.parent;
        if (is_dropped(&q))
            continue;
        number[order[k]] = kept->count;
        kept->marks[kept->count++] = q;
    }
}

static int keep(struct marking *m, struct arena *arena, struct quote_marks *ret_marks)
{
    struct quote_marks kept = {.paragraph_count = m->paragraph_count};
    kept.marks = arena_alloc(arena, (m->count + 1) * sizeof *kept.marks);
    kept.paragraphs = arena_alloc(arena, (m->paragraph_count + 1) * sizeof *kept.paragraphs);
    uint32_t *order = mem_calloc(2 * (size_t)m->count + 1, sizeof *order);
    if (!kept.marks || !kept.paragraphs || !order) {
        mem_free(order);
        return E_NOMEM;
    }
    for (uint32_t i = 0; i < m->paragraph_count; i++)
        kept.paragraphs[i] = m->paragraphs[i];
    keep_marks(m, order, &kept);
    mem_free(order);
    *ret_marks = kept;
    return 0;
}

int quote_marks_find(struct span text, const struct language_section *say, struct arena *arena,
                     struct quote_marks *ret_marks)
{
    struct marking m = {.text = text};
    struct buf folded;
    buf_init(&folded, 64 + 16 * text.len);
    struct dialogue d = {say, &folded};
    int error = find_paragraphs(&m);
    if (error == 0)
        error = mark_paragraphs(&m, &d);
    if (error == 0)
        error = keep(&m, arena, ret_marks);
    buf_release(&folded);
    mem_free(m.marks);
    mem_free(m.paragraphs);
    return error;
}
