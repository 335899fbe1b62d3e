/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/random.h"

#include <errno.h>
#include <sys/random.h>

#include "base/compiler.h"

void random_bytes(void *out, size_t len)
{
    uint8_t *at = out;
    while (len) {
        ssize_t got = getrandom(at, len, 0);
        if (got < 0 && errno == EINTR)
            continue;
        ASSERT(got > 0);
        at += got;
        len -= (size_t)got;
    }
}

uint32_t random_below(uint32_t below)
{
    ASSERT(below > 0);
    /* The first (2^32 mod below) numbers would make the small remainders likelier. */
    uint32_t skip = -below % below, v;
    do
        random_bytes(&v, sizeof v);
    while (v < skip);
    return v % below;
}
