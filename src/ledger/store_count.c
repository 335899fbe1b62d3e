/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How many entries are held, kept beside the databases. SQLite takes a write-ahead log that was cut
 * off or changed, or is gone, for one whose end was never written, a database that is gone for one
 * that was never made, and one of last week for one of today: what they held is then missing
 * without a word.
 *
 * The number is written after each commit and not synced, so that it costs next to nothing: after a
 * power cut it may be an older one, which is smaller. It is never larger than what is there: before
 * a commit that takes entries away, as only desks do, the smaller number is written and synced.
 *
 *   u64 number || the first 8 bytes of its SHA-256        all zeros, or nothing: not known
 *
 * It goes through SQLite's own file layer, so that faults can be put there. */
#include "base/mem.h"
#include "ledger/store_internal.h"

#define SUM_BYTES 8
#define COUNT_BYTES (8 + SUM_BYTES)

static void put_count(uint64_t count, uint8_t out[COUNT_BYTES])
{
    for (unsigned i = 0; i < 8; i++)
        out[i] = (uint8_t)(count >> (56 - 8 * i));
    struct hash sum = hash_sha256(span_of(out, 8));
    memcpy(out + 8, sum.bytes, SUM_BYTES);
}

static int write_count(const struct store *store, uint64_t count)
{
    uint8_t bytes[COUNT_BYTES];
    put_count(count, bytes);
    sqlite3_file *file = store->count_file;
    int result = file->pMethods->xWrite(file, bytes, sizeof bytes, 0);
    /* On a full disk less is noticed, and nothing is lost. */
    return (result & 0xff) == SQLITE_FULL ? 0 : store_error_of(result);
}

/* 0 when it is not known. */
static int read_count(const struct store *store, uint64_t *ret_count)
{
    static const uint8_t zeros[COUNT_BYTES];
    uint8_t bytes[COUNT_BYTES] = {0}, right[COUNT_BYTES];
    sqlite3_file *file = store->count_file;
    struct cursor c;
    int result = file->pMethods->xRead(file, bytes, sizeof bytes, 0);
    if (result != SQLITE_IOERR_SHORT_READ)
        TRY(store_error_of(result));
    cursor_init(&c, span_of(bytes, sizeof bytes));
    *ret_count = cursor_u64(&c);
    put_count(*ret_count, right);
    bool known = memcmp(bytes, zeros, sizeof bytes) != 0;
    return known && memcmp(bytes, right, sizeof bytes) != 0 ? E_DAMAGED : 0;
}

static int open_file(struct store *store)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_SUPER_JOURNAL;
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    REJECT_IF(!vfs, E_IO);
    sqlite3_file *file = mem_calloc(1, (size_t)vfs->szOsFile);
    REJECT_IF(!file, E_NOMEM);
    int result = vfs->xOpen(vfs, store->count_path, file, flags, NULL);
    if (result != SQLITE_OK) {
        mem_free(file);
        return store_error_of(result);
    }
    store->count_file = file;
    return 0;
}

static int count_held(struct store *store)
{
    struct query q;
    query_start(&q, store, SQL_PENDING_COUNT);
    store->held = store->size + (query_row(&q) ? query_column_int(&q, 0) : 0);
    return query_end(&q);
}

static int compare(struct store *store, struct problem *problem)
{
    uint64_t known;
    int error = read_count(store, &known);
    if (error)
        return problem_set(problem, error, "%s is damaged", store->count_path);
    TRY(count_held(store));
    if (known > store->held)
        return problem_set(problem, E_DAMAGED,
                           "%llu of %llu entries are missing in %s: its files were damaged or cut "
                           "off, or are of an earlier time",
                           (unsigned long long)(known - store->held), (unsigned long long)known,
                           store->folder);
    return store_count_raise(store);
}

int store_count_open(struct store *store, const char *path, struct problem *problem)
{
    store->count_path = mem_strdup(path);
    REJECT_IF(!store->count_path, E_NOMEM);
    int error = open_file(store);
    if (error)
        return problem_set(problem, error, "%s cannot be opened", path);
    return compare(store, problem);
}

void store_count_close(struct store *store)
{
    if (store->count_file)
        store->count_file->pMethods->xClose(store->count_file);
    mem_free(store->count_file);
    mem_free(store->count_path);
}

int store_count_raise(struct store *store)
{
    return write_count(store, store->held);
}

int store_count_lower(struct store *store, uint64_t count)
{
    sqlite3_file *file = store->count_file;
    TRY(write_count(store, count));
    return store_error_of(file->pMethods->xSync(file, SQLITE_SYNC_FULL));
}
