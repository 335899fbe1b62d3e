/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Nothing is stored: to look at all 2^21 sets of edges among seven lists takes less time than to
 * use the graphs that are found, and a walk can start anywhere, so that threads share it by
 * range. */
#include <string.h>

#include "base/compiler.h"
#include "count/graphs.h"

uint32_t graphs_edge_sets(unsigned lists)
{
    ASSERT(lists >= 1 && lists <= GRAPHS_LISTS_MAX);
    return UINT32_C(1) << (lists * (lists - 1) / 2);
}

static void unpack(unsigned lists, uint32_t edges, uint8_t neighbours[GRAPHS_LISTS_MAX])
{
    memset(neighbours, 0, GRAPHS_LISTS_MAX);
    for (unsigned last = lists - 1; last > 0; last--) {
        unsigned before = edges & ((1u << last) - 1);
        edges >>= last;
        neighbours[last] |= (uint8_t)before;
        for (unsigned v = 0; v < last; v++)
            neighbours[v] |= (uint8_t)((before >> v & 1) << last);
    }
}

/* The list not yet seen that has most neighbours among those seen. */
static unsigned most_known(unsigned lists, const uint8_t *neighbours, unsigned seen)
{
    unsigned best = 0;
    int most = -1;
    for (unsigned v = 0; v < lists; v++) {
        int known = __builtin_popcount(neighbours[v] & seen);
        if (!(seen >> v & 1) && known > most) {
            best = v;
            most = known;
        }
    }
    return best;
}

static bool all_joined(const uint8_t *neighbours, unsigned set)
{
    for (unsigned rest = set; rest != 0; rest &= rest - 1) {
        unsigned v = (unsigned)__builtin_ctz(rest);
        if ((set & ~(1u << v) & ~(unsigned)neighbours[v]) != 0)
            return false;
    }
    return true;
}

static bool decompose(unsigned lists, uint32_t edges, struct graph *ret_graph)
{
    uint8_t neighbours[GRAPHS_LISTS_MAX];
    unpack(lists, edges, neighbours);
    struct graph g = {.edges = edges, .clique_count = 1, .cliques = {1}};
    unsigned seen = 1;
    int known_before = 0;
    for (unsigned step = 1; step < lists; step++) {
        unsigned v = most_known(lists, neighbours, seen);
        unsigned known = neighbours[v] & seen;
        int known_count = __builtin_popcount(known);
        if (!all_joined(neighbours, known))
            return false;
        /* One more known than the last had: it joins that one's clique. */
        if (known_count <= known_before) {
            g.separators[g.clique_count - 1] = (uint8_t)known;
            g.cliques[g.clique_count++] = (uint8_t)known;
        }
        g.cliques[g.clique_count - 1] |= (uint8_t)(1u << v);
        seen |= 1u << v;
        known_before = known_count;
    }
    *ret_graph = g;
    return true;
}

bool graphs_next(unsigned lists, uint32_t *at, uint32_t below, struct graph *ret_graph)
{
    uint32_t last_bits = (UINT32_C(1) << (lists - 1)) - 1;
    while (*at < below) {
        uint32_t edges = *at;
        struct graph without;
        /* Without its last list a chordal graph is chordal: else all that share it are passed. */
        if (last_bits != 0 && (edges & last_bits) == 0 &&
            !decompose(lists - 1, edges >> (lists - 1), &without)) {
            *at = edges + last_bits + 1;
            continue;
        }
        *at = edges + 1;
        if (decompose(lists, edges, ret_graph))
            return true;
    }
    return false;
}

static unsigned digits(unsigned set, char out[GRAPHS_LISTS_MAX + 1])
{
    unsigned len = 0;
    for (unsigned v = 0; v < GRAPHS_LISTS_MAX; v++) {
        if (set >> v & 1)
            out[len++] = (char)('1' + v);
    }
    out[len] = 0;
    return len;
}

void graphs_text(const struct graph *g, char out[GRAPHS_TEXT_MAX])
{
    char last[GRAPHS_LISTS_MAX + 1] = "";
    for (unsigned written = 0; written < g->clique_count; written++) {
        char next[GRAPHS_LISTS_MAX + 1] = "9", one[GRAPHS_LISTS_MAX + 1];
        for (unsigned k = 0; k < g->clique_count; k++) {
            digits(g->cliques[k], one);
            if (strcmp(one, last) > 0 && strcmp(one, next) < 0)
                memcpy(next, one, sizeof next);
        }
        *out++ = '{';
        for (const char *c = next; *c; c++)
            *out++ = *c;
        *out++ = '}';
        memcpy(last, next, sizeof last);
    }
    *out = 0;
}
