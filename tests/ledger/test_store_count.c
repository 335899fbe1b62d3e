/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Entries that were committed and are not there any more, however it came: SQLite itself says
 * nothing of it. And what the files take of the disk. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "prop.h"
#include "sample.h"

#define FILES 4
#define FILE_BYTES_MAX (64u << 20)

/* The files of a store whose process was killed, in the order in which they are put back. */
static const char *const names[FILES] = {"log.db", "log.db-wal", "pending.db", "pending.db-wal"};

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

static void take(struct buf files[FILES])
{
    for (size_t i = 0; i < FILES; i++) {
        buf_init(&files[i], FILE_BYTES_MAX);
        assert_ok(file_read(path_of(names[i]), FILE_BYTES_MAX, &files[i], NULL));
    }
}

static void put_back(struct buf files[FILES])
{
    for (size_t i = 0; i < FILES; i++)
        assert_ok(file_write(path_of(names[i]), buf_bytes(&files[i]), 0600, NULL));
}

static void release(struct buf files[FILES])
{
    for (size_t i = 0; i < FILES; i++)
        buf_release(&files[i]);
}

static int try_open(struct problem *problem)
{
    struct store *store = NULL;
    int error = store_open_sqlite(sample_folder_path(), &store, problem);
    store_close(store);
    return error;
}

/* Two placed, six pending, as a kill leaves them; first: before the last three came. */
static void work(struct buf first[FILES], struct buf last[FILES])
{
    struct store *store = sample_open();
    sample_put(store, 0, STORE_FROM_DOOR);
    sample_put(store, 1, STORE_FROM_DOOR);
    sample_append(store, 0, 2, SAMPLE_LEAVES);
    for (unsigned n = 2; n < 8; n++) {
        if (n == 5)
            take(first);
        sample_put(store, n, STORE_FROM_DOOR);
    }
    take(last);
    store_close(store);
}

/* After each of these: refused with how many are missing, and opened when nobody says any more how
 * many there were. */
static void assert_missed(struct buf files[FILES], const char *how_many)
{
    struct problem problem = {""};
    assert_error(try_open(&problem), E_DAMAGED);
    assert_non_null(strstr(problem.text, how_many));
    assert_error(try_open(NULL), E_DAMAGED); /* and again: it is not forgotten */
    assert_int_equal(unlink(path_of("count")), 0);
    assert_ok(try_open(NULL));
    put_back(files);
    assert_ok(try_open(NULL)); /* which counts anew */
    put_back(files);
}

static void test_what_is_gone_is_missed(void **state)
{
    (void)state;
    struct buf first[FILES], last[FILES];
    work(first, last);
    put_back(last);
    assert_ok(try_open(NULL));
    put_back(last);
    assert_int_equal(unlink(path_of("pending.db-wal")), 0);
    assert_missed(last, "6 of 8 entries are missing");
    assert_int_equal(unlink(path_of("pending.db")), 0);
    assert_missed(last, "6 of 8 entries are missing");
    put_back(first);
    assert_missed(last, "3 of 8 entries are missing");
    assert_int_equal(truncate(path_of("pending.db-wal"), 50000), 0);
    assert_missed(last, "of 8 entries are missing");
    release(first);
    release(last);
}

/* Any bit of the write-ahead log. */
static void test_a_changed_bit_is_missed(void **state)
{
    (void)state;
    struct prop prop = prop_start("wal_bits");
    struct buf first[FILES], last[FILES];
    work(first, last);
    for (unsigned n = 0; n < 40; n++) {
        struct buf *wal = &last[3];
        size_t at = prop_below(&prop, wal->len);
        uint8_t bit = (uint8_t)(1 << prop_below(&prop, 8));
        wal->data[at] ^= bit;
        put_back(last);
        assert_error(try_open(NULL), E_DAMAGED);
        wal->data[at] ^= bit;
    }
    put_back(last);
    assert_ok(try_open(NULL));
    release(first);
    release(last);
}

/* What a desk drops on purpose is not missed, and what it appends without having had it counts. */
static void test_what_a_desk_drops_is_not_missed(void **state)
{
    (void)state;
    struct sample_entry entry;
    struct store *store = sample_open();
    sample_put(store, 5, STORE_OUTBOX);
    sample_put(store, 6, STORE_OUTBOX);
    sample_append(store, 0, 3, SAMPLE_WHOLE);
    sample_entry(5, STORE_OUTBOX, &entry);
    assert_ok(store_begin(store));
    assert_ok(store_drop_pending(store, entry.id));
    assert_ok(store_commit(store));
    store_close(store);
    assert_ok(try_open(NULL));
    assert_int_equal(unlink(path_of("pending.db")), 0);
    assert_error(try_open(NULL), E_DAMAGED);
}

/* A transaction that is rolled back, or adds nothing, changes no count. */
static void test_what_was_not_committed_is_not_missed(void **state)
{
    (void)state;
    struct sample_entry entry;
    struct store *store = sample_open();
    sample_entry(0, STORE_FROM_DOOR, &entry);
    struct store_entry stored = sample_stored(&entry);
    assert_ok(store_begin(store));
    assert_ok(store_put_pending(store, &stored));
    store_rollback(store);
    sample_put(store, 1, STORE_FROM_DOOR);
    sample_entry(1, STORE_FROM_DOOR, &entry);
    stored = sample_stored(&entry);
    assert_ok(store_begin(store));
    assert_error(store_put_pending(store, &stored), E_EXISTS);
    assert_ok(store_commit(store));
    store_close(store);
    assert_ok(try_open(NULL));
}

static void test_the_count_itself(void **state)
{
    (void)state;
    struct problem problem = {""};
    struct buf count;
    struct store *store = sample_open();
    sample_put(store, 0, STORE_FROM_DOOR);
    store_close(store);
    buf_init(&count, 100);
    assert_ok(file_read(path_of("count"), 100, &count, NULL));
    assert_int_equal(count.len, 16);
    for (size_t i = 0; i < count.len; i++) {
        count.data[i] ^= 0x20;
        assert_ok(file_write(path_of("count"), buf_bytes(&count), 0600, NULL));
        assert_error(try_open(&problem), E_DAMAGED);
        count.data[i] ^= 0x20;
    }
    assert_non_null(strstr(problem.text, "count is damaged"));
    /* What a power cut may leave of a new file. */
    assert_ok(file_write(path_of("count"), span_of(NULL, 0), 0600, NULL));
    assert_ok(try_open(NULL));
    memset(count.data, 0, count.len);
    assert_ok(file_write(path_of("count"), buf_bytes(&count), 0600, NULL));
    assert_ok(try_open(NULL));
    buf_release(&count);
}

static off_t size_of(const char *file)
{
    struct stat about;
    assert_int_equal(stat(path_of(file), &about), 0);
    return about.st_size;
}

static void test_what_is_forgotten_is_given_back_to_the_disk(void **state)
{
    (void)state;
    uint64_t count;
    struct store *store = sample_open();
    for (unsigned n = 0; n < 40; n++)
        sample_put(store, n, STORE_FROM_DOOR);
    assert_true(store_pending_bytes(store) > 40 * sizeof((struct sample_entry *)0)->sealed);
    sample_append(store, 0, 40, SAMPLE_LEAVES);
    assert_true(store_pending_bytes(store) < 100000);
    off_t full = size_of("log.db");
    assert_ok(store_begin(store));
    assert_ok(store_forget_held(store, 40, 0, &count));
    assert_int_equal(count, 40);
    assert_ok(store_commit(store));
    assert_true(size_of("log.db") < full / 4);
    assert_int_equal(size_of("log.db-wal"), 0);
    store_close(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, gone)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_gone_is_missed),
        TEST(test_a_changed_bit_is_missed),
        TEST(test_what_a_desk_drops_is_not_missed),
        TEST(test_what_was_not_committed_is_not_missed),
        TEST(test_the_count_itself),
        TEST(test_what_is_forgotten_is_given_back_to_the_disk),
    };
    return cmocka_run_group_tests(tests, sample_start, NULL);
}
