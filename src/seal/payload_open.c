/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Everything that could be written in two ways is refused in all but one: what two desks read out
 * of the same entry must be the same. */
#include "seal/payload_open.h"

#include <sodium.h>

#include "base/fields.h"
#include "seal/payload_internal.h"
#include "seal/secret.h"

struct opening {
    const struct dh_pair *recipient;
    const uint8_t *organisation;
    struct span header, sealed;
    struct entry_header h;
    struct entry_leaf l;
    struct payload_keys keys;
    uint64_t padded_bytes;
    struct problem *problem;
};

static int damaged(const struct opening *o, const char *what)
{
    return problem_set(o->problem, E_DAMAGED, "the entry opens, but %s", what);
}

static int open_wrapped(struct opening *o)
{
    const uint8_t *ephemeral = o->sealed.data + PAYLOAD_EPHEMERAL_AT;
    uint8_t data_key[SEAL_KEY_BYTES], shared[SEAL_KEY_BYTES], kn[PRIM_KN_BYTES];
    bool opens = prim_dh(o->recipient->secret_key, ephemeral, shared);
    if (opens) {
        payload_wrap_key(ephemeral, o->recipient->public_key, shared, kn);
        opens = prim_aead_open(kn, o->header,
                               span_slice(o->sealed, PAYLOAD_WRAPPED_AT, PAYLOAD_WRAPPED_BYTES),
                               data_key);
    }
    if (opens)
        payload_keys_of(data_key, &o->keys);
    secret_wipe(data_key, sizeof data_key);
    secret_wipe(shared, sizeof shared);
    secret_wipe(kn, sizeof kn);
    return opens ? 0 : E_CANNOT_OPEN;
}

static bool all_zeros(struct span s)
{
    return sodium_is_zero(s.data, s.len);
}

static int open_envelope(const struct opening *o, struct opened *ret_opened)
{
    struct span sealed =
        span_slice(o->sealed, PAYLOAD_ENVELOPE_AT, PAYLOAD_ENVELOPE_PLAIN_BYTES + PRIM_TAG_BYTES);
    uint8_t *plain = buf_room(&ret_opened->bytes, PAYLOAD_ENVELOPE_PLAIN_BYTES);
    ASSERT(plain); /* reserved by payload_open */
    if (!prim_aead_open(o->keys.envelope, o->header, sealed, plain))
        return damaged(o, "its envelope was changed");
    size_t len = (size_t)plain[0] << 8 | plain[1];
    if (len > PAYLOAD_ENVELOPE_MAX)
        return damaged(o, "its envelope is longer than an envelope can be");
    if (!all_zeros(span_of(plain + 2 + len, PAYLOAD_ENVELOPE_MAX - len)))
        return damaged(o, "the rest of its envelope is not empty");
    ret_opened->fields = span_of(plain + 2, len);
    if (fields_check(ret_opened->fields) < 0)
        return damaged(o, "its envelope is not a list of fields");
    return 0;
}

/* A field that may be missing, as text. */
static bool read_text(struct span fields, uint16_t number, char *out, size_t capacity)
{
    struct span value;
    if (!fields_get(fields, number, &value))
        return true;
    if (value.len == 0 || value.len >= capacity || memchr(value.data, 0, value.len))
        return false;
    memcpy(out, value.data, value.len);
    out[value.len] = '\0';
    return true;
}

/* A field that may be missing, as a key. */
static bool read_key(struct span fields, uint16_t number, const uint8_t **ret_key)
{
    struct span value;
    if (!fields_get(fields, number, &value))
        return true;
    *ret_key = value.data;
    return value.len == SEAL_KEY_BYTES;
}

static bool numbers_once(struct span fields)
{
    static const uint16_t numbers[] = {
        ENVELOPE_KIND,      ENVELOPE_KIND_VERSION, ENVELOPE_MINUTE,   ENVELOPE_MINUTE_ORDER,
        ENVELOPE_ORDER,     ENVELOPE_LENGTH,       ENVELOPE_LANGUAGE, ENVELOPE_MAILBOX,
        ENVELOPE_REPLY_KEY, ENVELOPE_CHANNEL,      ENVELOPE_WORDING,  ENVELOPE_SIGNER,
        ENVELOPE_SIGNATURE,
    };
    struct span second;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        if (fields_nth(fields, numbers[i], 1, &second))
            return false;
    }
    return true;
}

/* A number that may be missing and is not 0 when it is there. */
static bool read_orders(struct span fields, struct envelope *e)
{
    struct span value;
    if (fields_get(fields, ENVELOPE_MINUTE_ORDER, &value) &&
        (!fields_get_u32(fields, ENVELOPE_MINUTE_ORDER, &e->minute_order) || !e->minute_order))
        return false;
    return !fields_get(fields, ENVELOPE_ORDER, &value) ||
           (fields_get_u64(fields, ENVELOPE_ORDER, &e->order) && e->order);
}

static int read_envelope(const struct opening *o, struct opened *opened, uint64_t *ret_length)
{
    struct span fields = opened->fields;
    struct envelope *e = &opened->envelope;
    if (!numbers_once(fields))
        return damaged(o, "its envelope says one thing twice");
    if (!fields_get_u32(fields, ENVELOPE_KIND, &e->kind) ||
        !fields_get_u32(fields, ENVELOPE_KIND_VERSION, &e->kind_version) ||
        !fields_get_u32(fields, ENVELOPE_MINUTE, &e->minute) ||
        !fields_get_u64(fields, ENVELOPE_LENGTH, ret_length))
        return damaged(o, "its envelope lacks kind, version, minute or length");
    if (!read_orders(fields, e) ||
        !read_text(fields, ENVELOPE_LANGUAGE, opened->language, sizeof opened->language) ||
        !read_text(fields, ENVELOPE_CHANNEL, opened->channel, sizeof opened->channel) ||
        !read_text(fields, ENVELOPE_WORDING, opened->wording, sizeof opened->wording) ||
        !read_key(fields, ENVELOPE_MAILBOX, &e->mailbox) ||
        !read_key(fields, ENVELOPE_REPLY_KEY, &e->reply_key))
        return damaged(o, "a field of its envelope is not as it must be");
    if (entry_bucket_for(*ret_length) != o->h.bucket)
        return damaged(o, "its length is not of its size bucket");
    return 0;
}

/* One chunk into plain. */
static bool open_chunk(const struct opening *o, crypto_secretstream_xchacha20poly1305_state *state,
                       struct span chunk, bool last, uint8_t *plain)
{
    uint8_t wanted = last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                          : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
    uint8_t tag;
    return crypto_secretstream_xchacha20poly1305_pull(state, plain, NULL, &tag, chunk.data,
                                                      chunk.len, o->header.data,
                                                      o->header.len) == 0 &&
           tag == wanted;
}

static int open_content(const struct opening *o, struct opened *opened, uint64_t length)
{
    crypto_secretstream_xchacha20poly1305_state state;
    uint8_t *plain = buf_room(&opened->bytes, (size_t)o->padded_bytes);
    ASSERT(plain); /* reserved by payload_open */
    bool opens = crypto_secretstream_xchacha20poly1305_init_pull(
                     &state, o->sealed.data + PAYLOAD_STREAM_AT, o->keys.stream) == 0;
    size_t at = PAYLOAD_CHUNKS_AT, done = 0;
    while (opens && done < o->padded_bytes) {
        size_t len = o->padded_bytes - done;
        len = len < PAYLOAD_CHUNK_BYTES ? len : PAYLOAD_CHUNK_BYTES;
        struct span chunk = span_slice(o->sealed, at, len + PAYLOAD_CHUNK_EXTRA_BYTES);
        opens = open_chunk(o, &state, chunk, done + len == o->padded_bytes, plain + done);
        done += len;
        at += chunk.len;
    }
    secret_wipe(&state, sizeof state);
    if (!opens)
        return damaged(o, "its content was changed or cut off");
    opened->content = span_of(plain, (size_t)length);
    if (!all_zeros(span_of(plain + length, (size_t)(o->padded_bytes - length))))
        return damaged(o, "its padding is not empty");
    return 0;
}

static int check_leaf(const struct opening *o, const struct hash *content)
{
    struct hash commitment = entry_commitment(o->keys.k_com, o->h.id, content);
    if (!hash_equal(&commitment, &o->l.commitment))
        return problem_set(o->problem, E_PROOF,
                           "the entry opens, but its leaf names another "
                           "content");
    return 0;
}

/* A signature is the last field, and the signer stands before it. */
static int check_signature(const struct opening *o, struct opened *opened,
                           const struct hash *content)
{
    struct span signer, signature, fields = opened->fields;
    bool has_signer = fields_get(fields, ENVELOPE_SIGNER, &signer);
    bool has_signature = fields_get(fields, ENVELOPE_SIGNATURE, &signature);
    if (!has_signer && !has_signature)
        return 0;
    bool fits = has_signer && has_signature && signer.len == SIGN_KEY_BYTES &&
                signature.len == SIGN_BYTES &&
                signature.data + signature.len == fields.data + fields.len;
    if (fits) {
        const struct payload_signed what = {
            .organisation = o->organisation,
            .recipient = o->recipient->public_key,
            .header = o->header,
            .content = content,
            .fields = span_of(fields.data, fields.len - PAYLOAD_SIGNATURE_FIELD_BYTES),
        };
        uint8_t message[PAYLOAD_SIGNED_MAX];
        size_t len = payload_signed_bytes(&what, message);
        fits = sign_verify(signer.data, span_of(message, len), signature.data);
        secret_wipe(message, sizeof message);
    }
    if (!fits)
        return problem_set(o->problem, E_SIGNATURE,
                           "the entry opens, but its signature does not "
                           "fit");
    opened->has_signer = true;
    memcpy(opened->signer, signer.data, SIGN_KEY_BYTES);
    return 0;
}

static int open_parts(struct opening *o, struct opened *opened)
{
    uint64_t length;
    TRY(open_wrapped(o));
    TRY(open_envelope(o, opened));
    TRY(read_envelope(o, opened, &length));
    TRY(open_content(o, opened, length));
    struct hash content = hash_sha256(opened->content);
    TRY(check_leaf(o, &content));
    TRY(check_signature(o, opened, &content));
    memcpy(opened->k_com, o->keys.k_com, sizeof opened->k_com);
    return 0;
}

int payload_open(const struct dh_pair *recipient, struct span header, struct span leaf,
                 struct span sealed, const uint8_t organisation[32], struct opened *ret_opened,
                 struct problem *problem)
{
    struct opening o = {
        .recipient = recipient,
        .organisation = organisation,
        .header = header,
        .sealed = sealed,
        .problem = problem,
    };
    TRY(entry_check(header, leaf, sealed, problem));
    TRY(entry_header_read(header, &o.h));
    TRY(entry_leaf_read(leaf, &o.l));
    o.padded_bytes = entry_bucket_bytes(o.h.bucket);
    struct opened opened = {0};
    /* In one piece, so that the spans into it stay. */
    size_t plain_bytes = PAYLOAD_ENVELOPE_PLAIN_BYTES + (size_t)o.padded_bytes;
    buf_init(&opened.bytes, plain_bytes);
    buf_room(&opened.bytes, plain_bytes);
    int error = buf_error(&opened.bytes);
    buf_reset(&opened.bytes);
    if (!error)
        error = open_parts(&o, &opened);
    secret_wipe(&o, sizeof o);
    if (error) {
        opened_release(&opened);
        return error;
    }
    *ret_opened = opened;
    ret_opened->envelope.language = ret_opened->language[0] ? ret_opened->language : NULL;
    ret_opened->envelope.channel = ret_opened->channel[0] ? ret_opened->channel : NULL;
    ret_opened->envelope.wording = ret_opened->wording[0] ? ret_opened->wording : NULL;
    secret_wipe(&opened, sizeof opened);
    return 0;
}

void opened_release(struct opened *opened)
{
    buf_wipe_release(&opened->bytes);
    secret_wipe(opened, sizeof *opened);
}
