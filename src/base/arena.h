/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* An arena: many small pieces, freed together. A request, a page, a command has one. Not for
 * threads. Everything in it is wiped when it is released: requests hold what callers wrote. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/span.h"

struct arena_block;
struct arena {
    struct arena_block *first;
    size_t used_bytes, cap_bytes;
};

void arena_init(struct arena *a, size_t cap_bytes);
void arena_release(struct arena *a);
/* Zeroed, aligned for any type; NULL when the cap or the memory is used up. */
void *arena_alloc(struct arena *a, size_t bytes) MUST_USE;
/* A NUL-terminated copy; NULL as above. Bytes may contain NUL: then strlen is shorter. */
char *arena_copy_text(struct arena *a, struct span text) MUST_USE;
char *arena_printf(struct arena *a, const char *format, ...) PRINTF_LIKE(2, 3) MUST_USE;

#endif
