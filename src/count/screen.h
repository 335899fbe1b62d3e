/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a table of lists can carry, before anything is estimated from it. */
#ifndef COUNT_SCREEN_H
#define COUNT_SCREEN_H

#include "base/arena.h"
#include "count/count.h"

/* Lists that share nobody with the largest group of lists that overlap, and that hold less than
 * this share of the persons together, are warned of; with more there is no estimate. */
#define COUNT_SCREEN_APART 0.1

/* Sets warnings, detail and no_estimate (in the arena) of a stratum whose data are set. No estimate
 * with nobody documented; more than COUNT_LISTS_MAX lists; fewer than three lists that differ and
 * hold somebody; groups of lists that have nobody in common. E_NOMEM. */
int count_screen(const struct count_data *data, struct arena *memory,
                 struct count_stratum *s) MUST_USE;

#endif
