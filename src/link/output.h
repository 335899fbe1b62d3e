/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A result as files of CSV, written piece by piece.
 *
 * linked.csv: every record, in the order of the lists and their rows, with all its columns as they
 * were. Lists with other columns make their union; columns of one name are one column. Behind them
 * stand `list` (when there are several), `cluster` (from 1, in the order of the first records) and
 * `confidence` (the chance that the record is in the right cluster). A name that is taken already
 * becomes link_cluster, then link_cluster_2.
 *
 * The queue: what a person should look at, hardest first: `chance` that the two are one person,
 * `together` whether they are in one cluster at present, `a` and `b` (ident.h), then what both say,
 * side by side: each field that is compared, whatever its columns are called in the two lists, and
 * how its two values compare ("name a", "name b", "name seen"), then what is not compared
 * (rows.h).
 *
 * The draws: a row a record in the order of linked.csv: `record` (its row there, from 1), `list`,
 * `apart` and `merged` (the groups with only what is sure joined, and with all that is in doubt),
 * `draw_1` and so on: groups as they may be. What `vouchsafe count --draws` reads. */
#ifndef LINK_OUTPUT_H
#define LINK_OUTPUT_H

#include "link/link.h"

#define LINK_DRAWS_MAX 1000
#define LINK_QUEUE_MAX 100000u /* pairs, the hardest; nobody gets to the others */

struct link_sink {
    int (*put)(void *arg, struct span bytes);
    void *arg;
};

struct link_output {
    const struct link_result *result;
    /* The lists once more, from their beginning, since the columns' text was not kept. */
    const struct link_source *sources;
    size_t source_count;
    struct workers *workers;
    struct watch *watch;
};

/* E_IO when the lists are not what they were; what csv.h and the sink say, E_NOMEM, E_STOPPED. */
int link_output_records(const struct link_output *o, const struct link_sink *sink,
                        struct problem *problem) MUST_USE;
int link_output_queue(const struct link_output *o, const struct link_sink *sink,
                      struct problem *problem) MUST_USE;
/* draws is 1 to LINK_DRAWS_MAX. */
int link_output_draws(const struct link_output *o, unsigned draws, uint64_t seed,
                      const struct link_sink *sink) MUST_USE;

#endif
