/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "seal/secret.h"

#include <sodium.h>

/* sodium_malloc puts the last byte before the guard page: a size that is not a multiple of the
 * alignment would give a pointer that is not aligned. */
#define ALIGNMENT_BYTES 16

/* Deeper than sealing or opening goes. */
#define STACK_BYTES 32768

void *secret_alloc(size_t bytes)
{
    if (bytes > SIZE_MAX - ALIGNMENT_BYTES)
        return NULL;
    size_t rounded = (bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    void *p = sodium_malloc(rounded);
    if (p)
        memset(p, 0, rounded);
    return p;
}

void secret_free(void *p)
{
    sodium_free(p);
}

void secret_wipe(void *p, size_t bytes)
{
    sodium_memzero(p, bytes);
}

void secret_wipe_stack(void)
{
    sodium_stackzero(STACK_BYTES);
}

bool secret_equal(const void *a, const void *b, size_t bytes)
{
    return sodium_memcmp(a, b, bytes) == 0;
}
