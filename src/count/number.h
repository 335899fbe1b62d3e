/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The small numerical parts that the estimators share. Pure; for any thread. */
#ifndef COUNT_NUMBER_H
#define COUNT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/* Factors a symmetric positive semi-definite matrix, in place: a[i * n + j] with j <= i becomes
 * the lower triangle L of L L'; only that triangle is read. A row that depends on those before it
 * (its pivot is lost in rounding) is marked in aliased[] and left out: its part of every solution
 * is 0. Returns how many rows are not aliased. */
size_t number_cholesky(double *a, size_t n, bool *aliased);
/* Solves L L' x = b in place, with what number_cholesky left. */
void number_cholesky_solve(const double *l, size_t n, const bool *aliased, double *b);

/* 12,749: rounded, with its thousands apart, as all numbers that people read; 1.2e+25 from 1e21 on.
 * For value >= 0. NUMBER(x) may stand among printf's arguments. */
#define NUMBER_TEXT_MAX 32
const char *number_text(char text[NUMBER_TEXT_MAX], double value);
#define NUMBER(value) number_text((char[NUMBER_TEXT_MAX]){0}, (double)(value))

/* log x! for real x >= 0. (lgamma itself writes a global, which threads must not.) */
double number_log_factorial(double x);
/* The standard normal distribution: the probability below z, and the z below which lies p, for
 * 0 < p < 1, to the last few digits of a double. */
double number_normal_below(double z);
double number_normal_quantile(double p);
/* The probability that a chi-squared variable with df degrees of freedom exceeds x. 1 for df 0. */
double number_chi_squared_above(double x, double df);

#endif
