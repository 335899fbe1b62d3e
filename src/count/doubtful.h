/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Pairs of ids that may be one person: a table of which the first two columns are used, with or
 * without a header. If every doubt were settled by merging there would be as many persons as these
 * pairs leave connected groups; nobody can say that there were fewer. */
#ifndef COUNT_DOUBTFUL_H
#define COUNT_DOUBTFUL_H

#include "count/gather.h"

/* Merges in g what the pairs name. A pair that names nobody of the file is counted in
 * unknown_pairs. E_FORMAT (also when no pair at all is of this file), and csv.h's errors. */
int count_doubtful_read(struct count_gather *g, const struct count_input *input) MUST_USE;

#endif
