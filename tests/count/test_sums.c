/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "count/sums.h"

/* The numbers 0 .. length - 1, moved into -1 .. 1, to a power. */
static double moved(double i, double length)
{
    return (2 * i - (length - 1)) / length;
}

static void check_exact(unsigned m, double length)
{
    double at[SUMS_NODES_MAX], weight[SUMS_NODES_MAX];
    unsigned nodes = sums_rule(m, length, at, weight);
    assert_int_equal(nodes, length < m ? (unsigned)length : m);
    for (unsigned k = 0; k < nodes; k++) {
        assert_true(at[k] >= 0 && at[k] <= length - 1 && weight[k] > 0);
        assert_true(k == 0 || at[k] > at[k - 1]);
    }
    for (unsigned power = 0; power < 2 * m; power++) {
        double all = 0, few = 0;
        for (double i = 0; i < length; i++)
            all += pow(moved(i, length), power);
        for (unsigned k = 0; k < nodes; k++)
            few += weight[k] * pow(moved(at[k], length), power);
        assert_true(fabs(few - all) < 1e-12 * length);
    }
}

static void test_polynomials_are_exact(void **state)
{
    (void)state;
    for (unsigned m = 1; m <= SUMS_NODES_MAX; m++) {
        for (double length = 1; length <= 40; length++)
            check_exact(m, length);
        check_exact(m, 1000);
        check_exact(m, 65536);
    }
}

static void test_one_degree_more_is_not(void **state)
{
    (void)state;
    double at[SUMS_NODES_MAX], weight[SUMS_NODES_MAX], few = 0, all = 0;
    sums_rule(2, 100, at, weight);
    for (double i = 0; i < 100; i++)
        all += pow(moved(i, 100), 4);
    for (unsigned k = 0; k < 2; k++)
        few += weight[k] * pow(moved(at[k], 100), 4);
    assert_true(fabs(few - all) > 1);
}

/* There it is Gauss and Legendre's. */
static void test_long_sums_are_integrals(void **state)
{
    (void)state;
    static const double node[] = {0.18343464249564980494, 0.52553240991632898582,
                                  0.79666647741362673959, 0.96028985649753623168};
    static const double legendre[] = {0.36268378337836198297, 0.31370664587788728734,
                                      0.22238103445337447054, 0.10122853629037625915};
    double at[SUMS_NODES_MAX], weight[SUMS_NODES_MAX];
    sums_rule(8, 0x1p70, at, weight);
    for (unsigned k = 0; k < COUNT_OF(node); k++) {
        assert_true(fabs(at[4 + k] / 0x1p69 - 1 - node[k]) < 1e-14);
        assert_true(fabs(at[3 - k] / 0x1p69 - 1 + node[k]) < 1e-14);
        assert_true(fabs(weight[4 + k] / 0x1p69 - legendre[k]) < 1e-13);
        assert_true(weight[3 - k] == weight[4 + k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_polynomials_are_exact),
        cmocka_unit_test(test_one_degree_more_is_not),
        cmocka_unit_test(test_long_sums_are_integrals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
