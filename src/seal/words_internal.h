/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What tools/embed_words.py makes of the lists in src/seal/words/. */
#ifndef SEAL_WORDS_INTERNAL_H
#define SEAL_WORDS_INTERNAL_H

#include "seal/words.h"

/* A word's first four letters, й as и, as one number, 16 bits each, the first one highest; 0 for
 * the fourth of a word of three. */
#define WORDS_KEY_LETTERS 4
#define WORDS_KEY_LETTER_BITS 16

struct words_list {
    const char *language;
    const char *words[WORDS_LIST_COUNT];
    uint64_t keys[WORDS_LIST_COUNT];
};

/* The first is English. */
extern const struct words_list *const words_lists[];
extern const size_t words_lists_count;

#endif
