/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "seal/seal.h"

#include <sodium.h>

#include "base/random.h"
#include "seal/hash_internal.h"

int seal_init(void)
{
    REJECT_IF(sodium_init() < 0, E_NOMEM);
    return hash_init();
}

void dh_pair_random(struct dh_pair *ret_pair)
{
    random_bytes(ret_pair->secret_key, sizeof ret_pair->secret_key);
    crypto_scalarmult_base(ret_pair->public_key, ret_pair->secret_key);
}

void dh_pair_of_secret(const uint8_t secret_key[SEAL_KEY_BYTES], struct dh_pair *ret_pair)
{
    memcpy(ret_pair->secret_key, secret_key, SEAL_KEY_BYTES);
    crypto_scalarmult_base(ret_pair->public_key, secret_key);
}
