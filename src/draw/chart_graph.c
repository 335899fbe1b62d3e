/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Labels are as long as there is room: letters are measured, since names in capitals or in Cyrillic
 * are much wider than others.
 *
 * Nodes stand in the order in which a walk from the ends meets them: then no line of a first way
 * goes through another node. */
#include "draw/chart_graph.h"

#include <string.h>

#include "base/error.h"
#include "draw/chart_part.h"
#include "text/show.h"
#include "text/utf8.h"
#include "text/width.h"

#define CHART_BYTES_MAX (4u << 20)
#define FONT 14
#define LINE 19.0
#define ROW_GAP 12.0
#define TOP 14.0
#define DOT 6.0
#define LEFT 12.0
#define TEXT_GAP 12.0
#define WIDE_WIDTH 860
#define NARROW_WIDTH 360
#define WIDE_STEP 34.0
#define NARROW_STEP 16.0
#define DEPTH_MAX 8 /* deeper nodes stand no further to the right */
#define BULGE 14.0  /* of a dashed line */
#define READ_COLUMNS 80
#define ARROW "← "
#define ARROW_EM 1.3
#define BOLD 1.12 /* so much wider are bold letters */
#define LABEL_CHARACTERS_MAX 200
#define LABEL_BYTES_MAX (16u << 10)

struct drawing {
    struct buf *b;
    const struct chart_graph *chart;
    double width, height, step;
    size_t first[CHART_GRAPH_NODES_MAX]; /* by node: its first edge, or edge_count */
    size_t depth[CHART_GRAPH_NODES_MAX];
    double x[CHART_GRAPH_NODES_MAX], y[CHART_GRAPH_NODES_MAX];
    bool placed[CHART_GRAPH_NODES_MAX];
};

static size_t lines_of(const struct chart_graph_node *node)
{
    return 1 + (node->note != NULL) + (node->why != NULL);
}

static void place(struct drawing *d, size_t node, size_t depth)
{
    if (d->placed[node])
        return;
    size_t shown = depth < DEPTH_MAX ? depth : DEPTH_MAX;
    d->placed[node] = true;
    d->depth[node] = shown;
    d->x[node] = LEFT + d->step * (double)shown;
    d->y[node] = d->height;
    d->height += LINE * (double)lines_of(&d->chart->nodes[node]) + ROW_GAP;
    for (size_t i = 0; i < d->chart->node_count; i++) {
        if (d->first[i] < d->chart->edge_count && d->chart->edges[d->first[i]].to == node)
            place(d, i, depth + 1);
    }
}

static void lay_out(struct drawing *d)
{
    const struct chart_graph *chart = d->chart;
    d->height = TOP;
    for (size_t i = 0; i < chart->node_count; i++)
        d->first[i] = chart->edge_count;
    for (size_t i = chart->edge_count; i-- > 0;) {
        ASSERT(chart->edges[i].from < chart->node_count && chart->edges[i].to < chart->node_count);
        d->first[chart->edges[i].from] = i;
    }
    for (size_t i = 0; i < chart->node_count; i++) {
        if (d->first[i] == chart->edge_count)
            place(d, i, 0);
    }
    for (size_t i = 0; i < chart->node_count; i++)
        ASSERT(d->placed[i]);
}

static void put_edge(struct drawing *d, size_t number)
{
    const struct chart_graph_edge *e = &d->chart->edges[number];
    double from_x = d->x[e->from], from_y = d->y[e->from], to_x = d->x[e->to], to_y = d->y[e->to];
    buf_text(d->b, "<path fill=\"none\" stroke=\"currentColor\"");
    if (d->first[e->from] == number && d->depth[e->from] > d->depth[e->to]) {
        buf_printf(d->b, "%s d=\"M%.1f %.1fV%.1fH%.1f\"/>",
                   e->unsure ? " stroke-width=\"1.5\" stroke-dasharray=\"5 4\""
                             : " stroke-width=\"1.5\"",
                   to_x, to_y + DOT, from_y, from_x - DOT);
        return;
    }
    double left = (from_x < to_x ? from_x : to_x) - BULGE;
    buf_printf(d->b,
               " stroke-opacity=\".6\" stroke-dasharray=\"2 4\" d=\"M%.1f %.1fC%.1f %.1f %.1f %.1f "
               "%.1f %.1f\"/>",
               from_x - DOT, from_y, left, from_y, left, to_y, to_x - DOT, to_y);
}

static void put_shape(struct drawing *d, size_t node)
{
    double x = d->x[node], y = d->y[node];
    switch (d->chart->nodes[node].shape) {
    case CHART_GRAPH_SQUARE:
        buf_printf(d->b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", x - 5,
                   y - 5, 10.0, 10.0);
        break;
    case CHART_GRAPH_CIRCLE:
        buf_printf(d->b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>", x, y, DOT);
        break;
    case CHART_GRAPH_OPEN_CIRCLE:
        buf_printf(d->b,
                   "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"none\" "
                   "stroke=\"currentColor\" stroke-width=\"2\"/>",
                   x, y, DOT - 1);
        break;
    }
}

/* About how wide a letter is at most in the common fonts of screens, as a part of the font's
 * size. */
static double letter_em(uint32_t c)
{
    static const char *const narrow = "fijlrtI()[].,:;'!|/- \"";
    static const char *const wide = "mwMW@%ЖМФШЩЪЫЮжмфшщъыю…";
    struct span rest = span_text(wide);
    if (c < 0x80 && strchr(narrow, (int)c))
        return 0.46;
    while (rest.len > 0) {
        if (utf8_next(&rest) == c)
            return 1.12;
    }
    if (c >= 0x300 && c < 0x370)
        return 0;
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? 0.82 : 0.67;
    return c < 0x500 ? 0.82 : 1.15;
}

/* How many columns of the text fit into so many em. */
static size_t fitting_columns(const char *text, double room)
{
    struct buf shown CLEANUP(buf_release);
    buf_init(&shown, LABEL_BYTES_MAX);
    show_line(&shown, span_text(text), LABEL_CHARACTERS_MAX);
    struct span rest = buf_bytes(&shown);
    size_t all = rest.len;
    double used = 0;
    while (rest.len > 0) {
        struct span after = rest;
        used += letter_em(utf8_next(&after));
        if (used > room)
            break;
        rest = after;
    }
    size_t columns = width_columns(span_slice(buf_bytes(&shown), 0, all - rest.len));
    return columns > 1 ? columns : 1;
}

static void put_line(struct drawing *d, size_t node, size_t line, const char *more,
                     const char *before, const char *text)
{
    double x = d->x[node] + TEXT_GAP;
    double room = (d->width - x) / FONT - (*before ? ARROW_EM : 0);
    if (line == 0 && d->chart->nodes[node].strong)
        room /= BOLD;
    buf_printf(d->b, "<text x=\"%.1f\" y=\"%.1f\"%s>", x,
               d->y[node] + FONT * 0.36 + LINE * (double)line, more);
    buf_text(d->b, before);
    chart_put_name(d->b, text, fitting_columns(text, room));
    buf_text(d->b, "</text>");
}

static void put_node(struct drawing *d, size_t node)
{
    const struct chart_graph_node *n = &d->chart->nodes[node];
    size_t line = 0;
    put_shape(d, node);
    put_line(d, node, line++, n->strong ? " font-weight=\"700\"" : "", "", n->name);
    if (n->note)
        put_line(d, node, line++, " fill-opacity=\".8\"", "", n->note);
    if (n->why)
        put_line(d, node, line, "", d->first[node] < d->chart->edge_count ? ARROW : "", n->why);
}

/* What is read aloud. */
static void put_description(struct drawing *d)
{
    buf_text(d->b, "<desc>");
    for (size_t i = 0; i < d->chart->node_count; i++) {
        const struct chart_graph_node *n = &d->chart->nodes[i];
        chart_put_name(d->b, n->name, READ_COLUMNS);
        if (d->first[i] < d->chart->edge_count) {
            buf_text(d->b, " from ");
            chart_put_name(d->b, d->chart->nodes[d->chart->edges[d->first[i]].to].name,
                           READ_COLUMNS);
        }
        if (n->why) {
            buf_text(d->b, ": ");
            chart_put_name(d->b, n->why, READ_COLUMNS);
        }
        buf_text(d->b, ". ");
    }
    buf_text(d->b, "</desc>");
}

int chart_graph(const struct chart_graph *chart, bool narrow, struct arena *arena,
                struct html *ret_html)
{
    ASSERT(chart->node_count > 0 && chart->node_count <= CHART_GRAPH_NODES_MAX);
    ASSERT(chart->edge_count <= CHART_GRAPH_EDGES_MAX);
    struct buf b CLEANUP(buf_release);
    buf_init(&b, CHART_BYTES_MAX);
    struct drawing d = {.b = &b, .chart = chart};
    d.width = narrow ? NARROW_WIDTH : WIDE_WIDTH;
    d.step = narrow ? NARROW_STEP : WIDE_STEP;
    lay_out(&d);
    chart_begin(&b, d.width, d.height, FONT, chart->title);
    put_description(&d);
    for (size_t i = 0; i < chart->edge_count; i++)
        put_edge(&d, i);
    for (size_t i = 0; i < chart->node_count; i++)
        put_node(&d, i);
    return chart_end(&b, arena, ret_html);
}
