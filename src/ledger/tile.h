/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Tiles: how a log is served as immutable pieces (c2sp.org/tlog-tiles).
 *
 *   tile/<level>/<index>[.p/<width>]     256 (or width) node hashes of level 8 * level
 *   tile/entries/<index>[.p/<width>]     256 (or width) leaves, each after its length in 2 bytes
 *
 * The index is written in groups of three digits, all but the last after an x: x001/x234/067. */
#ifndef LEDGER_TILE_H
#define LEDGER_TILE_H

#include "ledger/store.h"

#define TILE_WIDTH 256
#define TILE_LEVEL_MAX 63
#define TILE_PATH_MAX 64 /* the longest that tile_path_read reads */
#define TILE_BYTES_MAX (TILE_WIDTH * (2 + ENTRY_LEAF_BYTES)) /* an entries tile of this log */

struct tile {
    bool entries;
    unsigned level; /* 0 when entries */
    uint64_t index;
    unsigned width; /* 1 .. 256; 256 is written without .p/ */
};

/* E_FORMAT unless it is exactly what tile_path_write writes. */
int tile_path_read(struct span path, struct tile *ret_tile) MUST_USE;
void tile_path_write(const struct tile *tile, struct buf *out);

/* Appends the tile's bytes. E_NOT_FOUND when the log does not reach so far; a partial tile is
 * given out as long as the log has that many, also when it has more by now. */
int tile_make(struct store *store, const struct tile *tile, struct buf *out) MUST_USE;

/* The leaves in an entries tile's bytes: exactly width of 113 bytes, which must be well-formed.
 * E_FORMAT, E_VERSION, or the first non-zero return of fn. */
typedef int tile_leaf_fn(void *context, unsigned place, struct span leaf);
int tile_entries_read(struct span bytes, unsigned width, tile_leaf_fn *fn, void *context) MUST_USE;

#endif
