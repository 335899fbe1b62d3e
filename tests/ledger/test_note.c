/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Notes, keys, checkpoints and cosignatures: public notes by value, and every way that a note can
 * be something else than the specification says. */
#include "ledger/note.h"

#include "base/encode.h"
#include "prop.h"
#include "sample.h"

/* The example of Go's sumdb/note. */
static const char peter_key[] =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char peter_seed[] = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
static const char peter_text[] = "If you think cryptography is the answer to your problem,\n"
                                 "then you don't know what your problem is.\n";
#define PETER_BASE64                                                                               \
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
static const char peter_line[] = "\xe2\x80\x94 PeterNeumann " PETER_BASE64 "\n";
static const char peter_note[] = "If you think cryptography is the answer to your problem,\n"
                                 "then you don't know what your problem is.\n\n"
                                 "\xe2\x80\x94 PeterNeumann " PETER_BASE64 "\n";

/* A checkpoint of a public log of 2026, with what public cosigners and a second log key put under
 * it; its first signature is of a type that is not known here. */
static const char public_text[] = "arche2025h1.staging.ct.transparency.dev\n"
                                  "1432088532\n"
                                  "U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n";
static const char public_signatures[] =
    "\n"
    "\xe2\x80\x94 arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYL"
    "fQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=\n"
    "\xe2\x80\x94 arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27l"
    "efwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=\n"
    "\xe2\x80\x94 transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8n"
    "d8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==\n"
    "\xe2\x80\x94 witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8e"
    "O0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==\n"
    "\xe2\x80\x94 remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+"
    "aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==\n"
    "\xe2\x80\x94 witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtE"
    "yOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==\n";
static const char public_log[] = "arche2025h1.staging.ct.transparency.dev+ba2f06c0+"
                                 "AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f";
#define LITTLE_GARDEN                                                                              \
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/"            \
    "MwYaGX4CPdiVEPM"
static const char *const public_cosigners[] = {
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    LITTLE_GARDEN,
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
};
#define PUBLIC_TIME_S 1779573024

static struct note_key key_of(const char *text)
{
    struct note_key key;
    assert_ok(note_key_read(span_text(text), &key));
    return key;
}

static int open_text(const char *text, struct note *note)
{
    return note_read(span_text(text), note, NULL);
}

static void test_the_public_note_is_read_and_fits(void **state)
{
    (void)state;
    struct note note;
    struct note_key key = key_of(peter_key);
    assert_ok(open_text(peter_note, &note));
    assert_true(span_equal(note.text, span_text(peter_text)));
    assert_int_equal(note.count, 1);
    assert_ok(note_check(&note, &key, NULL));
    note_release(&note);
}

static void test_the_public_note_is_signed_alike(void **state)
{
    (void)state;
    struct buf seed, out;
    struct sign_pair pair;
    struct note_key key = key_of(peter_key);
    buf_init(&seed, 64);
    buf_init(&out, 1024);
    assert_ok(base64_read(span_text(peter_seed), &seed));
    assert_int_equal(seed.len, 33);
    sign_pair_of_seed(seed.data + 1, &pair);
    assert_memory_equal(pair.public_key, key.public_key, SIGN_KEY_BYTES);
    note_sign_line(&key, &pair, span_text(peter_text), &out);
    assert_string_equal(buf_cstr(&out), peter_line);
    buf_release(&out);
    buf_release(&seed);
}

static void test_a_public_checkpoint_with_its_cosignatures(void **state)
{
    (void)state;
    struct note note;
    struct note_key log = key_of(public_log);
    struct checkpoint checkpoint;
    struct buf bytes, again;
    buf_init(&bytes, 8192);
    buf_init(&again, 8192);
    buf_printf(&bytes, "%s%s", public_text, public_signatures);
    assert_ok(note_read(buf_bytes(&bytes), &note, NULL));
    assert_int_equal(note.count, 6);
    for (size_t i = 0; i < COUNT_OF(public_cosigners); i++) {
        struct note_key cosigner = key_of(public_cosigners[i]);
        uint64_t time_s = 0;
        assert_ok(note_check(&note, &cosigner, &time_s));
        assert_int_equal(time_s, PUBLIC_TIME_S);
    }
    note_release(&note);
    assert_ok(checkpoint_open(buf_bytes(&bytes), &log, &checkpoint, NULL));
    assert_int_equal(checkpoint.size, 1432088532);
    checkpoint_write(&checkpoint, &again);
    assert_string_equal(buf_cstr(&again), public_text);
    buf_release(&again);
    buf_release(&bytes);
}

static void test_any_changed_byte_of_a_public_checkpoint_is_seen(void **state)
{
    (void)state;
    struct note_key cosigner = key_of(public_cosigners[0]), log = key_of(public_log);
    struct buf bytes;
    buf_init(&bytes, 8192);
    buf_printf(&bytes, "%s%s", public_text, public_signatures);
    size_t text_len = strlen(public_text);
    for (size_t i = 0; i < text_len; i++) {
        struct note note;
        uint8_t before = bytes.data[i];
        bytes.data[i] ^= 1;
        if (note_read(buf_bytes(&bytes), &note, NULL) == 0) {
            assert_error(note_check(&note, &cosigner, NULL), E_SIGNATURE);
            assert_error(note_check(&note, &log, NULL), E_SIGNATURE);
            note_release(&note);
        }
        bytes.data[i] = before;
    }
    buf_release(&bytes);
}

static void test_keys_are_read_and_written(void **state)
{
    (void)state;
    static const char *const good[] = {
        peter_key, public_log, LITTLE_GARDEN,
        /* The base64 holds a plus. */
        "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct note_key key = key_of(good[i]);
        struct buf text;
        buf_init(&text, 1024);
        note_key_write(&key, &text);
        assert_string_equal(buf_cstr(&text), good[i]);
        struct hash fingerprint = note_key_fingerprint(&key), right = hash_sha256(buf_bytes(&text));
        assert_true(hash_equal(&fingerprint, &right));
        buf_release(&text);
    }
}

/* Everything about the key is wrong but its id. */
static void assert_key_with_right_id_refused(const char *name, size_t key_bytes)
{
    uint8_t material[1 + SIGN_KEY_BYTES + 1] = {NOTE_TYPE_ED25519};
    struct span parts[] = {span_text(name), span_text("\n"), {material, 1 + SIGN_KEY_BYTES}};
    struct hash id = hash_sha256_parts(parts, COUNT_OF(parts));
    struct note_key key;
    struct buf text;
    buf_init(&text, 1024);
    buf_printf(&text, "%s+", name);
    hex_put(&text, span_of(id.bytes, 4));
    buf_text(&text, "+");
    base64_put(&text, span_of(material, 1 + key_bytes));
    assert_error(note_key_read(buf_bytes(&text), &key), E_FORMAT);
    buf_release(&text);
}

static void test_keys_that_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int error;
    } bad[] = {
        {"", E_FORMAT},
        {"PeterNeumann", E_FORMAT},
        {"PeterNeumann+c74f20a3", E_FORMAT},
        {"+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", E_FORMAT},
        {"Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", E_FORMAT},
        {"Peter\xe2\x80\x89Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
         E_FORMAT},
        {"Peter\xffNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", E_FORMAT},
        /* another name, another id, another key: the id no longer fits */
        {"PeterNeumanm+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", E_FORMAT},
        {"PeterNeumann+c74f20a2+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", E_FORMAT},
        {"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TX", E_FORMAT},
        /* a cosigner's type over the same key, an unknown type, a key too short, none */
        {"PeterNeumann+c74f20a3+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", E_FORMAT},
        {"PeterNeumann+c74f20a3+BRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", E_VERSION},
        {"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy1w==", E_FORMAT},
        {"PeterNeumann+c74f20a3+", E_FORMAT},
        {"PeterNeumann+c74f20a+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", E_FORMAT},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct note_key key;
        assert_error(note_key_read(span_text(bad[i].text), &key), bad[i].error);
    }
    struct note_key key;
    uint8_t bytes[SIGN_KEY_BYTES] = {0};
    assert_key_with_right_id_refused("a b", SIGN_KEY_BYTES);
    assert_key_with_right_id_refused("a", SIGN_KEY_BYTES + 1);
    assert_error(note_key_make("a+b", NOTE_TYPE_ED25519, bytes, &key), E_FORMAT);
    assert_error(note_key_make("a", 2, bytes, &key), E_ARGUMENT);
}

#define GOOD_LINE "\xe2\x80\x94 a AAAAAAA=\n"

static void test_notes_that_are_not_notes(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "\n",
        "text\n",
        "text\n\n",                                   /* no signature */
        "text\n\n" GOOD_LINE "\n",                    /* the last empty line is at the end */
        "text\n\n\xe2\x80\x94 a AAAAAAA=",            /* no last newline */
        "text\n" GOOD_LINE,                           /* no empty line */
        "text\n\n- a AAAAAAA=\n",                     /* another dash */
        "text\n\n\xe2\x80\x94  AAAAAAA=\n",           /* no name */
        "text\n\n\xe2\x80\x94 a\n",                   /* no signature */
        "text\n\n\xe2\x80\x94 a AAAAAAA\n",           /* no padding */
        "text\n\n\xe2\x80\x94 a AAAAAAB=\n",          /* stray bits */
        "text\n\n\xe2\x80\x94 a AAAAAA==\n",          /* an id and nothing more */
        "text\n\n\xe2\x80\x94 a  AAAAAAA=\n",         /* two spaces */
        "text\n\n\xe2\x80\x94 a AAAAAAA= \n",         /* a space at the end */
        "text\n\n\xe2\x80\x94 a+b AAAAAAA=\n",        /* a plus in the name */
        "text\n\n\xe2\x80\x94 a\xc2\xa0z AAAAAAA=\n", /* a space of another kind in the name */
        "te\txt\n\n" GOOD_LINE,                       /* a tab */
        "te\rxt\n\n" GOOD_LINE,
        "te\xffxt\n\n" GOOD_LINE,     /* not UTF-8 */
        "te\xc0\x80xt\n\n" GOOD_LINE, /* overlong */
        "te\xe0\x80\x80xt\n\n" GOOD_LINE,
        "te\xed\xa0\x80xt\n\n" GOOD_LINE,     /* a surrogate */
        "te\xf4\x90\x80\x80xt\n\n" GOOD_LINE, /* beyond Unicode */
        "te\xe2\x80xt\n\n" GOOD_LINE,         /* cut short */
        "text\n\n" GOOD_LINE "more\n",
    };
    struct note note;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_error(open_text(bad[i], &note), E_FORMAT);
    assert_ok(open_text("text\n\n" GOOD_LINE, &note));
    note_release(&note);
    assert_ok(open_text("\xd1\x91\xe2\x82\xac\xf0\x9f\x8c\xb2\n\nmore\n\n" GOOD_LINE, &note));
    assert_int_equal(note.text.len, 16);
    note_release(&note);
}

static void test_many_signatures_and_too_many(void **state)
{
    (void)state;
    struct note note;
    struct buf bytes;
    buf_init(&bytes, 2 * NOTE_BYTES_MAX);
    buf_text(&bytes, "text\n\n");
    for (size_t i = 0; i < NOTE_SIGNATURES_MAX; i++)
        buf_text(&bytes, GOOD_LINE);
    assert_ok(note_read(buf_bytes(&bytes), &note, NULL));
    assert_int_equal(note.count, NOTE_SIGNATURES_MAX);
    note_release(&note);
    buf_text(&bytes, GOOD_LINE);
    assert_error(note_read(buf_bytes(&bytes), &note, NULL), E_TOO_LARGE);
    while (bytes.len <= NOTE_BYTES_MAX)
        buf_text(&bytes, "0123456789");
    assert_error(note_read(buf_bytes(&bytes), &note, NULL), E_TOO_LARGE);
    buf_release(&bytes);
}

static void test_a_signature_is_found_by_name_and_id_only(void **state)
{
    (void)state;
    struct note note;
    struct note_key peter = key_of(peter_key), other = peter;
    assert_ok(open_text(peter_note, &note));
    other.name[0] = 'p';
    assert_error(note_check(&note, &other, NULL), E_NOT_FOUND);
    other = peter;
    other.id[3] ^= 1;
    assert_error(note_check(&note, &other, NULL), E_NOT_FOUND);
    other = peter;
    other.public_key[5] ^= 1;
    assert_error(note_check(&note, &other, NULL), E_SIGNATURE);
    note_release(&note);
}

static void test_a_second_line_of_a_known_key_must_fit_too(void **state)
{
    (void)state;
    struct note note;
    struct note_key peter = key_of(peter_key);
    struct buf bytes;
    buf_init(&bytes, 4096);
    buf_printf(&bytes, "%s\xe2\x80\x94 PeterNeumann x08gowAAAA==\n", peter_note);
    assert_ok(note_read(buf_bytes(&bytes), &note, NULL));
    assert_error(note_check(&note, &peter, NULL), E_SIGNATURE);
    note_release(&note);
    buf_release(&bytes);
}

static void cosigned(const struct sample_key *key, uint64_t time_s, struct buf *bytes)
{
    note_cosign_line(&key->key, &key->pair, span_text(peter_text), time_s, bytes);
    assert_ok(buf_error(bytes));
}

static void test_cosignatures_bind_their_time(void **state)
{
    (void)state;
    const struct sample_key *key = &sample_cosigners[0];
    struct note note;
    struct buf bytes;
    uint64_t time_s = 0;
    buf_init(&bytes, 4096);
    buf_printf(&bytes, "%s\n", peter_text);
    cosigned(key, 1775000000, &bytes);
    assert_ok(note_read(buf_bytes(&bytes), &note, NULL));
    assert_ok(note_check(&note, &key->key, &time_s));
    assert_int_equal(time_s, 1775000000);
    /* The time's bytes in the signature, made one second later. */
    uint8_t changed[72];
    memcpy(changed, note.signatures[0].bytes.data, sizeof changed);
    changed[7]++;
    note.signatures[0].bytes.data = changed;
    assert_error(note_check(&note, &key->key, &time_s), E_SIGNATURE);
    changed[7]--;
    changed[0] = 0x80;
    assert_error(note_check(&note, &key->key, &time_s), E_SIGNATURE);
    changed[0] = 0;
    note.signatures[0].bytes.len = 71;
    assert_error(note_check(&note, &key->key, &time_s), E_SIGNATURE);
    note_release(&note);
    buf_release(&bytes);
}

static void test_the_earliest_of_two_cosignatures_counts(void **state)
{
    (void)state;
    const struct sample_key *key = &sample_cosigners[1];
    struct note note;
    struct buf bytes;
    uint64_t time_s = 0;
    buf_init(&bytes, 4096);
    buf_printf(&bytes, "%s\n", peter_text);
    cosigned(key, 1775000500, &bytes);
    cosigned(key, 1775000400, &bytes);
    cosigned(key, 1775000600, &bytes);
    assert_ok(note_read(buf_bytes(&bytes), &note, NULL));
    assert_ok(note_check(&note, &key->key, &time_s));
    assert_int_equal(time_s, 1775000400);
    note_release(&note);
    buf_release(&bytes);
}

/* Time 2^63 is refused although the signature fits. */
static void test_a_time_out_of_bounds_is_refused(void **state)
{
    (void)state;
    const struct sample_key *key = &sample_cosigners[0];
    uint8_t signature[4 + 72] = {0};
    struct note note;
    struct buf message, bytes;
    buf_init(&message, 4096);
    buf_init(&bytes, 4096);
    buf_printf(&message, "cosignature/v1\ntime 9223372036854775808\n%s", peter_text);
    memcpy(signature, key->key.id, 4);
    signature[4] = 0x80;
    sign_make(&key->pair, buf_bytes(&message), signature + 12);
    buf_printf(&bytes, "%s\n\xe2\x80\x94 %s ", peter_text, key->key.name);
    base64_put(&bytes, span_of(signature, sizeof signature));
    buf_text(&bytes, "\n");
    assert_ok(note_read(buf_bytes(&bytes), &note, NULL));
    assert_error(note_check(&note, &key->key, NULL), E_SIGNATURE);
    note_release(&note);
    buf_release(&bytes);
    buf_release(&message);
}

#define ROOT "U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro="

static void test_checkpoints_that_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "origin\n5\n",
        "\n5\n" ROOT "\n",
        "origin\n\n" ROOT "\n",
        "origin\n05\n" ROOT "\n",
        "origin\n+5\n" ROOT "\n",
        "origin\n5 \n" ROOT "\n",
        "origin\n-1\n" ROOT "\n",
        "origin\n9223372036854775808\n" ROOT "\n",
        "origin\n5\n" ROOT,
        "origin\n5\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4R==\n",
        "origin\n5\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4RoA\n",
        "origin\n5\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Rp=\n",
        "origin\n5\n" ROOT "\nmore",
        "origin\n5\n" ROOT "\n\n",
        "origin\n5\n" ROOT "\nmore\n\n",
        "ori\tgin\n5\n" ROOT "\n",
    };
    struct checkpoint checkpoint;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_error(checkpoint_read(span_text(bad[i]), &checkpoint), E_FORMAT);
    assert_ok(checkpoint_read(span_text("origin\n9223372036854775807\n" ROOT "\n"), &checkpoint));
    assert_ok(checkpoint_read(span_text("origin\n0\n" ROOT "\nmore\nand more\n"), &checkpoint));
    struct buf text;
    buf_init(&text, 1024);
    for (size_t i = 0; i <= CHECKPOINT_ORIGIN_MAX; i++)
        buf_text(&text, "o");
    buf_text(&text, "\n5\n" ROOT "\n");
    assert_error(checkpoint_read(buf_bytes(&text), &checkpoint), E_FORMAT);
    assert_ok(checkpoint_read(span_slice(buf_bytes(&text), 1, text.len), &checkpoint));
    buf_release(&text);
}

static void test_a_checkpoint_is_opened_by_its_log_only(void **state)
{
    (void)state;
    struct hash root = merkle_empty_root();
    struct checkpoint checkpoint = sample_checkpoint(7, &root), opened = {.size = 0};
    struct problem problem = {""};
    struct buf bytes;
    buf_init(&bytes, 4096);
    sample_note(&sample_log, &checkpoint, &bytes);
    assert_ok(checkpoint_open(buf_bytes(&bytes), &sample_log.key, &opened, NULL));
    assert_int_equal(opened.size, 7);
    assert_error(checkpoint_open(buf_bytes(&bytes), &sample_other_log.key, &opened, &problem),
                 E_SIGNATURE);
    assert_non_null(strstr(problem.text, "is not signed by vouchsafe/fedcba9876543210"));
    bytes.data[strlen(checkpoint.origin) + 1] = '8';
    assert_error(checkpoint_open(buf_bytes(&bytes), &sample_log.key, &opened, NULL), E_SIGNATURE);
    /* Signed by a log, but in the name of another. */
    buf_reset(&bytes);
    sample_note(&sample_other_log, &checkpoint, &bytes);
    assert_error(checkpoint_open(buf_bytes(&bytes), &sample_other_log.key, &opened, NULL),
                 E_OTHER_ORG);
    buf_release(&bytes);
}

static void test_a_signed_note_that_is_no_checkpoint(void **state)
{
    (void)state;
    struct note_key peter = key_of(peter_key);
    struct checkpoint checkpoint;
    assert_error(checkpoint_open(span_text(peter_note), &peter, &checkpoint, NULL), E_FORMAT);
}

static void test_random_notes_come_back(void **state)
{
    (void)state;
    struct prop prop = prop_start("notes");
    for (int round = 0; round < 200; round++) {
        struct buf bytes;
        struct note note;
        buf_init(&bytes, NOTE_BYTES_MAX);
        size_t lines = prop_below(&prop, 6);
        for (size_t i = 0; i <= lines; i++)
            buf_printf(&bytes, "%.*s\n", (int)prop_below(&prop, 30), peter_text + 10);
        struct buf text;
        buf_init(&text, NOTE_BYTES_MAX);
        buf_span(&text, buf_bytes(&bytes));
        buf_text(&bytes, "\n");
        size_t count = 1 + prop_below(&prop, SAMPLE_COSIGNERS);
        for (size_t i = 0; i < count; i++)
            note_cosign_line(&sample_cosigners[i].key, &sample_cosigners[i].pair, buf_bytes(&text),
                             1000 + i, &bytes);
        assert_ok(note_read(buf_bytes(&bytes), &note, NULL));
        assert_true(span_equal(note.text, buf_bytes(&text)));
        for (size_t i = 0; i < count; i++) {
            uint64_t time_s;
            assert_ok(note_check(&note, &sample_cosigners[i].key, &time_s));
            assert_int_equal(time_s, 1000 + i);
        }
        note_release(&note);
        buf_release(&text);
        buf_release(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_public_note_is_read_and_fits),
        cmocka_unit_test(test_the_public_note_is_signed_alike),
        cmocka_unit_test(test_a_public_checkpoint_with_its_cosignatures),
        cmocka_unit_test(test_any_changed_byte_of_a_public_checkpoint_is_seen),
        cmocka_unit_test(test_keys_are_read_and_written),
        cmocka_unit_test(test_keys_that_are_refused),
        cmocka_unit_test(test_notes_that_are_not_notes),
        cmocka_unit_test(test_many_signatures_and_too_many),
        cmocka_unit_test(test_a_signature_is_found_by_name_and_id_only),
        cmocka_unit_test(test_a_second_line_of_a_known_key_must_fit_too),
        cmocka_unit_test(test_cosignatures_bind_their_time),
        cmocka_unit_test(test_the_earliest_of_two_cosignatures_counts),
        cmocka_unit_test(test_a_time_out_of_bounds_is_refused),
        cmocka_unit_test(test_checkpoints_that_are_refused),
        cmocka_unit_test(test_a_checkpoint_is_opened_by_its_log_only),
        cmocka_unit_test(test_a_signed_note_that_is_no_checkpoint),
        cmocka_unit_test(test_random_notes_come_back),
    };
    return cmocka_run_group_tests(tests, sample_start, NULL);
}
