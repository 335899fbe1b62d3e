/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The keeper: the one process that owns the store. It never parses the network; it answers the
 * doors' and the hatch's requests (wire.h), commits what came together in one transaction, and says
 * "done" only after the commit, which syncs, has returned. A failed commit ends it.
 *
 * Once a UTC day it places the pending entries in the log. */
#ifndef LINE_KEEPER_H
#define LINE_KEEPER_H

#include "line/folder.h"
#include "line/wire.h"

/* Serves until control_fd is closed by the other side. control_fd is a SOCK_SEQPACKET socket on
 * which the parent sends one byte, a wire_role, with each new connection's descriptor. 0, or the
 * error that ended it. */
int keeper_run(struct folder *folder, int control_fd) MUST_USE;

#endif
