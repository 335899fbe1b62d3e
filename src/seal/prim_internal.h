/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The primitives as docs/crypto.md names them ("Words"), for the files of this room. */
#ifndef SEAL_PRIM_INTERNAL_H
#define SEAL_PRIM_INTERNAL_H

#include "base/span.h"
#include "seal/seal.h"

#define PRIM_KN_BYTES 56 /* a key and a nonce derived together */
#define PRIM_TAG_BYTES 16

/* B2b(len, personal, parts joined; key). personal: 16 characters; key: 32 bytes or NULL. */
void prim_b2b(const char *personal, const uint8_t *key, const struct span *parts, size_t count,
              uint8_t *out, size_t len);
/* KDF(len, number, context, key). context: 8 characters. */
void prim_kdf(const char *context, const uint8_t key[SEAL_KEY_BYTES], uint64_t number, uint8_t *out,
              size_t len);
/* DH(a, B). false when the result is all zeros: B is then no key, but a trap. */
bool prim_dh(const uint8_t secret_key[SEAL_KEY_BYTES], const uint8_t public_key[SEAL_KEY_BYTES],
             uint8_t out[SEAL_KEY_BYTES]) MUST_USE;
/* Whether a DH with that public key can succeed. */
bool prim_public_key_ok(const uint8_t public_key[SEAL_KEY_BYTES]) MUST_USE;
/* AEAD(kn[0..32], kn[32..56], ad, plain). sealed holds plain.len + PRIM_TAG_BYTES and may start
 * where plain does. */
void prim_aead_seal(const uint8_t kn[PRIM_KN_BYTES], struct span ad, struct span plain,
                    uint8_t *sealed);
/* plain holds sealed.len - PRIM_TAG_BYTES and may start where sealed does. */
bool prim_aead_open(const uint8_t kn[PRIM_KN_BYTES], struct span ad, struct span sealed,
                    uint8_t *plain) MUST_USE;

#endif
