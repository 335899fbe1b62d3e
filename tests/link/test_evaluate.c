/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/mem.h"
#include "link/evaluate.h"
#include "prop.h"

#define NONE LINK_TRUTH_UNKNOWN

static void test_by_hand(void **state)
{
    (void)state;
    /* Truth: {0,1,2} {3,4} {5}, 6 not known. Said: {0,1} {2,3,4} {5,6}. */
    static const uint32_t truth[] = {8, 8, 8, 9, 9, 7, NONE};
    static const uint32_t groups[] = {0, 0, 2, 2, 2, 5, 5};
    static const struct link_edge edges[] = {{0, 1, 0}, {2, 3, 0}, {5, 6, 9}, {3, 4, 10}};
    struct link_evaluation e;
    assert_int_equal(link_evaluate(groups, truth, 7, edges, 4, &e), 0);
    assert_int_equal(e.records, 6);
    assert_true(e.pairs.wanted == 4 && e.pairs.found == 4 && e.pairs.right == 2);
    assert_true(e.clusters.wanted == 2 && e.clusters.found == 2 && e.clusters.right == 0);
    assert_true(fabs(link_score_f1(&e.pairs) - 0.5) < 1e-12);
    assert_true(e.calibration[5].pairs == 2 && e.calibration[5].right == 1);
    assert_true(fabs(e.calibration[5].expected - 0.5) < 1e-12);
    assert_true(e.calibration[9].pairs == 1 && e.calibration[9].right == 1);
}

static void test_nothing_is_not_wrong(void **state)
{
    (void)state;
    static const uint32_t each[] = {0, 1, 2};
    struct link_evaluation e;
    assert_int_equal(link_evaluate(each, each, 3, NULL, 0, &e), 0);
    assert_true(link_score_f1(&e.pairs) == 1 && link_score_precision(&e.pairs) == 1);
    assert_int_equal(link_evaluate(each, each, 0, NULL, 0, &e), 0);
    assert_true(link_score_recall(&e.clusters) == 1);
}

static void test_against_counting_each_pair(void **state)
{
    (void)state;
    struct prop prop = prop_start("evaluate");
    for (int round = 0; round < 200; round++) {
        uint32_t truth[40], groups[40];
        uint64_t wanted = 0, found = 0, right = 0;
        for (size_t i = 0; i < 40; i++) {
            truth[i] = (uint32_t)prop_below(&prop, 15);
            groups[i] = prop_below(&prop, 3) ? truth[i] : (uint32_t)prop_below(&prop, 40);
        }
        for (size_t i = 0; i < 40; i++) {
            for (size_t k = 0; k < i; k++) {
                wanted += truth[i] == truth[k];
                found += groups[i] == groups[k];
                right += truth[i] == truth[k] && groups[i] == groups[k];
            }
        }
        struct link_evaluation e;
        assert_int_equal(link_evaluate(groups, truth, 40, NULL, 0, &e), 0);
        assert_int_equal(e.pairs.wanted, wanted);
        assert_int_equal(e.pairs.found, found);
        assert_int_equal(e.pairs.right, right);
        assert_int_equal(link_evaluate(truth, truth, 40, NULL, 0, &e), 0);
        assert_true(link_score_f1(&e.clusters) == 1 && link_score_f1(&e.pairs) == 1);
    }
}

static void test_no_memory(void **state)
{
    (void)state;
    static const uint32_t each[] = {0, 1, 2};
    struct link_evaluation e;
    for (uint64_t nth = 1; nth <= 2; nth++) {
        mem_fail_from(nth);
        assert_int_equal(link_evaluate(each, each, 3, NULL, 0, &e), E_NOMEM);
        mem_fail_from(0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_nothing_is_not_wrong),
        cmocka_unit_test(test_against_counting_each_pair),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
