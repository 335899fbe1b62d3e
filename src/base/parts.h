/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What long work has finished, part after part, so that after an interruption the same work goes on
 * from there. First all parts that are there are taken, then more are added. Handed in to the
 * engines by whoever starts them; where the parts are kept is its own matter (seal/resume.h: a
 * sealed file).
 *
 * One thread at a time. */
#ifndef BASE_PARTS_H
#define BASE_PARTS_H

#include "base/buf.h"
#include "base/error.h"

#define PARTS_PART_MAX_BYTES (64u << 20)

struct parts {
    const struct parts_calls *calls;
    struct problem problem; /* what went wrong, for a person, after an error */
};

struct parts_calls {
    int (*next)(struct parts *p, struct buf *out, bool *ret_got);
    int (*add)(struct parts *p, struct span part);
};

/* The next of the parts that were added before is appended to out; false when there are no more.
 * E_IO, E_DAMAGED, E_NOMEM. */
MUST_USE static inline int parts_next(struct parts *p, struct buf *out, bool *ret_got)
{
    return p->calls->next(p, out, ret_got);
}

/* One more behind those that were taken; others that were there are forgotten. After 0 it is kept
 * whatever happens. E_TOO_LARGE, E_IO (as when the disk is full), E_NOMEM. */
MUST_USE static inline int parts_add(struct parts *p, struct span part)
{
    return p->calls->add(p, part);
}

#endif
