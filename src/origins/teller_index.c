/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/teller_index.h"

#include <stdlib.h>

#include "base/mem.h"

#define ENDS_MAX 8 /* of one key: how many words from its end are looked at */

struct teller_entry {
    uint64_t hash; /* of the key or of an end of it */
    const struct teller *teller;
    uint32_t order, end_len;
};

static uint64_t hash_of(struct span s)
{
    uint64_t hash = span_hash(SPAN_HASH_START, s);
    return hash ^ hash >> 29;
}

static int put(struct teller_index *index, const struct teller *teller, uint32_t order, size_t from)
{
    struct span end = span_slice(teller->key, from, teller->key.len - from);
    if (index->count == index->capacity) {
        size_t capacity = index->capacity ? index->capacity * 2 : 16;
        struct teller_entry *more = mem_realloc(index->entries, capacity * sizeof *more);
        REJECT_IF(!more, E_NOMEM);
        index->entries = more;
        index->capacity = capacity;
    }
    index->entries[index->count++] =
        (struct teller_entry){hash_of(end), teller, order, (uint32_t)end.len};
    return 0;
}

static int put_teller(struct teller_index *index, const struct teller *teller, uint32_t order)
{
    struct span key = teller->key;
    if (key.len == 0)
        return 0;
    TRY(put(index, teller, order, 0));
    unsigned ends = 0;
    for (size_t at = key.len; at-- > 1 && ends < ENDS_MAX;) {
        if (key.data[at - 1] != ' ')
            continue;
        TRY(put(index, teller, order, at));
        ends++;
    }
    return 0;
}

static int by_hash(const void *x, const void *y)
{
    const struct teller_entry *a = x, *b = y;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

int teller_index_make(const struct origin_node *nodes, uint32_t count,
                      struct teller_index *ret_index)
{
    uint32_t order = 0;
    *ret_index = (struct teller_index){.count = 0};
    for (uint32_t i = 0; i < count; i++) {
        const struct told *told = nodes[i].telling->told;
        if (i > 0 && nodes[i - 1].telling->told == told)
            continue;
        for (unsigned k = 0; k < told->teller_count; k++)
            TRY(put_teller(ret_index, &told->tellers[k], order++));
    }
    if (ret_index->count > 1)
        qsort(ret_index->entries, ret_index->count, sizeof *ret_index->entries, by_hash);
    return 0;
}

void teller_index_release(struct teller_index *index)
{
    mem_free(index->entries);
    *index = (struct teller_index){.count = 0};
}

/* The first entry from that order on whose end is the key. */
static const struct teller_entry *find(const struct teller_index *index, struct span key,
                                       uint32_t order, bool whole)
{
    const struct teller_entry wanted = {.hash = hash_of(key), .order = order};
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_hash(&index->entries[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < index->count && index->entries[low].hash == wanted.hash; low++) {
        const struct teller_entry *e = &index->entries[low];
        struct span whole_key = e->teller->key;
        struct span end = span_slice(whole_key, whole_key.len - e->end_len, e->end_len);
        if (whole == (e->end_len == whole_key.len) && span_equal(end, key))
            return e;
    }
    return NULL;
}

struct span teller_index_fullest(const struct teller_index *index, struct span key)
{
    struct span best = key;
    const struct teller_entry *e = find(index, best, 0, false);
    while (e) {
        best = e->teller->key;
        e = find(index, best, e->order + 1, false);
    }
    return best;
}

const struct teller *teller_index_first(const struct teller_index *index, struct span key)
{
    const struct teller_entry *e = find(index, key, 0, true);
    return e ? e->teller : NULL;
}
