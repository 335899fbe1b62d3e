/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "seal/sign.h"

#include <sodium.h>

void sign_pair_of_seed(const uint8_t seed[32], struct sign_pair *ret_pair)
{
    crypto_sign_seed_keypair(ret_pair->public_key, ret_pair->secret_key, seed);
}

void sign_make(const struct sign_pair *pair, struct span message, uint8_t ret_signature[SIGN_BYTES])
{
    crypto_sign_detached(ret_signature, NULL, message.data, message.len, pair->secret_key);
}

bool sign_verify(const uint8_t public_key[SIGN_KEY_BYTES], struct span message,
                 const uint8_t signature[SIGN_BYTES])
{
    return crypto_sign_verify_detached(signature, message.data, message.len, public_key) == 0;
}
