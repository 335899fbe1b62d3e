/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/seed.h"

#include <math.h>

#include "base/mem.h"
#include "origins/seed_rarity.h"

#define PART_SEEDS_WANTED 65536
#define PART_BITS_MAX 12
#define RARITY_MIN (12 * SEED_RARITY_BIT)
#define FUNCTION_RARITY_MAX 36 /* one word in 500 and more */
#define SET_WORDS_MAX 4
#define SET_SPAN_MAX 24
#define SKELETON_MIN 4
#define SKELETON_MAX 7
#define SKELETON_SPAN_MAX 22
#define GAP_RARITY 5 /* what a gap's length says */
#define PLACES_A_DOCUMENT 4
#define SOME 12
#define CROWD 24

struct seed_rules seed_rules_for(uint64_t words)
{
    struct seed_rules rules = {.part_bits = 0};
    double bits = words > 1 ? log2((double)words) : 1;
    rules.rarity_min = (unsigned)(bits * SEED_RARITY_BIT);
    if (rules.rarity_min < RARITY_MIN)
        rules.rarity_min = RARITY_MIN;
    while (rules.part_bits < PART_BITS_MAX && words >> rules.part_bits > PART_SEEDS_WANTED)
        rules.part_bits++;
    return rules;
}

void seed_scratch_release(struct seed_scratch *s)
{
    mem_free(s->content);
    mem_free(s->function);
    *s = (struct seed_scratch){.capacity = 0};
}

static int make_room(struct seed_scratch *s, size_t count)
{
    if (count <= s->capacity)
        return 0;
    seed_scratch_release(s);
    size_t capacity = count + count / 2 + 64;
    s->content = mem_alloc(capacity * sizeof *s->content);
    s->function = mem_alloc(capacity * sizeof *s->function);
    if (!s->content || !s->function) {
        seed_scratch_release(s);
        return E_NOMEM;
    }
    s->capacity = capacity;
    return 0;
}

static inline uint64_t mix(uint64_t x)
{
    x *= 0x9e3779b97f4a7c15u;
    return x ^ (x >> 32);
}

struct putting {
    const struct seed_rules *rules;
    const struct token_view *v;
    struct seed_writer *w;
    uint32_t document;
};

static inline void put(const struct putting *p, uint64_t hash, uint32_t at)
{
    struct seed_writer *w = p->w;
    hash *= 0xd6e8feb86659fd93u;
    uint32_t *to = w->numbers + w->count * SEED_NUMBERS;
    to[SEED_KEY] = (uint32_t)(hash >> 16);
    to[SEED_DOCUMENT] = p->document;
    to[SEED_AT] = at;
    w->parts[w->count++] = (uint16_t)((hash >> 32) << p->rules->part_bits >> 32);
}

/* From the content word number k on, leaving out skip words behind it. Its place is that of the
 * word with the smallest hash, so that it is the same word everywhere. */
static inline void put_set(const struct putting *p, const uint32_t *content, size_t k, size_t count,
                           size_t skip)
{
    const struct token_view *v = p->v;
    uint32_t first = content[k], at = first;
    unsigned rarity = v->rarity[first], words = 1;
    uint64_t sum = mix(v->hash[first]);
    uint32_t smallest = v->hash[first];
    for (size_t next = k + 1 + skip; next < count && words < SET_WORDS_MAX; next++) {
        uint32_t i = content[next];
        if (i - first > SET_SPAN_MAX)
            return;
        rarity += v->rarity[i];
        sum += mix(v->hash[i]);
        words++;
        if (v->hash[i] < smallest) {
            smallest = v->hash[i];
            at = i;
        }
        if (rarity >= p->rules->rarity_min) {
            put(p, mix(sum + words), at);
            return;
        }
    }
}

static inline void put_skeleton(const struct putting *p, const uint32_t *function, size_t k,
                                size_t count)
{
    const struct token_view *v = p->v;
    uint32_t first = function[k], before = first;
    unsigned rarity = v->rarity[first];
    uint64_t hash = mix(v->hash[first]);
    for (size_t next = k + 1; next < count && next < k + SKELETON_MAX; next++) {
        uint32_t i = function[next];
        if (i - first > SKELETON_SPAN_MAX)
            return;
        rarity += v->rarity[i] + GAP_RARITY;
        hash = mix((hash ^ v->hash[i]) + (i - before));
        before = i;
        if (next - k + 1 >= SKELETON_MIN && rarity >= p->rules->rarity_min) {
            put(p, hash, first);
            return;
        }
    }
}

int seed_put(const struct seed_rules *rules, const struct token_view *v, uint32_t document,
             struct seed_scratch *scratch, struct seed_writer *w)
{
    const struct putting p = {.rules = rules, .v = v, .w = w, .document = document};
    size_t contents = 0, functions = 0;
    TRY(make_room(scratch, v->count));
    TRY(seed_writer_reserve(w, 2 * (size_t)v->count));
    for (uint32_t i = 0; i < v->count; i++) {
        bool function = v->rarity[i] < FUNCTION_RARITY_MAX;
        scratch->content[contents] = i;
        scratch->function[functions] = i;
        contents += !function;
        functions += function;
    }
    for (size_t k = 0; k < contents; k++) {
        put_set(&p, scratch->content, k, contents, 0);
        put_set(&p, scratch->content, k, contents, 1);
    }
    for (size_t k = 0; k < functions; k++)
        put_skeleton(&p, scratch->function, k, functions);
    return 0;
}

/* Joining */

struct joining {
    uint16_t (*part_of)(void *arg, uint32_t a, uint32_t b);
    void *arg;
    struct seed_writer *w;
};

static inline void put_hit(const struct joining *j, const uint32_t *x, const uint32_t *y)
{
    struct seed_writer *w = j->w;
    uint32_t *to = w->numbers + w->count * HIT_NUMBERS;
    to[HIT_A] = x[SEED_DOCUMENT];
    to[HIT_B] = y[SEED_DOCUMENT];
    to[HIT_A_AT] = x[SEED_AT];
    to[HIT_B_AT] = y[SEED_AT];
    w->parts[w->count++] = j->part_of(j->arg, x[SEED_DOCUMENT], y[SEED_DOCUMENT]);
}

/* Leaves at most PLACES_A_DOCUMENT records of each document; returns how many are left. */
static size_t thin_out(uint32_t *seeds, size_t count)
{
    size_t kept = 0, in_document = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t *s = seeds + i * SEED_NUMBERS;
        bool same =
            kept > 0 && seeds[(kept - 1) * SEED_NUMBERS + SEED_DOCUMENT] == s[SEED_DOCUMENT];
        in_document = same ? in_document + 1 : 1;
        if (in_document > PLACES_A_DOCUMENT)
            continue;
        memmove(seeds + kept++ * SEED_NUMBERS, s, SEED_NUMBERS * sizeof *s);
    }
    return kept;
}

static int join_all(const struct joining *j, const uint32_t *seeds, size_t count)
{
    TRY(seed_writer_reserve(j->w, count * count / 2));
    for (size_t x = 0; x < count; x++) {
        const uint32_t *first = seeds + x * SEED_NUMBERS;
        for (size_t y = x + 1; y < count; y++) {
            const uint32_t *second = seeds + y * SEED_NUMBERS;
            if (first[SEED_DOCUMENT] != second[SEED_DOCUMENT])
                put_hit(j, first, second);
        }
    }
    return 0;
}

static int join_star(const struct joining *j, const uint32_t *seeds, size_t count)
{
    TRY(seed_writer_reserve(j->w, count));
    for (size_t y = 1; y < count; y++) {
        const uint32_t *other = seeds + y * SEED_NUMBERS;
        if (other[SEED_DOCUMENT] != seeds[SEED_DOCUMENT])
            put_hit(j, seeds, other);
    }
    return 0;
}

/* What many documents share has many seeds: of those that stand in many places a half or a quarter
 * is enough to find it. Which ones depends on the seed, so that they are the same everywhere. */
static uint32_t share_mask(size_t count)
{
    return count > CROWD ? 3 : count > SOME ? 1 : 0;
}

int seed_join(struct seed_part *part, uint16_t (*part_of)(void *arg, uint32_t a, uint32_t b),
              void *arg, struct seed_writer *w, uint64_t *left_out)
{
    const struct joining j = {.part_of = part_of, .arg = arg, .w = w};
    size_t end;
    seed_part_sort(part, SEED_NUMBERS, SEED_KEY, 32);
    for (size_t from = 0; from < part->count; from = end) {
        uint32_t *seeds = part->numbers + from * SEED_NUMBERS;
        for (end = from + 1; end < part->count; end++) {
            if (part->numbers[end * SEED_NUMBERS + SEED_KEY] != seeds[SEED_KEY])
                break;
        }
        if (end - from < 2)
            continue;
        size_t count = thin_out(seeds, end - from);
        *left_out += count > SEED_DOCUMENTS_MAX;
        if (seeds[SEED_KEY] & share_mask(count))
            continue;
        TRY(count > SEED_DOCUMENTS_MAX ? join_star(&j, seeds, count) : join_all(&j, seeds, count));
    }
    return 0;
}
