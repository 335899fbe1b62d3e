/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/mem.h"
#include "link/edges.h"
#include "memory_spill.h"
#include "prop.h"

#define EDGES 30000u

/* Edge i of a set without order: every pair of numbers below 1000 at most once. */
static struct link_edge edge_of(uint32_t i)
{
    uint32_t k = (uint32_t)((uint64_t)i * 16807u % 499500u), a = 0;
    while (k >= 999 - a) {
        k -= 999 - a;
        a++;
    }
    struct link_edge e = {a, a + 1 + k, (float)i};
    return i % 2 ? e : (struct link_edge){e.b, e.a, e.bits};
}

static void add_all(struct link_edges *e, unsigned workers, struct prop *prop)
{
    for (uint32_t i = 0; i < EDGES; i++)
        assert_int_equal(link_edges_add(e, (unsigned)prop_below(prop, workers), edge_of(i)), 0);
}

static void check_all(struct link_edges *e, struct prop *prop)
{
    struct link_edge out[777], last = {0, 0, 0};
    uint32_t seen = 0;
    double bits = 0;
    size_t got, want;
    assert_int_equal(link_edges_count(e), EDGES);
    do {
        want = 1 + prop_below(prop, COUNT_OF(out));
        assert_int_equal(link_edges_next(e, out, want, &got), 0);
        for (size_t i = 0; i < got; i++) {
            assert_true(out[i].a < out[i].b);
            assert_true(out[i].a > last.a || (out[i].a == last.a && out[i].b > last.b));
            last = out[i];
            bits += out[i].bits;
        }
        seen += got;
    } while (got == want);
    assert_int_equal(seen, EDGES);
    assert_true(bits == (double)EDGES * (EDGES - 1) / 2);
    assert_int_equal(link_edges_next(e, out, 1, &got), 0);
    assert_int_equal(got, 0);
}

static void come_back_in_order(void **state)
{
    (void)state;
    struct prop prop = prop_start("come_back_in_order");
    for (unsigned threads = 1; threads < 4; threads++) {
        struct workers *w = workers_new(threads);
        for (int spilling = 0; spilling < 2; spilling++) {
            struct memory_spill m;
            memory_spill_init(&m, 1 << 20);
            struct link_edges *e = link_edges_new(w, 1, spilling ? &m.spill : NULL);
            assert_non_null(e);
            add_all(e, threads, &prop);
            assert_int_equal(link_edges_settle(e, w), 0);
            assert_int_equal(m.len > 0, spilling);
            check_all(e, &prop);
            link_edges_free(e);
            memory_spill_release(&m);
        }
        workers_free(w);
    }
}

static void none_is_none(void **state)
{
    (void)state;
    struct link_edge edge;
    size_t got = 7;
    struct link_edges *e = link_edges_new(NULL, 0, NULL);
    assert_int_equal(link_edges_settle(e, NULL), 0);
    assert_int_equal(link_edges_count(e), 0);
    assert_int_equal(link_edges_next(e, &edge, 1, &got), 0);
    assert_int_equal(got, 0);
    link_edges_free(e);
    link_edges_free(NULL);
}

static void a_full_disk_is_said(void **state)
{
    (void)state;
    for (size_t room = 0; room < 4; room++) {
        struct memory_spill m;
        memory_spill_init(&m, room * 20000);
        struct link_edges *e = link_edges_new(NULL, 1, &m.spill);
        int error = 0;
        for (uint32_t i = 0; i < EDGES && error == 0; i++)
            error = link_edges_add(e, 0, edge_of(i));
        assert_int_equal(error, E_IO);
        assert_string_equal(m.spill.problem.text, "No space left");
        link_edges_free(e);
        memory_spill_release(&m);
    }
}

static void memory_may_end(void **state)
{
    (void)state;
    int error = E_NOMEM;
    for (uint64_t nth = 1; error == E_NOMEM; nth++) {
        struct memory_spill m;
        memory_spill_init(&m, 1 << 20);
        mem_fail_from(nth);
        struct link_edges *e = link_edges_new(NULL, 1, &m.spill);
        error = e ? 0 : E_NOMEM;
        for (uint32_t i = 0; i < 5000 && error == 0; i++)
            error = link_edges_add(e, 0, edge_of(i));
        if (error == 0)
            error = link_edges_settle(e, NULL);
        mem_fail_from(0);
        link_edges_free(e);
        memory_spill_release(&m);
        assert_true(nth < 1000);
    }
    assert_int_equal(error, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(come_back_in_order),
        cmocka_unit_test(none_is_none),
        cmocka_unit_test(a_full_disk_is_said),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
