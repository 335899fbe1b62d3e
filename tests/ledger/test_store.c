/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The store's interface: what store.h says of each function, on a folder that is closed and opened
 * again in between. Appending is in test_store_append.c. */
#include <stdlib.h>

#include "seal/codename.h"
#include "store_case.h"

static void test_a_new_store_is_empty(void **state)
{
    (void)state;
    struct store_entry found;
    struct span note;
    uint8_t id[ENTRY_ID_BYTES] = {1};
    struct hash root, empty = merkle_empty_root();
    struct merkle_source nodes = store_nodes(store);
    assert_int_equal(store_size(store), 0);
    assert_int_equal(store_pending_count(store), 0);
    assert_error(store_find(store, id, &found), E_NOT_FOUND);
    assert_error(store_find_tag(store, id, &found), E_NOT_FOUND);
    assert_false(store_erase_tag_used(store, id));
    assert_error(store_last_note(store, &note), E_NOT_FOUND);
    assert_error(store_note_of_size(store, 0, &note), E_NOT_FOUND);
    assert_ok(merkle_root_at(&nodes, 0, &root));
    assert_true(hash_equal(&root, &empty));
}

static void test_a_committed_entry_is_there_after_opening(void **state)
{
    (void)state;
    sample_put(store, 1, STORE_FROM_DOOR);
    sample_put(store, 2, STORE_FROM_HATCH);
    reopen();
    assert_int_equal(store_pending_count(store), 2);
    assert_held(1, STORE_FROM_DOOR, false, true);
    assert_held(2, STORE_FROM_HATCH, false, true);
}

static void test_what_was_rolled_back_is_not_there(void **state)
{
    (void)state;
    struct sample_entry entry;
    struct store_entry found;
    sample_entry(1, STORE_FROM_DOOR, &entry);
    assert_ok(store_begin(store));
    assert_ok(put(1, STORE_FROM_DOOR));
    assert_ok(store_value_put(store, "name", span_text("value")));
    assert_ok(store_find(store, entry.id, &found));
    store_rollback(store);
    struct span value;
    assert_error(store_find(store, entry.id, &found), E_NOT_FOUND);
    assert_error(store_value_get(store, "name", &value), E_NOT_FOUND);
    assert_ok(store_begin(store));
    assert_ok(put(1, STORE_FROM_DOOR));
    reopen(); /* closing rolls back */
    assert_int_equal(store_pending_count(store), 0);
}

static void test_an_id_is_known_once(void **state)
{
    (void)state;
    sample_put(store, 1, STORE_FROM_DOOR);
    sample_append(store, 2, 1, SAMPLE_WHOLE);
    assert_ok(store_begin(store));
    assert_error(put(1, STORE_FROM_DOOR), E_EXISTS);
    assert_error(put(2, STORE_FROM_DOOR), E_EXISTS);
    assert_ok(put(3, STORE_FROM_DOOR));
    assert_error(put(3, STORE_FROM_DOOR), E_EXISTS);
    assert_ok(store_commit(store));
    assert_int_equal(store_pending_count(store), 2);
}

static void test_an_erased_id_is_known_as_erased(void **state)
{
    (void)state;
    struct sample_entry entry;
    uint64_t count;
    sample_put(store, 1, STORE_FROM_DOOR);
    sample_entry(1, STORE_FROM_DOOR, &entry);
    assert_ok(store_begin(store));
    assert_ok(store_erase(store, entry.erase_secret, &count));
    assert_error(put(1, STORE_FROM_DOOR), E_ERASED);
    assert_ok(store_commit(store));
    assert_ok(store_begin(store));
    assert_error(put(1, STORE_FROM_DOOR), E_ERASED);
    store_rollback(store);
}

static void test_sealed_bytes_have_a_limit(void **state)
{
    (void)state;
    struct sample_entry entry;
    sample_entry(1, STORE_FROM_DOOR, &entry);
    struct store_entry stored = sample_stored(&entry);
    stored.sealed.len = STORE_SEALED_MAX + 1;
    assert_ok(store_begin(store));
    assert_error(store_put_pending(store, &stored), E_TOO_LARGE);
    store_rollback(store);
}

static void test_the_outbox(void **state)
{
    (void)state;
    struct sample_entry entry;
    sample_put(store, 1, STORE_OUTBOX);
    sample_put(store, 2, STORE_OUTBOX);
    sample_entry(1, STORE_OUTBOX, &entry);
    assert_ok(store_begin(store));
    assert_ok(store_mark_sent(store, entry.id));
    assert_ok(store_commit(store));
    assert_held(1, STORE_FROM_HATCH, false, true);
    sample_entry(2, STORE_OUTBOX, &entry);
    assert_ok(store_begin(store));
    assert_ok(store_drop_pending(store, entry.id));
    assert_error(store_drop_pending(store, entry.id), E_NOT_FOUND);
    assert_error(store_mark_sent(store, entry.id), E_NOT_FOUND);
    assert_ok(store_commit(store));
    assert_int_equal(store_pending_count(store), 1);
}

struct seen {
    unsigned count, stop_at;
    uint8_t last[ENTRY_ID_BYTES];
    uint64_t first_index;
    bool whole;
};

static int see(void *context, const struct store_entry *entry)
{
    struct seen *seen = context;
    assert_true(seen->count == 0 || memcmp(seen->last, entry->leaf.data + 1, ENTRY_ID_BYTES) < 0);
    assert_int_equal(entry->sealed.len, seen->whole ? SAMPLE_SEALED_BYTES : 0);
    assert_int_equal(entry->header.len, seen->whole ? ENTRY_HEADER_BYTES : 0);
    memcpy(seen->last, entry->leaf.data + 1, ENTRY_ID_BYTES);
    return ++seen->count == seen->stop_at ? 42 : 0;
}

static void test_pending_entries_come_in_order_of_id(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 30; n++)
        sample_put(store, n, STORE_FROM_DOOR);
    struct seen seen = {.whole = true};
    assert_ok(store_each_pending(store, see, &seen));
    assert_int_equal(seen.count, 30);
    seen = (struct seen){.stop_at = 7, .whole = true};
    assert_int_equal(store_each_pending(store, see, &seen), 42);
    seen = (struct seen){.whole = false};
    assert_ok(store_each_pending_leaf(store, see, &seen));
    assert_int_equal(seen.count, 30);
}

static int drop_each(void *context, const struct store_entry *entry)
{
    ++*(unsigned *)context;
    return store_drop_pending(store, entry->leaf.data + 1);
}

static void test_a_callback_may_change_what_it_goes_through(void **state)
{
    (void)state;
    unsigned count = 0;
    for (unsigned n = 0; n < 10; n++)
        sample_put(store, n, STORE_FROM_DOOR);
    assert_ok(store_begin(store));
    assert_ok(store_each_pending(store, drop_each, &count));
    assert_ok(store_commit(store));
    assert_int_equal(count, 10);
    assert_int_equal(store_pending_count(store), 0);
}

static int see_index(void *context, const struct store_entry *entry)
{
    struct seen *seen = context;
    struct sample_entry right;
    assert_int_equal(entry->index, seen->first_index + seen->count);
    assert_true(entry->in_log);
    sample_entry((unsigned)entry->index, STORE_FROM_DOOR, &right);
    assert_true(span_equal(entry->leaf, span_of(right.leaf, sizeof right.leaf)));
    assert_int_equal(entry->sealed.len, seen->whole ? SAMPLE_SEALED_BYTES : 0);
    seen->count++;
    return seen->count == seen->stop_at ? 42 : 0;
}

static void test_logged_entries_come_in_log_order(void **state)
{
    (void)state;
    sample_append(store, 0, 20, SAMPLE_WHOLE);
    sample_append(store, 20, 11, SAMPLE_WHOLE);
    reopen();
    assert_int_equal(store_size(store), 31);
    struct seen seen = {.whole = true};
    assert_ok(store_each_logged(store, 0, see_index, &seen));
    assert_int_equal(seen.count, 31);
    seen = (struct seen){.first_index = 25, .whole = true};
    assert_ok(store_each_logged(store, 25, see_index, &seen));
    assert_int_equal(seen.count, 6);
    seen = (struct seen){.first_index = 5};
    assert_ok(store_each_leaf(store, 5, 12, see_index, &seen));
    assert_int_equal(seen.count, 7);
    seen = (struct seen){.stop_at = 3};
    assert_int_equal(store_each_leaf(store, 0, 31, see_index, &seen), 42);
}

static void test_entries_are_found_by_their_tag(void **state)
{
    (void)state;
    struct sample_entry entry;
    struct store_entry found;
    sample_put(store, 1, STORE_FROM_DOOR);
    sample_put(store, 2, STORE_FROM_HATCH);
    sample_put(store, 3, STORE_OUTBOX);
    sample_entry(2, STORE_FROM_HATCH, &entry);
    assert_ok(store_find_tag(store, entry.tag, &found));
    assert_memory_equal(found.leaf.data, entry.leaf, sizeof entry.leaf);
    assert_int_equal(found.sealed.len, sizeof entry.sealed);
    sample_entry(1, STORE_FROM_DOOR, &entry);
    assert_error(store_find_tag(store, entry.tag, &found), E_NOT_FOUND);
    sample_entry(3, STORE_OUTBOX, &entry);
    assert_error(store_find_tag(store, entry.tag, &found), E_NOT_FOUND);
    sample_append(store, 2, 1, SAMPLE_LEAVES);
    sample_entry(2, STORE_FROM_HATCH, &entry);
    assert_ok(store_find_tag(store, entry.tag, &found));
    assert_true(found.in_log);
    assert_ok(store_begin(store));
    assert_ok(store_forget(store, entry.id));
    assert_ok(store_commit(store));
    assert_error(store_find_tag(store, entry.tag, &found), E_NOT_FOUND);
}

static void test_erase_tags_are_found_everywhere(void **state)
{
    (void)state;
    struct sample_entry entry;
    struct entry_header header;
    sample_put(store, 1, STORE_FROM_DOOR);
    sample_append(store, 2, 1, SAMPLE_WHOLE);
    for (unsigned n = 1; n <= 3; n++) {
        uint64_t count;
        sample_entry(n, STORE_FROM_DOOR, &entry);
        assert_ok(entry_header_read(span_of(entry.header, sizeof entry.header), &header));
        assert_int_equal(store_erase_tag_used(store, header.erase_tag), n < 3);
        assert_ok(store_begin(store));
        assert_ok(store_erase(store, entry.erase_secret, &count));
        assert_ok(store_commit(store));
        assert_int_equal(count, n < 3);
        /* An erased entry still uses its tag. */
        assert_int_equal(store_erase_tag_used(store, header.erase_tag), n < 3);
    }
}

/* Two entries with the same erase tag, one pending and one logged. */
static void put_twin(unsigned n, unsigned twin_of)
{
    struct sample_entry entry, other;
    struct entry_header header;
    sample_entry(n, STORE_FROM_DOOR, &entry);
    sample_entry(twin_of, STORE_FROM_DOOR, &other);
    assert_ok(entry_header_read(span_of(entry.header, sizeof entry.header), &header));
    codename_erase_tag(other.erase_secret, header.erase_tag);
    sample_entry_of(&header, &entry);
    struct store_entry stored = sample_stored(&entry);
    assert_ok(store_begin(store));
    assert_ok(store_put_pending(store, &stored));
    assert_ok(store_commit(store));
}

struct erased {
    unsigned count;
    uint8_t ids[8][ENTRY_ID_BYTES], secret[32];
};

static int see_erased(void *context, const uint8_t *id, const uint8_t *secret)
{
    struct erased *erased = context;
    memcpy(erased->ids[erased->count++], id, ENTRY_ID_BYTES);
    assert_memory_equal(secret, erased->secret, 32);
    return 0;
}

static void test_erasing_deletes_every_entry_of_the_secret(void **state)
{
    (void)state;
    struct sample_entry entry;
    struct store_entry found;
    uint64_t count;
    sample_append(store, 1, 1, SAMPLE_WHOLE);
    put_twin(5, 1);
    put_twin(6, 1);
    sample_put(store, 7, STORE_FROM_DOOR);
    sample_entry(1, STORE_FROM_DOOR, &entry);
    assert_ok(store_begin(store));
    assert_ok(store_erase(store, entry.erase_secret, &count));
    assert_ok(store_commit(store));
    assert_int_equal(count, 3);
    assert_held(1, STORE_FROM_DOOR, true, false);
    assert_held(7, STORE_FROM_DOOR, false, true);
    reopen();
    struct erased erased = {.count = 0};
    memcpy(erased.secret, entry.erase_secret, 32);
    assert_ok(store_each_erased(store, see_erased, &erased));
    assert_int_equal(erased.count, 3);
    assert_true(memcmp(erased.ids[0], erased.ids[1], ENTRY_ID_BYTES) < 0);
    assert_true(memcmp(erased.ids[1], erased.ids[2], ENTRY_ID_BYTES) < 0);
    for (unsigned i = 0; i < 3; i++) {
        assert_ok(store_find(store, erased.ids[i], &found));
        assert_int_equal(found.sealed.len, 0);
        assert_int_equal(found.header.len, ENTRY_HEADER_BYTES);
    }
    assert_ok(store_begin(store));
    assert_ok(store_erase(store, entry.erase_secret, &count));
    assert_int_equal(count, 3);
    assert_ok(store_commit(store));
}

static void test_an_erasure_told_by_a_line(void **state)
{
    (void)state;
    struct sample_entry one, two;
    uint8_t unknown[ENTRY_ID_BYTES] = {9};
    sample_append(store, 1, 1, SAMPLE_WHOLE);
    sample_append(store, 2, 1, SAMPLE_LEAVES);
    sample_entry(1, STORE_FROM_DOOR, &one);
    sample_entry(2, STORE_FROM_DOOR, &two);
    assert_ok(store_begin(store));
    assert_error(store_note_erased(store, one.id, two.erase_secret), E_PROOF);
    assert_error(store_note_erased(store, unknown, one.erase_secret), E_NOT_FOUND);
    assert_error(store_note_erased(store, two.id, two.erase_secret), E_NOT_FOUND);
    assert_ok(store_note_erased(store, one.id, one.erase_secret));
    assert_ok(store_note_erased(store, one.id, one.erase_secret));
    assert_ok(store_commit(store));
    reopen();
    struct erased erased = {.count = 0};
    memcpy(erased.secret, one.erase_secret, 32);
    assert_ok(store_each_erased(store, see_erased, &erased));
    assert_int_equal(erased.count, 1);
    assert_held(1, STORE_FROM_DOOR, true, true);
}

static void test_an_erasure_told_by_a_line_keeps_pending_bytes(void **state)
{
    (void)state;
    struct sample_entry one;
    sample_put(store, 1, STORE_FROM_DOOR);
    sample_entry(1, STORE_FROM_DOOR, &one);
    assert_ok(store_begin(store));
    assert_ok(store_note_erased(store, one.id, one.erase_secret));
    assert_ok(store_commit(store));
    reopen();
    assert_held(1, STORE_FROM_DOOR, false, true);
}

static int see_note(void *context, uint64_t size, struct span note)
{
    struct seen *seen = context;
    struct checkpoint checkpoint;
    assert_ok(checkpoint_open(note, &sample_log.key, &checkpoint, NULL));
    assert_int_equal(checkpoint.size, size);
    assert_true(size > seen->first_index);
    seen->first_index = size;
    return ++seen->count == seen->stop_at ? 42 : 0;
}

static void test_notes_of_every_placement_are_kept(void **state)
{
    (void)state;
    struct checkpoint checkpoint;
    struct span note;
    struct seen seen = {.count = 0};
    sample_append(store, 0, 3, SAMPLE_LEAVES);
    sample_append(store, 3, 5, SAMPLE_LEAVES);
    sample_append(store, 8, 1, SAMPLE_LEAVES);
    reopen();
    assert_ok(store_last_note(store, &note));
    assert_ok(checkpoint_open(note, &sample_log.key, &checkpoint, NULL));
    assert_int_equal(checkpoint.size, 9);
    assert_ok(store_note_of_size(store, 3, &note));
    assert_error(store_note_of_size(store, 4, &note), E_NOT_FOUND);
    assert_ok(store_each_note(store, 0, see_note, &seen));
    assert_int_equal(seen.count, 3);
    seen = (struct seen){.first_index = 3};
    assert_ok(store_each_note(store, 4, see_note, &seen));
    assert_int_equal(seen.count, 2);
    seen = (struct seen){.stop_at = 1};
    assert_int_equal(store_each_note(store, 0, see_note, &seen), 42);
}

static void test_nodes_prove_every_entry(void **state)
{
    (void)state;
    struct hash root;
    sample_append(store, 0, 13, SAMPLE_LEAVES);
    sample_append(store, 13, 30, SAMPLE_LEAVES);
    reopen();
    struct merkle_source nodes = store_nodes(store);
    assert_ok(merkle_root_at(&nodes, 43, &root));
    for (unsigned n = 0; n < 43; n++) {
        struct sample_entry entry;
        struct merkle_proof proof;
        sample_entry(n, STORE_FROM_DOOR, &entry);
        struct hash leaf = merkle_leaf_hash(span_of(entry.leaf, sizeof entry.leaf));
        assert_ok(merkle_prove_inclusion(&nodes, n, 43, &proof));
        assert_ok(merkle_check_inclusion(n, 43, &leaf, &proof, &root));
    }
    struct hash node;
    assert_error(nodes.get(nodes.context, 0, 43, &node), E_DAMAGED);
}

static void test_cosignatures(void **state)
{
    (void)state;
    struct buf lines;
    buf_init(&lines, NOTE_BYTES_MAX);
    sample_append(store, 0, 3, SAMPLE_LEAVES);
    sample_cosign(store, 0, 3, 1000);
    sample_cosign(store, 1, 3, 1001);
    sample_cosign(store, 0, 3, 1000);
    reopen();
    assert_ok(store_cosignatures(store, 3, &lines));
    size_t count = 0;
    for (size_t i = 0; i < lines.len; i++)
        count += lines.data[i] == '\n';
    assert_int_equal(count, 2);
    buf_reset(&lines);
    assert_ok(store_cosignatures(store, 4, &lines));
    assert_int_equal(lines.len, 0);
    assert_ok(store_begin(store));
    assert_error(store_put_cosignature(store, 4, span_text("line\n")), E_NOT_FOUND);
    store_rollback(store);
    buf_release(&lines);
}

static void test_filling_what_came_later(void **state)
{
    (void)state;
    struct sample_entry entry, other;
    sample_append(store, 0, 3, SAMPLE_LEAVES);
    sample_put(store, 7, STORE_FROM_DOOR);
    sample_entry(1, STORE_FROM_DOOR, &entry);
    sample_entry(2, STORE_FROM_DOOR, &other);
    struct span header = span_of(entry.header, sizeof entry.header);
    struct span sealed = span_of(entry.sealed, sizeof entry.sealed);
    struct span wrong = span_of(other.sealed, sizeof other.sealed);
    assert_ok(store_begin(store));
    assert_error(store_fill(store, header, wrong), E_PROOF);
    other.header[50] ^= 1;
    assert_error(store_fill(store, span_of(other.header, sizeof other.header), wrong), E_PROOF);
    other.header[1] ^= 1;
    assert_error(store_fill(store, span_of(other.header, sizeof other.header), wrong), E_NOT_FOUND);
    assert_error(store_fill(store, span_slice(header, 0, 53), sealed), E_FORMAT);
    /* A pending entry has its bytes already. */
    sample_entry(7, STORE_FROM_DOOR, &other);
    assert_error(store_fill(store, span_of(other.header, sizeof other.header),
                            span_of(other.sealed, sizeof other.sealed)),
                 E_NOT_FOUND);
    assert_ok(store_fill(store, header, sealed));
    assert_ok(store_commit(store));
    reopen();
    assert_held(1, STORE_FROM_DOOR, true, true);
    sample_entry(2, STORE_FROM_DOOR, &other);
    assert_ok(store_begin(store));
    assert_ok(store_fill(store, span_of(other.header, sizeof other.header), span_of(NULL, 0)));
    assert_ok(store_commit(store));
    assert_held(2, STORE_FROM_DOOR, true, false);
}

static void test_forgetting_one(void **state)
{
    (void)state;
    struct sample_entry entry;
    uint8_t unknown[ENTRY_ID_BYTES] = {3};
    sample_append(store, 0, 1, SAMPLE_WHOLE);
    sample_put(store, 1, STORE_FROM_DOOR);
    assert_ok(store_begin(store));
    for (unsigned n = 0; n < 2; n++) {
        sample_entry(n, STORE_FROM_DOOR, &entry);
        assert_ok(store_forget(store, entry.id));
        assert_error(store_forget(store, entry.id), E_NOT_FOUND);
    }
    assert_error(store_forget(store, unknown), E_NOT_FOUND);
    assert_ok(store_commit(store));
    reopen();
    assert_held(0, STORE_FROM_DOOR, true, false);
    assert_held(1, STORE_FROM_DOOR, false, false);
}

static void test_named_values(void **state)
{
    (void)state;
    struct span value;
    uint8_t *large = calloc(1, STORE_VALUE_MAX + 1);
    assert_ok(store_begin(store));
    assert_ok(store_value_put(store, "one", span_text("first")));
    assert_ok(store_value_put(store, "empty", span_of(NULL, 0)));
    assert_ok(store_value_put(store, "large", span_of(large, STORE_VALUE_MAX)));
    assert_error(store_value_put(store, "large", span_of(large, STORE_VALUE_MAX + 1)), E_TOO_LARGE);
    assert_ok(store_commit(store));
    assert_ok(store_begin(store));
    assert_ok(store_value_put(store, "one", span_text("second")));
    assert_ok(store_commit(store));
    reopen();
    assert_ok(store_value_get(store, "one", &value));
    assert_true(span_equal(value, span_text("second")));
    assert_ok(store_value_get(store, "empty", &value));
    assert_int_equal(value.len, 0);
    assert_ok(store_value_get(store, "large", &value));
    assert_int_equal(value.len, STORE_VALUE_MAX);
    assert_error(store_value_get(store, "other", &value), E_NOT_FOUND);
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_new_store_is_empty),
        TEST(test_a_committed_entry_is_there_after_opening),
        TEST(test_what_was_rolled_back_is_not_there),
        TEST(test_an_id_is_known_once),
        TEST(test_an_erased_id_is_known_as_erased),
        TEST(test_sealed_bytes_have_a_limit),
        TEST(test_the_outbox),
        TEST(test_pending_entries_come_in_order_of_id),
        TEST(test_a_callback_may_change_what_it_goes_through),
        TEST(test_logged_entries_come_in_log_order),
        TEST(test_entries_are_found_by_their_tag),
        TEST(test_erase_tags_are_found_everywhere),
        TEST(test_erasing_deletes_every_entry_of_the_secret),
        TEST(test_an_erasure_told_by_a_line),
        TEST(test_an_erasure_told_by_a_line_keeps_pending_bytes),
        TEST(test_notes_of_every_placement_are_kept),
        TEST(test_nodes_prove_every_entry),
        TEST(test_cosignatures),
        TEST(test_filling_what_came_later),
        TEST(test_forgetting_one),
        TEST(test_named_values),
    };
    return cmocka_run_group_tests(tests, sample_start, NULL);
}
