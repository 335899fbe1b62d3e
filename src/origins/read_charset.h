/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Bytes of a text become UTF-8.
 *
 * In this order: a mark at the front (UTF-8, UTF-16); valid UTF-8, which is taken for that whatever
 * was declared, since hardly a text in another encoding is valid UTF-8 by chance; what was
 * declared, by the labels of the web (https://encoding.spec.whatwg.org); a guess, from which
 * letters stand beside which (ICU), that is believed when it is sure or when the words of a known
 * language come out. A text that is UTF-8 but for a few bytes is not guessed at. */
#ifndef ORIGINS_READ_CHARSET_H
#define ORIGINS_READ_CHARSET_H

#include "base/buf.h"
#include "base/error.h"
#include "origins/language.h"

struct read_charset {
    struct span declared; /* a label such as windows-1251; or empty */
    /* Bytes that do not fit become U+FFFD and are counted: for pages, of which most can be read.
     * Otherwise they are refused. */
    bool tolerant;
    const struct languages *languages;
};

/* Appends to out, without the mark. *ret_replaced counts what became U+FFFD. E_UTF8, and the
 * problem says which byte; E_NOMEM; out's error. */
int read_charset_decode(const struct read_charset *charset, struct span bytes, struct buf *out,
                        uint64_t *ret_replaced, struct problem *problem) MUST_USE;
/* E_FORMAT when it is no text at all, and the problem says what it is instead: a PDF, an archive, a
 * picture, bytes that no text has. */
int read_charset_refuse_binary(struct span bytes, struct problem *problem) MUST_USE;
/* Of a media type, "text/html; charset=windows-1251", what is behind charset=; or empty. */
struct span read_charset_of_type(struct span type);

#endif
