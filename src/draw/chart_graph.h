/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What leads back to what, as a layered drawing: at the left and the top where ways end, and
 * further to the right with each step away; one below the other, each with its words beside it, so
 * that it can be read on a telephone. A full line is the first way on from a node, a dashed one any
 * other, or one that is not sure. draw/chart.h says how charts look. */
#ifndef DRAW_CHART_GRAPH_H
#define DRAW_CHART_GRAPH_H

#include "base/arena.h"
#include "draw/html.h"

#define CHART_GRAPH_NODES_MAX 64
#define CHART_GRAPH_EDGES_MAX 256

enum chart_graph_shape {
    CHART_GRAPH_SQUARE,
    CHART_GRAPH_CIRCLE,
    CHART_GRAPH_OPEN_CIRCLE,
};

struct chart_graph_node {
    const char *name;
    const char *note, *why; /* lines under it; or NULL */
    enum chart_graph_shape shape;
    bool strong; /* its name in bold */
};

struct chart_graph_edge {
    size_t from, to;
    bool unsure;
};

/* All text is made visible (text/show.h) here. No circles. */
struct chart_graph {
    const char *title;
    size_t node_count; /* 1 to CHART_GRAPH_NODES_MAX; children of one node in this order */
    const struct chart_graph_node *nodes;
    size_t edge_count; /* at most CHART_GRAPH_EDGES_MAX */
    const struct chart_graph_edge *edges;
};

/* Narrow is for a telephone. E_NOMEM. */
int chart_graph(const struct chart_graph *chart, bool narrow, struct arena *arena,
                struct html *ret_html) MUST_USE;

#endif
