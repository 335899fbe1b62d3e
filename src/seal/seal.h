/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The room of keys, codenames, compartments and sealed payloads: the only one that includes
 * libsodium and OpenSSL. Constructions and layouts: docs/crypto.md.
 * All functions are safe to call from several threads once seal_init has returned. */
#ifndef SEAL_SEAL_H
#define SEAL_SEAL_H

#include "base/error.h"
#include "base/span.h"

#define SEAL_SUITE 1
#define SEAL_KEY_BYTES 32 /* public or secret X25519 key, symmetric key */

/* Once, before anything else of this room. E_NOMEM when libsodium cannot start. */
int seal_init(void) MUST_USE;

struct dh_pair {
    uint8_t public_key[SEAL_KEY_BYTES], secret_key[SEAL_KEY_BYTES];
};
void dh_pair_random(struct dh_pair *ret_pair);
void dh_pair_of_secret(const uint8_t secret_key[SEAL_KEY_BYTES], struct dh_pair *ret_pair);

#endif
