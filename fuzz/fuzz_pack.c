/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Packs: what is read is written and read again. */
#include "fuzz.h"
#include "seal/roster.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct roster *roster, *back;
    struct problem problem = {0};
    struct buf pack;
    if (seal_init() < 0)
        return 0;
    int error = pack_read(span_of(data, size), &roster, &problem);
    if (error) {
        ASSERT(problem.text[0] || error == E_TOO_LARGE);
        return 0;
    }
    buf_init(&pack, PACK_TEXT_MAX);
    pack_write(roster, &pack);
    error = pack_read(buf_bytes(&pack), &back, NULL);
    ASSERT(!error && roster_count(back) == roster_count(roster));
    roster_free(roster);
    roster_free(back);
    buf_release(&pack);
    return 0;
}
