/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Writes all that a desk pulls into a directory, under the names of docs/hatch.md: for a stick. */
#ifndef LINE_EXPORT_H
#define LINE_EXPORT_H

#include "line/folder.h"

/* The directory is made; it must not be there. ret_entries: how many entries' sealed bytes were
 * written. */
int export_folder(struct folder *folder, const char *to, uint64_t *ret_entries,
                  struct problem *problem) MUST_USE;

#endif
