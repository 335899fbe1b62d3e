/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Does this computer write memory to a disk in the clear? What a desk opens is only in memory, and
 * swap would make that untrue. */
#ifndef DESK_SWAP_H
#define DESK_SWAP_H

#include <stdbool.h>

/* True when a swap area is in use that does not lie on an encrypted device (dm-crypt, also below
 * LVM) and is not compressed memory (zram). root: "" but in tests, before /proc and /sys. What
 * cannot be told counts as in the clear. */
bool swap_in_clear(const char *root);

#endif
