/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Proofs are collected from the root down, walking to the leaf, and turned round at the end. The
 * checks follow the algorithms of RFC 9162 2.1.3.2 and 2.1.4.2 step by step, so that they can be
 * read beside it. */
#include "ledger/merkle.h"

#define SIZE_MAX_LEAVES ((uint64_t)1 << 63)

struct hash merkle_leaf_hash(struct span leaf)
{
    static const uint8_t prefix[1] = {0x00};
    struct span parts[2] = {{prefix, 1}, leaf};
    return hash_sha256_parts(parts, 2);
}

struct hash merkle_node_hash(const struct hash *left, const struct hash *right)
{
    uint8_t joined[1 + 2 * HASH_BYTES] = {0x01};
    memcpy(joined + 1, left->bytes, HASH_BYTES);
    memcpy(joined + 1 + HASH_BYTES, right->bytes, HASH_BYTES);
    return hash_sha256(span_of(joined, sizeof joined));
}

struct hash merkle_empty_root(void)
{
    return hash_sha256(span_of(NULL, 0));
}

static unsigned ones(uint64_t v)
{
    return (unsigned)__builtin_popcountll(v);
}

void merkle_edge_init(struct merkle_edge *edge)
{
    *edge = (struct merkle_edge){.size = 0};
}

/* The edge is written last, so that it is as before when full refuses. */
int merkle_edge_add(struct merkle_edge *edge, const struct hash *leaf_hash, merkle_full_fn *full,
                    void *context)
{
    ASSERT(edge->size < SIZE_MAX_LEAVES - 1);
    unsigned count = ones(edge->size), level = 0;
    uint64_t index = edge->size;
    struct hash node = *leaf_hash;
    for (;;) {
        if (full)
            TRY(full(context, level, index, &node));
        if (!(edge->size >> level & 1))
            break;
        node = merkle_node_hash(&edge->nodes[--count], &node);
        level++;
        index >>= 1;
    }
    edge->nodes[count] = node;
    edge->size++;
    return 0;
}

struct hash merkle_edge_root(const struct merkle_edge *edge)
{
    if (edge->size == 0)
        return merkle_empty_root();
    unsigned left = ones(edge->size) - 1;
    struct hash root = edge->nodes[left];
    while (left > 0)
        root = merkle_node_hash(&edge->nodes[--left], &root);
    return root;
}

/* The edge of the leaves from start to start + size, as a tree of their own: start is a multiple
 * of every power of two up to size. */
static int edge_of_range(const struct merkle_source *source, uint64_t start, uint64_t size,
                         struct merkle_edge *ret_edge)
{
    REJECT_IF(size >= SIZE_MAX_LEAVES, E_ARGUMENT);
    struct merkle_edge edge = {.size = size};
    unsigned count = 0;
    for (unsigned level = 63; level-- > 0;) {
        if (!(size >> level & 1))
            continue;
        TRY(source->get(source->context, level, start >> level, &edge.nodes[count++]));
        start += (uint64_t)1 << level;
    }
    *ret_edge = edge;
    return 0;
}

int merkle_edge_load(const struct merkle_source *source, uint64_t size,
                     struct merkle_edge *ret_edge)
{
    return edge_of_range(source, 0, size, ret_edge);
}

int merkle_root_at(const struct merkle_source *source, uint64_t size, struct hash *ret_root)
{
    struct merkle_edge edge;
    TRY(edge_of_range(source, 0, size, &edge));
    *ret_root = merkle_edge_root(&edge);
    return 0;
}

static int add_range(const struct merkle_source *source, uint64_t start, uint64_t size,
                     struct merkle_proof *proof)
{
    struct merkle_edge edge;
    TRY(edge_of_range(source, start, size, &edge));
    ASSERT(proof->count < MERKLE_PROOF_MAX);
    proof->hashes[proof->count++] = merkle_edge_root(&edge);
    return 0;
}

static void turn_round(struct merkle_proof *proof)
{
    for (size_t i = 0, j = proof->count; i + 1 < j; i++) {
        struct hash kept = proof->hashes[i];
        proof->hashes[i] = proof->hashes[--j];
        proof->hashes[j] = kept;
    }
}

/* The largest power of two below size; size > 1. */
static uint64_t split(uint64_t size)
{
    return (uint64_t)1 << (63 - __builtin_clzll(size - 1));
}

int merkle_prove_inclusion(const struct merkle_source *source, uint64_t index, uint64_t size,
                           struct merkle_proof *ret_proof)
{
    REJECT_IF(index >= size || size >= SIZE_MAX_LEAVES, E_ARGUMENT);
    struct merkle_proof proof = {.count = 0};
    uint64_t start = 0;
    while (size > 1) {
        uint64_t left = split(size);
        if (index - start < left) {
            TRY(add_range(source, start + left, size - left, &proof));
            size = left;
        } else {
            TRY(add_range(source, start, left, &proof));
            start += left;
            size -= left;
        }
    }
    turn_round(&proof);
    *ret_proof = proof;
    return 0;
}

int merkle_prove_consistency(const struct merkle_source *source, uint64_t size1, uint64_t size2,
                             struct merkle_proof *ret_proof)
{
    REJECT_IF(size1 == 0 || size1 > size2 || size2 >= SIZE_MAX_LEAVES, E_ARGUMENT);
    struct merkle_proof proof = {.count = 0};
    uint64_t start = 0;
    while (size1 != size2) {
        uint64_t left = split(size2);
        if (size1 <= left) {
            TRY(add_range(source, start + left, size2 - left, &proof));
            size2 = left;
        } else {
            TRY(add_range(source, start, left, &proof));
            start += left;
            size1 -= left;
            size2 -= left;
        }
    }
    /* The old tree itself, when it is whole in the new one, is known to whoever checks. */
    if (start > 0)
        TRY(add_range(source, start, size1, &proof));
    turn_round(&proof);
    *ret_proof = proof;
    return 0;
}

static bool odd(uint64_t v)
{
    return v & 1;
}

int merkle_check_inclusion(uint64_t index, uint64_t size, const struct hash *leaf_hash,
                           const struct merkle_proof *proof, const struct hash *root)
{
    REJECT_IF(index >= size || proof->count > MERKLE_PROOF_MAX, E_PROOF);
    uint64_t fn = index, sn = size - 1;
    struct hash r = *leaf_hash;
    for (size_t i = 0; i < proof->count; i++) {
        REJECT_IF(sn == 0, E_PROOF);
        if (odd(fn) || fn == sn) {
            r = merkle_node_hash(&proof->hashes[i], &r);
            while (!odd(fn) && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            r = merkle_node_hash(&r, &proof->hashes[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    REJECT_IF(sn != 0 || !hash_equal(&r, root), E_PROOF);
    return 0;
}

int merkle_check_consistency(uint64_t size1, const struct hash *root1, uint64_t size2,
                             const struct hash *root2, const struct merkle_proof *proof)
{
    REJECT_IF(size1 == 0 || size1 > size2 || proof->count > MERKLE_PROOF_MAX, E_PROOF);
    if (size1 == size2)
        return proof->count == 0 && hash_equal(root1, root2) ? 0 : E_PROOF;
    bool whole = (size1 & (size1 - 1)) == 0;
    REJECT_IF(proof->count == 0, E_PROOF);
    uint64_t fn = size1 - 1, sn = size2 - 1;
    while (odd(fn)) {
        fn >>= 1;
        sn >>= 1;
    }
    struct hash fr = whole ? *root1 : proof->hashes[0], sr = fr;
    for (size_t i = whole ? 0 : 1; i < proof->count; i++) {
        REJECT_IF(sn == 0, E_PROOF);
        if (odd(fn) || fn == sn) {
            fr = merkle_node_hash(&proof->hashes[i], &fr);
            sr = merkle_node_hash(&proof->hashes[i], &sr);
            while (!odd(fn) && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            sr = merkle_node_hash(&sr, &proof->hashes[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    REJECT_IF(sn != 0 || !hash_equal(&fr, root1) || !hash_equal(&sr, root2), E_PROOF);
    return 0;
}
