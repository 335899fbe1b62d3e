/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The parent of a line's processes: it makes the listeners and the ticket key, starts the keeper,
 * the doors and the hatch, starts a door or hatch again when it has ended, and ends all when the
 * keeper has ended. It parses nothing.
 *
 *   parent -- control --> keeper <== wire ==> door, door, ..., hatch
 *                                             callers -> doors, desks -> hatch */
#ifndef LINE_SERVE_H
#define LINE_SERVE_H

#include "base/error.h"

struct serve {
    const char *folder;
    const char *door_address, *hatch_address; /* as for http_listen */
};

/* Until SIGTERM or SIGINT. Prints the two addresses to standard output when they answer. */
int serve_run(const struct serve *serve, struct problem *problem) MUST_USE;

#endif
