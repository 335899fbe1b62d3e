/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The hatch: the process that desks talk with, on a listener of its own. Every request but two is
 * signed by a member (docs/crypto.md, "Hatch"); the paths stand in docs/hatch.md. */
#ifndef LINE_HATCH_H
#define LINE_HATCH_H

#include "ledger/note.h"

struct hatch_config {
    int listen_fd, keeper_fd;
    struct note_key note_key; /* the line's; its name is the origin that requests are signed for */
};

/* Serves until it is told to stop or the keeper is gone. 0, or why it never began. */
int hatch_run(const struct hatch_config *config) MUST_USE;

#endif
