/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A queue is read, and every pair of it is shown. */
#include "fuzz.h"
#include "link/queue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct link_queue queue;
    arena_init(&arena, 1 << 24);
    if (link_queue_read(span_of(data, size), &arena, &queue, NULL) == 0) {
        for (size_t i = 0; i < queue.count; i++) {
            struct buf out;
            buf_init(&out, 1 << 22);
            link_queue_show(&queue, &queue.items[i], 20 + size % 100, &out);
            ASSERT(!out.data || !memchr(out.data, 0x1b, out.len));
            buf_release(&out);
        }
    }
    arena_release(&arena);
    return 0;
}
