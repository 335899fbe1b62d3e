/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Blocks grow from 4 KiB so that a small request costs one allocation. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define BLOCK_BYTES 4096

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    alignas(max_align_t) uint8_t bytes[];
};

void arena_init(struct arena *a, size_t cap_bytes)
{
    *a = (struct arena){.cap_bytes = cap_bytes};
}

void arena_release(struct arena *a)
{
    while (a->first) {
        struct arena_block *block = a->first;
        a->first = block->next;
        mem_wipe(block->bytes, block->size);
        mem_free(block);
    }
    a->used_bytes = 0;
}

static struct arena_block *add_block(struct arena *a, size_t at_least)
{
    size_t size = at_least > BLOCK_BYTES ? at_least : BLOCK_BYTES;
    struct arena_block *block = mem_calloc(1, sizeof *block + size);
    if (!block)
        return NULL;
    block->size = size;
    block->next = a->first;
    a->first = block;
    return block;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    const size_t step = alignof(max_align_t);
    size_t left = a->cap_bytes - a->used_bytes;
    if (bytes > left || bytes > SIZE_MAX / 2)
        return NULL;
    size_t whole = (bytes + step - 1) / step * step;
    struct arena_block *block = a->first;
    if (!block || whole > block->size - block->used)
        block = add_block(a, whole);
    if (!block)
        return NULL;
    void *piece = block->bytes + block->used;
    block->used += whole;
    a->used_bytes += whole < left ? whole : left;
    return piece;
}

char *arena_copy_text(struct arena *a, struct span text)
{
    if (text.len == SIZE_MAX)
        return NULL;
    char *copy = arena_alloc(a, text.len + 1);
    if (copy && text.len)
        memcpy(copy, text.data, text.len);
    return copy;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    char *text = len < 0 ? NULL : arena_alloc(a, (size_t)len + 1);
    if (text)
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}
