/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* store_append: each of its checks has an append that only it refuses, which then leaves nothing
 * behind; and what becomes of pending entries. */
#include "store_case.h"

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

/* What an append is given, so that tests can bend one thing. */
struct append {
    struct sample_entry made[4];
    struct store_entry entries[4];
    size_t count;
    struct checkpoint checkpoint;
    struct buf note;
};

static void append_make(struct append *append, unsigned first, size_t count)
{
    struct merkle_source nodes = store_nodes(store);
    struct merkle_edge edge;
    append->count = count;
    assert_ok(merkle_edge_load(&nodes, store_size(store), &edge));
    for (size_t i = 0; i < count; i++) {
        sample_entry(first + (unsigned)i, STORE_FROM_DOOR, &append->made[i]);
        append->entries[i] = sample_stored(&append->made[i]);
        struct hash leaf = merkle_leaf_hash(append->entries[i].leaf);
        assert_ok(merkle_edge_add(&edge, &leaf, NULL, NULL));
    }
    struct hash root = merkle_edge_root(&edge);
    append->checkpoint = sample_checkpoint(edge.size, &root);
    buf_init(&append->note, NOTE_BYTES_MAX);
    sample_note(&sample_log, &append->checkpoint, &append->note);
}

static int append_do(struct append *append)
{
    return store_append(store, append->entries, append->count, &append->checkpoint,
                        buf_bytes(&append->note));
}

/* The append fails so, leaves nothing, and the same without the change goes well. */
static void assert_refused(struct append *append, unsigned first, int error)
{
    struct span note;
    uint64_t size = store_size(store), pending = store_pending_count(store);
    struct append good;
    assert_ok(store_begin(store));
    assert_error(append_do(append), error);
    assert_int_equal(store_size(store), size);
    assert_int_equal(store_pending_count(store), pending);
    assert_error(store_note_of_size(store, size + 4, &note), E_NOT_FOUND);
    buf_release(&append->note);
    append_make(&good, first, 4);
    assert_ok(append_do(&good));
    assert_ok(store_commit(store));
    buf_release(&good.note);
    assert_int_equal(store_size(store), size + 4);
}

static void test_append_checks_the_size(void **state)
{
    (void)state;
    struct append append;
    append_make(&append, 0, 4);
    append.count = 3;
    assert_refused(&append, 0, E_ARGUMENT);
    append_make(&append, 4, 4);
    append.checkpoint.size = 7;
    assert_refused(&append, 4, E_ARGUMENT);
}

static void test_append_checks_the_root(void **state)
{
    (void)state;
    struct append append;
    append_make(&append, 0, 4);
    append.checkpoint.root.bytes[0] ^= 1;
    buf_reset(&append.note);
    sample_note(&sample_log, &append.checkpoint, &append.note);
    assert_refused(&append, 0, E_PROOF);
}

static void test_append_checks_the_order(void **state)
{
    (void)state;
    struct append append;
    append_make(&append, 0, 4);
    struct store_entry first = append.entries[0];
    append.entries[0] = append.entries[1];
    append.entries[1] = first;
    assert_refused(&append, 0, E_PROOF);
}

static void test_append_checks_that_the_note_is_of_the_checkpoint(void **state)
{
    (void)state;
    struct append append;
    struct checkpoint other;
    append_make(&append, 0, 4);
    other = append.checkpoint;
    other.root.bytes[31] ^= 1;
    buf_reset(&append.note);
    sample_note(&sample_log, &other, &append.note);
    assert_refused(&append, 0, E_PROOF);
    append_make(&append, 4, 4);
    other = append.checkpoint;
    other.size++;
    buf_reset(&append.note);
    sample_note(&sample_log, &other, &append.note);
    assert_refused(&append, 4, E_PROOF);
    append_make(&append, 8, 4);
    other = append.checkpoint;
    other.origin[0] = 'V';
    buf_reset(&append.note);
    sample_note(&sample_log, &other, &append.note);
    assert_refused(&append, 8, E_PROOF);
    append_make(&append, 12, 4);
    buf_text(&append.note, "junk");
    assert_refused(&append, 12, E_FORMAT);
}

/* Gives the checkpoint and note that belong to the entries as they were bent. */
static void append_sign(struct append *append)
{
    struct merkle_source nodes = store_nodes(store);
    struct merkle_edge edge;
    assert_ok(merkle_edge_load(&nodes, store_size(store), &edge));
    for (size_t i = 0; i < append->count; i++) {
        struct hash leaf = merkle_leaf_hash(append->entries[i].leaf);
        assert_ok(merkle_edge_add(&edge, &leaf, NULL, NULL));
    }
    append->checkpoint.root = merkle_edge_root(&edge);
    buf_reset(&append->note);
    sample_note(&sample_log, &append->checkpoint, &append->note);
}

static void test_append_checks_each_leaf(void **state)
{
    (void)state;
    struct append append;
    append_make(&append, 0, 4);
    append.entries[2].leaf.len--;
    append_sign(&append);
    assert_refused(&append, 0, E_FORMAT);
    append_make(&append, 4, 4);
    append.made[3].leaf[0] = 2;
    append_sign(&append);
    assert_refused(&append, 4, E_VERSION);
}

static void test_append_checks_ids(void **state)
{
    (void)state;
    struct append append;
    append_make(&append, 0, 4);
    append.entries[3] = append.entries[0];
    append_sign(&append);
    assert_refused(&append, 0, E_EXISTS);
    append_make(&append, 4, 4);
    sample_entry(2, STORE_FROM_DOOR, &append.made[1]);
    append_sign(&append);
    assert_refused(&append, 4, E_EXISTS);
}

static void test_append_checks_what_is_given_with_a_leaf(void **state)
{
    (void)state;
    struct append append;
    append_make(&append, 0, 4);
    append.made[1].sealed[1000] ^= 1;
    assert_refused(&append, 0, E_PROOF);
    append_make(&append, 4, 4);
    append.made[1].header[20] ^= 1;
    assert_refused(&append, 4, E_PROOF);
    append_make(&append, 8, 4);
    append.made[1].header[1] ^= 1;
    assert_refused(&append, 8, E_PROOF);
    append_make(&append, 12, 4);
    append.entries[1].header = span_of(NULL, 0);
    assert_refused(&append, 12, E_PROOF);
    append_make(&append, 16, 4);
    append.made[2].header[0] = 2;
    assert_refused(&append, 16, E_VERSION);
    append_make(&append, 20, 4);
    append.made[2].header[40] ^= 1;
    append.entries[2].sealed = span_of(NULL, 0);
    assert_refused(&append, 20, E_PROOF);
}

/* A header whose id is another than the leaf's, although the leaf names the header's hash. */
static void test_append_checks_that_header_and_leaf_have_one_id(void **state)
{
    (void)state;
    struct append append;
    append_make(&append, 0, 4);
    append.made[1].header[5] ^= 1;
    struct hash hash = hash_sha256(append.entries[1].header);
    memcpy(append.made[1].leaf + 17, hash.bytes, HASH_BYTES);
    append.entries[1].sealed = span_of(NULL, 0);
    append_sign(&append);
    assert_refused(&append, 0, E_PROOF);
}

static void test_append_takes_only_the_leaf_that_was_pending(void **state)
{
    (void)state;
    struct append append;
    sample_put(store, 2, STORE_FROM_DOOR);
    append_make(&append, 0, 4);
    append.made[2].leaf[100] ^= 1;
    append_sign(&append);
    append.entries[2].header = append.entries[2].sealed = span_of(NULL, 0);
    assert_refused(&append, 0, E_PROOF);
}

static void test_pending_entries_are_moved(void **state)
{
    (void)state;
    sample_put(store, 0, STORE_FROM_HATCH);
    sample_put(store, 1, STORE_OUTBOX);
    sample_put(store, 9, STORE_FROM_DOOR);
    sample_append(store, 0, 2, SAMPLE_LEAVES);
    assert_held(0, STORE_FROM_HATCH, true, true);
    /* A line has what it placed. */
    assert_held(1, STORE_FROM_HATCH, true, true);
    assert_held(9, STORE_FROM_DOOR, false, true);
    assert_int_equal(store_pending_count(store), 1);
    reopen();
    assert_int_equal(store_pending_count(store), 1);
    assert_held(0, STORE_FROM_HATCH, true, true);
    assert_held(9, STORE_FROM_DOOR, false, true);
}

static void test_what_is_seen_between_append_and_commit(void **state)
{
    (void)state;
    struct append append;
    struct seen seen = {.whole = true};
    sample_put(store, 0, STORE_FROM_DOOR);
    sample_put(store, 9, STORE_FROM_DOOR);
    append_make(&append, 0, 1);
    assert_ok(store_begin(store));
    assert_ok(append_do(&append));
    assert_int_equal(store_pending_count(store), 1);
    assert_ok(store_each_pending(store, see, &seen));
    assert_int_equal(seen.count, 1);
    assert_held(0, STORE_FROM_DOOR, true, true);
    store_rollback(store);
    buf_release(&append.note);
    assert_int_equal(store_size(store), 0);
    assert_int_equal(store_pending_count(store), 2);
    assert_held(0, STORE_FROM_DOOR, false, true);
}

static void test_an_entry_put_after_an_append_stays_pending(void **state)
{
    (void)state;
    struct append append;
    sample_put(store, 0, STORE_FROM_DOOR);
    append_make(&append, 0, 1);
    assert_ok(store_begin(store));
    assert_ok(append_do(&append));
    assert_ok(put(5, STORE_FROM_DOOR));
    assert_ok(store_commit(store));
    buf_release(&append.note);
    reopen();
    assert_held(0, STORE_FROM_DOOR, true, true);
    assert_held(5, STORE_FROM_DOOR, false, true);
}

static void test_an_empty_append_keeps_the_first_note_of_a_size(void **state)
{
    (void)state;
    struct append append;
    struct span note;
    append_make(&append, 0, 0);
    assert_ok(store_begin(store));
    assert_ok(append_do(&append));
    assert_ok(store_commit(store));
    struct hash first = hash_sha256(buf_bytes(&append.note));
    buf_reset(&append.note);
    sample_note(&sample_other_log, &append.checkpoint, &append.note);
    assert_ok(store_begin(store));
    assert_ok(append_do(&append));
    assert_ok(store_commit(store));
    buf_release(&append.note);
    assert_ok(store_last_note(store, &note));
    struct hash kept = hash_sha256(note);
    assert_true(hash_equal(&kept, &first));
}

/* A logged entry of that source and day, put and placed. */
static void place_dated(unsigned n, enum store_source source, uint32_t day)
{
    struct sample_entry entry;
    struct entry_header header;
    struct append append;
    sample_entry(n, source, &entry);
    assert_ok(entry_header_read(span_of(entry.header, sizeof entry.header), &header));
    header.day = day;
    sample_entry_of(&header, &entry);
    struct store_entry stored = sample_stored(&entry);
    assert_ok(store_begin(store));
    assert_ok(store_put_pending(store, &stored));
    append_make(&append, n, 1);
    append.made[0] = entry;
    append_sign(&append);
    assert_ok(append_do(&append));
    assert_ok(store_commit(store));
    buf_release(&append.note);
}

static bool has_sealed(unsigned n)
{
    struct sample_entry entry;
    struct store_entry found;
    sample_entry(n, STORE_FROM_DOOR, &entry);
    assert_ok(store_find(store, entry.id, &found));
    return found.sealed.len > 0;
}

static void test_forgetting_what_desks_hold(void **state)
{
    (void)state;
    uint64_t count;
    place_dated(0, STORE_FROM_DOOR, 9000);
    place_dated(1, STORE_FROM_HATCH, 256);
    place_dated(2, STORE_FROM_HATCH, 255);
    place_dated(3, STORE_FROM_HATCH, 257);
    place_dated(4, STORE_FROM_DOOR, 10);
    place_dated(5, STORE_FROM_HATCH, 10);
    assert_ok(store_begin(store));
    assert_ok(store_forget_held(store, 4, 256, &count));
    assert_ok(store_commit(store));
    assert_int_equal(count, 3);
    reopen();
    static const bool held[] = {false, false, false, true, true, true};
    for (unsigned n = 0; n < 6; n++)
        assert_int_equal(has_sealed(n), held[n]);
    assert_ok(store_begin(store));
    assert_ok(store_forget_held(store, 4, 256, &count));
    assert_int_equal(count, 0);
    store_rollback(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_append_checks_the_size),
        TEST(test_append_checks_the_root),
        TEST(test_append_checks_the_order),
        TEST(test_append_checks_that_the_note_is_of_the_checkpoint),
        TEST(test_append_checks_each_leaf),
        TEST(test_append_checks_ids),
        TEST(test_append_checks_what_is_given_with_a_leaf),
        TEST(test_append_checks_that_header_and_leaf_have_one_id),
        TEST(test_append_takes_only_the_leaf_that_was_pending),
        TEST(test_pending_entries_are_moved),
        TEST(test_what_is_seen_between_append_and_commit),
        TEST(test_an_entry_put_after_an_append_stays_pending),
        TEST(test_an_empty_append_keeps_the_first_note_of_a_size),
        TEST(test_forgetting_what_desks_hold),
    };
    return cmocka_run_group_tests(tests, sample_start, NULL);
}
