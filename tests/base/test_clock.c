/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "prop.h"

#include <string.h>

static void known_days(void **state)
{
    (void)state;
    char text[CLOCK_DAY_TEXT_BYTES];
    uint32_t day = 1;
    clock_day_text(0, text);
    assert_string_equal(text, "1970-01-01");
    clock_day_text(22378, text);
    assert_string_equal(text, "2031-04-09");
    assert_int_equal(clock_day_read(span_text("2031-04-09"), &day), 0);
    assert_int_equal(day, 22378);
    assert_int_equal(clock_day_read(span_text("2028-02-29"), &day), 0);
    clock_day_text(UINT32_MAX, text);
    assert_string_equal(text, "9999-12-31");
    assert_int_equal(clock_day_read(span_text("9999-12-31"), &day), 0);
    char minute_text[CLOCK_MINUTE_TEXT_BYTES];
    clock_minute_text(UINT32_MAX, minute_text);
    assert_string_equal(minute_text, "9999-12-31 23:59");
}

static void what_is_no_day_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"2027-02-29",  "2031-13-01", "2031-00-01",  "2031-04-31",
                                      "2031-04-00",  "1969-12-31", "2031-4-9",    "2031/04/09",
                                      "2031-04-0a",  "",           "2031-04-09 ", "+031-04-09",
                                      "2031-04-099", "-2031-04-0"};
    static const char *const bad_minutes[] = {
        "2031-04-09 24:00", "2031-04-09 23:60", "2031-04-09x23:00", "2031-04-09 2:000",
        "2031-04-09",       "2031-02-30 10:00", "2031-04-09 1a:00", "2031-04-09 10.00"};
    uint32_t v = 77;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(clock_day_read(span_text(bad[i]), &v), E_FORMAT);
    for (size_t i = 0; i < COUNT_OF(bad_minutes); i++)
        assert_int_equal(clock_minute_read(span_text(bad_minutes[i]), &v), E_FORMAT);
    assert_int_equal(v, 77);
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    struct prop prop = prop_start("what_is_written_is_read_again");
    for (int round = 0; round < 5000; round++) {
        uint32_t day = (uint32_t)prop_below(&prop, 2932897), read_day = 0;
        uint32_t minute = (uint32_t)prop_below(&prop, 2932896u * 1440u), read_minute = 0;
        char text[CLOCK_DAY_TEXT_BYTES], minute_text[CLOCK_MINUTE_TEXT_BYTES];
        clock_day_text(day, text);
        assert_int_equal(clock_day_read(span_text(text), &read_day), 0);
        assert_int_equal(read_day, day);
        clock_minute_text(minute, minute_text);
        minute_text[10] = prop_below(&prop, 2) ? 'T' : ' ';
        assert_int_equal(clock_minute_read(span_text(minute_text), &read_minute), 0);
        assert_int_equal(read_minute, minute);
        assert_int_equal(clock_day((int64_t)minute * 60 + 59), minute / 1440);
        assert_int_equal(clock_minute((int64_t)minute * 60 + 59), minute);
    }
    assert_int_equal(clock_day(-1), 0);
    assert_int_equal(clock_minute(INT64_MAX), UINT32_MAX);
}

static void the_clock_can_be_stopped(void **state)
{
    (void)state;
    clock_use_fixed_s(1933459200);
    assert_int_equal(clock_now_s(), 1933459200);
    clock_use_fixed_s(0);
    assert_true(clock_now_s() > 1600000000 && clock_now_s() != 1933459200);
    int64_t before = clock_monotonic_ms();
    assert_true(clock_monotonic_ms() >= before);
}

/* 256 bytes that are all zero, or a number that never comes, would be seen once in 2^100 runs. */
static void random_numbers_fill_their_range(void **state)
{
    (void)state;
    uint8_t bytes[257] = {0};
    int zeros = 0;
    random_bytes(bytes, 256);
    for (int i = 0; i < 256; i++)
        zeros += bytes[i] == 0;
    assert_true(zeros < 64);
    assert_int_equal(bytes[256], 0);
    random_bytes(bytes, 0);
    int counts[3] = {0};
    for (int i = 0; i < 3000; i++)
        counts[random_below(3)]++;
    for (int i = 0; i < 3; i++)
        assert_true(counts[i] > 700 && counts[i] < 1300);
    assert_int_equal(random_below(1), 0);
    bool high = false;
    for (int i = 0; i < 200; i++)
        high = high || random_below(0xC0000000u) >= 0x60000000u;
    assert_true(high);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_days),
        cmocka_unit_test(what_is_no_day_is_refused),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(the_clock_can_be_stopped),
        cmocka_unit_test(random_numbers_fill_their_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
