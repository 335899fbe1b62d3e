/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "prop.h"
#include "seal/answer.h"
#include "sealing.h"

struct pair_of_ends {
    struct dh_pair epoch, mailbox;
};

static void draw(struct pair_of_ends *ends)
{
    dh_pair_random(&ends->epoch);
    dh_pair_random(&ends->mailbox);
}

static void seal(const struct pair_of_ends *ends, struct span text, struct sealed *ret_sealed)
{
    struct entry_header header = sealing_header(0);
    struct entry_leaf leaf;
    buf_init(&ret_sealed->sealed, SEALING_CAP_BYTES);
    assert_ok(answer_seal(&ends->epoch, ends->mailbox.public_key, &header, text,
                          &ret_sealed->sealed, &leaf));
    entry_header_write(&header, ret_sealed->header);
    entry_leaf_write(&leaf, ret_sealed->leaf);
}

static int open(const struct pair_of_ends *ends, const struct sealed *s, struct buf *out)
{
    return answer_open(&ends->mailbox, ends->epoch.public_key, sealed_header(s), sealed_leaf(s),
                       buf_bytes(&s->sealed), out);
}

/* Opening fails and leaves nothing of it behind what was there. */
static void open_fails(const struct pair_of_ends *ends, const struct sealed *s, int error)
{
    struct buf out;
    buf_init(&out, SEALING_CAP_BYTES);
    buf_text(&out, "before");
    assert_error(open(ends, s, &out), error);
    assert_int_equal(out.len, 6);
    buf_release(&out);
}

static void answers_come_back(void **state)
{
    (void)state;
    struct prop prop = prop_start("answer_roundtrip");
    uint8_t text[ANSWER_TEXT_MAX];
    for (int i = 0; i < 100; i++) {
        struct pair_of_ends ends;
        struct sealed s;
        struct buf out;
        size_t len = i == 0 ? 0 : i == 1 ? ANSWER_TEXT_MAX : prop_below(&prop, ANSWER_TEXT_MAX);
        prop_bytes(&prop, text, len);
        draw(&ends);
        seal(&ends, span_of(text, len), &s);
        assert_int_equal(s.sealed.len, entry_sealed_bytes(0));
        assert_ok(entry_check(sealed_header(&s), sealed_leaf(&s), buf_bytes(&s.sealed), NULL));
        buf_init(&out, SEALING_CAP_BYTES);
        buf_text(&out, "before");
        assert_ok(open(&ends, &s, &out));
        assert_int_equal(out.len, 6 + len);
        assert_memory_equal(out.data + 6, text, len);
        buf_release(&out);
        sealed_release(&s);
    }
}

static void what_cannot_be_sealed_is_refused(void **state)
{
    (void)state;
    static const uint8_t trap[32], text[ANSWER_TEXT_MAX + 1];
    struct pair_of_ends ends;
    struct entry_header header = sealing_header(0);
    struct entry_leaf leaf;
    struct buf out;
    draw(&ends);
    buf_init(&out, 18569);
    assert_error(
        answer_seal(&ends.epoch, ends.mailbox.public_key, &header, span_text("a"), &out, &leaf),
        E_TOO_LARGE);
    buf_init(&out, SEALING_CAP_BYTES);
    assert_error(answer_seal(&ends.epoch, ends.mailbox.public_key, &header,
                             span_of(text, sizeof text), &out, &leaf),
                 E_TOO_LARGE);
    assert_error(answer_seal(&ends.epoch, trap, &header, span_text("a"), &out, &leaf), E_ARGUMENT);
    header.bucket = 1;
    assert_error(
        answer_seal(&ends.epoch, ends.mailbox.public_key, &header, span_text("a"), &out, &leaf),
        E_TOO_LARGE);
    assert_int_equal(out.len, 0);
    buf_release(&out);
}

static void only_the_two_ends_open_it(void **state)
{
    (void)state;
    struct pair_of_ends ends, other;
    struct sealed s;
    struct buf out;
    draw(&ends);
    seal(&ends, span_text("come on Tuesday"), &s);
    other = ends;
    dh_pair_random(&other.mailbox);
    open_fails(&other, &s, E_CANNOT_OPEN);
    other = ends;
    dh_pair_random(&other.epoch);
    open_fails(&other, &s, E_CANNOT_OPEN);
    memset(other.epoch.public_key, 0, 32);
    open_fails(&other, &s, E_CANNOT_OPEN);
    buf_init(&out, 10);
    assert_error(open(&ends, &s, &out), E_TOO_LARGE);
    buf_release(&out);
    sealed_release(&s);
}

static void every_changed_byte_is_noticed(void **state)
{
    (void)state;
    struct prop prop = prop_start("answer_bits");
    struct pair_of_ends ends;
    struct sealed s;
    draw(&ends);
    seal(&ends, span_text("come on Tuesday"), &s);
    for (size_t at = 0; at < s.sealed.len; at += at < 100 ? 1 : 1 + prop_below(&prop, 100)) {
        s.sealed.data[at] ^= 0x80;
        open_fails(&ends, &s, E_PROOF);
        sealing_mend_leaf(&s);
        open_fails(&ends, &s, at ? E_CANNOT_OPEN : E_VERSION);
        s.sealed.data[at] ^= 0x80;
        sealing_mend_leaf(&s);
    }
    for (size_t at = 0; at < ENTRY_HEADER_BYTES; at++) {
        s.header[at] ^= 1;
        sealing_mend_leaf(&s);
        open_fails(&ends, &s, at == 0 ? E_VERSION : at == 53 ? E_PROOF : E_CANNOT_OPEN);
        s.header[at] ^= 1;
        sealing_mend_leaf(&s);
    }
    for (size_t at = 81; at < ENTRY_LEAF_BYTES; at++) {
        s.leaf[at] ^= 1;
        open_fails(&ends, &s, E_PROOF);
        s.leaf[at] ^= 1;
    }
    sealed_release(&s);
}

/* A payload is no answer, in bucket 0 or another. */
static void payloads_are_no_answers(void **state)
{
    (void)state;
    static const uint8_t content[20000];
    struct pair_of_ends ends;
    struct envelope envelope = sealing_envelope();
    struct sealed s;
    draw(&ends);
    for (size_t len = 0; len <= sizeof content; len += sizeof content) {
        sealing_seal(&s, &ends.mailbox, &envelope, span_of(content, len), NULL);
        open_fails(&ends, &s, E_CANNOT_OPEN);
        sealed_release(&s);
    }
}

/* An answer of that bucket whose plaintext is as given, by docs/crypto.md itself. */
static void craft_answer(const struct pair_of_ends *ends, uint8_t bucket, const uint8_t *plain,
                         struct sealed *ret_sealed)
{
    uint8_t joined[161] = {1}, kn[56], k_com[32], message[48], secret[32];
    static uint8_t encrypted[100000];
    size_t plain_len = (size_t)entry_sealed_bytes(bucket) - 33 - 16;
    struct entry_header header = sealing_header(0);
    header.bucket = bucket;
    memset(ret_sealed, 0, sizeof *ret_sealed);
    entry_header_write(&header, ret_sealed->header);
    randombytes_buf(secret, 32);
    crypto_scalarmult_base(joined + 1, secret);
    memcpy(joined + 33, ends->epoch.public_key, 32);
    memcpy(joined + 65, ends->mailbox.public_key, 32);
    assert_ok(crypto_scalarmult(joined + 97, secret, ends->mailbox.public_key));
    /* The caller could have made it: DH(c, S) is DH(s, C). */
    assert_ok(crypto_scalarmult(joined + 129, ends->mailbox.secret_key, ends->epoch.public_key));
    crypto_generichash_blake2b_salt_personal(kn, 56, joined, sizeof joined, NULL, 0, NULL,
                                             (const uint8_t *)"vouchsafe-answer");
    crypto_kdf_derive_from_key(k_com, 32, 3, "VsAnswr1", kn);
    crypto_aead_xchacha20poly1305_ietf_encrypt(encrypted, NULL, plain, plain_len,
                                               ret_sealed->header, 54, NULL, kn + 32, kn);
    buf_init(&ret_sealed->sealed, SEALING_CAP_BYTES);
    buf_put(&ret_sealed->sealed, joined, 33);
    buf_put(&ret_sealed->sealed, encrypted, plain_len + 16);
    struct hash content = hash_sha256(span_text("abc"));
    memcpy(message, header.id, 16);
    memcpy(message + 16, content.bytes, 32);
    ret_sealed->leaf[0] = 1;
    crypto_auth_hmacsha256(ret_sealed->leaf + 81, message, sizeof message, k_com);
    sealing_mend_leaf(ret_sealed);
}

static void the_plaintext_has_one_shape(void **state)
{
    (void)state;
    static uint8_t plain[100000] = {0, 0, 0, 3, 'a', 'b', 'c'};
    static const struct {
        size_t at;
        uint8_t byte;
        int error;
    } cases[] = {
        {4, 'x', E_PROOF}, {7, 1, E_DAMAGED}, {18520, 1, E_DAMAGED}, {3, 2, E_DAMAGED},
        {3, 4, E_PROOF},   {1, 1, E_DAMAGED}, {2, 0x3f, E_DAMAGED},
    };
    struct pair_of_ends ends;
    struct sealed s;
    struct buf out;
    draw(&ends);
    buf_init(&out, SEALING_CAP_BYTES);
    craft_answer(&ends, 0, plain, &s);
    assert_ok(open(&ends, &s, &out));
    assert_string_equal(buf_cstr(&out), "abc");
    buf_release(&out);
    sealed_release(&s);
    craft_answer(&ends, 1, plain, &s);
    open_fails(&ends, &s, E_CANNOT_OPEN);
    sealed_release(&s);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t kept = plain[cases[i].at];
        plain[cases[i].at] = cases[i].byte;
        craft_answer(&ends, 0, plain, &s);
        open_fails(&ends, &s, cases[i].error);
        sealed_release(&s);
        plain[cases[i].at] = kept;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_come_back),
        cmocka_unit_test(what_cannot_be_sealed_is_refused),
        cmocka_unit_test(only_the_two_ends_open_it),
        cmocka_unit_test(every_changed_byte_is_noticed),
        cmocka_unit_test(payloads_are_no_answers),
        cmocka_unit_test(the_plaintext_has_one_shape),
    };
    if (seal_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("seal_answer", tests, NULL, NULL);
}
