/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the inbox shows is worked out here once a change, not at each look: with 100,000 reports a
 * look is then an index scan. */
#include "desk/model_internal.h"

/* Hidden is what the caller had erased and this member has not decided about. */
#define HIDDEN_CHANGED                                                                             \
    " WHERE id IN (SELECT id FROM erased)"                                                         \
    " AND hidden <> (id NOT IN (SELECT entry FROM erasures WHERE signer = ?))"

static const char mark_hidden_changed[] =
    "INSERT OR IGNORE INTO dirty SELECT conv FROM reports" HIDDEN_CHANGED;
static const char change_hidden[] = "UPDATE reports SET hidden = 1 - hidden" HIDDEN_CHANGED;

#define LATEST(field)                                                                              \
    "(SELECT x.value FROM reports r JOIN details x ON x.report = r.id AND x.field = " field        \
    " WHERE r.conv = d.conv ORDER BY x.ord DESC, x.signer DESC, x.id DESC LIMIT 1)"

/* covered: up to where answers or members' word that it is handled reach; settled: that word. */
static const char fill[] =
    "INSERT INTO convs(conv, first_pos, last_pos, reports, answers, covered, settled, danger, due,"
    " can_answer)"
    " SELECT d.conv,"
    " (SELECT min(pos) FROM reports r WHERE r.conv = d.conv),"
    " (SELECT max(pos) FROM reports r WHERE r.conv = d.conv AND hidden = 0),"
    " (SELECT count(*) FROM reports r WHERE r.conv = d.conv AND hidden = 0),"
    " (SELECT count(*) FROM answers a WHERE a.conv = d.conv),"
    " (SELECT max(r.pos) FROM answers a JOIN reports r ON r.id = a.report AND r.conv = a.conv"
    "  WHERE a.conv = d.conv),"
    " (SELECT max(r.pos) FROM reports r JOIN details x ON x.report = r.id AND x.field = 16"
    "  WHERE r.conv = d.conv AND x.value = 1),"
    " ifnull(" LATEST(
        "10") ", 0),"
              " ifnull(" LATEST(
                  "11") ", 0),"
                        " (SELECT count(*) FROM reports r WHERE r.conv = d.conv AND r.mailbox IS "
                        "NOT NULL) > 0"
                        " FROM dirty d WHERE d.conv IN (SELECT conv FROM reports WHERE hidden = 0)";

static const char finish[] =
    "UPDATE convs SET covered = max(ifnull(covered, x''), ifnull(settled, x'')),"
    " handled = ifnull(settled >= last_pos, 0) WHERE conv IN (SELECT conv FROM dirty)";
static const char finish_minutes[] =
    "UPDATE convs SET waiting = covered < last_pos,"
    " first_minute = (SELECT minute FROM reports r WHERE r.conv = convs.conv"
    "  AND r.pos = convs.first_pos),"
    " last_minute = (SELECT minute FROM reports r WHERE r.conv = convs.conv"
    "  AND r.pos = convs.last_pos),"
    " since = ifnull((SELECT minute FROM reports r WHERE r.conv = convs.conv"
    "  AND r.pos > convs.covered AND r.hidden = 0 ORDER BY r.pos LIMIT 1), 0)"
    " WHERE conv IN (SELECT conv FROM dirty)";

/* What this member deleted. The index is told the words again: it keeps no text of its own. */
static int forget_one(struct model *model, const uint8_t *id)
{
    struct sql *sql = &model->sql;
    const struct sql_value entry = SQL_BLOB(id, ENTRY_ID_BYTES);
    struct buf words;
    sqlite3_stmt *stmt;
    int error = 0;
    buf_init(&words, SIZE_MAX / 8);
    TRY(sql_run(sql, "INSERT OR IGNORE INTO dirty SELECT conv FROM reports WHERE id = ?",
                SQL_ARGS(entry)));
    TRY(sql_query(sql, "SELECT n, body FROM texts WHERE entry = ?", SQL_ARGS(entry), &stmt));
    int more = sql_step(stmt);
    if (more > 0) {
        int64_t n = sql_int(stmt, 0);
        error = model_text_words(&words, sql_bytes(stmt, 1));
        sql_reset(stmt);
        if (error == 0)
            error = sql_run(sql, "INSERT INTO words(words, rowid, body) VALUES('delete', ?, ?)",
                            SQL_ARGS(SQL_INT(n), SQL_TEXT(buf_bytes(&words))));
    }
    buf_wipe_release(&words);
    TRY(more < 0 ? more : error);
    TRY(sql_run(sql, "DELETE FROM texts WHERE entry = ?", SQL_ARGS(entry)));
    TRY(sql_run(sql, "DELETE FROM reports WHERE id = ?", SQL_ARGS(entry)));
    return sql_run(sql, "UPDATE entries SET state = ? WHERE id = ?",
                   SQL_ARGS(SQL_INT(MODEL_NOT_HELD), entry));
}

static int forget_deleted(struct model *model, struct sql_value me)
{
    static const char deleted[] =
        "SELECT r.id FROM erasures y JOIN reports r ON r.id = y.entry"
        " WHERE y.signer = ? AND y.decision = 2 AND r.id IN (SELECT id FROM erased) LIMIT 1";
    for (;;) {
        sqlite3_stmt *stmt;
        uint8_t id[ENTRY_ID_BYTES];
        TRY(sql_query(&model->sql, deleted, SQL_ARGS(me), &stmt));
        int more = sql_step(stmt);
        if (more <= 0)
            return more;
        bool whole = sql_copy(stmt, 0, id, sizeof id);
        sql_reset(stmt);
        REJECT_IF(!whole, E_DAMAGED);
        TRY(forget_one(model, id));
    }
}

/* Those of which bytes are held. */
static int find_decided(struct model *model, struct buf *ids)
{
    static const char decided[] = "SELECT entry FROM erasures WHERE signer = ? AND decision = 2"
                                  " AND entry IN (SELECT id FROM erased)";
    const uint8_t *me = desk_member(model->desk)->sign_key;
    sqlite3_stmt *stmt;
    int more;
    TRY(sql_query(&model->sql, decided, SQL_ARGS(SQL_BLOB(me, SIGN_KEY_BYTES)), &stmt));
    while ((more = sql_step(stmt)) > 0) {
        uint8_t id[ENTRY_ID_BYTES];
        struct store_entry entry;
        if (sql_copy(stmt, 0, id, sizeof id) &&
            store_find(desk_store(model->desk), id, &entry) == 0 && entry.sealed.len > 0)
            buf_put(ids, id, sizeof id);
    }
    return more < 0 ? more : buf_error(ids);
}

int model_delete_decided(struct model *model, struct problem *problem)
{
    struct buf ids CLEANUP(buf_release);
    buf_init(&ids, SIZE_MAX / 8);
    TRY(find_decided(model, &ids));
    if (ids.len == 0)
        return 0;
    int error = desk_begin(model->desk, problem);
    for (size_t at = 0; at < ids.len && error == 0; at += ENTRY_ID_BYTES)
        error = store_forget(desk_store(model->desk), ids.data + at);
    if (error == 0)
        return desk_commit(model->desk, problem);
    desk_rollback(model->desk);
    return error;
}

/* Only who had the caller's codename, as a line that was taken over has, writes under their mailbox
 * key and not under their reply key: an answer would go where they do not look. */
static const char mixed_reply_keys[] =
    "INSERT OR REPLACE INTO alarms SELECT ?, id, 'Two reply keys are named for one caller: an"
    " answer to this report may not reach them.' FROM reports WHERE conv IN"
    " (SELECT conv FROM reports WHERE conv IN (SELECT conv FROM dirty)"
    "  GROUP BY conv HAVING min(reply) <> max(reply))";

/* Of two desks that did not know of each other's answer. */
static const char shared_slots[] =
    "INSERT OR REPLACE INTO alarms SELECT ?, a.id, 'Two answers were put in one place: the caller"
    " is shown only one of them.' FROM answers a JOIN"
    " (SELECT conv, slot FROM answers WHERE conv IN (SELECT conv FROM dirty)"
    "  GROUP BY conv, slot HAVING min(answer) <> max(answer)) x"
    " ON x.conv = a.conv AND x.slot = a.slot";

int model_derive(struct model *model)
{
    struct sql *sql = &model->sql;
    const struct sql_value me = SQL_BLOB(desk_member(model->desk)->sign_key, SIGN_KEY_BYTES);
    TRY(forget_deleted(model, me));
    TRY(sql_run(sql, mark_hidden_changed, SQL_ARGS(me)));
    TRY(sql_run(sql, change_hidden, SQL_ARGS(me)));
    TRY(sql_run(sql, "DELETE FROM convs WHERE conv IN (SELECT conv FROM dirty)", SQL_NONE));
    TRY(sql_run(sql, fill, SQL_NONE));
    TRY(sql_run(sql, finish, SQL_NONE));
    TRY(sql_run(sql, finish_minutes, SQL_NONE));
    TRY(sql_run(sql, mixed_reply_keys, SQL_ARGS(SQL_INT(ALARM_DAMAGED))));
    TRY(sql_run(sql, shared_slots, SQL_ARGS(SQL_INT(ALARM_DAMAGED))));
    return sql_run(sql, "DELETE FROM dirty", SQL_NONE);
}
