/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Spill space in memory, that can be full. */
#ifndef TESTS_LINK_MEMORY_SPILL_H
#define TESTS_LINK_MEMORY_SPILL_H

#include <stdlib.h>
#include <string.h>

#include "base/spill.h"

struct memory_spill {
    struct spill spill; /* first */
    uint8_t *bytes;
    size_t len, capacity;
};

static inline int memory_spill_append(struct spill *spill, const void *data, size_t len)
{
    struct memory_spill *m = (struct memory_spill *)spill;
    if (len > m->capacity - m->len)
        return problem_set(&spill->problem, E_IO, "No space left");
    memcpy(m->bytes + m->len, data, len);
    m->len += len;
    return 0;
}

static inline int memory_spill_read(struct spill *spill, uint64_t from, void *out, size_t len)
{
    struct memory_spill *m = (struct memory_spill *)spill;
    if (from > m->len || len > m->len - from)
        return E_DAMAGED;
    memcpy(out, m->bytes + from, len);
    return 0;
}

static inline void memory_spill_init(struct memory_spill *m, size_t capacity)
{
    static const struct spill_calls calls = {memory_spill_append, memory_spill_read};
    *m = (struct memory_spill){.spill = {.calls = &calls}, .capacity = capacity};
    m->bytes = malloc(capacity + 1);
    if (!m->bytes)
        abort();
}

static inline void memory_spill_release(struct memory_spill *m)
{
    free(m->bytes);
}

#endif
