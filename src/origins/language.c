/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A section is a hash table by the first word of its entries. FNV-1a, because the hash of a word's
 * beginning is had on the way to that of the word: that is how beginnings of words are found. */
#include "origins/language.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "origins/languages_data.h"
#include "text/fold.h"
#include "text/utf8.h"
#include "text/word.h"

#define SECTIONS_MAX 128
#define LANGUAGE_ARENA_BYTES ((size_t)64 << 20)
#define DETECT_BYTES 4000
/* Of 100 words of running text, 40 and more stand in [stop]; of a list of names hardly any. */
#define DETECT_PERCENT_MIN 8

struct entry {
    struct span words[LANGUAGE_ENTRY_WORDS_MAX];
    size_t word_count;
    bool beginning; /* the last word is one */
    int64_t number;
    uint64_t hash;
    struct entry *next, *next_in_section;
};

struct language_section {
    const char *name;
    struct entry *entries;
    struct entry **table;
    size_t count, table_size;
    bool has_beginnings; /* among entries of one word */
};

struct language {
    char name[12];
    struct arena arena;
    struct language_section sections[SECTIONS_MAX];
    size_t section_count;
};

struct languages {
    size_t count;
    struct language *languages[LANGUAGES_MAX];
};

/* Reading a file */

struct reading {
    struct language *language;
    struct language_section *section;
    unsigned long line;
    struct buf folded;
    struct problem *problem;
};

static struct span trim(struct span s)
{
    while (s.len > 0 && (s.data[0] == ' ' || s.data[0] == '\t'))
        s = span_slice(s, 1, s.len);
    while (s.len > 0 && strchr(" \t\r", s.data[s.len - 1]))
        s.len--;
    return s;
}

static int wrong(struct reading *r, const char *what)
{
    return problem_set(r->problem, E_FORMAT, "line %lu: %s", r->line, what);
}

static int begin_section(struct reading *r, struct span line)
{
    struct language *l = r->language;
    if (line.len < 3 || line.data[line.len - 1] != ']')
        return wrong(r, "a section is written [name]");
    if (l->section_count == SECTIONS_MAX)
        return wrong(r, "there are too many sections");
    char *name = arena_copy_text(&l->arena, span_slice(line, 1, line.len - 2));
    REJECT_IF(!name, E_NOMEM);
    if (language_section_count(language_section(l, name)) > 0)
        return wrong(r, "this section was there before");
    r->section = &l->sections[l->section_count++];
    r->section->name = name;
    return 0;
}

static int take_number(struct reading *r, struct span text, int64_t *ret_number)
{
    int64_t number = 0;
    if (text.len == 0 || text.len > 15)
        return wrong(r, "after = stands a whole number of at most 15 digits");
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return wrong(r, "after = stands a whole number of at most 15 digits");
        number = number * 10 + (text.data[i] - '0');
    }
    *ret_number = number;
    return 0;
}

static int take_words(struct reading *r, struct span text, struct entry *e)
{
    buf_reset(&r->folded);
    TRY(fold_search(text, &r->folded));
    char *kept = arena_copy_text(&r->language->arena, buf_bytes(&r->folded));
    REJECT_IF(!kept, E_NOMEM);
    struct span rest = span_text(kept), word;
    while (word_next(&rest, &word)) {
        if (e->word_count == LANGUAGE_ENTRY_WORDS_MAX)
            return wrong(r, "an entry has at most 8 words");
        e->words[e->word_count++] = word;
    }
    if (e->word_count == 0)
        return wrong(r, "there is no word in it");
    return 0;
}

static int add_entry(struct reading *r, struct span line)
{
    if (!r->section)
        return wrong(r, "an entry stands before the first [section]");
    struct entry *e = arena_alloc(&r->language->arena, sizeof *e);
    REJECT_IF(!e, E_NOMEM);
    const uint8_t *equals = memchr(line.data, '=', line.len);
    if (equals) {
        size_t at = (size_t)(equals - line.data);
        TRY(take_number(r, trim(span_slice(line, at + 1, line.len)), &e->number));
        line = trim(span_slice(line, 0, at));
    }
    if (line.len > 0 && line.data[line.len - 1] == '*') {
        e->beginning = true;
        line.len--;
    }
    TRY(take_words(r, line, e));
    e->hash = span_hash(SPAN_HASH_START, e->words[0]);
    e->next_in_section = r->section->entries;
    r->section->entries = e;
    r->section->count++;
    r->section->has_beginnings |= e->beginning && e->word_count == 1;
    return 0;
}

static int make_tables(struct language *l)
{
    for (size_t i = 0; i < l->section_count; i++) {
        struct language_section *s = &l->sections[i];
        s->table_size = 8;
        while (s->table_size < 2 * s->count)
            s->table_size *= 2;
        s->table = arena_alloc(&l->arena, s->table_size * sizeof(struct entry *));
        REJECT_IF(!s->table, E_NOMEM);
        for (struct entry *e = s->entries; e; e = e->next_in_section) {
            struct entry **place = &s->table[e->hash & (s->table_size - 1)];
            e->next = *place;
            *place = e;
        }
    }
    return 0;
}

static int read_lines(struct reading *r, struct span text)
{
    while (text.len > 0) {
        const uint8_t *end = memchr(text.data, '\n', text.len);
        size_t len = end ? (size_t)(end - text.data) : text.len;
        struct span line = trim(span_slice(text, 0, len));
        text = span_slice(text, len + 1, text.len);
        r->line++;
        if (line.len == 0 || line.data[0] == '#')
            continue;
        if (line.data[0] == '[')
            TRY(begin_section(r, line));
        else
            TRY(add_entry(r, line));
    }
    return make_tables(r->language);
}

static void language_free(struct language *l)
{
    if (!l)
        return;
    arena_release(&l->arena);
    mem_free(l);
}

static bool is_name(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz");
    return name[len] == '\0' && len >= 2 && len <= 8;
}

static int language_new(const char *name, struct span text, struct language **ret_language,
                        struct problem *problem)
{
    if (text.len > LANGUAGE_FILE_MAX_BYTES)
        return problem_set(problem, E_TOO_LARGE, "a language file has at most 1 MiB");
    if (utf8_check(text, SIZE_MAX) < 0)
        return problem_set(problem, E_UTF8, "a language file is UTF-8");
    struct language *l = mem_calloc(1, sizeof *l);
    REJECT_IF(!l, E_NOMEM);
    arena_init(&l->arena, LANGUAGE_ARENA_BYTES);
    memcpy(l->name, name, strlen(name));
    struct reading r = {.language = l, .problem = problem};
    buf_init(&r.folded, 4 * LANGUAGE_FILE_MAX_BYTES);
    int error = read_lines(&r, text);
    buf_release(&r.folded);
    if (error < 0)
        language_free(l);
    else
        *ret_language = l;
    return error;
}

int languages_add(struct languages *l, const char *name, struct span text, struct problem *problem)
{
    struct language *language = NULL;
    size_t place = 0;
    if (!is_name(name))
        return problem_set(problem, E_ARGUMENT,
                           "a language is called by two to eight letters, a to z");
    const struct language *old = languages_find(l, name);
    while (place < l->count && l->languages[place] != old)
        place++;
    if (place == LANGUAGES_MAX)
        return problem_set(problem, E_TOO_LARGE, "there are at most %d languages", LANGUAGES_MAX);
    TRY(language_new(name, text, &language, problem));
    if (place == l->count)
        l->count++;
    else
        language_free(l->languages[place]);
    l->languages[place] = language;
    return 0;
}

int languages_new(struct languages **ret_languages)
{
    struct languages *l = mem_calloc(1, sizeof *l);
    REJECT_IF(!l, E_NOMEM);
    for (size_t i = 0; i < language_data_count; i++) {
        const struct language_data *d = &language_data[i];
        int error = languages_add(l, d->name, span_of(d->text, d->len), NULL);
        ASSERT(error == 0 || error == E_NOMEM);
        if (error < 0) {
            languages_free(l);
            return error;
        }
    }
    *ret_languages = l;
    return 0;
}

void languages_free(struct languages *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->count; i++)
        language_free(l->languages[i]);
    mem_free(l);
}

/* Use */

const struct language *languages_find(const struct languages *l, const char *name)
{
    for (size_t i = 0; i < l->count; i++) {
        if (strcmp(l->languages[i]->name, name) == 0)
            return l->languages[i];
    }
    return NULL;
}

const struct language *languages_at(const struct languages *l, size_t index)
{
    return index < l->count ? l->languages[index] : NULL;
}

const char *language_name(const struct language *l)
{
    return l->name;
}

const struct language_section *language_section(const struct language *l, const char *section)
{
    static const struct language_section none;
    for (size_t i = 0; l && i < l->section_count; i++) {
        if (strcmp(l->sections[i].name, section) == 0)
            return &l->sections[i];
    }
    return &none;
}

void language_each_word(const struct language_section *s,
                        void (*visit)(void *arg, struct span word), void *arg)
{
    for (const struct entry *e = s->entries; e; e = e->next_in_section) {
        if (e->word_count == 1 && !e->beginning)
            visit(arg, e->words[0]);
    }
}

size_t language_section_count(const struct language_section *s)
{
    return s->count;
}

static bool entry_fits(const struct entry *e, const struct span *words, size_t count)
{
    if (e->word_count > count)
        return false;
    for (size_t i = 0; i < e->word_count; i++) {
        struct span word = words[i];
        if (e->beginning && i + 1 == e->word_count && word.len > e->words[i].len)
            word.len = e->words[i].len;
        if (!span_equal(word, e->words[i]))
            return false;
    }
    return true;
}

/* best: the longest so far. */
static void try_entries(const struct language_section *s, uint64_t hash, const struct span *words,
                        size_t count, const struct entry **best)
{
    for (const struct entry *e = s->table[hash & (s->table_size - 1)]; e; e = e->next) {
        if (e->hash == hash && (!*best || e->word_count > (*best)->word_count) &&
            entry_fits(e, words, count))
            *best = e;
    }
}

size_t language_match(const struct language_section *s, const struct span *words, size_t count,
                      int64_t *ret_number)
{
    const struct entry *best = NULL;
    if (s->count > 0 && count > 0) {
        uint64_t hash = SPAN_HASH_START;
        for (size_t i = 0; i < words[0].len; i++) {
            hash = span_hash(hash, span_slice(words[0], i, 1));
            if (s->has_beginnings || i + 1 == words[0].len)
                try_entries(s, hash, words, count, &best);
        }
    }
    if (ret_number)
        *ret_number = best ? best->number : 0;
    return best ? best->word_count : 0;
}

bool language_has(const struct language_section *s, struct span word)
{
    return language_match(s, &word, 1, NULL) > 0;
}

static unsigned percent_in_stop(const struct language *l, struct span text)
{
    const struct language_section *stop = language_section(l, "stop");
    unsigned words = 0, found = 0;
    struct span word;
    while (word_next(&text, &word)) {
        words++;
        found += language_has(stop, word);
    }
    return words ? found * 100 / words : 0;
}

const struct language *languages_detect(const struct languages *l, struct span text)
{
    const struct language *best = NULL;
    unsigned most = DETECT_PERCENT_MIN - 1;
    struct buf folded;
    buf_init(&folded, DETECT_BYTES * 8);
    size_t len = text.len < DETECT_BYTES ? text.len : DETECT_BYTES;
    while (len > 0 && len < text.len && (text.data[len] & 0xc0) == 0x80)
        len--;
    if (fold_search(span_slice(text, 0, len), &folded) == 0) {
        for (size_t i = 0; i < l->count; i++) {
            unsigned percent = percent_in_stop(l->languages[i], buf_bytes(&folded));
            if (percent > most) {
                most = percent;
                best = l->languages[i];
            }
        }
    }
    buf_release(&folded);
    return best;
}
