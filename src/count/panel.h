/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The estimators that are cheap enough to be repeated for many tables, in the order in which they
 * are shown: Chao's lower bound; log-linear, best by BIC; up to COUNT_PANEL_SLOW_LISTS lists
 * decomposable models, and sparse overlaps with fewer replicates than otherwise. */
#ifndef COUNT_PANEL_H
#define COUNT_PANEL_H

#include "base/arena.h"
#include "count/count.h"

#define COUNT_PANEL_MAX 4
#define COUNT_PANEL_SLOW_LISTS 6
#define COUNT_PANEL_REPLICATES 100

/* How many there are, for tables of so many lists; families as in count_options. */
size_t count_panel_size(unsigned lists, uint32_t families);

/* For many tables: the i-th is made by table(arg, i, ret), and its answers go to
 * ret_runs[i * size ...]; the tables are shared among the workers. Of the options, estimators,
 * delta and unseen_max. what is for the watch. E_NOMEM, E_STOPPED; E_ARGUMENT as
 * decomposable_run. */
int count_panel_run(size_t count,
                    void (*table)(const void *arg, size_t index, struct count_table *ret_table),
                    const void *arg, const struct count_options *options,
                    const struct count_means *means, const char *what,
                    struct count_estimate *ret_runs) MUST_USE;

/* One answer for each of the size estimators (pool.h), in the arena. E_NOMEM. */
int count_panel_pool(const struct count_estimate *runs, size_t size, size_t count,
                     struct arena *memory, struct count_estimate **ret_pooled) MUST_USE;

#endif
