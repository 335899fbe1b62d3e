/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A checkpoint that is read is written as it was, up to its extension lines. */
#include <string.h>

#include "fuzz.h"
#include "ledger/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct checkpoint checkpoint;
    struct buf text;
    if (checkpoint_read(span_of(data, size), &checkpoint) < 0)
        return 0;
    buf_init(&text, size);
    checkpoint_write(&checkpoint, &text);
    ASSERT(buf_error(&text) == 0);
    ASSERT(span_equal(buf_bytes(&text), span_slice(span_of(data, size), 0, text.len)));
    buf_release(&text);
    return 0;
}
