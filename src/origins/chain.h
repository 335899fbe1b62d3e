/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which of the places where two documents have a seed in common are worth aligning: those with
 * another such place a little further on near the same diagonal. Chance meetings seldom have. */
#ifndef ORIGINS_CHAIN_H
#define ORIGINS_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chain_hit {
    uint32_t a, b; /* words */
};

/* They are in the order of a: puts those of one a in the order of b, and leaves each once. Returns
 * how many are left. */
size_t chain_tidy(struct chain_hit *hits, size_t count);
/* Whether the hit at index has another one behind it. */
bool chain_goes_on(const struct chain_hit *hits, size_t count, size_t index);
bool chain_near(struct chain_hit x, struct chain_hit y);

#endif
