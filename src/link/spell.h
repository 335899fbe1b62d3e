/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Invented names, kept as sounds, written down in seven scripts and several romanisations. For
 * simulate.c only; the engine's own reading of scripts (script.h) knows nothing of it, so that the
 * one is a test of the other.
 *
 * Sounds are ASCII: a b v g d e z i y k l m n o p r s t u f h; Z zh, x kh, c ts, C ch, S sh,
 * w the hard i, A ya, U yu, E ye, J j as in "jam". */
#ifndef LINK_SPELL_H
#define LINK_SPELL_H

#include "base/buf.h"
#include "base/rng.h"

enum spell_script {
    SPELL_LATIN,
    SPELL_CYRILLIC,
    SPELL_ARABIC,
    SPELL_GREEK,
    SPELL_HEBREW,
    SPELL_GEORGIAN,
    SPELL_ARMENIAN,
    SPELL_SCRIPT_COUNT
};
#define SPELL_ROMANISATIONS 4 /* English, German, French, Turkish habits */
#define SPELL_SOUNDS_MAX 32

/* romanisation counts for Latin only. The first letter is a capital where there are capitals. */
void spell(const char *sounds, enum spell_script script, unsigned romanisation, struct buf *out);
/* A letter of the script, for slips of the pen. */
uint32_t spell_letter(enum spell_script script, struct rng *rng);

/* Names, commonest first with a long tail; index below spell_families is any 64-bit number. */
void spell_given(bool woman, struct rng *rng, char sounds[SPELL_SOUNDS_MAX]);
/* The same index gives the same name; feminine forms end otherwise. */
void spell_family(uint64_t index, bool woman, char sounds[SPELL_SOUNDS_MAX]);
/* Of the father's given name. */
void spell_patronymic(const char *father, bool woman, char sounds[SPELL_SOUNDS_MAX]);
/* The short form by which somebody is called; false when the name has none. */
bool spell_nickname(const char *given, char sounds[SPELL_SOUNDS_MAX]);

#endif
