/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Counting costs an atomic add, so it starts only with the first mem_fail_from: outside tests an
 * allocation reads one flag. */
#include "base/mem.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static atomic_bool counting;
static atomic_uint_fast64_t asked, fail_at;

void mem_fail_from(uint64_t nth)
{
    atomic_store(&asked, 0);
    atomic_store(&fail_at, nth);
    atomic_store(&counting, true);
}

uint64_t mem_asked(void)
{
    return atomic_load(&asked);
}

static bool must_fail(void)
{
    if (!atomic_load_explicit(&counting, memory_order_relaxed))
        return false;
    uint64_t number = atomic_fetch_add(&asked, 1) + 1;
    uint64_t nth = atomic_load(&fail_at);
    return nth != 0 && number >= nth;
}

void *mem_alloc(size_t bytes)
{
    return must_fail() ? NULL : malloc(bytes ? bytes : 1);
}

void *mem_calloc(size_t count, size_t size)
{
    size_t bytes;
    if (must_fail() || __builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return calloc(1, bytes ? bytes : 1);
}

void *mem_realloc(void *old, size_t bytes)
{
    return must_fail() ? NULL : realloc(old, bytes ? bytes : 1);
}

char *mem_strdup(const char *text)
{
    return must_fail() ? NULL : strdup(text);
}

void mem_free(void *p)
{
    free(p);
}

void mem_wipe(void *p, size_t bytes)
{
    if (bytes)
        explicit_bzero(p, bytes);
}
