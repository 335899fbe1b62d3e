/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Placement: what a line does with its pending entries once a day.
 *
 * The pending entries are topped up with cover entries to the smallest step * 2^k that holds them,
 * put in order of their random ids, appended to the tree, and the new checkpoint is signed: one
 * transaction. A day with no entry at all is topped up to one step as well, so that an idle day
 * looks like a quiet one. After that the pending files are removed (store.h). */
#ifndef LEDGER_PLACE_H
#define LEDGER_PLACE_H

#include "ledger/store.h"
#include "seal/seal.h"

#define PLACE_STEP_MAX 65536

struct place {
    const struct sign_pair *pair; /* the line's */
    const struct note_key *key;   /* its verifier key: the name is the log's origin */
    const uint8_t *intake;        /* recipient of cover entries; NULL: no valid one */
    uint32_t day;                 /* the day in the cover entries' headers */
    uint32_t step;                /* 1 .. PLACE_STEP_MAX */
};

struct place_result {
    uint64_t placed; /* entries, with cover */
    uint64_t cover;
    uint64_t size;      /* of the tree now */
    bool without_cover; /* there was no intake key: only the pending ones were placed */
};

/* How much free disk place_day needs at most for what is pending now: cover, up to as much as there
 * is or a step, goes to pending.db first; all of it to the write-ahead log of log.db, and only when
 * pending.db is gone to log.db itself. */
uint64_t place_room_bytes(struct store *store, uint32_t step);

/* Opens and commits its own transaction: none may be open. With no intake key and nothing pending
 * it does nothing and signs nothing. E_ARGUMENT for a step out of bounds. E_ROLLBACK, E_FORK or
 * E_DAMAGED when the store's tree is not exactly what was signed last: then nothing more is ever
 * signed, since a size could get a second root. Otherwise the store's errors. After an error
 * nothing is placed. */
int place_day(struct store *store, const struct place *place, struct place_result *ret_result,
              struct problem *problem) MUST_USE;

#endif
