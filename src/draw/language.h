/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Languages that pages speak: one table made from pages/po while building, English first. English
 * is also the key (gettext's msgid). Nothing here depends on the process's locale. */
#ifndef DRAW_LANGUAGE_H
#define DRAW_LANGUAGE_H

#include "base/buf.h"

struct language {
    const char *code; /* such as ru */
    const char *name; /* its own, such as Русский */
    bool right_to_left;
    const char *const *texts; /* one a message, in the order of language_messages */
};

/* Marks a text in C for translation; tools/extract.py finds it. */
#define N_(text) text

/* By its place in the table; NULL behind the last. */
const struct language *language_at(size_t place);
size_t language_place(const struct language *language);
/* By its code; NULL when there is none. */
const struct language *language_find(struct span code);
/* The best for a browser's Accept-Language (RFC 9110, 12.5.4; compared by primary subtag), or
 * English. Reads at most LANGUAGE_HEADER_MAX_BYTES; what it does not understand it passes over. */
#define LANGUAGE_HEADER_MAX_BYTES 512
const struct language *language_accepted(struct span header);
/* The translation, or the msgid itself when there is none. */
const char *language_text(const struct language *language, const char *msgid);
/* The translation with each {name} replaced; words is name, text, name, text, NULL. */
void language_put(struct buf *b, const struct language *language, const char *msgid,
                  const char *const words[]);

#endif
