/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Decisions are read, settled, written again and read: the same ones. */
#include "fuzz.h"
#include "link/decisions.h"

static uint32_t find(void *arg, struct span key)
{
    (void)arg;
    return key.len == 1 ? key.data[0] : UINT32_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct buf again;
    struct link_decision *decisions, *twice;
    struct link_settled settled;
    size_t count, count_twice;
    arena_init(&arena, 1 << 24);
    buf_init(&again, 1 << 24);
    if (link_decisions_read(span_of(data, size), &arena, &decisions, &count, NULL) == 0) {
        ASSERT(link_decisions_settle(decisions, count, size % 2, find, NULL, &arena, &settled) ==
               0);
        ASSERT(settled.must_count + settled.cannot_count + settled.waiting + settled.unsure +
                   settled.dispute_count + settled.unknown <=
               count);
        link_decisions_begin(&again);
        for (size_t i = 0; i < count; i++)
            link_decision_put(&again, &decisions[i]);
        ASSERT(buf_error(&again) == 0);
        ASSERT(link_decisions_read(buf_bytes(&again), &arena, &twice, &count_twice, NULL) == 0);
        ASSERT(count_twice == count);
        for (size_t i = 0; i < count; i++)
            ASSERT(span_equal(decisions[i].reason, twice[i].reason) &&
                   decisions[i].answer == twice[i].answer);
    }
    buf_release(&again);
    arena_release(&arena);
    return 0;
}
