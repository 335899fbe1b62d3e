/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How often two persons agree by chance in a field that is made of words.
 *
 * Where several fields are compared, each shows what the others' matches are. Where one alone says
 * anything (lists of names and nothing else), any share of the pairs that agree may be matches, and
 * nothing in the pairs says which. But names and texts are made of words: two persons agree by
 * chance as often as values do that are put together of words of different records. And where a
 * list, or two, have far fewer who agree than that, for those who keep them write nobody twice,
 * then chance is as much rarer everywhere. */
#ifndef LINK_CHANCE_H
#define LINK_CHANCE_H

#include "base/watch.h"
#include "base/workers.h"
#include "link/universe.h"

struct link_chance {
    bool known; /* false: there is no such field */
    bool alone; /* all others together tell nobody apart */
    unsigned field;
    double u[LINK_LEVELS_MAX];   /* by level: two persons, at most; sums to 1 */
    double all[LINK_LEVELS_MAX]; /* by level: all pairs; sums to 1 */
};
/* The same for every number of threads. E_NOMEM, E_STOPPED. */
int link_chance_measure(const struct link_universe *u, uint64_t seed, struct workers *w,
                        struct watch *watch, struct link_chance *ret_chance) MUST_USE;

#endif
