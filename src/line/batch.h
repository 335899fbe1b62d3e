/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The keeper's answers to requests (wire.h), and the transaction that a batch of them shares. */
#ifndef LINE_BATCH_H
#define LINE_BATCH_H

#include "line/folder.h"
#include "line/wire.h"

/* A put is refused with E_BUSY when the disk has less than this free beside what the day's
 * placement will need: whoever floods a line must not make it one that can never place again. */
#define BATCH_FREE_BYTES_MIN (64u << 20)

struct batch {
    struct folder *folder;
    bool open;   /* a transaction was begun */
    bool looked; /* room is what the disk said in this batch */
    bool room;
    uint32_t order; /* the last that was given out; lives as long as the keeper */
};

/* Appends the reply to out. E_FORMAT: the other side broke the rules, drop it. Any other error: the
 * store can no longer be trusted, the keeper must end. What was refused is in the reply, not
 * returned. */
int batch_answer(struct batch *batch, enum wire_role role, const struct wire_frame *frame,
                 struct buf *out) MUST_USE;
/* Commits what the batch wrote. Replies may be sent only after this returned 0. */
int batch_commit(struct batch *batch) MUST_USE;

#endif
