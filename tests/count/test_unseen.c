/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/mem.h"
#include "count/number.h"
#include "count/unseen.h"
#include "prop.h"

/* Bells over u, or over log u, each with a mass; or a power of u. */
struct bell {
    double middle, width, mass;
};
struct shape {
    struct bell bells[2];
    double power; /* (u + 100)^-power, when not 0 */
    bool of_log;
    int error;
};

static int shape_at(void *arg, const double *u, size_t count, double *ret_f)
{
    const struct shape *s = arg;
    for (size_t i = 0; i < count; i++) {
        ret_f[i] = s->power != 0 ? pow(u[i] + 100, -s->power) : 0;
        for (size_t b = 0; b < 2; b++) {
            const struct bell *bell = &s->bells[b];
            double z = ((s->of_log ? log(u[i]) : u[i]) - bell->middle) / fmax(bell->width, 1e-9);
            if (bell->mass > 0)
                ret_f[i] += bell->mass / bell->width / sqrt(2 * M_PI) * exp(-z * z / 2) /
                            (s->of_log ? u[i] : 1);
        }
    }
    return s->error;
}

static struct count_estimate answer(struct shape *s, double n, double max, bool cut, bool split)
{
    struct unseen x;
    struct unseen_density density = {shape_at, s};
    struct count_estimate e;
    count_estimate_init(&e, "test", "Test", "Nothing.");
    assert_int_equal(unseen_init(&x, n, max, cut, 0.1), 0);
    for (size_t b = 0; split && b < 2; b++) {
        if (s->bells[b].mass > 0)
            assert_int_equal(unseen_split(&x, s->bells[b].middle, s->bells[b].width), 0);
    }
    assert_int_equal(unseen_integrate(&x, &density), 0);
    assert_true(x.settled);
    if (s->power == 0)
        assert_true(fabs(x.total - s->bells[0].mass - s->bells[1].mass) < 1e-7);
    assert_int_equal(unseen_answer(&x, &density, &e), 0);
    unseen_release(&x);
    return e;
}

/* However narrow and wherever, and most of all where two panels meet. */
static void test_one_peak(void **state)
{
    (void)state;
    struct prop prop = prop_start("one_peak");
    for (int i = 0; i < 2000; i++) {
        double edge = ldexp(1, 8 + (int)prop_below(&prop, 30)) + 1;
        double width = fmax(edge * pow(10, -1.5 - (double)prop_below(&prop, 8)), 5);
        double away = (double)prop_below(&prop, 2001) / 100 - 10;
        struct shape s = {.bells = {{edge + away * width, width, 1}}};
        if (edge + (away - 7) * width < 1)
            continue;
        struct count_estimate e = answer(&s, 1000, 4e12, false, true);
        double middle = 1000 + edge + away * width;
        assert_true(fabs(e.n - middle) <= 1 + 1e-8 * width);
        assert_true(fabs(e.mode - middle) <= 1 + 1e-7 * width);
        assert_true(fabs(e.mean - middle) < 1e-6 * width + 1e-9 * middle);
        assert_true(fabs(e.high - middle - 1.959964 * width) < 1 + 1e-6 * width);
        assert_true(fabs(e.low - middle + 1.959964 * width) < 1 + 1e-6 * width);
        for (size_t k = 0; k < COUNT_SPREAD; k++) {
            double z = number_normal_quantile((k + 0.5) / COUNT_SPREAD);
            double far = fabs(z) < 2.5 ? 0.02 : 0.05; /* a piece holds more of the thin ends */
            assert_true(fabs(e.spread[k] - middle - z * width) < far * width + 0.5);
        }
        assert_int_equal(e.warnings, 0);
    }
}

/* By how deep the valley is, and how much lies on each side. */
static void test_two_humps(void **state)
{
    (void)state;
    static const struct {
        double apart, first, second;
        bool two;
    } cases[] = {
        {8, 0.5, 0.5, true},    {8, 0.94, 0.06, true},  {8, 0.06, 0.94, true},
        {8, 0.96, 0.04, false}, {8, 0.04, 0.96, false}, {3.5, 0.5, 0.5, true},
        {3.2, 0.5, 0.5, false}, {1, 0.5, 0.5, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct shape s = {.of_log = true, .bells = {{9, 0.3, cases[i].first}}};
        s.bells[1] = (struct bell){9 + 0.3 * cases[i].apart, 0.3, cases[i].second};
        struct count_estimate e = answer(&s, 0, 1e9, false, false);
        assert_true(count_estimate_has(&e, COUNT_WARN_TWO_HUMPS) == cases[i].two);
        assert_true((e.detail[0] != 0) == cases[i].two);
    }
    struct shape s = {.of_log = true, .bells = {{9, 0.3, 0.5}, {12, 0.3, 0.5}}};
    struct count_estimate e = answer(&s, 0, 1e9, false, false);
    int first[2] = {0}, second[2] = {0}; /* the thousands, and the rest */
    assert_int_equal(sscanf(e.detail, "The peaks are near %d,%d and %d,%d.", &first[0], &first[1],
                            &second[0], &second[1]),
                     4);
    assert_true(fabs((first[0] * 1000 + first[1]) / exp(9) - 1) < 0.05);
    assert_true(fabs((second[0] * 1000 + second[1]) / exp(12) - 1) < 0.05);
}

/* A tail whose mass behind any place is known. */
static void test_tails(void **state)
{
    (void)state;
    for (double power = 1.2; power < 4; power += 0.2) {
        struct shape s = {.power = power};
        for (double max = 1e4; max < 1e10; max *= 100) {
            struct count_estimate e = answer(&s, 100, max, false, false);
            double whole = pow(100.5, 1 - power), beyond = pow(max + 100.5, 1 - power) / whole;
            assert_true(count_estimate_has(&e, COUNT_WARN_GRID_EDGE) == (beyond > 1e-3));
            double median = 100.5 * pow(0.5, 1 / (1 - power)) - 0.5;
            if (beyond > 0.5)
                assert_true(isinf(e.n));
            else
                assert_true(fabs(e.n - median) < (max > 1e5 ? 0.01 : 0.3) * median);
            assert_true(isinf(e.high) == (beyond > 0.025) && e.has_spread == !isinf(e.high));
            assert_true((e.mean == 0) == (beyond * max > 1e-3 * median) || power > 1.9);
        }
    }
}

static void test_shortest_ranges(void **state)
{
    (void)state;
    for (double max = 1; max < 40; max++) {
        struct shape s = {.power = 1};
        struct count_estimate e = answer(&s, 10, max, true, false);
        double all = 0, mean = 0;
        for (double u = 1; u <= max; u++) {
            all += 1 / (u + 100);
            mean += (10 + u) / (u + 100);
        }
        assert_true(fabs(e.mean - mean / all) < 1e-10);
        assert_true(e.low >= 11 && e.high <= 10 + max && e.mode == 11);
    }
}

static int noise_at(void *arg, const double *u, size_t count, double *ret_f)
{
    struct prop *prop = arg;
    for (size_t i = 0; i < count; i++)
        ret_f[i] = (double)prop_below(prop, 1000) / u[i];
    return 0;
}

static void test_noise_is_not_settled(void **state)
{
    (void)state;
    struct prop prop = prop_start("noise_is_not_settled");
    struct unseen_density density = {noise_at, &prop};
    struct unseen x;
    assert_int_equal(unseen_init(&x, 5, 1e12, false, 1), 0);
    assert_int_equal(unseen_integrate(&x, &density), 0);
    assert_false(x.settled);
    unseen_release(&x);
}

static void test_errors_pass(void **state)
{
    (void)state;
    struct shape s = {.power = 2, .error = E_STOPPED};
    struct unseen_density density = {shape_at, &s};
    struct unseen x;
    assert_int_equal(unseen_init(&x, 5, 1e6, false, 1), 0);
    assert_int_equal(unseen_integrate(&x, &density), E_STOPPED);
    unseen_release(&x);
    mem_fail_from(1);
    assert_int_equal(unseen_init(&x, 5, 1e6, false, 1), E_NOMEM);
    mem_fail_from(0);
    unseen_release(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_peak),
        cmocka_unit_test(test_two_humps),
        cmocka_unit_test(test_tails),
        cmocka_unit_test(test_shortest_ranges),
        cmocka_unit_test(test_noise_is_not_settled),
        cmocka_unit_test(test_errors_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
