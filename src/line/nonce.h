/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The hatch's nonces: made without remembering, so that asking for many costs nothing; only those
 * that a member has used are remembered, until they are too old to be used again.
 *
 *   u32 seconds since the start || 4 random bytes || first 8 bytes of HMAC(key, the former)
 *
 * with a key of this process. */
#ifndef LINE_NONCE_H
#define LINE_NONCE_H

#include "base/buf.h"
#include "base/error.h"

#define NONCE_BYTES 16
#define NONCE_LIFE_S 600
#define NONCE_USED_MAX 65536

struct nonces {
    uint8_t key[32];
    size_t used_count, used_next;
    uint8_t (*used)[NONCE_BYTES]; /* a ring of NONCE_USED_MAX */
};

int nonce_init(struct nonces *nonces) MUST_USE;
void nonce_release(struct nonces *nonces);
/* Appends a new one, base64url. now_s is any clock that does not go back. */
void nonce_make(const struct nonces *nonces, uint32_t now_s, struct buf *out);
/* E_FORMAT, E_EXPIRED, E_DENIED (not ours), E_EXISTS (used before). */
int nonce_check(const struct nonces *nonces, uint32_t now_s, struct span text,
                uint8_t ret_nonce[NONCE_BYTES]) MUST_USE;
/* After the signature was found good. E_BUSY when too many were used in the last NONCE_LIFE_S. */
int nonce_use(struct nonces *nonces, uint32_t now_s, const uint8_t nonce[NONCE_BYTES]) MUST_USE;

#endif
