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

struct telling {
    uint32_t document;
    struct claim claim;
    struct span said; /* the sentence, at most TELLING_SAID_BYTES of it */
    unsigned teller_count;
    struct teller tellers[CLAIM_CHAIN_MAX]; /* the nearest to the document first */
    /* Names in the sentence and the title: what the claim is about. Hashes of the beginnings of
     * their keys, so that cases of a word are one. Sorted. */
    unsigned place_count;
    uint32_t places[TELLING_PLACES_MAX];
};
#define TELLING_SAID_BYTES 400

struct tellings {
    struct telling *tellings;
    size_t count, capacity;
    struct arena arena;
};

void tellings_init(struct tellings *t);
void tellings_release(struct tellings *t);
/* Adds the document's: claims are those of its text. E_NOMEM. */
int tellings_add(struct tellings *t, const struct document *document, uint32_t number,
                 struct span text, const struct language *language, const struct claims *claims,
                 struct known_names *names) MUST_USE;

#endif
