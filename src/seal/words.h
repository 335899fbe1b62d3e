/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Lists of 2,048 words of 11 bits each, one for each language that has one; compiled in. */
#ifndef SEAL_WORDS_H
#define SEAL_WORDS_H

#include "base/buf.h"
#include "base/error.h"

#define WORDS_LIST_COUNT 2048
#define WORDS_CODE_BITS 11

struct words_list; /* static, never freed */

/* By language code ("en", "ru"); the English one when that language has none. */
const struct words_list *words_of_language(const char *language);
const char *words_language(const struct words_list *list);
const char *words_at(const struct words_list *list, unsigned index);

/* Codes 16 bytes and their checksum as twelve words (codenames, sheets of a recovery kit). */
#define WORDS_SECRET_BYTES 16
#define WORDS_SECRET_COUNT 12
void words_of_secret(const struct words_list *list, const uint8_t secret[WORDS_SECRET_BYTES],
                     const char *ret_words[WORDS_SECRET_COUNT]);
/* Reads twelve words typed by a person: any case, first four letters or the whole word, any
 * spaces, commas, full stops, hyphens or list numbers ("1.", "12)") between them; tries the list
 * given, then the others. E_BAD_WORD names the word and its place in problem; E_ARGUMENT when they
 * are not twelve; E_CHECKSUM when they do not belong together; E_TOO_LARGE when text is over 1,024
 * bytes; E_UTF8. */
int words_read_secret(const struct words_list *first, struct span text,
                      uint8_t ret_secret[WORDS_SECRET_BYTES], const struct words_list **ret_list,
                      struct problem *problem) MUST_USE;

/* What is wrong, in parts, for a page in the caller's language. */
#define WORDS_FAULT_WORD_MAX 63
struct words_fault {
    unsigned count;                      /* E_ARGUMENT: how many words there were */
    unsigned place;                      /* E_BAD_WORD: which one, from 1 */
    char word[WORDS_FAULT_WORD_MAX + 1]; /* as it was typed, cut to what fits */
    const char *meant;                   /* the list's word that begins so, or NULL */
    bool other_alphabet; /* it has letters of another alphabet than the list's, which may look
                            like the right ones */
};
/* As words_read_secret. ret_fault is set on every error. */
int words_read_fault(const struct words_list *first, struct span text,
                     uint8_t ret_secret[WORDS_SECRET_BYTES], const struct words_list **ret_list,
                     struct words_fault *ret_fault) MUST_USE;

/* "anchor basket candle ..." : the first 66 bits of a hash, English. Enough where nobody can choose
 * what is compared with what: not for two logs of one line. */
void words_six(const uint8_t hash[32], struct buf *out);
/* The next 66 bits. */
void words_six_more(const uint8_t hash[32], struct buf *out);

#endif
