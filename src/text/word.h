/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The words of a text: runs of letters, marks and digits. An apostrophe or an invisible joiner
 * between two letters stays inside ("don't"); a hyphen parts. Scripts written without spaces give
 * one word for a run. Bytes that are no UTF-8 part words. */
#ifndef TEXT_WORD_H
#define TEXT_WORD_H

#include "base/span.h"

/* Takes the next word off the front of rest; false when there is none. What is returned is a view
 * into the text: ret_word->data - text.data says where it stands. */
bool word_next(struct span *rest, struct span *ret_word);
/* It begins with a capital letter. */
bool word_is_capital(struct span word);

#endif
