/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Texts, each kept once and known by a number: 0 is the empty text, the others count up from 1 in
 * the order in which they came. Texts hold no NUL. At most 16 GiB of text. For one thread; reading
 * is safe from several while nobody adds. */
#ifndef LINK_POOL_H
#define LINK_POOL_H

#include "base/error.h"
#include "base/span.h"

struct link_pool {
    uint8_t *bytes; /* each text, a NUL, and padding to 4 bytes */
    size_t used_bytes, capacity_bytes;
    uint32_t *starts; /* per number, in units of 4 bytes */
    uint32_t count, capacity;
    uint64_t *slots; /* upper half of the hash, then the number; 0: free. A power of two of them */
    size_t slots_count;
};

/* All zeroes is a pool that is empty. */
void link_pool_release(struct link_pool *pool);
/* E_NOMEM, E_TOO_LARGE. */
int link_pool_add(struct link_pool *pool, struct span text, uint32_t *ret_id) MUST_USE;
/* Frees what only adding needs: it is not possible any more. */
void link_pool_seal(struct link_pool *pool);
/* How many texts, the empty one counted; at least 1. */
uint32_t link_pool_count(const struct link_pool *pool);
struct span link_pool_text(const struct link_pool *pool, uint32_t id);

/* A hash of bytes that is the same on every machine; not against an adversary. */
uint64_t link_hash(struct span bytes, uint64_t seed);

#endif
