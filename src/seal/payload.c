/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The line seals every report that comes in, so this is written to touch the heap once: the whole
 * of the sealed bytes is reserved in out, then each part is written in the clear at its place and
 * encrypted there. libsodium's secretstream puts one byte of tag before the ciphertext of a chunk;
 * a plaintext that starts one byte after the output starts is therefore encrypted in place. */
#include "seal/payload.h"

#include <sodium.h>

#include "base/fields.h"
#include "base/random.h"
#include "seal/payload_internal.h"
#include "seal/secret.h"

static const char signed_prefix[] = "vouchsafe/record/1\n";

_Static_assert(PAYLOAD_STREAM_HEADER_BYTES == crypto_secretstream_xchacha20poly1305_HEADERBYTES,
               "the stream's header");
_Static_assert(PAYLOAD_CHUNK_EXTRA_BYTES == crypto_secretstream_xchacha20poly1305_ABYTES,
               "a chunk's tag");
_Static_assert(sizeof signed_prefix + 1 + 4 * 32 + ENTRY_HEADER_BYTES <= 256,
               "what is signed besides the fields");

void payload_keys_of(const uint8_t data_key[SEAL_KEY_BYTES], struct payload_keys *ret_keys)
{
    prim_kdf("VsPayld1", data_key, 1, ret_keys->envelope, sizeof ret_keys->envelope);
    prim_kdf("VsPayld1", data_key, 2, ret_keys->stream, sizeof ret_keys->stream);
    prim_kdf("VsPayld1", data_key, 3, ret_keys->k_com, sizeof ret_keys->k_com);
}

void payload_wrap_key(const uint8_t ephemeral[SEAL_KEY_BYTES],
                      const uint8_t recipient[SEAL_KEY_BYTES], const uint8_t shared[SEAL_KEY_BYTES],
                      uint8_t ret_kn[PRIM_KN_BYTES])
{
    static const uint8_t suite = SEAL_SUITE;
    const struct span parts[] = {
        span_of(&suite, 1),
        span_of(ephemeral, SEAL_KEY_BYTES),
        span_of(recipient, SEAL_KEY_BYTES),
        span_of(shared, SEAL_KEY_BYTES),
    };
    prim_b2b("vouchsafe-seal-1", NULL, parts, COUNT_OF(parts), ret_kn, PRIM_KN_BYTES);
}

size_t payload_signed_bytes(const struct payload_signed *what, uint8_t out[PAYLOAD_SIGNED_MAX])
{
    static const uint8_t suite = SEAL_SUITE;
    const struct span parts[] = {
        span_text(signed_prefix),
        span_of(&suite, 1),
        span_of(what->organisation, 32),
        what->header,
        span_of(what->recipient, SEAL_KEY_BYTES),
        span_of(what->content->bytes, HASH_BYTES),
        what->fields,
    };
    size_t len = 0;
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        ASSERT(parts[i].len <= PAYLOAD_SIGNED_MAX - len);
        if (parts[i].len)
            memcpy(out + len, parts[i].data, parts[i].len);
        len += parts[i].len;
    }
    return len;
}

/* All that the parts of one sealing share. */
struct sealing {
    const uint8_t *recipient;
    uint8_t header_bytes[ENTRY_HEADER_BYTES];
    struct span header, content;
    struct hash content_hash;
    struct payload_keys keys;
    size_t start; /* of the sealed bytes in out */
};

/* Suite, fresh key and the data key under it. */
static int seal_wrapped(struct sealing *s, struct buf *out)
{
    uint8_t data_key[SEAL_KEY_BYTES], shared[SEAL_KEY_BYTES], kn[PRIM_KN_BYTES];
    uint8_t wrapped[PAYLOAD_WRAPPED_BYTES];
    struct dh_pair ephemeral;
    dh_pair_random(&ephemeral);
    bool agreed = prim_dh(ephemeral.secret_key, s->recipient, shared);
    if (agreed) {
        random_bytes(data_key, sizeof data_key);
        payload_wrap_key(ephemeral.public_key, s->recipient, shared, kn);
        prim_aead_seal(kn, s->header, span_of(data_key, sizeof data_key), wrapped);
        payload_keys_of(data_key, &s->keys);
        buf_u8(out, SEAL_SUITE);
        buf_put(out, ephemeral.public_key, SEAL_KEY_BYTES);
        buf_put(out, wrapped, sizeof wrapped);
    }
    secret_wipe(data_key, sizeof data_key);
    secret_wipe(shared, sizeof shared);
    secret_wipe(kn, sizeof kn);
    secret_wipe(&ephemeral, sizeof ephemeral);
    return agreed ? 0 : E_ARGUMENT;
}

static void put_fields(const struct envelope *e, uint64_t length, const struct sign_pair *signer,
                       struct buf *out)
{
    fields_put_u32(out, ENVELOPE_KIND, e->kind);
    fields_put_u32(out, ENVELOPE_KIND_VERSION, e->kind_version);
    fields_put_u32(out, ENVELOPE_MINUTE, e->minute);
    if (e->minute_order)
        fields_put_u32(out, ENVELOPE_MINUTE_ORDER, e->minute_order);
    if (e->order)
        fields_put_u64(out, ENVELOPE_ORDER, e->order);
    fields_put_u64(out, ENVELOPE_LENGTH, length);
    fields_put_text(out, ENVELOPE_LANGUAGE, e->language);
    if (e->mailbox)
        fields_put(out, ENVELOPE_MAILBOX, span_of(e->mailbox, SEAL_KEY_BYTES));
    if (e->reply_key)
        fields_put(out, ENVELOPE_REPLY_KEY, span_of(e->reply_key, SEAL_KEY_BYTES));
    fields_put_text(out, ENVELOPE_CHANNEL, e->channel);
    fields_put_text(out, ENVELOPE_WORDING, e->wording);
    if (signer)
        fields_put(out, ENVELOPE_SIGNER, span_of(signer->public_key, SIGN_KEY_BYTES));
}

static void put_signature(const struct sealing *s, const struct sign_pair *signer,
                          const uint8_t *organisation, size_t fields_at, struct buf *out)
{
    const struct payload_signed what = {
        .organisation = organisation,
        .recipient = s->recipient,
        .header = s->header,
        .content = &s->content_hash,
        .fields = span_of(out->data + fields_at, out->len - fields_at),
    };
    uint8_t message[PAYLOAD_SIGNED_MAX], signature[SIGN_BYTES];
    size_t len = payload_signed_bytes(&what, message);
    sign_make(signer, span_of(message, len), signature);
    fields_put(out, ENVELOPE_SIGNATURE, span_of(signature, sizeof signature));
    secret_wipe(message, sizeof message);
}

static int seal_envelope(const struct sealing *s, const struct envelope *envelope,
                         const struct sign_pair *signer, const uint8_t *organisation,
                         struct buf *out)
{
    size_t at = out->len, fields_at = at + 2;
    buf_u16(out, 0);
    put_fields(envelope, s->content.len, signer, out);
    TRY(buf_error(out));
    size_t len = out->len - fields_at + (signer ? PAYLOAD_SIGNATURE_FIELD_BYTES : 0);
    REJECT_IF(len > PAYLOAD_ENVELOPE_MAX, E_TOO_LARGE);
    if (signer)
        put_signature(s, signer, organisation, fields_at, out);
    buf_room(out, PAYLOAD_ENVELOPE_MAX - len + PRIM_TAG_BYTES);
    TRY(buf_error(out));
    out->data[at] = (uint8_t)(len >> 8);
    out->data[at + 1] = (uint8_t)len;
    prim_aead_seal(s->keys.envelope, s->header,
                   span_of(out->data + at, PAYLOAD_ENVELOPE_PLAIN_BYTES), out->data + at);
    return 0;
}

static void seal_chunks(const struct sealing *s, uint64_t padded_bytes, struct buf *out)
{
    crypto_secretstream_xchacha20poly1305_state state;
    uint8_t *stream_header = buf_room(out, PAYLOAD_STREAM_HEADER_BYTES);
    ASSERT(stream_header); /* reserved by payload_seal */
    crypto_secretstream_xchacha20poly1305_init_push(&state, stream_header, s->keys.stream);
    for (uint64_t done = 0; done < padded_bytes;) {
        uint64_t left = padded_bytes - done;
        size_t len = left < PAYLOAD_CHUNK_BYTES ? (size_t)left : PAYLOAD_CHUNK_BYTES;
        uint8_t *chunk = buf_room(out, len + PAYLOAD_CHUNK_EXTRA_BYTES);
        ASSERT(chunk);
        struct span piece = span_slice(s->content, (size_t)done, len);
        if (piece.len)
            memcpy(chunk + 1, piece.data, piece.len);
        done += len;
        uint8_t tag = done == padded_bytes ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                                           : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
        crypto_secretstream_xchacha20poly1305_push(&state, chunk, NULL, chunk + 1, len,
                                                   s->header.data, s->header.len, tag);
    }
    secret_wipe(&state, sizeof state);
}

static int seal_parts(struct sealing *s, const struct entry_header *header,
                      const struct envelope *envelope, const struct sign_pair *signer,
                      const uint8_t *organisation, struct buf *out)
{
    TRY(seal_wrapped(s, out));
    TRY(seal_envelope(s, envelope, signer, organisation, out));
    seal_chunks(s, entry_bucket_bytes(header->bucket), out);
    return 0;
}

/* Makes the room for all that follows at once. */
static int reserve(struct buf *out, size_t bytes)
{
    size_t start = out->len;
    buf_room(out, bytes);
    TRY(buf_error(out));
    out->len = start;
    return 0;
}

int payload_seal(const uint8_t recipient[SEAL_KEY_BYTES], const struct entry_header *header,
                 const struct envelope *envelope, struct span content,
                 const struct sign_pair *signer, const uint8_t *organisation, struct buf *out,
                 struct entry_leaf *ret_leaf)
{
    REJECT_IF(header->bucket != entry_bucket_for(content.len), E_TOO_LARGE);
    size_t sealed_bytes = (size_t)entry_sealed_bytes(header->bucket);
    TRY(reserve(out, sealed_bytes));
    struct sealing s = {.recipient = recipient, .content = content, .start = out->len};
    entry_header_write(header, s.header_bytes);
    s.header = span_of(s.header_bytes, sizeof s.header_bytes);
    s.content_hash = hash_sha256(content);
    int error = seal_parts(&s, header, envelope, signer, organisation, out);
    if (error) {
        secret_wipe(out->data + s.start, out->len - s.start);
        out->len = s.start;
    } else {
        ASSERT(out->len - s.start == sealed_bytes);
        memcpy(ret_leaf->id, header->id, ENTRY_ID_BYTES);
        ret_leaf->header = hash_sha256(s.header);
        ret_leaf->sealed = hash_sha256(span_slice(buf_bytes(out), s.start, sealed_bytes));
        ret_leaf->commitment = entry_commitment(s.keys.k_com, header->id, &s.content_hash);
    }
    secret_wipe(&s, sizeof s);
    return error;
}
