/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a process that holds keys and opened reports does to itself first. */
#ifndef DESK_GUARD_H
#define DESK_GUARD_H

/* No core dumps, no other process of the same user that reads its memory, files that only the user
 * reads; all memory locked where the system allows as much as a desk needs. */
void guard_process(void);

#endif
