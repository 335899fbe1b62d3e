/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A file layer for SQLite that lives in memory and can fail, and a disk under it that can lose
 * what was not synced.
 *
 * Every write, truncation, sync and removal is an operation, counted from the last fault_disk_arm.
 * A file has two contents: what the process sees, and what the disk surely holds, which is what
 * was there at the file's last sync that succeeded. Between them lie the writes since, in order.
 * When power is lost, the disk decides for each of those writes, cut into sectors of 512 bytes,
 * whether it came to be; so it does for a new file that was never synced and for a removal without
 * a sync of the folder. A sync that fails leaves the writes before it in doubt for ever: a later
 * sync does not help them, as with Linux' page cache. */
#ifndef TESTS_SUPPORT_FAULT_VFS_H
#define TESTS_SUPPORT_FAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

/* Makes it SQLite's default. Once. */
void fault_disk_install(void);
/* No files, no faults. */
void fault_disk_clear(void);

enum fault {
    FAULT_NONE,
    FAULT_ONCE,       /* that operation fails */
    FAULT_FROM,       /* that one and all after it fail: the disk is gone */
    FAULT_POWER_LOSS, /* as FAULT_FROM; what was not synced by then is in doubt */
};
/* The nth operation from now (1 is the next). */
void fault_disk_arm(enum fault fault, uint64_t nth);
/* How many there were since. */
uint64_t fault_disk_operations(void);
/* Whether the fault has come to pass. */
bool fault_disk_struck(void);

enum survival {
    SURVIVE_ALL,    /* the process stopped, the machine did not: what it saw is there */
    SURVIVE_SYNCED, /* only what was synced */
    SURVIVE_SOME,   /* what was synced, and of the rest what the seed says */
};
/* What is there when the machine is up again. No file may be open. Disarms. */
void fault_disk_restart(enum survival survival, uint64_t seed);
/* For base/file.h's table: a sync of the folder. */
int fault_disk_sync_folder(int fd);

#endif
