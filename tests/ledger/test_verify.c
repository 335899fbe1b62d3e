/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Proofs made and verified: each check has a proof that only it refuses, and no changed byte of a
 * proof or a leaf is accepted. */
#include "ledger/verify.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/encode.h"
#include "sample.h"

#define ENTRY 4u     /* the entry that is proved */
#define FIRST_SIZE 3 /* a checkpoint before it */
#define SIZE 7       /* the oldest after it */
#define LATER_SIZE 12
#define TIME_S 1775736000u /* 2026-04-09 12:00 */

static struct store *store;
static struct policy *policy; /* two of the first three cosigners */
static struct sample_entry entry;
static struct buf proof;

static struct span leaf_of(const struct sample_entry *of)
{
    return span_of(of->leaf, sizeof of->leaf);
}

static struct policy *policy_of(const struct note_key *log, size_t count, size_t needed)
{
    struct note_key keys[SAMPLE_COSIGNERS];
    struct policy *made;
    struct buf text;
    for (size_t i = 0; i < count; i++)
        keys[i] = sample_cosigners[i].key;
    buf_init(&text, POLICY_BYTES_MAX);
    assert_ok(policy_write(log, keys, count, needed, &text));
    assert_ok(policy_read(buf_bytes(&text), &made, NULL));
    buf_release(&text);
    return made;
}

static int fresh(void **state)
{
    (void)state;
    sample_folder();
    store = sample_open();
    sample_append(store, 0, FIRST_SIZE, SAMPLE_LEAVES);
    sample_append(store, FIRST_SIZE, SIZE - FIRST_SIZE, SAMPLE_LEAVES);
    sample_append(store, SIZE, LATER_SIZE - SIZE, SAMPLE_LEAVES);
    sample_cosign(store, 0, FIRST_SIZE, TIME_S - 9000);
    sample_cosign(store, 1, FIRST_SIZE, TIME_S - 9000);
    sample_cosign(store, 0, SIZE, TIME_S);
    sample_cosign(store, 2, SIZE, TIME_S + 3600);
    sample_cosign(store, 3, SIZE, TIME_S - 7200);
    sample_cosign(store, 0, LATER_SIZE, TIME_S + 86400);
    sample_cosign(store, 1, LATER_SIZE, TIME_S + 86400);
    policy = policy_of(&sample_log.key, 3, 2);
    sample_entry(ENTRY, STORE_FROM_DOOR, &entry);
    buf_init(&proof, PROOF_BYTES_MAX + 4096);
    assert_ok(proof_make(store, ENTRY, policy, &proof, NULL));
    return 0;
}

static int gone(void **state)
{
    (void)state;
    buf_release(&proof);
    policy_free(policy);
    store_close(store);
    sample_folder_remove();
    return 0;
}

static void assert_verdict(int error, const char *what)
{
    struct verify_result result = {.size = 4711};
    struct problem problem = {""};
    assert_error(verify_proof(buf_bytes(&proof), policy, leaf_of(&entry), &result, &problem),
                 error);
    if (error == 0)
        return;
    assert_int_equal(result.size, 4711);
    if (!strstr(problem.text, what))
        fail_msg("\"%s\" does not say \"%s\"", problem.text, what);
}

static void test_what_a_proof_proves(void **state)
{
    (void)state;
    struct verify_result result;
    assert_ok(verify_proof(buf_bytes(&proof), policy, leaf_of(&entry), &result, NULL));
    assert_string_equal(result.origin, sample_log.key.name);
    assert_int_equal(result.index, ENTRY);
    assert_int_equal(result.size, SIZE);
    assert_memory_equal(result.id, entry.id, sizeof entry.id);
    /* The second of the two that were needed signed at this time. */
    assert_int_equal(result.by_s, TIME_S + 3600);
    assert_int_equal(result.by_day, clock_day(TIME_S));
    assert_int_equal(result.cosigner_count, 2);
    assert_string_equal(result.cosigners[0].name, "w1");
    assert_string_equal(result.cosigners[0].key.name, sample_cosigners[0].key.name);
    assert_int_equal(result.cosigners[0].time_s, TIME_S);
    assert_string_equal(result.cosigners[1].name, "w3");
    assert_int_equal(result.cosigners[1].time_s, TIME_S + 3600);
    struct merkle_source nodes = store_nodes(store);
    struct hash root;
    assert_ok(merkle_root_at(&nodes, SIZE, &root));
    assert_true(hash_equal(&root, &result.root));
}

static void test_every_entry_can_be_proved(void **state)
{
    (void)state;
    for (unsigned n = 0; n < LATER_SIZE; n++) {
        struct verify_result result;
        buf_reset(&proof);
        sample_entry(n, STORE_FROM_DOOR, &entry);
        assert_ok(proof_make(store, n, policy, &proof, NULL));
        assert_ok(verify_proof(buf_bytes(&proof), policy, leaf_of(&entry), &result, NULL));
        assert_int_equal(result.size, n < FIRST_SIZE ? FIRST_SIZE : n < SIZE ? SIZE : LATER_SIZE);
    }
}

/* What else is kept for a checkpoint stays out of the proof: a line that does not fit, a later one
 * of the same cosigner, strangers in any number. */
static void test_only_what_is_needed_goes_into_a_proof(void **state)
{
    (void)state;
    struct verify_result result;
    for (unsigned i = 0; i < 2 * NOTE_SIGNATURES_MAX; i++)
        sample_cosign(store, 3, SIZE, TIME_S - i);
    sample_cosign(store, 0, SIZE, TIME_S + 99);
    assert_ok(store_begin(store));
    struct buf line;
    buf_init(&line, 4096);
    note_cosign_line(&sample_cosigners[1].key, &sample_cosigners[1].pair, span_text("other\n"),
                     TIME_S, &line);
    assert_ok(store_put_cosignature(store, SIZE, buf_bytes(&line)));
    assert_ok(store_commit(store));
    buf_release(&line);
    buf_reset(&proof);
    assert_ok(proof_make(store, ENTRY, policy, &proof, NULL));
    assert_ok(verify_proof(buf_bytes(&proof), policy, leaf_of(&entry), &result, NULL));
    assert_int_equal(result.size, SIZE);
    assert_int_equal(result.cosigner_count, 2);
    assert_int_equal(result.cosigners[0].time_s, TIME_S);
    assert_null(strstr(buf_cstr(&proof), sample_cosigners[3].key.name));
}

static void test_no_proof_without_enough_cosigners(void **state)
{
    (void)state;
    struct problem problem = {""};
    struct policy *all = policy_of(&sample_log.key, 4, 4);
    size_t before = proof.len;
    assert_error(proof_make(store, ENTRY, all, &proof, &problem), E_MISSING);
    assert_int_equal(proof.len, before);
    policy_free(all);
    struct policy *none = policy_of(&sample_log.key, 0, 0);
    assert_error(proof_make(store, ENTRY, none, &proof, NULL), E_ARGUMENT);
    policy_free(none);
    assert_error(proof_make(store, LATER_SIZE, policy, &proof, NULL), E_NOT_FOUND);
}

/* Every byte changed in its lowest bit and in another: refused. */
static void test_no_changed_byte_of_a_proof_is_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < proof.len; i++) {
        for (unsigned bit = 1; bit <= 16; bit <<= 4) {
            struct verify_result result;
            proof.data[i] ^= (uint8_t)bit;
            assert_true(verify_proof(buf_bytes(&proof), policy, leaf_of(&entry), &result, NULL) <
                        0);
            proof.data[i] ^= (uint8_t)bit;
        }
    }
}

static void test_no_changed_byte_of_a_leaf_is_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof entry.leaf; i++) {
        struct verify_result result;
        entry.leaf[i] ^= 1;
        assert_true(verify_proof(buf_bytes(&proof), policy, leaf_of(&entry), &result, NULL) < 0);
        entry.leaf[i] ^= 1;
    }
}

static void test_a_proof_cut_short_is_refused(void **state)
{
    (void)state;
    struct verify_result result;
    for (size_t len = 0; len < proof.len; len++) {
        struct span cut = span_slice(buf_bytes(&proof), 0, len);
        int error = verify_proof(cut, policy, leaf_of(&entry), &result, NULL);
        /* A whole line of the last cosigner may be missing, if it was not needed. */
        assert_true(error < 0 || proof.data[len - 1] == '\n');
    }
}

/* The parts of a proof, put together again by hand. */
struct parts {
    uint64_t index;
    struct merkle_proof path;
    struct checkpoint checkpoint;
    const struct sample_key *log; /* NULL: no signature of a log */
    bool spoil_log, spoil_cosigner;
    unsigned cosigner_count;
    unsigned cosigners[SAMPLE_COSIGNERS];
    uint64_t times_s[SAMPLE_COSIGNERS];
};

static struct parts good_parts(void)
{
    struct parts parts = {.index = ENTRY,
                          .log = &sample_log,
                          .cosigner_count = 2,
                          .cosigners = {0, 2},
                          .times_s = {TIME_S, TIME_S + 5}};
    struct merkle_source nodes = store_nodes(store);
    struct hash root;
    assert_ok(merkle_root_at(&nodes, SIZE, &root));
    assert_ok(merkle_prove_inclusion(&nodes, ENTRY, SIZE, &parts.path));
    parts.checkpoint = sample_checkpoint(SIZE, &root);
    return parts;
}

/* Changes the last but one character of the base64 that ends the buffer. */
static void spoil(struct buf *line)
{
    uint8_t *at = line->data + line->len - 10;
    *at = *at == 'A' ? 'B' : 'A';
}

static void put_together(const struct parts *parts)
{
    struct buf note, line;
    buf_init(&note, NOTE_BYTES_MAX);
    buf_init(&line, NOTE_BYTES_MAX);
    checkpoint_write(&parts->checkpoint, &note);
    struct buf text;
    buf_init(&text, NOTE_BYTES_MAX);
    buf_span(&text, buf_bytes(&note));
    buf_text(&note, "\n");
    if (parts->log)
        note_sign_line(&parts->log->key, &parts->log->pair, buf_bytes(&text), &note);
    if (parts->spoil_log)
        spoil(&note);
    for (unsigned i = 0; i < parts->cosigner_count; i++) {
        const struct sample_key *key = &sample_cosigners[parts->cosigners[i]];
        buf_reset(&line);
        note_cosign_line(&key->key, &key->pair, buf_bytes(&text), parts->times_s[i], &line);
        if (parts->spoil_cosigner)
            spoil(&line);
        buf_span(&note, buf_bytes(&line));
    }
    struct proof made = {
        .index = parts->index, .path = parts->path, .checkpoint = buf_bytes(&note)};
    buf_reset(&proof);
    proof_write(&made, &proof);
    assert_ok(buf_error(&proof));
    buf_release(&text);
    buf_release(&line);
    buf_release(&note);
}

static void test_a_proof_put_together_by_hand(void **state)
{
    (void)state;
    struct parts parts = good_parts();
    put_together(&parts);
    assert_verdict(0, "");
}

static void test_the_logs_signature_is_checked(void **state)
{
    (void)state;
    struct parts parts = good_parts();
    parts.spoil_log = true;
    put_together(&parts);
    assert_verdict(E_SIGNATURE, "the log's signature");
}

static void test_the_log_must_be_in_the_policy(void **state)
{
    (void)state;
    struct parts parts = good_parts();
    parts.log = &sample_other_log;
    put_together(&parts);
    assert_verdict(E_OTHER_ORG, "not signed by a log");
    parts.log = NULL;
    put_together(&parts);
    assert_verdict(E_OTHER_ORG, "not signed by a log");
}

static void test_the_origin_must_be_the_signers(void **state)
{
    (void)state;
    struct parts parts = good_parts();
    memcpy(parts.checkpoint.origin, sample_other_log.key.name,
           strlen(sample_other_log.key.name) + 1);
    put_together(&parts);
    assert_verdict(E_OTHER_ORG, "of another log than the one that signed");
}

/* What a signature does not vouch for is not looked at: the text is no checkpoint at all. */
static void test_nothing_is_read_before_its_signature_fits(void **state)
{
    (void)state;
    static const char text[] = "vouchsafe/0123456789abcdef\nseven\n";
    for (int is_signed = 0; is_signed < 2; is_signed++) {
        buf_reset(&proof);
        buf_printf(&proof, "c2sp.org/tlog-proof@v1\nindex 4\n\n%s\n", text);
        note_sign_line(&sample_log.key, &sample_log.pair, span_text(text), &proof);
        if (!is_signed)
            spoil(&proof);
        assert_verdict(is_signed ? E_FORMAT : E_SIGNATURE,
                       is_signed ? "checkpoint cannot be read" : "the log's signature");
    }
}

static void test_the_quorum_is_checked(void **state)
{
    (void)state;
    struct parts parts = good_parts();
    parts.cosigner_count = 1;
    put_together(&parts);
    assert_verdict(E_MISSING, "fewer cosigners");
    /* One in the policy and one who is not; the same one twice. */
    parts.cosigner_count = 2;
    parts.cosigners[1] = 3;
    put_together(&parts);
    assert_verdict(E_MISSING, "fewer cosigners");
    parts.cosigners[1] = 0;
    put_together(&parts);
    assert_verdict(E_MISSING, "fewer cosigners");
}

static void test_a_cosignature_that_does_not_fit(void **state)
{
    (void)state;
    struct parts parts = good_parts();
    parts.spoil_cosigner = true;
    put_together(&parts);
    assert_verdict(E_SIGNATURE, "the cosignature of w1");
}

static void test_a_time_beyond_all_bounds(void **state)
{
    (void)state;
    struct parts parts = good_parts();
    parts.times_s[1] = (uint64_t)UINT32_MAX * 86400 + 86400;
    put_together(&parts);
    assert_verdict(E_FORMAT, "out of all bounds");
    parts.times_s[1] = (uint64_t)UINT32_MAX * 86400;
    put_together(&parts);
    assert_verdict(0, "");
}

static void test_the_path_is_checked(void **state)
{
    (void)state;
    struct parts parts = good_parts();
    parts.index = ENTRY + 1;
    put_together(&parts);
    assert_verdict(E_PROOF, "not at index 5");
    parts = good_parts();
    parts.index = SIZE;
    put_together(&parts);
    assert_verdict(E_PROOF, "not at index 7");
    parts = good_parts();
    parts.path.hashes[1].bytes[9] ^= 1;
    put_together(&parts);
    assert_verdict(E_PROOF, "not at index 4");
    parts = good_parts();
    sample_entry(ENTRY + 1, STORE_FROM_DOOR, &entry);
    put_together(&parts);
    assert_verdict(E_PROOF, "not at index 4");
}

static void test_a_leaf_must_be_well_formed(void **state)
{
    (void)state;
    struct verify_result result;
    struct span cut = span_slice(leaf_of(&entry), 0, ENTRY_LEAF_BYTES - 1);
    assert_error(verify_proof(buf_bytes(&proof), policy, cut, &result, NULL), E_FORMAT);
    entry.leaf[0] = 2;
    assert_verdict(E_VERSION, "leaf cannot be read");
}

static void test_a_policy_without_cosigners_proves_nothing(void **state)
{
    (void)state;
    struct verify_result result;
    struct policy *none = policy_of(&sample_log.key, 3, 0);
    assert_error(verify_proof(buf_bytes(&proof), none, leaf_of(&entry), &result, NULL), E_ARGUMENT);
    policy_free(none);
}

static void test_a_policy_may_hold_two_keys_of_one_log(void **state)
{
    (void)state;
    struct sample_key older;
    struct verify_result result;
    struct policy *both;
    struct buf text;
    struct hash seed = hash_sha256(span_text("an older key"));
    sign_pair_of_seed(seed.bytes, &older.pair);
    assert_ok(
        note_key_make(sample_log.key.name, NOTE_TYPE_ED25519, older.pair.public_key, &older.key));
    buf_init(&text, POLICY_BYTES_MAX);
    buf_text(&text, "log ");
    note_key_write(&older.key, &text);
    buf_text(&text, "\nlog ");
    note_key_write(&sample_log.key, &text);
    buf_text(&text, "\nwitness w ");
    note_key_write(&sample_cosigners[2].key, &text);
    buf_text(&text, "\nquorum w\n");
    assert_ok(policy_read(buf_bytes(&text), &both, NULL));
    assert_ok(verify_proof(buf_bytes(&proof), both, leaf_of(&entry), &result, NULL));
    assert_memory_equal(result.log.public_key, sample_log.key.public_key, SIGN_KEY_BYTES);
    policy_free(both);
    buf_release(&text);
}

static void test_the_content_is_checked(void **state)
{
    (void)state;
    struct sample_entry other;
    struct hash content = hash_sha256(span_text(entry.content)), wrong = content;
    sample_entry(ENTRY + 1, STORE_FROM_DOOR, &other);
    assert_ok(verify_content(leaf_of(&entry), entry.k_com, &content, NULL));
    wrong.bytes[0] ^= 1;
    assert_error(verify_content(leaf_of(&entry), entry.k_com, &wrong, NULL), E_PROOF);
    assert_error(verify_content(leaf_of(&entry), other.k_com, &content, NULL), E_PROOF);
    assert_error(verify_content(leaf_of(&other), entry.k_com, &content, NULL), E_PROOF);
    assert_error(verify_content(span_slice(leaf_of(&entry), 0, 50), entry.k_com, &content, NULL),
                 E_FORMAT);
}

static void test_proofs_are_read_and_written(void **state)
{
    (void)state;
    struct parts parts = good_parts();
    struct proof read;
    put_together(&parts);
    assert_ok(proof_read(buf_bytes(&proof), &read, NULL));
    assert_int_equal(read.index, ENTRY);
    assert_int_equal(read.path.count, parts.path.count);
    assert_memory_equal(read.path.hashes, parts.path.hashes, parts.path.count * HASH_BYTES);
    struct buf again;
    buf_init(&again, PROOF_BYTES_MAX);
    proof_write(&read, &again);
    assert_true(span_equal(buf_bytes(&again), buf_bytes(&proof)));
    /* An extra line is passed over. */
    buf_reset(&again);
    buf_text(&again, "c2sp.org/tlog-proof@v1\nextra SGVsbG8=\n");
    buf_text(&again, buf_cstr(&proof) + strlen("c2sp.org/tlog-proof@v1\n"));
    assert_ok(proof_read(buf_bytes(&again), &read, NULL));
    assert_int_equal(read.index, ENTRY);
    buf_release(&again);
}

#define HEAD "c2sp.org/tlog-proof@v1\n"
#define HASH_LINE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"

static void test_proofs_that_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int error;
    } bad[] = {
        {"", E_VERSION},
        {"c2sp.org/tlog-proof@v2\nindex 1\n\n", E_VERSION},
        {HEAD, E_FORMAT},
        {HEAD "index 1", E_FORMAT},
        {HEAD "index 1\n", E_FORMAT},
        {HEAD "index 01\n\n", E_FORMAT},
        {HEAD "index -1\n\n", E_FORMAT},
        {HEAD "index 9223372036854775808\n\n", E_FORMAT},
        {HEAD "Index 1\n\n", E_FORMAT},
        {HEAD "1\n\n", E_FORMAT},
        {HEAD "index 1\nextra SGVsbG8=\n\n", E_FORMAT},
        {HEAD "extra SGVsbG8\nindex 1\n\n", E_FORMAT},
        {HEAD "extra SGVsbG8=\nextra SGVsbG8=\nindex 1\n\n", E_FORMAT},
        {HEAD "index 1\n" HASH_LINE, E_FORMAT},
        {HEAD "index 1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\n\n", E_FORMAT},
        {HEAD "index 1\n " HASH_LINE "\n", E_FORMAT},
    };
    struct proof read;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_error(proof_read(span_text(bad[i].text), &read, NULL), bad[i].error);
    assert_ok(proof_read(span_text(HEAD "index 0\n\n"), &read, NULL));
}

static void test_proofs_have_limits(void **state)
{
    (void)state;
    struct proof read;
    buf_reset(&proof);
    buf_text(&proof, HEAD "index 0\n");
    for (size_t i = 0; i < MERKLE_PROOF_MAX; i++)
        buf_text(&proof, HASH_LINE);
    size_t full = proof.len;
    buf_text(&proof, "\n");
    assert_ok(proof_read(buf_bytes(&proof), &read, NULL));
    assert_int_equal(read.path.count, MERKLE_PROOF_MAX);
    proof.len = full;
    buf_text(&proof, HASH_LINE "\n");
    assert_error(proof_read(buf_bytes(&proof), &read, NULL), E_TOO_LARGE);
    buf_reset(&proof);
    buf_text(&proof, HEAD "index 0\n\n");
    while (proof.len <= PROOF_BYTES_MAX)
        buf_text(&proof, "more\n");
    assert_error(proof_read(buf_bytes(&proof), &read, NULL), E_TOO_LARGE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, gone)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_a_proof_proves),
        TEST(test_every_entry_can_be_proved),
        TEST(test_only_what_is_needed_goes_into_a_proof),
        TEST(test_no_proof_without_enough_cosigners),
        TEST(test_no_changed_byte_of_a_proof_is_accepted),
        TEST(test_no_changed_byte_of_a_leaf_is_accepted),
        TEST(test_a_proof_cut_short_is_refused),
        TEST(test_a_proof_put_together_by_hand),
        TEST(test_the_logs_signature_is_checked),
        TEST(test_the_log_must_be_in_the_policy),
        TEST(test_the_origin_must_be_the_signers),
        TEST(test_nothing_is_read_before_its_signature_fits),
        TEST(test_the_quorum_is_checked),
        TEST(test_a_cosignature_that_does_not_fit),
        TEST(test_a_time_beyond_all_bounds),
        TEST(test_the_path_is_checked),
        TEST(test_a_leaf_must_be_well_formed),
        TEST(test_a_policy_without_cosigners_proves_nothing),
        TEST(test_a_policy_may_hold_two_keys_of_one_log),
        TEST(test_the_content_is_checked),
        TEST(test_proofs_are_read_and_written),
        TEST(test_proofs_that_are_refused),
        TEST(test_proofs_have_limits),
    };
    return cmocka_run_group_tests(tests, sample_start, NULL);
}
