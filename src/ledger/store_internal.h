/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The inside of the SQLite store.
 *
 * log.db, all in log order, so that no order of arrival is left in it:
 *   entries(idx, source, leaf, header)       header NULL when it is not held yet
 *   sealed(idx, bytes)                       apart, so that going through entries reads little
 *   nodes(level, idx, hash)                  every full node of the tree, leaf hashes too
 *   notes(size, note), cosignatures(size, line)
 *   erased(id, secret, deleted)              deleted 1: the sealed bytes went with it
 *   named(name, value, sum)                  sum: SHA-256 of the value
 * pending.db:
 *   pending(n, source, leaf, header, sealed) n is the order of arrival: it lasts until placement
 *
 * count: how many entries both hold (store_count.c)
 *
 * Both are in WAL mode under one exclusive lock, so there is no shared memory file. A commit goes
 * to log.db first: what a crash between the two leaves is put right by store_heal. */
#ifndef LEDGER_STORE_INTERNAL_H
#define LEDGER_STORE_INTERNAL_H

#include <sqlite3.h>

#include "ledger/store.h"

enum store_sql {
    SQL_BEGIN,
    SQL_COMMIT,
    SQL_ROLLBACK,
    SQL_SAVEPOINT,
    SQL_SAVEPOINT_BACK,
    SQL_SAVEPOINT_DONE,
    SQL_SIZE,
    SQL_LOG_ID,
    SQL_LOG_ENTRY,
    SQL_LOG_FROM,
    SQL_LOG_LEAVES,
    SQL_LOG_TAG,
    SQL_LOG_ERASE_TAG,
    SQL_ENTRY_ADD,
    SQL_ENTRY_HEADER,
    SQL_SEALED_ADD,
    SQL_SEALED_DROP,
    SQL_SEALED_DROP_HELD,
    SQL_NODE_ADD,
    SQL_NODE,
    SQL_NOTE_ADD,
    SQL_NOTE_LAST,
    SQL_NOTE_FROM,
    SQL_NOTE_OF,
    SQL_COSIGNATURE_ADD,
    SQL_COSIGNATURES,
    SQL_ERASED_ADD,
    SQL_ERASED,
    SQL_ERASED_FROM,
    SQL_NAMED_PUT,
    SQL_NAMED,
    /* From here on in pending.db. */
    SQL_PENDING_BEGIN,
    SQL_PENDING_COMMIT,
    SQL_PENDING_ROLLBACK,
    SQL_PENDING_ADD,
    SQL_PENDING_COUNT,
    SQL_PENDING_PAGES,
    SQL_PENDING_ENTRY,
    SQL_PENDING_FROM,
    SQL_PENDING_LEAVES,
    SQL_PENDING_TAG,
    SQL_PENDING_ERASE_TAG,
    SQL_PENDING_ERASE_TAG_USED,
    SQL_PENDING_SUM,
    SQL_PENDING_SOURCE,
    SQL_PENDING_DROP,
    SQL_PENDING_FORGET,
    SQL_COUNT
};
#define SQL_FIRST_PENDING SQL_PENDING_BEGIN

struct store {
    char *folder;
    sqlite3 *log, *pending;
    sqlite3_stmt *statements[SQL_COUNT];
    struct buf row;           /* what the last call gave out */
    uint64_t size;            /* of the log, with what this transaction appended */
    uint64_t moved;           /* pending entries that this transaction appended */
    uint64_t held;            /* entries, logged and pending, at the last commit */
    int64_t change;           /* of held by this transaction */
    sqlite3_file *count_file; /* where held is kept (store_count.c) */
    char *count_path;
    int log_frames, pending_frames; /* in the write-ahead logs */
    bool in_transaction, failed;
    bool scrub; /* something was deleted for good: overwrite at the commit */
    bool appended;
};

/* One run of a prepared statement. Parameters are bound in order; an error sticks until
 * query_end, which gives it back and makes the statement ready for the next run. */
struct query {
    struct store *store;
    sqlite3_stmt *statement;
    int bound, error;
};
void query_start(struct query *q, struct store *store, enum store_sql which);
void query_int(struct query *q, uint64_t v);
/* The bytes must stay until query_end. Empty spans are bound as NULL. */
void query_bytes(struct query *q, struct span bytes);
/* True when there is a row. */
bool query_row(struct query *q);
uint64_t query_column_int(struct query *q, int column);
struct span query_column(struct query *q, int column);
int query_end(struct query *q) MUST_USE;
/* For writes: runs to the end. Any error but that of a constraint makes the store refuse all. */
int query_run(struct query *q) MUST_USE;

/* Reads columns idx (or NULL), source, leaf, header, sealed of the row into bytes. */
int store_row(struct query *q, struct buf *bytes, struct store_entry *ret_entry) MUST_USE;
#define STORE_ROW_MAX (STORE_SEALED_MAX + 4096)
#define STORE_PAGE_BYTES 8192

/* 0 or the error to give back: the store has failed, or (for writes) no transaction is open. */
int store_readable(const struct store *store) MUST_USE;
int store_writable(const struct store *store) MUST_USE;
/* Notes an error that leaves it open what is on disk. */
int store_fail(struct store *store, int error);
int store_error_of(int sqlite_error);

int store_load_size(struct store *store) MUST_USE;
/* Removes pending.db and its write-ahead log and makes them anew, empty. */
int store_renew_pending(struct store *store) MUST_USE;
/* Removes pending entries that are in the log; *ret_all: all of them were (none are removed then:
 * the files are to be renewed). In a transaction on pending.db. */
int store_drop_moved(struct store *store, bool *ret_all) MUST_USE;
/* In order of id, with one of the statements that take the last id seen. */
int store_walk_pending(struct store *store, enum store_sql which, store_entry_fn *fn,
                       void *context) MUST_USE;

/* Opens the file with the number of entries held, and compares: E_DAMAGED when some are missing. */
int store_count_open(struct store *store, const char *path, struct problem *problem) MUST_USE;
void store_count_close(struct store *store);
/* After a commit. */
int store_count_raise(struct store *store) MUST_USE;
/* Before a commit that takes entries away, down to count. */
int store_count_lower(struct store *store, uint64_t count) MUST_USE;
/* Copies both write-ahead logs into their databases and empties them. */
int store_checkpoint_whole(struct store *store) MUST_USE;

/* By id in the log: the index. E_NOT_FOUND. */
int store_log_index(struct store *store, struct span id, uint64_t *ret_index) MUST_USE;
struct span store_id_of_leaf(struct span leaf);

#endif
