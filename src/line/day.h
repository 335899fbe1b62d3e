/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The turn of the day at a line: placement, and forgetting what need not be held any more.
 *
 * One day is open (struct folder): it is in the header of every entry that doors put, and of the
 * cover that they are placed with. It is closed by a placement, and then today is open. The first
 * is the day on which the line was made. */
#ifndef LINE_DAY_H
#define LINE_DAY_H

#include "ledger/place.h"
#include "line/folder.h"

/* Closes the day that is open when today is later. A clock that was set back over midnight closes
 * nothing; one that is set back by more had been wrong before, and the day that it had opened would
 * stay open until then. E_BUSY: not now, the disk is full; try again later. */
int day_close_if_due(struct folder *folder, uint32_t today) MUST_USE;
/* Places now, for an operator who closes a line by hand. E_BUSY as above. */
int day_close(struct folder *folder, uint32_t today, struct place_result *ret_result,
              struct problem *problem) MUST_USE;

#endif
