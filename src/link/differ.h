/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where two texts differ, for a person to look at: what they share is what is left alone by the
 * fewest changes of a letter that make one into the other (Levenshtein's edits). A single letter
 * between two differences counts as different too, and where less than half is shared nothing is:
 * else marks would hide the text. */
#ifndef LINK_DIFFER_H
#define LINK_DIFFER_H

#include "base/span.h"

#define LINK_DIFFER_MAX 200 /* characters that are compared; what is behind them differs */
#define LINK_PIECES_MAX (2 * LINK_DIFFER_MAX + 2)

/* Pieces of a text, in order; together they are the text. One that differs and is empty stands
 * where the other text has something. */
struct link_piece {
    struct span text;
    bool differs;
};

enum link_sameness {
    LINK_SAME_TEXT,
    LINK_SAME_BUT_FORM, /* but for capitals, accents and the like */
    LINK_OTHER_TEXT,
};

/* Whether a level by that name (compare.c, date.h) leaves two values that are not the same thing
 * written in two ways. */
bool link_level_differs(const char *level);
/* Texts that are no UTF-8, or too long to be folded, are other ones. E_NOMEM. */
int link_differ_how(struct span a, struct span b, enum link_sameness *ret_how) MUST_USE;
/* Whether it is worth marking: else each text is one piece. Both are UTF-8 that text/show.h has
 * been over. */
bool link_differ(struct span a, struct span b, struct link_piece ret_a[LINK_PIECES_MAX],
                 size_t *ret_a_count, struct link_piece ret_b[LINK_PIECES_MAX],
                 size_t *ret_b_count);

#endif
