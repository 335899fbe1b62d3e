/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/claim_words.h"

#include <string.h>

#include "text/fold.h"
#include "text/utf8.h"
#include "text/word.h"

#define WORD_FOLDED_MAX_BYTES (1u << 20)
#define LONG_WORD_BYTES 128 /* no word of a language is longer: such a run is not folded */

struct reading {
    struct claim_words *w;
    struct arena *arena;
    struct buf folded;
    const struct language_section *abbreviations;
    size_t capacity;
};

static bool is_space(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xA0 || c == 0x2009 ||
           c == 0x202F;
}

/* A full stop after an abbreviation, or after one letter, ends no sentence. */
static bool may_end(const struct reading *r, uint32_t c)
{
    const struct claim_words *w = r->w;
    if (c != '.')
        return true;
    struct stretch last = w->words[w->count - 1].at;
    struct span folded = w->folded[w->count - 1];
    bool initial = w->words[w->count - 1].capital && last.to - last.from <= 2;
    return !initial && !language_has(r->abbreviations, folded);
}

/* What stands between the word before and this one. */
static void look_between(const struct reading *r, struct span between, struct claim_word *word)
{
    bool first = r->w->count == 0, ended = first, spaces = false, other = false;
    unsigned newlines = 0;
    bool hyphen = false, marks = false;
    while (between.len > 0) {
        uint32_t c = utf8_next(&between);
        newlines += c == '\n';
        spaces |= is_space(c);
        if (c == '.' || c == '!' || c == '?' || c == 0x2026)
            ended |= !first && may_end(r, c);
        else if (c == '-' || c == 0x2010 || c == 0x2011)
            hyphen = true;
        else if (c == '"' || c == 0xAB || (c >= 0x2018 && c <= 0x201F))
            marks = true;
        else if (!is_space(c))
            other = true;
        word->breaks |= c == ',' || c == ';' || c == ':' || c == '(' || c == ')' || c == '"' ||
                        c == 0xAB || c == 0xBB || (c >= 0x2012 && c <= 0x2015) ||
                        (c >= 0x2018 && c <= 0x201F);
    }
    word->opens = marks && spaces && !other && !hyphen && !ended;
    other |= marks;
    word->glued = hyphen && !spaces && !other;
    word->breaks |= hyphen && spaces;
    word->paragraph = first || newlines > 1;
    word->sentence = word->paragraph || newlines > 0 || (ended && (spaces || other));
}

/* Decimal points and "3 a.m. in" are no ends: the next sentence begins like one. */
static void mend_sentence(struct claim_word *word, struct span between)
{
    if (word->sentence && !word->paragraph && !word->capital && !word->digits && !word->breaks &&
        !memchr(between.data, '\n', between.len))
        word->sentence = false;
}

static int fold_word(struct reading *r, struct span word, struct span *ret_folded)
{
    buf_reset(&r->folded);
    if (word.len > LONG_WORD_BYTES || fold_search(word, &r->folded) == E_UTF8)
        buf_reset(&r->folded);
    TRY(buf_error(&r->folded));
    char *kept = arena_copy_text(r->arena, buf_bytes(&r->folded));
    REJECT_IF(!kept, E_NOMEM);
    *ret_folded = span_of(kept, r->folded.len);
    return 0;
}

static bool all_digits(struct span word)
{
    for (size_t i = 0; i < word.len; i++) {
        if (word.data[i] < '0' || word.data[i] > '9')
            return false;
    }
    return true;
}

static int add_word(struct reading *r, struct span word)
{
    struct claim_words *w = r->w;
    size_t from = (size_t)(word.data - w->text.data);
    size_t before = w->count ? w->words[w->count - 1].at.to : 0;
    struct span between = span_slice(w->text, before, from - before);
    struct claim_word *made = &w->words[w->count];
    *made = (struct claim_word){.at = {(uint32_t)from, (uint32_t)(from + word.len)},
                                .capital = word_is_capital(word),
                                .digits = all_digits(word)};
    look_between(r, between, made);
    mend_sentence(made, between);
    TRY(fold_word(r, word, &w->folded[w->count]));
    w->count++;
    return 0;
}

int claim_words_of(struct span text, const struct language *language, struct arena *arena,
                   struct claim_words *ret_words)
{
    *ret_words = (struct claim_words){.text = text, .language = language};
    struct span rest = text, word;
    size_t count = 0;
    while (word_next(&rest, &word))
        count++;
    ret_words->words = arena_alloc(arena, (count + 1) * sizeof *ret_words->words);
    ret_words->folded = arena_alloc(arena, (count + 1) * sizeof *ret_words->folded);
    REJECT_IF(!ret_words->words || !ret_words->folded, E_NOMEM);
    struct reading r = {.w = ret_words,
                        .arena = arena,
                        .abbreviations = language_section(language, "abbreviation")};
    buf_init(&r.folded, WORD_FOLDED_MAX_BYTES);
    int error = 0;
    for (rest = text; error == 0 && word_next(&rest, &word);)
        error = add_word(&r, word);
    buf_release(&r.folded);
    return error;
}

size_t claim_sentence_start(const struct claim_words *w, size_t word)
{
    while (word > 0 && !w->words[word].sentence)
        word--;
    return word;
}

size_t claim_sentence_end(const struct claim_words *w, size_t word)
{
    do
        word++;
    while (word < w->count && !w->words[word].sentence);
    return word;
}

size_t claim_match(const struct claim_words *w, const char *section, size_t word, size_t end,
                   int64_t *ret_number)
{
    return language_match(language_section(w->language, section), w->folded + word, end - word,
                          ret_number);
}
