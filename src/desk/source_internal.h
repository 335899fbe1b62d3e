/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DESK_SOURCE_INTERNAL_H
#define DESK_SOURCE_INTERNAL_H

#include "desk/source.h"

struct source_ops {
    int (*get)(struct source *source, const char *path, size_t max_bytes, struct buf *out,
               struct problem *problem);
    int (*get_sealed)(struct source *source, const uint8_t *const *ids, size_t count,
                      struct buf *out, struct problem *problem);
    int (*post)(struct source *source, const char *path, struct span body,
                struct problem *problem); /* NULL: it takes nothing */
    void (*release)(struct source *source);
};

struct source {
    const struct source_ops *ops;
    char *address;           /* a folder, or a URL without the last slash */
    void *more;              /* of the kind of source */
    source_wait_fn *on_wait; /* NULL: nobody */
    void *on_wait_context;
};

int source_internal_new(const struct source_ops *ops, const char *address,
                        struct source **ret_source) MUST_USE;

#endif
