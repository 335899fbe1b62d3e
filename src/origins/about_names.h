/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What documents are called in results. A file is called by its name without ending; where two
 * would be called the same, by as many folders before it as tell them apart, and with the ending
 * where that is what differs. A page of a WARC file is called by its address, with its date where
 * it was fetched twice. Depends on which documents there are, not on their order. */
#ifndef ORIGINS_ABOUT_NAMES_H
#define ORIGINS_ABOUT_NAMES_H

#include "base/arena.h"
#include "base/error.h"

struct about_place {
    struct span path;
    struct span record; /* "address date" of a WARC record, or empty */
    struct span name;   /* about_names_make: in the arena, or a view into path or record */
};

/* E_NOMEM. */
int about_names_make(struct about_place *places, size_t count, struct arena *arena) MUST_USE;

#endif
