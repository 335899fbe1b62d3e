/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the reports say in words, the same in a terminal and on a page. All append to out; text of
 * others goes in as it is, and is made visible by who shows it. */
#ifndef ORIGINS_REPORT_WORDS_H
#define ORIGINS_REPORT_WORDS_H

#include "origins/direction.h"

extern const char report_words_caution[]; /* that nothing here says what is true */

/* 12,749 */
void report_words_number(struct buf *out, uint64_t n);
/* How many documents, bytes, claims, statements and passages there are. */
void report_words_sums(struct buf *out, const struct origins *o);
/* How many documents share no passage with another. E_NOMEM. */
int report_words_alone(const struct origins *o, uint32_t *ret_count) MUST_USE;
/* "1 document", "12 documents" */
void report_words_counted(struct buf *out, uint64_t n, const char *one, const char *several);
/* "at least 40 detained" */
void report_words_claim(struct buf *out, const struct claim_group *g);
/* "7 documents, 2 origins with a name, 2 in all: Open Door Karsk; Parents of Orlets". */
void report_words_origins(struct buf *out, const struct origins *o, const struct origin *origin);
/* Without an end: "likely has it from X: it is later, and names the other's outlet". */
void report_words_direction(struct buf *out, const struct origins *o, const struct passage *p,
                            const struct direction *d);
/* "copy", "rewritten copy", "same event", "some passages" */
const char *report_words_relation(enum relation relation);

/* A node's name: a document's, or who they are. */
struct span report_words_node(const struct origins *o, const struct origin_node *node);
/* Why somebody is an origin, or the way on: "it names them". NULL for who has a name. */
const char *report_words_end(const struct origin_node *node);
const char *report_words_why(const struct origin_edge *edge, const struct origin *origin);

/* Of the ways on from a node the one that is drawn in a tree: to a document rather than to who it
 * names. edge_count where there is none. */
uint32_t report_words_way(const struct origin *origin, uint32_t node);

/* How many documents tell it, without those that tell it twice. */
uint32_t report_words_documents(const struct claim_group *g);

#endif
