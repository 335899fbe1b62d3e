/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What each process may no longer do once it has begun: seccomp (a list of the system calls that
 * are allowed; any other ends the process) and Landlock (the file system). docs/threats.md says
 * what follows from it.
 *
 * Builds with a sanitizer run without it: sanitizers need calls that no worker has. */
#ifndef LINE_SANDBOX_H
#define LINE_SANDBOX_H

#include <stdbool.h>

#include "base/error.h"

/* Before fork: no core dumps, no tracing by others of this user. */
int sandbox_process(void) MUST_USE;
/* In each process: locks memory. false when the system's limit does not allow it. */
bool sandbox_lock_memory(void) MUST_USE;
/* Doors and the hatch: no file, no new socket, no process. */
int sandbox_worker(void) MUST_USE;
/* The keeper: files below the folder only, no network, no process. */
int sandbox_keeper(const char *folder) MUST_USE;

#endif
