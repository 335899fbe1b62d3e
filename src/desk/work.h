/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Long work at a terminal: a line on standard error that says how far it is, drawn over itself, and
 * Ctrl-C (or SIGTERM, or a window that is closed), which the first time stops the work, so that no
 * file is left, and the second time ends the process. One work a process. */
#ifndef DESK_WORK_H
#define DESK_WORK_H

#include "base/watch.h"

/* The watch to hand to an engine, for as long as the process lives. */
struct watch *work_begin(void);
/* Whether somebody looks on: standard error is a terminal. */
bool work_is_shown(void);
/* Takes the line away, before anything else is printed. */
void work_clear(void);

#endif
