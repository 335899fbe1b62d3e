/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Proofs that an entry stands in the log (c2sp.org/tlog-proof@v1): an index, the inclusion path
 * and a checkpoint with its cosignatures, as text. */
#ifndef LEDGER_PROOF_H
#define LEDGER_PROOF_H

#include "ledger/policy.h"
#include "ledger/store.h"

#define PROOF_BYTES_MAX (NOTE_BYTES_MAX + 8192)
#define PROOF_EXTRA_MAX 2048 /* bytes, decoded */

struct proof {
    uint64_t index;
    struct merkle_proof path;
    struct span checkpoint; /* the signed note */
};

void proof_write(const struct proof *proof, struct buf *out);
/* Only the form is checked; an extra line is checked and skipped, since nothing vouches for it.
 * The checkpoint points into bytes. E_FORMAT, E_TOO_LARGE (more than 63 hashes, too many bytes). */
int proof_read(struct span bytes, struct proof *ret_proof, struct problem *problem) MUST_USE;

/* Appends the proof of a logged entry, on the oldest checkpoint after it that is cosigned as the
 * policy demands: the earlier the day, the more is proved. E_MISSING when there is none yet,
 * E_NOT_FOUND when the log has no such index, E_ARGUMENT when the policy demands no cosigner. */
int proof_make(struct store *store, uint64_t index, const struct policy *policy, struct buf *out,
               struct problem *problem) MUST_USE;

#endif
