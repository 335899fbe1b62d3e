/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* SHA-256 is fetched from OpenSSL once: fetching it anew for each hash takes longer than hashing a
 * leaf. A digest that fails then has run out of memory in the middle of a hash; there is no wrong
 * answer that would be better than stopping. HMAC is of 48 bytes, so libsodium's, which asks for
 * no memory, serves better. */
#include "seal/hash.h"

#include <openssl/evp.h>
#include <sodium.h>

#include "seal/hash_internal.h"

static EVP_MD *sha256;

int hash_init(void)
{
    if (!sha256)
        sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    return sha256 ? 0 : E_NOMEM;
}

struct hash hash_sha256_parts(const struct span *parts, size_t count)
{
    struct hash hash;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ASSERT(sha256 && context && EVP_DigestInit_ex2(context, sha256, NULL));
    for (size_t i = 0; i < count; i++) {
        int done = EVP_DigestUpdate(context, parts[i].data, parts[i].len);
        ASSERT(done);
    }
    int done = EVP_DigestFinal_ex(context, hash.bytes, NULL);
    ASSERT(done);
    EVP_MD_CTX_free(context);
    return hash;
}

struct hash hash_sha256(struct span data)
{
    return hash_sha256_parts(&data, 1);
}

struct hash hash_hmac(const uint8_t key[HASH_BYTES], struct span data)
{
    struct hash hash;
    crypto_auth_hmacsha256(hash.bytes, data.data, data.len, key);
    return hash;
}

bool hash_equal(const struct hash *a, const struct hash *b)
{
    return sodium_memcmp(a->bytes, b->bytes, HASH_BYTES) == 0;
}
