/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* RFC 9162 Merkle trees: hashing, growing, proofs and their checks.
 *
 * A tree is a list of leaf hashes; whoever has them hands them out through a struct merkle_source,
 * by tile-like nodes: node (level, index) covers leaves index * 2^level up to
 * (index + 1) * 2^level, and only full nodes are ever asked for. Sizes are below 2^63. */
#ifndef LEDGER_MERKLE_H
#define LEDGER_MERKLE_H

#include "base/error.h"
#include "seal/hash.h"

#define MERKLE_PROOF_MAX 63

struct hash merkle_leaf_hash(struct span leaf);
struct hash merkle_node_hash(const struct hash *left, const struct hash *right);
struct hash merkle_empty_root(void);

/* The right edge of a growing tree: the roots of its full subtrees, largest first. */
struct merkle_edge {
    uint64_t size;
    struct hash nodes[64];
};
void merkle_edge_init(struct merkle_edge *edge);
/* Adds a leaf hash. For each node that became full, full (may be NULL) is told; level 0 too. */
typedef int merkle_full_fn(void *context, unsigned level, uint64_t index, const struct hash *node);
int merkle_edge_add(struct merkle_edge *edge, const struct hash *leaf_hash, merkle_full_fn *full,
                    void *context) MUST_USE;
struct hash merkle_edge_root(const struct merkle_edge *edge);

/* Full nodes of a stored tree. get: 0 or an error. */
struct merkle_source {
    int (*get)(void *context, unsigned level, uint64_t index, struct hash *ret_node);
    void *context;
};
/* From the leaf's sibling up, or as RFC 9162 2.1.4 orders a consistency proof. */
struct merkle_proof {
    size_t count;
    struct hash hashes[MERKLE_PROOF_MAX];
};
int merkle_root_at(const struct merkle_source *source, uint64_t size,
                   struct hash *ret_root) MUST_USE;
int merkle_edge_load(const struct merkle_source *source, uint64_t size,
                     struct merkle_edge *ret_edge) MUST_USE;
/* E_ARGUMENT when index >= size. */
int merkle_prove_inclusion(const struct merkle_source *source, uint64_t index, uint64_t size,
                           struct merkle_proof *ret_proof) MUST_USE;
/* E_ARGUMENT unless 0 < size1 <= size2. */
int merkle_prove_consistency(const struct merkle_source *source, uint64_t size1, uint64_t size2,
                             struct merkle_proof *ret_proof) MUST_USE;
/* 0 or E_PROOF. */
int merkle_check_inclusion(uint64_t index, uint64_t size, const struct hash *leaf_hash,
                           const struct merkle_proof *proof, const struct hash *root) MUST_USE;
/* 0 or E_PROOF; size1 = 0 is E_PROOF too. */
int merkle_check_consistency(uint64_t size1, const struct hash *root1, uint64_t size2,
                             const struct hash *root2, const struct merkle_proof *proof) MUST_USE;

#endif
