/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A caller's codename and all that derives from it. docs/crypto.md, "Codename". */
#ifndef SEAL_CODENAME_H
#define SEAL_CODENAME_H

#include "seal/hash.h"
#include "seal/seal.h"
#include "seal/words.h"

#define CODENAME_SLOTS 64
#define CODENAME_TAG_BYTES 16
#define CODENAME_ERASE_SECRET_BYTES 32

struct caller_keys {
    struct dh_pair mailbox;
    uint8_t reply_key[SEAL_KEY_BYTES]; /* desks hold it too */
    uint8_t erase_key[SEAL_KEY_BYTES];
    uint8_t send_key[SEAL_KEY_BYTES];
    unsigned greeting[2]; /* places in the caller's word list */
};

void codename_random(uint8_t ret_codename[WORDS_SECRET_BYTES]);
/* The owner wipes ret_keys with secret_wipe. */
void codename_keys(const uint8_t codename[WORDS_SECRET_BYTES], struct caller_keys *ret_keys);
void codename_reply_tag(const uint8_t reply_key[SEAL_KEY_BYTES], unsigned slot,
                        uint8_t ret_tag[CODENAME_TAG_BYTES]);
void codename_erase_secret(const uint8_t erase_key[SEAL_KEY_BYTES], unsigned slot,
                           uint8_t ret_secret[CODENAME_ERASE_SECRET_BYTES]);
void codename_answer_erase_secret(const uint8_t reply_key[SEAL_KEY_BYTES], unsigned slot,
                                  uint8_t ret_secret[CODENAME_ERASE_SECRET_BYTES]);
void codename_erase_tag(const uint8_t secret[CODENAME_ERASE_SECRET_BYTES],
                        uint8_t ret_tag[CODENAME_TAG_BYTES]);
/* The id of a report sent through a door. */
void codename_entry_id(const uint8_t send_key[SEAL_KEY_BYTES], const uint8_t form_nonce[16],
                       const struct hash *content, uint8_t ret_id[16]);

#endif
