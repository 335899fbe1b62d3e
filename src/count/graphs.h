/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* All chordal (decomposable) graphs on the lists 0 .. lists - 1, each with its cliques and
 * separators: 8 graphs for 3 lists, then 61, 822, 18,154, and 617,675 for 7.
 *
 * A graph is its set of edges, written as a number below 2^(lists (lists - 1) / 2): from the lowest
 * bit, the neighbours of the last list among those before it (one bit each), then those of the
 * last but one, and so on. So ranges of that number can be walked apart from each other, and
 * whoever drops the last list's bits has the graph without that list, which is chordal too.
 *
 * Found by maximum cardinality search (Tarjan and Yannakakis 1984), which gives cliques and
 * separators on the way (Blair and Peyton 1993): each clique after the first meets all before it
 * together in its separator, which lies within one of them (the running intersection). */
#ifndef COUNT_GRAPHS_H
#define COUNT_GRAPHS_H

#include <stdbool.h>
#include <stdint.h>

#define GRAPHS_LISTS_MAX 7

struct graph {
    uint32_t edges;
    /* Maximal cliques, as sets of lists: bit i is list i. In no particular order of meaning, but
     * cliques[k] and separators[k - 1] belong together. */
    unsigned clique_count;
    uint8_t cliques[GRAPHS_LISTS_MAX];
    /* One fewer than cliques; some may be the same, and some empty. */
    uint8_t separators[GRAPHS_LISTS_MAX - 1];
};

/* How many sets of edges there are: chordal or not. */
uint32_t graphs_edge_sets(unsigned lists);
/* The first chordal graph whose edges are *at or more and less than below; *at then stands behind
 * it. False when there is none. */
bool graphs_next(unsigned lists, uint32_t *at, uint32_t below, struct graph *ret_graph);

/* "{123}{134}": the cliques with lists counted from 1, in the order of their digits. */
#define GRAPHS_TEXT_MAX 64
void graphs_text(const struct graph *g, char out[GRAPHS_TEXT_MAX]);

#endif
