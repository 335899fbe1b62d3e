/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The pairs of a plan, each weighed once, and the likely ones kept.
 *
 * What is found is kept in parts as well, when there are some (base/parts.h), so that an
 * interrupted run goes on behind the last part. The result is the same for every number of threads
 * and every memory limit, and wherever it was interrupted. */
#ifndef LINK_FIND_H
#define LINK_FIND_H

#include "base/parts.h"
#include "link/keep.h"
#include "link/learn.h"

struct link_found {
    uint64_t pairs; /* looked at */
    double matches; /* expected among them */
    struct {
        uint64_t pairs;
        double matches;
    } pass[LINK_PASSES_MAX]; /* what earlier ones had left; [0] when there are no passes */
    uint64_t histogram[LINK_HISTOGRAM_BARS];
};

/* Adds to edges each candidate of at least LINK_EDGE_BITS_MIN, and settles them. parts: NULL, or
 * behind what link_keep_take_learnt took. E_STOPPED: what is finished is in parts. E_FORMAT (parts
 * of other records), E_NOMEM, or what parts and the edges' spill say. */
int link_find(const struct link_universe *u, const struct link_plan *plan,
              const struct link_model *model, struct workers *w, struct watch *watch,
              struct parts *parts, struct link_edges *edges, struct link_found *ret_found) MUST_USE;

#endif
