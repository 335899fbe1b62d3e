/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The audit: a good store has no finding; each kind of damage is named with its place, and one
 * damage does not hide another. */
#include "ledger/fsck.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/place.h"
#include "ledger/store_internal.h"
#include "prop.h"
#include "sample.h"

#define FOUND_MAX 64

struct found {
    size_t count;
    struct {
        enum fsck_kind kind;
        char where[80], what[160];
    } at[FOUND_MAX];
};

static struct store *store;
static struct found found;

static void take(void *context, enum fsck_kind kind, const char *where, const char *what)
{
    struct found *to = context;
    if (to->count < FOUND_MAX) {
        to->at[to->count].kind = kind;
        snprintf(to->at[to->count].where, sizeof to->at[0].where, "%s", where);
        snprintf(to->at[to->count].what, sizeof to->at[0].what, "%s", what);
    }
    to->count++;
}

static uint64_t run(bool every_placement)
{
    struct note_key cosigners[2] = {sample_cosigners[0].key, sample_cosigners[1].key};
    struct fsck fsck = {.log_key = &sample_log.key,
                        .cosigners = cosigners,
                        .cosigner_count = 2,
                        .every_placement = every_placement};
    uint64_t findings;
    found.count = 0;
    assert_ok(fsck_run(store, &fsck, take, &found, &findings));
    assert_int_equal(findings, found.count);
    return findings;
}

static bool has(enum fsck_kind kind, const char *where, const char *what)
{
    for (size_t i = 0; i < found.count && i < FOUND_MAX; i++) {
        if (found.at[i].kind == kind && strcmp(found.at[i].where, where) == 0 &&
            strstr(found.at[i].what, what))
            return true;
    }
    return false;
}

static void assert_found(enum fsck_kind kind, const char *where, const char *what)
{
    if (has(kind, where, what))
        return;
    for (size_t i = 0; i < found.count && i < FOUND_MAX; i++)
        print_message("%s: %s %s\n", fsck_kind_name(found.at[i].kind), found.at[i].where,
                      found.at[i].what);
    fail_msg("not found: %s: %s %s", fsck_kind_name(kind), where, what);
}

/* Two placements of 8, cosigned; one entry erased, one forgotten; three pending. */
static int fresh(void **state)
{
    (void)state;
    struct sample_entry entry;
    struct dh_pair intake;
    struct place_result result;
    uint64_t count;
    sample_folder();
    store = sample_open();
    dh_pair_random(&intake);
    struct place place = {&sample_log.pair, &sample_log.key, intake.public_key, SAMPLE_DAY, 8};
    for (unsigned n = 0; n < 10; n++) {
        sample_put(store, n, n % 3 ? STORE_FROM_DOOR : STORE_FROM_HATCH);
        if (n == 4)
            assert_ok(place_day(store, &place, &result, NULL));
    }
    assert_ok(place_day(store, &place, &result, NULL));
    sample_cosign(store, 0, 8, 1000);
    sample_cosign(store, 1, 16, 1001);
    sample_cosign(store, 3, 16, 1002);
    for (unsigned n = 20; n < 23; n++)
        sample_put(store, n, STORE_FROM_DOOR);
    assert_ok(store_begin(store));
    sample_entry(1, STORE_FROM_DOOR, &entry);
    assert_ok(store_erase(store, entry.erase_secret, &count));
    sample_entry(20, STORE_FROM_DOOR, &entry);
    assert_ok(store_erase(store, entry.erase_secret, &count));
    sample_entry(2, STORE_FROM_DOOR, &entry);
    assert_ok(store_forget(store, entry.id));
    assert_ok(store_commit(store));
    return 0;
}

static int gone(void **state)
{
    (void)state;
    store_close(store);
    sample_folder_remove();
    return 0;
}

static void sql(sqlite3 *db, const char *text)
{
    char *why = NULL;
    int result = sqlite3_exec(db, text, NULL, NULL, &why);
    if (result != SQLITE_OK)
        fail_msg("%s: %s", text, why);
}

static void log_sql(const char *text)
{
    sql(store->log, text);
}

static void test_a_good_store(void **state)
{
    (void)state;
    uint64_t findings = run(true);
    if (findings)
        assert_found(FSCK_STORE, "nothing", "at all");
    assert_int_equal(findings, 0);
    assert_int_equal(run(false), 0);
    store_close(store);
    store = sample_open();
    assert_int_equal(run(true), 0);
}

static void test_an_empty_store(void **state)
{
    (void)state;
    log_sql("DELETE FROM entries; DELETE FROM sealed; DELETE FROM nodes; DELETE FROM notes;"
            "DELETE FROM cosignatures; DELETE FROM erased");
    sql(store->pending, "DELETE FROM pending");
    assert_ok(store_load_size(store));
    assert_int_equal(run(true), 0);
}

static void test_a_changed_leaf(void **state)
{
    (void)state;
    log_sql("UPDATE entries SET leaf = CAST(substr(leaf, 1, 100) ||"
            " X'00000000000000000000000000' AS BLOB) WHERE idx = 5");
    run(true);
    assert_found(FSCK_NODE, "node 0/5", "not the hash");
    assert_found(FSCK_NODE, "node 4/0", "not the hash");
}

static void test_a_leaf_that_cannot_be_read(void **state)
{
    (void)state;
    log_sql("UPDATE entries SET leaf = substr(leaf, 1, 112) WHERE idx = 5");
    run(true);
    assert_found(FSCK_LEAF, "entry 5", "cannot be read");
    assert_found(FSCK_NODE, "node 0/5", "not the hash");
}

static void test_entries_in_each_others_place(void **state)
{
    (void)state;
    log_sql("UPDATE entries SET idx = 99 WHERE idx = 5; UPDATE entries SET idx = 5 WHERE idx = 6;"
            "UPDATE entries SET idx = 6 WHERE idx = 99");
    run(true);
    assert_found(FSCK_ORDER, "entry 6", "not in order");
    assert_found(FSCK_NODE, "node 0/5", "not the hash");
    run(false);
    assert_false(has(FSCK_ORDER, "entry 6", "not in order"));
}

/* The same entry twice: only possible after the index that forbids it is gone. */
static void test_an_id_twice(void **state)
{
    (void)state;
    log_sql("DROP INDEX entries_id; UPDATE entries SET leaf = (SELECT leaf FROM entries"
            " WHERE idx = 4) WHERE idx = 5");
    run(true);
    assert_true(has(FSCK_ID, "entry 5", "found by its id") ||
                has(FSCK_ID, "entry 4", "found by its id"));
    assert_found(FSCK_ORDER, "entry 5", "not in order");
}

static void test_nodes(void **state)
{
    (void)state;
    log_sql("UPDATE nodes SET hash = zeroblob(32) WHERE level = 2 AND idx = 1;"
            "DELETE FROM nodes WHERE level = 0 AND idx = 9;"
            "INSERT INTO nodes VALUES (3, 2, zeroblob(32))");
    run(true);
    assert_found(FSCK_NODE, "node 2/1", "not the hash");
    assert_found(FSCK_NODE, "node 0/9", "missing");
    assert_found(FSCK_NODE, "node 3/2", "beyond the tree");
    assert_int_equal(found.count, 3);
}

static void test_headers(void **state)
{
    (void)state;
    log_sql(
        "UPDATE entries SET header = CAST(substr(header, 1, 53) || X'01' AS BLOB) WHERE idx = 3;"
        "UPDATE entries SET header = substr(header, 1, 53) WHERE idx = 7");
    run(true);
    assert_found(FSCK_HEADER, "entry 3", "does not fit its leaf");
    assert_found(FSCK_HEADER, "entry 7", "does not fit its leaf");
    assert_int_equal(found.count, 2);
}

static void assert_header_found(const struct sample_entry *entry)
{
    struct store_entry stored = sample_stored(entry);
    assert_ok(store_begin(store));
    assert_ok(store_put_pending(store, &stored));
    assert_ok(store_commit(store));
    run(true);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.at[0].kind, FSCK_PENDING);
    assert_non_null(strstr(found.at[0].what, "a header that does not fit"));
    assert_ok(store_begin(store));
    assert_ok(store_drop_pending(store, entry->leaf + 1));
    assert_ok(store_commit(store));
}

/* The leaf names the header's hash, but it is of another id, or of another version. */
static void test_headers_that_only_look_right(void **state)
{
    (void)state;
    struct sample_entry entry;
    sample_entry(30, STORE_FROM_DOOR, &entry);
    entry.leaf[1] ^= 1;
    assert_header_found(&entry);
    sample_entry(31, STORE_FROM_DOOR, &entry);
    entry.header[0] = 2;
    struct hash hash = hash_sha256(span_of(entry.header, sizeof entry.header));
    memcpy(entry.leaf + 17, hash.bytes, HASH_BYTES);
    assert_header_found(&entry);
}

static uint64_t first_with_sealed(void)
{
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(store->log, "SELECT min(idx) FROM sealed WHERE idx > 1", -1,
                                        &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    uint64_t index = (uint64_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return index;
}

static void test_a_missing_entry(void **state)
{
    (void)state;
    char text[100], gap[32], what[64];
    unsigned long long index = first_with_sealed();
    snprintf(text, sizeof text, "DELETE FROM entries WHERE idx = %llu", index);
    snprintf(gap, sizeof gap, "entry %llu", index + 1);
    snprintf(what, sizeof what, "sealed bytes of entry %llu", index);
    log_sql(text);
    run(true);
    assert_found(FSCK_LEAF, gap, "after a gap");
    assert_found(FSCK_STORE, "files", "there are 15 of 16");
    assert_found(FSCK_STORE, "files", what);
}

static void test_sealed_bytes(void **state)
{
    (void)state;
    char text[256], where[32];
    unsigned long long index = first_with_sealed();
    snprintf(text, sizeof text,
             "UPDATE sealed SET bytes = CAST(substr(bytes, 1, 9000) || "
             "X'5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e' ||"
             " substr(bytes, 9017) AS BLOB) WHERE idx = %llu",
             index);
    snprintf(where, sizeof where, "entry %llu", index);
    log_sql(text);
    run(true);
    assert_found(FSCK_SEALED, where, "do not fit its leaf");
    assert_int_equal(found.count, 1);
}

/* Bytes that the leaf names, but of a size that the header does not allow. */
static void test_sealed_bytes_of_a_wrong_size(void **state)
{
    (void)state;
    struct sample_entry entry;
    sample_entry(40, STORE_FROM_DOOR, &entry);
    struct store_entry stored = sample_stored(&entry);
    stored.sealed.len = 1000;
    struct hash hash = hash_sha256(stored.sealed);
    memcpy(entry.leaf + 49, hash.bytes, HASH_BYTES);
    assert_ok(store_begin(store));
    assert_ok(store_put_pending(store, &stored));
    assert_ok(store_commit(store));
    run(true);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.at[0].kind, FSCK_PENDING);
    assert_non_null(strstr(found.at[0].what, "of a wrong form"));
}

static void put_note(uint64_t key, const struct sample_key *signer, uint64_t size, uint8_t change)
{
    struct merkle_source nodes = store_nodes(store);
    struct hash root;
    struct buf note;
    sqlite3_stmt *statement;
    buf_init(&note, NOTE_BYTES_MAX);
    assert_ok(merkle_root_at(&nodes, size <= 16 ? size : 16, &root));
    root.bytes[0] ^= change;
    struct checkpoint checkpoint = sample_checkpoint(size, &root);
    sample_note(signer, &checkpoint, &note);
    assert_int_equal(sqlite3_prepare_v2(store->log, "INSERT OR REPLACE INTO notes VALUES (?, ?)",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)key);
    sqlite3_bind_blob(statement, 2, note.data, (int)note.len, SQLITE_TRANSIENT);
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
    buf_release(&note);
}

static void test_notes(void **state)
{
    (void)state;
    put_note(8, &sample_other_log, 8, 0);
    put_note(9, &sample_log, 9, 1);
    put_note(10, &sample_log, 11, 0);
    put_note(11, &sample_log, 11, 0);
    run(true);
    assert_found(FSCK_NOTE, "note 8", "not a checkpoint signed by this log");
    assert_found(FSCK_NOTE, "note 9", "another root");
    assert_found(FSCK_NOTE, "note 10", "another size");
    assert_int_equal(found.count, 3);
}

/* Each root comes out by itself, but the proof between the two does not. */
static void test_notes_that_do_not_follow(void **state)
{
    (void)state;
    log_sql("UPDATE nodes SET hash = zeroblob(32) WHERE level = 3 AND idx = 1");
    run(true);
    assert_found(FSCK_NODE, "node 3/1", "not the hash");
    assert_found(FSCK_NOTE, "note 16", "does not follow");
    assert_int_equal(found.count, 2);
}

static void test_a_note_of_a_larger_log(void **state)
{
    (void)state;
    put_note(17, &sample_log, 17, 0);
    run(true);
    assert_found(FSCK_NOTE, "note 17", "larger log");
    assert_found(FSCK_NOTE, "note 16", "is missing");
}

static void test_a_missing_newest_note(void **state)
{
    (void)state;
    log_sql("DELETE FROM cosignatures; DELETE FROM notes WHERE size = 16");
    run(true);
    assert_found(FSCK_NOTE, "note 16", "is missing");
    log_sql("DELETE FROM notes");
    run(true);
    assert_found(FSCK_NOTE, "note 16", "is missing");
}

static void test_cosignatures(void **state)
{
    (void)state;
    /* A known cosigner's for another size, an unknown one's too, no line at all, of no note. */
    log_sql("INSERT OR IGNORE INTO cosignatures SELECT 16, line FROM cosignatures WHERE size = 8;"
            "INSERT OR IGNORE INTO cosignatures SELECT 8, line FROM cosignatures WHERE size = 16;"
            "INSERT INTO cosignatures VALUES (8, CAST('nonsense' || char(10) AS BLOB));"
            "INSERT OR IGNORE INTO cosignatures SELECT 7, line FROM cosignatures WHERE size = 8");
    run(true);
    assert_found(FSCK_COSIGNATURE, "note 16", "does not fit");
    assert_found(FSCK_COSIGNATURE, "note 8", "does not fit");
    assert_found(FSCK_COSIGNATURE, "note 8", "cannot be read");
    assert_found(FSCK_STORE, "files", "cosignatures of size 7");
    assert_int_equal(found.count, 4);
}

static void test_erasures(void **state)
{
    (void)state;
    log_sql("INSERT INTO erased VALUES (X'00112233445566778899aabbccddeeff', zeroblob(32), 0)");
    log_sql("INSERT INTO erased SELECT substr(leaf, 2, 16), zeroblob(32), 1 FROM entries WHERE"
            " idx = (SELECT max(idx) FROM sealed)");
    run(true);
    assert_found(FSCK_ERASED, "erasure 00112233...", "of no entry");
    assert_found(FSCK_STORE, "files", "was erased and still has its sealed bytes");
    size_t wrong = 0;
    for (size_t i = 0; i < found.count; i++)
        wrong += strstr(found.at[i].what, "a secret that is not") != NULL;
    assert_int_equal(wrong, 1);
    assert_int_equal(found.count, 3);
}

static void test_pending_entries(void **state)
{
    (void)state;
    sql(store->pending, "UPDATE pending SET source = 3 WHERE n = 2;"
                        "UPDATE pending SET leaf = substr(leaf, 1, 60) WHERE n = 3;"
                        "UPDATE pending SET sealed = zeroblob(18570) WHERE n = 1");
    run(true);
    assert_found(FSCK_PENDING, "pending", "cannot be read");
    size_t source = 0, sealed = 0;
    for (size_t i = 0; i < found.count; i++) {
        assert_int_equal(found.at[i].kind, FSCK_PENDING);
        source += strstr(found.at[i].what, "unknown source") != NULL;
        sealed += strstr(found.at[i].what, "sealed bytes that do not fit") != NULL;
    }
    assert_int_equal(source, 1);
    assert_int_equal(sealed, 1);
    assert_int_equal(found.count, 3);
}

/* The commitment of an entry that is in no tree yet. */
static void test_a_changed_commitment(void **state)
{
    (void)state;
    sql(store->pending, "UPDATE pending SET leaf = CAST(substr(leaf, 1, 112) || "
                        "CASE hex(substr(leaf, 113)) WHEN '00' THEN x'01' ELSE x'00' END AS BLOB) "
                        "WHERE n = 2");
    run(true);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.at[0].kind, FSCK_PENDING);
    assert_non_null(strstr(found.at[0].what, "leaf that was changed"));
}

static void test_a_pending_entry_that_is_logged(void **state)
{
    (void)state;
    struct sample_entry entry;
    sqlite3_stmt *statement;
    sample_entry(6, STORE_FROM_HATCH, &entry);
    assert_int_equal(sqlite3_prepare_v2(store->pending,
                                        "INSERT INTO pending (source, leaf, header, sealed)"
                                        " VALUES (2, ?, ?, ?)",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    sqlite3_bind_blob(statement, 1, entry.leaf, sizeof entry.leaf, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 2, entry.header, sizeof entry.header, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 3, entry.sealed, sizeof entry.sealed, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
    run(true);
    assert_int_equal(found.count, 1);
    assert_non_null(strstr(found.at[0].what, "in the log too"));
}

static void test_rows_that_only_the_store_sees(void **state)
{
    (void)state;
    log_sql("UPDATE entries SET source = 9 WHERE idx = 2;"
            "INSERT INTO named VALUES (X'61', X'62', X'63')");
    run(true);
    assert_found(FSCK_STORE, "files", "entry 2 has the unknown source 9");
    assert_found(FSCK_STORE, "files", "the value 61");
}

static void flip(const char *file, long offset, uint8_t bit)
{
    char path[256];
    uint8_t byte;
    snprintf(path, sizeof path, "%s/%s", sample_folder_path(), file);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, offset), 1);
    byte ^= bit;
    assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
    close(fd);
}

/* What the store says in full: everything that anybody asks it for. */
struct said {
    struct hash hash;
};

static int say_entry(void *context, const struct store_entry *entry)
{
    struct said *said = context;
    uint8_t source = (uint8_t)entry->source;
    struct span parts[] = {
        {said->hash.bytes, HASH_BYTES}, {&source, 1}, entry->header, entry->leaf, entry->sealed};
    said->hash = hash_sha256_parts(parts, COUNT_OF(parts));
    return 0;
}

static int say_note(void *context, uint64_t size, struct span note)
{
    struct said *said = context;
    struct buf lines;
    buf_init(&lines, NOTE_BYTES_MAX);
    TRY(store_cosignatures(store, size, &lines));
    struct span parts[] = {{said->hash.bytes, HASH_BYTES}, note, buf_bytes(&lines)};
    said->hash = hash_sha256_parts(parts, COUNT_OF(parts));
    buf_release(&lines);
    return 0;
}

static int say_all(struct said *said)
{
    *said = (struct said){0};
    TRY(store_each_logged(store, 0, say_entry, said));
    TRY(store_each_pending(store, say_entry, said));
    return store_each_note(store, 0, say_note, said);
}

/* One bit anywhere in a file: either it changes nothing that the store says, or opening or the
 * audit names it. */
static void test_one_bit_changed(void **state)
{
    (void)state;
    static const char *const files[] = {"log.db", "pending.db"};
    struct prop prop = prop_start("one bit");
    struct said right, said;
    unsigned noticed = 0, rounds = 100;
    assert_ok(say_all(&right));
    for (unsigned round = 0; round < rounds; round++) {
        const char *file = files[round % 2];
        char path[256];
        struct stat st;
        store_close(store);
        snprintf(path, sizeof path, "%s/%s", sample_folder_path(), file);
        assert_int_equal(stat(path, &st), 0);
        long offset = (long)prop_below(&prop, (uint64_t)st.st_size);
        uint8_t bit = (uint8_t)(1u << prop_below(&prop, 8));
        flip(file, offset, bit);
        store = NULL;
        if (store_open_sqlite(sample_folder_path(), &store, NULL) < 0) {
            noticed++;
        } else if (run(true) > 0) {
            noticed++;
        } else {
            assert_ok(say_all(&said));
            if (!hash_equal(&said.hash, &right.hash))
                fail_msg("%s: bit %u of byte %ld", file, bit, offset);
        }
        store_close(store);
        flip(file, offset, bit);
        store = sample_open();
        assert_ok(say_all(&said));
        assert_true(hash_equal(&said.hash, &right.hash));
    }
    assert_true(noticed > rounds / 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, gone)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_good_store),
        TEST(test_an_empty_store),
        TEST(test_a_changed_leaf),
        TEST(test_a_leaf_that_cannot_be_read),
        TEST(test_a_missing_entry),
        TEST(test_entries_in_each_others_place),
        TEST(test_an_id_twice),
        TEST(test_nodes),
        TEST(test_headers),
        TEST(test_headers_that_only_look_right),
        TEST(test_sealed_bytes),
        TEST(test_sealed_bytes_of_a_wrong_size),
        TEST(test_notes),
        TEST(test_notes_that_do_not_follow),
        TEST(test_a_note_of_a_larger_log),
        TEST(test_a_missing_newest_note),
        TEST(test_cosignatures),
        TEST(test_erasures),
        TEST(test_pending_entries),
        TEST(test_a_changed_commitment),
        TEST(test_a_pending_entry_that_is_logged),
        TEST(test_rows_that_only_the_store_sees),
        TEST(test_one_bit_changed),
    };
    return cmocka_run_group_tests(tests, sample_start, NULL);
}
