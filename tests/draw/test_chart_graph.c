/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "chart_case.h"
#include "draw/chart_graph.h"

/* Two ends; 1 and 3 lead to 0 at once, 2 by way of 1, and again to 0; 5 to 4. */
static const struct chart_graph_node nodes[] = {
    {.name = "Open Door", .shape = CHART_GRAPH_CIRCLE, .strong = true},
    {.name = "first <paper>", .note = "a title\x1b[2J", .why = "names them"},
    {.name = "second", .why = "same passage"},
    {.name = "third", .why = "names them"},
    {.name = "posts", .shape = CHART_GRAPH_OPEN_CIRCLE, .strong = true},
    {.name = "fourth", .why = "names them"},
};
static const struct chart_graph_edge edges[] = {
    {1, 0, false}, {2, 1, true}, {3, 0, false}, {5, 4, false}, {2, 0, false}};

static struct chart_graph sample(void)
{
    return (struct chart_graph){.title = "Where it comes from",
                                .node_count = COUNT_OF(nodes),
                                .nodes = nodes,
                                .edge_count = COUNT_OF(edges),
                                .edges = edges};
}

static const char *drawn(const struct chart_graph *chart, bool narrow)
{
    struct html html;
    assert_int_equal(chart_graph(chart, narrow, &arena, &html), 0);
    return (const char *)html.bytes.data;
}

static void each_node_is_drawn_and_named(void **state)
{
    (void)state;
    struct chart_graph chart = sample();
    for (int narrow = 0; narrow < 2; narrow++) {
        const char *svg = drawn(&chart, narrow);
        assert_is_picture(svg);
        assert_int_equal(count_of(svg, "<rect"), 4);
        assert_int_equal(count_of(svg, "<circle"), 2);
        assert_int_equal(count_of(svg, "<circle") - count_of(svg, "r=\"5.0\" fill=\"none\""), 1);
        assert_int_equal(count_of(svg, "font-weight=\"700\""), 2);
        assert_int_equal(count_of(svg, ">← "), 4);
        assert_non_null(strstr(svg, ">first &lt;paper&gt;</text>"));
        assert_non_null(strstr(svg, "second from first &lt;paper&gt;: same passage. "));
        assert_non_null(strstr(svg, "Open Door. "));
    }
}

static void place_of(const char *svg, const char *name, double *x, double *y)
{
    const char *at = strstr(svg, name), *text = NULL;
    for (const char *next = svg; (next = strstr(next, "<text ")) && next < at; next++)
        text = next;
    assert_non_null(text);
    assert_int_equal(sscanf(text, "<text x=\"%lf\" y=\"%lf\"", x, y), 2);
}

/* Each stands under whom it has it from, and further to the right with each step. */
static void steps_go_down_and_to_the_right(void **state)
{
    (void)state;
    static const char *const order[] = {
        ">Open Door<", ">first &lt;paper&gt;<", ">second<", ">third<", ">posts<", ">fourth<"};
    static const size_t depth[] = {0, 1, 2, 1, 0, 1};
    struct chart_graph chart = sample();
    const char *svg = drawn(&chart, false);
    double x[COUNT_OF(order)], y[COUNT_OF(order)];
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        place_of(svg, order[i], &x[i], &y[i]);
        assert_true(i == 0 || y[i] > y[i - 1] + 15);
    }
    double step = x[1] - x[0];
    assert_true(step > 10);
    for (size_t i = 0; i < COUNT_OF(order); i++)
        assert_true(x[i] - x[0] - step * (double)depth[i] < 0.2 &&
                    x[0] + step * (double)depth[i] - x[i] < 0.2);
}

/* One line a way: full, dashed when it is not sure, curved when it is not the first. */
static void each_way_is_drawn(void **state)
{
    (void)state;
    struct chart_graph chart = sample();
    const char *svg = drawn(&chart, false);
    assert_int_equal(count_of(svg, "<path"), 5);
    assert_int_equal(count_of(svg, "stroke-dasharray=\"5 4\""), 1);
    assert_int_equal(count_of(svg, "stroke-dasharray=\"2 4\""), 1);
}

/* The deepest ones stand no further to the right, and are drawn all the same. */
static void a_long_chain_stays_in_the_picture(void **state)
{
    (void)state;
    struct chart_graph_node chain[CHART_GRAPH_NODES_MAX];
    struct chart_graph_edge links[CHART_GRAPH_NODES_MAX];
    for (size_t i = 0; i < CHART_GRAPH_NODES_MAX; i++) {
        chain[i] = (struct chart_graph_node){
            .name = "a name that is much too long to stand in a picture as narrow as a telephone"};
        links[i] = (struct chart_graph_edge){i + 1, i, false};
    }
    const struct chart_graph chart = {.title = "long",
                                      .node_count = CHART_GRAPH_NODES_MAX,
                                      .nodes = chain,
                                      .edge_count = CHART_GRAPH_NODES_MAX - 1,
                                      .edges = links};
    const char *svg = drawn(&chart, true);
    assert_is_picture(svg);
    assert_int_equal(count_of(svg, "<rect"), CHART_GRAPH_NODES_MAX);
    assert_int_equal(count_of(svg, "<path"), CHART_GRAPH_NODES_MAX - 1);
    for (const char *at = svg; (at = strstr(at, "<rect x=\"")); at++) {
        double x;
        assert_int_equal(sscanf(at, "<rect x=\"%lf\"", &x), 1);
        assert_true(x >= 0 && x < 180);
    }
}

static int draw(struct arena *into, struct html *ret_html)
{
    struct chart_graph chart = sample();
    return chart_graph(&chart, false, into, ret_html);
}

static void want_of_memory_is_reported(void **state)
{
    (void)state;
    assert_memory_is_reported(draw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_node_is_drawn_and_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(steps_go_down_and_to_the_right, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_way_is_drawn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_chain_stays_in_the_picture, set_up, tear_down),
        cmocka_unit_test_setup_teardown(want_of_memory_is_reported, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
