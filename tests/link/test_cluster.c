/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/rng.h"
#include "link/cluster.h"
#include "prop.h"

#define RECORDS_MAX 200

/* A whole input with room of its own; records are their own rank and stand in list 0. */
struct made {
    struct link_cluster_input in;
    struct link_edge edges[4000];
    uint32_t rank[RECORDS_MAX];
    uint16_t list_of[RECORDS_MAX];
    struct link_pair must[50], cannot[50];
};

static struct made *made_new(uint32_t records)
{
    static struct made m;
    memset(&m, 0, sizeof m);
    for (uint32_t i = 0; i < records; i++)
        m.rank[i] = i;
    m.in = (struct link_cluster_input){.records = records,
                                       .edges = m.edges,
                                       .rank = m.rank,
                                       .list_of = m.list_of,
                                       .must = m.must,
                                       .cannot = m.cannot};
    return &m;
}

static void edge(struct made *m, uint32_t a, uint32_t b, float bits)
{
    m->edges[m->in.edge_count++] =
        (struct link_edge){.a = a < b ? a : b, .b = a < b ? b : a, .bits = bits};
}

static struct link_clustering *cluster(const struct made *m)
{
    struct link_clustering *c;
    assert_int_equal(link_clustering_new(&m->in, NULL, NULL, &c), 0);
    return c;
}

static void groups_are(const uint32_t *groups, size_t count, const uint32_t *expected)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(groups[i], expected[i]);
}

static void test_a_pair(void **state)
{
    (void)state;
    struct made *m = made_new(3);
    edge(m, 0, 2, 3);
    struct link_clustering *c = cluster(m);
    groups_are(link_clustering_groups(c), 3, (uint32_t[]){0, 1, 0});
    groups_are(link_clustering_merged(c), 3, (uint32_t[]){0, 1, 0});
    groups_are(link_clustering_apart(c), 3, (uint32_t[]){0, 1, 2});
    assert_true(fabsf(link_clustering_confidence(c, 2) - 8.0f / 9) < 1e-6f);
    assert_true(link_clustering_confidence(c, 1) > 0.999f);
    size_t count;
    const struct link_doubt *doubts = link_clustering_doubts(c, &count);
    assert_int_equal(count, 1);
    assert_true(doubts[0].a == 0 && doubts[0].b == 2 && doubts[0].together);
    link_clustering_free(c);
}

static void test_a_chain_does_not_join_strangers(void **state)
{
    (void)state;
    struct made *m = made_new(60);
    for (uint32_t i = 0; i + 1 < 60; i++)
        edge(m, i, i + 1, 12);
    struct link_clustering *c = cluster(m);
    uint32_t sizes[60] = {0}, largest = 0;
    for (uint32_t i = 0; i < 60; i++) {
        uint32_t size = ++sizes[link_clustering_groups(c)[i]];
        largest = size > largest ? size : largest;
    }
    assert_in_range(largest, 2, 4);
    link_clustering_free(c);
}

static void test_lists_and_decisions_are_obeyed(void **state)
{
    (void)state;
    struct made *m = made_new(4);
    edge(m, 0, 1, 15);
    edge(m, 1, 2, 14);
    edge(m, 0, 2, 15);
    edge(m, 2, 3, -9);
    m->list_of[0] = m->list_of[1] = 5;
    m->in.unique_lists = 1u << 5;
    struct link_clustering *c = cluster(m);
    groups_are(link_clustering_groups(c), 4, (uint32_t[]){0, 1, 0, 3});
    link_clustering_free(c);
    m->must[m->in.must_count++] = (struct link_pair){3, 1};
    m->cannot[m->in.cannot_count++] = (struct link_pair){2, 0};
    c = cluster(m);
    /* 3 joins 1 by decision; 2 must not join 0, and is hardly anything to {1, 3}. */
    groups_are(link_clustering_groups(c), 4, (uint32_t[]){0, 1, 1, 1});
    size_t count;
    link_clustering_contradictions(c, &count);
    assert_int_equal(count, 0);
    link_clustering_free(c);
}

/* Doubtful pairs join no two by way of a third that must not be one. */
static void test_the_extreme_obeys_too(void **state)
{
    (void)state;
    struct made *m = made_new(3);
    edge(m, 0, 1, -2);
    edge(m, 1, 2, -1);
    struct link_clustering *c = cluster(m);
    groups_are(link_clustering_merged(c), 3, (uint32_t[]){0, 0, 0});
    link_clustering_free(c);
    m->cannot[m->in.cannot_count++] = (struct link_pair){2, 0};
    c = cluster(m);
    groups_are(link_clustering_merged(c), 3, (uint32_t[]){0, 1, 1});
    link_clustering_free(c);
    m->in.cannot_count = 0;
    m->list_of[0] = m->list_of[2] = 5;
    m->in.unique_lists = 1u << 5;
    c = cluster(m);
    groups_are(link_clustering_merged(c), 3, (uint32_t[]){0, 1, 1});
    link_clustering_free(c);
}

static void test_contradictions_are_told(void **state)
{
    (void)state;
    struct made *m = made_new(4);
    m->list_of[2] = m->list_of[3] = 1;
    m->in.unique_lists = 2;
    m->must[m->in.must_count++] = (struct link_pair){0, 1};
    m->must[m->in.must_count++] = (struct link_pair){1, 2};
    m->must[m->in.must_count++] = (struct link_pair){2, 3};
    m->cannot[m->in.cannot_count++] = (struct link_pair){2, 0};
    struct link_clustering *c = cluster(m);
    size_t count;
    const struct link_contradiction *found = link_clustering_contradictions(c, &count);
    assert_int_equal(count, 2);
    assert_int_equal(found[0].what, LINK_CONTRA_LIST);
    assert_int_equal(found[0].b, 3);
    assert_int_equal(found[1].what, LINK_CONTRA_CANNOT);
    groups_are(link_clustering_groups(c), 4, (uint32_t[]){0, 0, 0, 0});
    link_clustering_free(c);
}

static void test_draws_follow_the_odds(void **state)
{
    (void)state;
    struct made *m = made_new(4);
    edge(m, 0, 1, 1);  /* 2 in 3 */
    edge(m, 2, 3, -2); /* 1 in 5 */
    struct link_clustering *c = cluster(m);
    unsigned first = 0, second = 0;
    for (uint64_t number = 0; number < 3000; number++) {
        uint32_t groups[4], again[4];
        assert_int_equal(link_clustering_draw(c, 1, number, NULL, groups), 0);
        assert_int_equal(link_clustering_draw(c, 1, number, NULL, again), 0);
        assert_memory_equal(groups, again, sizeof groups);
        assert_true(groups[0] != groups[2]);
        first += groups[0] == groups[1];
        second += groups[2] == groups[3];
    }
    /* Four standard deviations. */
    assert_in_range(first, 2000 - 104, 2000 + 104);
    assert_in_range(second, 600 - 88, 600 + 88);
    link_clustering_free(c);
}

static void scramble(struct rng *rng, uint32_t *order, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    for (uint32_t i = count; i > 1; i--) {
        uint32_t k = (uint32_t)rng_below(rng, i), kept = order[i - 1];
        order[i - 1] = order[k];
        order[k] = kept;
    }
}

static void make_random(struct made *m, struct rng *rng)
{
    for (uint32_t i = 0; i < m->in.records; i++) {
        m->list_of[i] = (uint16_t)rng_below(rng, 3);
        for (uint32_t k = i + 1; k < m->in.records; k++) {
            bool near = i / 4 == k / 4;
            if (rng_below(rng, near ? 2 : 40) == 0)
                edge(m, i, k, (float)(rng_unit(rng) * 24 - (near ? 8 : 10)));
        }
    }
    m->in.unique_lists = 4;
    for (int i = 0; i < 10; i++) {
        uint32_t a = (uint32_t)rng_below(rng, m->in.records), b = a ^ 1;
        if (m->list_of[a] == 2 && m->list_of[b] == 2)
            continue;
        if (i % 2)
            m->must[m->in.must_count++] = (struct link_pair){a, b};
        else
            m->cannot[m->in.cannot_count++] = (struct link_pair){a, a < 100 ? a + 1 : a - 2};
    }
}

/* The same population with its records numbered otherwise and its edges in another order. */
static void renumber(const struct made *from, const uint32_t *to, struct rng *rng, struct made *m)
{
    uint32_t *order = test_malloc(from->in.edge_count * sizeof *order);
    *m = *from;
    m->in.edges = m->edges;
    m->in.rank = m->rank;
    m->in.list_of = m->list_of;
    m->in.must = m->must;
    m->in.cannot = m->cannot;
    scramble(rng, order, (uint32_t)from->in.edge_count);
    for (size_t i = 0; i < from->in.edge_count; i++) {
        const struct link_edge *e = &from->edges[order[i]];
        uint32_t a = to[e->a], b = to[e->b];
        m->edges[i] = (struct link_edge){a < b ? a : b, a < b ? b : a, e->bits};
    }
    for (uint32_t i = 0; i < from->in.records; i++) {
        m->rank[to[i]] = i;
        m->list_of[to[i]] = from->list_of[i];
    }
    for (size_t i = 0; i < from->in.must_count; i++)
        m->must[i] = (struct link_pair){to[from->must[i].b], to[from->must[i].a]};
    for (size_t i = 0; i < from->in.cannot_count; i++)
        m->cannot[i] = (struct link_pair){to[from->cannot[i].a], to[from->cannot[i].b]};
    test_free(order);
}

static void obeyed(const struct made *m, const uint32_t *groups)
{
    for (size_t i = 0; i < m->in.must_count; i++)
        assert_int_equal(groups[m->must[i].a], groups[m->must[i].b]);
    for (uint32_t i = 0; i < m->in.records; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (m->list_of[i] == 2 && m->list_of[k] == 2)
                assert_int_not_equal(groups[i], groups[k]);
        }
    }
    for (size_t i = 0; i < m->in.cannot_count; i++)
        assert_int_not_equal(groups[m->cannot[i].a], groups[m->cannot[i].b]);
}

static void refines(uint32_t records, const uint32_t *fine, const uint32_t *coarse)
{
    for (uint32_t i = 0; i < records; i++)
        assert_int_equal(coarse[i], coarse[fine[i]]);
}

static void test_order_and_threads_change_nothing(void **state)
{
    (void)state;
    static struct made first, second;
    struct prop prop = prop_start("cluster order");
    uint64_t seed = prop.state;
    struct workers *workers = workers_new(3);
    assert_non_null(workers);
    for (uint64_t round = 0; round < 40; round++) {
        struct rng rng;
        uint32_t to[RECORDS_MAX], draw[RECORDS_MAX], draw2[RECORDS_MAX];
        rng_init(&rng, seed, round);
        struct made *m = made_new(RECORDS_MAX);
        make_random(m, &rng);
        scramble(&rng, to, RECORDS_MAX);
        renumber(m, (const uint32_t *)m->rank, &rng, &first);
        renumber(m, to, &rng, &second);
        struct link_clustering *a = cluster(&first), *b;
        assert_int_equal(link_clustering_new(&second.in, workers, NULL, &b), 0);
        assert_int_equal(link_clustering_draw(a, 3, round, NULL, draw), 0);
        assert_int_equal(link_clustering_draw(b, 3, round, workers, draw2), 0);
        size_t contradictions;
        link_clustering_contradictions(a, &contradictions);
        for (uint32_t i = 0; i < RECORDS_MAX; i++) {
            assert_int_equal(to[link_clustering_groups(a)[i]], link_clustering_groups(b)[to[i]]);
            assert_int_equal(to[link_clustering_merged(a)[i]], link_clustering_merged(b)[to[i]]);
            assert_int_equal(to[link_clustering_apart(a)[i]], link_clustering_apart(b)[to[i]]);
            assert_int_equal(to[draw[i]], draw2[to[i]]);
            assert_true(link_clustering_confidence(a, i) == link_clustering_confidence(b, to[i]));
        }
        refines(RECORDS_MAX, link_clustering_apart(a), link_clustering_groups(a));
        refines(RECORDS_MAX, link_clustering_groups(a), link_clustering_merged(a));
        if (contradictions == 0) {
            obeyed(&first, link_clustering_groups(a));
            obeyed(&first, link_clustering_apart(a));
            obeyed(&first, draw);
        }
        link_clustering_free(a);
        link_clustering_free(b);
    }
    workers_free(workers);
}

static void test_no_memory_and_stop(void **state)
{
    (void)state;
    struct rng rng;
    struct made *m = made_new(60);
    struct link_clustering *c;
    struct watch watch = {.stop = true};
    rng_init(&rng, 1, 1);
    make_random(m, &rng);
    assert_int_equal(link_clustering_new(&m->in, NULL, &watch, &c), E_STOPPED);
    for (uint64_t nth = 1;; nth++) {
        uint32_t groups[60];
        mem_fail_from(nth);
        int error = link_clustering_new(&m->in, NULL, NULL, &c);
        if (error == 0) {
            error = link_clustering_draw(c, 1, 1, NULL, groups);
            link_clustering_free(c);
        }
        bool failed = mem_asked() >= nth;
        mem_fail_from(0);
        assert_int_equal(error, failed ? E_NOMEM : 0);
        if (!failed)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pair),
        cmocka_unit_test(test_a_chain_does_not_join_strangers),
        cmocka_unit_test(test_lists_and_decisions_are_obeyed),
        cmocka_unit_test(test_the_extreme_obeys_too),
        cmocka_unit_test(test_contradictions_are_told),
        cmocka_unit_test(test_draws_follow_the_odds),
        cmocka_unit_test(test_order_and_threads_change_nothing),
        cmocka_unit_test(test_no_memory_and_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
