/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Fields: how envelopes and records are written. Each field is u16 number, u32 length, bytes;
 * numbers never go down, a number may repeat (a list). Unknown numbers are kept by whoever keeps
 * the bytes and are skipped by whoever reads them. docs/crypto.md, "Fields". */
#ifndef BASE_FIELDS_H
#define BASE_FIELDS_H

#include "base/buf.h"

void fields_put(struct buf *b, uint16_t number, struct span bytes);
void fields_put_u32(struct buf *b, uint16_t number, uint32_t v);
void fields_put_u64(struct buf *b, uint16_t number, uint64_t v);
/* Does nothing when text is empty or NULL. */
void fields_put_text(struct buf *b, uint16_t number, const char *text);

/* E_FORMAT when the bytes are not a list of fields in order. */
int fields_check(struct span bytes) MUST_USE;
/* The functions below are for bytes that fields_check accepted.
 * The nth (from 0) field of that number; false when there is none. */
bool fields_nth(struct span bytes, uint16_t number, size_t nth, struct span *ret_value);
bool fields_get(struct span bytes, uint16_t number, struct span *ret_value);
/* false when there is none or its length is not that of the integer. */
bool fields_get_u32(struct span bytes, uint16_t number, uint32_t *ret_value);
bool fields_get_u64(struct span bytes, uint16_t number, uint64_t *ret_value);
/* Exactly len bytes, copied; false otherwise. */
bool fields_get_exact(struct span bytes, uint16_t number, void *out, size_t len);

#endif
