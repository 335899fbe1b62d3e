/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Two documents: the passages that they share, found from the places where they have seeds in
 * common, and how they relate as wholes. */
#ifndef ORIGINS_PAIR_H
#define ORIGINS_PAIR_H

#include "origins/chain.h"
#include "origins/passage.h"
#include "origins/token_store.h"

/* What was found so far, pair by pair. */
struct pair_found {
    struct passage *passages;
    size_t count, capacity;
    struct document_pair *pairs;
    size_t pair_count, pair_capacity;
};
void pair_found_release(struct pair_found *f);

/* Room to work in; one for a thread. plain: never with AVX2. E_NOMEM. */
struct pair_scratch;
int pair_scratch_new(struct corpus *corpus, bool plain, struct pair_scratch **ret_scratch) MUST_USE;
void pair_scratch_free(struct pair_scratch *s);

struct pair_side {
    uint32_t document;
    struct token_view words;
};

/* hits are where words of a and b belong to a common seed, in the order of a; they are
 * overwritten. a's number is lower. E_IO, E_NOMEM. */
int pair_find(struct pair_scratch *s, const struct pair_side *a, const struct pair_side *b,
              struct chain_hit *hits, size_t hit_count, struct pair_found *found) MUST_USE;
/* b has the same words as a. E_NOMEM. */
int pair_put_same(const struct pair_side *a, const struct pair_side *b,
                  struct pair_found *found) MUST_USE;

#endif
