/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "fault_vfs.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prop.h"

#define FILES_MAX 16
#define NAME_MAX_BYTES 512
#define SECTOR_BYTES 512u

struct content {
    uint8_t *bytes;
    size_t len;
};

/* A write, or a truncation when bytes is NULL. */
struct change {
    struct change *next;
    uint8_t *bytes;
    size_t offset, len;
    bool doubtful; /* a sync after it failed */
};

struct disk_file {
    char name[NAME_MAX_BYTES];
    bool visible; /* to the process */
    bool durable; /* its being there is; with !visible: removed, the folder not synced since */
    struct content seen, synced;
    struct change *first, **last;
};

static struct disk_file files[FILES_MAX];
static enum fault armed;
static uint64_t strike_at, operations;
static bool struck;

static void *need(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static void resize(struct content *content, size_t len)
{
    if (len > content->len) {
        content->bytes = need(realloc(content->bytes, len));
        memset(content->bytes + content->len, 0, len - content->len);
    }
    content->len = len;
}

static void put(struct content *content, const void *bytes, size_t offset, size_t len)
{
    if (offset + len > content->len)
        resize(content, offset + len);
    memcpy(content->bytes + offset, bytes, len);
}

static void apply(struct content *content, const struct change *change)
{
    if (change->bytes)
        put(content, change->bytes, change->offset, change->len);
    else
        resize(content, change->len);
}

static void copy(struct content *to, const struct content *from)
{
    resize(to, from->len);
    if (from->len)
        memcpy(to->bytes, from->bytes, from->len);
}

static void forget_changes(struct disk_file *file)
{
    while (file->first) {
        struct change *next = file->first->next;
        free(file->first->bytes);
        free(file->first);
        file->first = next;
    }
    file->last = &file->first;
}

static void clear_file(struct disk_file *file)
{
    forget_changes(file);
    free(file->seen.bytes);
    free(file->synced.bytes);
    *file = (struct disk_file){.visible = false};
    file->last = &file->first;
}

static void add_change(struct disk_file *file, const void *bytes, size_t offset, size_t len)
{
    struct change *change = need(calloc(1, sizeof *change));
    change->offset = offset;
    change->len = len;
    if (bytes) {
        change->bytes = need(malloc(len));
        memcpy(change->bytes, bytes, len);
    }
    *file->last = change;
    file->last = &change->next;
    apply(&file->seen, change);
}

/* Counts an operation; true when it must fail. */
static bool strikes(void)
{
    operations++;
    bool now = armed == FAULT_ONCE ? operations == strike_at
                                   : armed != FAULT_NONE && operations >= strike_at;
    struck = struck || now;
    return now;
}

void fault_disk_arm(enum fault fault, uint64_t nth)
{
    armed = fault;
    strike_at = nth;
    operations = 0;
    struck = false;
}

uint64_t fault_disk_operations(void)
{
    return operations;
}

bool fault_disk_struck(void)
{
    return struck;
}

void fault_disk_clear(void)
{
    for (size_t i = 0; i < FILES_MAX; i++)
        clear_file(&files[i]);
    fault_disk_arm(FAULT_NONE, 0);
}

/* The file of that name that the process sees. */
static struct disk_file *find(const char *name)
{
    for (size_t i = 0; i < FILES_MAX; i++) {
        if (files[i].visible && strcmp(files[i].name, name) == 0)
            return &files[i];
    }
    return NULL;
}

/* Writes are in doubt sector by sector, truncations as a whole. */
static void apply_some(struct content *content, const struct change *change, struct prop *prop)
{
    if (!change->bytes) {
        if (prop_below(prop, 2))
            apply(content, change);
        return;
    }
    for (size_t from = 0; from < change->len;) {
        size_t at = change->offset + from, len = SECTOR_BYTES - at % SECTOR_BYTES;
        len = len < change->len - from ? len : change->len - from;
        if (prop_below(prop, 2))
            put(content, change->bytes + from, at, len);
        from += len;
    }
}

static void restart_file(struct disk_file *file, enum survival survival, struct prop *prop)
{
    bool there = file->durable;
    if (survival == SURVIVE_SOME && file->visible != file->durable)
        there = prop_below(prop, 2);
    if (survival == SURVIVE_ALL)
        there = file->visible;
    else if (survival == SURVIVE_SOME)
        for (struct change *change = file->first; change; change = change->next)
            apply_some(&file->synced, change, prop);
    if (!there) {
        clear_file(file);
        return;
    }
    if (survival != SURVIVE_ALL)
        copy(&file->seen, &file->synced);
    copy(&file->synced, &file->seen);
    forget_changes(file);
    file->visible = file->durable = true;
}

void fault_disk_restart(enum survival survival, uint64_t seed)
{
    struct prop prop = {.state = seed};
    /* A removed file cannot come back beside a new one of its name. */
    for (size_t i = 0; i < FILES_MAX; i++) {
        if (files[i].name[0] && !files[i].visible && find(files[i].name))
            clear_file(&files[i]);
    }
    for (size_t i = 0; i < FILES_MAX; i++) {
        if (files[i].name[0])
            restart_file(&files[i], survival, &prop);
    }
    fault_disk_arm(FAULT_NONE, 0);
}

int fault_disk_sync_folder(int fd)
{
    (void)fd;
    if (strikes())
        return -1;
    for (size_t i = 0; i < FILES_MAX; i++) {
        files[i].durable = files[i].visible;
        if (files[i].name[0] && !files[i].visible)
            clear_file(&files[i]);
    }
    return 0;
}

static struct disk_file *create(const char *name)
{
    for (size_t i = 0; i < FILES_MAX; i++) {
        if (files[i].name[0])
            continue;
        clear_file(&files[i]);
        snprintf(files[i].name, sizeof files[i].name, "%s", name);
        files[i].visible = true;
        return &files[i];
    }
    abort();
}

struct handle {
    sqlite3_file base;
    struct disk_file *file;
    bool delete_on_close;
};

static struct disk_file *file_of(sqlite3_file *base)
{
    return ((struct handle *)base)->file;
}

static int handle_close(sqlite3_file *base)
{
    struct handle *handle = (struct handle *)base;
    if (handle->delete_on_close)
        clear_file(handle->file);
    return SQLITE_OK;
}

static int handle_read(sqlite3_file *base, void *out, int amount, sqlite3_int64 offset)
{
    struct content *seen = &file_of(base)->seen;
    size_t from = (size_t)offset, want = (size_t)amount;
    size_t have = from < seen->len ? seen->len - from : 0;
    have = have < want ? have : want;
    if (have)
        memcpy(out, seen->bytes + from, have);
    memset((char *)out + have, 0, want - have);
    return have == want ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int handle_write(sqlite3_file *base, const void *bytes, int amount, sqlite3_int64 offset)
{
    if (strikes())
        return SQLITE_IOERR_WRITE;
    add_change(file_of(base), bytes, (size_t)offset, (size_t)amount);
    return SQLITE_OK;
}

static int handle_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    if (strikes())
        return SQLITE_IOERR_TRUNCATE;
    add_change(file_of(base), NULL, 0, (size_t)size);
    return SQLITE_OK;
}

static int handle_sync(sqlite3_file *base, int flags)
{
    (void)flags;
    struct disk_file *file = file_of(base);
    if (strikes()) {
        for (struct change *change = file->first; change; change = change->next)
            change->doubtful = true;
        return SQLITE_IOERR_FSYNC;
    }
    bool doubtful = false;
    for (struct change *change = file->first; change; change = change->next) {
        doubtful = doubtful || change->doubtful;
        if (!change->doubtful)
            apply(&file->synced, change);
    }
    if (!doubtful)
        forget_changes(file);
    file->durable = true;
    return SQLITE_OK;
}

static int handle_size(sqlite3_file *base, sqlite3_int64 *size)
{
    *size = (sqlite3_int64)file_of(base)->seen.len;
    return SQLITE_OK;
}

static int handle_lock(sqlite3_file *base, int level)
{
    (void)base;
    (void)level;
    return SQLITE_OK;
}

static int handle_reserved(sqlite3_file *base, int *result)
{
    (void)base;
    *result = 0;
    return SQLITE_OK;
}

static int handle_control(sqlite3_file *base, int operation, void *argument)
{
    (void)base;
    (void)operation;
    (void)argument;
    return SQLITE_NOTFOUND;
}

static int handle_sector(sqlite3_file *base)
{
    (void)base;
    return (int)SECTOR_BYTES;
}

/* As SQLite assumes of Linux: a write does not harm the bytes beside it. */
static int handle_characteristics(sqlite3_file *base)
{
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = handle_close,
    .xRead = handle_read,
    .xWrite = handle_write,
    .xTruncate = handle_truncate,
    .xSync = handle_sync,
    .xFileSize = handle_size,
    .xLock = handle_lock,
    .xUnlock = handle_lock,
    .xCheckReservedLock = handle_reserved,
    .xFileControl = handle_control,
    .xSectorSize = handle_sector,
    .xDeviceCharacteristics = handle_characteristics,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
                    int *out_flags)
{
    (void)vfs;
    struct handle *handle = (struct handle *)base;
    handle->base.pMethods = NULL;
    handle->file = name ? find(name) : NULL;
    if (!handle->file && !(flags & SQLITE_OPEN_CREATE))
        return SQLITE_CANTOPEN;
    if (!handle->file && armed >= FAULT_FROM && struck)
        return SQLITE_CANTOPEN;
    if (!handle->file)
        handle->file = create(name ? name : "(temporary)");
    handle->delete_on_close = flags & SQLITE_OPEN_DELETEONCLOSE;
    handle->base.pMethods = &methods;
    if (out_flags)
        *out_flags = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    (void)vfs;
    if (strikes())
        return SQLITE_IOERR_DELETE;
    struct disk_file *file = find(name);
    if (!file)
        return SQLITE_IOERR_DELETE_NOENT;
    file->visible = false;
    if (!file->durable || sync_folder)
        clear_file(file);
    return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
    (void)vfs;
    (void)flags;
    *result = find(name) != NULL;
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int out_len, char *out)
{
    (void)vfs;
    sqlite3_snprintf(out_len, out, "%s", name);
    return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs, int len, char *out)
{
    /* Other bytes each time: salts that come again would make old frames look new. */
    static struct prop prop = {.state = 1};
    (void)vfs;
    prop_bytes(&prop, out, (size_t)len);
    return len;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

static int vfs_now(sqlite3_vfs *vfs, double *days)
{
    (void)vfs;
    *days = 2461000.5;
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int len, char *out)
{
    (void)vfs;
    (void)len;
    (void)out;
    return 0;
}

void fault_disk_install(void)
{
    static sqlite3_vfs vfs = {
        .iVersion = 1,
        .szOsFile = sizeof(struct handle),
        .mxPathname = NAME_MAX_BYTES,
        .zName = "fault",
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_path,
        .xRandomness = vfs_random,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_now,
        .xGetLastError = vfs_last_error,
    };
    fault_disk_clear();
    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
        abort();
}
