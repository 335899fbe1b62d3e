/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Spill space (base/spill.h) on disk: a file without a name, gone when the process is, sealed in
 * blocks under a random key that exists in locked memory only. docs/crypto.md, "Spilled blocks". */
#ifndef SEAL_SPILL_H
#define SEAL_SPILL_H

#include "base/spill.h"

/* folder: where there is room. After seal_init. E_IO (no such folder, not writable), E_NOMEM. */
int spill_sealed_new(const char *folder, struct spill **ret_spill,
                     struct problem *problem) MUST_USE;
void spill_sealed_free(struct spill *spill);

#endif
