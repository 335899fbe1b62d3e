/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The layout of roster entries, for reading and for writing them. docs/crypto.md, "Roster". */
#ifndef SEAL_ROSTER_INTERNAL_H
#define SEAL_ROSTER_INTERNAL_H

#include "seal/prim_internal.h"
#include "seal/roster.h"

#define ROSTER_VERSION 1
#define ROSTER_SIGNED_PREFIX "vouchsafe/roster/1\n"

/* A grant: member's signing key, fresh key, the epoch's secret sealed. */
#define ROSTER_GRANT_MEMBER_BYTES SIGN_KEY_BYTES
#define ROSTER_GRANT_SEALED_BYTES (SEAL_KEY_BYTES + PRIM_TAG_BYTES)
#define ROSTER_GRANT_BYTES (ROSTER_GRANT_MEMBER_BYTES + SEAL_KEY_BYTES + ROSTER_GRANT_SEALED_BYTES)

enum roster_field {
    ROSTER_FIELD_ORGANISATION = 1,
    ROSTER_FIELD_NAME = 2,
    ROSTER_FIELD_ENCRYPT_KEY = 3,
    ROSTER_FIELD_SIGN_KEY = 4,
    ROSTER_FIELD_COSIGN_KEY = 5,
    ROSTER_FIELD_EPOCH = 10,
    ROSTER_FIELD_PUBLIC_KEY = 11,
    ROSTER_FIELD_FIRST_DAY = 12,
    ROSTER_FIELD_LAST_DAY = 13,
    ROSTER_FIELD_GRANT = 14,
};

struct roster_parts {
    uint8_t kind;
    uint32_t sequence, day;
    struct hash previous;
    struct span fields;
    struct span body; /* all before the count of signatures */
    struct span signer, signature;
};
/* An entry's parts, its fields a list. E_FORMAT, E_VERSION, E_ROSTER (not one signature). */
int roster_parts_read(struct span entry, struct roster_parts *ret_parts) MUST_USE;
/* SHA-256 of the last entry; zeros when there is none. */
struct hash roster_last(const struct roster *roster);

#endif
