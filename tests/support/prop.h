/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Randomness for property tests, repeatable: every run prints its seed, and TEST_SEED=N repeats
 * that run.
 *
 *     struct prop prop = prop_start("cursor_roundtrip");
 *     for (int i = 0; i < 1000; i++) {
 *         size_t len = prop_below(&prop, 4096);
 *         prop_bytes(&prop, data, len);
 *
 * The generator is splitmix64 (Steele, Lea, Flood 2014): fine for choosing test cases, useless
 * for secrets.
 */
#ifndef TESTS_SUPPORT_PROP_H
#define TESTS_SUPPORT_PROP_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct prop {
    uint64_t state;
};

/* A generator seeded from TEST_SEED or, without it, from the clock.
 * Prints "# NAME: TEST_SEED=N", a TAP comment. */
static inline struct prop prop_start(const char *name)
{
    const char *given = getenv("TEST_SEED");
    uint64_t seed;
    if (given) {
        seed = strtoull(given, NULL, 10);
    } else {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        seed = (uint64_t)now.tv_sec * 1000003u ^ (uint64_t)now.tv_nsec;
    }
    printf("# %s: TEST_SEED=%llu\n", name, (unsigned long long)seed);
    fflush(stdout);
    return (struct prop){.state = seed};
}

static inline uint64_t prop_u64(struct prop *prop)
{
    uint64_t z = (prop->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* A number from 0 to limit - 1; limit must not be 0. */
static inline uint64_t prop_below(struct prop *prop, uint64_t limit)
{
    return prop_u64(prop) % limit;
}

static inline void prop_bytes(struct prop *prop, void *bytes, size_t len)
{
    unsigned char *at = bytes;
    for (size_t i = 0; i < len; i++)
        at[i] = (unsigned char)prop_u64(prop);
}

#endif
