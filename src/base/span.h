/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Bytes of somebody else: a view that owns nothing, and a reading cursor over it.
 *
 * A cursor's error is sticky: after a read past the end every read gives zero or an empty span,
 * and cursor_end tells once whether all went well and nothing was left over. Integers are
 * big-endian. */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct span {
    const uint8_t *data;
    size_t len;
};

struct span span_of(const void *data, size_t len);
struct span span_text(const char *text);
/* Not in constant time: for public bytes. */
bool span_equal(struct span a, struct span b);
/* Cut to what exists. */
struct span span_slice(struct span s, size_t from, size_t len);

/* FNV-1a (Fowler, Noll, Vo), of bytes after others: for tables; no match for who chooses them. */
#define SPAN_HASH_START UINT64_C(0xcbf29ce484222325)
static inline uint64_t span_hash(uint64_t hash, struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        hash = (hash ^ s.data[i]) * UINT64_C(0x100000001b3);
    return hash;
}

struct cursor {
    const uint8_t *at, *end;
    bool failed;
};

void cursor_init(struct cursor *c, struct span bytes);
uint8_t cursor_u8(struct cursor *c);
uint16_t cursor_u16(struct cursor *c);
uint32_t cursor_u32(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);
/* A view of the next len bytes, or an empty span and failure. */
struct span cursor_bytes(struct cursor *c, size_t len);
/* Copies len bytes, or zeroes out and fails. */
void cursor_copy(struct cursor *c, void *out, size_t len);
/* A block: a length in 2 or 4 bytes, then that many bytes; longer than max fails. */
struct span cursor_block16(struct cursor *c, size_t max);
struct span cursor_block32(struct cursor *c, size_t max);
/* A line of text up to (and without) a newline; fails when there is none within max bytes. */
struct span cursor_line(struct cursor *c, size_t max);
size_t cursor_left(const struct cursor *c);
void cursor_fail(struct cursor *c);
/* 0 when nothing failed and nothing is left; else E_FORMAT. */
int cursor_end(const struct cursor *c) MUST_USE;

#endif
