/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A member's keys, the key file, the recovery kit. docs/crypto.md, "Member keys". Not in
 * vouchsafe-line. */
#ifndef SEAL_MEMBER_H
#define SEAL_MEMBER_H

#include "base/buf.h"
#include "seal/seal.h"
#include "seal/sign.h"
#include "seal/words.h"

#define MEMBER_SEED_BYTES WORDS_SECRET_BYTES
#define KEYFILE_BYTES 157

/* Lives in secret_alloc memory. */
struct member_keys {
    uint8_t seed[MEMBER_SEED_BYTES];
    struct dh_pair encrypt;
    struct sign_pair sign;
    struct sign_pair cosign;
};

struct member_keys *member_keys_random(void) MUST_USE; /* NULL: no memory */
struct member_keys *member_keys_of_seed(const uint8_t seed[MEMBER_SEED_BYTES]) MUST_USE;
void member_keys_free(struct member_keys *keys);

enum keyfile_cost { KEYFILE_COST_MODERATE, KEYFILE_COST_MINIMUM_FOR_TESTS };
int keyfile_write(const struct member_keys *keys, const uint8_t organisation[32],
                  struct span passphrase, enum keyfile_cost cost, struct buf *out) MUST_USE;
/* organisation: NULL, or the id that the file must name (E_OTHER_ORG). E_PASSPHRASE, E_KEYFILE,
 * E_VERSION. */
int keyfile_open(struct span file, struct span passphrase, const uint8_t *organisation,
                 struct member_keys **ret_keys, struct problem *problem) MUST_USE;
/* What a key file says in the clear. E_KEYFILE, E_VERSION. */
int keyfile_peek(struct span file, uint8_t ret_organisation[32],
                 uint8_t ret_signing_key[SIGN_KEY_BYTES]) MUST_USE;

/* The seed as two sheets, each useless alone. */
void kit_split(const uint8_t seed[MEMBER_SEED_BYTES], uint8_t ret_sheet1[WORDS_SECRET_BYTES],
               uint8_t ret_sheet2[WORDS_SECRET_BYTES]);
void kit_join(const uint8_t sheet1[WORDS_SECRET_BYTES], const uint8_t sheet2[WORDS_SECRET_BYTES],
              uint8_t ret_seed[MEMBER_SEED_BYTES]);

#endif
