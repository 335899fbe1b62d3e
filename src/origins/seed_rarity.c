/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/seed_rarity.h"

#include <math.h>
/* As if so many words of running text had been seen before; a function word is one in so many. */
#define SEEN_BEFORE 20000.0
#define FUNCTION_WORD_SHARE 0.004
#define RARITY_MAX 120

void seed_rarity_count(const struct token_view *v, uint32_t *counts)
{
    for (uint32_t i = 0; i < v->count; i++)
        counts[v->hash[i] >> (32 - TOKEN_RARITY_BITS)]++;
}

static void mark(void *arg, struct span word)
{
    uint8_t *table = arg;
    table[token_hash(word) >> (32 - TOKEN_RARITY_BITS)] = 1;
}

uint64_t seed_rarity_make(const uint32_t *counts, const struct languages *languages, uint8_t *table)
{
    uint64_t words = 0;
    const struct language *l;
    for (size_t i = 0; languages && (l = languages_at(languages, i)); i++)
        language_each_word(language_section(l, "stop"), mark, table);
    for (size_t i = 0; i < SEED_RARITY_SIZE; i++)
        words += counts[i];
    double all = (double)words + SEEN_BEFORE;
    for (size_t i = 0; i < SEED_RARITY_SIZE; i++) {
        double seen = counts[i] + (table[i] ? SEEN_BEFORE * FUNCTION_WORD_SHARE : 0.2);
        double rarity = SEED_RARITY_BIT * log2(all / seen);
        table[i] = rarity > RARITY_MAX ? RARITY_MAX : (uint8_t)(rarity + 0.5);
    }
    return words;
}
