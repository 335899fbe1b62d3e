/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Time. Days are UTC days since 1970-01-01; minutes are minutes since then. What leaves a desk or
 * stands in an entry's header is never finer than a day. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "base/span.h"

int64_t clock_now_s(void);
int64_t clock_monotonic_ms(void);
uint32_t clock_day(int64_t now_s);
uint32_t clock_minute(int64_t now_s);

#define CLOCK_DAY_TEXT_BYTES 11    /* 2031-04-09 and NUL */
#define CLOCK_MINUTE_TEXT_BYTES 17 /* 2031-04-09 14:05 and NUL */
void clock_day_text(uint32_t day, char out[CLOCK_DAY_TEXT_BYTES]);
void clock_minute_text(uint32_t minute, char out[CLOCK_MINUTE_TEXT_BYTES]);
/* "2031-04-09" (day) or "2031-04-09 14:05" / "2031-04-09T14:05" (minute), UTC. E_FORMAT. */
int clock_day_read(struct span text, uint32_t *ret_day) MUST_USE;
int clock_minute_read(struct span text, uint32_t *ret_minute) MUST_USE;

/* For tests: a fixed now; 0 sets the real clock. */
void clock_use_fixed_s(int64_t now_s);

#endif
