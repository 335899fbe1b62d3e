/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Ten million ids must fit beside everything else in a gigabyte, so texts lie in blocks that never
 * move, and a slot carries 32 bits of the hash: a probe touches a text only when they agree, and
 * growing needs no text at all. The hash multiplies and folds 8 bytes at a time (as wyhash does):
 * without the seed nobody can choose texts that meet. */
#include "count/ids.h"

#include "base/error.h"
#include "base/mem.h"

#define BLOCK_BYTES (1u << 20)
#define FIRST_SLOTS 64

static uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_of(uint64_t seed, struct span text)
{
    uint64_t h = fold(seed ^ 0x9e3779b97f4a7c15u, text.len ^ 0xa0761d6478bd642fu);
    uint64_t second = seed * 0xe7037ed1a0b428dbu | 1;
    while (text.len > 0) {
        size_t len = text.len < 8 ? text.len : 8;
        uint64_t word = 0;
        memcpy(&word, text.data, len);
        h = fold(h ^ word, second) + second;
        text = (struct span){text.data + len, text.len - len};
    }
    return fold(h ^ seed, 0x8ebc6af09c88c6e3u);
}

void count_ids_init(struct count_ids *ids, uint64_t seed)
{
    *ids = (struct count_ids){.seed = seed};
}

void count_ids_release(struct count_ids *ids)
{
    for (uint32_t i = 0; i < ids->block_count; i++)
        mem_free(ids->blocks[i]);
    mem_free(ids->blocks);
    mem_free(ids->places);
    mem_free(ids->slots);
    count_ids_init(ids, ids->seed);
}

struct span count_ids_text(const struct count_ids *ids, uint32_t number)
{
    uint64_t place = ids->places[number];
    const uint8_t *at = ids->blocks[place / BLOCK_BYTES] + place % BLOCK_BYTES;
    return span_of(at + 2, (size_t)at[0] << 8 | at[1]);
}

/* The slot that holds the text, or the free one where it belongs. */
static uint32_t slot_of(const struct count_ids *ids, struct span text, uint32_t tag)
{
    uint32_t at = tag & ids->slot_mask;
    while (ids->slots[at]) {
        if (ids->slots[at] >> 32 == tag) {
            uint32_t number = (uint32_t)ids->slots[at] - 1;
            if (span_equal(count_ids_text(ids, number), text))
                break;
        }
        at = (at + 1) & ids->slot_mask;
    }
    return at;
}

static int grow_slots(struct count_ids *ids)
{
    if (ids->slots && ids->count < (ids->slot_mask + UINT64_C(1)) / 3 * 2)
        return 0;
    uint64_t size = ids->slots ? (ids->slot_mask + UINT64_C(1)) * 2 : FIRST_SLOTS;
    uint64_t *slots = mem_calloc(size, sizeof *slots);
    REJECT_IF(!slots, E_NOMEM);
    uint32_t mask = (uint32_t)(size - 1);
    for (uint64_t i = 0; ids->slots && i <= ids->slot_mask; i++) {
        if (!ids->slots[i])
            continue;
        uint32_t at = (uint32_t)(ids->slots[i] >> 32) & mask;
        while (slots[at])
            at = (at + 1) & mask;
        slots[at] = ids->slots[i];
    }
    mem_free(ids->slots);
    ids->slots = slots;
    ids->slot_mask = mask;
    return 0;
}

static int grow_places(struct count_ids *ids)
{
    if (ids->count < ids->capacity)
        return 0;
    size_t capacity = ids->capacity + ids->capacity / 2 + 64;
    uint64_t *places = mem_realloc(ids->places, capacity * sizeof *places);
    REJECT_IF(!places, E_NOMEM);
    ids->places = places;
    ids->capacity = (uint32_t)capacity;
    return 0;
}

static int room_for_text(struct count_ids *ids, size_t bytes)
{
    if (ids->block_count > 0 && ids->block_used + bytes <= BLOCK_BYTES)
        return 0;
    uint8_t **blocks = mem_realloc(ids->blocks, (ids->block_count + 1) * sizeof *blocks);
    REJECT_IF(!blocks, E_NOMEM);
    ids->blocks = blocks;
    uint8_t *block = mem_alloc(BLOCK_BYTES);
    REJECT_IF(!block, E_NOMEM);
    ids->blocks[ids->block_count++] = block;
    ids->block_used = 0;
    return 0;
}

int count_ids_put(struct count_ids *ids, struct span text, uint32_t *ret_number, bool *ret_new)
{
    REJECT_IF(text.len > COUNT_ID_MAX_BYTES, E_TOO_LARGE);
    TRY(grow_slots(ids));
    uint32_t tag = (uint32_t)(hash_of(ids->seed, text) >> 32);
    uint32_t slot = slot_of(ids, text, tag);
    *ret_new = ids->slots[slot] == 0;
    if (!*ret_new) {
        *ret_number = (uint32_t)ids->slots[slot] - 1;
        return 0;
    }
    REJECT_IF(ids->count == COUNT_IDS_MAX, E_TOO_LARGE);
    TRY(grow_places(ids));
    TRY(room_for_text(ids, text.len + 2));
    uint8_t *at = ids->blocks[ids->block_count - 1] + ids->block_used;
    at[0] = (uint8_t)(text.len >> 8);
    at[1] = (uint8_t)text.len;
    if (text.len)
        memcpy(at + 2, text.data, text.len);
    ids->places[ids->count] = (uint64_t)(ids->block_count - 1) * BLOCK_BYTES + ids->block_used;
    ids->block_used += (uint32_t)text.len + 2;
    *ret_number = ids->count++;
    ids->slots[slot] = (uint64_t)tag << 32 | (*ret_number + 1);
    return 0;
}

bool count_ids_find(const struct count_ids *ids, struct span text, uint32_t *ret_number)
{
    if (!ids->slots || text.len > COUNT_ID_MAX_BYTES)
        return false;
    uint32_t slot = slot_of(ids, text, (uint32_t)(hash_of(ids->seed, text) >> 32));
    if (!ids->slots[slot])
        return false;
    *ret_number = (uint32_t)ids->slots[slot] - 1;
    return true;
}

void count_keys_init(struct count_keys *keys, uint64_t seed)
{
    *keys = (struct count_keys){.seed = seed};
}

void count_keys_release(struct count_keys *keys)
{
    mem_free(keys->slots);
    count_keys_init(keys, keys->seed);
}

static uint64_t key_slot(const uint64_t *slots, uint64_t mask, uint64_t seed, uint64_t key)
{
    uint64_t at = fold(key ^ seed, 0x9e3779b97f4a7c15u ^ seed << 1) & mask;
    while (slots[at] && slots[at] != key + 1)
        at = (at + 1) & mask;
    return at;
}

static int grow_keys(struct count_keys *keys)
{
    if (keys->slots && keys->count < (keys->slot_mask + 1) / 3 * 2)
        return 0;
    uint64_t size = keys->slots ? (keys->slot_mask + 1) * 2 : FIRST_SLOTS;
    uint64_t *slots = mem_calloc(size, sizeof *slots);
    REJECT_IF(!slots, E_NOMEM);
    for (uint64_t i = 0; keys->slots && i <= keys->slot_mask; i++) {
        if (keys->slots[i])
            slots[key_slot(slots, size - 1, keys->seed, keys->slots[i] - 1)] = keys->slots[i];
    }
    mem_free(keys->slots);
    keys->slots = slots;
    keys->slot_mask = size - 1;
    return 0;
}

int count_keys_put(struct count_keys *keys, uint64_t key, bool *ret_new)
{
    TRY(grow_keys(keys));
    uint64_t slot = key_slot(keys->slots, keys->slot_mask, keys->seed, key);
    *ret_new = keys->slots[slot] == 0;
    keys->slots[slot] = key + 1;
    keys->count += *ret_new;
    return 0;
}

bool count_keys_next(const struct count_keys *keys, uint64_t *at, uint64_t *ret_key)
{
    for (; keys->slots && *at <= keys->slot_mask; (*at)++) {
        if (keys->slots[*at]) {
            *ret_key = keys->slots[(*at)++] - 1;
            return true;
        }
    }
    return false;
}
