/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* All files that are named, and all in folders that are named, in order of their paths: not hidden
 * ones, no folder that is only linked to, and in folders only files of the endings that are asked
 * for. A file that is named itself is taken whatever it is called. */
#ifndef DESK_WALK_H
#define DESK_WALK_H

#include "base/arena.h"
#include "base/error.h"
#include "base/watch.h"

#define WALK_DEPTH_MAX 64

struct walk_file {
    const char *path; /* whole, with links resolved in what was named */
    uint64_t size;
    int64_t changed_ns; /* since 1970 */
};

struct walk {
    struct arena arena;
    struct walk_file *files; /* each once */
    size_t count, capacity;
    size_t passed_over;            /* files in folders that have another ending */
    const char *passed_over_first; /* of them, in order of paths */
};

void walk_init(struct walk *w);
void walk_release(struct walk *w);
/* endings as ".txt", up to NULL. Sorts; called once for all that is named. E_NOT_FOUND, E_IO,
 * E_NOMEM, E_STOPPED. */
int walk_all(struct walk *w, char *const *named, size_t count, const char *const *endings,
             struct watch *watch, struct problem *problem) MUST_USE;

#endif
