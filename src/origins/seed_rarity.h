/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How rare words are: minus the binary logarithm of a word's share of all words, in quarters of a
 * bit. Words that are function words in some language ([stop] in its file) are taken to have been
 * seen a little before, and so are all words, so that in five documents the name that all of them
 * are about is not taken for one. */
#ifndef ORIGINS_SEED_RARITY_H
#define ORIGINS_SEED_RARITY_H

#include "origins/language.h"
#include "origins/token_store.h"

#define SEED_RARITY_BIT 4 /* what stands for one bit */
#define SEED_RARITY_SIZE (1u << TOKEN_RARITY_BITS)

/* Adds the words of a view to counts, which has SEED_RARITY_SIZE numbers. */
void seed_rarity_count(const struct token_view *v, uint32_t *counts);
/* By how often words were seen, their rarity; the table is zero before. Returns how many words
 * there are. languages may be NULL. */
uint64_t seed_rarity_make(const uint32_t *counts, const struct languages *languages,
                          uint8_t *table);

#endif
