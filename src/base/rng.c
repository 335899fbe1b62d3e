/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/rng.h"
#include "base/compiler.h"

static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void rng_init(struct rng *r, uint64_t seed, uint64_t stream)
{
    /* Both are mixed before they meet: seed 1, stream 2 is not seed 2, stream 1. */
    uint64_t mixed = splitmix(&seed);
    uint64_t state = mixed ^ (splitmix(&stream) * 0xd1342543de82ef95u);
    for (int i = 0; i < 4; i++)
        r->s[i] = splitmix(&state);
}

uint64_t rng_below(struct rng *r, uint64_t below)
{
    ASSERT(below > 0);
    uint64_t first_fair = (UINT64_MAX - below + 1) % below; /* 2^64 mod below */
    uint64_t x;
    do
        x = rng_u64(r);
    while (x < first_fair);
    return x % below;
}
