/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "seal/answer.h"

#include "seal/payload_internal.h"
#include "seal/secret.h"

#define ANSWER_BUCKET 0
#define AHEAD_BYTES (1 + SEAL_KEY_BYTES) /* suite and fresh key, before what is encrypted */

struct answer_keys {
    uint8_t kn[PRIM_KN_BYTES];
    uint8_t k_com[SEAL_KEY_BYTES];
};

static void keys_of(const uint8_t ephemeral[SEAL_KEY_BYTES], const uint8_t epoch[SEAL_KEY_BYTES],
                    const uint8_t mailbox[SEAL_KEY_BYTES], const uint8_t fresh[SEAL_KEY_BYTES],
                    const uint8_t lasting[SEAL_KEY_BYTES], struct answer_keys *ret_keys)
{
    static const uint8_t suite = SEAL_SUITE;
    const struct span parts[] = {
        span_of(&suite, 1),
        span_of(ephemeral, SEAL_KEY_BYTES),
        span_of(epoch, SEAL_KEY_BYTES),
        span_of(mailbox, SEAL_KEY_BYTES),
        span_of(fresh, SEAL_KEY_BYTES),
        span_of(lasting, SEAL_KEY_BYTES),
    };
    prim_b2b("vouchsafe-answer", NULL, parts, COUNT_OF(parts), ret_keys->kn, PRIM_KN_BYTES);
    prim_kdf("VsAnswr1", ret_keys->kn, 3, ret_keys->k_com, sizeof ret_keys->k_com);
}

/* Makes the fresh key and what follows from it. */
static int seal_keys(const struct dh_pair *epoch, const uint8_t mailbox[SEAL_KEY_BYTES],
                     uint8_t ret_ephemeral[SEAL_KEY_BYTES], struct answer_keys *ret_keys)
{
    uint8_t fresh[SEAL_KEY_BYTES], lasting[SEAL_KEY_BYTES];
    struct dh_pair ephemeral;
    dh_pair_random(&ephemeral);
    bool agreed = prim_dh(ephemeral.secret_key, mailbox, fresh) &&
                  prim_dh(epoch->secret_key, mailbox, lasting);
    if (agreed) {
        memcpy(ret_ephemeral, ephemeral.public_key, SEAL_KEY_BYTES);
        keys_of(ephemeral.public_key, epoch->public_key, mailbox, fresh, lasting, ret_keys);
    }
    secret_wipe(&ephemeral, sizeof ephemeral);
    secret_wipe(fresh, sizeof fresh);
    secret_wipe(lasting, sizeof lasting);
    return agreed ? 0 : E_ARGUMENT;
}

int answer_seal(const struct dh_pair *epoch, const uint8_t mailbox[SEAL_KEY_BYTES],
                const struct entry_header *header, struct span text, struct buf *out,
                struct entry_leaf *ret_leaf)
{
    REJECT_IF(header->bucket != ANSWER_BUCKET || text.len > ANSWER_TEXT_MAX, E_TOO_LARGE);
    uint8_t ephemeral[SEAL_KEY_BYTES], header_bytes[ENTRY_HEADER_BYTES];
    struct answer_keys keys;
    TRY(seal_keys(epoch, mailbox, ephemeral, &keys));
    size_t sealed_bytes = (size_t)entry_sealed_bytes(ANSWER_BUCKET);
    uint8_t *sealed = buf_room(out, sealed_bytes);
    if (sealed) {
        uint8_t *plain = sealed + AHEAD_BYTES;
        size_t plain_bytes = sealed_bytes - AHEAD_BYTES - PRIM_TAG_BYTES;
        sealed[0] = SEAL_SUITE;
        memcpy(sealed + 1, ephemeral, SEAL_KEY_BYTES);
        plain[2] = (uint8_t)(text.len >> 8); /* the length's upper half stays 0 */
        plain[3] = (uint8_t)text.len;
        if (text.len)
            memcpy(plain + 4, text.data, text.len);
        entry_header_write(header, header_bytes);
        struct span ad = span_of(header_bytes, sizeof header_bytes);
        prim_aead_seal(keys.kn, ad, span_of(plain, plain_bytes), plain);
        struct hash content = hash_sha256(text);
        memcpy(ret_leaf->id, header->id, ENTRY_ID_BYTES);
        ret_leaf->header = hash_sha256(ad);
        ret_leaf->sealed = hash_sha256(span_of(sealed, sealed_bytes));
        ret_leaf->commitment = entry_commitment(keys.k_com, header->id, &content);
    }
    secret_wipe(&keys, sizeof keys);
    return buf_error(out);
}

static bool open_keys(const struct dh_pair *mailbox, const uint8_t epoch[SEAL_KEY_BYTES],
                      const uint8_t ephemeral[SEAL_KEY_BYTES], struct answer_keys *ret_keys)
{
    uint8_t fresh[SEAL_KEY_BYTES], lasting[SEAL_KEY_BYTES];
    bool agreed = prim_dh(mailbox->secret_key, ephemeral, fresh) &&
                  prim_dh(mailbox->secret_key, epoch, lasting);
    if (agreed)
        keys_of(ephemeral, epoch, mailbox->public_key, fresh, lasting, ret_keys);
    secret_wipe(fresh, sizeof fresh);
    secret_wipe(lasting, sizeof lasting);
    return agreed;
}

/* The text's length out of what was decrypted. */
static int read_plain(struct span plain, struct span *ret_text)
{
    struct cursor c;
    cursor_init(&c, plain);
    struct span text = cursor_block32(&c, ANSWER_TEXT_MAX);
    REJECT_IF(c.failed, E_DAMAGED);
    uint8_t seen = 0;
    while (cursor_left(&c))
        seen |= cursor_u8(&c);
    REJECT_IF(seen, E_DAMAGED);
    *ret_text = text;
    return 0;
}

/* Decrypts aside: what is decrypted is longer than the text, and out may be made for the text. */
static int open_into(const struct answer_keys *keys, struct span header, struct span sealed,
                     const struct entry_leaf *leaf, struct buf *out)
{
    struct span encrypted = span_slice(sealed, AHEAD_BYTES, sealed.len), text = {0};
    size_t plain_bytes = encrypted.len - PRIM_TAG_BYTES;
    struct buf plain CLEANUP(buf_wipe_release);
    buf_init(&plain, plain_bytes);
    uint8_t *room = buf_room(&plain, plain_bytes);
    REJECT_IF(!room, buf_error(&plain));
    REJECT_IF(!prim_aead_open(keys->kn, header, encrypted, room), E_CANNOT_OPEN);
    TRY(read_plain(buf_bytes(&plain), &text));
    struct hash content = hash_sha256(text);
    struct hash commitment = entry_commitment(keys->k_com, leaf->id, &content);
    REJECT_IF(!hash_equal(&commitment, &leaf->commitment), E_PROOF);
    buf_span(out, text);
    return buf_error(out);
}

int answer_open(const struct dh_pair *mailbox, const uint8_t epoch[SEAL_KEY_BYTES],
                struct span header, struct span leaf, struct span sealed, struct buf *out)
{
    struct entry_header h;
    struct entry_leaf l;
    struct answer_keys keys;
    TRY(entry_check(header, leaf, sealed, NULL));
    TRY(entry_header_read(header, &h));
    TRY(entry_leaf_read(leaf, &l));
    REJECT_IF(h.bucket != ANSWER_BUCKET, E_CANNOT_OPEN);
    REJECT_IF(!open_keys(mailbox, epoch, sealed.data + 1, &keys), E_CANNOT_OPEN);
    int error = open_into(&keys, header, sealed, &l, out);
    secret_wipe(&keys, sizeof keys);
    return error;
}
