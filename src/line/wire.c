/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "line/wire.h"

static const struct wire_rule rules[WIRE_OP_COUNT] = {
    [WIRE_PUT] = {WIRE_DOOR | WIRE_HATCH, 54 + 113 + 1, WIRE_BODY_MAX},
    [WIRE_PROBE] = {WIRE_DOOR, 1024, 1024},
    [WIRE_ANSWERS] = {WIRE_DOOR, 1024, 1024},
    [WIRE_ERASE] = {WIRE_DOOR, 32, 4096},
    [WIRE_ROSTER] = {WIRE_DOOR | WIRE_HATCH, 0, 0},
    [WIRE_ROSTER_ADD] = {WIRE_HATCH, 1, 16384},
    [WIRE_SEALED] = {WIRE_HATCH, 16, 16 * 256},
    [WIRE_PENDING] = {WIRE_HATCH, 0, 0},
    [WIRE_ERASED] = {WIRE_HATCH, 0, 0},
    [WIRE_TILE] = {WIRE_HATCH, 1, 128},
    [WIRE_CHECKPOINT] = {WIRE_HATCH, 0, 0},
    [WIRE_HELD] = {WIRE_HATCH, 33, 65536},
};

const struct wire_rule *wire_rule_of(unsigned op)
{
    return op > 0 && op < WIRE_OP_COUNT ? &rules[op] : NULL;
}

int wire_take(struct span received, size_t max_body, struct wire_frame *ret_frame, size_t *ret_used)
{
    struct cursor c;
    uint32_t length;

    *ret_used = 0;
    if (received.len < 4)
        return 0;
    cursor_init(&c, received);
    length = cursor_u32(&c);
    REJECT_IF(length < WIRE_HEAD_BYTES - 4 || length > max_body + WIRE_HEAD_BYTES - 4, E_FORMAT);
    if (cursor_left(&c) < length)
        return 0;
    ret_frame->serial = cursor_u32(&c);
    ret_frame->code = cursor_u8(&c);
    ret_frame->body = cursor_bytes(&c, length - (WIRE_HEAD_BYTES - 4));
    *ret_used = length + 4;
    return 0;
}

void wire_put(struct buf *out, uint32_t serial, uint8_t code, struct span body)
{
    buf_u32(out, (uint32_t)body.len + WIRE_HEAD_BYTES - 4);
    buf_u32(out, serial);
    buf_u8(out, code);
    buf_span(out, body);
}
