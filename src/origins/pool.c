/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Open addressing. Whoever makes texts whose hashes are the same gains nothing: only so many places
 * are looked at. */
#include "origins/pool.h"

#include <string.h>

#include "base/mem.h"

#define SIZE_MIN 256
#define LOOK_AT_MAX 64
#define FACTOR 0x9e3779b97f4a7c15u

static uint32_t hash_of(struct span bytes)
{
    uint64_t hash = bytes.len * FACTOR, word;
    size_t i = 0;
    for (; bytes.len - i >= sizeof word; i += sizeof word) {
        memcpy(&word, bytes.data + i, sizeof word);
        hash = (hash ^ word) * FACTOR;
        hash ^= hash >> 32;
    }
    word = 0;
    if (i < bytes.len)
        memcpy(&word, bytes.data + i, bytes.len - i);
    hash = (hash ^ word) * FACTOR;
    return (uint32_t)(hash >> 32);
}

void pool_release(struct pool *p)
{
    mem_free(p->slots);
    *p = (struct pool){.count = 0};
}

static bool is_same(const struct pool_slot *slot, struct span bytes, uint32_t hash)
{
    return slot->hash == hash && slot->len == bytes.len &&
           memcmp(slot->data, bytes.data, bytes.len) == 0;
}

bool pool_find(const struct pool *p, struct span bytes, struct span *ret_same)
{
    if (p->size == 0 || bytes.len == 0)
        return false;
    uint32_t hash = hash_of(bytes);
    for (size_t i = 0; i < LOOK_AT_MAX; i++) {
        const struct pool_slot *slot = &p->slots[(hash + i) & (p->size - 1)];
        if (!slot->data)
            return false;
        if (is_same(slot, bytes, hash)) {
            *ret_same = span_of(slot->data, slot->len);
            return true;
        }
    }
    return false;
}

static void place(struct pool *p, struct pool_slot new)
{
    for (size_t i = 0; i < LOOK_AT_MAX; i++) {
        struct pool_slot *slot = &p->slots[(new.hash + i) & (p->size - 1)];
        if (slot->data)
            continue;
        *slot = new;
        p->count++;
        return;
    }
}

static int grow(struct pool *p)
{
    struct pool larger = {.size = p->size ? p->size * 2 : SIZE_MIN};
    larger.slots = mem_calloc(larger.size, sizeof *larger.slots);
    REJECT_IF(!larger.slots, E_NOMEM);
    for (size_t i = 0; i < p->size; i++) {
        if (p->slots[i].data)
            place(&larger, p->slots[i]);
    }
    pool_release(p);
    *p = larger;
    return 0;
}

int pool_put(struct pool *p, struct span bytes)
{
    ASSERT(bytes.len > 0 && bytes.len <= UINT32_MAX);
    if (p->count >= p->size / 2)
        TRY(grow(p));
    place(p, (struct pool_slot){bytes.data, (uint32_t)bytes.len, hash_of(bytes)});
    return 0;
}
