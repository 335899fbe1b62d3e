/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A line's folder on disk:
 *
 *   line.key      the line's own signing key (docs/crypto.md, "The log")
 *   line.pub      its verifier key, as text: what the six words are made of
 *   settings      lines "name value": what the operator may edit
 *   lock          held while a program uses the folder
 *   store/        log.db, pending.db and count (ledger/store.h)
 *
 * The roster's chain, the day that is open, and who holds what, are values in the store. */
#ifndef LINE_FOLDER_H
#define LINE_FOLDER_H

#include "ledger/note.h"
#include "ledger/store.h"
#include "seal/roster.h"

#define FOLDER_PATH_MAX 4000
#define FOLDER_OTHER_WAY_MAX 400

struct folder_settings {
    uint32_t step;                            /* entries a day are topped up to step * 2^k */
    uint32_t doors;                           /* door processes */
    char other_way[FOLDER_OTHER_WAY_MAX + 1]; /* to the organisation, when the line is none */
};

struct folder {
    char path[FOLDER_PATH_MAX + 1];
    int lock_fd;
    struct folder_settings settings;
    struct sign_pair key;
    struct note_key note_key;
    struct roster *roster;
    struct store *store;
    uint32_t day; /* the one that is open: of which doors' entries are (day.h) */
};

/* Makes the folder from a pack: the line's key is born here. E_EXISTS when there is one already. */
int folder_create(const char *path, struct span pack, struct problem *problem) MUST_USE;
/* The verifier key alone, also while the line serves. */
int folder_public_key(const char *path, struct note_key *ret_key, struct problem *problem) MUST_USE;
/* Reads settings, key and roster, opens the store. E_BUSY when another program uses it. */
int folder_open(const char *path, struct folder **ret_folder, struct problem *problem) MUST_USE;
/* Closes the store and wipes the key. NULL is fine. */
void folder_close(struct folder *folder);
/* Whether the disk has that much free, and as much as the day's placement will need. */
bool folder_has_room(const struct folder *folder, uint64_t bytes);
/* Keeps the roster's chain in the store, within the caller's transaction. */
int folder_save_roster(struct folder *folder) MUST_USE;
/* Opens that day: keeps it in the store, within the caller's transaction. */
int folder_save_day(struct folder *folder, uint32_t day) MUST_USE;

#endif
