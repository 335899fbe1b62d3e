/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which bytes are there already, so that what comes again and again (a copied text, an outlet's
 * name) is kept once. To find them is a saving, not a promise: of very many that fall on one place
 * of the table some are not found. */
#ifndef ORIGINS_POOL_H
#define ORIGINS_POOL_H

#include "base/error.h"
#include "base/span.h"

struct pool_slot {
    const uint8_t *data; /* NULL: free */
    uint32_t len, hash;
};

struct pool {
    struct pool_slot *slots;
    size_t count, size;
};

/* All zero is an empty one. */
void pool_release(struct pool *p);
/* The same bytes, as they were put; false: not found. */
bool pool_find(const struct pool *p, struct span bytes, struct span *ret_same);
/* Bytes that live as long as the pool, and of which there are some. E_NOMEM. */
int pool_put(struct pool *p, struct span bytes) MUST_USE;

#endif
