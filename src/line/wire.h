/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What doors and the hatch may ask the keeper for, over a stream socket.
 *
 *   request: u32 length of the rest || u32 serial || u8 op || body
 *   reply:   u32 length of the rest || u32 serial || u8 error || body
 *
 * An error is 0, or the error's number without its sign.
 *
 * Who may ask what stands in one table (wire_ops), and deny is the default. The keeper drops a
 * connection that breaks the framing or asks for what it may not. */
#ifndef LINE_WIRE_H
#define LINE_WIRE_H

#include "base/buf.h"
#include "base/error.h"

#define WIRE_BODY_MAX (2u << 20)   /* a request's */
#define WIRE_REPLY_MAX (64u << 20) /* a reply's */
#define WIRE_HEAD_BYTES 9

enum wire_role { WIRE_DOOR = 1, WIRE_HATCH = 2 };

enum wire_op {
    WIRE_PUT = 1,    /* header || leaf || sealed -> nothing; durable when it is answered.
                        E_EXPIRED: a door's, and its day is not open (any more) */
    WIRE_PROBE,      /* 64 erase tags -> u64, bit i set: tag i is in use; u32 order, which grows;
                        u32 day that is open */
    WIRE_ANSWERS,    /* 64 tags -> for each found: u32 length || header || leaf || sealed */
    WIRE_ERASE,      /* erase secrets, 32 bytes each -> nothing */
    WIRE_ROSTER,     /* -> the roster's chain */
    WIRE_ROSTER_ADD, /* a roster entry -> nothing */
    WIRE_SEALED,     /* ids -> for each: u32 length || header || sealed, if held; fewer too */
    WIRE_PENDING,    /* -> header || leaf, repeated */
    WIRE_ERASED,     /* -> id || secret, repeated */
    WIRE_TILE,       /* path -> bytes */
    WIRE_CHECKPOINT, /* -> signed note */
    WIRE_HELD,       /* signing key (32) || cosigned checkpoint -> nothing */
    WIRE_OP_COUNT
};

struct wire_rule {
    unsigned roles; /* those that may ask, or-ed */
    size_t body_min, body_max;
};
/* NULL for an op that does not exist. */
const struct wire_rule *wire_rule_of(unsigned op);

struct wire_frame {
    uint32_t serial;
    uint8_t code; /* op, or error */
    struct span body;
};
/* Takes one frame from the front of what was received. 0: *ret_used bytes belong to it (0 when more
 * is needed). E_FORMAT when the length is under the head's or over max. */
int wire_take(struct span received, size_t max_body, struct wire_frame *ret_frame,
              size_t *ret_used) MUST_USE;
void wire_put(struct buf *out, uint32_t serial, uint8_t code, struct span body);

#endif
