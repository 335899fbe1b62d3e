/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One block of bytes that grows by realloc: the system moves large blocks by remapping, so growing
 * costs neither time nor twice the memory. */
#include "link/pool.h"

#include <endian.h>
#include <string.h>

#include "base/mem.h"

#define UNIT_BYTES 4
#define FIRST_SLOTS 64

static uint64_t mix(uint64_t h)
{
    h ^= h >> 32;
    h *= 0xd6e8feb86659fd93u;
    h ^= h >> 32;
    h *= 0xd6e8feb86659fd93u;
    return h ^ (h >> 32);
}

uint64_t link_hash(struct span bytes, uint64_t seed)
{
    uint64_t h = mix(seed ^ (bytes.len * 0x9e3779b97f4a7c15u));
    for (size_t at = 0; at < bytes.len; at += 8) {
        uint64_t word = 0;
        memcpy(&word, bytes.data + at, bytes.len - at < 8 ? bytes.len - at : 8);
        h = mix(h ^ le64toh(word)) + 0x9e3779b97f4a7c15u;
    }
    return h;
}

void link_pool_release(struct link_pool *pool)
{
    mem_free(pool->bytes);
    mem_free(pool->starts);
    mem_free(pool->slots);
    *pool = (struct link_pool){0};
}

void link_pool_seal(struct link_pool *pool)
{
    mem_free(pool->slots);
    pool->slots = NULL;
    pool->slots_count = 0;
}

uint32_t link_pool_count(const struct link_pool *pool)
{
    return pool->count ? pool->count : 1;
}

struct span link_pool_text(const struct link_pool *pool, uint32_t id)
{
    ASSERT(id < link_pool_count(pool));
    if (id == 0)
        return span_of(NULL, 0);
    size_t from = (size_t)pool->starts[id] * UNIT_BYTES;
    size_t end =
        id + 1 < pool->count ? (size_t)pool->starts[id + 1] * UNIT_BYTES : pool->used_bytes;
    while (pool->bytes[end - 1] == 0) /* texts hold no NUL, and are not empty */
        end--;
    return span_of(pool->bytes + from, end - from);
}

/* The slot that holds the text, or the free one where it belongs. */
static size_t find_slot(const struct link_pool *pool, struct span text, uint64_t hash)
{
    size_t slot = hash & (pool->slots_count - 1);
    while (pool->slots[slot]) {
        if (pool->slots[slot] >> 32 == hash >> 32 &&
            span_equal(link_pool_text(pool, (uint32_t)pool->slots[slot]), text))
            break;
        slot = (slot + 1) & (pool->slots_count - 1);
    }
    return slot;
}

static int grow_slots(struct link_pool *pool)
{
    size_t count = pool->slots_count ? pool->slots_count * 2 : FIRST_SLOTS;
    uint64_t *slots = mem_calloc(count, sizeof *slots);
    REJECT_IF(!slots, E_NOMEM);
    mem_free(pool->slots);
    pool->slots = slots;
    pool->slots_count = count;
    for (uint32_t id = 1; id < pool->count; id++) {
        uint64_t hash = link_hash(link_pool_text(pool, id), 0);
        size_t slot = hash & (count - 1);
        while (slots[slot])
            slot = (slot + 1) & (count - 1);
        slots[slot] = (hash & 0xFFFFFFFF00000000u) | id;
    }
    return 0;
}

static int make_room(struct link_pool *pool, size_t bytes)
{
    if (pool->count == pool->capacity) {
        REJECT_IF(pool->capacity > UINT32_MAX / 2, E_TOO_LARGE);
        uint32_t capacity = pool->capacity ? pool->capacity + pool->capacity / 2 : 32;
        uint32_t *starts = mem_realloc(pool->starts, capacity * sizeof *starts);
        REJECT_IF(!starts, E_NOMEM);
        pool->starts = starts;
        pool->capacity = capacity;
    }
    if (bytes > pool->capacity_bytes - pool->used_bytes) {
        size_t capacity = pool->capacity_bytes + pool->capacity_bytes / 2 + bytes + 256;
        uint8_t *grown = mem_realloc(pool->bytes, capacity);
        REJECT_IF(!grown, E_NOMEM);
        pool->bytes = grown;
        pool->capacity_bytes = capacity;
    }
    return pool->used_bytes / UNIT_BYTES > UINT32_MAX - bytes ? E_TOO_LARGE : 0;
}

static void append(struct link_pool *pool, struct span text, size_t bytes)
{
    uint8_t *at = pool->bytes + pool->used_bytes;
    memset(at + bytes - UNIT_BYTES, 0, UNIT_BYTES);
    if (text.len)
        memcpy(at, text.data, text.len);
    pool->starts[pool->count++] = (uint32_t)(pool->used_bytes / UNIT_BYTES);
    pool->used_bytes += bytes;
}

int link_pool_add(struct link_pool *pool, struct span text, uint32_t *ret_id)
{
    if (pool->count == 0) {
        TRY(make_room(pool, UNIT_BYTES));
        append(pool, span_of(NULL, 0), UNIT_BYTES);
    }
    if (text.len == 0) {
        *ret_id = 0;
        return 0;
    }
    if (pool->count >= pool->slots_count / 4 * 3)
        TRY(grow_slots(pool));
    uint64_t hash = link_hash(text, 0);
    size_t slot = find_slot(pool, text, hash);
    if (!pool->slots[slot]) {
        size_t bytes = (text.len / UNIT_BYTES + 1) * UNIT_BYTES;
        TRY(make_room(pool, bytes));
        pool->slots[slot] = (hash & 0xFFFFFFFF00000000u) | pool->count;
        append(pool, text, bytes);
    }
    *ret_id = (uint32_t)pool->slots[slot];
    return 0;
}
