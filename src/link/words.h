/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The dictionary: every word of every list once, with all that comparing needs worked out, and how
 * two words are related.
 *
 * Building is for one thread; afterwards reading is safe from several. */
#ifndef LINK_WORDS_H
#define LINK_WORDS_H

#include "base/buf.h"
#include "base/error.h"
#include "link/pool.h"
#include "link/script.h"
#include "link/similarity.h"
#include "link/sound.h"

struct link_word {
    uint64_t class; /* a number for all romanisations of it (sound.h), or of its letters */
    struct link_packed latin;
    struct link_sounds_glance glance;
    uint32_t sounds; /* where its sets begin */
    uint32_t frequency;
    uint16_t nickname, abbreviation; /* of names_data.h's tables, from 1; 0: none */
    uint16_t first;                  /* link_sounds_first */
    uint8_t sounds_count;
    bool bare : 1, digits : 1; /* vowels are not written; has a digit */
    uint8_t weight;            /* how much agreeing on it says, in eighths of a bit */
};

struct link_words {
    struct link_pool pool; /* script, Latin letters and code: what makes a word that word */
    struct link_word *words;
    uint32_t count, capacity;
    uint32_t *sounds;
    size_t sounds_count, sounds_capacity;
    struct link_sounds_near near;
};

int link_words_init(struct link_words *w) MUST_USE;
void link_words_release(struct link_words *w);
/* 0 is no word. E_NOMEM, E_TOO_LARGE. */
int link_words_add(struct link_words *w, const struct link_spelling *spelling,
                   uint32_t *ret_word) MUST_USE;
/* When all are added and their frequencies counted, of so many records. */
void link_words_weigh(struct link_words *w, uint64_t records);
/* The whole word, also where link_packed holds its beginning only. */
struct span link_words_latin(const struct link_words *w, uint32_t word);
void link_words_sounds(const struct link_words *w, uint32_t word, struct link_sounds *ret_sounds);

/* From far to near. */
enum link_relation {
    LINK_RELATION_NONE,
    LINK_RELATION_INITIAL, /* one is the first letter of the other */
    LINK_RELATION_REMOTE,  /* many letters in common */
    LINK_RELATION_ALIKE,   /* in letters or in sound */
    LINK_RELATION_SLIP,    /* one letter too many, missing, wrong, or two exchanged */
    LINK_RELATION_FORM,    /* one name in other writing, or a nickname, or an abbreviation */
    LINK_RELATION_SAME,
};

/* Remembers the answers that were dear; one per thread. All zeroes is an empty one. */
#define LINK_RELATIONS_KEPT 8192
struct link_relations {
    uint64_t kept[LINK_RELATIONS_KEPT]; /* both words and the answer */
};
/* Symmetric. names: nicknames count, and initials; otherwise abbreviations. */
enum link_relation link_words_relate(const struct link_words *w, uint32_t a, uint32_t b, bool names,
                                     struct link_relations *relations);

#endif
