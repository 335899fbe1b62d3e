/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Ed25519 signatures. */
#ifndef SEAL_SIGN_H
#define SEAL_SIGN_H

#include "base/error.h"
#include "base/span.h"

#define SIGN_KEY_BYTES 32
#define SIGN_BYTES 64

struct sign_pair {
    uint8_t public_key[SIGN_KEY_BYTES], secret_key[64];
};
void sign_pair_of_seed(const uint8_t seed[32], struct sign_pair *ret_pair);
void sign_make(const struct sign_pair *pair, struct span message,
               uint8_t ret_signature[SIGN_BYTES]);
bool sign_verify(const uint8_t public_key[SIGN_KEY_BYTES], struct span message,
                 const uint8_t signature[SIGN_BYTES]) MUST_USE;

#endif
