/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Places in texts, from bytes to characters (Unicode code points): what is written for others
 * counts characters. All places are put first, then each text is read once. */
#ifndef ORIGINS_CHARACTERS_H
#define ORIGINS_CHARACTERS_H

#include "origins/corpus.h"

struct characters {
    struct characters_place *places;
    size_t count, capacity;
};

void characters_init(struct characters *c);
void characters_release(struct characters *c);
/* *place is a byte of the document's text; characters_count writes there how many characters are
 * before it. E_NOMEM. */
int characters_put(struct characters *c, uint32_t document, uint32_t *place) MUST_USE;
/* E_IO, E_NOMEM. */
int characters_count(struct characters *c, struct corpus_reader *reader) MUST_USE;

#endif
