/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Cosigning: after a desk has stored every leaf of a checkpoint and found it consistent with all
 * before, it says so (cosignature/v1), under a key that is a pseudonym, tells the other desks in a
 * sealed record, and holds their word against its own tree. */
#ifndef DESK_COSIGN_H
#define DESK_COSIGN_H

#include "desk/desk.h"

/* Cosigns the newest checkpoint unless this desk has; keeps the signature line and puts a record
 * for the other desks into the outbox, in one transaction. *ret_new says whether it was done.
 * order: the record's. Without a good intake epoch there is no record. E_ARGUMENT: the clock stands
 * before the organisation's first day. */
int cosign_newest(struct desk *desk, uint64_t order, bool *ret_new,
                  struct problem *problem) MUST_USE;
/* The signed note of the log's size now, with every cosignature kept. E_NOT_FOUND before the first
 * checkpoint. Appends to out. */
int cosign_note(struct desk *desk, struct buf *out) MUST_USE;

/* A member's cosigned checkpoint: both signatures fit and the root is this desk's for that size.
 * E_BUSY: this desk's log is not so long yet. E_FORK, E_SIGNATURE, E_NOT_FOUND, E_FORMAT. */
int cosign_check(struct desk *desk, const struct roster_member *member, struct span note,
                 struct checkpoint *ret_checkpoint, struct problem *problem) MUST_USE;
/* Keeps the member's signature line of a note that cosign_check accepted, if the desk has a note of
 * that size; between begin and commit. */
int cosign_keep(struct desk *desk, const struct roster_member *member, struct span note) MUST_USE;

#endif
