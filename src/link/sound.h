/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a word may sound like, as a row of sets of sounds, so that the several ways of writing a
 * name in Latin letters (Khalid, Haled, Chalid; Tsarnaev, Carnaev, Zarnajew) meet though no one
 * knows which language the clerk spoke. A letter that is read in several ways is a set of several
 * sounds; two sets agree when they have a sound in common. */
#ifndef LINK_SOUND_H
#define LINK_SOUND_H

#include "base/span.h"
#include "link/names_data.h"

#define LINK_SOUNDS_MAX 24 /* of a word: the rest is cut off */

struct link_sounds {
    uint32_t sets[LINK_SOUNDS_MAX];
    unsigned count;
    bool bare; /* of a script that leaves vowels out */
};

/* code is link_spelling's. */
void link_sounds_read(struct span code, bool bare, struct link_sounds *ret_sounds);

/* What it costs to make one of the other, in hundredths of a sound: 0 for the same, 100 for a
 * consonant that is there or not; a vowel that changes or goes costs less, as do consonants that
 * languages exchange (b and p, kh and k). Needleman and Wunsch's alignment. Symmetric. Stops
 * counting above most. */
unsigned link_sounds_distance(const struct link_sounds *a, const struct link_sounds *b,
                              unsigned most);

/* A number for words that are nearly always one name in several romanisations: the consonants as
 * they most often sound and, where these are few, where vowels stand. 0: no sounds. */
uint64_t link_sounds_class(const struct link_sounds *sounds);

/* Coarser numbers, for blocking: the consonants in seven groups (Soundex's idea, Russell 1918),
 * one number for each way to read what is ambiguous. Returns how many. */
#define LINK_SOUND_KEYS_MAX 4
unsigned link_sounds_keys(const struct link_sounds *sounds, uint64_t keys[LINK_SOUND_KEYS_MAX]);

/* The groups of consonants with which the word may begin, its vowels, y and h left out: two words
 * whose sets have nothing in common do not sound alike. */
uint32_t link_sounds_first(const struct link_sounds *sounds);

/* What tells two words apart at a glance: when one has a consonant that nothing in the other is
 * near, their distance is at least LINK_SOUNDS_APART. */
#define LINK_SOUNDS_APART 100
struct link_sounds_near {
    uint32_t of[32]; /* by sound: the set of those that it becomes for less */
};
void link_sounds_near_init(struct link_sounds_near *near);
struct link_sounds_glance {
    uint32_t clear, near; /* consonants that are heard in one way only; all that is near it */
};
struct link_sounds_glance link_sounds_glance(const struct link_sounds *sounds,
                                             const struct link_sounds_near *near);
static inline bool link_sounds_apart(struct link_sounds_glance a, struct link_sounds_glance b)
{
    return ((a.clear & ~b.near) | (b.clear & ~a.near)) != 0;
}

#endif
