/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/store_internal.h"

/* Each statement gives one line of text for each finding. */
static const char *const log_checks[] = {
    "SELECT 'log.db: ' || integrity_check FROM pragma_integrity_check(100) "
    "WHERE integrity_check <> 'ok'",
    "SELECT 'entries are missing: there are ' || count(*) || ' of ' || (max(idx) + 1) "
    "FROM entries HAVING count(*) <> max(idx) + 1",
    "SELECT 'entry ' || idx || ' has the unknown source ' || source FROM entries "
    "WHERE source NOT IN (1, 2)",
    "SELECT 'sealed bytes of entry ' || idx || ', which is not there' FROM sealed "
    "WHERE idx NOT IN (SELECT idx FROM entries)",
    "SELECT 'cosignatures of size ' || size || ', which has no note' FROM cosignatures "
    "WHERE size NOT IN (SELECT size FROM notes) GROUP BY size",
    "SELECT 'entry ' || entries.idx || ' was erased and still has its sealed bytes' "
    "FROM erased JOIN entries ON substr(leaf, 2, 16) = id JOIN sealed USING (idx) "
    "WHERE deleted = 1",
    "SELECT 'the value ' || hex(name) || ' has no whole checksum' FROM named "
    "WHERE length(sum) <> 32",
};

static const char *const pending_checks[] = {
    "SELECT 'pending.db: ' || integrity_check FROM pragma_integrity_check(100) "
    "WHERE integrity_check <> 'ok'",
};

static int check(sqlite3 *db, const char *sql, store_finding_fn *fn, void *context)
{
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    while (result == SQLITE_OK || result == SQLITE_ROW) {
        result = sqlite3_step(statement);
        if (result == SQLITE_ROW) {
            const unsigned char *text = sqlite3_column_text(statement, 0);
            fn(context, text ? (const char *)text : "a finding without words");
        }
    }
    sqlite3_finalize(statement);
    int error = store_error_of(result);
    /* What is too damaged to be looked through is a finding, not an end. */
    if (error == E_DAMAGED)
        fn(context, "the file is damaged so much that it cannot be checked through");
    return error == E_DAMAGED ? 0 : error;
}

int store_check(struct store *store, store_finding_fn *fn, void *context)
{
    TRY(store_readable(store));
    for (size_t i = 0; i < COUNT_OF(log_checks); i++)
        TRY(check(store->log, log_checks[i], fn, context));
    for (size_t i = 0; i < COUNT_OF(pending_checks); i++)
        TRY(check(store->pending, pending_checks[i], fn, context));
    return 0;
}
