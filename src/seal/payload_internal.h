/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where the parts of a sealed payload lie, and what sealing and opening share.
 * docs/crypto.md, "Sealed payload". */
#ifndef SEAL_PAYLOAD_INTERNAL_H
#define SEAL_PAYLOAD_INTERNAL_H

#include "seal/payload.h"
#include "seal/prim_internal.h"

#define PAYLOAD_EPHEMERAL_AT 1
#define PAYLOAD_WRAPPED_AT (PAYLOAD_EPHEMERAL_AT + SEAL_KEY_BYTES)
#define PAYLOAD_WRAPPED_BYTES (SEAL_KEY_BYTES + PRIM_TAG_BYTES)
#define PAYLOAD_ENVELOPE_AT (PAYLOAD_WRAPPED_AT + PAYLOAD_WRAPPED_BYTES)
#define PAYLOAD_ENVELOPE_PLAIN_BYTES (2 + PAYLOAD_ENVELOPE_MAX)
#define PAYLOAD_STREAM_AT (PAYLOAD_ENVELOPE_AT + PAYLOAD_ENVELOPE_PLAIN_BYTES + PRIM_TAG_BYTES)
#define PAYLOAD_STREAM_HEADER_BYTES 24
#define PAYLOAD_CHUNKS_AT (PAYLOAD_STREAM_AT + PAYLOAD_STREAM_HEADER_BYTES)
#define PAYLOAD_CHUNK_BYTES 65536
#define PAYLOAD_CHUNK_EXTRA_BYTES 17

#define PAYLOAD_SIGNATURE_FIELD_BYTES (2 + 4 + SIGN_BYTES)
#define PAYLOAD_SIGNED_MAX (256 + PAYLOAD_ENVELOPE_MAX)

/* What the data key gives. Wiped by the owner. */
struct payload_keys {
    uint8_t envelope[PRIM_KN_BYTES];
    uint8_t stream[SEAL_KEY_BYTES];
    uint8_t k_com[SEAL_KEY_BYTES];
};
void payload_keys_of(const uint8_t data_key[SEAL_KEY_BYTES], struct payload_keys *ret_keys);
/* kn, from both public keys and what was agreed. */
void payload_wrap_key(const uint8_t ephemeral[SEAL_KEY_BYTES],
                      const uint8_t recipient[SEAL_KEY_BYTES], const uint8_t shared[SEAL_KEY_BYTES],
                      uint8_t ret_kn[PRIM_KN_BYTES]);

/* What a signature in an envelope stands under. */
struct payload_signed {
    const uint8_t *organisation, *recipient; /* 32 bytes each */
    struct span header;
    const struct hash *content;
    struct span fields; /* those before the signature */
};
/* Writes the bytes that are signed; returns how many. */
size_t payload_signed_bytes(const struct payload_signed *what, uint8_t out[PAYLOAD_SIGNED_MAX]);

#endif
