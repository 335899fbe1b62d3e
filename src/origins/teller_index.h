/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The tellers of one graph's documents, by their keys and by how these end: looked up, so that a
 * million documents that each name somebody else take no longer than they must. */
#ifndef ORIGINS_TELLER_INDEX_H
#define ORIGINS_TELLER_INDEX_H

#include "origins/origin.h"

struct teller_index {
    struct teller_entry *entries; /* by hash, then in the order of the documents */
    size_t count, capacity;
};

/* Of nodes that are documents; they and their tellings live as long. Release in any case.
 * E_NOMEM. */
int teller_index_make(const struct origin_node *nodes, uint32_t count,
                      struct teller_index *ret_index) MUST_USE;
void teller_index_release(struct teller_index *index);

/* The fullest key that ends with that one: "pavel dorin" for "dorin"; or the key itself. Each is
 * looked for from where the one before it was found. */
struct span teller_index_fullest(const struct teller_index *index, struct span key);
/* The first one with that key, or NULL. */
const struct teller *teller_index_first(const struct teller_index *index, struct span key);

#endif
