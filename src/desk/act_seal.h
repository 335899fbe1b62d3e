/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sealing what a desk makes into its outbox; for act.c and cosign.c. Between begin and commit. */
#ifndef DESK_ACT_SEAL_H
#define DESK_ACT_SEAL_H

#include "desk/desk.h"
#include "seal/payload.h"

/* A signed record or report, sealed to the newest intake epoch. envelope: kind, order, and for a
 * report language, channel, wording; minute 0 is now. ret_id may be NULL. E_EXPIRED: no epoch is
 * good today. */
int act_seal_record(struct desk *desk, const struct envelope *envelope, struct span content,
                    uint8_t *ret_id, struct problem *problem) MUST_USE;
/* Puts a sealed entry into the outbox. */
int act_seal_put(struct desk *desk, const struct entry_header *header,
                 const struct entry_leaf *leaf, struct span sealed) MUST_USE;
/* Random id and tags, today, the bucket for so many bytes of content. E_TOO_LARGE. */
int act_seal_header(size_t content_bytes, struct entry_header *ret_header) MUST_USE;
/* The epoch to seal to, or E_EXPIRED with a sentence. */
int act_seal_epoch(struct desk *desk, const struct desk_epoch **ret_epoch,
                   struct problem *problem) MUST_USE;

#endif
