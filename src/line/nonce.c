/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "line/nonce.h"

#include "base/encode.h"
#include "base/mem.h"
#include "base/random.h"
#include "seal/hash.h"
#include "seal/secret.h"

int nonce_init(struct nonces *nonces)
{
    *nonces = (struct nonces){.used = mem_calloc(NONCE_USED_MAX, NONCE_BYTES)};
    REJECT_IF(!nonces->used, E_NOMEM);
    random_bytes(nonces->key, sizeof nonces->key);
    return 0;
}

void nonce_release(struct nonces *nonces)
{
    mem_free(nonces->used);
    secret_wipe(nonces, sizeof *nonces);
}

static uint32_t made_s(const uint8_t nonce[NONCE_BYTES])
{
    struct cursor c;

    cursor_init(&c, span_of(nonce, 4));
    return cursor_u32(&c);
}

void nonce_make(const struct nonces *nonces, uint32_t now_s, struct buf *out)
{
    uint8_t nonce[NONCE_BYTES] = {(uint8_t)(now_s >> 24), (uint8_t)(now_s >> 16),
                                  (uint8_t)(now_s >> 8), (uint8_t)now_s};
    struct hash tag;

    random_bytes(nonce + 4, 4);
    tag = hash_hmac(nonces->key, span_of(nonce, 8));
    memcpy(nonce + 8, tag.bytes, 8);
    base64url_put(out, span_of(nonce, sizeof nonce));
}

int nonce_check(const struct nonces *nonces, uint32_t now_s, struct span text,
                uint8_t ret_nonce[NONCE_BYTES])
{
    struct buf bytes;
    struct hash tag;
    int error;

    buf_init(&bytes, 64);
    error = base64url_read(text, &bytes);
    if (error == 0 && bytes.len != NONCE_BYTES)
        error = E_FORMAT;
    if (error == 0)
        memcpy(ret_nonce, bytes.data, NONCE_BYTES);
    buf_release(&bytes);
    TRY(error);
    tag = hash_hmac(nonces->key, span_of(ret_nonce, 8));
    REJECT_IF(!secret_equal(tag.bytes, ret_nonce + 8, 8), E_DENIED);
    REJECT_IF(now_s - made_s(ret_nonce) > NONCE_LIFE_S, E_EXPIRED);
    for (size_t i = 0; i < nonces->used_count; i++)
        REJECT_IF(memcmp(nonces->used[i], ret_nonce, NONCE_BYTES) == 0, E_EXISTS);
    return 0;
}

int nonce_use(struct nonces *nonces, uint32_t now_s, const uint8_t nonce[NONCE_BYTES])
{
    const uint8_t *oldest = nonces->used[nonces->used_next];

    if (nonces->used_count == NONCE_USED_MAX) {
        REJECT_IF(now_s - made_s(oldest) <= NONCE_LIFE_S, E_BUSY);
    } else {
        nonces->used_count++;
    }
    memcpy(nonces->used[nonces->used_next], nonce, NONCE_BYTES);
    nonces->used_next = (nonces->used_next + 1) % NONCE_USED_MAX;
    return 0;
}
