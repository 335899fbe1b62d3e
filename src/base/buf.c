/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Growing copies and wipes instead of calling realloc: what a report or a key left behind in the
 * freed piece would outlive buf_wipe_release. Doubling keeps that within one more pass. */
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"

#define FIRST_CAPACITY_BYTES 64

void buf_init(struct buf *b, size_t cap_bytes)
{
    ASSERT(cap_bytes < SIZE_MAX / 4);
    *b = (struct buf){.cap_bytes = cap_bytes};
}

void buf_release(struct buf *b)
{
    mem_free(b->data);
    buf_init(b, b->cap_bytes);
}

void buf_wipe_release(struct buf *b)
{
    mem_wipe(b->data, b->capacity);
    buf_release(b);
}

void buf_cut(struct buf *b, size_t len)
{
    ASSERT(len <= b->len);
    b->len = len;
    if (b->data)
        b->data[len] = '\0';
}

void buf_reset(struct buf *b)
{
    buf_cut(b, 0);
    b->error = 0;
}

void buf_fail(struct buf *b, int error)
{
    ASSERT(error < 0);
    if (b->error == 0)
        b->error = error;
}

int buf_error(const struct buf *b)
{
    return b->error;
}

/* Space for len more bytes and the NUL. */
static bool make_space(struct buf *b, size_t len)
{
    if (b->error)
        return false;
    if (len > b->cap_bytes - b->len) {
        buf_fail(b, E_TOO_LARGE);
        return false;
    }
    size_t needed = b->len + len + 1;
    if (needed <= b->capacity)
        return true;
    size_t capacity = b->capacity ? b->capacity * 2 : FIRST_CAPACITY_BYTES;
    if (capacity > b->cap_bytes + 1)
        capacity = b->cap_bytes + 1;
    if (capacity < needed)
        capacity = needed;
    uint8_t *data = mem_alloc(capacity);
    if (!data) {
        buf_fail(b, E_NOMEM);
        return false;
    }
    if (b->data)
        memcpy(data, b->data, b->len);
    mem_wipe(b->data, b->capacity);
    mem_free(b->data);
    b->data = data;
    b->capacity = capacity;
    b->data[b->len] = '\0';
    return true;
}

uint8_t *buf_room(struct buf *b, size_t len)
{
    if (!make_space(b, len))
        return NULL;
    uint8_t *room = b->data + b->len;
    memset(room, 0, len + 1);
    b->len += len;
    return room;
}

void buf_put(struct buf *b, const void *data, size_t len)
{
    if (!make_space(b, len))
        return;
    if (len)
        memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_span(struct buf *b, struct span s)
{
    buf_put(b, s.data, s.len);
}

void buf_text(struct buf *b, const char *text)
{
    buf_put(b, text, strlen(text));
}

static void put_integer(struct buf *b, uint64_t v, size_t len)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(v >> (8 * (len - 1 - i)));
    buf_put(b, bytes, len);
}

void buf_u8(struct buf *b, uint8_t v)
{
    put_integer(b, v, 1);
}

void buf_u16(struct buf *b, uint16_t v)
{
    put_integer(b, v, 2);
}

void buf_u32(struct buf *b, uint32_t v)
{
    put_integer(b, v, 4);
}

void buf_u64(struct buf *b, uint64_t v)
{
    put_integer(b, v, 8);
}

void buf_vprintf(struct buf *b, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    if (len < 0)
        buf_fail(b, E_ARGUMENT);
    else if (make_space(b, (size_t)len)) {
        vsnprintf((char *)b->data + b->len, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    }
    va_end(again);
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(b, format, args);
    va_end(args);
}

struct span buf_bytes(const struct buf *b)
{
    return span_of(b->data, b->len);
}

const char *buf_cstr(const struct buf *b)
{
    return b->data ? (const char *)b->data : "";
}
