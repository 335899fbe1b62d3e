/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Every statement of the store in one table, prepared when it is first needed. Ids and tags are
 * cut out of leaves and headers by the indexes themselves, so nothing is kept twice that could
 * come to disagree. */
#include "ledger/store_internal.h"

#define ID "substr(leaf, 2, 16)"
#define TAG "substr(header, 18, 16)"
#define ERASE_TAG "substr(header, 34, 16)"
#define DAY "substr(header, 50, 4)"

#define LOG_ROW "SELECT idx, source, leaf, header, bytes FROM entries LEFT JOIN sealed USING (idx) "
#define PENDING_ROW "SELECT NULL, source, leaf, header, sealed FROM pending "

static const char *const statement_sql[SQL_COUNT] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_SAVEPOINT] = "SAVEPOINT append",
    [SQL_SAVEPOINT_BACK] = "ROLLBACK TO append",
    [SQL_SAVEPOINT_DONE] = "RELEASE append",
    [SQL_SIZE] = "SELECT coalesce(max(idx) + 1, 0) FROM entries",
    [SQL_LOG_ID] = "SELECT idx FROM entries WHERE " ID " = ?",
    [SQL_LOG_ENTRY] = LOG_ROW "WHERE idx = ?",
    [SQL_LOG_FROM] = LOG_ROW "WHERE idx >= ? ORDER BY idx LIMIT 1",
    [SQL_LOG_LEAVES] = "SELECT idx, source, leaf, NULL, NULL FROM entries "
                       "WHERE idx >= ? AND idx < ? ORDER BY idx LIMIT 1",
    [SQL_LOG_TAG] = "SELECT idx, source, leaf, header, bytes FROM entries JOIN sealed USING (idx) "
                    "WHERE " TAG " = ? AND source = 2 ORDER BY idx LIMIT 1",
    [SQL_LOG_ERASE_TAG] = "SELECT idx, source, leaf, NULL, NULL FROM entries "
                          "WHERE " ERASE_TAG " = ? AND idx >= ? ORDER BY idx LIMIT 1",
    [SQL_ENTRY_ADD] = "INSERT INTO entries (idx, source, leaf, header) VALUES (?, ?, ?, ?)",
    [SQL_ENTRY_HEADER] = "UPDATE entries SET header = ? WHERE idx = ?",
    [SQL_SEALED_ADD] = "INSERT OR REPLACE INTO sealed (idx, bytes) VALUES (?, ?)",
    [SQL_SEALED_DROP] = "DELETE FROM sealed WHERE idx = ?",
    [SQL_SEALED_DROP_HELD] =
        "DELETE FROM sealed WHERE idx < ? AND (SELECT source = 1 OR (source = 2 AND " DAY " <= ?) "
        "FROM entries WHERE entries.idx = sealed.idx)",
    [SQL_NODE_ADD] = "INSERT INTO nodes (level, idx, hash) VALUES (?, ?, ?)",
    [SQL_NODE] = "SELECT hash FROM nodes WHERE level = ? AND idx = ?",
    [SQL_NOTE_ADD] = "INSERT OR IGNORE INTO notes (size, note) VALUES (?, ?)",
    [SQL_NOTE_LAST] = "SELECT size, note FROM notes ORDER BY size DESC LIMIT 1",
    [SQL_NOTE_FROM] = "SELECT size, note FROM notes WHERE size >= ? ORDER BY size LIMIT 1",
    [SQL_NOTE_OF] = "SELECT size, note FROM notes WHERE size = ?",
    [SQL_COSIGNATURE_ADD] = "INSERT OR IGNORE INTO cosignatures (size, line) VALUES (?, ?)",
    [SQL_COSIGNATURES] = "SELECT line FROM cosignatures WHERE size = ? ORDER BY line",
    [SQL_ERASED_ADD] = "INSERT INTO erased (id, secret, deleted) VALUES (?, ?, ?) "
                       "ON CONFLICT (id) DO UPDATE SET deleted = max(deleted, excluded.deleted)",
    [SQL_ERASED] = "SELECT id, secret, deleted FROM erased WHERE id = ?",
    [SQL_ERASED_FROM] = "SELECT id, secret, deleted FROM erased WHERE id > ? ORDER BY id LIMIT 1",
    [SQL_NAMED_PUT] = "INSERT OR REPLACE INTO named (name, value, sum) VALUES (?, ?, ?)",
    [SQL_NAMED] = "SELECT value, sum FROM named WHERE name = ?",
    [SQL_PENDING_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_PENDING_COMMIT] = "COMMIT",
    [SQL_PENDING_ROLLBACK] = "ROLLBACK",
    [SQL_PENDING_ADD] = "INSERT INTO pending (source, leaf, header, sealed, sum) "
                        "VALUES (?, ?, ?, ?, ?)",
    [SQL_PENDING_COUNT] = "SELECT count(*) FROM pending",
    [SQL_PENDING_PAGES] = "PRAGMA page_count",
    [SQL_PENDING_ENTRY] = PENDING_ROW "WHERE " ID " = ?",
    [SQL_PENDING_FROM] = PENDING_ROW "WHERE " ID " > ? ORDER BY " ID " LIMIT 1",
    [SQL_PENDING_LEAVES] = "SELECT NULL, source, leaf, NULL, NULL FROM pending "
                           "WHERE " ID " > ? ORDER BY " ID " LIMIT 1",
    [SQL_PENDING_TAG] = PENDING_ROW "WHERE " TAG " = ? AND source = 2 AND sealed IS NOT NULL "
                                    "ORDER BY " ID " LIMIT 1",
    [SQL_PENDING_ERASE_TAG] = PENDING_ROW "WHERE " ERASE_TAG " = ? AND " ID " > ? "
                                          "ORDER BY " ID " LIMIT 1",
    [SQL_PENDING_ERASE_TAG_USED] = "SELECT 1 FROM pending WHERE " ERASE_TAG " = ? LIMIT 1",
    [SQL_PENDING_SUM] = "SELECT sum FROM pending WHERE " ID " = ?",
    [SQL_PENDING_SOURCE] = "UPDATE pending SET source = ? WHERE " ID " = ?",
    [SQL_PENDING_DROP] = "DELETE FROM pending WHERE " ID " = ?",
    [SQL_PENDING_FORGET] = "UPDATE pending SET sealed = NULL WHERE " ID " = ?",
};

int store_error_of(int sqlite_error)
{
    switch (sqlite_error & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return 0;
    case SQLITE_NOMEM:
        return E_NOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return E_BUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_SCHEMA:
    case SQLITE_ERROR:
        return E_DAMAGED;
    case SQLITE_CONSTRAINT:
        return E_EXISTS;
    case SQLITE_TOOBIG:
        return E_TOO_LARGE;
    default:
        return E_IO;
    }
}

void query_start(struct query *q, struct store *store, enum store_sql which)
{
    *q = (struct query){.store = store};
    if (!store->statements[which]) {
        sqlite3 *db = which < SQL_FIRST_PENDING ? store->log : store->pending;
        int result = sqlite3_prepare_v3(db, statement_sql[which], -1, SQLITE_PREPARE_PERSISTENT,
                                        &store->statements[which], NULL);
        q->error = store_error_of(result);
    }
    q->statement = store->statements[which];
}

void query_int(struct query *q, uint64_t v)
{
    if (q->error == 0)
        q->error = store_error_of(sqlite3_bind_int64(q->statement, ++q->bound, (sqlite3_int64)v));
}

void query_bytes(struct query *q, struct span bytes)
{
    if (q->error)
        return;
    int result = bytes.len == 0 ? sqlite3_bind_null(q->statement, ++q->bound)
                                : sqlite3_bind_blob64(q->statement, ++q->bound, bytes.data,
                                                      bytes.len, SQLITE_STATIC);
    q->error = store_error_of(result);
}

bool query_row(struct query *q)
{
    if (q->error)
        return false;
    int result = sqlite3_step(q->statement);
    q->error = store_error_of(result);
    return result == SQLITE_ROW;
}

uint64_t query_column_int(struct query *q, int column)
{
    return (uint64_t)sqlite3_column_int64(q->statement, column);
}

struct span query_column(struct query *q, int column)
{
    /* The pointer first: asking for it may change the length. */
    const void *bytes = sqlite3_column_blob(q->statement, column);
    return span_of(bytes, bytes ? (size_t)sqlite3_column_bytes(q->statement, column) : 0);
}

int query_end(struct query *q)
{
    if (q->statement) {
        sqlite3_reset(q->statement);
        sqlite3_clear_bindings(q->statement);
    }
    return q->error;
}

int query_run(struct query *q)
{
    while (query_row(q))
        ;
    int error = query_end(q);
    return error && error != E_EXISTS ? store_fail(q->store, error) : error;
}

int store_row(struct query *q, struct buf *bytes, struct store_entry *ret_entry)
{
    struct span parts[3];
    buf_reset(bytes);
    for (int i = 0; i < 3; i++) {
        parts[i] = query_column(q, 2 + i);
        buf_span(bytes, parts[i]);
    }
    TRY(buf_error(bytes));
    struct span all = buf_bytes(bytes);
    *ret_entry = (struct store_entry){
        .leaf = span_slice(all, 0, parts[0].len),
        .header = span_slice(all, parts[0].len, parts[1].len),
        .sealed = span_slice(all, parts[0].len + parts[1].len, parts[2].len),
        .source = (enum store_source)query_column_int(q, 1),
        .in_log = sqlite3_column_type(q->statement, 0) != SQLITE_NULL,
        .index = query_column_int(q, 0),
    };
    return 0;
}

int store_fail(struct store *store, int error)
{
    store->failed = true;
    return error;
}

int store_readable(const struct store *store)
{
    return store->failed ? E_IO : 0;
}

int store_writable(const struct store *store)
{
    ASSERT(store->failed || store->in_transaction);
    return store_readable(store);
}

struct span store_id_of_leaf(struct span leaf)
{
    return span_slice(leaf, 1, ENTRY_ID_BYTES);
}
