/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sealed payloads, opened with the key of docs/crypto.md's vectors. The first byte says how:
 *   0  the rest is header, leaf and sealed bytes as they are
 *   1  as 0, but the leaf is made to agree with them, as far as that needs no key
 *   2  the rest is the fields of an envelope, which is sealed as it must be around 10 bytes
 *   3  as 2, and the rest is the padded content too, with the length that the envelope says */
#include <string.h>

#include "../tests/seal/craft.h"
#include "fuzz.h"

static const uint8_t organisation[32];

static struct dh_pair recipient(void)
{
    struct dh_pair pair;
    uint8_t secret[SEAL_KEY_BYTES];
    for (uint8_t i = 0; i < SEAL_KEY_BYTES; i++)
        secret[i] = 0x20 + i;
    dh_pair_of_secret(secret, &pair);
    return pair;
}

static void open_it(const struct sealed *s, const struct dh_pair *pair)
{
    struct opened opened;
    struct problem problem = {0};
    if (payload_open(pair, sealed_header(s), sealed_leaf(s), buf_bytes(&s->sealed), organisation,
                     &opened, &problem) < 0)
        return;
    struct hash content = hash_sha256(opened.content);
    struct hash commitment = entry_commitment(opened.k_com, s->header + 1, &content);
    int bucket = entry_bucket_for(opened.content.len);
    ASSERT(memcmp(commitment.bytes, s->leaf + 81, HASH_BYTES) == 0);
    ASSERT(bucket == s->header[ENTRY_HEADER_BYTES - 1]);
    int error = fields_check(opened.fields);
    ASSERT(!error);
    opened_release(&opened);
}

static void as_it_is(struct span bytes, bool mend)
{
    struct sealed s;
    struct dh_pair pair = recipient();
    if (bytes.len < ENTRY_HEADER_BYTES + ENTRY_LEAF_BYTES)
        return;
    memcpy(s.header, bytes.data, sizeof s.header);
    memcpy(s.leaf, bytes.data + sizeof s.header, sizeof s.leaf);
    buf_init(&s.sealed, SEALING_CAP_BYTES);
    buf_span(&s.sealed, span_slice(bytes, sizeof s.header + sizeof s.leaf, bytes.len));
    if (mend)
        sealing_mend_leaf(&s);
    if (!buf_error(&s.sealed))
        open_it(&s, &pair);
    sealed_release(&s);
}

static void crafted(struct span bytes, bool content_too)
{
    static struct craft c;
    struct sealed s;
    uint64_t length;
    if (bytes.len > sizeof c.fields)
        return;
    craft_start(&c, 10);
    memcpy(c.fields, bytes.data, bytes.len);
    c.fields_len = c.claimed_len = bytes.len;
    if (content_too) {
        memcpy(c.content, bytes.data, bytes.len);
        if (fields_check(bytes) == 0 && fields_get_u64(bytes, ENVELOPE_LENGTH, &length) &&
            length <= sizeof c.content) {
            c.content_len = (size_t)length;
            c.header.bucket = (uint8_t)entry_bucket_for(length);
        }
    }
    craft_seal(&c, &s);
    open_it(&s, &c.recipient);
    sealed_release(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || seal_init() < 0)
        return 0;
    struct span rest = span_of(data + 1, size - 1);
    if (data[0] < 2)
        as_it_is(rest, data[0]);
    else if (rest.len)
        crafted(rest, data[0] > 2);
    return 0;
}
