/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Of many documents the earliest are drawn: ways lead to earlier ones, so that none that is drawn
 * hangs on one that is not. */
#include "draw/chart_graph.h"
#include "origins/report_html.h"
#include "origins/report_words.h"

#define DOCUMENTS_MAX 32
#define NOT_DRAWN SIZE_MAX

struct graph {
    struct html_report *report;
    const struct origin *origin;
    struct chart_graph_node nodes[CHART_GRAPH_NODES_MAX];
    struct chart_graph_edge edges[CHART_GRAPH_EDGES_MAX];
    size_t node_count, edge_count;
    size_t *drawn; /* by node of the origin: its number in the drawing, or NOT_DRAWN */
    uint32_t left_out;
};

static void name_document(struct graph *g, struct chart_graph_node *node, uint32_t document)
{
    struct html_report *h = g->report;
    const struct document d = corpus_document(h->origins->corpus, document);
    buf_span(&h->words, d.outlet.len > 0 ? d.outlet : d.name);
    if (d.day != CORPUS_DAY_NONE) {
        buf_text(&h->words, ", ");
        about_put_day(&h->words, d.day);
    }
    node->name = html_report_keep(h);
    if (d.outlet.len > 0)
        node->note = html_report_show(h, d.title.len > 0 ? d.title : d.name);
}

static void add_node(struct graph *g, uint32_t number)
{
    const struct origin_node *of = &g->origin->nodes[number];
    uint32_t way = report_words_way(g->origin, number);
    if (g->drawn[number] != NOT_DRAWN)
        return;
    if (g->node_count == CHART_GRAPH_NODES_MAX) {
        g->left_out++;
        return;
    }
    struct chart_graph_node *node = &g->nodes[g->node_count];
    *node = (struct chart_graph_node){.strong = of->origin};
    if (of->kind == ORIGIN_DOCUMENT)
        name_document(g, node, of->document);
    else
        node->name = html_report_show(g->report, of->name);
    node->shape = of->kind == ORIGIN_DOCUMENT ? CHART_GRAPH_SQUARE
                  : of->kind == ORIGIN_NAMED  ? CHART_GRAPH_CIRCLE
                                              : CHART_GRAPH_OPEN_CIRCLE;
    node->why = way == g->origin->edge_count ? report_words_end(of)
                                             : report_words_why(&g->origin->edges[way], g->origin);
    g->drawn[number] = g->node_count++;
}

static bool is_drawn(const struct graph *g, uint32_t edge)
{
    const struct origin_edge *e = &g->origin->edges[edge];
    return g->drawn[e->from] != NOT_DRAWN && g->drawn[e->to] != NOT_DRAWN;
}

static void add_edge(struct graph *g, uint32_t edge)
{
    const struct origin_edge *e = &g->origin->edges[edge];
    if (is_drawn(g, edge) && g->edge_count < CHART_GRAPH_EDGES_MAX)
        g->edges[g->edge_count++] =
            (struct chart_graph_edge){g->drawn[e->from], g->drawn[e->to], e->why == ORIGIN_EITHER};
}

/* Those to whom what is drawn leads, step by step. */
static void add_ends(struct graph *g)
{
    for (bool more = true; more;) {
        more = false;
        for (uint32_t i = 0; i < g->origin->edge_count; i++) {
            const struct origin_edge *e = &g->origin->edges[i];
            if (g->drawn[e->from] == NOT_DRAWN || g->drawn[e->to] != NOT_DRAWN)
                continue;
            size_t before = g->node_count;
            add_node(g, e->to);
            more |= g->node_count > before;
        }
    }
}

/* The way that a tree takes comes first. */
static void add_edges(struct graph *g)
{
    for (uint32_t i = 0; i < g->origin->node_count; i++) {
        uint32_t way = report_words_way(g->origin, i);
        if (g->drawn[i] != NOT_DRAWN && way < g->origin->edge_count)
            add_edge(g, way);
    }
    for (uint32_t i = 0; i < g->origin->edge_count; i++) {
        if (report_words_way(g->origin, g->origin->edges[i].from) != i)
            add_edge(g, i);
    }
}

static int collect(struct graph *g)
{
    const struct origin *o = g->origin;
    g->drawn = arena_alloc(&g->report->arena, o->node_count * sizeof *g->drawn);
    REJECT_IF(!g->drawn, E_NOMEM);
    for (uint32_t i = 0; i < o->node_count; i++)
        g->drawn[i] = NOT_DRAWN;
    for (uint32_t i = 0; i < o->node_count && o->nodes[i].kind == ORIGIN_DOCUMENT; i++) {
        if (i < DOCUMENTS_MAX)
            add_node(g, i);
        else
            g->left_out++;
    }
    add_ends(g);
    add_edges(g);
    return 0;
}

int html_report_graph(struct html_report *h, struct values *v, const struct origin *origin,
                      const char *title)
{
    struct graph g = {.report = h, .origin = origin};
    struct html wide, narrow;
    if (origin->node_count == 0)
        return 0;
    TRY(collect(&g));
    const struct chart_graph chart = {.title = title,
                                      .node_count = g.node_count,
                                      .nodes = g.nodes,
                                      .edge_count = g.edge_count,
                                      .edges = g.edges};
    TRY(chart_graph(&chart, false, &h->arena, &wide));
    TRY(chart_graph(&chart, true, &h->arena, &narrow));
    values_html(v, "graph", wide);
    values_html(v, "graph_narrow", narrow);
    if (g.left_out > 0) {
        buf_text(&h->words, "Not drawn: ");
        report_words_counted(&h->words, g.left_out, "later document.", "later documents.");
        values_text(v, "graph_more", html_report_keep(h));
    }
    return h->error;
}
