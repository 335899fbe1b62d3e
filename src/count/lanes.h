/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Eight doubles at a time, as the compiler's vectors: on any machine, with what it has. */
#ifndef COUNT_LANES_H
#define COUNT_LANES_H

#include <stdint.h>

#define LANES 8

/* May lie at any address where a double may. */
typedef double lanes __attribute__((vector_size(LANES * sizeof(double)), aligned(8)));
typedef uint64_t lanes_bits __attribute__((vector_size(LANES * sizeof(double)), aligned(8)));

/* e to the x, to some 1e-15 of itself, for x up to 700; 0 below -700 and for what is no number. In
 * place: vectors of this size are not passed by value. */
static inline void lanes_exp(lanes *x)
{
    /* x = k log 2 + r with |r| < 0.35: adding 1.5 * 2^52 leaves k in the lowest bits. */
    const double shift = 0x1.8p52;
    lanes shifted = *x * 0x1.71547652b82fep0 + shift;
    lanes k = shifted - shift;
    lanes r = *x - k * 0x1.62e42fefa0000p-1 - k * 0x1.cf79abc9e3b3ap-40;
    lanes sum = r * (1.0 / 479001600) + 1.0 / 39916800;
    sum = sum * r + 1.0 / 3628800;
    sum = sum * r + 1.0 / 362880;
    sum = sum * r + 1.0 / 40320;
    sum = sum * r + 1.0 / 5040;
    sum = sum * r + 1.0 / 720;
    sum = sum * r + 1.0 / 120;
    sum = sum * r + 1.0 / 24;
    sum = sum * r + 1.0 / 6;
    sum = sum * r + 0.5;
    sum = sum * r + 1.0;
    sum = sum * r + 1.0;
    lanes scale = (lanes)(((lanes_bits)shifted + 1023) << 52);
    *x = (lanes)((lanes_bits)(sum * scale) & (lanes_bits)(*x > -700.0));
}

/* The logarithm, to some 1e-15 of it (near 1: to 1e-16), of x from 1e-300 to 1e300; -709 for 0, for
 * what is negative and for what is no number. In place. */
static inline void lanes_log(lanes *x)
{
    /* x = m 2^k with m from sqrt(0.5) to sqrt(2); log m = 2 artanh s. */
    lanes_bits bits = (lanes_bits)*x & (lanes_bits)(*x > 0.0);
    lanes_bits k = (bits + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd)) >> 52;
    lanes m = (lanes)(bits - ((k - 1023) << 52));
    lanes exponent = (lanes)(k | 0x4330000000000000) - (0x1p52 + 1023);
    lanes s = (m - 1.0) / (m + 1.0), z = s * s;
    lanes sum = z * (1.0 / 19) + 1.0 / 17;
    sum = sum * z + 1.0 / 15;
    sum = sum * z + 1.0 / 13;
    sum = sum * z + 1.0 / 11;
    sum = sum * z + 1.0 / 9;
    sum = sum * z + 1.0 / 7;
    sum = sum * z + 1.0 / 5;
    sum = sum * z + 1.0 / 3;
    *x = exponent * 0x1.62e42fefa39efp-1 + (2.0 * s + 2.0 * s * z * sum);
}

#endif
