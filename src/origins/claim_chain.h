/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Whom a sentence names as having said what it says: "X said that Y had reported". */
#ifndef ORIGINS_CLAIM_CHAIN_H
#define ORIGINS_CLAIM_CHAIN_H

#include "origins/claim.h"
#include "origins/claim_words.h"

/* For what stands at word, in the sentence from start to end. Fills chain, the nearest to the
 * document first; returns how many. */
unsigned claim_chain(const struct claim_words *w, size_t start, size_t end, size_t word,
                     struct stretch chain[CLAIM_CHAIN_MAX]);
/* The stretch is a pronoun. */
bool claim_is_pronoun(const struct claim_words *w, struct stretch s);

#endif
