/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Answers: authenticated by Diffie-Hellman, signed by nobody. docs/crypto.md, "Answer". The line
 * opens an answer for the caller who shows the codename; it holds no key that does. */
#ifndef SEAL_ANSWER_H
#define SEAL_ANSWER_H

#include "base/buf.h"
#include "seal/entry.h"
#include "seal/seal.h"

#define ANSWER_TEXT_MAX 16000
#define ANSWER_ROOM_BYTES (20u << 10) /* that answer_open needs in out while it works */

/* Appends to out. header.bucket must be 0. E_TOO_LARGE; E_ARGUMENT when mailbox is no key; else
 * out's error. */
int answer_seal(const struct dh_pair *epoch, const uint8_t mailbox[SEAL_KEY_BYTES],
                const struct entry_header *header, struct span text, struct buf *out,
                struct entry_leaf *ret_leaf) MUST_USE;
/* Appends the text to out, whose cap leaves ANSWER_ROOM_BYTES. Recomputes the leaf. E_TOO_LARGE,
 * E_CANNOT_OPEN, E_PROOF, E_DAMAGED, E_VERSION. */
int answer_open(const struct dh_pair *mailbox, const uint8_t epoch[SEAL_KEY_BYTES],
                struct span header, struct span leaf, struct span sealed, struct buf *out) MUST_USE;

#endif
