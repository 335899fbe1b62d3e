/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Words in any script brought to Latin letters, and to what they sound like.
 *
 * Latin, Cyrillic, Greek, Arabic, Hebrew, Georgian and Armenian go by data/letters.txt; all other
 * scripts by ICU ("Any-Latin; Latin-ASCII"). Letters of another alphabet that only look right
 * (Latin c in a Cyrillic word) are taken for those that they stand for. Case, marks and
 * apostrophes go; a hyphen parts words. */
#ifndef LINK_SCRIPT_H
#define LINK_SCRIPT_H

#include "base/buf.h"
#include "base/error.h"
#include "link/names_data.h"

struct link_spelling {
    enum link_script script; /* of its first letter that belongs to one; else LATIN */
    struct span latin;       /* a to z and digits; not empty */
    /* Letters and digits that sound as rules of data/sounds.txt say, and bytes 0x80 + n for the
     * sounds link_data_sets[n]. What makes two words different but for script. */
    struct span code;
};

#define LINK_SPELLED_WORDS_MAX 128
#define LINK_SPELLED_BYTES_MAX 512 /* of a word: the rest is cut off */

struct link_speller; /* one per thread */
struct link_speller *link_speller_new(void) MUST_USE;
void link_speller_free(struct link_speller *s);
/* The words of a text, the first LINK_SPELLED_WORDS_MAX of them; they live until the next call.
 * E_UTF8, E_NOMEM, E_TOO_LARGE. */
int link_speller_spell(struct link_speller *s, struct span text,
                       const struct link_spelling **ret_words, size_t *ret_count) MUST_USE;
/* The text in Latin letters: itself when it is ASCII, else its words with a space between them. It
 * lives until the next call, or as long as the text. */
int link_speller_plain(struct link_speller *s, struct span text, struct span *ret_plain) MUST_USE;

#endif
