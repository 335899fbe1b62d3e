/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is read in any of the encodings is written again as it was. */
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "fuzz.h"

static void check_base64(struct span text, int (*read)(struct span text, struct buf *out),
                         void (*put)(struct buf *b, struct span bytes))
{
    struct buf value, again;
    buf_init(&value, text.len);
    buf_init(&again, text.len);
    if (read(text, &value) == 0) {
        put(&again, buf_bytes(&value));
        ASSERT(span_equal(buf_bytes(&again), text));
    }
    buf_release(&value);
    buf_release(&again);
}

static void check_hex(struct span text)
{
    uint8_t value[64], back[64];
    struct buf again;
    buf_init(&again, sizeof value * 2);
    if (text.len / 2 <= sizeof value && hex_read(text, value, text.len / 2) == 0) {
        hex_put(&again, span_of(value, text.len / 2));
        ASSERT(again.len == text.len && hex_read(buf_bytes(&again), back, text.len / 2) == 0);
        ASSERT(memcmp(value, back, text.len / 2) == 0);
    }
    buf_release(&again);
}

static void check_numbers(struct span text)
{
    struct buf again;
    uint64_t value;
    uint32_t day;
    char day_text[CLOCK_DAY_TEXT_BYTES];
    buf_init(&again, 32);
    if (decimal_read(text, UINT64_MAX, &value) == 0) {
        buf_printf(&again, "%llu", (unsigned long long)value);
        ASSERT(span_equal(buf_bytes(&again), text));
    }
    if (clock_day_read(text, &day) == 0) {
        clock_day_text(day, day_text);
        ASSERT(span_equal(span_text(day_text), text));
    }
    (void)!clock_minute_read(text, &day);
    buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of(data, size);
    check_base64(text, base64_read, base64_put);
    check_base64(text, base64url_read, base64url_put);
    check_hex(text);
    check_numbers(text);
    return 0;
}
