/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How the answer moves if the linkage was wrong, from the table of histories alone.
 *
 * A person who is on k lists is held together by k - 1 links. Both mistakes are the same step, done
 * or undone: a link of a history is chosen (its lists put in random order, cut at a random place),
 * which makes two histories of one.
 *
 *   False links. A share f of all links is false. So many links are broken, one after the other,
 *   each of a person and at a place chosen at random, all links alike; each makes of one person
 *   two.
 *
 *   Missed links. A share f of the true links was missed. With L links found there were
 *   L / (1 - f) true ones, so L f / (1 - f) pairs of persons are merged. Which pairs? Those that
 *   were missed are taken to look like those that were found: a found link is chosen, all alike,
 *   and its history broken; then a person with the one part and one with the other, if there
 *   still are any, become one person with both. If there is none, another link is chosen; after
 *   COUNT_LINKAGE_TRIES of those no more are merged, which happens when nearly all persons are on
 *   many lists.
 *
 * What this assumes: whether a link is missed or false depends neither on the person nor on the
 * lists, and records of one list were linked rightly. Where one list is written worse than the
 * others, draws of the linkage itself (draws.h) say more.
 *
 * Each share is repeated COUNT_LINKAGE_REPETITIONS times (10 with six lists, 6 with more, where
 * each takes long) with its own stream of random numbers, the cheap estimators (panel.h) run on
 * each, and their answers pooled (pool.h). Tables with very many links are changed in blocks of
 * equal persons, at most COUNT_LINKAGE_STEPS of them: the chance in which ones are chosen is then
 * smaller than what can be seen. */
#ifndef COUNT_LINKAGE_H
#define COUNT_LINKAGE_H

#include "base/rng.h"
#include "count/panel.h"

#define COUNT_LINKAGE_REPETITIONS 20
#define COUNT_LINKAGE_STEPS 20000u
#define COUNT_LINKAGE_TRIES 1000u

/* The links of a table: k - 1 for each person. */
uint64_t count_linkage_links(const struct count_table *t);
/* The table as it would be without so many mistakes; 0 < share < 1. */
void count_linkage_without(const struct count_table *t, enum count_wrong wrong, double share,
                           struct rng *rng, struct count_table *ret_table);

/* All shares of both kinds; options as in panel.h. The result is in the arena. E_NOMEM,
 * E_STOPPED. */
int count_linkage_shifts(const struct count_table *t, const struct count_options *options,
                         const struct count_means *means, struct arena *memory,
                         struct count_shift **ret_shifts, size_t *ret_count) MUST_USE;

#endif
