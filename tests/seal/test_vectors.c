/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The vectors of docs/crypto.md by value. vectors.py made them without src/seal; here src/seal must
 * come to the same, and open what was sealed there. */
#include <stdlib.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "seal/answer.h"
#include "seal/codename.h"
#include "seal/resume.h"
#include "seal/roster_sign.h"
#include "seal/ticket.h"
#include "sealing.h"
#include "vectors.h"

#define MINUTE 33776645
#define DAY 23456

static const char *data_folder;

/* The bytes of a vector, for as long as the test runs. */
struct value {
    uint8_t bytes[1024];
    size_t len;
};

static struct value value_of(const char *hex)
{
    struct value value = {.len = strlen(hex) / 2};
    assert_true(value.len <= sizeof value.bytes);
    assert_ok(hex_read(span_text(hex), value.bytes, value.len));
    return value;
}

static struct span bytes_of(const struct value *value)
{
    return span_of(value->bytes, value->len);
}

static void assert_hex(const void *bytes, size_t len, const char *hex)
{
    struct buf text;
    buf_init(&text, 4096);
    hex_put(&text, span_of(bytes, len));
    assert_string_equal(buf_cstr(&text), hex);
    buf_release(&text);
}

static struct caller_keys caller(void)
{
    struct caller_keys keys;
    codename_keys(value_of(VECTOR_CODENAME).bytes, &keys);
    return keys;
}

static void codename_and_all_from_it(void **state)
{
    (void)state;
    struct caller_keys keys = caller();
    uint8_t tag[16], secret[32];
    assert_hex(keys.mailbox.public_key, 32, VECTOR_MAILBOX_PUBLIC);
    assert_hex(keys.reply_key, 32, VECTOR_REPLY_KEY);
    assert_hex(keys.erase_key, 32, VECTOR_ERASE_KEY);
    assert_hex(keys.send_key, 32, VECTOR_SEND_KEY);
    codename_reply_tag(keys.reply_key, 0, tag);
    assert_hex(tag, sizeof tag, VECTOR_REPLY_TAG_0);
    codename_reply_tag(keys.reply_key, 63, tag);
    assert_hex(tag, sizeof tag, VECTOR_REPLY_TAG_63);
    codename_erase_secret(keys.erase_key, 0, secret);
    assert_hex(secret, sizeof secret, VECTOR_ERASE_SECRET_0);
    codename_erase_tag(secret, tag);
    assert_hex(tag, sizeof tag, VECTOR_ERASE_TAG_0);
    codename_answer_erase_secret(keys.reply_key, 0, secret);
    assert_hex(secret, sizeof secret, VECTOR_ANSWER_ERASE_SECRET_0);
    codename_erase_tag(secret, tag);
    assert_hex(tag, sizeof tag, VECTOR_ANSWER_ERASE_TAG_0);
}

static void an_entrys_id(void **state)
{
    (void)state;
    struct caller_keys keys = caller();
    struct value content = value_of(VECTOR_CONTENT);
    struct hash hash = hash_sha256(bytes_of(&content));
    uint8_t id[16];
    codename_entry_id(keys.send_key, value_of(VECTOR_FORM_NONCE).bytes, &hash, id);
    assert_hex(id, sizeof id, VECTOR_ENTRY_ID);
}

static void assert_words(const char *language, const char *expected)
{
    const struct words_list *list = words_of_language(language), *found;
    const char *words[WORDS_SECRET_COUNT];
    uint8_t back[WORDS_SECRET_BYTES];
    struct buf text;
    words_of_secret(list, value_of(VECTOR_CODENAME).bytes, words);
    buf_init(&text, 1024);
    for (size_t i = 0; i < WORDS_SECRET_COUNT; i++)
        buf_printf(&text, "%s%s", i ? " " : "", words[i]);
    assert_string_equal(buf_cstr(&text), expected);
    assert_ok(words_read_secret(list, span_text(expected), back, &found, NULL));
    assert_hex(back, sizeof back, VECTOR_CODENAME);
    buf_release(&text);
}

static void words(void **state)
{
    (void)state;
    struct caller_keys keys = caller();
    const struct words_list *russian = words_of_language("ru");
    struct buf text;
    assert_words("en", VECTOR_CODENAME_EN);
    assert_words("ru", VECTOR_CODENAME_RU);
    buf_init(&text, 256);
    buf_printf(&text, "%s %s", words_at(russian, keys.greeting[0]),
               words_at(russian, keys.greeting[1]));
    assert_string_equal(buf_cstr(&text), VECTOR_GREETING_RU);
    buf_reset(&text);
    words_six(value_of(VECTOR_ORGANISATION).bytes, &text);
    assert_string_equal(buf_cstr(&text), VECTOR_ORGANISATION_WORDS);
    buf_release(&text);
}

static void tickets(void **state)
{
    (void)state;
    struct ticket_keys keys = {.period = MINUTE / TICKET_LIFE_MINUTES};
    struct ticket ticket;
    memcpy(keys.current, value_of(VECTOR_TICKET_KEY).bytes, sizeof keys.current);
    assert_ok(ticket_open(&keys, MINUTE, span_text(VECTOR_TICKET), &ticket));
    assert_int_equal(ticket.minute, MINUTE);
    assert_int_equal(ticket.language, 1);
    assert_hex(ticket.codename, sizeof ticket.codename, VECTOR_CODENAME);
    assert_hex(ticket.form_nonce, sizeof ticket.form_nonce, VECTOR_FORM_NONCE);
    ticket_keys_advance(&keys, MINUTE + TICKET_LIFE_MINUTES);
    assert_hex(keys.before, sizeof keys.before, VECTOR_TICKET_KEY);
    assert_hex(keys.current, sizeof keys.current, VECTOR_TICKET_KEY_NEXT);
}

static void members(void **state)
{
    (void)state;
    struct member_keys *keys = member_keys_of_seed(value_of(VECTOR_SEED).bytes), *opened;
    struct value file = value_of(VECTOR_KEYFILE), passphrase = value_of(VECTOR_PASSPHRASE);
    struct value organisation = value_of(VECTOR_ORGANISATION);
    assert_hex(keys->encrypt.public_key, 32, VECTOR_ENCRYPT_PUBLIC);
    assert_hex(keys->sign.public_key, 32, VECTOR_SIGN_PUBLIC);
    assert_hex(keys->cosign.public_key, 32, VECTOR_COSIGN_PUBLIC);
    assert_ok(
        keyfile_open(bytes_of(&file), bytes_of(&passphrase), organisation.bytes, &opened, NULL));
    assert_memory_equal(keys, opened, sizeof *keys);
    member_keys_free(keys);
    member_keys_free(opened);
}

static void rosters(void **state)
{
    (void)state;
    struct roster *roster = roster_new(), *own = roster_new();
    struct value found = value_of(VECTOR_FOUND_ENTRY), intake = value_of(VECTOR_INTAKE_ENTRY);
    struct member_keys *keys = member_keys_of_seed(value_of(VECTOR_SEED).bytes);
    struct dh_pair epoch;
    assert_ok(roster_add(roster, bytes_of(&found), NULL));
    assert_ok(roster_add(roster, bytes_of(&intake), NULL));
    assert_hex(roster_organisation(roster), 32, VECTOR_ORGANISATION);
    const struct roster_intake *newest = roster_intake_of_day(roster, DAY + 90);
    assert_non_null(newest);
    assert_hex(newest->public_key, 32, VECTOR_EPOCH_PUBLIC);
    assert_ok(roster_sign_open_grant(roster, newest, keys, &epoch));
    assert_hex(epoch.secret_key, 32, VECTOR_EPOCH_SECRET);
    /* Nothing is drawn for a first entry, so ours is the same. */
    assert_ok(roster_sign_found(own, roster_name(roster), "Mira Dolan", keys, DAY, NULL));
    assert_true(span_equal(roster_entry(own, 0), bytes_of(&found)));
    member_keys_free(keys);
    roster_free(roster);
    roster_free(own);
}

static void read_data(const char *name, struct buf *out)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", data_folder, name);
    buf_init(out, 1u << 20);
    assert_ok(file_read(path, 1u << 20, out, NULL));
}

static void payload(void **state)
{
    (void)state;
    struct value secret = value_of(VECTOR_EPOCH_SECRET), header = value_of(VECTOR_HEADER);
    struct value leaf = value_of(VECTOR_PAYLOAD_LEAF), content = value_of(VECTOR_CONTENT);
    struct dh_pair epoch;
    struct opened opened;
    struct buf sealed;
    dh_pair_of_secret(secret.bytes, &epoch);
    read_data("payload.bin", &sealed);
    struct hash hash = hash_sha256(buf_bytes(&sealed));
    assert_hex(hash.bytes, HASH_BYTES, VECTOR_PAYLOAD_SEALED_SHA256);
    assert_ok(payload_open(&epoch, bytes_of(&header), bytes_of(&leaf), buf_bytes(&sealed),
                           value_of(VECTOR_ORGANISATION).bytes, &opened, NULL));
    assert_true(span_equal(opened.content, bytes_of(&content)));
    assert_hex(opened.fields.data, opened.fields.len, VECTOR_PAYLOAD_FIELDS);
    assert_hex(opened.k_com, sizeof opened.k_com, VECTOR_K_COM);
    assert_true(opened.has_signer);
    assert_hex(opened.signer, sizeof opened.signer, VECTOR_SIGN_PUBLIC);
    assert_int_equal(opened.envelope.kind, KIND_REPORT);
    assert_int_equal(opened.envelope.minute, MINUTE);
    assert_int_equal(opened.envelope.minute_order, 2);
    assert_int_equal(opened.envelope.order, 3);
    assert_string_equal(opened.envelope.language, "ru");
    assert_string_equal(opened.envelope.channel, "telephone");
    assert_string_equal(opened.envelope.wording, "verbatim");
    assert_hex(opened.envelope.mailbox, 32, VECTOR_MAILBOX_PUBLIC);
    assert_hex(opened.envelope.reply_key, 32, VECTOR_REPLY_KEY);
    opened_release(&opened);
    buf_release(&sealed);
}

static void answer(void **state)
{
    (void)state;
    struct caller_keys keys = caller();
    struct value header = value_of(VECTOR_HEADER), leaf = value_of(VECTOR_ANSWER_LEAF);
    struct value text = value_of(VECTOR_ANSWER_TEXT);
    struct buf sealed, out;
    read_data("answer.bin", &sealed);
    struct hash hash = hash_sha256(buf_bytes(&sealed));
    assert_hex(hash.bytes, HASH_BYTES, VECTOR_ANSWER_SEALED_SHA256);
    buf_init(&out, 1u << 20);
    assert_ok(answer_open(&keys.mailbox, value_of(VECTOR_EPOCH_PUBLIC).bytes, bytes_of(&header),
                          bytes_of(&leaf), buf_bytes(&sealed), &out));
    assert_true(span_equal(buf_bytes(&out), bytes_of(&text)));
    buf_release(&sealed);
    buf_release(&out);
}

static void commitment(void **state)
{
    (void)state;
    struct value content = value_of(VECTOR_CONTENT), header = value_of(VECTOR_HEADER);
    struct hash hash = hash_sha256(bytes_of(&content));
    struct entry_header read;
    assert_ok(entry_header_read(bytes_of(&header), &read));
    assert_int_equal(read.day, DAY);
    struct hash got = entry_commitment(value_of(VECTOR_K_COM).bytes, read.id, &hash);
    assert_hex(got.bytes, HASH_BYTES, &VECTOR_PAYLOAD_LEAF[2 * 81]);
}

static void resume(void **state)
{
    (void)state;
    struct value file = value_of(VECTOR_RESUME_FILE), content = value_of(VECTOR_CONTENT);
    struct parts *parts;
    struct hash work;
    struct buf out;
    bool got;
    char path[] = "/tmp/vectors-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_ok(file_write_all(fd, file.bytes, file.len));
    close(fd);
    memcpy(work.bytes, value_of(VECTOR_RESUME_WORK).bytes, sizeof work.bytes);
    assert_ok(resume_open(path, &work, &parts, NULL));
    buf_init(&out, 1000);
    assert_ok(parts_next(parts, &out, &got));
    assert_true(got && span_equal(buf_bytes(&out), bytes_of(&content)));
    assert_ok(parts_next(parts, &out, &got));
    assert_true(got && out.len == content.len);
    assert_ok(parts_next(parts, &out, &got));
    assert_false(got);
    assert_ok(resume_remove(parts, NULL));
    resume_free(parts);
    buf_release(&out);
}

/* FIPS 180-4's "abc" and RFC 4231's second case, so that not all stands on one script. */
static void hashes(void **state)
{
    (void)state;
    static const char key[32] = "Jefe";
    struct span parts[] = {span_text("a"), span_of(NULL, 0), span_text("bc")};
    struct hash hash = hash_sha256_parts(parts, COUNT_OF(parts));
    assert_hex(hash.bytes, HASH_BYTES,
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    hash = hash_sha256(span_of(NULL, 0));
    assert_hex(hash.bytes, HASH_BYTES,
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    /* A shorter key is filled up with zeros. */
    hash = hash_hmac((const uint8_t *)key, span_text("what do ya want for nothing?"));
    assert_hex(hash.bytes, HASH_BYTES,
               "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codename_and_all_from_it),
        cmocka_unit_test(an_entrys_id),
        cmocka_unit_test(words),
        cmocka_unit_test(tickets),
        cmocka_unit_test(members),
        cmocka_unit_test(rosters),
        cmocka_unit_test(payload),
        cmocka_unit_test(answer),
        cmocka_unit_test(commitment),
        cmocka_unit_test(resume),
        cmocka_unit_test(hashes),
    };
    if (argc != 2 || seal_init() < 0)
        return 1;
    data_folder = argv[1];
    return cmocka_run_group_tests_name("seal_vectors", tests, NULL, NULL);
}
