/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The words of a text as numbers: a hash of each folded word, and where it stands.
 *
 * Words are those of text/word.h, folded as text/fold.h folds for searching, but that ’ within a
 * word is '. One of more than TOKEN_LEN_MAX bytes is cut into several. ASCII is gone through 64
 * bytes at once with AVX2 where the processor has it, else byte by byte, with the same result;
 * other letters go through a table, and what is rare through fold.h.
 *
 * Equal words have equal hashes; two different words have the same one by chance, once in 2^32. */
#ifndef ORIGINS_TOKEN_H
#define ORIGINS_TOKEN_H

#include "base/buf.h"
#include "base/error.h"
#include "base/span.h"

#define TOKEN_LEN_MAX 255
#define TOKEN_AT 0x3fffffffu       /* of at: the byte where it begins */
#define TOKEN_SENTENCE 0x40000000u /* the first word, or . ! ? … or a line's end is before it */
#define TOKEN_NAME 0x80000000u     /* begins with a capital letter or a digit, 0 to 9 */

/* By word, in the order of the text. */
struct tokens {
    uint32_t *hash;
    uint32_t *at;
    uint8_t *len; /* bytes */
    size_t count, capacity;
    struct buf folded; /* room to work in */
};

/* What single characters fold to; read-only once made, for any number of threads. */
struct token_table;

void tokens_init(struct tokens *t);
void tokens_release(struct tokens *t);

/* plain: never with AVX2. E_NOMEM. */
int token_table_new(bool plain, struct token_table **ret_table) MUST_USE;
void token_table_free(struct token_table *table);
/* Appends the words of a text, which is UTF-8 and at most CORPUS_TEXT_MAX_BYTES; at counts from the
 * text's beginning. E_NOMEM. */
int tokens_add(struct tokens *t, const struct token_table *table, struct span text) MUST_USE;
/* The hash of one word; folded by the caller. */
uint32_t token_hash(struct span folded);

#endif
