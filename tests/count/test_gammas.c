/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Against values computed with 60 digits. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "count/gammas.h"
#include "count/lanes.h"

static struct gammas_way way(double from, double to)
{
    return (struct gammas_way){from, to, to - from};
}

static void test_steps(void **state)
{
    (void)state;
    static const struct {
        double from, to, value;
    } known[] = {
        {0.0625, 1.0625, -2.772588722239781238},
        {5.5, 70, 222.2327343561088770},
        {32, 33, 3.465735902799726547},
        {1e6, 1000100.5, 1388.463810783755380},
        {1099511627776, 1099511627777, 27.72588722239781238},
        {1099511627776.5, 1099512676352.5, 29072700.42011284957},
        {1e15, 2e15, 3.492507075603057553e16},
        {9007199254740992, 9007199254740900, -3379.785652410292854},
        {1e12, 40, -26631021115809.01988},
    };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        double value = gammas_step(way(known[i].from, known[i].to));
        assert_true(fabs(value / known[i].value - 1) < 4e-15);
    }
}

static void test_crosses(void **state)
{
    (void)state;
    static const struct {
        double from, to, shift, value;
    } known[] = {
        {1000001, 3000001, 1000, 1098.278770291529455}, {1e12, 3e12, 1e9, 1098279103.403060053},
        {1e12, 3e12, 1e6, 1098611.955335257839},        {1e9, 1.5e9, 1e12, 3346304582.036183811},
        {1e15, 9e15, -0.9375, -2.059898041252706479},   {100, 1e6, 50.25, 452.1033442605106366},
    };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        struct gammas_way w = way(known[i].from, known[i].to);
        double value = gammas_cross(w, known[i].shift, gammas_step(w));
        assert_true(fabs(value / known[i].value - 1) < 1e-12);
    }
}

/* Where one formula takes over from another nothing jumps. */
static void test_seams(void **state)
{
    (void)state;
    for (double at = 31; at < 33; at += 0.125) {
        double whole = gammas_step(way(at, at + 3)), parts = 0;
        for (unsigned i = 0; i < 3; i++)
            parts += log(at + i);
        assert_true(fabs(whole - parts) < 1e-13);
    }
    double base = gammas_step(way(1e7, 1e7 + 1e5));
    double below = gammas_cross(way(1e7, 1e7 + 1e5), 1e5 * (1 + 1e-9), base);
    double above = gammas_cross(way(1e7, 1e7 + 1e5), 1e5 * (1 - 1e-9), base);
    assert_true(fabs(below / above - 1) < 1e-8);
}

static void test_exp(void **state)
{
    (void)state;
    for (double at = -699; at < 690; at += 0.37) {
        lanes x;
        double each[LANES];
        for (unsigned i = 0; i < LANES; i++)
            x[i] = each[i] = at + i * 0.0443;
        lanes_exp(&x);
        for (unsigned i = 0; i < LANES; i++)
            assert_true(fabs(x[i] / exp(each[i]) - 1) < 2e-15);
    }
    lanes edge = {0, -701, -1e18, -INFINITY, NAN, -1e300, -0.0, -1e-300};
    lanes_exp(&edge);
    static const double expected[] = {1, 0, 0, 0, 0, 0, 1, 1};
    for (unsigned i = 0; i < LANES; i++)
        assert_true(edge[i] == expected[i]);
}

static void test_log(void **state)
{
    (void)state;
    for (double at = -690; at < 690; at += 0.37) {
        lanes x;
        double each[LANES];
        for (unsigned i = 0; i < LANES; i++)
            x[i] = each[i] = exp(at + i * 0.0443);
        lanes_log(&x);
        for (unsigned i = 0; i < LANES; i++)
            assert_true(fabs(x[i] - log(each[i])) <= 2e-15 * fabs(log(each[i])) + 1e-16);
    }
    lanes near = {1, 1 + 0x1p-52, 1 - 0x1p-53, 1 + 1e-9, 1 - 1e-9, M_SQRT2, M_SQRT1_2, 2};
    lanes given = near;
    lanes_log(&near);
    for (unsigned i = 0; i < LANES; i++)
        assert_true(fabs(near[i] - log(given[i])) <= 1e-15 * fabs(log(given[i])));
    lanes edge = {0, -0.0, -1, -1e300, -INFINITY, NAN, 0, 0};
    lanes_log(&edge);
    for (unsigned i = 0; i < LANES; i++)
        assert_true(fabs(edge[i] + 709) < 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps), cmocka_unit_test(test_crosses), cmocka_unit_test(test_seams),
        cmocka_unit_test(test_exp),   cmocka_unit_test(test_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
