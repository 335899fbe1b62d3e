/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The candidate pairs of a plan, one after the other, each once, never all in memory.
 *
 * Ranges of the rows of a pass's blocks are the tasks of the workers. What comes out is the same
 * for every number of threads, but in no fixed order: what is made of it must not depend on the
 * order. */
#ifndef LINK_PAIRS_H
#define LINK_PAIRS_H

#include "base/watch.h"
#include "link/block.h"
#include "link/edge.h"

#define LINK_PAIRS_AT_ONCE 1024

/* The work is cut into tasks, numbered by pass and by place in that; the same for every number of
 * threads. LINK_TASK_ALL stands for all of a pass. */
#define LINK_TASK(pass, place) ((uint64_t)(pass) << 32 | (uint64_t)(place))
#define LINK_TASK_ALL UINT32_MAX

struct link_pairs {
    const struct link_universe *universe;
    const struct link_plan *plan; /* prepared */
    /* 1: all pairs. k: of one row in k, chosen by what the record holds, so that every pair has
     * one chance in k. */
    uint32_t every;
    /* Called from the workers' threads, never by two for one worker number at once. At most
     * LINK_PAIRS_AT_ONCE pairs, all of one pass; a stands before b in the universe's order. An
     * error ends the work. */
    int (*take)(void *arg, unsigned worker, unsigned pass, const struct link_pair *pairs,
                size_t count);
    /* Both or neither. Whether a task was done by an earlier run, and is left out now. */
    bool (*is_done)(void *arg, uint64_t task);
    /* All pairs of a task were taken by this worker; looked_at: how many there were to look at. It
     * is not called for a task that an error ended, and for LINK_TASK_ALL while no worker works. */
    int (*done)(void *arg, unsigned worker, uint64_t task, uint64_t looked_at);
    uint64_t looked_at; /* by the earlier run: for the watch */
    void *arg;
    const char *what; /* for the watch */
};

/* E_STOPPED, E_NOMEM, or what take says. */
int link_pairs_run(const struct link_pairs *job, struct workers *w, struct watch *watch) MUST_USE;

#endif
