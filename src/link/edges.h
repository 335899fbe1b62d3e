/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The pairs that are kept, gathered by several threads, and given back in order.
 *
 * What is more than the memory allowed is sorted and put into the spill space, piece by piece, and
 * the pieces are merged when they are read back; without a spill space the memory grows. */
#ifndef LINK_EDGES_H
#define LINK_EDGES_H

#include "base/spill.h"
#include "base/workers.h"
#include "link/edge.h"

struct link_edges;

/* For the workers of w; spill may be NULL, and must outlive it. NULL: no memory. */
struct link_edges *link_edges_new(struct workers *w, size_t memory_bytes,
                                  struct spill *spill) MUST_USE;
void link_edges_free(struct link_edges *e);
/* From the thread of that worker. a and b in any order; each pair once. E_NOMEM, or the spill's. */
int link_edges_add(struct link_edges *e, unsigned worker, struct link_edge edge) MUST_USE;
/* When all were added; then only the functions below. E_NOMEM, or the spill's. */
int link_edges_settle(struct link_edges *e, struct workers *w) MUST_USE;
uint64_t link_edges_count(const struct link_edges *e);
/* The next edges by a, then b, a < b, at most max; fewer only at the end. */
int link_edges_next(struct link_edges *e, struct link_edge *out, size_t max,
                    size_t *ret_count) MUST_USE;

#endif
