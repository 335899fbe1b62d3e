/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Parts of finished work (base/parts.h) in a file, from which the same work goes on after an
 * interruption. Sealed under a key that comes from what is worked on: who has that can open the
 * file, and nobody else; the file of other work is refused. docs/crypto.md, "Parts to resume
 * from".
 *
 * A part is on the disk when it was added. Of a part that an interruption cut off nothing is taken:
 * the work goes on behind the last whole one. */
#ifndef SEAL_RESUME_H
#define SEAL_RESUME_H

#include "base/parts.h"
#include "seal/hash.h"

/* work: a hash of all that the parts depend on. Makes the file when there is none. After seal_init.
 * E_CANNOT_OPEN: it is of other work, or no such file at all; it stays as it is. E_BUSY: another
 * process has it. E_IO, E_NOMEM. */
int resume_open(const char *path, const struct hash *work, struct parts **ret_parts,
                struct problem *problem) MUST_USE;
/* The work is done: the file goes. E_IO. Free it all the same. */
int resume_remove(struct parts *parts, struct problem *problem) MUST_USE;
/* A file without any part goes too. NULL is none. */
void resume_free(struct parts *parts);

#endif
