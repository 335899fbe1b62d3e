/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a reader checks of one entry.
 *
 * Checks are made in this order, each named exactly when it fails: the log's signature on the
 * checkpoint (before its size is believed), the origin, the cosigners' quorum, the inclusion path,
 * and then that the content is what the leaf commits to. What then holds: the leaf stood in the
 * log at that index by that time, on the word of those cosigners, and the content is the leaf's.
 * What does not follow: that the content is true, who wrote it, or that the log holds nothing
 * else. */
#ifndef LEDGER_VERIFY_H
#define LEDGER_VERIFY_H

#include "ledger/policy.h"
#include "ledger/proof.h"

struct verify_cosigner {
    char name[POLICY_NAME_MAX + 1]; /* in the policy */
    struct note_key key;
    uint64_t time_s;
};

struct verify_result {
    char origin[CHECKPOINT_ORIGIN_MAX + 1];
    struct note_key log; /* that signed: a policy may hold several of one name */
    uint64_t index, size;
    struct hash root;
    uint8_t id[ENTRY_ID_BYTES];
    uint64_t by_s;   /* the earliest time by which the quorum had signed */
    uint32_t by_day; /* its day */
    size_t cosigner_count;
    struct verify_cosigner cosigners[NOTE_SIGNATURES_MAX]; /* those in the policy that signed */
};

/* The leaf (113 bytes) stands in a log of the policy. E_SIGNATURE (the log's or a cosigner's does
 * not fit), E_OTHER_ORG (a log that the policy does not name), E_MISSING (not enough cosigners),
 * E_PROOF (the path), E_FORMAT, E_VERSION, E_TOO_LARGE; E_ARGUMENT for a policy that demands no
 * cosigner. */
int verify_proof(struct span proof, const struct policy *policy, struct span leaf,
                 struct verify_result *ret_result, struct problem *problem) MUST_USE;
/* The content is the one that the leaf commits to. E_PROOF, E_FORMAT, E_VERSION. */
int verify_content(struct span leaf, const uint8_t k_com[HASH_BYTES], const struct hash *content,
                   struct problem *problem) MUST_USE;

#endif
