/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where quotation marks open and close: “ ” „ “ " « » ‹ › ‘ ’ ' 「 」 『 』, nested, and the dashes
 * of a dialogue. Apostrophes, feet and inches are none. What is never closed ends with its
 * paragraph. */
#ifndef ORIGINS_QUOTE_MARKS_H
#define ORIGINS_QUOTE_MARKS_H

#include "base/arena.h"
#include "origins/language.h"
#include "origins/quote.h"

#define QUOTE_MARKS_NONE UINT32_MAX
#define QUOTE_MARKS_DEPTH_MAX 8

struct quote_mark {
    struct stretch whole, words;
    uint32_t parent; /* the quotation that it stands in, or QUOTE_MARKS_NONE */
    bool closed;
    bool dash; /* of a dialogue */
};

struct quote_marks {
    struct quote_mark *marks; /* by from; a parent before what stands in it */
    uint32_t count;
    struct stretch *paragraphs; /* by from; without the newlines, not empty */
    uint32_t paragraph_count;
};

/* say: the cues of the language; without one, dashes are not looked at. E_NOMEM. */
int quote_marks_find(struct span text, const struct language_section *say, struct arena *arena,
                     struct quote_marks *ret_marks) MUST_USE;

#endif
