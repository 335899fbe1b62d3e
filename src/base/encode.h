/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Hexadecimal (lower case) and base64 (RFC 4648, with padding) and base64url (without padding),
 * strict in reading: exact length, no spaces, no stray bits. */
#ifndef BASE_ENCODE_H
#define BASE_ENCODE_H

#include "base/buf.h"

void hex_put(struct buf *b, struct span bytes);
/* out is exactly len bytes; text must be exactly 2 * len digits of either case. E_FORMAT. */
int hex_read(struct span text, uint8_t *out, size_t len) MUST_USE;
void base64_put(struct buf *b, struct span bytes);
void base64url_put(struct buf *b, struct span bytes);
/* Appends what was decoded to out. E_FORMAT, or out's error. */
int base64_read(struct span text, struct buf *out) MUST_USE;
int base64url_read(struct span text, struct buf *out) MUST_USE;
/* A decimal number with no sign, no leading zeros but "0" itself, at most max. E_FORMAT. */
int decimal_read(struct span text, uint64_t max, uint64_t *ret_value) MUST_USE;

#endif
