/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The words of all documents of a corpus, block by block of neighbouring documents: kept as long as
 * memory allows, else read again from the text. What is got is the same either way. A document with
 * the same text as an earlier one (corpus_same_text) has no words here: the earlier one has. */
#ifndef ORIGINS_TOKEN_STORE_H
#define ORIGINS_TOKEN_STORE_H

#include "origins/corpus.h"
#include "origins/token.h"

/* One document's words; views. rarity is NULL until token_store_rate. */
struct token_view {
    const uint32_t *hash, *at;
    const uint16_t *key; /* the lower half of hash */
    const uint8_t *len, *rarity;
    uint32_t count;
};

struct token_store;
struct token_block; /* a block in hand; one for a thread */

/* plain: never with AVX2. E_NOMEM. */
int token_store_new(struct corpus *corpus, size_t memory_bytes, bool plain,
                    struct token_store **ret_store) MUST_USE;
void token_store_free(struct token_store *s);
uint32_t token_store_blocks(const struct token_store *s);
uint32_t token_store_block_of(const struct token_store *s, uint32_t document);
/* The documents of a block: from, and up to the next one's. For the number behind the last block:
 * how many documents there are. */
uint32_t token_store_first(const struct token_store *s, uint32_t block);
/* Whether all that was read so far is in memory. */
bool token_store_keeps_all(const struct token_store *s);
/* From now on words have a rarity: that of their hash's highest TOKEN_RARITY_BITS bits. The table
 * belongs to the caller. Not while blocks are in hand. */
#define TOKEN_RARITY_BITS 20
void token_store_rate(struct token_store *s, const uint8_t *table);

int token_block_new(struct token_store *s, struct token_block **ret_block) MUST_USE;
void token_block_free(struct token_block *b);
/* Takes a block, a document, in hand, in place of what was. E_IO, E_NOMEM. */
int token_block_read(struct token_block *b, uint32_t block) MUST_USE;
int token_block_read_document(struct token_block *b, uint32_t document) MUST_USE;
/* The blocks from one up to another, read into the thread's own memory. */
int token_block_read_range(struct token_block *b, uint32_t from, uint32_t to) MUST_USE;
/* Of a document that is in hand; until the next one is taken. */
struct token_view token_block_view(const struct token_block *b, uint32_t document);

#endif
