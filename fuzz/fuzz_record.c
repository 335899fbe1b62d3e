/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The first byte says which kind of record it is. What is read can be written, and is read again
 * from that as the same. */
#include "desk/record.h"
#include "fuzz.h"

#include "base/error.h"

#define WRITTEN_MAX (64u << 10)

static void details(struct span content, struct buf *again)
{
    struct record_details one, two;
    if (record_details_read(content, &one) < 0)
        return;
    ASSERT(record_details_put(&one, again) == 0);
    ASSERT(record_details_read(buf_bytes(again), &two) == 0);
    ASSERT(one.set == two.set && one.danger == two.danger && one.due_minute == two.due_minute);
    ASSERT(one.handled == two.handled && span_equal(one.note, two.note));
    ASSERT(span_equal(one.safe_ways, two.safe_ways) && span_equal(one.to_others, two.to_others));
}

static void answered(struct span content, struct buf *again)
{
    struct record_answered one, two;
    if (record_answered_read(content, &one) < 0)
        return;
    ASSERT(record_answered_put(&one, again) == 0);
    ASSERT(record_answered_read(buf_bytes(again), &two) == 0);
    ASSERT(one.slot == two.slot && span_equal(one.text, two.text));
}

static void consent(struct span content, struct buf *again)
{
    struct record_consent one, two;
    if (record_consent_read(content, &one) < 0)
        return;
    ASSERT(record_consent_put(&one, again) == 0);
    ASSERT(record_consent_read(buf_bytes(again), &two) == 0);
    ASSERT(one.given == two.given && span_equal(one.purpose, two.purpose));
    ASSERT(span_equal(one.recipient, two.recipient));
}

static void erasure(struct span content, struct buf *again)
{
    struct record_erasure one, two;
    if (record_erasure_read(content, &one) < 0)
        return;
    ASSERT(record_erasure_put(&one, again) == 0);
    ASSERT(record_erasure_read(buf_bytes(again), &two) == 0);
    ASSERT(one.decision == two.decision && span_equal(one.reason, two.reason));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const kinds[])(struct span content, struct buf * again) = {details, answered,
                                                                             consent, erasure};
    if (size == 0)
        return 0;
    struct buf again;
    buf_init(&again, WRITTEN_MAX);
    kinds[data[0] % COUNT_OF(kinds)](span_of(data + 1, size - 1), &again);
    buf_release(&again);
    return 0;
}
