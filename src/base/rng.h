/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Pseudo-random numbers for statistics: the same seed gives the same numbers on every machine.
 * Never for keys (base/random.h). xoshiro256++ (Blackman and Vigna 2021), seeded by splitmix64.
 *
 * Work that is shared among threads takes a stream for each task, not for each thread, so that
 * the number of threads changes nothing. One stream is for one thread at a time. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t s[4];
};

/* Streams of one seed are unrelated to each other. */
void rng_init(struct rng *r, uint64_t seed, uint64_t stream);

static inline uint64_t rng_rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

static inline uint64_t rng_u64(struct rng *r)
{
    uint64_t *s = r->s;
    uint64_t result = rng_rotl(s[0] + s[3], 23) + s[0];
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rng_rotl(s[3], 45);
    return result;
}

/* Evenly in the open interval (0, 1): never 0, so its logarithm is finite; 53 bits. */
static inline double rng_unit(struct rng *r)
{
    return ((double)(rng_u64(r) >> 12) + 0.5) * 0x1p-52;
}

/* Evenly 0 .. below - 1 without bias; below > 0. */
uint64_t rng_below(struct rng *r, uint64_t below);

#endif
