/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/read_entities.h"

#include <string.h>

#include "text/utf8.h"

#define NAME_MAX_BYTES 32

/* Numbers 128 to 159 are meant in windows-1252, as the standard says; 0 is as it is. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

static int digit_of(uint8_t c, bool hex)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (hex && (c | 32) >= 'a' && (c | 32) <= 'f')
        return (c | 32) - 'a' + 10;
    return -1;
}

static uint32_t character_of(uint32_t number)
{
    if (number >= 0x80 && number < 0xA0 && windows_1252[number - 0x80])
        return windows_1252[number - 0x80];
    bool surrogate = number >= 0xD800 && number < 0xE000;
    return number == 0 || surrogate || number > 0x10FFFF ? 0xFFFD : number;
}

static size_t put_number(struct span text, struct buf *out)
{
    bool hex = text.len > 2 && (text.data[2] | 32) == 'x';
    size_t first = hex ? 3 : 2, at = first;
    uint32_t number = 0;
    for (; at < text.len && digit_of(text.data[at], hex) >= 0; at++) {
        if (number <= 0x10FFFF)
            number = number * (hex ? 16 : 10) + (uint32_t)digit_of(text.data[at], hex);
    }
    if (at == first)
        return 0;
    utf8_put(out, character_of(number));
    return at < text.len && text.data[at] == ';' ? at + 1 : at;
}

static const struct read_entity *find(const uint8_t *name, size_t len)
{
    size_t low = 0, high = read_entities_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *other = read_entities[middle].name;
        int order = strncmp(other, (const char *)name, len);
        if (order == 0 && other[len] == '\0')
            return &read_entities[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool is_name(uint8_t c)
{
    return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9');
}

/* The longest name: "&notit;" is ¬ and "it;". */
static size_t put_name(struct span text, struct buf *out)
{
    size_t len = 0;
    while (len < NAME_MAX_BYTES && 1 + len < text.len && is_name(text.data[1 + len]))
        len++;
    if (1 + len < text.len && text.data[1 + len] == ';')
        len++;
    for (; len >= 2; len--) {
        const struct read_entity *e = find(text.data + 1, len);
        if (e) {
            buf_text(out, e->text);
            return 1 + len;
        }
    }
    return 0;
}

size_t read_entities_put(struct span text, struct buf *out)
{
    if (text.len >= 3 && text.data[1] == '#')
        return put_number(text, out);
    return put_name(text, out);
}

void read_entities_decode(struct span text, struct buf *out)
{
    while (text.len > 0) {
        const uint8_t *mark = memchr(text.data, '&', text.len);
        size_t plain = mark ? (size_t)(mark - text.data) : text.len;
        buf_put(out, text.data, plain);
        text = span_slice(text, plain, text.len);
        if (text.len == 0)
            return;
        size_t taken = read_entities_put(text, out);
        if (taken == 0)
            buf_put(out, text.data, 1);
        text = span_slice(text, taken ? taken : 1, text.len);
    }
}
