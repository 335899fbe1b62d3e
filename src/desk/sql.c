/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* SQLite wipes nothing that it frees, and the model is all reports in clear: so its allocator is
 * ours, with the size kept before each piece. */
#include "desk/sql.h"

#include "base/mem.h"

#define SIZE_ROOM 16 /* keeps SQLite's pieces aligned */

static void *wiping_malloc(int bytes)
{
    uint8_t *p = bytes > 0 ? mem_alloc((size_t)bytes + SIZE_ROOM) : NULL;
    if (!p)
        return NULL;
    memcpy(p, &bytes, sizeof bytes);
    return p + SIZE_ROOM;
}

static int wiping_size(void *p)
{
    int bytes = 0;
    if (p)
        memcpy(&bytes, (uint8_t *)p - SIZE_ROOM, sizeof bytes);
    return bytes;
}

static void wiping_free(void *p)
{
    if (!p)
        return;
    uint8_t *start = (uint8_t *)p - SIZE_ROOM;
    mem_wipe(start, (size_t)wiping_size(p) + SIZE_ROOM);
    mem_free(start);
}

static void *wiping_realloc(void *old, int bytes)
{
    int had = wiping_size(old);
    void *p = wiping_malloc(bytes);
    if (!p)
        return NULL;
    if (old)
        memcpy(p, old, (size_t)(had < bytes ? had : bytes));
    wiping_free(old);
    return p;
}

static int wiping_roundup(int bytes)
{
    return (bytes + 15) & ~15;
}

static int wiping_init(void *unused)
{
    (void)unused;
    return SQLITE_OK;
}

static void wiping_shutdown(void *unused)
{
    (void)unused;
}

int sql_use_wiping_memory(void)
{
    static bool done;
    static sqlite3_mem_methods methods = {
        .xMalloc = wiping_malloc,
        .xFree = wiping_free,
        .xRealloc = wiping_realloc,
        .xSize = wiping_size,
        .xRoundup = wiping_roundup,
        .xInit = wiping_init,
        .xShutdown = wiping_shutdown,
    };
    if (done)
        return 0;
    REJECT_IF(sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK, E_NOMEM);
    done = true;
    return 0;
}

static int sql_error(int code)
{
    return (code & 0xff) == SQLITE_NOMEM ? E_NOMEM : E_DAMAGED;
}

int sql_open(struct sql *sql, const char *schema)
{
    *sql = (struct sql){0};
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY |
                SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    int code = sqlite3_open_v2(":memory:", &sql->db, flags, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(sql->db, schema, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        return 0;
    sql_close(sql);
    return sql_error(code);
}

void sql_close(struct sql *sql)
{
    for (size_t i = 0; i < sql->count; i++)
        sqlite3_finalize(sql->cache[i].stmt);
    sqlite3_close(sql->db);
    *sql = (struct sql){0};
}

static int find_statement(struct sql *sql, const char *text, sqlite3_stmt **ret_stmt)
{
    for (size_t i = 0; i < sql->count; i++) {
        if (sql->cache[i].text == text) {
            *ret_stmt = sql->cache[i].stmt;
            return 0;
        }
    }
    ASSERT(sql->count < SQL_STATEMENTS_MAX);
    sqlite3_stmt *stmt;
    int code = sqlite3_prepare_v3(sql->db, text, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    REJECT_IF(code != SQLITE_OK, sql_error(code));
    sql->cache[sql->count].text = text;
    sql->cache[sql->count++].stmt = stmt;
    *ret_stmt = stmt;
    return 0;
}

static int bind(sqlite3_stmt *stmt, int place, const struct sql_value *v)
{
    switch (v->type) {
    case SQL_IS_INT:
        return sqlite3_bind_int64(stmt, place, v->number);
    case SQL_IS_BLOB:
        return sqlite3_bind_blob64(stmt, place, v->bytes.data, v->bytes.len, SQLITE_STATIC);
    case SQL_IS_TEXT:
        return sqlite3_bind_text64(stmt, place, (const char *)v->bytes.data, v->bytes.len,
                                   SQLITE_STATIC, SQLITE_UTF8);
    case SQL_IS_NULL:
        break;
    }
    return sqlite3_bind_null(stmt, place);
}

int sql_query(struct sql *sql, const char *text, const struct sql_value *values, size_t count,
              sqlite3_stmt **ret_stmt)
{
    sqlite3_stmt *stmt;
    TRY(find_statement(sql, text, &stmt));
    sqlite3_reset(stmt);
    ASSERT((int)count == sqlite3_bind_parameter_count(stmt));
    for (size_t i = 0; i < count; i++) {
        int code = bind(stmt, (int)i + 1, &values[i]);
        REJECT_IF(code != SQLITE_OK, sql_error(code));
    }
    *ret_stmt = stmt;
    return 0;
}

int sql_step(sqlite3_stmt *stmt)
{
    int code = sqlite3_step(stmt);
    if (code == SQLITE_ROW)
        return 1;
    sql_reset(stmt);
    return code == SQLITE_DONE ? 0 : sql_error(code);
}

void sql_reset(sqlite3_stmt *stmt)
{
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
}

int sql_run(struct sql *sql, const char *text, const struct sql_value *values, size_t count)
{
    sqlite3_stmt *stmt;
    TRY(sql_query(sql, text, values, count, &stmt));
    int more;
    while ((more = sql_step(stmt)) > 0)
        ;
    return more;
}

int sql_number(struct sql *sql, const char *text, const struct sql_value *values, size_t count,
               int64_t *ret_number)
{
    sqlite3_stmt *stmt;
    TRY(sql_query(sql, text, values, count, &stmt));
    int more = sql_step(stmt);
    TRY(more);
    *ret_number = more ? sql_int(stmt, 0) : 0;
    sql_reset(stmt);
    return 0;
}

int64_t sql_int(sqlite3_stmt *stmt, int column)
{
    return sqlite3_column_int64(stmt, column);
}

struct span sql_bytes(sqlite3_stmt *stmt, int column)
{
    const void *data = sqlite3_column_blob(stmt, column);
    return span_of(data, data ? (size_t)sqlite3_column_bytes(stmt, column) : 0);
}

bool sql_copy(sqlite3_stmt *stmt, int column, void *out, size_t len)
{
    struct span bytes = sql_bytes(stmt, column);
    if (bytes.len != len)
        return false;
    memcpy(out, bytes.data, len);
    return true;
}
