/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The run as a whole: of the documents of a corpus (gather.h), what was copied or reworded from
 * where, who is quoted where, what is claimed and where that comes from.
 *
 * The same corpus gives the same bytes, whatever the number of threads and the memory limit. */
#ifndef ORIGINS_ORIGINS_H
#define ORIGINS_ORIGINS_H

#include "origins/claim_group.h"
#include "origins/statement_origin.h"

struct origins_document {
    const struct language *language; /* or NULL */
    struct quotes quotes;
    struct claims claims;
};

struct origins {
    struct corpus *corpus;             /* not its own */
    const struct languages *languages; /* nor these */
    struct passages *passages;
    struct origins_document *documents; /* by number */
    struct tellings tellings;
    struct claim_groups claims;
    struct statements *statements;
    struct statement_origins statement_origins;
    struct arena *blocks; /* what the documents' parts lie in */
    size_t block_count;
};

/* The corpus is closed and has a document. names: which ways of writing are one name.
 * E_IO, E_NOMEM, E_STOPPED. */
int origins_run(struct corpus *corpus, const struct languages *languages, struct known_names *names,
                const struct origins_means *means, struct origins **ret_origins,
                struct problem *problem) MUST_USE;
void origins_free(struct origins *o);

#endif
