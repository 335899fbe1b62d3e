/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where the wordings of statements come from (origin.h): from documents back to who said it. Only
 * of statements that at least two documents have; of others there is nothing to trace. */
#ifndef ORIGINS_STATEMENT_ORIGIN_H
#define ORIGINS_STATEMENT_ORIGIN_H

#include "origins/origin.h"
#include "origins/statement.h"

struct statement_origins {
    struct origin *origins; /* by statement; without nodes where one document has it */
    struct tellings tellings;
    struct arena arena;
};

/* How many documents have it. */
uint32_t statement_documents(const struct statement *s);

/* Release in any case. E_IO, E_NOMEM, E_STOPPED. */
void statement_origins_init(struct statement_origins *s);
int statement_origins_make(struct origin_index *index, struct corpus *corpus,
                           const struct languages *languages, struct known_names *names,
                           const struct statements *statements, const struct origins_means *means,
                           struct statement_origins *made) MUST_USE;
void statement_origins_release(struct statement_origins *s);

#endif
