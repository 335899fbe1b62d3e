/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "line/wire.h"
#include "prop.h"

static void round_trip(void **state)
{
    struct prop prop = prop_start("wire_round_trip");
    uint8_t body[4096];

    (void)state;
    for (int i = 0; i < 500; i++) {
        size_t len = prop_below(&prop, sizeof body), used;
        uint32_t serial = (uint32_t)prop_u64(&prop);
        uint8_t code = (uint8_t)prop_u64(&prop);
        struct wire_frame frame;
        struct buf out;

        prop_bytes(&prop, body, len);
        buf_init(&out, 3 * sizeof body);
        wire_put(&out, serial, code, span_of(body, len));
        wire_put(&out, serial + 1, code, span_of(NULL, 0));
        assert_int_equal(wire_take(buf_bytes(&out), sizeof body, &frame, &used), 0);
        assert_int_equal(used, len + WIRE_HEAD_BYTES);
        assert_int_equal(frame.serial, serial);
        assert_int_equal(frame.code, code);
        assert_true(span_equal(frame.body, span_of(body, len)));
        buf_release(&out);
    }
}

/* Whatever is missing of a frame, nothing is taken and nothing is refused. */
static void part_of_a_frame_waits(void **state)
{
    struct wire_frame frame;
    struct buf out;
    size_t used = 1;

    (void)state;
    buf_init(&out, 100);
    wire_put(&out, 1, WIRE_TILE, span_text("tile/0/000"));
    for (size_t len = 0; len < out.len; len++) {
        assert_int_equal(wire_take(span_of(out.data, len), 100, &frame, &used), 0);
        assert_int_equal(used, 0);
    }
    buf_release(&out);
}

static int take(uint32_t length, size_t max_body)
{
    uint8_t bytes[64] = {(uint8_t)(length >> 24), (uint8_t)(length >> 16), (uint8_t)(length >> 8),
                         (uint8_t)length};
    struct wire_frame frame;
    size_t used;

    return wire_take(span_of(bytes, sizeof bytes), max_body, &frame, &used);
}

static void length_out_of_bounds(void **state)
{
    (void)state;
    for (uint32_t length = 0; length < 5; length++)
        assert_int_equal(take(length, 20), E_FORMAT);
    assert_int_equal(take(5, 20), 0);
    assert_int_equal(take(25, 20), 0);
    assert_int_equal(take(26, 20), E_FORMAT);
    assert_int_equal(take(UINT32_MAX, WIRE_BODY_MAX), E_FORMAT);
}

/* The whole table, written down a second time: who may ask what. */
static void who_may_ask(void **state)
{
    static const unsigned roles[WIRE_OP_COUNT] = {
        [WIRE_PUT] = WIRE_DOOR | WIRE_HATCH,
        [WIRE_PROBE] = WIRE_DOOR,
        [WIRE_ANSWERS] = WIRE_DOOR,
        [WIRE_ERASE] = WIRE_DOOR,
        [WIRE_ROSTER] = WIRE_DOOR | WIRE_HATCH,
        [WIRE_ROSTER_ADD] = WIRE_HATCH,
        [WIRE_SEALED] = WIRE_HATCH,
        [WIRE_PENDING] = WIRE_HATCH,
        [WIRE_ERASED] = WIRE_HATCH,
        [WIRE_TILE] = WIRE_HATCH,
        [WIRE_CHECKPOINT] = WIRE_HATCH,
        [WIRE_HELD] = WIRE_HATCH,
    };

    (void)state;
    assert_null(wire_rule_of(0));
    for (unsigned op = 1; op < WIRE_OP_COUNT; op++)
        assert_int_equal(wire_rule_of(op)->roles, roles[op]);
    for (unsigned op = WIRE_OP_COUNT; op < 300; op++)
        assert_null(wire_rule_of(op));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(part_of_a_frame_waits),
        cmocka_unit_test(length_out_of_bounds),
        cmocka_unit_test(who_may_ask),
    };

    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
