/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The roster: a hash chain of signed entries that says who is a member and which intake key is
 * good. Reading and checking; everybody links it. docs/crypto.md, "Roster". */
#ifndef SEAL_ROSTER_H
#define SEAL_ROSTER_H

#include "base/buf.h"
#include "seal/hash.h"
#include "seal/seal.h"
#include "seal/sign.h"

#define ROSTER_ENTRY_MAX 32768
#define ROSTER_ENTRIES_MAX 4096
#define ROSTER_NAME_MAX 120
#define ROSTER_MEMBERS_MAX 256
#define ROSTER_INTAKE_DAYS_MAX 400
#define PACK_TEXT_MAX (4u << 20)

enum roster_kind { ROSTER_FOUND = 1, ROSTER_INTAKE = 2 };

struct roster_member {
    char name[ROSTER_NAME_MAX + 1];
    uint8_t encrypt_key[SEAL_KEY_BYTES], sign_key[SIGN_KEY_BYTES], cosign_key[SIGN_KEY_BYTES];
};
struct roster_intake {
    uint32_t epoch, first_day, last_day;
    uint8_t public_key[SEAL_KEY_BYTES];
    struct hash entry; /* of the roster entry that brought it */
};

struct roster; /* the chain and what it says; heap */

struct roster *roster_new(void) MUST_USE;
void roster_free(struct roster *roster);
/* Checks one entry against the chain so far and adds it; on error nothing changes.
 * E_FORMAT; E_VERSION (a newer one, or an unknown kind); E_SIGNATURE; E_ROSTER (not allowed);
 * E_OTHER_ORG (a first entry, but not ours); E_MISSING (entries before it); E_EXISTS (we have it);
 * E_FORK (a member signed it for a place that is taken, or onto another chain than ours);
 * E_TOO_LARGE (the roster is full). */
int roster_add(struct roster *roster, struct span entry, struct problem *problem) MUST_USE;

size_t roster_count(const struct roster *roster);
struct span roster_entry(const struct roster *roster, size_t index);
/* 32-byte SHA-256 of the first entry. The roster has at least one entry. */
const uint8_t *roster_organisation(const struct roster *roster);
const char *roster_name(const struct roster *roster);
size_t roster_members(const struct roster *roster);
const struct roster_member *roster_member_at(const struct roster *roster, size_t index);
/* By signing key; NULL when not a member. */
const struct roster_member *roster_member_find(const struct roster *roster,
                                               const uint8_t sign_key[SIGN_KEY_BYTES]);
/* Oldest first. */
size_t roster_intakes(const struct roster *roster);
const struct roster_intake *roster_intake_at(const struct roster *roster, size_t index);
/* The newest, if the day is within its days; else NULL. */
const struct roster_intake *roster_intake_of_day(const struct roster *roster, uint32_t day);

/* The pack. pack_read builds a roster from text of a person's file. E_FORMAT and all errors of
 * roster_add. */
/* E_TOO_LARGE in out when it would be over PACK_TEXT_MAX. */
void pack_write(const struct roster *roster, struct buf *out);
int pack_read(struct span text, struct roster **ret_roster, struct problem *problem) MUST_USE;
/* The binary chain: u32 length and entry, repeated (GET /roster). */
void roster_chain_write(const struct roster *roster, struct buf *out);
int roster_chain_read(struct span bytes, struct roster **ret_roster,
                      struct problem *problem) MUST_USE;

#endif
