/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "desk/when.h"
#include "prop.h"

/* POSIX names, so that no zone files are needed: three hours east; and a zone that changes. */
#define EAST "<+03>-3"
#define CHANGING "CET-1CEST,M3.5.0,M10.5.0/3"

static void use_zone(const char *zone)
{
    setenv("TZ", zone, 1);
    tzset();
}

static uint32_t utc(const char *text)
{
    uint32_t minute = 0;
    assert_int_equal(clock_minute_read(span_text(text), &minute), 0);
    return minute;
}

static void assert_shown(const char *minute_utc, const char *local, const char *zone)
{
    char text[WHEN_TEXT_BYTES], zone_text[WHEN_ZONE_BYTES];
    uint32_t back = 0;
    when_text(utc(minute_utc), text);
    assert_string_equal(text, local);
    when_zone(utc(minute_utc), zone_text);
    assert_string_equal(zone_text, zone);
    assert_int_equal(when_read(span_text(local), &back), 0);
    assert_int_equal(back, utc(minute_utc));
}

static void local_time_is_shown_and_read(void **state)
{
    (void)state;
    use_zone("UTC0");
    assert_shown("2031-04-09 14:05", "2031-04-09 14:05", "UTC");
    use_zone(EAST);
    assert_shown("2031-04-09 22:05", "2031-04-10 01:05", "UTC+03:00");
    use_zone("<-0330>3:30");
    assert_shown("2031-04-09 02:05", "2031-04-08 22:35", "UTC-03:30");
}

static void both_sides_of_a_change_of_clocks(void **state)
{
    (void)state;
    use_zone(CHANGING); /* on 2031-03-30 at 01:00 UTC, on 2031-10-26 at 01:00 UTC */
    assert_shown("2031-03-30 00:59", "2031-03-30 01:59", "UTC+01:00");
    assert_shown("2031-03-30 01:00", "2031-03-30 03:00", "UTC+02:00");
    assert_shown("2031-10-25 22:30", "2031-10-26 00:30", "UTC+02:00");
    assert_shown("2031-10-26 02:30", "2031-10-26 03:30", "UTC+01:00");
}

static void fields_and_days(void **state)
{
    (void)state;
    char field[WHEN_TEXT_BYTES], day[CLOCK_DAY_TEXT_BYTES];
    uint32_t minute;
    use_zone(EAST);
    when_field(utc("2031-04-09 22:05"), field);
    assert_string_equal(field, "2031-04-10T01:05");
    when_day(utc("2031-04-09 22:05"), day);
    assert_string_equal(day, "2031-04-10");
    assert_int_equal(when_read(span_text("2031-04-10T01:05"), &minute), 0);
    assert_int_equal(minute, utc("2031-04-09 22:05"));
    assert_int_equal(when_read(span_text("tomorrow"), &minute), E_FORMAT);
    assert_int_equal(when_read(span_text("1970-01-01 01:00"), &minute), E_FORMAT); /* before 0 */
}

/* Every minute but those of the repeated hour comes back. */
static void what_is_shown_reads_back(void **state)
{
    (void)state;
    struct prop prop = prop_start("when");
    use_zone(CHANGING);
    for (int i = 0; i < 20000; i++) {
        uint32_t minute = utc("2030-01-01 00:00") + (uint32_t)prop_below(&prop, 5 * 365 * 1440);
        uint32_t back;
        char text[WHEN_TEXT_BYTES], again[WHEN_TEXT_BYTES];
        when_text(minute, text);
        assert_int_equal(when_read(span_text(text), &back), 0);
        when_text(back, again);
        assert_string_equal(text, again);
        assert_true(back == minute || back == minute + 60 || back + 60 == minute);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(local_time_is_shown_and_read),
        cmocka_unit_test(both_sides_of_a_change_of_clocks),
        cmocka_unit_test(fields_and_days),
        cmocka_unit_test(what_is_shown_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
