/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What was said, each utterance once, with all wordings in which the documents print it.
 *
 * A wording is a quotation (quote.h) with its further parts. Wordings belong to one statement when
 * their words stand in the same order (local alignment, Smith and Waterman 1981, each word weighed
 * by how rare it is, beginnings of words compared where words differ), with as much in common as
 * their length, their speakers and their days ask for; a fragment must stand in the complete one
 * close together. Each is compared with the complete wording of its statement, so that nothing is
 * joined by way of a third; where the numbers or the negations differ, they are two statements.
 * Scare quotes and titles are none. Nothing is translated.
 *
 * The same corpus gives the same bytes, whatever the number of threads. */
#ifndef ORIGINS_STATEMENT_H
#define ORIGINS_STATEMENT_H

#include "origins/corpus.h"
#include "origins/means.h"
#include "origins/quote.h"

#define STATEMENT_PARTS_MAX 8
#define STATEMENT_WORDS_MAX 300 /* of a wording; what follows is not compared */

struct wording {
    uint32_t document;
    uint32_t part_count;
    struct stretch parts[STATEMENT_PARTS_MAX]; /* the words, without marks; in order */
    bool fragment;                             /* of the complete one */
    bool reworded;                             /* its words are not all those of the complete one */
    bool attributed;                           /* the document says who said it: */
    struct stretch speaker;                    /* as quote.h has it; else empty */
    struct stretch named;
};

struct statement {
    struct wording *wordings; /* by document, then by place */
    uint32_t count;
    uint32_t complete; /* which wording: the longest, of those the one that most documents have */
    /* Who said it, by most of the documents that say: the fullest name, or the mention where none
     * has a name; "" where nobody says. UTF-8, at most STATEMENT_NAME_MAX bytes. */
    const char *speaker, *role;
    bool disputed; /* documents name two speakers */
};
#define STATEMENT_NAME_MAX_BYTES 200

struct statements {
    struct statement *statements; /* by their first wording */
    uint32_t count;
};

/* E_IO, E_NOMEM, E_STOPPED. */
int statements_find(struct corpus *corpus, const struct languages *languages,
                    const struct origins_means *means, struct statements **ret_statements,
                    struct problem *problem) MUST_USE;
void statements_free(struct statements *s);

#endif
