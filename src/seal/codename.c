/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "seal/codename.h"

#include "base/random.h"
#include "seal/prim_internal.h"
#include "seal/secret.h"

void codename_random(uint8_t ret_codename[WORDS_SECRET_BYTES])
{
    random_bytes(ret_codename, WORDS_SECRET_BYTES);
}

void codename_keys(const uint8_t codename[WORDS_SECRET_BYTES], struct caller_keys *ret_keys)
{
    uint8_t root[SEAL_KEY_BYTES], mailbox[SEAL_KEY_BYTES], greeting[16];
    const struct span part = span_of(codename, WORDS_SECRET_BYTES);
    prim_b2b("vouchsafe-caller", NULL, &part, 1, root, sizeof root);
    prim_kdf("VsCaller", root, 1, mailbox, sizeof mailbox);
    dh_pair_of_secret(mailbox, &ret_keys->mailbox);
    prim_kdf("VsCaller", root, 2, ret_keys->reply_key, sizeof ret_keys->reply_key);
    prim_kdf("VsCaller", root, 3, ret_keys->erase_key, sizeof ret_keys->erase_key);
    prim_kdf("VsCaller", root, 4, greeting, sizeof greeting);
    prim_kdf("VsCaller", root, 5, ret_keys->send_key, sizeof ret_keys->send_key);
    unsigned first = (unsigned)greeting[0] << 16 | (unsigned)greeting[1] << 8 | greeting[2];
    ret_keys->greeting[0] = first >> (24 - WORDS_CODE_BITS);
    ret_keys->greeting[1] = first >> (24 - 2 * WORDS_CODE_BITS) & (WORDS_LIST_COUNT - 1);
    secret_wipe(root, sizeof root);
    secret_wipe(mailbox, sizeof mailbox);
    secret_wipe(greeting, sizeof greeting);
}

void codename_reply_tag(const uint8_t reply_key[SEAL_KEY_BYTES], unsigned slot,
                        uint8_t ret_tag[CODENAME_TAG_BYTES])
{
    prim_kdf("VsReply_", reply_key, slot, ret_tag, CODENAME_TAG_BYTES);
}

void codename_erase_secret(const uint8_t erase_key[SEAL_KEY_BYTES], unsigned slot,
                           uint8_t ret_secret[CODENAME_ERASE_SECRET_BYTES])
{
    prim_kdf("VsErase_", erase_key, slot, ret_secret, CODENAME_ERASE_SECRET_BYTES);
}

void codename_answer_erase_secret(const uint8_t reply_key[SEAL_KEY_BYTES], unsigned slot,
                                  uint8_t ret_secret[CODENAME_ERASE_SECRET_BYTES])
{
    prim_kdf("VsErAns_", reply_key, slot, ret_secret, CODENAME_ERASE_SECRET_BYTES);
}

void codename_erase_tag(const uint8_t secret[CODENAME_ERASE_SECRET_BYTES],
                        uint8_t ret_tag[CODENAME_TAG_BYTES])
{
    const struct span part = span_of(secret, CODENAME_ERASE_SECRET_BYTES);
    prim_b2b("vouchsafe-erase1", NULL, &part, 1, ret_tag, CODENAME_TAG_BYTES);
}

void codename_entry_id(const uint8_t send_key[SEAL_KEY_BYTES], const uint8_t form_nonce[16],
                       const struct hash *content, uint8_t ret_id[16])
{
    const struct span parts[] = {span_of(form_nonce, 16), span_of(content->bytes, HASH_BYTES)};
    prim_b2b("vouchsafe-send-1", send_key, parts, COUNT_OF(parts), ret_id, 16);
}
