/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* From likely pairs to groups of records that are one person each.
 *
 * Average linkage (UPGMA; Sokal and Michener 1958) over the bits of the pairs: two groups become
 * one while the mean over all pairs between them, those that were not kept counted as
 * LINK_EDGE_BITS_MIN, is over 0. So a chain of likely pairs does not join strangers at its ends, as
 * connected components do. Decisions of people and lists that hold each person once are obeyed.
 *
 * Sums are kept as whole numbers of 1/1024 bit and ties are broken by rank: neither the order of
 * the edges nor the threads change anything. */
#ifndef LINK_CLUSTER_H
#define LINK_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/watch.h"
#include "base/workers.h"
#include "link/edge.h"

/* Between 1 in 20 and 19 in 20 a pair of groups is doubtful, and a person should look at it. */
#define LINK_DOUBT_BITS 4.247928f
/* What one pair can say for or against, at most. */
#define LINK_CLUSTER_BITS_MAX 20.0f

struct link_cluster_input {
    uint32_t records;
    const struct link_edge *edges; /* each pair once; must live as long as the clustering */
    size_t edge_count;
    const uint32_t *rank;    /* a permutation that does not depend on the rows' order */
    const uint16_t *list_of; /* of each record; below 32 */
    uint32_t unique_lists;   /* bit i: list i holds each person once */
    const struct link_pair *must;
    size_t must_count;
    const struct link_pair *cannot;
    size_t cannot_count;
};

/* Something that a person should look at: two groups, shown by one pair of their records. */
struct link_doubt {
    uint32_t a, b;
    float bits;    /* mean between the two groups; near 0 is hardest */
    bool together; /* they are in one cluster at present */
};

/* Decisions that cannot all be kept. must is kept, then cannot, then the lists. */
struct link_contradiction {
    uint32_t a, b;
    enum {
        LINK_CONTRA_CANNOT, /* said to be different, but joined by other decisions */
        LINK_CONTRA_LIST,   /* said to be the same, but both stand in a list of different persons */
    } what;
};

struct link_clustering;

/* E_NOMEM, E_STOPPED. The arrays of input but edges are not needed afterwards. */
int link_clustering_new(const struct link_cluster_input *input, struct workers *workers,
                        struct watch *watch, struct link_clustering **ret_clustering) MUST_USE;
void link_clustering_free(struct link_clustering *c);

/* For each record the record of lowest rank in its group: as it is; with every doubtful pair of
 * groups joined that decisions and lists leave open, the likeliest first; with only what is hardly
 * in doubt joined. */
const uint32_t *link_clustering_groups(const struct link_clustering *c);
const uint32_t *link_clustering_merged(const struct link_clustering *c);
const uint32_t *link_clustering_apart(const struct link_clustering *c);
/* The chance that the record is in the right group: from its mean bits to the rest of the group,
 * or, when it is alone, to the nearest other. */
float link_clustering_confidence(const struct link_clustering *c, uint32_t record);

/* Hardest first. */
const struct link_doubt *link_clustering_doubts(const struct link_clustering *c, size_t *ret_count);
const struct link_contradiction *link_clustering_contradictions(const struct link_clustering *c,
                                                                size_t *ret_count);

/* One plausible grouping: from the groups as they are, records and sure groups in turn leave and
 * join with the odds that their mean bits give. The same seed and number give the same draw.
 * groups holds a number for each record, as above. */
int link_clustering_draw(const struct link_clustering *c, uint64_t seed, uint64_t number,
                         struct workers *workers, uint32_t *groups) MUST_USE;

#endif
