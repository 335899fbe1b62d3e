/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A text as who looks for speakers reads it: words, marks, and each quotation as one unit, in
 * sentences and paragraphs. What stands in a quotation is a line of units of its own. What stands
 * in short parentheses is left out. */
#ifndef ORIGINS_SENTENCE_H
#define ORIGINS_SENTENCE_H

#include "origins/quote_marks.h"
#include "origins/quote_words.h"

struct unit {
    uint32_t from, to;
    uint32_t bare_to;    /* without 's */
    struct span folded;  /* of a word: its last part, without 's */
    uint32_t mark;       /* punctuation: , ; : - . ? ! ( ) ; all dashes are -, an ellipsis is . */
    uint32_t quote;      /* a quotation as a whole, or QUOTE_MARKS_NONE */
    bool capital, upper; /* begins with a capital; has no small letter */
    bool name;           /* may be part of a name: capital for another reason than its place */
    bool number;
    bool possessive;
    bool begins; /* a paragraph */
    bool ends;   /* a sentence */
};

struct units {
    struct unit *units;
    uint32_t count;
};

struct sentences {
    struct units outer;  /* what is in no quotation */
    struct units *inner; /* by quotation: what stands in it */
};

/* E_NOMEM. */
int sentences_read(struct span text, const struct quote_marks *marks,
                   const struct quote_words *words, struct arena *arena,
                   struct sentences *ret_sentences) MUST_USE;

#endif
