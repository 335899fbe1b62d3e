/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The turn of the day at a line: placement, and forgetting what need not be held any more. */
#ifndef LINE_DAY_H
#define LINE_DAY_H

#include "ledger/place.h"
#include "line/folder.h"

/* Places once when today is later than the day of the last placement (a line's first day is that of its making). A
 * clock that goes back places nothing. */
int day_close_if_due(struct folder *folder, uint32_t today) MUST_USE;
/* Places now, for an operator who closes a line by hand. */
int day_close(struct folder *folder, uint32_t today, struct place_result *ret_result,
              struct problem *problem) MUST_USE;

#endif
