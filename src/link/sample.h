/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The pairs of a plan, or one in so many of them, drawn once and looked at several times. */
#ifndef LINK_SAMPLE_H
#define LINK_SAMPLE_H

#include "base/watch.h"
#include "link/block.h"
#include "link/edge.h"

struct link_sample {
    struct link_pair *pairs; /* in no fixed order */
    size_t count;
    uint32_t every; /* pairs that each stands for */
};

/* About so many pairs. E_NOMEM, E_STOPPED. */
int link_sample_draw(const struct link_universe *u, const struct link_plan *plan, uint64_t about,
                     struct workers *w, struct watch *watch,
                     struct link_sample *ret_sample) MUST_USE;
void link_sample_release(struct link_sample *s);

#define LINK_SAMPLE_TASK_PAIRS 16384u
static inline size_t link_sample_tasks(const struct link_sample *s)
{
    return (s->count + LINK_SAMPLE_TASK_PAIRS - 1) / LINK_SAMPLE_TASK_PAIRS;
}
/* The pairs of a task; how many. */
static inline size_t link_sample_task(const struct link_sample *s, size_t task,
                                      const struct link_pair **ret_pairs)
{
    size_t from = task * LINK_SAMPLE_TASK_PAIRS, left = s->count - from;
    *ret_pairs = s->pairs + from;
    return left < LINK_SAMPLE_TASK_PAIRS ? left : LINK_SAMPLE_TASK_PAIRS;
}

#endif
