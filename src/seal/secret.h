/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Memory for secrets: guarded pages, locked, not dumped, wiped on free (sodium_malloc). */
#ifndef SEAL_SECRET_H
#define SEAL_SECRET_H

#include "base/buf.h"

/* Zeroed; NULL on failure. */
void *secret_alloc(size_t bytes) MUST_USE;
void secret_free(void *p);
void secret_wipe(void *p, size_t bytes);
/* Overwrites what calls that have returned may have left on the stack: keys in a library's own
 * variables, which nobody else reaches. */
void secret_wipe_stack(void);
/* In constant time for a given length. */
bool secret_equal(const void *a, const void *b, size_t bytes) MUST_USE;

#endif
