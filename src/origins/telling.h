/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A telling: one document says one thing once, and whom it names as having said it. Made document
 * by document while the text is at hand; afterwards the text is not needed. */
#ifndef ORIGINS_TELLING_H
#define ORIGINS_TELLING_H

#include "origins/claim.h"
#include "origins/corpus.h"
#include "origins/known_names.h"

#define TELLING_PLACES_MAX 16

/* Somebody in a chain. */
struct teller {
    struct span name; /* as the text has it */
    struct span key;  /* known_names.h; empty: no name, only what they are ("officials") */
    bool nameless;    /* it says itself that they cannot be named: posts, accounts, sources */
};

/* What is told: kept once for all documents that tell it in the same words at the same place. */
struct told {
    struct claim claim;
    struct span said; /* the sentence, at most TELLING_SAID_BYTES of it */
    unsigned teller_count, place_count;
    const struct teller *tellers; /* the nearest to the document first */
    /* Names in the sentence and the title: what the claim is about. Hashes of the beginnings of
     * their keys, so that cases of a word are one. Sorted. */
    const uint32_t *places;
};

struct telling {
    uint32_t document;
    const struct told *told;
};
#define TELLING_SAID_BYTES 400

struct told_slot {
    const struct told *told;
    uint64_t hash;
};

struct tellings {
    struct telling *tellings;
    size_t count, capacity;
    struct told_slot *slots; /* of what was told, by hash; some may be missing */
    size_t slot_count, told_count;
    struct arena arena;
};

void tellings_init(struct tellings *t);
void tellings_release(struct tellings *t);
/* Adds the document's: claims are those of its text. E_NOMEM. */
int tellings_add(struct tellings *t, const struct document *document, uint32_t number,
                 struct span text, const struct language *language, const struct claims *claims,
                 struct known_names *names) MUST_USE;
/* Adds the tellings from one number up to another once more, as those of a document that has the
 * same text and title. E_NOMEM. */
int tellings_repeat(struct tellings *t, uint32_t number, size_t from, size_t to) MUST_USE;

#endif
