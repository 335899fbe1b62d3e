/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "count/graphs.h"
#include "prop.h"

static unsigned count_graphs(unsigned lists)
{
    struct graph g;
    unsigned count = 0;
    uint32_t at = 0, before = 0;
    while (graphs_next(lists, &at, graphs_edge_sets(lists), &g)) {
        assert_true(count == 0 || g.edges > before);
        assert_int_equal(at, g.edges + 1);
        before = g.edges;
        count++;
    }
    assert_int_equal(at, graphs_edge_sets(lists));
    return count;
}

static void test_how_many(void **state)
{
    (void)state;
    static const unsigned known[] = {1, 2, 8, 61, 822, 18154, 617675};
    for (unsigned lists = 1; lists <= GRAPHS_LISTS_MAX; lists++)
        assert_int_equal(count_graphs(lists), known[lists - 1]);
}

/* As the header writes it, one edge at a time. */
static void neighbours_of(unsigned lists, uint32_t edges, unsigned out[GRAPHS_LISTS_MAX])
{
    unsigned bit = 0;
    memset(out, 0, GRAPHS_LISTS_MAX * sizeof *out);
    for (unsigned last = lists; last-- > 1;) {
        for (unsigned v = 0; v < last; v++) {
            if (edges >> bit++ & 1) {
                out[v] |= 1u << last;
                out[last] |= 1u << v;
            }
        }
    }
}

static bool is_complete(const unsigned *neighbours, unsigned set)
{
    for (unsigned v = 0; v < GRAPHS_LISTS_MAX; v++) {
        if ((set >> v & 1) && (set & ~(1u << v) & ~neighbours[v]))
            return false;
    }
    return true;
}

/* Another way to decide it: a graph is chordal when its vertices can be taken away one by one, each
 * having all its remaining neighbours joined. */
static bool is_chordal(unsigned lists, const unsigned *neighbours)
{
    unsigned left = (1u << lists) - 1;
    for (bool any = true; any && left;) {
        any = false;
        for (unsigned v = 0; v < lists; v++) {
            if ((left >> v & 1) && is_complete(neighbours, neighbours[v] & left)) {
                left &= ~(1u << v);
                any = true;
            }
        }
    }
    return left == 0;
}

static bool has_clique(const struct graph *g, unsigned set)
{
    for (unsigned k = 0; k < g->clique_count; k++) {
        if (g->cliques[k] == set)
            return true;
    }
    return false;
}

static void check_cliques(unsigned lists, const unsigned *neighbours, const struct graph *g)
{
    unsigned maximal = 0;
    for (unsigned set = 1; set < 1u << lists; set++) {
        bool is = is_complete(neighbours, set);
        for (unsigned v = 0; is && v < lists; v++)
            is = (set >> v & 1) || !is_complete(neighbours, set | 1u << v);
        assert_true(is == has_clique(g, set));
        maximal += is;
    }
    assert_int_equal(maximal, g->clique_count);
}

static void check_running_intersection(const struct graph *g)
{
    unsigned before = g->cliques[0];
    for (unsigned k = 1; k < g->clique_count; k++) {
        unsigned separator = g->separators[k - 1];
        bool within = false;
        assert_int_equal(separator, g->cliques[k] & before);
        for (unsigned j = 0; j < k; j++)
            within |= (separator & ~(unsigned)g->cliques[j]) == 0;
        assert_true(within);
        before |= g->cliques[k];
    }
}

static void test_each_graph(void **state)
{
    (void)state;
    for (unsigned lists = 1; lists <= 6; lists++) {
        uint32_t at = 0, sets = graphs_edge_sets(lists);
        struct graph g = {0};
        bool more = graphs_next(lists, &at, sets, &g);
        for (uint32_t edges = 0; edges < sets; edges++) {
            unsigned neighbours[GRAPHS_LISTS_MAX];
            neighbours_of(lists, edges, neighbours);
            assert_true(is_chordal(lists, neighbours) == (more && g.edges == edges));
            if (!more || g.edges != edges)
                continue;
            check_cliques(lists, neighbours, &g);
            check_running_intersection(&g);
            more = graphs_next(lists, &at, sets, &g);
        }
    }
}

/* Walks on in the whole as far as a part of it goes. */
static void walk_part(unsigned lists, uint32_t from, uint32_t below, uint32_t *whole)
{
    struct graph a, b;
    while (graphs_next(lists, &from, below, &a)) {
        assert_true(graphs_next(lists, whole, graphs_edge_sets(lists), &b));
        assert_int_equal(a.edges, b.edges);
        assert_int_equal(a.clique_count, b.clique_count);
    }
}

static void test_ranges_join(void **state)
{
    (void)state;
    struct prop prop = prop_start("ranges_join");
    for (int i = 0; i < 100; i++) {
        unsigned lists = 4 + (unsigned)prop_below(&prop, 3);
        uint32_t sets = graphs_edge_sets(lists), cut = (uint32_t)prop_below(&prop, sets + 1);
        uint32_t whole = 0;
        struct graph end = {.edges = 7};
        walk_part(lists, 0, cut, &whole);
        walk_part(lists, cut, sets, &whole);
        assert_false(graphs_next(lists, &whole, sets, &end));
        assert_int_equal(end.edges, 7);
    }
}

static void test_text(void **state)
{
    (void)state;
    char text[GRAPHS_TEXT_MAX];
    struct graph g = {.clique_count = 3, .cliques = {0x40, 0x0d, 0x07}, .separators = {0, 5}};
    graphs_text(&g, text);
    assert_string_equal(text, "{123}{134}{7}");
    uint32_t at = 0;
    size_t longest = 0;
    while (graphs_next(7, &at, graphs_edge_sets(7), &g)) {
        graphs_text(&g, text);
        longest = strlen(text) > longest ? strlen(text) : longest;
    }
    assert_in_range(longest, 20, GRAPHS_TEXT_MAX - 1);
    graphs_text(&g, text);
    assert_string_equal(text, "{1234567}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_how_many),
        cmocka_unit_test(test_each_graph),
        cmocka_unit_test(test_ranges_join),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
