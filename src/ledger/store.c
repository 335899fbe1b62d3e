/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Transactions, and the small things: named values. */
#include "ledger/store.h"

#include "ledger/store_internal.h"

/* Frames in a write-ahead log after which it is copied into its database: 8 KiB each. */
#define LOG_FRAMES_MAX 2000
#define PENDING_FRAMES_MAX 6000

static int run(struct store *store, enum store_sql which)
{
    struct query q;
    query_start(&q, store, which);
    return query_run(&q);
}

int store_load_size(struct store *store)
{
    struct query q;
    query_start(&q, store, SQL_SIZE);
    uint64_t size = query_row(&q) ? query_column_int(&q, 0) : 0;
    TRY(query_end(&q));
    store->size = size;
    return 0;
}

uint64_t store_size(struct store *store)
{
    return store->size;
}

int store_begin(struct store *store)
{
    TRY(store_readable(store));
    ASSERT(!store->in_transaction);
    store->in_transaction = true;
    TRY(run(store, SQL_BEGIN));
    return run(store, SQL_PENDING_BEGIN);
}

static void end_transaction(struct store *store)
{
    store->in_transaction = store->scrub = store->appended = false;
    store->moved = 0;
    store->change = 0;
}

/* A disk without room leaves a write-ahead log as it is, which is as good; there is a next time. */
static int checkpoint(sqlite3 *db, int *frames, int mode)
{
    int result = sqlite3_wal_checkpoint_v2(db, NULL, mode, NULL, NULL);
    if (result == SQLITE_OK)
        *frames = 0;
    return (result & 0xff) == SQLITE_FULL ? 0 : store_error_of(result);
}

int store_checkpoint_whole(struct store *store)
{
    TRY(checkpoint(store->log, &store->log_frames, SQLITE_CHECKPOINT_TRUNCATE));
    return checkpoint(store->pending, &store->pending_frames, SQLITE_CHECKPOINT_TRUNCATE);
}

static int checkpoint_long(struct store *store)
{
    if (store->log_frames > LOG_FRAMES_MAX)
        TRY(checkpoint(store->log, &store->log_frames, SQLITE_CHECKPOINT_PASSIVE));
    if (store->pending_frames > PENDING_FRAMES_MAX)
        TRY(checkpoint(store->pending, &store->pending_frames, SQLITE_CHECKPOINT_PASSIVE));
    return 0;
}

/* log.db first: once it has an entry, pending.db may lose it. When all that was pending is in the
 * log, pending.db's transaction is dropped and the file goes as a whole. */
static int commit_both(struct store *store)
{
    bool renew = false;
    TRY(run(store, SQL_COMMIT));
    if (store->appended)
        TRY(store_drop_moved(store, &renew));
    TRY(run(store, renew ? SQL_PENDING_ROLLBACK : SQL_PENDING_COMMIT));
    return renew ? store_renew_pending(store) : 0;
}

int store_commit(struct store *store)
{
    TRY(store_writable(store));
    uint64_t held = store->held + (uint64_t)store->change;
    int error = store->change < 0 ? store_count_lower(store, held) : 0;
    if (error == 0)
        error = commit_both(store);
    REJECT_IF(error, store_fail(store, error));
    bool whole = store->scrub || store->appended, more = held > store->held;
    store->held = held;
    end_transaction(store);
    /* The commit itself is durable, so it is said to be; but nothing more is written to files that
     * could not be written or synced. */
    if ((more && store_count_raise(store) < 0) ||
        (whole ? store_checkpoint_whole(store) : checkpoint_long(store)) < 0)
        store->failed = true;
    return 0;
}

/* SQLite may have rolled back by itself after an error. */
void store_rollback(struct store *store)
{
    ASSERT(store->in_transaction);
    int log_error = sqlite3_get_autocommit(store->log) ? 0 : run(store, SQL_ROLLBACK);
    int pending_error = 0;
    if (store->pending && !sqlite3_get_autocommit(store->pending))
        pending_error = run(store, SQL_PENDING_ROLLBACK);
    end_transaction(store);
    if (log_error || pending_error || store_load_size(store) < 0)
        store->failed = true;
}

int store_value_put(struct store *store, const char *name, struct span value)
{
    TRY(store_writable(store));
    REJECT_IF(value.len > STORE_VALUE_MAX, E_TOO_LARGE);
    struct hash sum = hash_sha256(value);
    struct query q;
    query_start(&q, store, SQL_NAMED_PUT);
    query_bytes(&q, span_text(name));
    query_bytes(&q, value);
    query_bytes(&q, span_of(sum.bytes, HASH_BYTES));
    return query_run(&q);
}

int store_value_get(struct store *store, const char *name, struct span *ret_value)
{
    TRY(store_readable(store));
    struct hash sum = {{0}};
    struct query q;
    query_start(&q, store, SQL_NAMED);
    query_bytes(&q, span_text(name));
    bool found = query_row(&q);
    buf_reset(&store->row);
    if (found) {
        buf_span(&store->row, query_column(&q, 0));
        struct span kept = query_column(&q, 1);
        memcpy(sum.bytes, kept.data, kept.len < HASH_BYTES ? kept.len : HASH_BYTES);
    }
    TRY(query_end(&q));
    REJECT_IF(!found, E_NOT_FOUND);
    TRY(buf_error(&store->row));
    struct hash right = hash_sha256(buf_bytes(&store->row));
    REJECT_IF(!hash_equal(&right, &sum), E_DAMAGED);
    *ret_value = buf_bytes(&store->row);
    return 0;
}
