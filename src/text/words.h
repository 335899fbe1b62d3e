/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The words of a text: runs of letters, marks and digits. An apostrophe or an invisible joiner
 * between two letters stays inside ("don't"); a hyphen parts. Scripts written without spaces give
 * one word for a run. Bytes that are no UTF-8 part words. */
#ifndef TEXT_WORDS_H
#define TEXT_WORDS_H

#include "base/span.h"

struct words {
    struct span text;
    size_t at;
};

void words_init(struct words *w, struct span text);
/* The next word: a view into the text, so that word.data - text.data is where it stands. */
bool words_next(struct words *w, struct span *ret_word);

#endif
