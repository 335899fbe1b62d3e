/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The leaves of an entries tile that is read are the tile: put together again they are the same
 * bytes. */
#include "fuzz.h"
#include "ledger/tile.h"

static int take_leaf(void *context, unsigned place, struct span leaf)
{
    struct buf *again = context;
    ASSERT(again->len == place * (2u + ENTRY_LEAF_BYTES));
    buf_u16(again, (uint16_t)leaf.len);
    buf_span(again, leaf);
    return buf_error(again);
}

/* An input is a byte, the width, and the tile. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf again;
    struct span tile = span_slice(span_of(data, size), 1, size);
    buf_init(&again, TILE_BYTES_MAX);
    if (size > 0 && tile_entries_read(tile, data[0], take_leaf, &again) == 0)
        ASSERT(span_equal(buf_bytes(&again), tile));
    buf_release(&again);
    return 0;
}
