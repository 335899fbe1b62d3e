/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the SQLite store leaves on disk: nothing of what was erased, nothing of the order of
 * arrival, and after a stop between its two commits nothing twice. And what it does with files
 * that are not its own. */
#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "sample.h"

static int fresh(void **state)
{
    (void)state;
    sample_folder();
    return 0;
}

static int gone(void **state)
{
    (void)state;
    sample_folder_remove();
    return 0;
}

static const char *path_of(const char *file)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", sample_folder_path(), file);
    return path;
}

static void read_whole(const char *file, struct buf *out)
{
    buf_init(out, 64u << 20);
    assert_ok(file_read(path_of(file), 64u << 20, out, NULL));
}

static void write_whole(const char *file, struct span bytes)
{
    assert_ok(file_write(path_of(file), bytes, 0600, NULL));
}

/* How many files in the folder hold these bytes. */
static unsigned files_with(const void *bytes, size_t len)
{
    unsigned count = 0;
    DIR *entries = opendir(sample_folder_path());
    assert_non_null(entries);
    for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries)) {
        struct buf file;
        if (entry->d_name[0] == '.')
            continue;
        read_whole(entry->d_name, &file);
        count += file.len > 0 && memmem(file.data, file.len, bytes, len) != NULL;
        buf_release(&file);
    }
    closedir(entries);
    return count;
}

static void run_sql(const char *file, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path_of(file), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int try_open(struct problem *problem)
{
    struct store *store = NULL;
    int error = store_open_sqlite(sample_folder_path(), &store, problem);
    store_close(store);
    return error;
}

/* SQLite's locks are the process's, so another process tries. */
static void test_a_second_program_is_told_that_it_is_busy(void **state)
{
    (void)state;
    struct store *store = sample_open();
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct problem problem = {""};
        _exit(try_open(&problem) == E_BUSY && strstr(problem.text, "in use") ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    store_close(store);
    assert_ok(try_open(NULL));
}

/* The store's entries put in that order, then placed; what log.db is in the end. */
static void log_of_arrival(const unsigned *order, unsigned count, struct buf *ret_log)
{
    sample_folder();
    struct store *store = sample_open();
    for (unsigned i = 0; i < count; i++)
        sample_put(store, order[i], STORE_FROM_DOOR);
    sample_append(store, 0, count, SAMPLE_LEAVES);
    store_close(store);
    read_whole("log.db", ret_log);
    sample_folder_remove();
}

static void test_the_order_of_arrival_is_not_in_the_log(void **state)
{
    (void)state;
    static const unsigned one[] = {0, 1, 2, 3, 4, 5, 6, 7}, other[] = {6, 3, 7, 0, 2, 5, 1, 4};
    struct buf a, b;
    log_of_arrival(one, COUNT_OF(one), &a);
    log_of_arrival(other, COUNT_OF(other), &b);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
    buf_release(&a);
    buf_release(&b);
}

static void test_the_pending_file_goes_when_all_is_placed(void **state)
{
    (void)state;
    struct stat before, after;
    struct sample_entry entry;
    struct store *store = sample_open();
    for (unsigned n = 0; n < 8; n++)
        sample_put(store, n, STORE_FROM_DOOR);
    int held = open(path_of("pending.db"), O_RDONLY); /* so that its inode is not given again */
    assert_int_equal(fstat(held, &before), 0);
    sample_append(store, 0, 8, SAMPLE_LEAVES);
    assert_int_equal(stat(path_of("pending.db"), &after), 0);
    assert_true(before.st_ino != after.st_ino);
    assert_int_equal(fstat(held, &before), 0);
    assert_int_equal(before.st_nlink, 0);
    close(held);
    sample_entry(3, STORE_FROM_DOOR, &entry);
    /* In log.db only, and the log's own write-ahead file is empty. */
    assert_int_equal(files_with(entry.sealed + 1, HASH_BYTES), 1);
    assert_int_equal(stat(path_of("log.db-wal"), &after), 0);
    assert_int_equal(after.st_size, 0);
    assert_int_not_equal(access(path_of("pending.db-shm"), F_OK), 0);
    store_close(store);
}

static void test_the_pending_file_stays_when_some_are_left(void **state)
{
    (void)state;
    struct sample_entry entry;
    struct store *store = sample_open();
    for (unsigned n = 0; n < 9; n++)
        sample_put(store, n, STORE_FROM_DOOR);
    sample_append(store, 0, 8, SAMPLE_LEAVES);
    assert_int_equal(store_pending_count(store), 1);
    sample_entry(3, STORE_FROM_DOOR, &entry);
    assert_int_equal(files_with(entry.sealed + 1, HASH_BYTES), 1);
    store_close(store);
}

static void test_erased_bytes_are_in_no_file(void **state)
{
    (void)state;
    struct store *store = sample_open();
    sample_append(store, 0, 5, SAMPLE_WHOLE);
    for (unsigned n = 5; n < 10; n++)
        sample_put(store, n, STORE_FROM_DOOR);
    for (unsigned n = 2; n < 9; n += 3) {
        struct sample_entry entry;
        uint64_t count;
        sample_entry(n, STORE_FROM_DOOR, &entry);
        assert_true(files_with(entry.sealed + 1, HASH_BYTES) > 0);
        assert_ok(store_begin(store));
        assert_ok(store_erase(store, entry.erase_secret, &count));
        assert_ok(store_commit(store));
        assert_int_equal(count, 1);
        assert_int_equal(files_with(entry.sealed + 1, HASH_BYTES), 0);
        assert_int_equal(files_with(entry.sealed + 18000, 64), 0);
    }
    store_close(store);
}

static void test_forgotten_bytes_are_in_no_file(void **state)
{
    (void)state;
    struct sample_entry entry;
    uint64_t count;
    struct store *store = sample_open();
    sample_append(store, 0, 5, SAMPLE_WHOLE);
    assert_ok(store_begin(store));
    assert_ok(store_forget_held(store, 3, 0, &count));
    assert_ok(store_commit(store));
    for (unsigned n = 0; n < 5; n++) {
        sample_entry(n, STORE_FROM_DOOR, &entry);
        assert_int_equal(files_with(entry.sealed + 1, HASH_BYTES), n < 3 ? 0 : 1);
    }
    store_close(store);
}

/* pending.db as it is at a commit; after it has been put back, a stop between the two commits of
 * what came after is what the folder looks like. */
static void keep_pending(struct store **store, struct buf *kept)
{
    store_close(*store);
    read_whole("pending.db", kept);
    *store = sample_open();
}

static void put_back_pending(struct store **store, struct buf *kept)
{
    store_close(*store);
    write_whole("pending.db", buf_bytes(kept));
    unlink(path_of("pending.db-wal"));
    buf_release(kept);
    *store = sample_open();
}

static void test_a_stop_before_the_placed_entries_left_pending(void **state)
{
    (void)state;
    struct buf kept;
    struct store *store = sample_open();
    for (unsigned n = 0; n < 6; n++)
        sample_put(store, n, STORE_FROM_DOOR);
    keep_pending(&store, &kept);
    sample_append(store, 0, 6, SAMPLE_LEAVES);
    put_back_pending(&store, &kept);
    assert_int_equal(store_pending_count(store), 0);
    assert_int_equal(store_size(store), 6);
    store_close(store);
}

static void test_a_stop_before_some_of_the_pending_left(void **state)
{
    (void)state;
    struct sample_entry entry;
    struct store_entry found;
    struct buf kept;
    struct store *store = sample_open();
    for (unsigned n = 0; n < 6; n++)
        sample_put(store, n, STORE_FROM_DOOR);
    keep_pending(&store, &kept);
    sample_append(store, 0, 4, SAMPLE_LEAVES);
    put_back_pending(&store, &kept);
    assert_int_equal(store_pending_count(store), 2);
    for (unsigned n = 0; n < 6; n++) {
        sample_entry(n, STORE_FROM_DOOR, &entry);
        assert_ok(store_find(store, entry.id, &found));
        assert_int_equal(found.in_log, n < 4);
        assert_memory_equal(found.sealed.data, entry.sealed, sizeof entry.sealed);
    }
    store_close(store);
}

static void test_a_stop_before_the_erased_left_pending(void **state)
{
    (void)state;
    struct sample_entry entry, other;
    struct store_entry found;
    struct buf kept;
    uint64_t count;
    struct store *store = sample_open();
    sample_put(store, 0, STORE_FROM_DOOR);
    sample_put(store, 1, STORE_FROM_DOOR);
    keep_pending(&store, &kept);
    sample_entry(0, STORE_FROM_DOOR, &entry);
    sample_entry(1, STORE_FROM_DOOR, &other);
    assert_ok(store_begin(store));
    assert_ok(store_erase(store, entry.erase_secret, &count));
    assert_ok(store_note_erased(store, other.id, other.erase_secret));
    assert_ok(store_commit(store));
    put_back_pending(&store, &kept);
    assert_ok(store_find(store, entry.id, &found));
    assert_int_equal(found.sealed.len, 0);
    assert_int_equal(files_with(entry.sealed + 1, HASH_BYTES), 0);
    assert_ok(store_find(store, other.id, &found));
    assert_int_equal(found.sealed.len, sizeof other.sealed);
    store_close(store);
}

static void test_files_that_are_not_the_stores(void **state)
{
    (void)state;
    struct problem problem = {""};
    store_close(sample_open());
    run_sql("log.db", "PRAGMA user_version = 2");
    assert_error(try_open(&problem), E_VERSION);
    assert_non_null(strstr(problem.text, "log.db"));
    run_sql("log.db", "PRAGMA user_version = 0");
    assert_error(try_open(NULL), E_DAMAGED);
    run_sql("log.db", "PRAGMA user_version = 1");
    assert_ok(try_open(NULL));
    run_sql("pending.db", "PRAGMA application_id = 7");
    assert_error(try_open(NULL), E_DAMAGED);
    run_sql("pending.db", "PRAGMA application_id = 1448300612");
    assert_ok(try_open(NULL));
    struct buf junk;
    buf_init(&junk, 65536);
    for (unsigned i = 0; i < 9000; i++)
        buf_u8(&junk, (uint8_t)(i * 7));
    write_whole("log.db", buf_bytes(&junk));
    assert_error(try_open(NULL), E_DAMAGED);
    buf_release(&junk);
}

static void test_a_folder_that_is_not_there(void **state)
{
    (void)state;
    struct store *store = NULL;
    struct problem problem = {""};
    assert_error(store_open_sqlite("/nowhere/at/all", &store, &problem), E_IO);
    assert_non_null(strstr(problem.text, "/nowhere/at/all"));
    assert_null(store);
}

static void test_a_changed_value_is_seen(void **state)
{
    (void)state;
    struct span value;
    struct store *store = sample_open();
    assert_ok(store_begin(store));
    assert_ok(store_value_put(store, "pin", span_text("a value")));
    assert_ok(store_commit(store));
    store_close(store);
    run_sql("log.db", "UPDATE named SET value = CAST('a walue' AS BLOB)");
    store = sample_open();
    assert_error(store_value_get(store, "pin", &value), E_DAMAGED);
    store_close(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, gone)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_second_program_is_told_that_it_is_busy),
        cmocka_unit_test(test_the_order_of_arrival_is_not_in_the_log),
        TEST(test_the_pending_file_goes_when_all_is_placed),
        TEST(test_the_pending_file_stays_when_some_are_left),
        TEST(test_erased_bytes_are_in_no_file),
        TEST(test_forgotten_bytes_are_in_no_file),
        TEST(test_a_stop_before_the_placed_entries_left_pending),
        TEST(test_a_stop_before_some_of_the_pending_left),
        TEST(test_a_stop_before_the_erased_left_pending),
        TEST(test_files_that_are_not_the_stores),
        TEST(test_a_folder_that_is_not_there),
        TEST(test_a_changed_value_is_seen),
    };
    return cmocka_run_group_tests(tests, sample_start, NULL);
}
