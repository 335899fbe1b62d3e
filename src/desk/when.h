/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Minutes as a person at this computer reads and types them: in its own time zone. Entries hold
 * minutes UTC; only what a member looks at is local. */
#ifndef DESK_WHEN_H
#define DESK_WHEN_H

#include "base/clock.h"
#include "base/error.h"

#define WHEN_TEXT_BYTES CLOCK_MINUTE_TEXT_BYTES
#define WHEN_ZONE_BYTES 12

void when_text(uint32_t minute, char out[WHEN_TEXT_BYTES]);  /* 2031-04-09 14:05 */
void when_field(uint32_t minute, char out[WHEN_TEXT_BYTES]); /* 2031-04-09T14:05 */
void when_day(uint32_t minute, char out[CLOCK_DAY_TEXT_BYTES]);
/* Of that minute: "UTC", "UTC+03:00". */
void when_zone(uint32_t minute, char out[WHEN_ZONE_BYTES]);
/* Either of the two forms above. Within an hour that a change of clocks repeats, one of the two.
 * E_FORMAT. */
int when_read(struct span text, uint32_t *ret_minute) MUST_USE;

#endif
