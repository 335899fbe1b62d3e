/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A path is read by taking it apart leniently and then asking whether what came out is written
 * back as the same bytes: there is one spelling of each tile. */
#include "ledger/tile.h"

#include "base/encode.h"

#define LEVEL_BITS 8

static bool take(struct span *path, const char *word)
{
    struct span start = span_text(word);
    if (!span_equal(span_slice(*path, 0, start.len), start))
        return false;
    *path = span_slice(*path, start.len, path->len);
    return true;
}

/* The part up to (and without) the next slash; the slash is taken too. */
static struct span take_part(struct span *path)
{
    const uint8_t *slash = path->len ? memchr(path->data, '/', path->len) : NULL;
    size_t len = slash ? (size_t)(slash - path->data) : path->len;
    struct span part = span_slice(*path, 0, len);
    *path = span_slice(*path, len + 1, path->len);
    return part;
}

static int read_digits(struct span part, uint64_t *index)
{
    REJECT_IF(part.len != 3, E_FORMAT);
    for (size_t i = 0; i < 3; i++) {
        unsigned digit = part.data[i] - (unsigned)'0';
        REJECT_IF(digit > 9, E_FORMAT);
        REJECT_IF(*index > ((uint64_t)INT64_MAX - digit) / 10, E_FORMAT);
        *index = *index * 10 + digit;
    }
    return 0;
}

static int read_index(struct span *path, uint64_t *ret_index, bool *ret_partial)
{
    struct span part = take_part(path);
    *ret_index = 0;
    while (take(&part, "x")) {
        TRY(read_digits(part, ret_index));
        part = take_part(path);
    }
    *ret_partial = part.len == 5 && span_equal(span_slice(part, 3, 2), span_text(".p"));
    return read_digits(*ret_partial ? span_slice(part, 0, 3) : part, ret_index);
}

int tile_path_read(struct span path, struct tile *ret_tile)
{
    struct tile tile = {.width = TILE_WIDTH};
    struct span rest = path;
    uint64_t level = 0, width = TILE_WIDTH;
    bool partial;
    REJECT_IF(path.len > TILE_PATH_MAX || !take(&rest, "tile/"), E_FORMAT);
    tile.entries = take(&rest, "entries/");
    if (!tile.entries)
        TRY(decimal_read(take_part(&rest), TILE_LEVEL_MAX, &level));
    TRY(read_index(&rest, &tile.index, &partial));
    if (partial)
        TRY(decimal_read(take_part(&rest), TILE_WIDTH - 1, &width));
    tile.level = (unsigned)level;
    tile.width = (unsigned)width;
    REJECT_IF(rest.len > 0 || width == 0, E_FORMAT);
    CLEANUP(buf_release) struct buf again;
    buf_init(&again, 2 * TILE_PATH_MAX);
    tile_path_write(&tile, &again);
    TRY(buf_error(&again));
    REJECT_IF(!span_equal(buf_bytes(&again), path), E_FORMAT);
    *ret_tile = tile;
    return 0;
}

void tile_path_write(const struct tile *tile, struct buf *out)
{
    ASSERT(tile->level <= TILE_LEVEL_MAX && tile->width >= 1 && tile->width <= TILE_WIDTH);
    if (tile->entries)
        buf_text(out, "tile/entries/");
    else
        buf_printf(out, "tile/%u/", tile->level);
    uint64_t unit = 1;
    while (tile->index / unit >= 1000)
        unit *= 1000;
    for (; unit > 1; unit /= 1000)
        buf_printf(out, "x%03u/", (unsigned)(tile->index / unit % 1000));
    buf_printf(out, "%03u", (unsigned)(tile->index % 1000));
    if (tile->width < TILE_WIDTH)
        buf_printf(out, ".p/%u", tile->width);
}

static int put_leaf(void *context, const struct store_entry *entry)
{
    struct buf *out = context;
    buf_u16(out, (uint16_t)entry->leaf.len);
    buf_span(out, entry->leaf);
    return buf_error(out);
}

int tile_make(struct store *store, const struct tile *tile, struct buf *out)
{
    unsigned bits = tile->level * LEVEL_BITS;
    REJECT_IF(bits >= 64, E_NOT_FOUND);
    uint64_t have = store_size(store) >> bits;
    REJECT_IF(tile->index > have / TILE_WIDTH, E_NOT_FOUND);
    uint64_t from = tile->index * TILE_WIDTH, to = from + tile->width;
    REJECT_IF(to > have, E_NOT_FOUND);
    if (tile->entries)
        return store_each_leaf(store, from, to, put_leaf, out);
    struct merkle_source nodes = store_nodes(store);
    for (uint64_t i = from; i < to; i++) {
        struct hash node;
        TRY(nodes.get(nodes.context, bits, i, &node));
        buf_put(out, node.bytes, HASH_BYTES);
    }
    return buf_error(out);
}

int tile_entries_read(struct span bytes, unsigned width, tile_leaf_fn *fn, void *context)
{
    struct cursor c;
    cursor_init(&c, bytes);
    for (unsigned place = 0; place < width; place++) {
        struct entry_leaf parts;
        struct span leaf = cursor_block16(&c, UINT16_MAX);
        TRY(entry_leaf_read(leaf, &parts));
        int result = fn(context, place, leaf);
        REJECT_IF(result, result);
    }
    return cursor_end(&c);
}
