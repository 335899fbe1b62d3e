/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Pairs that blocking did not find, but that matter: those of records that likely pairs hold
 * together. Groups are made from the mean over all pairs between two groups (cluster.h), so a pair
 * that nobody looked at must not stand for one that was found unlikely. With these looked at too,
 * what blocking misses is lost only where it misses every pair of a record.
 *
 * Also the pairs within lists when only those between lists were asked for: they say whether two
 * records of one list can be one person by way of a third. */
#ifndef LINK_COMPLETE_H
#define LINK_COMPLETE_H

#include "base/watch.h"
#include "base/workers.h"
#include "link/edge.h"
#include "link/score.h"
#include "link/universe.h"

/* Components of more records are left as they are: likely pairs that chain so many are of a record
 * that says next to nothing, and their pairs are too many. */
#define LINK_COMPLETE_MAX 256

/* edges are sorted by a, then b, each pair once; they become those and the new ones, sorted. *edges
 * is the caller's to mem_free, also after a failure. E_NOMEM, E_STOPPED. */
int link_complete(const struct link_universe *u, const struct link_scorer *scorer,
                  struct workers *w, struct watch *watch, struct link_edge **edges,
                  size_t *count) MUST_USE;

#endif
