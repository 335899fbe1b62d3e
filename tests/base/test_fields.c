/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/fields.h"
#include "prop.h"

#include <string.h>

static void fields_are_found_by_number(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    fields_put(&b, 1, span_text("first"));
    fields_put_u32(&b, 2, 0xDEADBEEF);
    fields_put_u64(&b, 3, 0x0102030405060708u);
    fields_put_text(&b, 4, "");
    fields_put_text(&b, 4, NULL);
    fields_put_text(&b, 5, "a");
    fields_put_text(&b, 5, "b");
    fields_put(&b, 7, span_of(NULL, 0));
    struct span all = buf_bytes(&b), value;
    assert_int_equal(fields_check(all), 0);
    assert_true(fields_get(all, 1, &value));
    assert_true(span_equal(value, span_text("first")));
    uint32_t v32 = 1;
    uint64_t v64 = 1;
    assert_true(fields_get_u32(all, 2, &v32) && v32 == 0xDEADBEEF);
    assert_true(fields_get_u64(all, 3, &v64) && v64 == 0x0102030405060708u);
    assert_false(fields_get_u32(all, 3, &v32));
    assert_false(fields_get_u64(all, 2, &v64));
    assert_false(fields_get(all, 4, &value));
    assert_false(fields_get(all, 6, &value));
    assert_true(fields_nth(all, 5, 0, &value) && span_equal(value, span_text("a")));
    assert_true(fields_nth(all, 5, 1, &value) && span_equal(value, span_text("b")));
    assert_false(fields_nth(all, 5, 2, &value));
    assert_true(fields_get(all, 7, &value) && value.len == 0);
    char exact[5];
    assert_true(fields_get_exact(all, 1, exact, 5));
    assert_memory_equal(exact, "first", 5);
    assert_false(fields_get_exact(all, 1, exact, 4));
    assert_false(fields_get_exact(all, 9, exact, 0));
    buf_release(&b);
}

/* The layout, by value. */
static void the_bytes_are_as_documented(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    fields_put(&b, 0x0102, span_text("xyz"));
    fields_put_u32(&b, 0x0103, 5);
    assert_int_equal(b.len, 19);
    assert_memory_equal(b.data, "\1\2\0\0\0\3xyz\1\3\0\0\0\4\0\0\0\5", 19);
    buf_release(&b);
}

static void disorder_and_short_bytes_are_refused(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    fields_put_text(&b, 2, "a");
    fields_put_text(&b, 1, "b");
    assert_int_equal(fields_check(buf_bytes(&b)), E_FORMAT);
    buf_reset(&b);
    fields_put_text(&b, 1, "a");
    fields_put_text(&b, 2, "bcd");
    for (size_t len = 0; len <= b.len; len++) {
        bool whole = len == 0 || len == 7 || len == b.len;
        assert_int_equal(fields_check(span_slice(buf_bytes(&b), 0, len)), whole ? 0 : E_FORMAT);
    }
    assert_int_equal(fields_check(span_of("\0\1\xFF\xFF\xFF\xFF", 6)), E_FORMAT);
    buf_release(&b);
}

static void any_ordered_list_is_read_again(void **state)
{
    (void)state;
    struct prop prop = prop_start("any_ordered_list_is_read_again");
    struct buf b;
    buf_init(&b, 4000);
    for (int round = 0; round < 500; round++) {
        uint8_t values[20][30];
        size_t lens[20];
        uint16_t numbers[20], number = 0;
        buf_reset(&b);
        for (int i = 0; i < 20; i++) {
            number = (uint16_t)(number + prop_below(&prop, 3));
            numbers[i] = number;
            lens[i] = prop_below(&prop, sizeof values[i]);
            prop_bytes(&prop, values[i], lens[i]);
            fields_put(&b, number, span_of(values[i], lens[i]));
        }
        assert_int_equal(fields_check(buf_bytes(&b)), 0);
        for (int i = 0; i < 20; i++) {
            size_t nth = 0;
            while (i > (int)nth && numbers[i - 1 - (int)nth] == numbers[i])
                nth++;
            struct span value;
            assert_true(fields_nth(buf_bytes(&b), numbers[i], nth, &value));
            assert_true(span_equal(value, span_of(values[i], lens[i])));
        }
    }
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_found_by_number),
        cmocka_unit_test(the_bytes_are_as_documented),
        cmocka_unit_test(disorder_and_short_bytes_are_refused),
        cmocka_unit_test(any_ordered_list_is_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
