/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Placement: what a day becomes, what is signed, and when nothing may be signed any more. */
#include "ledger/place.h"

#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "ledger/store_internal.h"
#include "sample.h"
#include "seal/payload_open.h"

static struct store *store;
static struct dh_pair intake;

static int fresh(void **state)
{
    (void)state;
    sample_folder();
    store = sample_open();
    dh_pair_random(&intake);
    return 0;
}

static int gone(void **state)
{
    (void)state;
    store_close(store);
    sample_folder_remove();
    return 0;
}

static struct place place_of(uint32_t step)
{
    return (struct place){.pair = &sample_log.pair,
                          .key = &sample_log.key,
                          .intake = intake.public_key,
                          .day = SAMPLE_DAY,
                          .step = step};
}

static struct place_result run(uint32_t step)
{
    struct place place = place_of(step);
    struct place_result result;
    struct problem problem = {""};
    int error = place_day(store, &place, &result, &problem);
    assert_string_equal(problem.text, "");
    assert_ok(error);
    return result;
}

static int count_note(void *context, uint64_t size, struct span note)
{
    (void)size;
    (void)note;
    ++*(unsigned *)context;
    return 0;
}

static void assert_refused(const struct place *place, int error)
{
    struct place_result result;
    unsigned before = 0, after = 0;
    uint64_t size = store_size(store), pending = store_pending_count(store);
    assert_ok(store_each_note(store, 0, count_note, &before));
    assert_error(place_day(store, place, &result, NULL), error);
    assert_int_equal(store_size(store), size);
    assert_int_equal(store_pending_count(store), pending);
    assert_ok(store_each_note(store, 0, count_note, &after));
    assert_int_equal(before, after);
}

/* The newest note is of the whole tree and signed. */
static void assert_signed(void)
{
    struct span note;
    struct checkpoint checkpoint;
    struct hash root;
    struct merkle_source nodes = store_nodes(store);
    assert_ok(merkle_root_at(&nodes, store_size(store), &root));
    assert_ok(store_last_note(store, &note));
    assert_ok(checkpoint_open(note, &sample_log.key, &checkpoint, NULL));
    assert_int_equal(checkpoint.size, store_size(store));
    assert_true(hash_equal(&checkpoint.root, &root));
}

static void test_topping_up(void **state)
{
    (void)state;
    static const struct {
        unsigned pending, placed;
    } days[] = {{0, 4}, {1, 4}, {4, 4}, {5, 8}, {8, 8}, {9, 16}, {3, 4}};
    unsigned next = 0;
    uint64_t size = 0;
    for (size_t i = 0; i < COUNT_OF(days); i++) {
        for (unsigned n = 0; n < days[i].pending; n++)
            sample_put(store, next++, STORE_FROM_DOOR);
        struct place_result result = run(4);
        size += days[i].placed;
        assert_int_equal(result.placed, days[i].placed);
        assert_int_equal(result.cover, days[i].placed - days[i].pending);
        assert_int_equal(result.size, size);
        assert_false(result.without_cover);
        assert_int_equal(store_size(store), size);
        assert_int_equal(store_pending_count(store), 0);
        assert_signed();
    }
}

struct order {
    uint8_t last[ENTRY_ID_BYTES];
    unsigned seen, cover, opened, first;
};

static int check_placed(void *context, const struct store_entry *entry)
{
    struct order *order = context;
    static const uint8_t organisation[32];
    struct opened opened;
    struct entry_header header;
    assert_ok(entry_check(entry->header, entry->leaf, entry->sealed, NULL));
    assert_ok(entry_header_read(entry->header, &header));
    assert_int_equal(header.day, SAMPLE_DAY);
    assert_int_equal(header.bucket, 0);
    assert_int_equal(entry->source, STORE_FROM_DOOR);
    assert_true(order->seen == 0 || memcmp(order->last, header.id, ENTRY_ID_BYTES) < 0);
    memcpy(order->last, header.id, ENTRY_ID_BYTES);
    order->seen++;
    if (payload_open(&intake, entry->header, entry->leaf, entry->sealed, organisation, &opened,
                     NULL) < 0)
        return 0;
    assert_int_equal(opened.envelope.kind, KIND_COVER);
    assert_int_equal(opened.content.len, 0);
    order->cover++;
    opened_release(&opened);
    return 0;
}

static void test_cover_entries_are_real_ones_among_the_others(void **state)
{
    (void)state;
    struct order order = {.seen = 0};
    for (unsigned n = 0; n < 21; n++)
        sample_put(store, n, STORE_FROM_DOOR);
    struct place_result result = run(32);
    assert_ok(store_each_logged(store, 0, check_placed, &order));
    assert_int_equal(order.seen, 32);
    assert_int_equal(order.cover, 11);
    assert_int_equal(result.cover, 11);
}

static void test_without_an_intake_key(void **state)
{
    (void)state;
    struct place place = place_of(4);
    struct place_result result;
    struct span note;
    place.intake = NULL;
    assert_ok(place_day(store, &place, &result, NULL));
    assert_int_equal(result.placed, 0);
    assert_true(result.without_cover);
    assert_error(store_last_note(store, &note), E_NOT_FOUND);
    sample_put(store, 0, STORE_FROM_DOOR);
    sample_put(store, 1, STORE_FROM_HATCH);
    sample_put(store, 2, STORE_FROM_DOOR);
    assert_ok(place_day(store, &place, &result, NULL));
    assert_int_equal(result.placed, 3);
    assert_int_equal(result.cover, 0);
    assert_true(result.without_cover);
    assert_signed();
}

static void test_the_step_has_bounds(void **state)
{
    (void)state;
    struct place place = place_of(0);
    assert_refused(&place, E_ARGUMENT);
    place.step = PLACE_STEP_MAX + 1;
    assert_refused(&place, E_ARGUMENT);
}

static void test_the_name_must_fit_a_checkpoint(void **state)
{
    (void)state;
    struct place place = place_of(1);
    struct note_key key;
    char name[CHECKPOINT_ORIGIN_MAX + 2];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_ok(note_key_make(name, NOTE_TYPE_ED25519, sample_log.pair.public_key, &key));
    place.key = &key;
    assert_refused(&place, E_ARGUMENT);
}

static void run_sql(const char *sql)
{
    assert_int_equal(sqlite3_exec(store->log, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void test_nothing_is_signed_on_a_log_without_its_checkpoint(void **state)
{
    (void)state;
    struct place place = place_of(2);
    run(2);
    run_sql("DELETE FROM notes");
    assert_refused(&place, E_DAMAGED);
}

static void test_nothing_is_signed_on_a_log_of_another_key(void **state)
{
    (void)state;
    struct place place = place_of(2);
    run(2);
    place.key = &sample_other_log.key;
    place.pair = &sample_other_log.pair;
    assert_refused(&place, E_DAMAGED);
}

/* The tree lost its last placement, the note of it is there. */
static void test_nothing_is_signed_on_a_log_that_was_rolled_back(void **state)
{
    (void)state;
    struct place place = place_of(2);
    run(2);
    run(2);
    run_sql("DELETE FROM entries WHERE idx >= 2; DELETE FROM sealed WHERE idx >= 2;"
            "DELETE FROM nodes WHERE (idx + 1) << level > 2");
    store_close(store);
    store = NULL;
    assert_error(store_open_sqlite(sample_folder_path(), &store, NULL), E_DAMAGED);
    char count[300];
    snprintf(count, sizeof count, "%s/count", sample_folder_path());
    assert_int_equal(unlink(count), 0);
    store = sample_open();
    assert_int_equal(store_size(store), 2);
    assert_refused(&place, E_ROLLBACK);
}

static void test_nothing_is_signed_on_a_log_with_another_root(void **state)
{
    (void)state;
    struct place place = place_of(2);
    run(2);
    run_sql("UPDATE nodes SET hash = (SELECT hash FROM nodes WHERE level = 0 AND idx = 0)"
            " WHERE level = 1");
    assert_refused(&place, E_FORK);
}

static void test_nothing_is_signed_on_a_log_with_more_than_was_signed(void **state)
{
    (void)state;
    struct place place = place_of(2);
    run(2);
    run(2);
    run_sql("DELETE FROM notes WHERE size = 4");
    assert_refused(&place, E_FORK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, gone)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_topping_up),
        TEST(test_cover_entries_are_real_ones_among_the_others),
        TEST(test_without_an_intake_key),
        TEST(test_the_step_has_bounds),
        TEST(test_the_name_must_fit_a_checkpoint),
        TEST(test_nothing_is_signed_on_a_log_without_its_checkpoint),
        TEST(test_nothing_is_signed_on_a_log_of_another_key),
        TEST(test_nothing_is_signed_on_a_log_that_was_rolled_back),
        TEST(test_nothing_is_signed_on_a_log_with_another_root),
        TEST(test_nothing_is_signed_on_a_log_with_more_than_was_signed),
    };
    return cmocka_run_group_tests(tests, sample_start, NULL);
}
