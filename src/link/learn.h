/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* From records to what is needed to find likely pairs (find.h): the blocking passes are chosen and
 * the model is estimated, from samples of pairs.
 *
 * With few records all possible pairs are candidates. Else passes are first chosen by general
 * knowledge, a first model is estimated from what they find, and the final passes are chosen by
 * what that model says of their worth. The results are the same for every number of threads, every
 * memory limit, and every order of the rows. */
#ifndef LINK_LEARN_H
#define LINK_LEARN_H

#include "base/watch.h"
#include "link/block.h"
#include "link/edges.h"
#include "link/model.h"

struct link_settings {
    uint64_t seed;
    uint32_t pairs_per_record; /* candidate pairs; 0: LINK_PAIRS_PER_RECORD */
};
#define LINK_PAIRS_PER_RECORD 100
#define LINK_PAIRS_ALL_MAX 5000000u /* so few are always all looked at */

/* plan is from link_plan_init; the model belongs to the universe's records. E_NOMEM, E_STOPPED. */
int link_learn(const struct link_universe *u, const struct link_settings *settings,
               struct workers *w, struct watch *watch, struct link_plan *plan,
               struct link_model *ret_model) MUST_USE;
/* Passes for a model that was learnt elsewhere. */
int link_learn_plan(const struct link_universe *u, const struct link_settings *settings,
                    const struct link_model *model, struct workers *w, struct watch *watch,
                    struct link_plan *plan) MUST_USE;

#endif
