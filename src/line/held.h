/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who holds what: when enough desks have signed that they hold all entries below a size, the line
 * forgets the sealed bytes of callers' entries below it, and those of desks' entries thirty days
 * after their day. */
#ifndef LINE_HELD_H
#define LINE_HELD_H

#include "line/folder.h"

#define HELD_ANSWER_DAYS 30

/* note: a checkpoint of this line with the cosignature of the member of that signing key. Both are
 * checked. Within a transaction. E_DENIED not a member, E_SIGNATURE, E_FORMAT, E_ROLLBACK less than
 * it held before. */
int held_add(struct folder *folder, const uint8_t member[SIGN_KEY_BYTES],
             struct span note) MUST_USE;
/* Forgets what may be forgotten today. Within a transaction. */
int held_forget(struct folder *folder, uint32_t today) MUST_USE;

#endif
