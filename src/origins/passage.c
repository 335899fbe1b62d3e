/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The run as a whole:
 *
 *   words of all documents -> which have the same words throughout (only the first of them goes on)
 *   -> how rare words are -> seeds, by hash -> pairs of places, by the two documents' blocks
 *   -> passages of each pair of documents
 *
 * Each arrow is a run over tasks: blocks of documents, parts of the seeds, ranges of blocks. What a
 * task makes depends on its number alone. */
#include "origins/passage.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "origins/passage_gather.h"
#include "origins/seed.h"
#include "origins/seed_rarity.h"

#define RANGES_MAX 128u /* of documents a, when all words are in memory */
#define CELLS 1024u     /* of pairs of documents, when not */
#define BYTES_A_WORD 20 /* of what is read into a thread's own memory, with what it grows by */
#define PROGRESS_STEPS 32

/* What one thread works with. */
struct hand {
    struct token_block *a, *b;
    uint32_t *counts;
    struct seed_scratch seeds;
    struct seed_writer writer;
    struct seed_part part;
    struct pair_scratch *pairs;
    struct chain_hit *hits;
    size_t hit_capacity;
};

struct finding {
    struct corpus *corpus;
    const struct languages *languages;
    struct origins_means means;
    struct token_store *store;
    struct hand *hands;
    unsigned hand_count;
    uint32_t documents, blocks;
    uint64_t *fingerprints; /* by document: of its words */
    uint32_t *first_same;   /* by document: the first one with the same words */
    uint8_t *rarity;
    struct seed_rules rules;
    struct seed_space space;
    struct seed_runs *seeds, *hits;
    uint32_t ranges, b_ranges;
    uint16_t *range_of;     /* by document */
    uint32_t *range_blocks; /* by range: its first block; and the end */
    uint64_t words;
    const char *stage; /* for the watch */
    size_t stage_tasks;
    uint64_t *left_out;       /* by part */
    struct pair_found *found; /* by range, then by block of documents that are the same */
    struct passages *result;
};

#define MEMORY_OF(f, percent) ((f)->means.memory_bytes / 100 * (percent))

static int hand_init(struct finding *f, struct hand *h)
{
    TRY(token_block_new(f->store, &h->a));
    TRY(token_block_new(f->store, &h->b));
    TRY(pair_scratch_new(f->corpus, false, &h->pairs));
    h->counts = mem_calloc(SEED_RARITY_SIZE, sizeof *h->counts);
    REJECT_IF(!h->counts, E_NOMEM);
    return 0;
}

static void hand_release(struct hand *h)
{
    token_block_free(h->a);
    token_block_free(h->b);
    pair_scratch_free(h->pairs);
    seed_scratch_release(&h->seeds);
    seed_writer_release(&h->writer);
    seed_part_release(&h->part);
    mem_free(h->counts);
    mem_free(h->hits);
}

static void finding_release(struct finding *f)
{
    for (unsigned i = 0; f->hands && i < f->hand_count; i++)
        hand_release(&f->hands[i]);
    for (uint32_t i = 0; f->found && i < f->ranges + f->blocks; i++)
        pair_found_release(&f->found[i]);
    mem_free(f->hands);
    mem_free(f->found);
    mem_free(f->fingerprints);
    mem_free(f->first_same);
    mem_free(f->rarity);
    mem_free(f->left_out);
    mem_free(f->range_of);
    mem_free(f->range_blocks);
    seed_runs_free(f->seeds);
    seed_runs_free(f->hits);
    seed_space_release(&f->space);
    token_store_free(f->store);
    passages_free(f->result);
}

static int begin(struct finding *f)
{
    f->documents = corpus_count(f->corpus);
    TRY(token_store_new(f->corpus, MEMORY_OF(f, 40), false, &f->store));
    f->blocks = token_store_blocks(f->store);
    f->hand_count = workers_count(f->means.workers);
    f->hands = mem_calloc(f->hand_count, sizeof *f->hands);
    f->fingerprints = mem_calloc((size_t)f->documents + 1, sizeof *f->fingerprints);
    f->first_same = mem_calloc((size_t)f->documents + 1, sizeof *f->first_same);
    f->rarity = mem_calloc(SEED_RARITY_SIZE, 1);
    f->result = mem_calloc(1, sizeof *f->result);
    REJECT_IF(!f->hands || !f->fingerprints || !f->first_same || !f->rarity || !f->result, E_NOMEM);
    for (unsigned i = 0; i < f->hand_count; i++)
        TRY(hand_init(f, &f->hands[i]));
    return 0;
}

static int run(struct finding *f, const char *stage, size_t count,
               int (*task)(void *arg, size_t index, unsigned hand))
{
    f->stage = stage;
    f->stage_tasks = count;
    return workers_run(f->means.workers, count, task, f);
}

/* Every task begins with it. E_STOPPED. */
static int begin_task(const struct finding *f, size_t index)
{
    REJECT_IF(watch_stopped(f->means.watch), E_STOPPED);
    if (index % (f->stage_tasks / PROGRESS_STEPS + 1) == 0)
        watch_progress(f->means.watch, f->stage, index, f->stage_tasks);
    return 0;
}

/* Documents with the same words */

static uint64_t fingerprint(const struct token_view *v)
{
    uint64_t hash = v->count;
    for (uint32_t i = 0; i < v->count; i++) {
        hash = (hash ^ v->hash[i]) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    return hash;
}

static int read_block(void *arg, size_t index, unsigned hand)
{
    struct finding *f = arg;
    struct token_block *b = f->hands[hand].a;
    uint32_t block = (uint32_t)index;
    TRY(begin_task(f, index));
    TRY(token_block_read(b, block));
    for (uint32_t d = token_store_first(f->store, block);
         d < token_store_first(f->store, block + 1); d++) {
        struct token_view v = token_block_view(b, d);
        if (corpus_same_text(f->corpus, d) == d)
            f->fingerprints[d] = fingerprint(&v);
    }
    return 0;
}

struct fingerprinted {
    uint64_t fingerprint;
    uint32_t document;
};

static int by_fingerprint(const void *x, const void *y)
{
    const struct fingerprinted *a = x, *b = y;
    if (a->fingerprint != b->fingerprint)
        return a->fingerprint < b->fingerprint ? -1 : 1;
    return a->document < b->document ? -1 : a->document > b->document;
}

static int find_same(struct finding *f)
{
    struct fingerprinted *all = mem_alloc(((size_t)f->documents + 1) * sizeof *all);
    REJECT_IF(!all, E_NOMEM);
    for (uint32_t d = 0; d < f->documents; d++)
        all[d] = (struct fingerprinted){f->fingerprints[corpus_same_text(f->corpus, d)], d};
    if (f->documents > 1)
        qsort(all, f->documents, sizeof *all, by_fingerprint);
    for (uint32_t i = 0, first = 0; i < f->documents; i++) {
        if (all[i].fingerprint != all[first].fingerprint)
            first = i;
        f->first_same[all[i].document] = all[first].document;
    }
    mem_free(all);
    return 0;
}

/* Seeds */

static int count_block(void *arg, size_t index, unsigned hand)
{
    struct finding *f = arg;
    struct hand *h = &f->hands[hand];
    uint32_t block = (uint32_t)index;
    TRY(begin_task(f, index));
    TRY(token_block_read(h->a, block));
    for (uint32_t d = token_store_first(f->store, block);
         d < token_store_first(f->store, block + 1); d++) {
        struct token_view v = token_block_view(h->a, d);
        if (f->first_same[d] == d)
            seed_rarity_count(&v, h->counts);
    }
    return 0;
}

static void rate_words(struct finding *f)
{
    uint32_t *sum = f->hands[0].counts;
    for (unsigned i = 1; i < f->hand_count; i++) {
        for (size_t k = 0; k < SEED_RARITY_SIZE; k++)
            sum[k] += f->hands[i].counts[k];
    }
    f->words = seed_rarity_make(sum, f->languages, f->rarity);
    token_store_rate(f->store, f->rarity);
}

static int put_block(void *arg, size_t index, unsigned hand)
{
    struct finding *f = arg;
    struct hand *h = &f->hands[hand];
    uint32_t block = (uint32_t)index;
    TRY(begin_task(f, index));
    TRY(token_block_read(h->a, block));
    for (uint32_t d = token_store_first(f->store, block);
         d < token_store_first(f->store, block + 1); d++) {
        struct token_view v = token_block_view(h->a, d);
        if (f->first_same[d] == d)
            TRY(seed_put(&f->rules, &v, d, &h->seeds, &h->writer));
    }
    return seed_runs_put(f->seeds, block, &h->writer);
}

static uint16_t cell_of(void *arg, uint32_t a, uint32_t b)
{
    const struct finding *f = arg;
    uint32_t b_range = (uint32_t)((uint64_t)b * f->b_ranges / f->documents);
    return (uint16_t)(f->range_of[a] * f->b_ranges + b_range);
}

static int join_part(void *arg, size_t index, unsigned hand)
{
    struct finding *f = arg;
    struct hand *h = &f->hands[hand];
    TRY(begin_task(f, index));
    TRY(seed_runs_take(f->seeds, (uint32_t)index, &h->part));
    TRY(seed_join(&h->part, cell_of, f, &h->writer, &f->left_out[index]));
    return seed_runs_put(f->hits, (uint32_t)index, &h->writer);
}

/* When words are not all in memory, a thread has those of a range of documents in hand and goes
 * through the others in order, reading each again; so there are as few ranges as memory allows. */
static int plan_cells(struct finding *f)
{
    f->ranges = f->blocks < RANGES_MAX ? f->blocks : RANGES_MAX;
    f->b_ranges = 1;
    if (!token_store_keeps_all(f->store)) {
        uint64_t bytes = MEMORY_OF(f, 30) / f->hand_count + 1;
        uint64_t ranges = f->words * BYTES_A_WORD / bytes + 1;
        f->ranges = ranges < f->ranges ? (uint32_t)ranges : f->ranges;
        f->b_ranges = CELLS / f->ranges;
    }
    f->range_of = mem_calloc((size_t)f->documents + 1, sizeof *f->range_of);
    f->range_blocks = mem_calloc((size_t)f->ranges + 1, sizeof *f->range_blocks);
    f->found = mem_calloc((size_t)f->ranges + f->blocks + 1, sizeof *f->found);
    REJECT_IF(!f->range_of || !f->range_blocks || !f->found, E_NOMEM);
    for (uint32_t block = 0; block < f->blocks; block++) {
        uint32_t range = (uint32_t)((uint64_t)block * f->ranges / f->blocks);
        for (uint32_t d = token_store_first(f->store, block);
             d < token_store_first(f->store, block + 1); d++)
            f->range_of[d] = (uint16_t)range;
        f->range_blocks[range + 1] = block + 1;
    }
    return 0;
}

static int make_hits(struct finding *f)
{
    uint32_t parts = 1u << f->rules.part_bits;
    f->left_out = mem_calloc(parts, sizeof *f->left_out);
    REJECT_IF(!f->left_out, E_NOMEM);
    TRY(seed_runs_new(SEED_NUMBERS, parts, f->blocks, &f->space, &f->seeds));
    TRY(run(f, "seeds", f->blocks, put_block));
    TRY(plan_cells(f));
    TRY(seed_runs_new(HIT_NUMBERS, f->ranges * f->b_ranges, parts, &f->space, &f->hits));
    TRY(run(f, "seeds in common", parts, join_part));
    seed_runs_free(f->seeds);
    f->seeds = NULL;
    return 0;
}

/* Passages */

static unsigned bits_for(uint32_t largest)
{
    return largest ? 32 - (unsigned)__builtin_clz(largest) : 0;
}

static int copy_hits(struct hand *h, const uint32_t *records, size_t count)
{
    if (count > h->hit_capacity) {
        mem_free(h->hits);
        h->hit_capacity = 0;
        h->hits = mem_alloc(count * 2 * sizeof *h->hits);
        REJECT_IF(!h->hits, E_NOMEM);
        h->hit_capacity = count * 2;
    }
    for (size_t i = 0; i < count; i++)
        h->hits[i] = (struct chain_hit){records[i * HIT_NUMBERS + HIT_A_AT],
                                        records[i * HIT_NUMBERS + HIT_B_AT]};
    return 0;
}

static int find_pair(struct hand *h, const uint32_t *records, size_t count,
                     struct pair_found *found)
{
    struct pair_side a = {.document = records[HIT_A]}, b = {.document = records[HIT_B]};
    TRY(copy_hits(h, records, count));
    TRY(token_block_read_document(h->a, a.document));
    TRY(token_block_read_document(h->b, b.document));
    a.words = token_block_view(h->a, a.document);
    b.words = token_block_view(h->b, b.document);
    return pair_find(h->pairs, &a, &b, h->hits, count, found);
}

static int find_cell(struct finding *f, struct hand *h, uint32_t cell, struct pair_found *found)
{
    size_t end;
    uint32_t last = 0;
    TRY(seed_runs_take(f->hits, cell, &h->part));
    for (size_t i = 0; i < h->part.count; i++)
        last |= h->part.numbers[i * HIT_NUMBERS + HIT_A_AT];
    seed_part_sort(&h->part, HIT_NUMBERS, HIT_A_AT, bits_for(last));
    seed_part_sort(&h->part, HIT_NUMBERS, HIT_A, bits_for(f->documents));
    seed_part_sort(&h->part, HIT_NUMBERS, HIT_B, bits_for(f->documents));
    const uint32_t *all = h->part.numbers;
    for (size_t from = 0; from < h->part.count; from = end) {
        const uint32_t *first = all + from * HIT_NUMBERS;
        for (end = from + 1; end < h->part.count; end++) {
            const uint32_t *next = all + end * HIT_NUMBERS;
            if (next[HIT_A] != first[HIT_A] || next[HIT_B] != first[HIT_B])
                break;
        }
        if (end - from > 1)
            TRY(find_pair(h, first, end - from, found));
    }
    return 0;
}

static int find_range(void *arg, size_t index, unsigned hand)
{
    struct finding *f = arg;
    TRY(begin_task(f, index));
    if (!token_store_keeps_all(f->store))
        TRY(token_block_read_range(f->hands[hand].a, f->range_blocks[index],
                                   f->range_blocks[index + 1]));
    for (uint32_t b = 0; b < f->b_ranges; b++)
        TRY(find_cell(f, &f->hands[hand], (uint32_t)index * f->b_ranges + b, &f->found[index]));
    return 0;
}

static int find_same_in_block(void *arg, size_t index, unsigned hand)
{
    struct finding *f = arg;
    struct hand *h = &f->hands[hand];
    uint32_t block = (uint32_t)index;
    TRY(begin_task(f, index));
    for (uint32_t d = token_store_first(f->store, block);
         d < token_store_first(f->store, block + 1); d++) {
        uint32_t first = f->first_same[d], same = corpus_same_text(f->corpus, d);
        if (first == d)
            continue;
        TRY(token_block_read_document(h->a, first));
        TRY(token_block_read_document(h->b, same));
        struct pair_side a = {first, token_block_view(h->a, first)};
        struct pair_side b = {d, token_block_view(h->b, same)};
        if (a.words.count > 0)
            TRY(pair_put_same(&a, &b, &f->found[f->ranges + index]));
    }
    return 0;
}

static int find(struct finding *f)
{
    TRY(begin(f));
    TRY(run(f, "words", f->blocks, read_block));
    TRY(find_same(f));
    TRY(run(f, "how rare words are", f->blocks, count_block));
    rate_words(f);
    f->rules = seed_rules_for(f->words);
    TRY(make_hits(f));
    TRY(run(f, "passages", f->ranges, find_range));
    TRY(run(f, "copies", f->blocks, find_same_in_block));
    TRY(passages_gather(f->found, (size_t)f->ranges + f->blocks, f->documents, f->result));
    for (uint32_t i = 0; i < 1u << f->rules.part_bits; i++)
        f->result->seeds_left_out += f->left_out[i];
    return 0;
}

int passages_find(struct corpus *corpus, const struct languages *languages,
                  const struct origins_means *means, struct passages **ret_passages,
                  struct problem *problem)
{
    struct finding f = {.corpus = corpus, .languages = languages};
    if (means)
        f.means = *means;
    if (f.means.memory_bytes == 0)
        f.means.memory_bytes = ORIGINS_MEMORY_BYTES;
    TRY(seed_space_init(&f.space, MEMORY_OF(&f, 40), f.means.spill));
    int error = find(&f);
    if (error == E_IO && f.means.spill)
        (void)problem_set(problem, error, "%s", problem_text(&f.means.spill->problem, error));
    if (error == 0) {
        *ret_passages = f.result;
        f.result = NULL;
    }
    finding_release(&f);
    return error;
}
