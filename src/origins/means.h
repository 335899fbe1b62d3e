/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the parts of this room work with, handed in by whoever starts them; each may be NULL or
 * 0. */
#ifndef ORIGINS_MEANS_H
#define ORIGINS_MEANS_H

#include "base/spill.h"
#include "base/watch.h"
#include "base/workers.h"

struct origins_means {
    struct workers *workers;
    struct watch *watch;
    struct spill *spill; /* for what is more than memory_bytes; NULL: memory is taken */
    size_t memory_bytes; /* 0: ORIGINS_MEMORY_BYTES */
};
#define ORIGINS_MEMORY_BYTES ((size_t)1 << 30)

#endif
