/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Why two databases: the pending one is removed whole once it is empty, its write-ahead log too,
 * so that a machine that is seized does not hold the order in which people wrote on earlier days.
 * Why it is removed database first: a write-ahead log without its database is thrown away by
 * SQLite, a database without its log would come back with an old state. */
#include <sqlite3.h>
#include <stdio.h>

#include "base/file.h"
#include "base/mem.h"
#include "ledger/store_internal.h"

#define LOG_APPLICATION "1448299591"     /* "VSLG" */
#define PENDING_APPLICATION "1448300612" /* "VSPD" */
#define BUSY_MS 1000
#define PATH_MAX_BYTES 4096

struct database {
    const char *file, *application, *schema;
    int version;
};

static const struct database log_database = {
    "log.db", LOG_APPLICATION,
    "CREATE TABLE entries (idx INTEGER PRIMARY KEY, source INTEGER NOT NULL, leaf BLOB NOT NULL,"
    " header BLOB) STRICT;"
    "CREATE UNIQUE INDEX entries_id ON entries (substr(leaf, 2, 16));"
    "CREATE INDEX entries_tag ON entries (substr(header, 18, 16), source);"
    "CREATE INDEX entries_erase_tag ON entries (substr(header, 34, 16));"
    "CREATE TABLE sealed (idx INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    "CREATE TABLE nodes (level INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL,"
    " PRIMARY KEY (level, idx)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE notes (size INTEGER PRIMARY KEY, note BLOB NOT NULL) STRICT;"
    "CREATE TABLE cosignatures (size INTEGER NOT NULL, line BLOB NOT NULL,"
    " PRIMARY KEY (size, line)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE erased (id BLOB PRIMARY KEY, secret BLOB NOT NULL, deleted INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE named (name BLOB PRIMARY KEY, value BLOB, sum BLOB NOT NULL)"
    " STRICT, WITHOUT ROWID;",
    1};

static const struct database pending_database = {
    "pending.db", PENDING_APPLICATION,
    "CREATE TABLE pending (n INTEGER PRIMARY KEY, source INTEGER NOT NULL, leaf BLOB NOT NULL,"
    " header BLOB, sealed BLOB, sum BLOB) STRICT;"
    "CREATE UNIQUE INDEX pending_id ON pending (substr(leaf, 2, 16));"
    "CREATE INDEX pending_tag ON pending (substr(header, 18, 16), source);"
    "CREATE INDEX pending_erase_tag ON pending (substr(header, 34, 16), substr(leaf, 2, 16));",
    1};

static int path_of(const struct store *store, const char *file, const char *ending,
                   struct buf *path)
{
    buf_init(path, PATH_MAX_BYTES);
    buf_printf(path, "%s/%s%s", store->folder, file, ending);
    return buf_error(path);
}

static int run(sqlite3 *db, const char *sql)
{
    return store_error_of(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

/* The one number that a statement gives. */
static int ask(sqlite3 *db, const char *sql, int64_t *ret_value)
{
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    if (result == SQLITE_ROW)
        *ret_value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return result == SQLITE_ROW ? 0 : result == SQLITE_DONE ? E_DAMAGED : store_error_of(result);
}

static int count_frames(void *context, sqlite3 *db, const char *name, int frames)
{
    (void)db;
    (void)name;
    *(int *)context = frames;
    return SQLITE_OK;
}

static int configure(sqlite3 *db, int *frames)
{
    static const struct {
        int option, value;
    } options[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},          {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},   {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
    };
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        int result = sqlite3_db_config(db, options[i].option, options[i].value, NULL);
        REJECT_IF(result != SQLITE_OK, store_error_of(result));
    }
    sqlite3_busy_timeout(db, BUSY_MS);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_extended_result_codes(db, 1);
    /* What is forgotten is given back to the disk: a flood that was pulled is then over. */
    TRY(run(db, "PRAGMA page_size = 8192; PRAGMA locking_mode = EXCLUSIVE;"
                "PRAGMA auto_vacuum = FULL;"
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                "PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON;"
                "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA cache_size = -32768;"
                "PRAGMA journal_size_limit = 67108864;"));
    sqlite3_wal_hook(db, count_frames, frames);
    return 0;
}

static int make_schema(sqlite3 *db, const struct database *database)
{
    CLEANUP(buf_release) struct buf sql;
    buf_init(&sql, 8192);
    buf_printf(&sql,
               "BEGIN IMMEDIATE; %s PRAGMA application_id = %s; PRAGMA user_version = %d; COMMIT;",
               database->schema, database->application, database->version);
    TRY(buf_error(&sql));
    return run(db, buf_cstr(&sql));
}

static int check_schema(sqlite3 *db, const struct database *database)
{
    int64_t tables, application, version;
    TRY(ask(db, "SELECT count(*) FROM sqlite_schema", &tables));
    if (tables == 0)
        return make_schema(db, database);
    TRY(ask(db, "PRAGMA application_id", &application));
    TRY(ask(db, "PRAGMA user_version", &version));
    REJECT_IF(application != strtoll(database->application, NULL, 10), E_DAMAGED);
    REJECT_IF(version > database->version, E_VERSION);
    REJECT_IF(version < database->version, E_DAMAGED);
    return 0;
}

static int open_database(struct store *store, const struct database *database, sqlite3 **ret_db,
                         int *frames, struct problem *problem)
{
    CLEANUP(buf_release) struct buf path;
    TRY(path_of(store, database->file, "", &path));
    int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    int error = store_error_of(sqlite3_open_v2(buf_cstr(&path), ret_db, flags, NULL));
    if (error == 0)
        error = configure(*ret_db, frames);
    if (error == 0)
        error = check_schema(*ret_db, database);
    if (error == 0)
        error = file_sync_folder_of(buf_cstr(&path), problem);
    if (error == E_BUSY)
        return problem_set(problem, error, "%s is in use by another program", buf_cstr(&path));
    if (error)
        return problem_set(problem, error, "%s cannot be opened: %s", buf_cstr(&path),
                           error_sentence(error));
    return 0;
}

static int open_pending(struct store *store, struct problem *problem)
{
    return open_database(store, &pending_database, &store->pending, &store->pending_frames,
                         problem);
}

static void finalize(struct store *store, enum store_sql from, enum store_sql to)
{
    for (int i = (int)from; i < (int)to; i++) {
        sqlite3_finalize(store->statements[i]);
        store->statements[i] = NULL;
    }
}

/* Through SQLite's own file layer, so that faults can be put there; synced with the folder. */
static int remove_file(const struct store *store, const char *ending)
{
    CLEANUP(buf_release) struct buf path;
    TRY(path_of(store, pending_database.file, ending, &path));
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    REJECT_IF(!vfs, E_IO);
    int result = vfs->xDelete(vfs, buf_cstr(&path), 1);
    return result == SQLITE_IOERR_DELETE_NOENT ? 0 : store_error_of(result);
}

int store_renew_pending(struct store *store)
{
    finalize(store, SQL_FIRST_PENDING, SQL_COUNT);
    int error = store_error_of(sqlite3_close(store->pending));
    REJECT_IF(error, store_fail(store, error));
    store->pending = NULL;
    error = remove_file(store, "");
    if (error == 0)
        error = remove_file(store, "-wal");
    if (error == 0)
        error = open_pending(store, NULL);
    return error ? store_fail(store, error) : 0;
}

struct moved {
    struct store *store;
    uint64_t count, pending;
    bool drop;
};

static int drop_one(struct store *store, struct span id)
{
    struct query q;
    query_start(&q, store, SQL_PENDING_DROP);
    query_bytes(&q, id);
    return query_run(&q);
}

static int see_moved(void *context, const struct store_entry *entry)
{
    struct moved *moved = context;
    uint64_t index;
    struct span id = store_id_of_leaf(entry->leaf);
    int error = store_log_index(moved->store, id, &index);
    moved->pending++;
    if (error == E_NOT_FOUND)
        return 0;
    REJECT_IF(error, error);
    moved->count++;
    return moved->drop ? drop_one(moved->store, id) : 0;
}

int store_drop_moved(struct store *store, bool *ret_all)
{
    struct moved moved = {.store = store};
    TRY(store_walk_pending(store, SQL_PENDING_LEAVES, see_moved, &moved));
    *ret_all = moved.pending > 0 && moved.count == moved.pending;
    if (moved.count == 0 || *ret_all)
        return 0;
    moved.drop = true;
    return store_walk_pending(store, SQL_PENDING_LEAVES, see_moved, &moved);
}

/* A crash may have come after an erasure was written to log.db and before pending.db lost the
 * sealed bytes. */
static int finish_erasure(void *context, const struct store_entry *entry)
{
    struct store *store = context;
    struct query q;
    query_start(&q, store, SQL_ERASED);
    query_bytes(&q, store_id_of_leaf(entry->leaf));
    bool deleted = query_row(&q) && query_column_int(&q, 2) == 1;
    TRY(query_end(&q));
    if (!deleted)
        return 0;
    store->scrub = true;
    query_start(&q, store, SQL_PENDING_FORGET);
    query_bytes(&q, store_id_of_leaf(entry->leaf));
    return query_run(&q);
}

/* The commit does what every commit does after an append: it drops what is in the log already. */
static int heal(struct store *store)
{
    TRY(store_begin(store));
    TRY(store_walk_pending(store, SQL_PENDING_LEAVES, finish_erasure, store));
    store->appended = true;
    return store_commit(store);
}

static int open_all(struct store *store, struct problem *problem)
{
    TRY(open_database(store, &log_database, &store->log, &store->log_frames, problem));
    TRY(open_pending(store, problem));
    TRY(store_load_size(store));
    TRY(heal(store));
    /* A placement that was stopped leaves as much as it needs to be done again. */
    TRY(store_checkpoint_whole(store));
    CLEANUP(buf_release) struct buf path;
    TRY(path_of(store, "count", "", &path));
    return store_count_open(store, buf_cstr(&path), problem);
}

int store_open_sqlite(const char *folder, struct store **ret_store, struct problem *problem)
{
    struct store *store = mem_calloc(1, sizeof *store);
    REJECT_IF(!store, E_NOMEM);
    buf_init(&store->row, STORE_ROW_MAX);
    store->folder = mem_strdup(folder);
    int error = store->folder ? open_all(store, problem) : E_NOMEM;
    if (error) {
        store->failed = true;
        store_close(store);
        return problem_set(problem, error, "the store in %s cannot be opened: %s", folder,
                           error_sentence(error));
    }
    *ret_store = store;
    return 0;
}

/* What was committed is durable already; the checkpoints only make the next opening quick. */
void store_close(struct store *store)
{
    if (!store)
        return;
    if (store->in_transaction)
        store_rollback(store);
    finalize(store, SQL_BEGIN, SQL_COUNT);
    for (int i = 0; i < 2; i++) {
        sqlite3 *db = i == 0 ? store->log : store->pending;
        if (db && !store->failed)
            sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
        sqlite3_close(db);
    }
    store_count_close(store);
    buf_release(&store->row);
    mem_free(store->folder);
    mem_free(store);
}
