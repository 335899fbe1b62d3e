/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A tile's path that is read is written as it was. */
#include "fuzz.h"
#include "ledger/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tile tile;
    struct buf text;
    if (tile_path_read(span_of(data, size), &tile) < 0)
        return 0;
    ASSERT(tile.level <= TILE_LEVEL_MAX && tile.width >= 1 && tile.width <= TILE_WIDTH);
    buf_init(&text, TILE_PATH_MAX);
    tile_path_write(&tile, &text);
    ASSERT(span_equal(buf_bytes(&text), span_of(data, size)));
    buf_release(&text);
    return 0;
}
