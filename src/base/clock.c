/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "base/error.h"

#define DAY_S 86400
#define DAY_MINUTES 1440
#define DAYS_FROM_YEAR_0 719468 /* from the 1st of March of the year 0 to 1970-01-01 */
#define ERA_DAYS 146097
#define LAST_DAY 2932896 /* 9999-12-31: a day from a stranger's header may be any number */

static atomic_int_fast64_t fixed_s;

void clock_use_fixed_s(int64_t now_s)
{
    atomic_store(&fixed_s, now_s);
}

int64_t clock_now_s(void)
{
    int64_t fixed = atomic_load(&fixed_s);
    return fixed ? fixed : (int64_t)time(NULL);
}

int64_t clock_monotonic_ms(void)
{
    struct timespec now;
    ASSERT(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint32_t count_of(int64_t now_s, int64_t unit_s)
{
    int64_t count = now_s < 0 ? 0 : now_s / unit_s;
    return count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

uint32_t clock_day(int64_t now_s)
{
    return count_of(now_s, DAY_S);
}

uint32_t clock_minute(int64_t now_s)
{
    return count_of(now_s, 60);
}

/* Not gmtime_r: that reads the file of the time zone first, which a process without files may not.
 * Years here begin with March, so that a leap day is a year's last; an era is 400 of them. */
void clock_day_text(uint32_t day, char out[CLOCK_DAY_TEXT_BYTES])
{
    uint32_t known = (day > LAST_DAY ? LAST_DAY : day) + DAYS_FROM_YEAR_0;
    uint32_t era = known / ERA_DAYS, of_era = known % ERA_DAYS;
    uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * of_year + 2) / 153;
    uint32_t of_month = of_year - (153 * month + 2) / 5 + 1;
    bool next_year = month >= 10;
    snprintf(out, CLOCK_DAY_TEXT_BYTES, "%04u-%02u-%02u", (era * 400 + year + next_year) % 10000,
             (next_year ? month - 9 : month + 3) % 100, of_month % 100);
}

void clock_minute_text(uint32_t minute, char out[CLOCK_MINUTE_TEXT_BYTES])
{
    const uint32_t last = (LAST_DAY + 1u) * DAY_MINUTES - 1;
    uint32_t known = minute > last ? last : minute, of_day = known % DAY_MINUTES;
    clock_day_text(known / DAY_MINUTES, out);
    snprintf(out + CLOCK_DAY_TEXT_BYTES - 1, 7, " %02u:%02u", of_day / 60 % 100, of_day % 60 % 100);
}

/* len digits at text.data[from], or -1. */
static int digits_at(struct span text, size_t from, size_t len)
{
    int value = 0;
    for (size_t i = from; i < from + len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return -1;
        value = value * 10 + (text.data[i] - '0');
    }
    return value;
}

int clock_day_read(struct span text, uint32_t *ret_day)
{
    REJECT_IF(text.len != CLOCK_DAY_TEXT_BYTES - 1, E_FORMAT);
    REJECT_IF(text.data[4] != '-' || text.data[7] != '-', E_FORMAT);
    int year = digits_at(text, 0, 4), month = digits_at(text, 5, 2), day = digits_at(text, 8, 2);
    REJECT_IF(year < 1970 || month < 1 || day < 1, E_FORMAT);
    struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    time_t at = timegm(&tm);
    /* timegm makes 1 March of 29 February where there is none. */
    REJECT_IF(tm.tm_mon != month - 1 || tm.tm_mday != day, E_FORMAT);
    *ret_day = clock_day(at);
    return 0;
}

int clock_minute_read(struct span text, uint32_t *ret_minute)
{
    REJECT_IF(text.len != CLOCK_MINUTE_TEXT_BYTES - 1, E_FORMAT);
    REJECT_IF(text.data[10] != ' ' && text.data[10] != 'T', E_FORMAT);
    REJECT_IF(text.data[13] != ':', E_FORMAT);
    int hour = digits_at(text, 11, 2), minute = digits_at(text, 14, 2);
    REJECT_IF(hour < 0 || hour > 23 || minute < 0 || minute > 59, E_FORMAT);
    uint32_t day;
    TRY(clock_day_read(span_slice(text, 0, CLOCK_DAY_TEXT_BYTES - 1), &day));
    *ret_minute = day * DAY_MINUTES + (uint32_t)(hour * 60 + minute);
    return 0;
}
