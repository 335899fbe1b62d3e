/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/token_store.h"

#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"

#define BLOCK_BYTES_MIN ((uint64_t)1 << 16)
#define BLOCK_BYTES_MAX ((uint64_t)1 << 22)
#define BLOCKS_WANTED 128
#define BYTES_A_WORD 12 /* of the arrays */

/* The words of a range of documents. */
struct piece {
    struct tokens tokens;
    uint16_t *key;
    uint8_t *rarity;
    size_t *starts; /* by document, and the end */
    uint32_t first, documents, start_room;
    size_t keyed, rated; /* room in key and rarity; words that have a rarity */
};

struct token_store {
    struct corpus *corpus;
    struct token_table *table;
    const uint8_t *rarity;
    uint32_t *firsts; /* by block, and the end */
    uint32_t blocks;
    struct piece **kept; /* by block; NULL: not */
    atomic_size_t used_bytes;
    size_t memory_bytes;
};

struct token_block {
    struct token_store *store;
    struct corpus_reader *reader;
    struct piece own;
    struct piece *in_hand;
};

static void piece_release(struct piece *p)
{
    tokens_release(&p->tokens);
    mem_free(p->key);
    mem_free(p->rarity);
    mem_free(p->starts);
}

/* Cuts the documents into blocks of about one size. */
static int plan(struct token_store *s)
{
    uint32_t documents = corpus_count(s->corpus);
    uint64_t wanted = corpus_text_bytes(s->corpus) / BLOCKS_WANTED, bytes = 0;
    wanted = wanted < BLOCK_BYTES_MIN ? BLOCK_BYTES_MIN : wanted;
    wanted = wanted > BLOCK_BYTES_MAX ? BLOCK_BYTES_MAX : wanted;
    uint32_t capacity = 2;
    for (int counting = 1; counting >= 0; counting--) {
        bytes = 0;
        s->blocks = 0;
        for (uint32_t d = 0; d < documents; d++) {
            if (bytes == 0) {
                capacity += counting != 0;
                if (!counting)
                    s->firsts[s->blocks] = d;
                s->blocks++;
            }
            bytes += corpus_text_len(s->corpus, d) + 64;
            bytes = bytes >= wanted ? 0 : bytes;
        }
        if (counting) {
            s->firsts = mem_calloc(capacity, sizeof *s->firsts);
            s->kept = mem_calloc(capacity, sizeof(struct piece *));
            REJECT_IF(!s->firsts || !s->kept, E_NOMEM);
        }
    }
    s->firsts[s->blocks] = documents;
    return 0;
}

int token_store_new(struct corpus *corpus, size_t memory_bytes, bool plain,
                    struct token_store **ret_store)
{
    struct token_store *s = mem_calloc(1, sizeof *s);
    REJECT_IF(!s, E_NOMEM);
    s->corpus = corpus;
    s->memory_bytes = memory_bytes;
    int error = plan(s);
    if (error == 0)
        error = token_table_new(plain, &s->table);
    if (error < 0)
        token_store_free(s);
    else
        *ret_store = s;
    return error;
}

void token_store_free(struct token_store *s)
{
    if (!s)
        return;
    for (uint32_t i = 0; s->kept && i < s->blocks; i++) {
        if (s->kept[i])
            piece_release(s->kept[i]);
        mem_free(s->kept[i]);
    }
    mem_free(s->kept);
    mem_free(s->firsts);
    token_table_free(s->table);
    mem_free(s);
}

uint32_t token_store_blocks(const struct token_store *s)
{
    return s->blocks;
}

uint32_t token_store_first(const struct token_store *s, uint32_t block)
{
    ASSERT(block <= s->blocks);
    return s->firsts[block];
}

uint32_t token_store_block_of(const struct token_store *s, uint32_t document)
{
    uint32_t low = 0, high = s->blocks;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (s->firsts[middle] <= document)
            low = middle;
        else
            high = middle;
    }
    return low;
}

bool token_store_keeps_all(const struct token_store *s)
{
    return atomic_load(&s->used_bytes) <= s->memory_bytes;
}

void token_store_rate(struct token_store *s, const uint8_t *table)
{
    s->rarity = table;
}

int token_block_new(struct token_store *s, struct token_block **ret_block)
{
    struct token_block *b = mem_calloc(1, sizeof *b);
    REJECT_IF(!b, E_NOMEM);
    b->store = s;
    tokens_init(&b->own.tokens);
    int error = corpus_reader_new(s->corpus, &b->reader);
    if (error < 0)
        token_block_free(b);
    else
        *ret_block = b;
    return error;
}

void token_block_free(struct token_block *b)
{
    if (!b)
        return;
    piece_release(&b->own);
    corpus_reader_free(b->reader);
    mem_free(b);
}

static int fill_keys(struct piece *p)
{
    if (p->tokens.count > p->keyed) {
        mem_free(p->key);
        mem_free(p->rarity);
        p->keyed = 0;
        p->key = mem_alloc(p->tokens.capacity * sizeof *p->key);
        p->rarity = mem_alloc(p->tokens.capacity);
        REJECT_IF(!p->key || !p->rarity, E_NOMEM);
        p->keyed = p->tokens.capacity;
    }
    for (size_t i = 0; i < p->tokens.count; i++)
        p->key[i] = (uint16_t)p->tokens.hash[i];
    p->rated = 0;
    return 0;
}

static void fill_rarity(struct piece *p, const uint8_t *table)
{
    if (!table || p->rated == p->tokens.count)
        return;
    for (size_t i = 0; i < p->tokens.count; i++)
        p->rarity[i] = table[p->tokens.hash[i] >> (32 - TOKEN_RARITY_BITS)];
    p->rated = p->tokens.count;
}

static int read_range(struct token_block *b, uint32_t first, uint32_t documents)
{
    struct piece *p = &b->own;
    struct span text;
    b->in_hand = NULL;
    if (documents >= p->start_room) {
        mem_free(p->starts);
        p->start_room = 0;
        p->starts = mem_calloc((size_t)documents + 1, sizeof *p->starts);
        REJECT_IF(!p->starts, E_NOMEM);
        p->start_room = documents + 1;
    }
    p->first = first;
    p->documents = documents;
    p->tokens.count = 0;
    for (uint32_t i = 0; i < documents; i++) {
        p->starts[i] = p->starts[i + 1] = p->tokens.count;
        if (corpus_same_text(b->store->corpus, first + i) != first + i)
            continue;
        TRY(corpus_read(b->reader, first + i, &text));
        TRY(tokens_add(&p->tokens, b->store->table, text));
        p->starts[i + 1] = p->tokens.count;
    }
    TRY(fill_keys(p));
    b->in_hand = p;
    return 0;
}

/* Keeps what is in hand, if there is memory: then it is no longer the thread's own. */
static void keep(struct token_block *b, uint32_t block)
{
    struct token_store *s = b->store;
    struct piece *p = &b->own;
    size_t bytes = p->tokens.capacity * BYTES_A_WORD;
    if (atomic_fetch_add(&s->used_bytes, bytes) + bytes > s->memory_bytes)
        return;
    struct piece *kept = mem_alloc(sizeof *kept);
    if (!kept)
        return;
    *kept = *p;
    *p = (struct piece){.first = 0};
    tokens_init(&p->tokens);
    s->kept[block] = kept;
    b->in_hand = kept;
}

int token_block_read(struct token_block *b, uint32_t block)
{
    struct token_store *s = b->store;
    b->in_hand = s->kept[block];
    if (!b->in_hand) {
        TRY(read_range(b, s->firsts[block], s->firsts[block + 1] - s->firsts[block]));
        keep(b, block);
    }
    fill_rarity(b->in_hand, s->rarity);
    return 0;
}

int token_block_read_range(struct token_block *b, uint32_t from, uint32_t to)
{
    struct token_store *s = b->store;
    TRY(read_range(b, s->firsts[from], s->firsts[to] - s->firsts[from]));
    fill_rarity(b->in_hand, s->rarity);
    return 0;
}

int token_block_read_document(struct token_block *b, uint32_t document)
{
    struct token_store *s = b->store;
    if (b->in_hand && document - b->in_hand->first < b->in_hand->documents)
        return 0;
    b->in_hand = s->kept[token_store_block_of(s, document)];
    if (!b->in_hand) {
        TRY(read_range(b, document, 1));
        fill_rarity(b->in_hand, s->rarity);
    }
    return 0;
}

struct token_view token_block_view(const struct token_block *b, uint32_t document)
{
    const struct piece *p = b->in_hand;
    ASSERT(document - p->first < p->documents);
    size_t from = p->starts[document - p->first], to = p->starts[document - p->first + 1];
    if (from == to)
        return (struct token_view){.count = 0};
    return (struct token_view){.hash = p->tokens.hash + from,
                               .at = p->tokens.at + from,
                               .key = p->key + from,
                               .len = p->tokens.len + from,
                               .rarity = b->store->rarity ? p->rarity + from : NULL,
                               .count = (uint32_t)(to - from)};
}
