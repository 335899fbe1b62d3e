/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Differences of log-gamma, for counts of any size.
 *
 * The logarithm of the gamma function of 2^40 has lost all digits after the third; the difference
 * of two neighbours, which is what a likelihood is made of, has not, when it is not formed by
 * subtracting them. */
#ifndef COUNT_GAMMAS_H
#define COUNT_GAMMAS_H

/* A way from one argument to another: step is to - from, and is told apart because from and to are
 * rounded when they are large and step may not be. */
struct gammas_way {
    double from, to, step;
};

/* log(gamma(to) / gamma(from)), for from and to above 0. The error is some 1e-16 times |step|
 * log(to), and where from or to is below 32, times the larger of the two logarithms. */
double gammas_step(struct gammas_way way);

/* How much more gammas_step is when shift is added to from and to. The error is some 1e-16 times
 * the smaller of |shift| and |step|, times a logarithm, also where both are large. base is
 * gammas_step(way), which the caller has for many shifts. */
double gammas_cross(struct gammas_way way, double shift, double base);

/* lgamma for any thread (the C library's own writes a global). x > 0. */
long double gammas_log(long double x);

#endif
