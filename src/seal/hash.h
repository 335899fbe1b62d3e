/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* SHA-256 (OpenSSL's EVP: four times as fast as libsodium's in bulk) and HMAC-SHA-256. */
#ifndef SEAL_HASH_H
#define SEAL_HASH_H

#include "base/error.h"
#include "base/span.h"

#define HASH_BYTES 32

struct hash {
    uint8_t bytes[HASH_BYTES];
};

/* After seal_init. Stops the process when OpenSSL has no memory left. */
struct hash hash_sha256(struct span data);
/* SHA-256 of several spans joined. */
struct hash hash_sha256_parts(const struct span *parts, size_t count);
struct hash hash_hmac(const uint8_t key[HASH_BYTES], struct span data);
bool hash_equal(const struct hash *a, const struct hash *b);

#endif
