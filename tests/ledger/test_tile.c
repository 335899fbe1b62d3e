/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Tiles: paths have one spelling; bytes are the tree's, also when the tree is only the tiles. */
#include "ledger/tile.h"

#include "prop.h"
#include "sample.h"

static void assert_path(const struct tile *tile, const char *path)
{
    struct buf text;
    struct tile again;
    buf_init(&text, 256);
    tile_path_write(tile, &text);
    assert_string_equal(buf_cstr(&text), path);
    assert_ok(tile_path_read(buf_bytes(&text), &again));
    assert_int_equal(again.entries, tile->entries);
    assert_int_equal(again.level, tile->level);
    assert_int_equal(again.width, tile->width);
    assert_true(again.index == tile->index);
    buf_release(&text);
}

static void test_paths_by_value(void **state)
{
    (void)state;
    assert_path(&(struct tile){.index = 1234067, .width = 256}, "tile/0/x001/x234/067");
    assert_path(&(struct tile){.index = 0, .width = 256}, "tile/0/000");
    assert_path(&(struct tile){.level = 63, .index = 999, .width = 255}, "tile/63/999.p/255");
    assert_path(&(struct tile){.level = 1, .index = 1000, .width = 1}, "tile/1/x001/000.p/1");
    assert_path(&(struct tile){.entries = true, .index = 12, .width = 99}, "tile/entries/012.p/99");
    assert_path(&(struct tile){.index = INT64_MAX, .width = 256},
                "tile/0/x009/x223/x372/x036/x854/x775/807");
}

static void test_random_paths_come_back(void **state)
{
    (void)state;
    struct prop prop = prop_start("tile paths");
    for (int i = 0; i < 5000; i++) {
        struct tile tile = {.entries = prop_below(&prop, 2),
                            .index = prop_u64(&prop) >> (1 + prop_below(&prop, 63)),
                            .width = 1 + (unsigned)prop_below(&prop, TILE_WIDTH)},
                    again;
        struct buf text;
        tile.level = tile.entries ? 0 : (unsigned)prop_below(&prop, 64);
        buf_init(&text, 256);
        tile_path_write(&tile, &text);
        assert_ok(tile_path_read(buf_bytes(&text), &again));
        assert_true(again.index == tile.index && again.width == tile.width);
        assert_true(again.level == tile.level && again.entries == tile.entries);
        buf_release(&text);
    }
}

static void test_paths_that_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "/tile/0/000",
        "tile/0/000/",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/x/000",
        "tile/0/x000/000",
        "tile/0/x000/001",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/x001/",
        "tile/0/x001/x000",
        "tile/0/001.p",
        "tile/0/001.p/",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/257",
        "tile/0/001.p/01",
        "tile/0/001.p/1/",
        "tile/0/001.p/+1",
        "tile/0/001.q/1",
        "tile/0/x001.p/1",
        "tile/0/0a1",
        "tile/0/X001/000",
        "Tile/0/000",
        "tile/entries",
        "tile/entries/",
        "tile/entries/0/000",
        "tile/data/000",
        "tile/0/x009/x223/x372/x036/x854/x775/808",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/x001/x000/x000/x000/x000/x000/x000/x000/x000/x000/000",
        "tile/0/000 ",
        "tile//000",
        "tile/0//000"};
    struct tile tile;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_error(tile_path_read(span_text(bad[i]), &tile), E_FORMAT);
    assert_error(tile_path_read(span_of("tile/0/000\0", 11), &tile), E_FORMAT);
}

#define LEAVES 600 /* two full tiles, one partial one, and a level above */

static struct store *tile_store(void)
{
    sample_folder();
    struct store *store = sample_open();
    sample_append(store, 0, 250, SAMPLE_LEAVES);
    sample_append(store, 250, LEAVES - 250, SAMPLE_LEAVES);
    return store;
}

static int make(struct store *store, unsigned level, uint64_t index, unsigned width,
                struct buf *out)
{
    struct tile tile = {.level = level, .index = index, .width = width};
    buf_init(out, TILE_BYTES_MAX);
    return tile_make(store, &tile, out);
}

struct expected {
    unsigned first, seen;
    struct merkle_edge *edge;
};

static int take_leaf(void *context, unsigned place, struct span leaf)
{
    struct expected *expected = context;
    struct sample_entry entry;
    sample_entry(expected->first + place, STORE_FROM_DOOR, &entry);
    assert_true(span_equal(leaf, span_of(entry.leaf, sizeof entry.leaf)));
    expected->seen++;
    struct hash hash = merkle_leaf_hash(leaf);
    return merkle_edge_add(expected->edge, &hash, NULL, NULL);
}

static void test_entries_tiles_hold_the_leaves_and_give_the_root(void **state)
{
    (void)state;
    struct store *store = tile_store();
    struct merkle_edge edge;
    struct hash right;
    merkle_edge_init(&edge);
    for (unsigned i = 0; i < 3; i++) {
        unsigned width = i < 2 ? 256 : LEAVES - 512;
        struct tile tile = {.entries = true, .index = i, .width = width};
        struct buf bytes;
        struct expected expected = {.first = i * 256, .edge = &edge};
        buf_init(&bytes, TILE_BYTES_MAX);
        assert_ok(tile_make(store, &tile, &bytes));
        assert_int_equal(bytes.len, width * 115);
        assert_ok(tile_entries_read(buf_bytes(&bytes), width, take_leaf, &expected));
        assert_int_equal(expected.seen, width);
        buf_release(&bytes);
    }
    struct merkle_source nodes = store_nodes(store);
    assert_ok(merkle_root_at(&nodes, LEAVES, &right));
    struct hash root = merkle_edge_root(&edge);
    assert_true(hash_equal(&root, &right));
    store_close(store);
    sample_folder_remove();
}

static void test_hash_tiles(void **state)
{
    (void)state;
    struct store *store = tile_store();
    struct buf low, high;
    assert_ok(make(store, 0, 1, 256, &low));
    assert_int_equal(low.len, 8192);
    assert_ok(make(store, 1, 0, 2, &high));
    assert_int_equal(high.len, 64);
    /* A hash of level 1 is the root of the full tile below it. */
    struct merkle_edge edge;
    merkle_edge_init(&edge);
    for (size_t i = 0; i < 256; i++) {
        struct hash leaf;
        memcpy(leaf.bytes, low.data + i * HASH_BYTES, HASH_BYTES);
        assert_ok(merkle_edge_add(&edge, &leaf, NULL, NULL));
    }
    struct hash root = merkle_edge_root(&edge);
    assert_memory_equal(root.bytes, high.data + HASH_BYTES, HASH_BYTES);
    buf_release(&low);
    buf_release(&high);
    store_close(store);
    sample_folder_remove();
}

static void test_tiles_beyond_the_log_are_not_found(void **state)
{
    (void)state;
    struct store *store = tile_store();
    struct buf out;
    static const struct {
        unsigned level;
        uint64_t index;
        unsigned width;
        int error;
    } cases[] = {
        {0, 2, 88, 0},
        {0, 2, 89, E_NOT_FOUND},
        {0, 2, 256, E_NOT_FOUND},
        {0, 2, 1, 0},
        {0, 3, 1, E_NOT_FOUND},
        {0, INT64_MAX, 256, E_NOT_FOUND},
        {1, 0, 2, 0},
        {1, 0, 3, E_NOT_FOUND},
        {1, 0, 1, 0},
        {2, 0, 1, E_NOT_FOUND},
        {7, 0, 1, E_NOT_FOUND},
        {8, 0, 1, E_NOT_FOUND},
        {63, 0, 1, E_NOT_FOUND},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_error(make(store, cases[i].level, cases[i].index, cases[i].width, &out),
                     cases[i].error);
        buf_release(&out);
    }
    store_close(store);
    sample_folder_remove();
}

static int count_leaf(void *context, unsigned place, struct span leaf)
{
    (void)place;
    (void)leaf;
    return ++*(int *)context == 3 ? 17 : 0;
}

static void test_entries_that_are_not_leaves(void **state)
{
    (void)state;
    struct buf bytes;
    struct sample_entry entry;
    int seen = 0;
    buf_init(&bytes, TILE_BYTES_MAX);
    for (unsigned i = 0; i < 4; i++) {
        sample_entry(i, STORE_FROM_DOOR, &entry);
        buf_u16(&bytes, sizeof entry.leaf);
        buf_put(&bytes, entry.leaf, sizeof entry.leaf);
    }
    struct span all = buf_bytes(&bytes);
    assert_int_equal(tile_entries_read(all, 4, count_leaf, &seen), 17);
    seen = 10;
    assert_ok(tile_entries_read(all, 4, count_leaf, &seen));
    assert_error(tile_entries_read(all, 3, count_leaf, &seen), E_FORMAT);
    assert_error(tile_entries_read(all, 5, count_leaf, &seen), E_FORMAT);
    assert_error(tile_entries_read(span_slice(all, 0, all.len - 1), 4, count_leaf, &seen),
                 E_FORMAT);
    bytes.data[1] = 112;
    assert_error(tile_entries_read(all, 4, count_leaf, &seen), E_FORMAT);
    bytes.data[1] = 113;
    bytes.data[2] = 2;
    assert_error(tile_entries_read(all, 4, count_leaf, &seen), E_VERSION);
    buf_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths_by_value),
        cmocka_unit_test(test_random_paths_come_back),
        cmocka_unit_test(test_paths_that_are_refused),
        cmocka_unit_test(test_entries_tiles_hold_the_leaves_and_give_the_root),
        cmocka_unit_test(test_hash_tiles),
        cmocka_unit_test(test_tiles_beyond_the_log_are_not_found),
        cmocka_unit_test(test_entries_that_are_not_leaves),
    };
    return cmocka_run_group_tests(tests, sample_start, NULL);
}
