/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Table lookups by value: what is encoded here is public or about to be printed. Secrets that
 * must not show in timing are encoded by the room seal. */
#include "base/encode.h"

#include "base/error.h"

static const char standard_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void hex_put(struct buf *b, struct span bytes)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t *out = buf_room(b, bytes.len * 2);
    for (size_t i = 0; out && i < bytes.len; i++) {
        out[2 * i] = (uint8_t)digits[bytes.data[i] >> 4];
        out[2 * i + 1] = (uint8_t)digits[bytes.data[i] & 15];
    }
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int hex_read(struct span text, uint8_t *out, size_t len)
{
    REJECT_IF(text.len / 2 != len || text.len % 2 != 0, E_FORMAT);
    for (size_t i = 0; i < text.len; i++)
        REJECT_IF(hex_digit(text.data[i]) < 0, E_FORMAT);
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(hex_digit(text.data[2 * i]) << 4 | hex_digit(text.data[2 * i + 1]));
    return 0;
}

static void put_base64(struct buf *b, struct span bytes, const char *digits, bool padded)
{
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t have = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t group = 0;
        for (size_t j = 0; j < 3; j++)
            group = group << 8 | (j < have ? bytes.data[i + j] : 0);
        char out[4] = {'=', '=', '=', '='};
        for (size_t j = 0; j <= have; j++)
            out[j] = digits[group >> (18 - 6 * j) & 63];
        buf_put(b, out, padded ? 4 : have + 1);
    }
}

void base64_put(struct buf *b, struct span bytes)
{
    put_base64(b, bytes, standard_digits, true);
}

void base64url_put(struct buf *b, struct span bytes)
{
    put_base64(b, bytes, url_digits, false);
}

static int base64_digit(uint8_t c, const char *digits)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == (uint8_t)digits[62])
        return 62;
    return c == (uint8_t)digits[63] ? 63 : -1;
}

/* text without padding. All is looked at before anything is appended. */
static int read_base64(struct span text, struct buf *out, const char *digits)
{
    REJECT_IF(text.len % 4 == 1, E_FORMAT);
    for (size_t i = 0; i < text.len; i++)
        REJECT_IF(base64_digit(text.data[i], digits) < 0, E_FORMAT);
    size_t over = text.len % 4;
    if (over) {
        int stray = over == 2 ? 15 : 3;
        REJECT_IF(base64_digit(text.data[text.len - 1], digits) & stray, E_FORMAT);
    }
    for (size_t i = 0; i < text.len; i += 4) {
        size_t have = text.len - i < 4 ? text.len - i : 4;
        uint32_t group = 0;
        for (size_t j = 0; j < 4; j++)
            group = group << 6 | (j < have ? (uint32_t)base64_digit(text.data[i + j], digits) : 0);
        uint8_t bytes[3] = {(uint8_t)(group >> 16), (uint8_t)(group >> 8), (uint8_t)group};
        buf_put(out, bytes, have - 1);
    }
    return buf_error(out);
}

int base64_read(struct span text, struct buf *out)
{
    REJECT_IF(text.len % 4 != 0, E_FORMAT);
    for (int i = 0; i < 2 && text.len && text.data[text.len - 1] == '='; i++)
        text.len--;
    return read_base64(text, out, standard_digits);
}

int base64url_read(struct span text, struct buf *out)
{
    return read_base64(text, out, url_digits);
}

int decimal_read(struct span text, uint64_t max, uint64_t *ret_value)
{
    REJECT_IF(text.len == 0 || (text.len > 1 && text.data[0] == '0'), E_FORMAT);
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = text.data[i] - (unsigned)'0';
        REJECT_IF(digit > 9, E_FORMAT);
        REJECT_IF(value > (UINT64_MAX - digit) / 10, E_FORMAT);
        value = value * 10 + digit;
        REJECT_IF(value > max, E_FORMAT);
    }
    *ret_value = value;
    return 0;
}
