/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "line/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/random.h"
#include "ledger/place.h"
#include "seal/secret.h"

#define KEY_FILE_BYTES 37
#define KEY_MAGIC "VSLN"
#define KEY_VERSION 1
#define PUBLIC_KEY_BYTES_MAX 1024
#define SETTINGS_BYTES_MAX 8192
#define ROSTER_VALUE "roster"
#define DAY_VALUE "day"

static const char default_settings[] =
    "# How many entries a day is topped up to: step, twice step, four times step, ...\n"
    "step 16\n"
    "# How many processes answer callers.\n"
    "doors 2\n"
    "# What a caller is told when the line cannot take a report; one line of text.\n"
    "other-way \n";

static const char *path_in(const struct folder *folder, const char *name,
                           char out[FOLDER_PATH_MAX + 64])
{
    snprintf(out, FOLDER_PATH_MAX + 64, "%s/%s", folder->path, name);
    return out;
}

static void origin_of(const uint8_t public_key[SIGN_KEY_BYTES], const uint8_t organisation[32],
                      char *out, size_t size)
{
    struct span parts[2] = {span_of(public_key, SIGN_KEY_BYTES), span_of(organisation, 32)};
    struct hash hash = hash_sha256_parts(parts, 2);
    struct buf text;

    buf_init(&text, 64);
    hex_put(&text, span_of(hash.bytes, 8));
    snprintf(out, size, "vouchsafe/%s", buf_cstr(&text));
    buf_release(&text);
}

static int key_of_seed(struct folder *folder, const uint8_t seed[32])
{
    char origin[64];

    sign_pair_of_seed(seed, &folder->key);
    origin_of(folder->key.public_key, roster_organisation(folder->roster), origin, sizeof origin);
    return note_key_make(origin, NOTE_TYPE_ED25519, folder->key.public_key, &folder->note_key);
}

static int write_key(const struct folder *folder, const uint8_t seed[32], struct problem *problem)
{
    char path[FOLDER_PATH_MAX + 64];
    uint8_t bytes[KEY_FILE_BYTES];
    int error;

    memcpy(bytes, KEY_MAGIC, 4);
    bytes[4] = KEY_VERSION;
    memcpy(bytes + 5, seed, 32);
    error =
        file_create(path_in(folder, "line.key", path), span_of(bytes, sizeof bytes), 0600, problem);
    secret_wipe(bytes, sizeof bytes);
    return error;
}

static int write_public_key(struct folder *folder, const uint8_t seed[32], struct problem *problem)
{
    char path[FOLDER_PATH_MAX + 64];
    struct buf text;
    int error;

    TRY(key_of_seed(folder, seed));
    buf_init(&text, PUBLIC_KEY_BYTES_MAX);
    note_key_write(&folder->note_key, &text);
    buf_text(&text, "\n");
    error = buf_error(&text);
    if (error == 0)
        error = file_write(path_in(folder, "line.pub", path), buf_bytes(&text), 0600, problem);
    buf_release(&text);
    return error;
}

int folder_public_key(const char *path, struct note_key *ret_key, struct problem *problem)
{
    char file[FOLDER_PATH_MAX + 64];
    struct buf text;
    int error;

    snprintf(file, sizeof file, "%s/line.pub", path);
    buf_init(&text, PUBLIC_KEY_BYTES_MAX);
    error = file_read(file, PUBLIC_KEY_BYTES_MAX, &text, problem);
    if (error == 0)
        error = note_key_read(span_slice(buf_bytes(&text), 0, text.len > 0 ? text.len - 1 : 0),
                              ret_key);
    if (error == E_FORMAT)
        problem_set(problem, error, "%s is damaged.", file);
    buf_release(&text);
    return error;
}

static int read_key(struct folder *folder, struct problem *problem)
{
    char path[FOLDER_PATH_MAX + 64];
    struct buf bytes;
    int error;

    buf_init(&bytes, KEY_FILE_BYTES + 1);
    error = file_read(path_in(folder, "line.key", path), KEY_FILE_BYTES, &bytes, problem);
    if (error == 0 && (bytes.len != KEY_FILE_BYTES || memcmp(bytes.data, KEY_MAGIC, 4) != 0))
        error = problem_set(problem, E_KEYFILE, "%s is not a line's key, or is damaged.", path);
    else if (error == 0 && bytes.data[4] != KEY_VERSION)
        error = problem_set(problem, E_VERSION, "%s was made by a newer version.", path);
    if (error == 0)
        error = key_of_seed(folder, bytes.data + 5);
    buf_wipe_release(&bytes);
    return error;
}

/* The key has no sum of its own: a changed bit of it would be another line's. */
static int check_key(const struct folder *folder, struct problem *problem)
{
    struct note_key kept;

    TRY(folder_public_key(folder->path, &kept, problem));
    if (strcmp(kept.name, folder->note_key.name) == 0 &&
        memcmp(kept.public_key, folder->note_key.public_key, SIGN_KEY_BYTES) == 0)
        return 0;
    return problem_set(problem, E_KEYFILE, "%s/line.key is not that of line.pub: one is damaged.",
                       folder->path);
}

static int setting_number(struct span value, uint64_t max, uint32_t *ret_value)
{
    uint64_t number;

    TRY(decimal_read(value, max, &number));
    REJECT_IF(number == 0, E_ARGUMENT);
    *ret_value = (uint32_t)number;
    return 0;
}

static int read_setting(struct folder_settings *settings, struct span line)
{
    const uint8_t *space = memchr(line.data, ' ', line.len);
    size_t name_len = space ? (size_t)(space - line.data) : line.len;
    struct span name = span_slice(line, 0, name_len);
    struct span value = span_slice(line, name_len + 1, line.len);

    if (span_equal(name, span_text("step")))
        return setting_number(value, PLACE_STEP_MAX, &settings->step);
    if (span_equal(name, span_text("doors")))
        return setting_number(value, 64, &settings->doors);
    REJECT_IF(!span_equal(name, span_text("other-way")), E_ARGUMENT);
    REJECT_IF(value.len > FOLDER_OTHER_WAY_MAX || memchr(value.data, 0, value.len), E_TOO_LARGE);
    if (value.len > 0)
        memcpy(settings->other_way, value.data, value.len);
    settings->other_way[value.len] = '\0';
    return 0;
}

static int read_settings(struct folder *folder, struct problem *problem)
{
    char path[FOLDER_PATH_MAX + 64];
    struct buf bytes;
    struct cursor c;
    int error, line_number = 0;

    folder->settings = (struct folder_settings){.step = 16, .doors = 2};
    buf_init(&bytes, SETTINGS_BYTES_MAX + 1);
    error = file_read(path_in(folder, "settings", path), SETTINGS_BYTES_MAX, &bytes, problem);
    cursor_init(&c, buf_bytes(&bytes));
    while (error == 0 && cursor_left(&c) > 0) {
        struct span line = cursor_line(&c, SETTINGS_BYTES_MAX);

        line_number++;
        if (c.failed)
            error = problem_set(problem, E_FORMAT, "%s: the last line does not end.", path);
        else if (line.len > 0 && line.data[0] != '#' && read_setting(&folder->settings, line) < 0)
            error = problem_set(problem, E_ARGUMENT, "%s, line %d: unknown or out of range.", path,
                                line_number);
    }
    buf_release(&bytes);
    return error;
}

static int lock(struct folder *folder, struct problem *problem)
{
    char path[FOLDER_PATH_MAX + 64];

    folder->lock_fd = open(path_in(folder, "lock", path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (folder->lock_fd < 0)
        return problem_set(problem, E_IO, "%s is not a line's folder that may be written to.",
                           folder->path);
    if (flock(folder->lock_fd, LOCK_EX | LOCK_NB) < 0)
        return problem_set(problem, E_BUSY, "%s is in use by another vouchsafe-line.",
                           folder->path);
    return 0;
}

int folder_save_roster(struct folder *folder)
{
    struct buf chain;
    int error;

    buf_init(&chain, (size_t)ROSTER_ENTRIES_MAX * (ROSTER_ENTRY_MAX + 4));
    roster_chain_write(folder->roster, &chain);
    error = buf_error(&chain);
    if (error == 0)
        error = store_value_put(folder->store, ROSTER_VALUE, buf_bytes(&chain));
    buf_release(&chain);
    return error;
}

bool folder_has_room(const struct folder *folder, uint64_t bytes)
{
    uint64_t needed = bytes + place_room_bytes(folder->store, folder->settings.step);
    struct statvfs disk;

    return statvfs(folder->path, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize >= needed;
}

int folder_save_day(struct folder *folder, uint32_t day)
{
    uint8_t bytes[4] = {(uint8_t)(day >> 24), (uint8_t)(day >> 16), (uint8_t)(day >> 8),
                        (uint8_t)day};

    TRY(store_value_put(folder->store, DAY_VALUE, span_of(bytes, sizeof bytes)));
    folder->day = day;
    return 0;
}

static int read_day(struct folder *folder)
{
    struct span value;
    struct cursor c;

    TRY(store_value_get(folder->store, DAY_VALUE, &value));
    cursor_init(&c, value);
    folder->day = cursor_u32(&c);
    return cursor_end(&c) < 0 ? E_DAMAGED : 0;
}

static struct folder *folder_new(const char *path, struct problem *problem)
{
    struct folder *folder;

    if (strlen(path) > FOLDER_PATH_MAX) {
        problem_set(problem, E_TOO_LARGE, "The folder's path is too long.");
        return NULL;
    }
    folder = mem_calloc(1, sizeof *folder);
    if (!folder)
        return NULL;
    folder->lock_fd = -1;
    snprintf(folder->path, sizeof folder->path, "%s", path);
    return folder;
}

static int open_store(struct folder *folder, struct problem *problem)
{
    char path[FOLDER_PATH_MAX + 64];

    TRY(file_make_folder(path_in(folder, "store", path), problem));
    return store_open_sqlite(path, &folder->store, problem);
}

static int fill_new(struct folder *folder, struct span pack, struct problem *problem)
{
    char path[FOLDER_PATH_MAX + 64];
    uint8_t seed[32];
    int error;

    TRY(pack_read(pack, &folder->roster, problem));
    TRY(file_make_folder(folder->path, problem));
    TRY(lock(folder, problem));
    if (file_exists(path_in(folder, "line.key", path)))
        return problem_set(problem, E_EXISTS, "%s holds a line already.", folder->path);
    TRY(open_store(folder, problem));
    TRY(store_begin(folder->store));
    TRY(folder_save_roster(folder));
    TRY(folder_save_day(folder, clock_day(clock_now_s())));
    TRY(store_commit(folder->store));
    TRY(file_write(path_in(folder, "settings", path), span_text(default_settings), 0600, problem));
    random_bytes(seed, sizeof seed);
    error = write_public_key(folder, seed, problem);
    /* The key comes last: a folder without one was not finished, and may be made again. */
    if (error == 0)
        error = write_key(folder, seed, problem);
    secret_wipe(seed, sizeof seed);
    return error;
}

int folder_create(const char *path, struct span pack, struct problem *problem)
{
    struct folder *folder = folder_new(path, problem);
    int error;

    REJECT_IF(!folder, E_NOMEM);
    error = fill_new(folder, pack, problem);
    folder_close(folder);
    return error;
}

static int open_all(struct folder *folder, struct problem *problem)
{
    struct span chain;

    TRY(lock(folder, problem));
    TRY(read_settings(folder, problem));
    TRY(open_store(folder, problem));
    if (store_value_get(folder->store, ROSTER_VALUE, &chain) < 0)
        return problem_set(problem, E_MISSING, "%s holds no roster: was init finished?",
                           folder->path);
    TRY(roster_chain_read(chain, &folder->roster, problem));
    if (read_day(folder) < 0)
        return problem_set(problem, E_MISSING, "%s holds no day: was init finished?", folder->path);
    TRY(read_key(folder, problem));
    return check_key(folder, problem);
}

int folder_open(const char *path, struct folder **ret_folder, struct problem *problem)
{
    struct folder *folder = folder_new(path, problem);
    int error;

    REJECT_IF(!folder, E_NOMEM);
    error = open_all(folder, problem);
    if (error < 0) {
        folder_close(folder);
        return error;
    }
    *ret_folder = folder;
    return 0;
}

void folder_close(struct folder *folder)
{
    if (!folder)
        return;
    store_close(folder->store);
    roster_free(folder->roster);
    if (folder->lock_fd >= 0)
        close(folder->lock_fd);
    secret_wipe(&folder->key, sizeof folder->key);
    mem_free(folder);
}
