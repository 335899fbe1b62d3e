/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* SQLite, as the model uses it: a database in memory only, statements prepared once, errors of our
 * registry. Its memory is wiped when it is freed. One thread. */
#ifndef DESK_SQL_H
#define DESK_SQL_H

#include <sqlite3.h>

#include "base/error.h"
#include "base/span.h"

#define SQL_STATEMENTS_MAX 96

struct sql {
    sqlite3 *db;
    size_t count;
    struct {
        const char *text;
        sqlite3_stmt *stmt;
    } cache[SQL_STATEMENTS_MAX];
};

struct sql_value {
    enum { SQL_IS_INT, SQL_IS_BLOB, SQL_IS_TEXT, SQL_IS_NULL } type;
    int64_t number;
    struct span bytes;
};
#define SQL_INT(v) ((struct sql_value){.type = SQL_IS_INT, .number = (int64_t)(v)})
#define SQL_BLOB(data, len) ((struct sql_value){.type = SQL_IS_BLOB, .bytes = span_of(data, len)})
#define SQL_TEXT(span) ((struct sql_value){.type = SQL_IS_TEXT, .bytes = (span)})
#define SQL_NULL ((struct sql_value){.type = SQL_IS_NULL})

/* Before the first database of the process is opened: SQLite's memory comes from base/mem.h and is
 * wiped when it is given back. Once; later calls do nothing. */
int sql_use_wiping_memory(void) MUST_USE;
int sql_open(struct sql *sql, const char *schema) MUST_USE;
void sql_close(struct sql *sql);

/* A statement ready for sql_step; text must be a literal. Values are borrowed until the last step.
 * E_NOMEM, E_DAMAGED. */
int sql_query(struct sql *sql, const char *text, const struct sql_value *values, size_t count,
              sqlite3_stmt **ret_stmt) MUST_USE;
/* 1: a row; 0: no more, and the statement was reset; or an error. */
int sql_step(sqlite3_stmt *stmt) MUST_USE;
/* Done with it before it came to its end. */
void sql_reset(sqlite3_stmt *stmt);
/* All of it, rows thrown away. */
int sql_run(struct sql *sql, const char *text, const struct sql_value *values,
            size_t count) MUST_USE;
/* The first column of the first row; 0 when there is none. */
int sql_number(struct sql *sql, const char *text, const struct sql_value *values, size_t count,
               int64_t *ret_number) MUST_USE;

#define SQL_ARGS(...)                                                                              \
    (const struct sql_value[]){__VA_ARGS__},                                                       \
        sizeof((const struct sql_value[]){__VA_ARGS__}) / sizeof(struct sql_value)
#define SQL_NONE NULL, 0

int64_t sql_int(sqlite3_stmt *stmt, int column);
/* Blob or text, valid until the next step; empty when NULL. */
struct span sql_bytes(sqlite3_stmt *stmt, int column);
/* Exactly len bytes; false otherwise. */
bool sql_copy(sqlite3_stmt *stmt, int column, void *out, size_t len);

#endif
