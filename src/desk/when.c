/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The calendar is base/clock.h's; all that the system is asked for is the zone's offset. */
#include "desk/when.h"

#include <time.h>

#define DAY_MINUTES (24 * 60)

static int64_t offset_minutes(int64_t minute)
{
    time_t at = (time_t)(minute * 60);
    struct tm local;
    return localtime_r(&at, &local) ? local.tm_gmtoff / 60 : 0;
}

static uint32_t to_local(uint32_t minute)
{
    int64_t local = minute + offset_minutes(minute);
    return local < 0 ? 0 : local > UINT32_MAX ? UINT32_MAX : (uint32_t)local;
}

void when_text(uint32_t minute, char out[WHEN_TEXT_BYTES])
{
    clock_minute_text(to_local(minute), out);
}

void when_field(uint32_t minute, char out[WHEN_TEXT_BYTES])
{
    when_text(minute, out);
    char *space = strchr(out, ' ');
    if (space)
        *space = 'T';
}

void when_day(uint32_t minute, char out[CLOCK_DAY_TEXT_BYTES])
{
    clock_day_text(to_local(minute) / DAY_MINUTES, out);
}

void when_zone(uint32_t minute, char out[WHEN_ZONE_BYTES])
{
    int64_t offset = offset_minutes(minute);
    unsigned size = (unsigned)(offset < 0 ? -offset : offset) % DAY_MINUTES;
    if (size == 0)
        snprintf(out, WHEN_ZONE_BYTES, "UTC");
    else
        snprintf(out, WHEN_ZONE_BYTES, "UTC%c%02u:%02u", offset < 0 ? '-' : '+', size / 60,
                 size % 60);
}

/* The offset is that of the minute looked for, which is known only once it is found: asked twice,
 * so that the day of a change of clocks comes out right. */
int when_read(struct span text, uint32_t *ret_minute)
{
    uint32_t local;
    TRY(clock_minute_read(text, &local));
    int64_t minute = local - offset_minutes(local);
    minute = local - offset_minutes(minute);
    REJECT_IF(minute < 0 || minute > UINT32_MAX, E_FORMAT);
    *ret_minute = (uint32_t)minute;
    return 0;
}
