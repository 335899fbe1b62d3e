/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Pairs of records, and those worth keeping: likely, or likely enough to be looked at. */
#ifndef LINK_EDGE_H
#define LINK_EDGE_H

#include <stdint.h>

struct link_pair {
    uint32_t a, b;
};

struct link_edge {
    uint32_t a, b; /* records, a < b */
    float bits;    /* base-2 logarithm of the odds that they are one person, prior included */
};

/* Pairs below it are not kept: about 1 in 1,000. */
#define LINK_EDGE_BITS_MIN (-10.0f)

#endif
