/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Space for what does not fit into memory: bytes are put behind each other and read back at any
 * place. Handed in to the engines by whoever starts them; what it does with the bytes is its own
 * matter (seal/spill.h: a file without a name, sealed under a key that is only in memory).
 *
 * One thread at a time. */
#ifndef BASE_SPILL_H
#define BASE_SPILL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct spill {
    const struct spill_calls *calls;
    struct problem problem; /* what went wrong, for a person, after an error */
};

struct spill_calls {
    int (*append)(struct spill *s, const void *data, size_t len);
    int (*read)(struct spill *s, uint64_t from, void *out, size_t len);
};

/* E_IO (as when the disk is full), E_NOMEM. After an error nothing more is put. */
MUST_USE static inline int spill_append(struct spill *s, const void *data, size_t len)
{
    return s->calls->append(s, data, len);
}

/* Bytes that were put, at a place counted from the first. E_IO, E_DAMAGED. */
MUST_USE static inline int spill_read(struct spill *s, uint64_t from, void *out, size_t len)
{
    return s->calls->read(s, from, out, len);
}

#endif
