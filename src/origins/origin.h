/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where a thing that several documents say comes from: a graph from documents back to who said it
 * first, and how many independent origins that leaves.
 *
 * A document leads to whom it names; to the document of an outlet that it names; to an earlier
 * document with which it shares the passage. What leads nowhere further is an origin. Counted are
 *
 *   strictly   the origins with a name: somebody is said to have said it
 *   leniently  all origins: also those without a name ("officials", "posts"), and documents that
 *              say it on their own word and in their own wording
 *
 * Neither says that it is true. */
#ifndef ORIGINS_ORIGIN_H
#define ORIGINS_ORIGIN_H

#include "origins/passage.h"
#include "origins/telling.h"

enum origin_kind {
    ORIGIN_DOCUMENT,
    ORIGIN_NAMED,    /* somebody or some outlet, by name */
    ORIGIN_ROLE,     /* "officials", "the police" */
    ORIGIN_NAMELESS, /* who cannot be named, as the document says itself */
};

enum origin_why {
    ORIGIN_SAYS_SO, /* the text names them as having said it */
    ORIGIN_OUTLET,  /* the text names the outlet, whose document has it too */
    ORIGIN_PASSAGE, /* the passage stands in the earlier document */
    ORIGIN_EITHER,  /* one has it from the other; which from which cannot be told */
};

struct origin_node {
    enum origin_kind kind;
    uint32_t document;             /* of ORIGIN_DOCUMENT */
    struct span name;              /* of the others */
    const struct telling *telling; /* of ORIGIN_DOCUMENT: the one that counts */
    bool origin;                   /* it leads nowhere further */
};

struct origin_edge {
    uint32_t from, to; /* nodes */
    enum origin_why why;
    uint32_t passage; /* of ORIGIN_PASSAGE and ORIGIN_EITHER: its number; else UINT32_MAX */
};

struct origin {
    struct origin_node *nodes; /* documents first, the earliest first */
    uint32_t node_count;
    struct origin_edge *edges; /* by from, then to */
    uint32_t edge_count;
    uint32_t strict, lenient;
};

/* Which documents share a passage with one: made once, used for all graphs. */
struct origin_index;
int origin_index_new(const struct corpus *corpus, const struct passages *passages,
                     struct known_names *names, struct origin_index **ret_index) MUST_USE;
void origin_index_free(struct origin_index *index);

/* Earlier documents first; those without a day last; then those that name somebody. */
int origin_compare(const struct origin_index *index, const struct telling *a,
                   const struct telling *b);
/* Of tellings of the same thing. What is in ret_origin is in the arena. E_NOMEM. */
int origin_trace(struct origin_index *index, const struct telling *const *tellings, size_t count,
                 struct arena *arena, struct origin *ret_origin) MUST_USE;

#endif
