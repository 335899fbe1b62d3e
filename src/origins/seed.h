/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Seeds: small sets of words near each other that are rare enough together to hint at a common
 * origin, and that outlast rewording.
 *
 *   pairs       a word that is no function word with the next such word, or the one after that; in
 *               either order; with one or two more when they are common. Lasts when words between
 *               them are put in, left out or changed, and when neighbours are shuffled.
 *   skeletons   four to seven function words and the gaps between them. Lasts when all other words
 *               are replaced (Stamatatos 2011, stopword n-grams).
 *
 * How much rarity is asked for grows with the collection, so that a seed's expected number of
 * chance companions does not. */
#ifndef ORIGINS_SEED_H
#define ORIGINS_SEED_H

#include "origins/seed_runs.h"
#include "origins/token_store.h"

/* A seed as a record: three numbers. The part is by its hash; key is further bits of it. */
enum { SEED_KEY, SEED_DOCUMENT, SEED_AT, SEED_NUMBERS };

/* Where a seed's pairs of places go as records: a < b; which words of theirs. */
enum { HIT_A, HIT_B, HIT_A_AT, HIT_B_AT, HIT_NUMBERS };

struct seed_rules {
    unsigned part_bits;  /* of the number of parts */
    unsigned rarity_min; /* of a seed's words together, in quarters of a bit */
};

struct seed_rules seed_rules_for(uint64_t words);

/* Room to work in; one for a thread. */
struct seed_scratch {
    uint32_t *content, *function; /* which words are which */
    size_t capacity;
};
void seed_scratch_release(struct seed_scratch *s);
/* Puts the seeds of a document's words. E_NOMEM. */
int seed_put(const struct seed_rules *rules, const struct token_view *v, uint32_t document,
             struct seed_scratch *scratch, struct seed_writer *w) MUST_USE;

/* Puts, for each seed in a part, the pairs of documents that have it: all of them up to
 * SEED_DOCUMENTS_MAX places; beyond that, for a share of the seeds, each with the first document,
 * so that a crowd of copies holds together and costs no more than its size. part_of says where a
 * pair of documents goes. *left_out counts seeds that stood in too many. E_NOMEM. */
#define SEED_DOCUMENTS_MAX 48
int seed_join(struct seed_part *part, uint16_t (*part_of)(void *arg, uint32_t a, uint32_t b),
              void *arg, struct seed_writer *w, uint64_t *left_out) MUST_USE;

#endif
