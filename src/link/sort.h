/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sorting many records by a hash: a stable radix sort, first by the highest byte, then each of the
 * 256 parts for itself, on as many threads as there are. */
#ifndef LINK_SORT_H
#define LINK_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/workers.h"

struct link_entry {
    uint64_t hash;
    uint32_t place; /* in the universe's order */
    uint32_t what;  /* that whoever sorts wants to know of it */
};

/* By hash; entries of one hash stay in the order in which they came. Takes as much memory again
 * while it works. E_NOMEM. */
int link_sort(struct link_entry *entries, size_t count, struct workers *w) MUST_USE;

#endif
