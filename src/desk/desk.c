/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The lock file holds a counter of commits instead of nothing, so that a program that slept can
 * tell in one read whether another one wrote: SQLite's own counters are the store's business. */
#include "desk/desk.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/fields.h"
#include "base/file.h"
#include "base/mem.h"
#include "desk/desk_internal.h"

#define LOCK_WAIT_MS 10000
#define LOCK_STEP_MS 50
#define CHAIN_MAX_BYTES (8u << 20)
#define NO_CHANGES UINT64_MAX

enum line_field { LINE_ADDRESS = 1, LINE_KEY = 2 };

char *desk_path(const char *folder, const char *name)
{
    size_t len = strlen(folder) + strlen(name) + 2;
    char *path = mem_alloc(len);
    if (path)
        snprintf(path, len, "%s/%s", folder, name);
    return path;
}

int desk_default_folder(struct buf *out)
{
    const char *named = getenv("VOUCHSAFE_DIR"), *home = getenv("HOME");
    if (named && named[0])
        buf_text(out, named);
    else if (home && home[0])
        buf_printf(out, "%s/.local/share/vouchsafe", home);
    else
        return E_NOT_FOUND;
    return buf_error(out);
}

/* The lock */

static int lock_wait(int fd)
{
    int64_t until_ms = clock_monotonic_ms() + LOCK_WAIT_MS;
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        REJECT_IF(errno != EWOULDBLOCK && errno != EINTR, E_IO);
        REJECT_IF(clock_monotonic_ms() >= until_ms, E_BUSY);
        nanosleep(&(struct timespec){.tv_nsec = LOCK_STEP_MS * 1000000L}, NULL);
    }
    return 0;
}

static int lock_take(struct desk *desk, struct problem *problem)
{
    char *path = desk_path(desk->folder, "lock");
    REJECT_IF(!path, E_NOMEM);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    mem_free(path);
    if (fd < 0)
        return problem_set(problem, E_IO, "%s: the folder cannot be written to", desk->folder);
    int error = lock_wait(fd);
    if (error < 0) {
        close(fd);
        return problem_set(problem, error, "Another program is using the desk in %s.",
                           desk->folder);
    }
    desk->lock_fd = fd;
    return 0;
}

static uint64_t lock_read_changes(const struct desk *desk)
{
    uint64_t changes = 0;
    ssize_t got = pread(desk->lock_fd, &changes, sizeof changes, 0);
    return got == sizeof changes ? changes : 0;
}

static int lock_count_change(struct desk *desk)
{
    desk->changes++;
    ssize_t done = pwrite(desk->lock_fd, &desk->changes, sizeof desk->changes, 0);
    return done == sizeof desk->changes ? 0 : E_IO;
}

/* What the store's values say */

static int load_line(struct desk *desk)
{
    struct desk_line line = {0};
    struct span value, text;
    int error = store_value_get(desk->store, DESK_VALUE_LINE, &value);
    if (error == E_NOT_FOUND) {
        desk->line = line;
        return 0;
    }
    TRY(error);
    REJECT_IF(fields_check(value) < 0, E_DAMAGED);
    if (fields_get(value, LINE_ADDRESS, &text)) {
        REJECT_IF(text.len > DESK_ADDRESS_MAX, E_DAMAGED);
        memcpy(line.address, text.data, text.len);
    }
    if (fields_get(value, LINE_KEY, &text)) {
        REJECT_IF(note_key_read(text, &line.key) < 0, E_DAMAGED);
        line.pinned = true;
    }
    desk->line = line;
    return 0;
}

static int load_roster(struct desk *desk, struct problem *problem)
{
    struct span chain;
    struct roster *roster;
    REJECT_IF(store_value_get(desk->store, DESK_VALUE_ROSTER, &chain) < 0,
              problem_set(problem, E_DAMAGED, "The roster is missing from this desk."));
    int error = roster_chain_read(chain, &roster, problem);
    if (error < 0) {
        problem_at(problem, "the roster of this desk");
        return error;
    }
    roster_free(desk->roster);
    desk->roster = roster;
    return 0;
}

static int load_key_file(struct desk *desk, struct problem *problem)
{
    char *path = desk_path(desk->folder, "key");
    REJECT_IF(!path, E_NOMEM);
    struct buf file;
    buf_init(&file, KEYFILE_BYTES);
    int error = file_exists(path) ? file_read(path, KEYFILE_BYTES, &file, problem) : E_NOT_FOUND;
    mem_free(path);
    if (error == 0)
        error = keyfile_peek(buf_bytes(&file), desk->organisation, desk->sign_key);
    buf_release(&file);
    if (error == E_NOT_FOUND)
        return problem_set(problem, E_NOT_FOUND,
                           "There is no desk in %s. Make one with: vouchsafe init", desk->folder);
    return error == E_TOO_LARGE ? E_KEYFILE : error;
}

static int check_member(const struct desk *desk, struct problem *problem)
{
    if (memcmp(roster_organisation(desk->roster), desk->organisation, 32) != 0)
        return problem_set(problem, E_OTHER_ORG, "The key file belongs to another organisation.");
    if (!roster_member_find(desk->roster, desk->sign_key))
        return problem_set(problem, E_ROSTER, "The key file's owner is not a member.");
    return 0;
}

static int load_changed(struct desk *desk, struct problem *problem)
{
    uint64_t changes = lock_read_changes(desk);
    if (changes == desk->changes)
        return 0;
    TRY(load_roster(desk, problem));
    TRY(load_line(desk));
    TRY(check_member(desk, problem));
    desk->changes = changes;
    return desk->keys ? desk_open_epochs(desk, problem) : 0;
}

/* Life */

void desk_sleep(struct desk *desk)
{
    ASSERT(!desk->writing);
    store_close(desk->store);
    desk->store = NULL;
    if (desk->lock_fd >= 0)
        close(desk->lock_fd);
    desk->lock_fd = -1;
}

int desk_wake(struct desk *desk, struct problem *problem)
{
    if (desk->store)
        return 0;
    TRY(lock_take(desk, problem));
    int error = store_open_sqlite(desk->folder, &desk->store, problem);
    if (error < 0)
        desk->store = NULL;
    else
        error = load_changed(desk, problem);
    if (error < 0)
        desk_sleep(desk);
    return error;
}

int desk_open(const char *folder, struct desk **ret_desk, struct problem *problem)
{
    struct desk *desk = mem_calloc(1, sizeof *desk);
    REJECT_IF(!desk, E_NOMEM);
    desk->lock_fd = -1;
    desk->changes = NO_CHANGES;
    desk->folder = mem_strdup(folder);
    int error = desk->folder ? load_key_file(desk, problem) : E_NOMEM;
    if (error == 0)
        error = desk_wake(desk, problem);
    if (error < 0)
        desk_free(desk);
    else
        *ret_desk = desk;
    return error;
}

void desk_free(struct desk *desk)
{
    if (!desk)
        return;
    desk_forget_keys(desk);
    desk_sleep(desk);
    roster_free(desk->roster);
    mem_free(desk->folder);
    mem_free(desk);
}

bool desk_awake(const struct desk *desk)
{
    return desk->store != NULL;
}

uint64_t desk_changes(const struct desk *desk)
{
    return desk->changes;
}

const char *desk_folder(const struct desk *desk)
{
    return desk->folder;
}

const struct roster *desk_roster(const struct desk *desk)
{
    return desk->roster;
}

const uint8_t *desk_organisation(const struct desk *desk)
{
    return desk->organisation;
}

const struct roster_member *desk_member(const struct desk *desk)
{
    const struct roster_member *member = roster_member_find(desk->roster, desk->sign_key);
    ASSERT(member);
    return member;
}

struct store *desk_store(struct desk *desk)
{
    ASSERT(desk->store);
    return desk->store;
}

const struct desk_line *desk_line(const struct desk *desk)
{
    return &desk->line;
}

/* Writing */

int desk_begin(struct desk *desk, struct problem *problem)
{
    ASSERT(desk->store && !desk->writing);
    int error = store_begin(desk->store);
    if (error < 0)
        return problem_set(problem, error, "%s: nothing can be written", desk->folder);
    desk->writing = true;
    return 0;
}

/* The change is counted before the commit: counted and not done only costs others a look. */
int desk_commit(struct desk *desk, struct problem *problem)
{
    ASSERT(desk->writing);
    int error = lock_count_change(desk);
    if (error < 0)
        store_rollback(desk->store);
    else
        error = store_commit(desk->store);
    desk->writing = false;
    if (error < 0)
        desk_sleep(desk);
    return error < 0 ? problem_set(problem, error, "%s: it could not be written", desk->folder) : 0;
}

/* After an error that a store does not recover from, it refuses to begin: it is opened again by the
 * next desk_wake. */
void desk_rollback(struct desk *desk)
{
    if (!desk->writing)
        return;
    store_rollback(desk->store);
    desk->writing = false;
    if (store_begin(desk->store) == 0)
        store_rollback(desk->store);
    else
        desk_sleep(desk);
}

/* The log's name binds the line's key to the organisation (docs/crypto.md, "The log"). */
static int check_origin(const struct desk *desk, const struct note_key *key,
                        struct problem *problem)
{
    const struct span parts[] = {span_of(key->public_key, SIGN_KEY_BYTES),
                                 span_of(desk->organisation, sizeof desk->organisation)};
    struct hash hash = hash_sha256_parts(parts, COUNT_OF(parts));
    struct buf origin;
    buf_init(&origin, NOTE_NAME_MAX);
    buf_text(&origin, "vouchsafe/");
    hex_put(&origin, span_of(hash.bytes, 8));
    bool same = strcmp(buf_cstr(&origin), key->name) == 0;
    buf_release(&origin);
    return same ? 0 : problem_set(problem, E_OTHER_ORG, "This is another organisation's line.");
}

static int check_same_line(const struct desk *desk, const struct desk_line *line,
                           struct problem *problem)
{
    if (!desk->line.pinned || store_size(desk->store) == 0)
        return 0;
    struct hash ours = note_key_fingerprint(&desk->line.key), theirs = {{0}};
    if (line->pinned)
        theirs = note_key_fingerprint(&line->key);
    if (hash_equal(&ours, &theirs))
        return 0;
    return problem_set(problem, E_FORK, "This desk holds the log of a line with another key.");
}

int desk_line_put(struct desk *desk, const struct desk_line *line, struct problem *problem)
{
    ASSERT(desk->writing);
    if (line->pinned)
        TRY(check_origin(desk, &line->key, problem));
    TRY(check_same_line(desk, line, problem));
    struct buf text, value;
    buf_init(&text, 1024);
    buf_init(&value, 4096);
    fields_put_text(&value, LINE_ADDRESS, line->address);
    if (line->pinned) {
        note_key_write(&line->key, &text);
        fields_put(&value, LINE_KEY, buf_bytes(&text));
    }
    int error = buf_error(&text) < 0 ? buf_error(&text) : buf_error(&value);
    if (error == 0)
        error = store_value_put(desk->store, DESK_VALUE_LINE, buf_bytes(&value));
    if (error == 0)
        desk->line = *line;
    buf_release(&text);
    buf_release(&value);
    return error;
}

int desk_roster_save(struct desk *desk)
{
    struct buf chain;
    buf_init(&chain, CHAIN_MAX_BYTES);
    roster_chain_write(desk->roster, &chain);
    int error = buf_error(&chain);
    if (error == 0)
        error = store_value_put(desk->store, DESK_VALUE_ROSTER, buf_bytes(&chain));
    buf_release(&chain);
    return error;
}

int desk_roster_check(const struct desk *desk, const struct roster *new, struct problem *problem)
{
    const struct roster *old = desk->roster;
    if (memcmp(roster_organisation(old), roster_organisation(new), 32) != 0)
        return problem_set(problem, E_OTHER_ORG, "The roster is another organisation's.");
    for (size_t i = 0; i < roster_count(old) && i < roster_count(new); i++) {
        if (!span_equal(roster_entry(old, i), roster_entry(new, i)))
            return problem_set(problem, E_FORK,
                               "The roster has two histories: entry %zu is not the one that this "
                               "desk holds.",
                               i + 1);
    }
    return roster_count(new) < roster_count(old) ? E_ROLLBACK : 0;
}

int desk_roster_put(struct desk *desk, struct roster *roster, struct problem *problem)
{
    ASSERT(desk->writing);
    TRY(desk_roster_check(desk, roster, problem));
    struct roster *old = desk->roster;
    desk->roster = roster;
    int error = desk_roster_save(desk);
    if (error < 0) {
        desk->roster = old;
        return error;
    }
    roster_free(old);
    return 0;
}
