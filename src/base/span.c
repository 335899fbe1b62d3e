/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/span.h"

#include <string.h>

#include "base/error.h"

/* Where empty spans point: adding 0 to NULL is undefined, and so is memcmp of NULL. */
static const uint8_t nowhere[1];

struct span span_of(const void *data, size_t len)
{
    ASSERT(data || len == 0);
    return (struct span){data ? data : nowhere, len};
}

struct span span_text(const char *text)
{
    return text ? span_of(text, strlen(text)) : span_of(NULL, 0);
}

bool span_equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

struct span span_slice(struct span s, size_t from, size_t len)
{
    if (from >= s.len)
        return span_of(NULL, 0);
    size_t left = s.len - from;
    return span_of(s.data + from, len < left ? len : left);
}

void cursor_init(struct cursor *c, struct span bytes)
{
    struct span known = span_of(bytes.data, bytes.len);
    *c = (struct cursor){.at = known.data, .end = known.data + known.len};
}

void cursor_fail(struct cursor *c)
{
    c->failed = true;
    c->at = c->end;
}

size_t cursor_left(const struct cursor *c)
{
    return (size_t)(c->end - c->at);
}

struct span cursor_bytes(struct cursor *c, size_t len)
{
    if (c->failed || len > cursor_left(c)) {
        cursor_fail(c);
        return span_of(NULL, 0);
    }
    struct span taken = span_of(c->at, len);
    c->at += len;
    return taken;
}

static uint64_t read_integer(struct cursor *c, size_t len)
{
    struct span bytes = cursor_bytes(c, len);
    uint64_t v = 0;
    for (size_t i = 0; i < bytes.len; i++)
        v = v << 8 | bytes.data[i];
    return v;
}

uint8_t cursor_u8(struct cursor *c)
{
    return (uint8_t)read_integer(c, 1);
}

uint16_t cursor_u16(struct cursor *c)
{
    return (uint16_t)read_integer(c, 2);
}

uint32_t cursor_u32(struct cursor *c)
{
    return (uint32_t)read_integer(c, 4);
}

uint64_t cursor_u64(struct cursor *c)
{
    return read_integer(c, 8);
}

void cursor_copy(struct cursor *c, void *out, size_t len)
{
    struct span bytes = cursor_bytes(c, len);
    if (c->failed && len)
        memset(out, 0, len);
    else if (len)
        memcpy(out, bytes.data, len);
}

static struct span read_block(struct cursor *c, size_t length_bytes, size_t max)
{
    uint64_t len = read_integer(c, length_bytes);
    if (len > max) {
        cursor_fail(c);
        return span_of(NULL, 0);
    }
    return cursor_bytes(c, (size_t)len);
}

struct span cursor_block16(struct cursor *c, size_t max)
{
    return read_block(c, 2, max);
}

struct span cursor_block32(struct cursor *c, size_t max)
{
    return read_block(c, 4, max);
}

struct span cursor_line(struct cursor *c, size_t max)
{
    size_t left = cursor_left(c);
    size_t look = left > max ? max + 1 : left;
    const uint8_t *newline = look ? memchr(c->at, '\n', look) : NULL;
    if (c->failed || !newline) {
        cursor_fail(c);
        return span_of(NULL, 0);
    }
    struct span line = cursor_bytes(c, (size_t)(newline - c->at));
    c->at++;
    return line;
}

int cursor_end(const struct cursor *c)
{
    return !c->failed && c->at == c->end ? 0 : E_FORMAT;
}
