/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A growing buffer with a cap that must be stated. Its error is sticky (E_TOO_LARGE or E_NOMEM):
 * append freely, ask buf_error once. On error the bytes so far stay. data is NUL-terminated after
 * every successful append (the NUL is not counted). */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>

#include "base/span.h"

struct buf {
    uint8_t *data;
    size_t len, capacity, cap_bytes;
    int error;
};

void buf_init(struct buf *b, size_t cap_bytes);
void buf_release(struct buf *b);
/* Wipes all that was allocated, then releases. For buffers that held secrets or reports. */
void buf_wipe_release(struct buf *b);
/* Empties; keeps memory and cap, clears the error. */
void buf_reset(struct buf *b);
/* Shortens to len, which is not more than there is; an error stays. */
void buf_cut(struct buf *b, size_t len);
void buf_put(struct buf *b, const void *data, size_t len);
void buf_span(struct buf *b, struct span s);
void buf_text(struct buf *b, const char *text);
void buf_u8(struct buf *b, uint8_t v);
void buf_u16(struct buf *b, uint16_t v);
void buf_u32(struct buf *b, uint32_t v);
void buf_u64(struct buf *b, uint64_t v);
/* len zero bytes; returns where they start, or NULL when the buffer has failed. */
uint8_t *buf_room(struct buf *b, size_t len);
void buf_printf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_vprintf(struct buf *b, const char *format, va_list args) PRINTF_LIKE(2, 0);
int buf_error(const struct buf *b) MUST_USE;
struct span buf_bytes(const struct buf *b);
/* The bytes as a C string; "" when empty. */
const char *buf_cstr(const struct buf *b);
/* Marks as failed by hand. */
void buf_fail(struct buf *b, int error);

#endif
