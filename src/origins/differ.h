/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where two wordings differ, word by word, for a person to look at: what they have in common is the
 * longest run of words that stand in both in one order (longest common subsequence). Words are the
 * same when they fold to the same (text/fold.h). */
#ifndef ORIGINS_DIFFER_H
#define ORIGINS_DIFFER_H

#include "base/arena.h"

#define DIFFER_WORDS_MAX 600 /* of each; what is behind them is not compared, and not marked */

/* Pieces of a text, in order; together they are the text. Spaces and marks between two pieces
 * belong to the one that does not differ. */
struct differ_piece {
    struct span text;
    uint32_t words;
    bool differs;
};

struct differ_side {
    struct differ_piece *pieces;
    size_t count;
};

/* Both are UTF-8, and stay: pieces are views. E_NOMEM. */
int differ_words(struct span a, struct span b, struct arena *arena, struct differ_side *ret_a,
                 struct differ_side *ret_b) MUST_USE;

#endif
