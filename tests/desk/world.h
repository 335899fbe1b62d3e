/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* An organisation for tests: a line's folder as its operator would have it, callers whose reports
 * stand in it, and desks that pull from what it exports. Everything is the real thing, in a folder
 * that goes away. Any failure inside stops the test. */
#ifndef TESTS_DESK_WORLD_H
#define TESTS_DESK_WORLD_H

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "desk/act.h"
#include "desk/pull.h"
#include "line/folder.h"
#include "seal/codename.h"

#define WORLD_DAY 22000 /* 2030-03-27 */
#define WORLD_PASSPHRASE "seven lamps above the river"

struct world {
    char root[64];
    struct member_keys *keys;
    struct roster *roster;
    struct folder *line;
    unsigned exports;
};

struct world_caller {
    uint8_t codename[WORDS_SECRET_BYTES];
    struct caller_keys keys;
    unsigned slot;
};

/* The clock stands at noon of that day. */
void world_day(uint32_t day);
struct world *world_new(void);
struct world *world_new_on(uint32_t day); /* 0: the real clock */
void world_free(struct world *w);
/* root/name; in a static place that the fourth call after uses again. */
const char *world_path(const struct world *w, const char *name);
void world_remove(const char *path); /* a folder and all in it */
/* The files of a folder into a new one. */
void world_copy(const char *from, const char *to);

/* A desk of the founder in root/name: unlocked, the line's key pinned. */
struct desk *world_desk(struct world *w, const char *name);
struct model *world_model(struct desk *desk);

void world_caller(struct world_caller *caller);
/* A report through the door, pending at the line. epoch counts from 0. */
void world_report_to(struct world *w, struct world_caller *caller, size_t epoch, uint32_t minute,
                     const char *text, uint8_t ret_id[ENTRY_ID_BYTES]);
void world_report(struct world *w, struct world_caller *caller, const char *text,
                  uint8_t ret_id[ENTRY_ID_BYTES]);
/* Any payload, signed by signer unless NULL, pending at the line. */
void world_payload(struct world *w, const uint8_t recipient[SEAL_KEY_BYTES],
                   const struct envelope *envelope, struct span content,
                   const struct sign_pair *signer, uint8_t ret_id[ENTRY_ID_BYTES]);
void world_erase(struct world *w, struct world_caller *caller, unsigned slot);
void world_close(struct world *w); /* places what is pending */
/* A fresh export; the path as of world_path. */
const char *world_export(struct world *w);
/* Puts the outbox of a desk into the line, as the hatch would. */
void world_send(struct world *w, struct desk *desk);

/* Pulls from the folder; gives pull_run's error. */
int world_pull(struct desk *desk, const char *from, struct pull_report *ret_report,
               struct problem *problem);
/* Pulls, and it must go well. */
void world_pull_well(struct desk *desk, const char *from);
bool world_has_alarm(struct desk *desk, enum alarm_kind kind);

/* A hash over all that a model knows: the same for the same records in any order. */
struct hash world_digest(struct model *model);

/* Files of an export. */
void world_flip(const char *folder, const char *name, size_t at, uint8_t bits);
void world_read(const char *folder, const char *name, struct buf *out);
void world_write(const char *folder, const char *name, struct span bytes);
void world_id_text(const uint8_t id[ENTRY_ID_BYTES], char out[33]);

#endif
