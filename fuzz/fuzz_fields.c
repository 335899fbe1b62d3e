/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A list that passes the check is found whole by number, and written again as it was. */
#include "base/fields.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = span_of(data, size), value;
    uint32_t v32;
    uint64_t v64;
    uint8_t exact[4];
    if (fields_check(bytes) < 0)
        return 0;
    struct buf again;
    struct cursor c;
    uint16_t last = 0;
    size_t nth = 0;
    buf_init(&again, size);
    cursor_init(&c, bytes);
    while (cursor_left(&c)) {
        uint16_t number = cursor_u16(&c);
        struct span expected = cursor_block32(&c, size);
        nth = number == last ? nth + 1 : 1;
        last = number;
        ASSERT(fields_nth(bytes, number, nth - 1, &value) && value.data == expected.data);
        fields_put(&again, number, value);
        ASSERT(fields_get_u32(bytes, number, &v32) == fields_get_exact(bytes, number, exact, 4));
        ASSERT(!fields_get_u64(bytes, number, &v64) || !fields_get_u32(bytes, number, &v32));
    }
    ASSERT(buf_error(&again) == 0 && span_equal(buf_bytes(&again), bytes));
    buf_release(&again);
    return 0;
}
