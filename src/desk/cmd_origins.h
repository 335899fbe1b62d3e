/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What vouchsafe origins reads: files, folders, and an index of what was read before. */
#ifndef DESK_CMD_ORIGINS_H
#define DESK_CMD_ORIGINS_H

#include "base/file.h"
#include "desk/walk.h"
#include "origins/gather.h"

struct origins_files {
    char *const *named;
    size_t count;
    const char *index;      /* a file that may be there, or NULL */
    uint64_t languages_sum; /* changes when the rules by which days are read do */
    struct gather_setup setup;
    struct problem *problem;
    struct walk walk;
    bool *had;           /* by file of the walk: the index has it */
    const char *begun;   /* where an index goes aside that was being written when a run was ended */
    uint64_t begun_left; /* files of it that are whole and have not been looked at */
    struct file_stream *stream;
    struct gather *gather; /* closed after origins_files_gather */
};

/* The index is written before it returns, whole or not at all. What a run that was killed had
 * written of it is used by the next one. Errors of walk_all and gather.h;
 * release it also after a failure. */
int origins_files_gather(struct origins_files *f) MUST_USE;
void origins_files_release(struct origins_files *f);

#endif
