/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A proof folder written, verified, and with each of its files missing or changed. */
#include "ledger/proof_folder.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "sample.h"

#define TIME_S 1775736000u
static const char name[] = "report.txt";
static const char *const files[] = {
    "report.txt", "report.txt.tlog-proof", "leaf", "opening", "policy", "README.txt"};

static struct store *store;
static struct sample_entry entry;
static struct buf proof, policy;
static char path[256];

static struct proof_folder folder_of(void)
{
    struct proof_folder folder = {.content_name = name,
                                  .content = span_text(entry.content),
                                  .proof = buf_bytes(&proof),
                                  .leaf = span_of(entry.leaf, sizeof entry.leaf),
                                  .policy = buf_bytes(&policy),
                                  .readme = span_text("Read docs/verify.md.\n")};
    memcpy(folder.k_com, entry.k_com, sizeof folder.k_com);
    return folder;
}

static int fresh(void **state)
{
    (void)state;
    struct policy *parsed;
    struct note_key keys[2] = {sample_cosigners[0].key, sample_cosigners[1].key};
    sample_folder();
    store = sample_open();
    sample_append(store, 0, 5, SAMPLE_LEAVES);
    sample_cosign(store, 0, 5, TIME_S);
    sample_cosign(store, 1, 5, TIME_S + 60);
    buf_init(&policy, POLICY_BYTES_MAX);
    buf_init(&proof, PROOF_BYTES_MAX);
    assert_ok(policy_write(&sample_log.key, keys, 2, 2, &policy));
    assert_ok(policy_read(buf_bytes(&policy), &parsed, NULL));
    assert_ok(proof_make(store, 3, parsed, &proof, NULL));
    policy_free(parsed);
    sample_entry(3, STORE_FROM_DOOR, &entry);
    snprintf(path, sizeof path, "%s.proof", sample_folder_path());
    struct proof_folder folder = folder_of();
    assert_ok(proof_folder_write(path, &folder, NULL));
    return 0;
}

static const char *file_in(const char *file)
{
    static char full[512];
    snprintf(full, sizeof full, "%s/%s", path, file);
    return full;
}

static int gone(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++)
        unlink(file_in(files[i]));
    assert_int_equal(rmdir(path), 0);
    buf_release(&proof);
    buf_release(&policy);
    store_close(store);
    sample_folder_remove();
    return 0;
}

static int verify(const struct span *with, struct problem *problem)
{
    struct verify_result result;
    char found[PROOF_FOLDER_NAME_MAX + 1];
    struct hash policy_hash, right = hash_sha256(with ? *with : buf_bytes(&policy));
    int error = proof_folder_verify(path, with, &result, found, &policy_hash, problem);
    if (error == 0) {
        assert_string_equal(found, name);
        assert_int_equal(result.index, 3);
        assert_int_equal(result.by_s, TIME_S + 60);
        assert_true(hash_equal(&policy_hash, &right));
    }
    return error;
}

static void test_a_folder_is_verified(void **state)
{
    (void)state;
    struct span text = buf_bytes(&policy);
    assert_ok(verify(NULL, NULL));
    assert_ok(verify(&text, NULL));
    struct stat st;
    for (size_t i = 0; i < COUNT_OF(files); i++)
        assert_int_equal(stat(file_in(files[i]), &st), 0);
    assert_int_equal(stat(file_in("opening"), &st), 0);
    assert_int_equal(st.st_size, 6 + 64 + 1);
}

static void test_a_readers_own_policy_counts(void **state)
{
    (void)state;
    struct buf other;
    struct note_key stranger = sample_cosigners[3].key;
    buf_init(&other, POLICY_BYTES_MAX);
    assert_ok(policy_write(&sample_log.key, &stranger, 1, 1, &other));
    struct span text = buf_bytes(&other);
    assert_error(verify(&text, NULL), E_MISSING);
    buf_release(&other);
}

static void test_a_missing_file_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct problem problem = {""};
        struct buf kept;
        buf_init(&kept, 1u << 20);
        assert_ok(file_read(file_in(files[i]), 1u << 20, &kept, NULL));
        assert_int_equal(unlink(file_in(files[i])), 0);
        assert_error(verify(NULL, &problem), E_NOT_FOUND);
        const char *said = i == 1 ? "*.tlog-proof" : files[i];
        assert_non_null(strstr(problem.text, said));
        assert_ok(file_write(file_in(files[i]), buf_bytes(&kept), 0600, NULL));
        buf_release(&kept);
        assert_ok(verify(NULL, NULL));
    }
}

/* A link to the very same bytes is not part of the folder; a pipe must not be waited for. */
static void test_only_plain_files_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct problem problem = {""};
        char kept[520];
        snprintf(kept, sizeof kept, "%s.kept", file_in(files[i]));
        assert_int_equal(rename(file_in(files[i]), kept), 0);
        assert_int_equal(symlink(kept, file_in(files[i])), 0);
        assert_error(verify(NULL, &problem), E_FORMAT);
        assert_non_null(strstr(problem.text, "is not a plain file"));
        assert_int_equal(unlink(file_in(files[i])), 0);
        assert_int_equal(mkfifo(file_in(files[i]), 0600), 0);
        assert_error(verify(NULL, NULL), E_FORMAT);
        assert_int_equal(rename(kept, file_in(files[i])), 0);
        assert_ok(verify(NULL, NULL));
    }
}

static void test_a_changed_file_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct buf bytes;
        buf_init(&bytes, 1u << 20);
        assert_ok(file_read(file_in(files[i]), 1u << 20, &bytes, NULL));
        for (size_t at = 0; at < bytes.len; at += 1 + bytes.len / 40) {
            struct verify_result result;
            char found[PROOF_FOLDER_NAME_MAX + 1];
            bytes.data[at] ^= 1;
            assert_ok(file_write(file_in(files[i]), buf_bytes(&bytes), 0600, NULL));
            assert_true(proof_folder_verify(path, NULL, &result, found, NULL, NULL) < 0);
            bytes.data[at] ^= 1;
        }
        /* One byte more, or all of it twice. */
        buf_text(&bytes, "\n");
        assert_ok(file_write(file_in(files[i]), buf_bytes(&bytes), 0600, NULL));
        if (i != 4)
            assert_true(verify(NULL, NULL) < 0);
        assert_ok(file_write(file_in(files[i]), span_slice(buf_bytes(&bytes), 0, bytes.len - 1),
                             0600, NULL));
        assert_ok(verify(NULL, NULL));
        buf_release(&bytes);
    }
}

static void test_another_content_is_told_as_such(void **state)
{
    (void)state;
    struct problem problem = {""};
    assert_ok(file_write(file_in(name), span_text("Something else.\n"), 0600, NULL));
    assert_error(verify(NULL, &problem), E_PROOF);
    assert_string_equal(problem.text, "the content is not the one that was logged");
}

static void test_openings_that_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "k_com \n",
        "k_com 00\n",
        "k_com 0000000000000000000000000000000000000000000000000000000000000000",
        "K_com 0000000000000000000000000000000000000000000000000000000000000000\n",
        "k_com 000000000000000000000000000000000000000000000000000000000000000g\n"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_ok(file_write(file_in("opening"), span_text(bad[i]), 0600, NULL));
        assert_error(verify(NULL, NULL), E_FORMAT);
    }
}

static void test_two_proofs_in_one_folder(void **state)
{
    (void)state;
    assert_ok(file_write(file_in("other.tlog-proof"), buf_bytes(&proof), 0600, NULL));
    assert_error(verify(NULL, NULL), E_FORMAT);
    assert_int_equal(unlink(file_in("other.tlog-proof")), 0);
}

static void test_names_that_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",       ".",          "..",          ".hidden", "-f",
                                      "a/b",    "a b",        "a\nb",        "leaf",    "opening",
                                      "policy", "README.txt", "\xd1\x91.txt"};
    char long_name[PROOF_FOLDER_NAME_MAX + 2], elsewhere[512];
    memset(long_name, 'n', sizeof long_name);
    long_name[sizeof long_name - 1] = '\0';
    snprintf(elsewhere, sizeof elsewhere, "%s.more", path);
    struct proof_folder folder = folder_of();
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        folder.content_name = bad[i];
        assert_error(proof_folder_write(elsewhere, &folder, NULL), E_ARGUMENT);
        assert_false(file_exists(elsewhere));
    }
    folder.content_name = long_name;
    assert_error(proof_folder_write(elsewhere, &folder, NULL), E_ARGUMENT);
    assert_false(file_exists(elsewhere));
}

/* A name from the folder is not trusted more than one from a caller. */
static void test_a_found_name_that_is_refused(void **state)
{
    (void)state;
    assert_int_equal(unlink(file_in("report.txt.tlog-proof")), 0);
    assert_ok(file_write(file_in("a b.tlog-proof"), buf_bytes(&proof), 0600, NULL));
    assert_error(verify(NULL, NULL), E_FORMAT);
    assert_int_equal(unlink(file_in("a b.tlog-proof")), 0);
}

static void test_an_existing_folder_is_left_alone(void **state)
{
    (void)state;
    struct proof_folder folder = folder_of();
    folder.content = span_text("other");
    assert_error(proof_folder_write(path, &folder, NULL), E_EXISTS);
    assert_ok(verify(NULL, NULL));
    char empty[512];
    snprintf(empty, sizeof empty, "%s.empty", path);
    assert_int_equal(mkdir(empty, 0700), 0);
    assert_error(proof_folder_write(empty, &folder, NULL), E_EXISTS);
    assert_int_equal(rmdir(empty), 0);
}

static void test_a_folder_that_is_not_there(void **state)
{
    (void)state;
    struct verify_result result;
    char found[PROOF_FOLDER_NAME_MAX + 1];
    assert_error(proof_folder_verify("/nowhere/at/all", NULL, &result, found, NULL, NULL),
                 E_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, gone)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_folder_is_verified),
        TEST(test_a_readers_own_policy_counts),
        TEST(test_a_missing_file_is_named),
        TEST(test_only_plain_files_are_read),
        TEST(test_a_changed_file_is_refused),
        TEST(test_another_content_is_told_as_such),
        TEST(test_openings_that_are_refused),
        TEST(test_two_proofs_in_one_folder),
        TEST(test_names_that_are_refused),
        TEST(test_a_found_name_that_is_refused),
        TEST(test_an_existing_folder_is_left_alone),
        TEST(test_a_folder_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, sample_start, NULL);
}
