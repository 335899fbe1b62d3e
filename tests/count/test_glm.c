/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The numbers to hold against come from R's glm.fit and its distribution functions. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/mem.h"
#include "count/glm.h"
#include "count/number.h"
#include "prop.h"

static bool near(double a, double b, double relative)
{
    return fabs(a - b) <= relative * fmax(1e-300, fmax(fabs(a), fabs(b)));
}

static struct glm *made(void)
{
    struct glm *g = NULL;
    assert_int_equal(glm_new(GLM_ROWS_MAX, 48, &g), 0);
    return g;
}

/* Cell 0 is not known: it does not count. */
static bool *seen(bool used[GLM_ROWS_MAX])
{
    memset(used, true, GLM_ROWS_MAX * sizeof *used);
    used[0] = false;
    return used;
}

struct reference {
    size_t rows, columns;
    uint16_t sets[10];
    double y[16];
    double beta[10], variance[2], covariance01, deviance, loglik; /* of beta 0 and 1 */
};

static const struct reference references[] = {
    {8,
     5,
     {0, 1, 2, 4, 3},
     {0, 34, 51, 7, 63, 12, 9, 4},
     {5.446047478572, -1.857791439832, -1.592088274099, -1.302912752181, 0.1613421504083},
     {0.06674258109041, 0.06906513776079},
     -0.05587301587302,
     3.445388551506,
     -18.01738561898},
    {16,
     10,
     {0, 1, 2, 4, 8, 3, 5, 6, 7, 12},
     {0, 306, 123, 31, 32, 845, 217, 106, 42, 18, 27, 936, 1131, 228, 177, 181},
     {2.980323648201, 1.658553761075, 0.8884455393787, 3.190200370226, 0.7573459700822,
      0.2050094402822, -1.739098170963, -1.970852782599, -0.4413337239326, -0.3990889449608},
     {0.02700280484485, 0.02722134902843},
     -0.02482889180137,
     2878.686972554,
     -1490.055488636},
    {16,
     6,
     {0, 1, 2, 4, 8, 9},
     {0, 3, 0, 2, 1, 5, 0, 1, 11, 0, 2, 0, 0, 1, 0, 1},
     {0.1414908477871, 1.631502295493, -1.306167863451, -0.7551820473019, 1.798556380157,
      -3.503304472395},
     {1.130364115198, 1.128266346882},
     -1.069785712156,
     20.2491785368,
     -22.09997953621},
};

static void check(struct glm *g, const struct glm_design *d, const struct reference *ref)
{
    bool used[GLM_ROWS_MAX];
    double influence[16];
    glm_fit(g, d, ref->y, seen(used), NULL);
    assert_true(g->converged);
    assert_int_equal(g->rank, ref->columns);
    assert_int_equal(g->rows_fitted, ref->rows - 1);
    assert_true(near(g->deviance, ref->deviance, 1e-11));
    assert_true(near(g->loglik, ref->loglik, 1e-11));
    assert_true(near(log(g->mu[0]), ref->beta[0], 1e-10));
    for (size_t j = 0; j < ref->columns; j++)
        assert_true(near(g->beta[j], ref->beta[j], 1e-10));
    /* Row 0 has only beta 0, row 1 beta 0 and beta 1. */
    glm_influence(g, d, 0, influence);
    assert_true(near(influence[0], ref->variance[0], 1e-10));
    assert_true(near(influence[1] - influence[0], ref->covariance01, 1e-9));
    glm_influence(g, d, 1, influence);
    assert_true(
        near(influence[1], ref->variance[0] + 2 * ref->covariance01 + ref->variance[1], 1e-9));
}

static void test_lattice_and_dense_agree_with_r(void **state)
{
    (void)state;
    struct glm *g = made();
    for (size_t i = 0; i < COUNT_OF(references); i++) {
        const struct reference *ref = &references[i];
        struct glm_design d = {.rows = ref->rows, .columns = ref->columns, .sets = ref->sets};
        check(g, &d, ref);
        double values[160];
        for (size_t r = 0; r < d.rows; r++) {
            for (size_t j = 0; j < d.columns; j++)
                values[r * d.columns + j] = (r & ref->sets[j]) == ref->sets[j];
        }
        d.values = values;
        d.sets = NULL;
        check(g, &d, ref);
    }
    glm_free(g);
}

static void test_real_columns(void **state)
{
    (void)state;
    static const double x[] = {1, 0.5,   0.1, 1, -1.2, 0.4, 1, 2.25, 0.9, 1, 3,  1.6,
                               1, -0.75, 2.5, 1, 1.5,  3.6, 1, 0.1,  4.9, 1, -2, 6.4};
    static const double y[] = {12, 3, 40, 77, 1, 9, 2, 0};
    static const double beta[] = {1.96697907123135, 0.943797963522567, -0.31663838246952};
    static const double covariance[] = {
        0.0658379771484844,  -0.0176017757300153,   -0.0124106226010233,
        -0.0176017757300153, 0.00782717713803946,   -0.000475110641092455,
        -0.0124106226010233, -0.000475110641092455, 0.00943738787532141};
    double got[8];
    struct glm *g = made();
    struct glm_design d = {.rows = 8, .columns = 3, .values = x};
    glm_fit(g, &d, y, NULL, NULL);
    assert_true(g->converged);
    for (size_t j = 0; j < 3; j++)
        assert_true(near(g->beta[j], beta[j], 1e-10));
    assert_true(near(g->deviance, 1.87058976645837, 1e-11));
    assert_true(near(g->loglik, -14.7905963274838, 1e-11));
    /* x' covariance x for the second row. */
    double variance = 0;
    for (size_t j = 0; j < 9; j++)
        variance += x[3 + j / 3] * covariance[j] * x[3 + j % 3];
    glm_influence(g, &d, 1, got);
    assert_true(near(got[1], variance, 1e-10));
    /* From the answer itself nothing moves. */
    glm_fit(g, &d, y, NULL, g->beta);
    assert_true(g->converged && g->steps == 1);
    glm_free(g);
}

/* Lists 1 and 2 never meet: their pair goes to minus infinity, and the cells with it. */
static void test_minus_infinity(void **state)
{
    (void)state;
    static const double y[] = {0, 34, 51, 0, 63, 12, 9, 0};
    static const uint16_t sets[] = {0, 1, 2, 4, 3, 7};
    bool used[GLM_ROWS_MAX];
    struct glm *g = made();
    struct glm_design d = {.rows = 8, .columns = 6, .sets = sets};
    glm_fit(g, &d, y, seen(used), NULL);
    assert_true(g->converged);
    assert_int_equal(g->infinite_count, 2);
    assert_true(g->infinite[4] && g->infinite[5]);
    assert_int_equal(g->rank, 4);
    assert_int_equal(g->rows_fitted, 5);
    assert_true(g->mu[3] == 0 && g->mu[7] == 0);
    /* Those on list 3 tell the chance of being on it: the margins are met exactly. */
    assert_true(near(g->mu[1] + g->mu[5], 46, 1e-9));
    assert_true(near(g->mu[4] + g->mu[5] + g->mu[6], 84, 1e-9));
    glm_free(g);
}

static void test_nobody_at_all(void **state)
{
    (void)state;
    static const double y[8] = {0};
    static const uint16_t sets[] = {0, 1, 2, 4, 3};
    bool used[GLM_ROWS_MAX];
    struct glm *g = made();
    struct glm_design d = {.rows = 8, .columns = 5, .sets = sets};
    glm_fit(g, &d, y, seen(used), NULL);
    assert_int_equal(g->infinite_count, 5);
    assert_int_equal(g->rank, 0);
    assert_true(g->deviance == 0 && g->loglik == 0 && g->mu[0] == 0);
    glm_free(g);
}

static void test_a_column_twice_is_aliased(void **state)
{
    (void)state;
    static const double x[] = {1, 0, 2, 1, 1, 3, 1, 2, 4, 1, 3, 5};
    static const double y[] = {3, 5, 9, 22};
    struct glm *g = made();
    struct glm_design d = {.rows = 4, .columns = 3, .values = x};
    glm_fit(g, &d, y, NULL, NULL);
    assert_true(g->converged && g->rank == 2 && g->aliased[2] && g->beta[2] == 0);
    double total = g->mu[0] + g->mu[1] + g->mu[2] + g->mu[3];
    assert_true(near(total, 39, 1e-9));
    glm_free(g);
}

/* Any hierarchical design on any table, from nothing to 2^40 in a cell: finite numbers, and where
 * it says converged, the margins that the columns fix are met (the likelihood equations). */
static void test_any_table_gives_finite_numbers(void **state)
{
    (void)state;
    struct prop prop = prop_start("glm_any_table");
    struct glm *g = made();
    size_t settled = 0;
    for (int round = 0; round < 4000; round++) {
        unsigned lists = 2 + (unsigned)prop_below(&prop, 4);
        uint16_t sets[GLM_ROWS_MAX];
        size_t columns = 0;
        for (uint16_t s = 0; s < 1u << lists && columns < 48; s++) {
            if ((s & (s - 1)) == 0 || prop_below(&prop, 3) == 0)
                sets[columns++] = s;
        }
        double y[GLM_ROWS_MAX] = {0}, total = 0;
        unsigned scale = (unsigned)prop_below(&prop, 41);
        for (size_t r = 1; r < 1u << lists; r++) {
            y[r] = prop_below(&prop, 4) == 0
                       ? 0
                       : (double)prop_below(&prop, 1 + (UINT64_C(1) << scale));
            total += y[r];
        }
        bool used[GLM_ROWS_MAX];
        struct glm_design d = {.rows = 1u << lists, .columns = columns, .sets = sets};
        glm_fit(g, &d, y, seen(used), NULL);
        assert_true(isfinite(g->loglik) && isfinite(g->deviance));
        settled += g->converged;
        for (size_t r = 0; r < d.rows; r++)
            assert_true(isfinite(g->eta[r]) && isfinite(g->mu[r]) && g->mu[r] >= 0);
        for (size_t j = 0; j < columns; j++) {
            double want = 0, got = 0;
            assert_true(isfinite(g->beta[j]));
            for (size_t r = 1; r < d.rows; r++) {
                want += (r & sets[j]) == sets[j] ? y[r] : 0;
                got += (r & sets[j]) == sets[j] ? g->mu[r] : 0;
            }
            if (g->converged)
                assert_true(fabs(want - got) <= 1e-4 * (1 + sqrt(total)));
        }
    }
    print_message("# %zu of 4000 settled\n", settled);
    assert_true(settled >= 3990);
    glm_free(g);
}

static void test_limits_and_memory(void **state)
{
    (void)state;
    struct glm *g = NULL;
    assert_int_equal(glm_new(GLM_ROWS_MAX + 1, 2, &g), E_ARGUMENT);
    assert_int_equal(glm_new(8, 0, &g), E_ARGUMENT);
    mem_fail_from(1);
    assert_int_equal(glm_new(8, 8, &g), E_NOMEM);
    mem_fail_from(0);
    assert_null(g);
    glm_free(NULL);
}

static void test_distributions(void **state)
{
    (void)state;
    static const double p[][2] = {{-8, 6.220960574271785e-16},
                                  {-1.96, 2.499789514822043e-02},
                                  {0.3, 6.179114221889527e-01},
                                  {2, 9.772498680518208e-01}};
    static const double q[][2] = {{1e-300, -37.0470962993612005}, {1e-10, -6.3613409024040557},
                                  {0.025, -1.9599639845400538},   {0.3, -0.5244005127080407},
                                  {0.84, 0.9944578832097528},     {0.5, 0}};
    static const double c[][3] = {{3.841, 1, 5.001368376395687e-02},
                                  {0.5, 4, 9.735009788392561e-01},
                                  {30, 7, 9.495972508134185e-05},
                                  {200, 90, 2.466359190001993e-10},
                                  {0, 3, 1},
                                  {5, 0, 1}};
    for (size_t i = 0; i < COUNT_OF(p); i++)
        assert_true(near(number_normal_below(p[i][0]), p[i][1], 1e-13));
    for (size_t i = 0; i < COUNT_OF(q); i++)
        assert_true(near(number_normal_quantile(q[i][0]), q[i][1], 1e-12));
    for (size_t i = 0; i < COUNT_OF(c); i++)
        assert_true(near(number_chi_squared_above(c[i][0], c[i][1]), c[i][2], 1e-11));
    assert_true(near(number_log_factorial(10), 15.104412573075516, 1e-14));
}

static void test_numbers_to_read(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } numbers[] = {
        {0, "0"},
        {7.4, "7"},
        {999, "999"},
        {999.5, "1,000"},
        {12749, "12,749"},
        {1234567, "1,234,567"},
        {0x1p53, "9,007,199,254,740,992"},
        {9e20, "900,000,000,000,000,000,000"},
        {1.5e300, "1.5e+300"},
    };
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        assert_string_equal(NUMBER(numbers[i].value), numbers[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lattice_and_dense_agree_with_r),
        cmocka_unit_test(test_real_columns),
        cmocka_unit_test(test_minus_infinity),
        cmocka_unit_test(test_nobody_at_all),
        cmocka_unit_test(test_a_column_twice_is_aliased),
        cmocka_unit_test(test_any_table_gives_finite_numbers),
        cmocka_unit_test(test_limits_and_memory),
        cmocka_unit_test(test_distributions),
        cmocka_unit_test(test_numbers_to_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
