/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Headers and leaves of entries: what is read is written back to the same bytes. */
#include <string.h>

#include "fuzz.h"
#include "seal/entry.h"
#include "seal/seal.h"

static void header(struct span bytes)
{
    struct entry_header header;
    uint8_t again[ENTRY_HEADER_BYTES];
    if (entry_header_read(bytes, &header) < 0)
        return;
    entry_header_write(&header, again);
    ASSERT(bytes.len == sizeof again && memcmp(bytes.data, again, sizeof again) == 0);
    ASSERT(entry_sealed_bytes(header.bucket) > entry_bucket_bytes(header.bucket));
}

static void leaf(struct span bytes)
{
    struct entry_leaf leaf;
    uint8_t again[ENTRY_LEAF_BYTES];
    if (entry_leaf_read(bytes, &leaf) < 0)
        return;
    entry_leaf_write(&leaf, again);
    ASSERT(bytes.len == sizeof again && memcmp(bytes.data, again, sizeof again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span all = span_of(data, size);
    struct problem problem = {0};
    if (seal_init() < 0)
        return 0;
    header(all);
    leaf(all);
    int error = entry_check(span_slice(all, 0, ENTRY_HEADER_BYTES),
                            span_slice(all, ENTRY_HEADER_BYTES, ENTRY_LEAF_BYTES),
                            span_slice(all, ENTRY_HEADER_BYTES + ENTRY_LEAF_BYTES, size), &problem);
    ASSERT((error != 0) == (problem.text[0] != '\0'));
    return 0;
}
