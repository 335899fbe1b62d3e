/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a run has finished, as parts (base/parts.h): first what was learnt, then what was found by
 * some of the tasks (pairs.h), again and again. Bytes are for the program that wrote them, and are
 * checked all the same. */
#ifndef LINK_KEEP_H
#define LINK_KEEP_H

#include "base/parts.h"
#include "link/block.h"
#include "link/edge.h"
#include "link/model.h"

#define LINK_HISTOGRAM_FROM (-60) /* bits, of the first bar; what is less is in it too */
#define LINK_HISTOGRAM_BARS 140   /* one bit each; what is more is in the last */

/* Whole numbers, so that it does not matter in which order they are summed. */
struct link_tally {
    uint64_t looked_at;              /* pairs of blocks, those of other passes or lists too */
    uint64_t pairs[LINK_PASSES_MAX]; /* weighed */
    uint64_t matches[LINK_PASSES_MAX];
    uint64_t histogram[LINK_HISTOGRAM_BARS];
};
void link_tally_add(struct link_tally *to, const struct link_tally *from);

/* What some tasks found. */
struct link_kept {
    uint64_t *tasks;
    size_t task_count, task_capacity;
    struct link_edge *edges;
    size_t edge_count, edge_capacity;
    struct link_tally tally;
};

/* All zeroes is nothing. */
void link_kept_release(struct link_kept *k);
int link_kept_add_task(struct link_kept *k, uint64_t task) MUST_USE;
int link_kept_add_edge(struct link_kept *k, struct link_edge edge) MUST_USE;

/* plan is from link_plan_init. false: nothing was learnt yet. E_FORMAT, or what parts say. */
int link_keep_take_learnt(struct parts *parts, const struct link_records *r, struct link_plan *plan,
                          struct link_model *model, bool *ret_got) MUST_USE;
int link_keep_put_learnt(struct parts *parts, const struct link_plan *plan,
                         const struct link_model *model) MUST_USE;
/* Into *k, what was in it being forgotten. false: there is no more. E_FORMAT, or what parts say. */
int link_keep_take_found(struct parts *parts, uint32_t records, struct link_kept *k,
                         bool *ret_got) MUST_USE;
int link_keep_put_found(struct parts *parts, const struct link_kept *k) MUST_USE;

#endif
