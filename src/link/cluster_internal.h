/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What cluster.c builds and cluster_draw.c walks: components of records that might be one person.
 *
 * A node is one record, or several that decisions have joined. Nodes of a component are numbered
 * from 0 in the order of rank. A link between two nodes sums the pairs of their records. */
#ifndef LINK_CLUSTER_INTERNAL_H
#define LINK_CLUSTER_INTERNAL_H

#include "link/cluster.h"

#define BITS_ONE 1024 /* the fixed point */

struct cluster_link {
    uint32_t node;
    uint32_t known : 31; /* pairs that were kept */
    uint32_t forbidden : 1;
    int64_t sum; /* of their bits, in 1/BITS_ONE */
};

struct cluster_node {
    uint32_t first_record, record_count; /* in component_records */
    uint32_t first_link, link_count;     /* in links, by node */
    uint32_t lists;                      /* the unique lists that it stands in */
};

struct cluster_component {
    uint32_t node_count, link_count;
    struct cluster_node *nodes;
    struct cluster_link *links;
    /* Per node, the lowest node of its group: as it is, with every doubt joined, sure ones only. */
    uint32_t *group, *merged, *apart;
    struct link_doubt *doubts;
    size_t doubt_count;
};

struct link_clustering {
    uint32_t records;
    uint32_t *groups, *merged, *apart;
    float *confidence;
    uint32_t *component_records; /* the records of each node stand together, by rank */
    size_t component_count;
    struct cluster_component *components; /* those with more than one node */
    struct link_doubt *doubts;
    size_t doubt_count;
    struct link_contradiction *contradictions;
    size_t contradiction_count;
};

/* Fills group, merged, apart and doubts of a component whose nodes and links are there; doubts name
 * records by their place in c->component_records' values. E_NOMEM. */
int cluster_merge(struct link_clustering *c, struct cluster_component *component) MUST_USE;

/* The mean of all pairs between two groups of so many records, those not kept at the floor. */
static inline double cluster_mean_bits(int64_t sum, uint64_t known, uint64_t pairs)
{
    double all = (double)sum + (double)(pairs - known) * (LINK_EDGE_BITS_MIN * BITS_ONE);
    return all / ((double)pairs * BITS_ONE);
}

#endif
