/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <sodium.h>
#include <string.h>

#include "seal/prim_internal.h"
#include "seal/secret.h"

void prim_b2b(const char *personal, const uint8_t *key, const struct span *parts, size_t count,
              uint8_t *out, size_t len)
{
    ASSERT(strlen(personal) == crypto_generichash_blake2b_PERSONALBYTES);
    crypto_generichash_blake2b_state state;
    crypto_generichash_blake2b_init_salt_personal(&state, key, key ? SEAL_KEY_BYTES : 0, len, NULL,
                                                  (const unsigned char *)personal);
    for (size_t i = 0; i < count; i++)
        crypto_generichash_blake2b_update(&state, parts[i].data, parts[i].len);
    crypto_generichash_blake2b_final(&state, out, len);
    secret_wipe(&state, sizeof state);
}

void prim_kdf(const char *context, const uint8_t key[SEAL_KEY_BYTES], uint64_t number, uint8_t *out,
              size_t len)
{
    ASSERT(strlen(context) == crypto_kdf_CONTEXTBYTES);
    int error = crypto_kdf_derive_from_key(out, len, number, context, key);
    ASSERT(error == 0);
}

bool prim_dh(const uint8_t secret_key[SEAL_KEY_BYTES], const uint8_t public_key[SEAL_KEY_BYTES],
             uint8_t out[SEAL_KEY_BYTES])
{
    return crypto_scalarmult(out, secret_key, public_key) == 0;
}

bool prim_public_key_ok(const uint8_t public_key[SEAL_KEY_BYTES])
{
    static const uint8_t any_secret[SEAL_KEY_BYTES] = {8};
    uint8_t shared[SEAL_KEY_BYTES];
    return prim_dh(any_secret, public_key, shared);
}

void prim_aead_seal(const uint8_t kn[PRIM_KN_BYTES], struct span ad, struct span plain,
                    uint8_t *sealed)
{
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, plain.data, plain.len, ad.data, ad.len,
                                               NULL, kn + SEAL_KEY_BYTES, kn);
}

bool prim_aead_open(const uint8_t kn[PRIM_KN_BYTES], struct span ad, struct span sealed,
                    uint8_t *plain)
{
    return crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed.data, sealed.len,
                                                      ad.data, ad.len, kn + SEAL_KEY_BYTES,
                                                      kn) == 0;
}
