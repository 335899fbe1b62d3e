/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Answers, opened with the keys of docs/crypto.md's vectors. The first byte says how:
 *   0  the rest is header, leaf and sealed bytes as they are
 *   1  as 0, but the leaf is made to agree with them, as far as that needs no key
 *   2  the rest is an answer's text, which comes back */
#include <string.h>

#include "../tests/seal/craft.h"
#include "fuzz.h"
#include "seal/answer.h"
#include "seal/codename.h"

struct ends {
    struct dh_pair epoch;
    struct caller_keys caller;
};

static void draw(struct ends *ends)
{
    uint8_t codename[WORDS_SECRET_BYTES], secret[SEAL_KEY_BYTES];
    for (uint8_t i = 0; i < sizeof secret; i++) {
        secret[i] = 0x20 + i;
        codename[i % sizeof codename] = i % sizeof codename;
    }
    dh_pair_of_secret(secret, &ends->epoch);
    codename_keys(codename, &ends->caller);
}

static int open_it(const struct ends *ends, const struct sealed *s, struct buf *out)
{
    int error = answer_open(&ends->caller.mailbox, ends->epoch.public_key, sealed_header(s),
                            sealed_leaf(s), buf_bytes(&s->sealed), out);
    ASSERT(error ? out->len == 0 : out->len <= ANSWER_TEXT_MAX);
    return error;
}

static void as_it_is(const struct ends *ends, struct span bytes, bool mend)
{
    struct sealed s;
    struct buf out;
    if (bytes.len < ENTRY_HEADER_BYTES + ENTRY_LEAF_BYTES)
        return;
    memcpy(s.header, bytes.data, sizeof s.header);
    memcpy(s.leaf, bytes.data + sizeof s.header, sizeof s.leaf);
    buf_init(&s.sealed, SEALING_CAP_BYTES);
    buf_init(&out, SEALING_CAP_BYTES);
    buf_span(&s.sealed, span_slice(bytes, sizeof s.header + sizeof s.leaf, bytes.len));
    if (mend)
        sealing_mend_leaf(&s);
    int error = buf_error(&s.sealed) ? 0 : open_it(ends, &s, &out);
    ASSERT(error <= 0);
    buf_release(&out);
    sealed_release(&s);
}

static void back_again(const struct ends *ends, struct span text)
{
    struct sealed s;
    struct entry_leaf leaf;
    struct buf out;
    const struct entry_header header = {.day = 1};
    buf_init(&s.sealed, SEALING_CAP_BYTES);
    buf_init(&out, SEALING_CAP_BYTES);
    int error =
        answer_seal(&ends->epoch, ends->caller.mailbox.public_key, &header, text, &s.sealed, &leaf);
    ASSERT(error == (text.len > ANSWER_TEXT_MAX ? E_TOO_LARGE : 0));
    if (!error) {
        entry_header_write(&header, s.header);
        entry_leaf_write(&leaf, s.leaf);
        error = open_it(ends, &s, &out);
        ASSERT(!error && span_equal(buf_bytes(&out), text));
    }
    buf_release(&out);
    sealed_release(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ends ends;
    if (size == 0 || seal_init() < 0)
        return 0;
    draw(&ends);
    struct span rest = span_of(data + 1, size - 1);
    if (data[0] < 2)
        as_it_is(&ends, rest, data[0]);
    else
        back_again(&ends, rest);
    return 0;
}
