/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a door or the hatch sends to the keeper, up to the point where the store is asked. The first
 * byte is how the stream is cut into pieces. The batch has no folder: a request that comes past the
 * table of who may ask what, though it may not, ends here. */
#include "fuzz.h"

#include "line/batch.h"

static void answer_denied(const struct wire_frame *frame)
{
    for (unsigned role = 0; role < 8; role++) {
        const struct wire_rule *rule = wire_rule_of(frame->code);
        struct batch batch = {0};
        struct buf out;

        if (rule && (rule->roles & role) && frame->body.len >= rule->body_min &&
            frame->body.len <= rule->body_max)
            continue;
        buf_init(&out, 64);
        ASSERT(batch_answer(&batch, role, frame, &out) == E_FORMAT);
        ASSERT(out.len == 0 && !batch.open);
        buf_release(&out);
    }
}

static void same_again(const struct wire_frame *frame, struct span taken)
{
    struct buf out;

    buf_init(&out, taken.len);
    wire_put(&out, frame->serial, frame->code, frame->body);
    ASSERT(span_equal(buf_bytes(&out), taken));
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t step = size > 0 ? (size_t)data[0] + 1 : 1, have = 0;
    struct span rest = span_slice(span_of(data, size), 1, size);
    struct wire_frame frame;
    size_t used;

    while (have < rest.len) {
        have = have + step < rest.len ? have + step : rest.len;
        if (wire_take(span_slice(rest, 0, have), WIRE_BODY_MAX, &frame, &used) < 0)
            break;
        if (used == 0)
            continue;
        ASSERT(used <= have);
        same_again(&frame, span_slice(rest, 0, used));
        answer_denied(&frame);
        rest = span_slice(rest, used, rest.len);
        have -= used;
    }
    return 0;
}
