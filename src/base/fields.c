/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/fields.h"

#include <string.h>

#include "base/error.h"

void fields_put(struct buf *b, uint16_t number, struct span bytes)
{
    ASSERT(bytes.len <= UINT32_MAX);
    buf_u16(b, number);
    buf_u32(b, (uint32_t)bytes.len);
    buf_span(b, bytes);
}

void fields_put_u32(struct buf *b, uint16_t number, uint32_t v)
{
    buf_u16(b, number);
    buf_u32(b, sizeof v);
    buf_u32(b, v);
}

void fields_put_u64(struct buf *b, uint16_t number, uint64_t v)
{
    buf_u16(b, number);
    buf_u32(b, sizeof v);
    buf_u64(b, v);
}

void fields_put_text(struct buf *b, uint16_t number, const char *text)
{
    if (text && text[0])
        fields_put(b, number, span_text(text));
}

int fields_check(struct span bytes)
{
    struct cursor c;
    cursor_init(&c, bytes);
    uint16_t last = 0;
    while (cursor_left(&c)) {
        uint16_t number = cursor_u16(&c);
        cursor_block32(&c, UINT32_MAX);
        REJECT_IF(c.failed || number < last, E_FORMAT);
        last = number;
    }
    return cursor_end(&c);
}

bool fields_nth(struct span bytes, uint16_t number, size_t nth, struct span *ret_value)
{
    struct cursor c;
    cursor_init(&c, bytes);
    while (cursor_left(&c)) {
        uint16_t found = cursor_u16(&c);
        struct span value = cursor_block32(&c, UINT32_MAX);
        if (c.failed || found > number)
            return false;
        if (found == number && nth-- == 0) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}

bool fields_get(struct span bytes, uint16_t number, struct span *ret_value)
{
    return fields_nth(bytes, number, 0, ret_value);
}

static bool get_integer(struct span bytes, uint16_t number, size_t len, struct cursor *ret_c)
{
    struct span value;
    if (!fields_get(bytes, number, &value) || value.len != len)
        return false;
    cursor_init(ret_c, value);
    return true;
}

bool fields_get_u32(struct span bytes, uint16_t number, uint32_t *ret_value)
{
    struct cursor c;
    if (!get_integer(bytes, number, sizeof *ret_value, &c))
        return false;
    *ret_value = cursor_u32(&c);
    return true;
}

bool fields_get_u64(struct span bytes, uint16_t number, uint64_t *ret_value)
{
    struct cursor c;
    if (!get_integer(bytes, number, sizeof *ret_value, &c))
        return false;
    *ret_value = cursor_u64(&c);
    return true;
}

bool fields_get_exact(struct span bytes, uint16_t number, void *out, size_t len)
{
    struct span value;
    if (!fields_get(bytes, number, &value) || value.len != len)
        return false;
    if (len)
        memcpy(out, value.data, len);
    return true;
}
