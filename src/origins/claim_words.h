/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A text as words and sentences, for the rules that find claims. */
#ifndef ORIGINS_CLAIM_WORDS_H
#define ORIGINS_CLAIM_WORDS_H

#include "base/arena.h"
#include "origins/language.h"
#include "origins/quote.h"

struct claim_word {
    struct stretch at;
    bool capital;
    bool digits;   /* nothing but digits */
    bool glued;    /* to the word before: only a hyphen is between them */
    bool breaks;   /* before it stands a comma, semicolon, colon, bracket, dash or quotation mark */
    bool opens;    /* before it stands nothing but a space and a quotation mark */
    bool sentence; /* a sentence begins with it */
    bool paragraph; /* a paragraph does */
};

struct claim_words {
    struct span text;
    const struct language *language;
    struct claim_word *words;
    struct span *folded; /* the same words, for language_match */
    size_t count;
};

/* All in the arena. E_NOMEM. */
int claim_words_of(struct span text, const struct language *language, struct arena *arena,
                   struct claim_words *ret_words) MUST_USE;
/* Where the sentence with that word begins, and where the next one does. */
size_t claim_sentence_start(const struct claim_words *w, size_t word);
size_t claim_sentence_end(const struct claim_words *w, size_t word);
/* language_match at that word, not beyond end. */
size_t claim_match(const struct claim_words *w, const char *section, size_t word, size_t end,
                   int64_t *ret_number);

#endif
