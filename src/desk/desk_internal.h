/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What desk.c, desk_keys.c and found.c share. */
#ifndef DESK_DESK_INTERNAL_H
#define DESK_DESK_INTERNAL_H

#include "desk/desk.h"

#define DESK_VALUE_ROSTER "roster"
#define DESK_VALUE_LINE "line"

struct desk_epochs {
    size_t count;
    struct desk_epoch list[];
};

struct desk {
    char *folder;
    int lock_fd; /* -1 while asleep */
    uint64_t changes;
    struct store *store; /* NULL while asleep */
    bool writing;
    struct roster *roster;
    uint8_t organisation[32];
    uint8_t sign_key[SIGN_KEY_BYTES]; /* whose key file it is */
    struct desk_line line;
    struct member_keys *keys; /* NULL while locked */
    struct desk_epochs *epochs;
};

/* folder/name, to be freed with mem_free; NULL without memory. */
char *desk_path(const char *folder, const char *name) MUST_USE;
/* The chain of desk->roster, into the open transaction. */
int desk_roster_save(struct desk *desk) MUST_USE;
void desk_forget_keys(struct desk *desk);

#endif
