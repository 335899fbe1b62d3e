/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How far two texts run alike from a place on: local alignment with affine gaps (Gotoh 1982) in a
 * band of ALIGN_BAND words around the diagonal, which moves along, given up once the score has
 * fallen too far below the best (Altschul and others 1990).
 *
 * A word that is in both scores by its rarity: how much likelier that is for a copy than by chance.
 * Scores are in quarters of a bit. With AVX2 16 cells are worked on at once; plain gives the
 * same. */
#ifndef ORIGINS_ALIGN_H
#define ORIGINS_ALIGN_H

#include <stdbool.h>

#include "origins/token_store.h"

#define ALIGN_BAND 16

struct align_range {
    uint32_t from, to; /* words, end exclusive */
};

struct align_extent {
    int32_t score;
    uint32_t a, b; /* words of each that are in it */
};

/* Forward from the words a_at and b_at on, or backward from those before; within the ranges. */
struct align_extent align_forward(const struct token_view *a, const struct token_view *b,
                                  struct align_range in_a, struct align_range in_b, uint32_t a_at,
                                  uint32_t b_at, bool plain);
struct align_extent align_backward(const struct token_view *a, const struct token_view *b,
                                   struct align_range in_a, struct align_range in_b, uint32_t a_at,
                                   uint32_t b_at, bool plain);

#endif
