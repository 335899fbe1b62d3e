/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "count/number.h"
#include "count/peaks.h"

#define DRAWS 8000

static double draws[DRAWS];

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Whole numbers whose logarithm is normal about that of place; a share of them about another. */
static void lay_out(double place, double sd, double other, double other_sd, double share)
{
    size_t of_other = (size_t)(share * DRAWS);
    for (size_t i = 0; i < DRAWS; i++) {
        bool second = i < of_other;
        double p = second ? ((double)i + 0.5) / (double)of_other
                          : ((double)(i - of_other) + 0.5) / (double)(DRAWS - of_other);
        double z = number_normal_quantile(p);
        draws[i] = round((second ? other * exp(other_sd * z) : place * exp(sd * z)));
    }
    qsort(draws, DRAWS, sizeof *draws, by_size);
}

static void test_one_peak(void **state)
{
    (void)state;
    struct peaks got;
    lay_out(1000, 0.1, 1, 1, 0);
    peaks_find(draws, DRAWS, 500, 2000, &got);
    assert_false(got.two);
    assert_true(fabs(got.mode - 1000 * exp(-0.01)) < 10); /* the mode of a lognormal number */
}

static void test_two_peaks(void **state)
{
    (void)state;
    struct peaks got;
    for (int turn = 0; turn < 2; turn++) {
        lay_out(1000, 0.1, turn ? 3000 : 300, 0.1, 0.2);
        peaks_find(draws, DRAWS, 100, 2000, &got);
        assert_true(got.two);
        assert_true(fabs(got.first / (turn ? 1000 : 300) - 1) < 0.03);
        assert_true(fabs(got.second / (turn ? 3000 : 1000) - 1) < 0.03);
    }
}

static void test_a_small_second_peak_is_none(void **state)
{
    (void)state;
    struct peaks got;
    lay_out(1000, 0.1, 3000, 0.1, 0.03);
    peaks_find(draws, DRAWS, 100, 2000, &got);
    assert_false(got.two);
    lay_out(1000, 0.1, 1150, 0.1, 0.4);
    peaks_find(draws, DRAWS, 100, 2000, &got);
    assert_false(got.two);
}

/* Whole numbers that are far apart in logarithms are not peaks each. */
static void test_small_numbers(void **state)
{
    (void)state;
    struct peaks got;
    for (size_t i = 0; i < DRAWS; i++)
        draws[i] = 5 + floor(-3 * log(((double)(DRAWS - i) - 0.5) / DRAWS));
    peaks_find(draws, DRAWS, 5, 2000, &got);
    assert_false(got.two);
    assert_true(got.mode == 5);
}

static void test_nothing_but_one_number(void **state)
{
    (void)state;
    struct peaks got;
    static const double numbers[] = {1, 2, 1000, 0x1p52};
    for (size_t k = 0; k < COUNT_OF(numbers); k++) {
        for (size_t i = 0; i < DRAWS; i++)
            draws[i] = numbers[k];
        peaks_find(draws, DRAWS, 1, 2000, &got);
        assert_false(got.two);
        assert_true(fabs(got.mode / numbers[k] - 1) < 1e-3);
    }
}

static void test_a_tail_without_end(void **state)
{
    (void)state;
    struct peaks got;
    for (size_t i = 0; i < DRAWS; i++)
        draws[i] = floor(10 * pow(((double)(DRAWS - i) - 0.5) / DRAWS, -4));
    peaks_find(draws, DRAWS, 10, 2000, &got);
    assert_false(got.two);
    assert_true(got.mode >= 10 && got.mode < 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_peak),
        cmocka_unit_test(test_two_peaks),
        cmocka_unit_test(test_a_small_second_peak_is_none),
        cmocka_unit_test(test_small_numbers),
        cmocka_unit_test(test_nothing_but_one_number),
        cmocka_unit_test(test_a_tail_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
