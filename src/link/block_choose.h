/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Choosing the passes of a plan. What a pass would find is known from a sample of matches, each as
 * the set of keys on which its two records agree: in the beginning invented from general
 * knowledge, later drawn from pairs that the model takes for matches. */
#ifndef LINK_BLOCK_CHOOSE_H
#define LINK_BLOCK_CHOOSE_H

#include "base/watch.h"
#include "link/block.h"
#include "link/edge.h"

#define LINK_ATOMS_MAX 128 /* keys of all fields that are looked at */
#define LINK_MATCHES_DRAWN 8192

struct link_key_set {
    uint64_t bits[LINK_ATOMS_MAX / 64];
};

struct link_matches {
    unsigned atoms;
    struct link_atom atom[LINK_ATOMS_MAX];
    struct link_key_set match[LINK_MATCHES_DRAWN];
};

/* Invented: fields agree as in general, and are missing as they are. NULL: no memory. */
struct link_matches *link_matches_invent(const struct link_universe *u, uint64_t seed) MUST_USE;
/* Drawn from pairs taken for matches, in the universe's order, found by a plan. A field that every
 * pass needs which found the pair is drawn from pairs found without it. NULL: no memory. */
struct link_matches *link_matches_draw(const struct link_universe *u, const struct link_plan *plan,
                                       const struct link_pair *pairs, size_t count,
                                       uint64_t seed) MUST_USE;
void link_matches_free(struct link_matches *m);

/* plan is empty, from link_plan_init. Takes all pairs when there are no more than pairs_max.
 * E_NOMEM, E_STOPPED. */
int link_plan_choose(struct link_plan *plan, const struct link_universe *u,
                     const struct link_matches *matches, uint64_t pairs_max, struct workers *w,
                     struct watch *watch) MUST_USE;

#endif
