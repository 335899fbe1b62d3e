/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Words that are not ASCII alone: the insides of token.h. */
#ifndef ORIGINS_TOKEN_FOLD_H
#define ORIGINS_TOKEN_FOLD_H

#include "origins/token.h"

/* Room for that many more. E_NOMEM. */
int tokens_reserve(struct tokens *t, size_t more) MUST_USE;
/* As token_hash, of a word with TOKEN_PADDING zero bytes behind it. */
#define TOKEN_PADDING 16
uint32_t token_hash_padded(const uint8_t *folded, size_t len);
/* AVX2 is not to be used, or not there. */
bool token_table_plain(const struct token_table *table);
/* Appends the words in a run of bytes of the text that are letters, digits, ' or not ASCII.
 * *new_sentence: one begins with the next word. */
int token_fold_run(struct tokens *t, const struct token_table *table, struct span text, size_t from,
                   size_t to, bool *new_sentence) MUST_USE;

#endif
