/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "link/pattern.h"
#include "link/universe.h"

#define SLOTS_FIRST 1024

void link_patterns_init(struct link_patterns *t)
{
    *t = (struct link_patterns){.slots = NULL};
}

void link_patterns_release(struct link_patterns *t)
{
    mem_free(t->slots);
    link_patterns_init(t);
}

static uint64_t hash_of(const struct link_pattern *p)
{
    uint64_t words[sizeof *p / 8], hash = 0;
    _Static_assert(sizeof words == sizeof *p, "a pattern is whole words");
    memcpy(words, p, sizeof *p);
    for (size_t i = 0; i < COUNT_OF(words); i++)
        hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15u + (hash >> 29);
    return link_mix(hash);
}

static struct link_pattern_count *find(const struct link_patterns *t, const struct link_pattern *p)
{
    size_t at = hash_of(p) & (t->capacity - 1);
    while (t->slots[at].pairs != 0 && memcmp(&t->slots[at].pattern, p, sizeof *p) != 0)
        at = (at + 1) & (t->capacity - 1);
    return &t->slots[at];
}

static int grow(struct link_patterns *t)
{
    struct link_patterns larger = {.capacity = t->capacity ? t->capacity * 2 : SLOTS_FIRST};
    larger.slots = mem_calloc(larger.capacity, sizeof *larger.slots);
    REJECT_IF(!larger.slots, E_NOMEM);
    for (size_t i = 0; i < t->capacity; i++) {
        if (t->slots[i].pairs != 0)
            *find(&larger, &t->slots[i].pattern) = t->slots[i];
    }
    larger.count = t->count;
    mem_free(t->slots);
    *t = larger;
    return 0;
}

int link_patterns_add(struct link_patterns *t, const struct link_pattern *pattern, uint64_t pairs)
{
    if (t->count * 3 >= t->capacity * 2)
        TRY(grow(t));
    struct link_pattern_count *slot = find(t, pattern);
    if (slot->pairs == 0) {
        slot->pattern = *pattern;
        t->count += pairs > 0;
    }
    slot->pairs += pairs;
    return 0;
}

int link_patterns_merge(struct link_patterns *into, const struct link_patterns *from)
{
    for (size_t i = 0; i < from->capacity; i++) {
        if (from->slots[i].pairs != 0)
            TRY(link_patterns_add(into, &from->slots[i].pattern, from->slots[i].pairs));
    }
    return 0;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct link_pattern));
}

void link_patterns_settle(struct link_patterns *t)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->capacity; i++) {
        if (t->slots[i].pairs != 0)
            t->slots[kept++] = t->slots[i];
    }
    ASSERT(kept == t->count);
    if (kept > 0)
        qsort(t->slots, kept, sizeof *t->slots, by_bytes);
}

#define EXACT 8
#define STEP 1.7

unsigned link_frequency_code(uint32_t frequency)
{
    if (frequency <= EXACT)
        return frequency > 0 ? frequency : 1;
    double steps = log(frequency / (double)EXACT) / log(STEP);
    unsigned code = EXACT + (unsigned)lround(steps);
    return code < LINK_FREQUENCY_CODES ? code : LINK_FREQUENCY_CODES - 1;
}

double link_frequency_of_code(unsigned code)
{
    return code <= EXACT ? code : EXACT * pow(STEP, code - EXACT);
}
