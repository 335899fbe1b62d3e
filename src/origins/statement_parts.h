/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What statement.c is made of: utterances out of documents, likeness of two, and pairs that are
 * worth comparing. For the files statement_*.c. */
#ifndef ORIGINS_STATEMENT_PARTS_H
#define ORIGINS_STATEMENT_PARTS_H

#include "base/arena.h"
#include "origins/statement.h"

struct said_word {
    uint32_t word; /* a hash */
    uint32_t stem : 26, stop : 1, common : 1, negation : 1, denies : 1, number : 1, name : 1;
    uint32_t alike; /* the same for words that stand for each other; 0: none do */
    float weight;
};

/* A quotation with its further parts, in one document. */
struct utterance {
    struct wording wording;
    const char *name, *role; /* NULL: not said */
    uint64_t speaker;        /* a hash of the last word of the name, or 0 */
    int32_t day;
    struct said_word *words;
    uint32_t count;
    struct said_word *around; /* what stands around it in the document and tells something */
    uint32_t around_count;
    uint64_t text; /* a hash of all words */
};

struct utterances {
    struct arena *arenas; /* one for each block of documents */
    size_t arena_count;
    struct utterance **all; /* by document, then by place */
    uint32_t count;
};

/* statement_read.c. E_IO, E_NOMEM, E_STOPPED; release in any case. */
int utterances_read(struct corpus *corpus, const struct languages *languages,
                    const struct origins_means *means, struct utterances *ret_utterances) MUST_USE;
void utterances_release(struct utterances *u);

/* Those that have the same words, and where these are few, the same speaker in the same days. */
struct node {
    uint32_t first, count;                  /* in the order of nodes.members */
    const struct said_word *words, *around; /* around: of the first */
    uint32_t word_count, around_count;
    uint32_t content;  /* words that are not in [stop] */
    uint32_t document; /* of all of them, or NODE_DOCUMENTS */
    float weight;      /* of all words */
    uint64_t speaker;  /* what most say, or 0 */
    int32_t day_from, day_to;
};
#define NODE_DOCUMENTS UINT32_MAX

struct nodes {
    struct node *nodes; /* the weightiest first */
    uint32_t count;
    uint32_t *members; /* utterances */
};

/* How the lighter of two stands in the weightier. */
struct likeness {
    float part;    /* of the weight of both (or of the lighter, when it is a fragment) that fits */
    bool fragment; /* the lighter is much less */
    bool exact;    /* its words are all there, in one run */
    bool same;     /* near enough to be one utterance */
};

/* statement_like.c. a is not lighter than b. */
struct likeness statement_likeness(const struct node *a, const struct node *b);

struct edge {
    uint32_t a, b; /* nodes, a < b */
    float part;
};
struct edges {
    struct edge *edges; /* by b, the best first */
    size_t count;
};

/* statement_pairs.c. E_NOMEM, E_STOPPED; edges are the caller's to free. */
int statement_edges(const struct nodes *nodes, const struct origins_means *means,
                    struct edges *ret_edges) MUST_USE;

#endif
