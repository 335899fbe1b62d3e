/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/span.h"
#include "prop.h"

#include <string.h>

static void integers_are_big_endian(void **state)
{
    (void)state;
    const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    struct cursor c;
    cursor_init(&c, span_of(bytes, sizeof bytes));
    assert_int_equal(cursor_u8(&c), 1);
    assert_int_equal(cursor_u16(&c), 0x0203);
    assert_int_equal(cursor_u32(&c), 0x04050607);
    assert_true(cursor_u64(&c) == 0x08090A0B0C0D0E0Fu);
    assert_int_equal(cursor_end(&c), 0);
}

static void the_error_is_sticky(void **state)
{
    (void)state;
    const uint8_t bytes[] = {1, 2, 3};
    uint8_t out[4] = {9, 9, 9, 9};
    struct cursor c;
    cursor_init(&c, span_of(bytes, sizeof bytes));
    assert_int_equal(cursor_u32(&c), 0);
    assert_true(c.failed);
    assert_int_equal(cursor_u8(&c), 0);
    assert_int_equal(cursor_bytes(&c, 0).len, 0);
    cursor_copy(&c, out, sizeof out);
    assert_memory_equal(out, "\0\0\0\0", 4);
    assert_int_equal(cursor_left(&c), 0);
    assert_int_equal(cursor_end(&c), E_FORMAT);
}

static void what_is_left_over_is_an_error(void **state)
{
    (void)state;
    struct cursor c;
    cursor_init(&c, span_text("ab"));
    cursor_u8(&c);
    assert_int_equal(cursor_end(&c), E_FORMAT);
    cursor_u8(&c);
    assert_int_equal(cursor_end(&c), 0);
}

static void blocks_keep_to_their_limit(void **state)
{
    (void)state;
    struct cursor c;
    cursor_init(&c, span_of("\0\2de\0\0\0\1f", 9));
    assert_true(span_equal(cursor_block16(&c, 9), span_text("de")));
    assert_true(span_equal(cursor_block32(&c, 1), span_text("f")));
    assert_int_equal(cursor_end(&c), 0);
    cursor_init(&c, span_of("\0\3abc", 5));
    assert_int_equal(cursor_block16(&c, 2).len, 0);
    assert_true(c.failed);
    cursor_init(&c, span_of("\0\4abc", 5));
    assert_int_equal(cursor_block16(&c, 100).len, 0);
    assert_true(c.failed);
}

static void lines_end_within_their_limit(void **state)
{
    (void)state;
    struct cursor c;
    cursor_init(&c, span_text("abc\n\nrest"));
    assert_true(span_equal(cursor_line(&c, 3), span_text("abc")));
    assert_int_equal(cursor_line(&c, 3).len, 0);
    assert_false(c.failed);
    assert_int_equal(cursor_line(&c, 100).len, 0);
    assert_true(c.failed);
    cursor_init(&c, span_text("abc\n"));
    cursor_line(&c, 2);
    assert_true(c.failed);
}

static void empty_spans_are_harmless(void **state)
{
    (void)state;
    struct span none = {NULL, 0};
    struct cursor c;
    cursor_init(&c, none);
    assert_int_equal(cursor_end(&c), 0);
    assert_true(span_equal(none, span_text("")));
    assert_true(span_equal(none, span_text(NULL)));
    assert_int_equal(span_slice(none, 0, 5).len, 0);
    assert_int_equal(span_slice(span_text("abc"), 3, 1).len, 0);
    assert_true(span_equal(span_slice(span_text("abc"), 1, SIZE_MAX), span_text("bc")));
    assert_false(span_equal(span_text("abc"), span_text("abd")));
    assert_false(span_equal(span_text("abc"), span_text("ab")));
}

static struct span read_something(struct cursor *c, uint64_t which, size_t max)
{
    switch (which) {
    case 0:
    case 1:
        return cursor_block16(c, max);
    case 2:
        return cursor_block32(c, max);
    case 3:
        return cursor_line(c, max);
    case 4:
        cursor_u64(c);
        return span_of(NULL, 0);
    default:
        return cursor_bytes(c, max);
    }
}

/* Reads of every kind over random bytes, in a block of just that size: a sanitizer sees a byte too
 * many, and the views lie within. */
static void a_cursor_never_reads_past_its_end(void **state)
{
    (void)state;
    struct prop prop = prop_start("a_cursor_never_reads_past_its_end");
    for (int round = 0; round < 3000; round++) {
        size_t len = prop_below(&prop, 40);
        uint8_t *bytes = malloc(len ? len : 1);
        prop_bytes(&prop, bytes, len);
        for (size_t i = 0; i < len; i++)
            if (prop_below(&prop, 3) == 0)
                bytes[i] = (uint8_t)(prop_below(&prop, 2) ? '\n' : 0);
        struct cursor c;
        cursor_init(&c, span_of(bytes, len));
        for (int i = 0; i < 12; i++) {
            size_t before = cursor_left(&c), max = prop_below(&prop, 20);
            struct span view = read_something(&c, prop_below(&prop, 6), max);
            assert_true(cursor_left(&c) <= before);
            assert_true(view.len <= max);
            if (view.len)
                assert_true(view.data >= bytes && view.data + view.len <= bytes + len);
        }
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_big_endian),
        cmocka_unit_test(the_error_is_sticky),
        cmocka_unit_test(what_is_left_over_is_an_error),
        cmocka_unit_test(blocks_keep_to_their_limit),
        cmocka_unit_test(lines_end_within_their_limit),
        cmocka_unit_test(empty_spans_are_harmless),
        cmocka_unit_test(a_cursor_never_reads_past_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
