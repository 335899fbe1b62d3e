/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A value that is made of words, brought to the words by which it is compared; and how alike two
 * such values are, in whatever order their words stand and however many there are.
 *
 * Of names, what is no name goes (von, bin, Dr), the Arabic article goes, and Abd al-Rahman,
 * Abdulrahman and Abdurrahman are one word. Hyphens part words. */
#ifndef LINK_NAME_H
#define LINK_NAME_H

#include "link/kind.h"
#include "link/words.h"

#define LINK_NAME_WORDS_MAX 24 /* the rest is left out */

bool link_name_is_name(enum link_kind kind);

/* Adds the words of text to the dictionary. words has room for LINK_NAME_WORDS_MAX; *ret_count is
 * 0 when there is nothing to compare. */
int link_name_read(struct link_words *dictionary, struct link_speller *speller, enum link_kind kind,
                   struct span text, uint32_t *words, size_t *ret_count) MUST_USE;

/* How alike two rows of words are. Symmetric. */
enum link_likeness {
    LINK_LIKENESS_NONE,
    LINK_LIKENESS_REMOTE, /* a word in common, or an initial, or words that remind of each other */
    LINK_LIKENESS_ALIKE,
    LINK_LIKENESS_PART, /* all words of the one are in the other, which has more */
    LINK_LIKENESS_SLIP,
    LINK_LIKENESS_FORM, /* in another order, other writing, by a nickname, abbreviated */
    LINK_LIKENESS_SAME,
};
enum link_likeness link_name_compare(const struct link_words *dictionary, enum link_kind kind,
                                     const uint32_t *a, size_t a_count, const uint32_t *b,
                                     size_t b_count, struct link_relations *relations);

#endif
