/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Quotations in one document, and who is said to have said them. Rules for a language are in its
 * data file (language.h). When it is not safe to say who, it is unknown. */
#ifndef ORIGINS_QUOTE_H
#define ORIGINS_QUOTE_H

#include "base/arena.h"
#include "origins/language.h"

enum quote_kind {
    QUOTE_STATEMENT, /* somebody's words */
    QUOTE_SCARE,     /* a word or two held at a distance: no statement */
    QUOTE_TITLE,     /* the name of a work, a show, a ship */
};

/* Why somebody is thought to have said it. */
enum quote_grounds {
    QUOTE_UNKNOWN,
    QUOTE_BY_CUE,          /* "said X", "according to X" in its sentence */
    QUOTE_BY_COLON,        /* X: "..." or "..." -- X */
    QUOTE_CONTINUED,       /* the quotation before in the paragraph is X's */
    QUOTE_AFTER_SENTENCE,  /* the sentence before is about X, or tells what X said */
    QUOTE_AFTER_PARAGRAPH, /* the paragraph before ends with what X said */
    QUOTE_WITHIN,          /* a word held up within somebody's own quotation */
};

/* Bytes of the text, end exclusive. */
struct stretch {
    uint32_t from, to;
};

struct quote {
    struct stretch whole; /* with its marks */
    struct stretch words; /* without them */
    enum quote_kind kind;
    uint32_t continues; /* the quotation before, of which this is a further part ("..." he said.
                         * "..."), or its own number */
    bool closed;        /* false: the text or the paragraph ended first */
    bool headline;      /* stands in the first line, without a speaker near it */

    enum quote_grounds grounds;
    bool known;             /* who said it: the grounds are safe enough */
    struct stretch speaker; /* as the text calls them there: a name, a role, a pronoun */
    struct stretch named;   /* the fullest name that this document has for them, or empty */
    struct stretch role;    /* "the minister", or empty */
    struct stretch cue;     /* "said" */
};

struct quotes {
    struct quote *quotes; /* by from */
    size_t count;
};

/* language NULL: marks are found, speakers are not. ret_quotes' array is in the arena. E_NOMEM. */
int quotes_find(struct span text, const struct language *language, struct arena *arena,
                struct quotes *ret_quotes) MUST_USE;

#endif
