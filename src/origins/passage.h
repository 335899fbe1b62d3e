/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Passages that two documents share, word for word or reworded, and how documents as wholes relate.
 *
 * Found by seeds (contiguous and gapped runs of words that are not too common), chained along a
 * diagonal and extended by alignment (Smith and Waterman 1981; Smith, Cordell and others 2014 for
 * the reuse of texts in large collections; the PAN text-alignment tasks, Potthast and others
 * 2010-2014). A short one (8 to 15 words) counts only within quotation marks, between documents on
 * one event, or with a name in it.
 *
 * The same corpus gives the same bytes, whatever the number of threads and the memory limit. */
#ifndef ORIGINS_PASSAGE_H
#define ORIGINS_PASSAGE_H

#include "origins/corpus.h"
#include "origins/language.h"
#include "origins/means.h"

/* The bytes from a_from up to a_to of document a's text are the wording of b_from up to b_to of
 * b's. a < b. Ordered by a, b, a_from. Passages of one pair do not overlap in either document. */
struct passage {
    uint32_t a, b;
    uint32_t a_from, a_to, b_from, b_to;
    uint32_t words;      /* aligned: in the longer of both wordings */
    uint32_t same_words; /* of them the same in both */
};

/* How two documents relate as wholes, by what of them is shared. */
enum relation {
    RELATION_PASSAGES,  /* share something, and are otherwise different */
    RELATION_EVENT,     /* on the same event: names, numbers, days; little wording */
    RELATION_REWRITTEN, /* most of the shorter stands in the longer, reworded, cut or moved */
    RELATION_COPY,      /* most of the shorter stands in the longer word for word */
};
struct document_pair {
    uint32_t a, b; /* a < b */
    enum relation relation;
    float a_shared, b_shared; /* the part of each text's words that is in shared passages */
};

struct passages {
    struct passage *passages;
    size_t count;
    struct document_pair *pairs; /* by a, then b */
    size_t pair_count;
    /* Groups of documents that are copies of each other: never by chaining over scraps. By
     * document: the number of its group's first document. */
    uint32_t *copy_group;
    /* Seeds that stood in so many documents that each was compared with the first of them only.
     * Likewise, of documents that have the same words the first one alone is compared. */
    uint64_t seeds_left_out;
};

/* The spill space of the means is not the corpus's, is empty, and nobody else uses it meanwhile;
 * the answer itself is always in memory. E_IO, E_NOMEM, E_STOPPED. */
int passages_find(struct corpus *corpus, const struct languages *languages,
                  const struct origins_means *means, struct passages **ret_passages,
                  struct problem *problem) MUST_USE;
void passages_free(struct passages *p);

#endif
