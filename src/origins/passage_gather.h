/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What was found in pieces, as one answer. */
#ifndef ORIGINS_PASSAGE_GATHER_H
#define ORIGINS_PASSAGE_GATHER_H

#include "origins/pair.h"

/* Empties the lists, in whatever order they are, into the answer, which is zero before. On failure
 * it is half full. E_NOMEM. */
int passages_gather(struct pair_found *lists, size_t list_count, uint32_t documents,
                    struct passages *p) MUST_USE;

#endif
