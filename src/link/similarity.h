/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How alike two texts are, letter by letter. Texts are bytes: what is compared was brought to
 * ASCII before (script.h). All are symmetric. */
#ifndef LINK_SIMILARITY_H
#define LINK_SIMILARITY_H

#include "base/span.h"

/* Texts longer than this are compared by their beginning. */
#define LINK_SIMILARITY_BYTES_MAX 64

/* Jaro's similarity with Winkler's bonus of 0.1 for each of up to four equal first letters, given
 * where Jaro's exceeds 0.7. 0 to 1; 0 when either is empty. (Winkler 1990, "String comparator
 * metrics and enhanced decision rules in the Fellegi-Sunter model of record linkage".) */
double link_jaro_winkler(struct span a, struct span b);

/* The same for texts of up to 16 bytes that were packed before: the fast way. */
#define LINK_PACKED_BYTES 16
struct link_packed {
    uint8_t bytes[LINK_PACKED_BYTES]; /* zeroes after len */
    uint32_t letters;                 /* a set: which of 32 classes of bytes there are */
    uint8_t len;
};
/* At most the first LINK_PACKED_BYTES are taken. */
void link_pack(struct span text, struct link_packed *ret_packed);
double link_packed_jaro_winkler(const struct link_packed *a, const struct link_packed *b);
/* Whether their similarity may be at least so much, least of 0.7 or more: cheap, never wrongly
 * false. */
bool link_packed_may_reach(const struct link_packed *a, const struct link_packed *b, double least);

/* Insertions, deletions, substitutions and exchanges of neighbours that make one of the other, no
 * piece edited twice (Damerau 1964; the "optimal string alignment"). Counts up to most, and says
 * most + 1 for more. */
unsigned link_damerau_levenshtein(struct span a, struct span b, unsigned most);

#endif
