/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A browser of the desk's own: a new profile, in memory, gone when the desk ends. It is not the
 * member's everyday browser, so that nothing read here is kept in a history or a cache on disk, and
 * no page from elsewhere has ever been in it.
 *
 * The address with its token is not an argument of the program (any user may read those) but stands
 * in a file in the profile's folder, which only this user can read. */
#ifndef DESK_BROWSER_H
#define DESK_BROWSER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

#define BROWSER_FOLDER_MAX 200

struct browser {
    pid_t pid;    /* 0: none runs */
    pid_t helper; /* what was last started to show another address in it; 0 none */
    int fd;       /* readable when the browser has ended; -1 */
    bool deaf;    /* it cannot be told another address while it runs */
    char folder[BROWSER_FOLDER_MAX + 1];
};
#define BROWSER_NONE ((struct browser){.fd = -1})

/* Opens the address; in the browser that runs already, when there is one. E_NOT_FOUND: there is no
 * display, no browser (chromium, firefox-esr, firefox) or no folder in memory (XDG_RUNTIME_DIR,
 * /dev/shm). E_IO. E_BUSY: one runs that cannot be told. After the others none runs. */
int browser_open(struct browser *browser, const char *address, struct problem *problem) MUST_USE;
/* Ends it if it still runs, and removes its folder. */
void browser_close(struct browser *browser);

#endif
