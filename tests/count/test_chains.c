/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The expected numbers come from another program, written after the paper with numpy and scipy. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/mem.h"
#include "count/chains.h"

#define LENGTH_MAX 400

/* An autoregression on sums of four numbers of a small generator, which both programs make alike
 * to the last bit. */
struct recipe {
    uint32_t seed;
    double rho, shift, scale;
    bool whole;
};

static double next(uint32_t *x)
{
    *x = (*x * 1103515245u + 12345u) & 0x7fffffffu;
    return *x / 2147483648.0;
}

static void make(const struct recipe *r, size_t length, double *x)
{
    uint32_t seed = r->seed;
    double y = 0;
    for (size_t t = 0; t < length; t++) {
        double a = next(&seed), b = next(&seed), c = next(&seed), d = next(&seed);
        y = r->rho * y + ((a + b) + (c + d) - 2);
        x[t] = r->shift + r->scale * y;
        if (r->whole)
            x[t] = floor(x[t]);
    }
}

static const struct {
    size_t chains, length;
    struct recipe recipes[4];
    struct chains expected;
} cases[] = {
    {4,
     400,
     {{1, 0.3, 0, 1, false}, {2, 0.3, 0, 1, false}, {3, 0.3, 0, 1, false}, {4, 0.3, 0, 1, false}},
     {1.003313624832, 997.5175254532, 1267.236084405, 1350.285901643}},
    {3,
     301,
     {{1, 0.9, 0, 1, false}, {2, 0.9, 0, 1, false}, {3, 0.9, 1, 1, false}},
     {1.068175170281, 41.13349188711, 194.6046457677, 232.6667210384}},
    {2,
     200,
     {{5, 0, 0, 1, false}, {6, 0, 0, 3, false}},
     {1.148624753013, 342.4239900544, 310.2423300991, 373.091005499}},
    {2,
     200,
     {{7, 0.8, 0, 2, true}, {8, 0.8, 0, 2, true}},
     {1.059895234688, 38.19441254607, 157.0505219948, 244.0643847384}},
    {2,
     200,
     {{9, -0.5, 0, 1, false}, {10, -0.5, 0, 1, false}},
     {0.9993551094649, 1040.823996531, 266.3137161383, 376.9627384282}},
};

static void assert_near(double got, double expected)
{
    if (!(fabs(got - expected) <= 1e-9 * fabs(expected)))
        fail_msg("%.13g is not %.13g", got, expected);
}

static void make_case(size_t i, double *draws)
{
    for (size_t k = 0; k < cases[i].chains; k++)
        make(&cases[i].recipes[k], cases[i].length, draws + k * cases[i].length);
}

static void test_as_in_the_paper(void **state)
{
    (void)state;
    static double draws[4 * LENGTH_MAX];
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct chains got;
        make_case(i, draws);
        assert_int_equal(
            chains_diagnose(draws, cases[i].chains, cases[i].length, 0.025, 0.975, &got), 0);
        assert_near(got.rhat, cases[i].expected.rhat);
        assert_near(got.effective, cases[i].expected.effective);
        assert_near(got.low, cases[i].expected.low);
        assert_near(got.high, cases[i].expected.high);
    }
}

static void test_only_the_order_counts(void **state)
{
    (void)state;
    static double draws[4 * LENGTH_MAX], bent[4 * LENGTH_MAX];
    struct chains a, b;
    make_case(1, draws);
    for (size_t i = 0; i < 3 * 301; i++)
        bent[i] = exp(3 * draws[i]);
    assert_int_equal(chains_diagnose(draws, 3, 301, 0.1, 0.9, &a), 0);
    assert_int_equal(chains_diagnose(bent, 3, 301, 0.1, 0.9, &b), 0);
    assert_near(a.effective, b.effective);
    assert_near(a.low, b.low);
    assert_near(a.high, b.high);
}

static void test_chains_that_stand_still(void **state)
{
    (void)state;
    double draws[2 * 20];
    struct chains got;
    for (size_t i = 0; i < 40; i++)
        draws[i] = 7;
    assert_int_equal(chains_diagnose(draws, 2, 20, 0.025, 0.975, &got), 0);
    assert_true(got.rhat == 1 && got.effective == 40 && got.low == 40 && got.high == 40);
    for (size_t i = 20; i < 40; i++)
        draws[i] = 8;
    assert_int_equal(chains_diagnose(draws, 2, 20, 0.025, 0.975, &got), 0);
    assert_true(got.rhat == CHAINS_RHAT_MAX);
    assert_true(isfinite(got.effective) && got.effective < 10);
}

static void test_no_memory(void **state)
{
    (void)state;
    static double draws[4 * LENGTH_MAX];
    struct chains got = {.rhat = -1};
    make_case(0, draws);
    for (uint64_t nth = 1;; nth++) {
        mem_fail_from(nth);
        int error = chains_diagnose(draws, 4, 400, 0.025, 0.975, &got);
        mem_fail_from(0);
        if (error == 0)
            break;
        assert_int_equal(error, E_NOMEM);
        assert_true(got.rhat == -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_in_the_paper),
        cmocka_unit_test(test_only_the_order_counts),
        cmocka_unit_test(test_chains_that_stand_still),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
