/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "text/utf8.h"

#include <string.h>

#include "base/error.h"

/* How many bytes follow the first one; -1 for a byte that begins nothing. */
static int tail_length(uint8_t lead)
{
    if (lead < 0x80)
        return 0;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 1;
    if (lead >= 0xE0 && lead <= 0xEF)
        return 2;
    return lead >= 0xF0 && lead <= 0xF4 ? 3 : -1;
}

static bool allowed(uint32_t c, int tail)
{
    static const uint32_t least[4] = {0, 0x80, 0x800, 0x10000};
    return c >= least[tail] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
}

uint32_t utf8_next(struct span *rest)
{
    ASSERT(rest->len > 0);
    const uint8_t *at = rest->data;
    int tail = tail_length(at[0]);
    bool good = tail >= 0 && (size_t)tail < rest->len;
    uint32_t c = tail > 0 ? at[0] & (0x3Fu >> tail) : at[0];
    for (int i = 1; good && i <= tail; i++) {
        good = (at[i] & 0xC0) == 0x80;
        c = c << 6 | (at[i] & 0x3F);
    }
    good = good && allowed(c, tail);
    size_t taken = good ? (size_t)tail + 1 : 1;
    *rest = (struct span){at + taken, rest->len - taken};
    return good ? c : UTF8_INVALID;
}

/* Eight bytes of ASCII at the front: reports are mostly that, and are read in bulk. */
static bool ascii8(struct span rest)
{
    uint64_t bytes;
    if (rest.len < sizeof bytes)
        return false;
    memcpy(&bytes, rest.data, sizeof bytes);
    return (bytes & 0x8080808080808080u) == 0;
}

int utf8_check(struct span text, size_t max_characters)
{
    size_t count = 0;
    while (text.len) {
        if (ascii8(text)) {
            text = span_slice(text, 8, text.len);
            count += 8;
        } else {
            REJECT_IF(utf8_next(&text) == UTF8_INVALID, E_UTF8);
            count++;
        }
    }
    return count > max_characters ? E_TOO_LARGE : 0;
}

size_t utf8_write(uint32_t c, uint8_t out[4])
{
    ASSERT(c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF));
    static const uint8_t leads[4] = {0, 0xC0, 0xE0, 0xF0};
    size_t tail = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    for (size_t i = tail; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    out[0] = (uint8_t)(leads[tail] | c);
    return tail + 1;
}

void utf8_put(struct buf *b, uint32_t c)
{
    uint8_t bytes[4];
    buf_put(b, bytes, utf8_write(c, bytes));
}
