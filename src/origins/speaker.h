/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who is said to have spoken, in one line of units: the mention beside the cue of a quotation. */
#ifndef ORIGINS_SPEAKER_H
#define ORIGINS_SPEAKER_H

#include "origins/sentence.h"

/* Units from .. to - 1 of a line. */
struct mention {
    uint32_t from, to;
};

struct speaker {
    enum quote_grounds grounds; /* QUOTE_UNKNOWN: nothing else is set */
    struct mention mention;
    struct mention cue;
    bool before; /* the cue stands before the quotation */
    bool beside; /* and nothing but marks and conjunctions between: its words are what was said */
};

/* The quotation that is unit at, by what stands in its sentence. found holds the speakers of the
 * units before it, by unit. */
struct speaker speaker_in_sentence(const struct units *line, const struct quote_words *words,
                                   struct span text, const struct speaker *found, uint32_t at);
/* By the sentence before it, when it is a sentence of its own. */
struct speaker speaker_around(const struct units *line, const struct quote_words *words,
                              const struct speaker *found, uint32_t at);

#endif
