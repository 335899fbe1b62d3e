/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Writing roster entries and opening grants: for desks. Not in vouchsafe-line. */
#ifndef SEAL_ROSTER_SIGN_H
#define SEAL_ROSTER_SIGN_H

#include "seal/member.h"
#include "seal/roster.h"

/* Each makes an entry that follows the roster's last, signs it, and adds it. */
int roster_sign_found(struct roster *roster, const char *organisation, const char *member,
                      const struct member_keys *keys, uint32_t day,
                      struct problem *problem) MUST_USE;
/* A new intake epoch, its secret granted to every member; the entry's day is first_day. */
int roster_sign_intake(struct roster *roster, const struct member_keys *keys, uint32_t first_day,
                       uint32_t last_day, struct problem *problem) MUST_USE;
/* The epoch's key pair from the grant to this member. E_NOT_FOUND: no grant for this member.
 * E_CANNOT_OPEN: the grant does not open. E_ROSTER: its secret does not yield the published key.
 * The owner wipes ret_pair. */
int roster_sign_open_grant(const struct roster *roster, const struct roster_intake *intake,
                           const struct member_keys *keys, struct dh_pair *ret_pair) MUST_USE;

#endif
