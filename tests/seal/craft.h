/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Crafted payloads for tests and fuzzers: one thing in them is not as it must be, while all that is
 * checked before it is right. Crafting follows docs/crypto.md by itself and shares nothing with
 * src/seal/payload.c. */
#ifndef TESTS_SEAL_CRAFT_H
#define TESTS_SEAL_CRAFT_H

#include <sodium.h>

#include "base/fields.h"
#include "seal/payload_open.h"

/* Whatever asks for it gets 1 MiB and a little: the tests' payloads are in buckets 0 to 3. */
#define SEALING_CAP_BYTES (2u << 20)

struct sealed {
    uint8_t header[ENTRY_HEADER_BYTES], leaf[ENTRY_LEAF_BYTES];
    struct buf sealed;
};

static inline struct span sealed_header(const struct sealed *s)
{
    return span_of(s->header, sizeof s->header);
}

static inline struct span sealed_leaf(const struct sealed *s)
{
    return span_of(s->leaf, sizeof s->leaf);
}

static inline void sealed_release(struct sealed *s)
{
    buf_release(&s->sealed);
}

static inline struct entry_header sealing_header(uint64_t content_bytes)
{
    struct entry_header header = {.day = 23456};
    randombytes_buf(header.id, sizeof header.id);
    randombytes_buf(header.tag, sizeof header.tag);
    randombytes_buf(header.erase_tag, sizeof header.erase_tag);
    header.bucket = (uint8_t)entry_bucket_for(content_bytes);
    return header;
}

/* Makes the leaf agree again with a header or sealed bytes that were changed, as a cheat would who
 * writes the log but has no key. */
static inline void sealing_mend_leaf(struct sealed *s)
{
    struct hash header = hash_sha256(sealed_header(s));
    struct hash sealed = hash_sha256(buf_bytes(&s->sealed));
    memcpy(s->leaf + 1, s->header + 1, 16);
    memcpy(s->leaf + 17, header.bytes, 32);
    memcpy(s->leaf + 49, sealed.bytes, 32);
}

/* A payload as its maker likes. */
struct craft {
    struct dh_pair recipient;
    struct entry_header header;
    uint8_t fields[2046];
    size_t fields_len;
    size_t claimed_len;      /* what the envelope says its fields' length is */
    uint8_t envelope_rest;   /* what the last byte of the envelope is */
    uint8_t content[262144]; /* in the clear, padding included */
    size_t content_len;      /* what the leaf commits to */
    uint8_t last_tag, first_tag;
    uint8_t wrong_ad; /* flips a bit of the header under the chunks */
    bool rewrapped;   /* wrapped without the header */
};

static inline void craft_fields(struct craft *c, const struct buf *fields)
{
    ASSERT(!buf_error(fields));
    memcpy(c->fields, fields->data, fields->len);
    c->fields_len = c->claimed_len = fields->len;
}

/* Kind, version, minute and length, all that an envelope must have. */
static inline void craft_least(struct buf *fields, uint64_t content_len)
{
    buf_init(fields, 4096);
    fields_put_u32(fields, ENVELOPE_KIND, KIND_DETAILS);
    fields_put_u32(fields, ENVELOPE_KIND_VERSION, 1);
    fields_put_u32(fields, ENVELOPE_MINUTE, 33776640);
    fields_put_u64(fields, ENVELOPE_LENGTH, content_len);
}

static inline void craft_start(struct craft *c, size_t content_len)
{
    struct buf fields;
    memset(c, 0, sizeof *c);
    randombytes_buf(c->recipient.secret_key, 32);
    crypto_scalarmult_base(c->recipient.public_key, c->recipient.secret_key);
    c->header = sealing_header(content_len);
    c->content_len = content_len;
    randombytes_buf(c->content, content_len);
    craft_least(&fields, content_len);
    craft_fields(c, &fields);
    buf_release(&fields);
    c->last_tag = crypto_secretstream_xchacha20poly1305_TAG_FINAL;
}

static inline void craft_aead(const uint8_t kn[56], struct span ad, const void *plain, size_t len,
                              struct buf *out)
{
    uint8_t sealed[2064];
    unsigned long long sealed_len;
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, &sealed_len, plain, len, ad.data, ad.len,
                                               NULL, kn + 32, kn);
    buf_put(out, sealed, (size_t)sealed_len);
}

static inline void craft_wrap(const struct craft *c, struct span header, const uint8_t *data_key,
                              struct buf *out)
{
    uint8_t joined[97], kn[56], ephemeral_secret[32];
    joined[0] = 1;
    randombytes_buf(ephemeral_secret, 32);
    crypto_scalarmult_base(joined + 1, ephemeral_secret);
    memcpy(joined + 33, c->recipient.public_key, 32);
    int error = crypto_scalarmult(joined + 65, ephemeral_secret, c->recipient.public_key);
    ASSERT(!error);
    crypto_generichash_blake2b_salt_personal(kn, 56, joined, sizeof joined, NULL, 0, NULL,
                                             (const uint8_t *)"vouchsafe-seal-1");
    buf_put(out, joined, 33);
    craft_aead(kn, c->rewrapped ? span_of(NULL, 0) : header, data_key, 32, out);
}

static inline void craft_chunks(const struct craft *c, struct span header, const uint8_t key[32],
                                struct buf *out)
{
    crypto_secretstream_xchacha20poly1305_state state;
    uint8_t stream_header[24], ad[ENTRY_HEADER_BYTES];
    static uint8_t chunk[65536 + 17];
    crypto_secretstream_xchacha20poly1305_init_push(&state, stream_header, key);
    buf_put(out, stream_header, sizeof stream_header);
    memcpy(ad, header.data, sizeof ad);
    ad[0] ^= c->wrong_ad;
    size_t padded = (size_t)entry_bucket_bytes(c->header.bucket);
    for (size_t at = 0; at < padded;) {
        size_t len = padded - at < 65536 ? padded - at : 65536;
        uint8_t tag = at + len == padded ? c->last_tag : c->first_tag;
        unsigned long long chunk_len;
        crypto_secretstream_xchacha20poly1305_push(&state, chunk, &chunk_len, c->content + at, len,
                                                   ad, sizeof ad, tag);
        buf_put(out, chunk, (size_t)chunk_len);
        at += len;
    }
}

static inline void craft_seal(const struct craft *c, struct sealed *ret_sealed)
{
    uint8_t data_key[32], en[56], k_stream[32], k_com[32], plain[2048] = {0};
    memset(ret_sealed, 0, sizeof *ret_sealed);
    struct span header = sealed_header(ret_sealed);
    struct buf *out = &ret_sealed->sealed;
    entry_header_write(&c->header, ret_sealed->header);
    randombytes_buf(data_key, 32);
    crypto_kdf_derive_from_key(en, 56, 1, "VsPayld1", data_key);
    crypto_kdf_derive_from_key(k_stream, 32, 2, "VsPayld1", data_key);
    crypto_kdf_derive_from_key(k_com, 32, 3, "VsPayld1", data_key);
    buf_init(out, SEALING_CAP_BYTES);
    craft_wrap(c, header, data_key, out);
    plain[0] = (uint8_t)(c->claimed_len >> 8);
    plain[1] = (uint8_t)c->claimed_len;
    memcpy(plain + 2, c->fields, c->fields_len);
    plain[2047] |= c->envelope_rest;
    craft_aead(en, header, plain, sizeof plain, out);
    craft_chunks(c, header, k_stream, out);
    ASSERT(!buf_error(out));
    struct hash content = hash_sha256(span_of(c->content, c->content_len));
    uint8_t message[48];
    memcpy(message, c->header.id, 16);
    memcpy(message + 16, content.bytes, 32);
    ret_sealed->leaf[0] = 1;
    crypto_auth_hmacsha256(ret_sealed->leaf + 81, message, sizeof message, k_com);
    sealing_mend_leaf(ret_sealed);
}

#endif
