/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Of a passage that two documents share: who is likely to have taken it from whom, and why that is
 * thought.
 *
 * Four things speak for a way. The other document is earlier. The text names the other's outlet,
 * near the passage or at its top. The other names who said it, and here the name was lost: whoever
 * rewrites leaves names out, and cannot put in one that was not there. The other carries its own
 * outlet's name there, as agencies do, and here it is gone. Where the first two speak against each
 * other, and where nothing speaks, it cannot be told. The last two decide only without them.
 *
 * Both may have it from a third document: of those that have the passage, one whose wording stands
 * nearer to both than they do to each other is told too. It may also be a document that nobody
 * has. */
#ifndef ORIGINS_DIRECTION_H
#define ORIGINS_DIRECTION_H

#include "origins/origins.h"

enum direction_way {
    DIRECTION_UNTOLD,
    DIRECTION_A_FROM_B,
    DIRECTION_B_FROM_A,
};

/* Bits. */
#define DIRECTION_DATE 1u   /* the other is earlier */
#define DIRECTION_NAMED 2u  /* it names the other's outlet */
#define DIRECTION_LOST 4u   /* the other names who said it, it does not */
#define DIRECTION_SIGNED 8u /* the other carries its own outlet's name, it does not */

struct direction {
    enum direction_way way;
    unsigned a_from_b, b_from_a; /* what speaks for each, also where it cannot be told */
    uint32_t between;            /* a document, or UINT32_MAX */
};

struct directions;

/* One thread at a time; needs the run. E_NOMEM. */
int directions_new(const struct origins *o, struct directions **ret_directions) MUST_USE;
void directions_free(struct directions *d);
/* E_IO, E_NOMEM. */
int directions_of(struct directions *d, size_t passage, struct direction *ret_direction) MUST_USE;

#endif
