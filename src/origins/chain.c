/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/chain.h"

#define NEAR_WORDS 48
#define NEAR_DIAGONALS 8
#define LOOK_AT_MAX 256 /* of a text that is one sentence over and over */

static bool before(struct chain_hit x, struct chain_hit y)
{
    return x.a != y.a ? x.a < y.a : x.b < y.b;
}

size_t chain_tidy(struct chain_hit *hits, size_t count)
{
    size_t kept = 0;
    for (size_t i = 1; i < count; i++) {
        struct chain_hit hit = hits[i];
        size_t to = i;
        for (; to > 0 && before(hit, hits[to - 1]); to--)
            hits[to] = hits[to - 1];
        hits[to] = hit;
    }
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || before(hits[kept - 1], hits[i]))
            hits[kept++] = hits[i];
    }
    return kept;
}

bool chain_near(struct chain_hit x, struct chain_hit y)
{
    int64_t diagonal = ((int64_t)y.b - y.a) - ((int64_t)x.b - x.a);
    return diagonal >= -NEAR_DIAGONALS && diagonal <= NEAR_DIAGONALS;
}

bool chain_goes_on(const struct chain_hit *hits, size_t count, size_t index)
{
    struct chain_hit hit = hits[index];
    size_t end = count - index > LOOK_AT_MAX ? index + LOOK_AT_MAX : count;
    for (size_t i = index + 1; i < end && hits[i].a - hit.a <= NEAR_WORDS; i++) {
        if (hits[i].a > hit.a && hits[i].b > hit.b && chain_near(hit, hits[i]))
            return true;
    }
    return false;
}
