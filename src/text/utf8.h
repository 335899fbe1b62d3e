/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef TEXT_UTF8_H
#define TEXT_UTF8_H

#include "base/buf.h"

#define UTF8_INVALID UINT32_MAX

/* Takes one code point from the front of rest; UTF8_INVALID takes one byte. rest is not empty. */
uint32_t utf8_next(struct span *rest);
/* E_UTF8 when it is not UTF-8; E_TOO_LARGE when it has more than max_characters code points. */
int utf8_check(struct span text, size_t max_characters) MUST_USE;
/* c is a code point, no surrogate. Returns how many bytes were written. */
size_t utf8_write(uint32_t c, uint8_t out[4]);
void utf8_put(struct buf *b, uint32_t c);

#endif
