/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The desk: keys, replica, records and their folds, pulling, commands, local web pages.
 *
 * This file is the desk's folder and its two states. On disk there is only ciphertext and public
 * keys:
 *
 *   key          the member's key file (docs/crypto.md, "Key file")
 *   pack.txt     what the operator is given
 *   log.db, pending.db   the store (ledger/store.h); its named values hold the roster's chain, the
 *                pinned line and the alarms
 *   lock         one program at a time writes here; holds a counter of changes
 *
 * Locked, a desk can pull, check and be looked over (desk_roster, desk_line). Unlocked, it has the
 * member's keys and every intake epoch that the roster granted; model.h then opens the entries.
 *
 * Awake, a desk holds the lock and an open store. A program that runs for long (the web pages)
 * sleeps between requests, so that commands can work beside it: desk_sleep closes the store and
 * gives the lock back, desk_wake waits for it (ten seconds, then E_BUSY) and reads again what may
 * have changed. Keys and model live through sleep.
 *
 * One thread a struct desk. Another thread takes its own with desk_twin. */
#ifndef DESK_DESK_H
#define DESK_DESK_H

#include "ledger/note.h"
#include "ledger/store.h"
#include "seal/member.h"
#include "seal/roster.h"

#define DESK_PASSPHRASE_MIN 12 /* characters, not bytes */
#define DESK_PASSPHRASE_MAX_BYTES 1024
#define DESK_ADDRESS_MAX 300
#define DESK_SHORT_ID_DIGITS 8

struct desk;

/* The folder when none is named: $VOUCHSAFE_DIR, else ~/.local/share/vouchsafe. Appends to out. */
int desk_default_folder(struct buf *out) MUST_USE;

/* Opens what `vouchsafe init` made; awake and locked. E_NOT_FOUND when there is no desk, E_DAMAGED,
 * E_BUSY when another program holds it for longer than ten seconds. */
int desk_open(const char *folder, struct desk **ret_desk, struct problem *problem) MUST_USE;
/* A second handle on the same folder with its own copy of the keys, awake, for another thread. The
 * first is unlocked, and asleep whenever the second is awake. */
int desk_twin(const struct desk *desk, struct desk **ret_desk, struct problem *problem) MUST_USE;
/* Wipes the keys, closes the store. NULL is fine. */
void desk_free(struct desk *desk);

void desk_sleep(struct desk *desk);
int desk_wake(struct desk *desk, struct problem *problem) MUST_USE;
bool desk_awake(const struct desk *desk);
/* Grows with each commit by whatever program; the model uses it to know that it is behind. */
uint64_t desk_changes(const struct desk *desk);

/* A weak one gets a plain sentence in problem and E_ARGUMENT. */
int desk_passphrase_check(struct span passphrase, struct problem *problem) MUST_USE;
/* E_PASSPHRASE, E_KEYFILE, E_OTHER_ORG, E_ROSTER (the key is no member's). About a second: Argon2id
 * on purpose. */
int desk_unlock(struct desk *desk, struct span passphrase, struct problem *problem) MUST_USE;
/* Wipes all keys. The model must be freed too: it holds what was opened. */
void desk_lock(struct desk *desk);
bool desk_unlocked(const struct desk *desk);

const char *desk_folder(const struct desk *desk);
const struct roster *desk_roster(const struct desk *desk);
/* 32 bytes. */
const uint8_t *desk_organisation(const struct desk *desk);
/* The member whose key file this is. Never NULL. */
const struct roster_member *desk_member(const struct desk *desk);
/* Awake only. */
struct store *desk_store(struct desk *desk);
/* Writes go between these; commit counts the change. A failed commit leaves the desk asleep; so
 * does a rollback after an error of the disk or of memory. */
int desk_begin(struct desk *desk, struct problem *problem) MUST_USE;
int desk_commit(struct desk *desk, struct problem *problem) MUST_USE;
void desk_rollback(struct desk *desk);

/* Unlocked only. */
const struct member_keys *desk_keys(const struct desk *desk);
/* Key pairs of the intake epochs, oldest first; those whose grant did not open are left out (their
 * alarm is raised by pull and by unlock). */
struct desk_epoch {
    uint32_t epoch, first_day, last_day;
    struct dh_pair pair;
};
size_t desk_epochs(const struct desk *desk);
const struct desk_epoch *desk_epoch_at(const struct desk *desk, size_t index);
/* The pair that new entries are sealed to: of the roster's newest intake. NULL when that one is
 * over or has no secret here. */
const struct desk_epoch *desk_epoch_now(const struct desk *desk);

/* The line that this desk works with. */
struct desk_line {
    char address[DESK_ADDRESS_MAX + 1]; /* "http://....onion", "" when none was given */
    bool pinned;
    struct note_key key; /* when pinned */
};
const struct desk_line *desk_line(const struct desk *desk);
/* Between begin and commit. A log once begun has its key for good: another key is E_FORK. The key
 * of another organisation's line is E_OTHER_ORG. */
int desk_line_put(struct desk *desk, const struct desk_line *line,
                  struct problem *problem) MUST_USE;

/* Whether it is ours, longer or the same: E_FORK, E_ROLLBACK (it is shorter), E_OTHER_ORG. */
int desk_roster_check(const struct desk *desk, const struct roster *roster,
                      struct problem *problem) MUST_USE;
/* Replaces the roster by one that desk_roster_check accepts, between begin and commit. Takes
 * ownership on success. New epochs are opened by desk_open_epochs after the commit. */
int desk_roster_put(struct desk *desk, struct roster *roster, struct problem *problem) MUST_USE;

/* Opens the grants of all epochs of the roster again, when unlocked. An epoch whose grant does not
 * open, or does not yield its published key, is refused: left out, with an alarm. Not between begin
 * and commit. */
int desk_open_epochs(struct desk *desk, struct problem *problem) MUST_USE;

#endif
