/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Languages that callers may speak: more than the pages are translated into. */
#ifndef DESK_SPOKEN_H
#define DESK_SPOKEN_H

#include <stdbool.h>
#include <stddef.h>

struct spoken {
    const char *code; /* ISO 639, two or three letters */
    const char *name; /* its own */
    bool right_to_left;
};

/* In the order of their codes; NULL behind the last. */
const struct spoken *spoken_at(size_t place);
/* NULL when it is not in the list. */
const struct spoken *spoken_find(const char *code);

#endif
