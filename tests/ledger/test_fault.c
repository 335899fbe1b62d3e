/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A store that is stopped anywhere: every write, truncation, sync and removal fails once, the
 * power is lost at each, every allocation fails. A day's work is done in steps, each one
 * transaction; what was acknowledged must be there afterwards, the step under way is done whole or
 * not at all, and the audit finds nothing. Then the work goes on to its end. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "fault_vfs.h"
#include "ledger/fsck.h"
#include "ledger/place.h"
#include "prop.h"
#include "sample.h"

#define ENTRIES 12

/* All that a step needs is made before anything may fail. */
static struct sample_entry entries[ENTRIES];
static struct checkpoint checkpoints[ENTRIES + 1];
static struct buf notes[ENTRIES + 1], line;

static void make_inputs(void)
{
    struct merkle_edge edge;
    merkle_edge_init(&edge);
    for (unsigned n = 0; n < ENTRIES; n++) {
        sample_entry(n, STORE_FROM_DOOR, &entries[n]);
        struct hash leaf = merkle_leaf_hash(span_of(entries[n].leaf, ENTRY_LEAF_BYTES));
        assert_ok(merkle_edge_add(&edge, &leaf, NULL, NULL));
        struct hash root = merkle_edge_root(&edge);
        checkpoints[n + 1] = sample_checkpoint(n + 1, &root);
        buf_init(&notes[n + 1], NOTE_BYTES_MAX);
        sample_note(&sample_log, &checkpoints[n + 1], &notes[n + 1]);
    }
    struct note note;
    assert_ok(note_read(buf_bytes(&notes[4]), &note, NULL));
    buf_init(&line, NOTE_BYTES_MAX);
    note_cosign_line(&sample_cosigners[0].key, &sample_cosigners[0].pair, note.text, 1000, &line);
    note_release(&note);
}

/* Nothing is there: neither in memory nor, of what the store writes past SQLite, in the folder. */
static void clear_disk(void)
{
    fault_disk_clear();
    sample_folder_remove();
    sample_folder();
}

/* Where each operation takes long, some are left out: others in every run. */
#if defined(__SANITIZE_ADDRESS__)
#define STRIDE 5
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STRIDE 5
#endif
#endif
#ifndef STRIDE
#define STRIDE 1
#endif

static int start(void **state)
{
    sample_start(state);
    fault_disk_install();
    file_use_calls(&(struct file_calls){.fsync = fault_disk_sync_folder});
    make_inputs();
    sample_folder();
    return 0;
}

static int end(void **state)
{
    (void)state;
    sample_folder_remove();
    for (unsigned n = 1; n <= ENTRIES; n++)
        buf_release(&notes[n]);
    buf_release(&line);
    fault_disk_clear();
    file_use_calls(NULL);
    return 0;
}

static int put(struct store *store, unsigned from, unsigned to)
{
    for (unsigned n = from; n < to; n++) {
        struct store_entry stored = sample_stored(&entries[n]);
        TRY(store_put_pending(store, &stored));
    }
    return 0;
}

static int append(struct store *store, unsigned from, unsigned to)
{
    struct store_entry stored[ENTRIES];
    for (unsigned n = from; n < to; n++)
        stored[n - from] = (struct store_entry){.leaf = span_of(entries[n].leaf, ENTRY_LEAF_BYTES),
                                                .source = STORE_FROM_DOOR};
    return store_append(store, stored, to - from, &checkpoints[to], buf_bytes(&notes[to]));
}

/* The steps. Entries 0 to 3 are placed first, then 4 to 9 of which 9 was never pending; 10 and 11
 * stay pending. */
static int put_first(struct store *store)
{
    return put(store, 0, 3);
}

static int put_second(struct store *store)
{
    return put(store, 3, 4);
}

static int place_first(struct store *store)
{
    return append(store, 0, 4);
}

static int cosign(struct store *store)
{
    TRY(store_put_cosignature(store, 4, buf_bytes(&line)));
    return store_value_put(store, "held", span_text("4"));
}

static int put_more(struct store *store)
{
    return put(store, 4, 9);
}

static int erase_logged(struct store *store)
{
    uint64_t count;
    return store_erase(store, entries[1].erase_secret, &count);
}

static int erase_pending(struct store *store)
{
    uint64_t count;
    return store_erase(store, entries[5].erase_secret, &count);
}

static int put_last(struct store *store)
{
    return put(store, 10, 12);
}

static int place_second(struct store *store)
{
    return append(store, 4, 10);
}

static int fill(struct store *store)
{
    return store_fill(store, span_of(entries[9].header, ENTRY_HEADER_BYTES),
                      span_of(entries[9].sealed, sizeof entries[9].sealed));
}

static int forget(struct store *store)
{
    uint64_t count;
    return store_forget_held(store, 4, 0, &count);
}

static int (*const steps[])(struct store *) = {
    put_first, put_second,    place_first,  cosign, put_more, erase_logged,
    put_last,  erase_pending, place_second, fill,   forget,
};
enum {
    STEP_PUT_FIRST,
    STEP_PUT_SECOND,
    STEP_PLACE_FIRST,
    STEP_COSIGN,
    STEP_PUT_MORE,
    STEP_ERASE_LOGGED,
    STEP_PUT_LAST,
    STEP_ERASE_PENDING,
    STEP_PLACE_SECOND,
    STEP_FILL,
    STEP_FORGET,
    STEPS
};

static int run_step(struct store *store, unsigned step)
{
    TRY(store_begin(store));
    int error = steps[step](store);
    if (error) {
        store_rollback(store);
        return error;
    }
    return store_commit(store);
}

static bool after(unsigned done, unsigned step)
{
    return done > step;
}

enum where { NOWHERE, PENDING, LOGGED };

static enum where place_of(unsigned n, unsigned done)
{
    static const unsigned put_in[ENTRIES] = {STEP_PUT_FIRST,  STEP_PUT_FIRST, STEP_PUT_FIRST,
                                             STEP_PUT_SECOND, STEP_PUT_MORE,  STEP_PUT_MORE,
                                             STEP_PUT_MORE,   STEP_PUT_MORE,  STEP_PUT_MORE,
                                             STEPS,           STEP_PUT_LAST,  STEP_PUT_LAST};
    if (n < 10 && after(done, n < 4 ? STEP_PLACE_FIRST : STEP_PLACE_SECOND))
        return LOGGED;
    return after(done, put_in[n]) ? PENDING : NOWHERE;
}

static bool sealed_held(unsigned n, unsigned done)
{
    if (n < 4 && after(done, STEP_FORGET))
        return false;
    if (n == 9)
        return after(done, STEP_FILL);
    if (n == 1)
        return !after(done, STEP_ERASE_LOGGED);
    return n != 5 || !after(done, STEP_ERASE_PENDING);
}

static bool entry_as_after(struct store *store, unsigned n, unsigned done)
{
    struct store_entry found;
    enum where where = place_of(n, done);
    int error = store_find(store, entries[n].id, &found);
    if (error)
        return error == E_NOT_FOUND && where == NOWHERE;
    bool right = found.in_log == (where == LOGGED) && where != NOWHERE &&
                 span_equal(found.leaf, span_of(entries[n].leaf, ENTRY_LEAF_BYTES));
    if (!right || (found.in_log && found.index != n))
        return false;
    if (!sealed_held(n, done))
        return found.sealed.len == 0;
    return span_equal(found.sealed, span_of(entries[n].sealed, sizeof entries[n].sealed));
}

static int count_erased(void *context, const uint8_t *id, const uint8_t *secret)
{
    (void)id;
    (void)secret;
    ++*(unsigned *)context;
    return 0;
}

/* Whether the store is exactly as after so many steps. */
static bool as_after(struct store *store, unsigned done)
{
    struct buf lines;
    struct span value;
    unsigned erased = 0, pending = 0;
    for (unsigned n = 0; n < ENTRIES; n++) {
        if (!entry_as_after(store, n, done))
            return false;
        pending += place_of(n, done) == PENDING;
    }
    buf_init(&lines, NOTE_BYTES_MAX);
    assert_ok(store_cosignatures(store, 4, &lines));
    bool cosigned = lines.len > 0;
    buf_release(&lines);
    assert_ok(store_each_erased(store, count_erased, &erased));
    bool has_value = store_value_get(store, "held", &value) == 0;
    unsigned erased_by_then = after(done, STEP_ERASE_LOGGED) + after(done, STEP_ERASE_PENDING);
    return cosigned == after(done, STEP_COSIGN) && has_value == cosigned &&
           erased == erased_by_then && store_pending_count(store) == pending;
}

static void say_finding(void *context, enum fsck_kind kind, const char *where, const char *what)
{
    (void)context;
    print_message("%s: %s %s\n", fsck_kind_name(kind), where, what);
}

static void assert_sound(struct store *store)
{
    struct fsck fsck = {
        .log_key = &sample_log.key, .cosigners = &sample_cosigners[0].key, .cosigner_count = 1};
    uint64_t findings;
    assert_ok(fsck_run(store, &fsck, say_finding, NULL, &findings));
    assert_int_equal(findings, 0);
}

/* Opens the store and works until something fails; how many steps were acknowledged. */
static unsigned work(unsigned from, int *ret_error)
{
    struct store *store = NULL;
    unsigned done = from;
    *ret_error = store_open_sqlite(sample_folder_path(), &store, NULL);
    while (*ret_error == 0 && done < STEPS) {
        *ret_error = run_step(store, done);
        done += *ret_error == 0;
        /* A step may be durable although a file could not be synced afterwards: it is the last. */
        if (*ret_error == 0 && fault_disk_struck())
            *ret_error = store_begin(store) < 0 ? E_IO : E_OK;
        assert_true(*ret_error || !fault_disk_struck());
    }
    if (*ret_error && store)
        /* Whatever failed, nothing more is taken. */
        assert_true(store_begin(store) < 0 || !fault_disk_struck());
    store_close(store);
    return done;
}

/* After the machine is up again: all that was acknowledged, and the rest of the work. */
static void assert_recovered(unsigned done, const char *what, uint64_t nth)
{
    int error;
    struct store *store = NULL;
    error = store_open_sqlite(sample_folder_path(), &store, NULL);
    if (error)
        fail_msg("%s %llu: cannot be opened after %u steps: %s", what, (unsigned long long)nth,
                 done, error_name(error));
    unsigned reached = as_after(store, done) ? done : done + 1;
    if (reached > STEPS || !as_after(store, reached))
        fail_msg("%s %llu: neither as after %u steps nor after one more", what,
                 (unsigned long long)nth, done);
    assert_sound(store);
    store_close(store);
    assert_int_equal(work(reached, &error), STEPS);
    assert_ok(error);
    assert_ok(store_open_sqlite(sample_folder_path(), &store, NULL));
    assert_true(as_after(store, STEPS));
    assert_sound(store);
    store_close(store);
}

static uint64_t operations_of_the_work(void)
{
    int error;
    clear_disk();
    fault_disk_arm(FAULT_NONE, 0);
    assert_int_equal(work(0, &error), STEPS);
    assert_ok(error);
    return fault_disk_operations();
}

static void fail_each(enum fault fault, enum survival survival, unsigned seeds, const char *what)
{
    uint64_t total = operations_of_the_work();
    assert_true(total > 100);
    struct prop prop = prop_start(what);
    for (uint64_t nth = 1 + prop_below(&prop, STRIDE); nth <= total; nth += STRIDE) {
        for (unsigned seed = 1; seed <= seeds; seed++) {
            int error;
            clear_disk();
            fault_disk_arm(fault, nth);
            unsigned done = work(0, &error);
            assert_true(fault_disk_struck());
            fault_disk_restart(survival, prop_u64(&prop));
            assert_recovered(done, what, nth);
        }
    }
}

static void test_each_operation_fails_once(void **state)
{
    (void)state;
    fail_each(FAULT_ONCE, SURVIVE_ALL, 1, "failed once, operation");
}

/* After a sync that failed, what it should have brought to the disk may be lost all the same. */
static void test_each_operation_fails_once_and_then_the_power(void **state)
{
    (void)state;
    fail_each(FAULT_ONCE, SURVIVE_SYNCED, 1, "failed once, then no power, operation");
}

static void test_the_process_stops_at_each_operation(void **state)
{
    (void)state;
    fail_each(FAULT_FROM, SURVIVE_ALL, 1, "stopped at operation");
}

static void test_power_is_lost_at_each_operation(void **state)
{
    (void)state;
    fail_each(FAULT_POWER_LOSS, SURVIVE_SYNCED, 1, "power lost at operation");
}

static void test_power_is_lost_and_some_writes_with_it(void **state)
{
    (void)state;
    fail_each(FAULT_POWER_LOSS, SURVIVE_SOME, 2, "power and some writes lost at operation");
}

/* SQLite's allocator, counted as ours is. */
static sqlite3_mem_methods real_memory;
static uint64_t sqlite_asked, sqlite_fail_at;

static bool sqlite_fails(void)
{
    sqlite_asked++;
    return sqlite_fail_at && sqlite_asked >= sqlite_fail_at;
}

static void *failing_malloc(int bytes)
{
    return sqlite_fails() ? NULL : real_memory.xMalloc(bytes);
}

static void *failing_realloc(void *old, int bytes)
{
    return sqlite_fails() ? NULL : real_memory.xRealloc(old, bytes);
}

static void install_failing_memory(void)
{
    sqlite3_mem_methods failing;
    assert_int_equal(sqlite3_shutdown(), SQLITE_OK);
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory), SQLITE_OK);
    failing = real_memory;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &failing), SQLITE_OK);
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0), SQLITE_OK);
    assert_int_equal(sqlite3_initialize(), SQLITE_OK);
}

static void fail_sqlite_at(uint64_t nth)
{
    sqlite_asked = 0;
    sqlite_fail_at = nth;
}

static void test_each_allocation_of_sqlite_fails(void **state)
{
    (void)state;
    int error;
    clear_disk();
    fail_sqlite_at(0);
    assert_int_equal(work(0, &error), STEPS);
    uint64_t total = sqlite_asked;
    assert_true(total > 1000);
    /* Every one of the first, where stores are opened; then every few. */
    for (uint64_t nth = 1; nth <= total; nth += nth < 300 ? STRIDE : 13 * STRIDE) {
        clear_disk();
        fail_sqlite_at(nth);
        unsigned done = work(0, &error);
        fail_sqlite_at(0);
        fault_disk_restart(SURVIVE_ALL, 0);
        assert_recovered(done, "no memory for SQLite at", nth);
    }
}

static void test_each_allocation_of_ours_fails(void **state)
{
    (void)state;
    int error;
    clear_disk();
    mem_fail_from(0);
    assert_int_equal(work(0, &error), STEPS);
    uint64_t total = mem_asked();
    assert_true(total > 20);
    for (uint64_t nth = 1; nth <= total; nth++) {
        clear_disk();
        mem_fail_from(nth);
        unsigned done = work(0, &error);
        mem_fail_from(0);
        fault_disk_restart(SURVIVE_ALL, 0);
        assert_recovered(done, "no memory at", nth);
    }
}

/* Placement, with cover: either nothing of it or all of it, and a size is signed once. */
static struct dh_pair intake;

static int place_three(unsigned *ret_put)
{
    struct store *store = NULL;
    struct place place = {&sample_log.pair, &sample_log.key, intake.public_key, SAMPLE_DAY, 4};
    struct place_result result;
    *ret_put = 0;
    TRY(store_open_sqlite(sample_folder_path(), &store, NULL));
    int error = store_begin(store);
    if (error == 0)
        error = put(store, 0, 3);
    if (error == 0)
        error = store_commit(store);
    if (error == 0) {
        *ret_put = 3;
        error = place_day(store, &place, &result, NULL);
    }
    store_close(store);
    return error;
}

static void assert_placed_or_not(int error, unsigned put_before)
{
    struct store *store = NULL;
    assert_ok(store_open_sqlite(sample_folder_path(), &store, NULL));
    uint64_t size = store_size(store), pending = store_pending_count(store);
    assert_true(size == 0 || size == 4);
    assert_true(error || size == 4);
    assert_int_equal(pending, size == 4 ? 0 : pending);
    assert_true(size == 4 || pending >= put_before);
    assert_sound(store);
    /* And the next day goes on from there. */
    struct place place = {&sample_log.pair, &sample_log.key, intake.public_key, SAMPLE_DAY, 4};
    struct place_result result;
    assert_ok(place_day(store, &place, &result, NULL));
    assert_int_equal(store_size(store), size + 4);
    assert_sound(store);
    store_close(store);
}

static void test_placement_fails_at_each_operation(void **state)
{
    (void)state;
    unsigned put_before;
    dh_pair_random(&intake);
    clear_disk();
    fault_disk_arm(FAULT_NONE, 0);
    assert_ok(place_three(&put_before));
    uint64_t total = fault_disk_operations();
    for (uint64_t nth = 1; nth <= total; nth += STRIDE) {
        for (unsigned survival = SURVIVE_ALL; survival <= SURVIVE_SOME; survival++) {
            clear_disk();
            fault_disk_arm(FAULT_POWER_LOSS, nth);
            int error = place_three(&put_before);
            fault_disk_restart(survival, nth);
            assert_placed_or_not(error, put_before);
        }
    }
}

static void test_placement_without_memory(void **state)
{
    (void)state;
    unsigned put_before;
    dh_pair_random(&intake);
    clear_disk();
    mem_fail_from(0);
    assert_ok(place_three(&put_before));
    uint64_t total = mem_asked();
    for (uint64_t nth = 1; nth <= total; nth++) {
        clear_disk();
        mem_fail_from(nth);
        int error = place_three(&put_before);
        mem_fail_from(0);
        fault_disk_restart(SURVIVE_ALL, 0);
        assert_placed_or_not(error, put_before);
    }
}

/* After an error that leaves it open what is on disk, everything is refused. */
static void test_a_failed_store_refuses_everything(void **state)
{
    (void)state;
    struct store *store = NULL;
    struct store_entry found;
    struct span span;
    struct buf out;
    uint64_t count;
    uint8_t tag[ENTRY_TAG_BYTES] = {0};
    clear_disk();
    assert_ok(store_open_sqlite(sample_folder_path(), &store, NULL));
    assert_ok(run_step(store, STEP_PUT_FIRST));
    assert_ok(store_begin(store));
    fault_disk_arm(FAULT_ONCE, 1);
    assert_ok(put_second(store));
    assert_error(store_commit(store), E_IO);
    assert_error(put_more(store), E_IO);
    assert_error(store_commit(store), E_IO);
    store_rollback(store);
    buf_init(&out, NOTE_BYTES_MAX);
    assert_error(store_begin(store), E_IO);
    assert_error(store_put_pending(store, NULL), E_IO);
    assert_error(store_mark_sent(store, tag), E_IO);
    assert_error(store_drop_pending(store, tag), E_IO);
    assert_error(store_find(store, entries[0].id, &found), E_IO);
    assert_error(store_find_tag(store, tag, &found), E_IO);
    assert_true(store_erase_tag_used(store, tag));
    assert_int_equal(store_pending_count(store), 0);
    assert_error(store_each_pending(store, NULL, NULL), E_IO);
    assert_error(store_each_pending_leaf(store, NULL, NULL), E_IO);
    assert_error(store_each_logged(store, 0, NULL, NULL), E_IO);
    assert_error(store_each_leaf(store, 0, 1, NULL, NULL), E_IO);
    assert_error(store_erase(store, entries[0].erase_secret, &count), E_IO);
    assert_error(store_each_erased(store, NULL, NULL), E_IO);
    assert_error(store_note_erased(store, tag, entries[0].erase_secret), E_IO);
    assert_error(append(store, 0, 1), E_IO);
    assert_error(store_last_note(store, &span), E_IO);
    assert_error(store_note_of_size(store, 1, &span), E_IO);
    assert_error(store_each_note(store, 0, NULL, NULL), E_IO);
    assert_error(store_put_cosignature(store, 1, span_text("x")), E_IO);
    assert_error(store_cosignatures(store, 1, &out), E_IO);
    assert_error(store_fill(store, span_text("x"), span_text("y")), E_IO);
    assert_error(store_forget(store, tag), E_IO);
    assert_error(store_forget_held(store, 1, 1, &count), E_IO);
    assert_error(store_value_put(store, "x", span_text("y")), E_IO);
    assert_error(store_value_get(store, "x", &span), E_IO);
    assert_error(store_check(store, NULL, NULL), E_IO);
    struct merkle_source nodes = store_nodes(store);
    struct hash node;
    assert_error(nodes.get(nodes.context, 0, 0, &node), E_IO);
    store_close(store);
    buf_release(&out);
    fault_disk_restart(SURVIVE_ALL, 0);
    assert_recovered(STEP_PUT_FIRST + 1, "a failed commit", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_operation_fails_once),
        cmocka_unit_test(test_each_operation_fails_once_and_then_the_power),
        cmocka_unit_test(test_the_process_stops_at_each_operation),
        cmocka_unit_test(test_power_is_lost_at_each_operation),
        cmocka_unit_test(test_power_is_lost_and_some_writes_with_it),
        cmocka_unit_test(test_each_allocation_of_sqlite_fails),
        cmocka_unit_test(test_each_allocation_of_ours_fails),
        cmocka_unit_test(test_placement_fails_at_each_operation),
        cmocka_unit_test(test_placement_without_memory),
        cmocka_unit_test(test_a_failed_store_refuses_everything),
    };
    install_failing_memory();
    return cmocka_run_group_tests(tests, start, end);
}
