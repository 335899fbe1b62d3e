/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Words of two alphabets at once are words of one, in which somebody typed letters of another that
 * look the same: Latin c in a Cyrillic word, Cyrillic а in a Latin one. */
#ifndef LINK_LOOKALIKE_H
#define LINK_LOOKALIKE_H

#include "base/buf.h"

/* word is one word after folding (text/fold.h). Its Latin, Cyrillic or Greek letters that are in
 * the minority become those of the majority that look like them; at a tie the Latin ones go.
 * Letters that look like none stay. word's error. */
int link_lookalike_mend(struct buf *word) MUST_USE;

#endif
