/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The inbox, and one conversation. */
#include "desk/model_internal.h"
#include "text/show.h"

#define START_CHARACTERS 120

#define ROW_COLUMNS                                                                                \
    "c.conv, substr(c.first_pos, 9), c.first_minute, c.last_minute, c.waiting, c.since,"           \
    " c.reports, c.answers, c.danger, c.due, c.handled, c.can_answer, r.channel, r.language,"      \
    " r.signer, t.body"
#define ROW_TABLES                                                                                 \
    " FROM convs c JOIN reports r ON r.id = substr(c.last_pos, 9)"                                 \
    " JOIN texts t ON t.entry = r.id"

static const char inbox[] =
    "SELECT " ROW_COLUMNS ROW_TABLES
    " ORDER BY c.handled, c.danger DESC, (CASE WHEN c.due > 0 THEN c.due ELSE 1 << 40 END),"
    " c.waiting DESC, (CASE WHEN c.waiting THEN c.since ELSE -c.last_minute END), c.conv"
    " LIMIT ? OFFSET ?";
static const char one_row[] = "SELECT " ROW_COLUMNS ROW_TABLES " WHERE c.conv = ?";

static const char *one_line(struct arena *arena, struct span text)
{
    struct buf line;
    buf_init(&line, 16 * START_CHARACTERS);
    show_line(&line, span_slice(text, 0, 8 * START_CHARACTERS), START_CHARACTERS);
    const char *copy = buf_error(&line) < 0 ? NULL : arena_copy_text(arena, buf_bytes(&line));
    buf_wipe_release(&line);
    return copy;
}

static int read_row(struct model *model, struct arena *arena, sqlite3_stmt *stmt,
                    struct model_row *ret_row)
{
    struct model_row row = {
        .first_minute = (uint32_t)sql_int(stmt, 2),
        .last_minute = (uint32_t)sql_int(stmt, 3),
        .waiting = sql_int(stmt, 4) != 0,
        .reports = (uint32_t)sql_int(stmt, 6),
        .answers = (uint32_t)sql_int(stmt, 7),
        .danger = (uint32_t)sql_int(stmt, 8),
        .due_minute = (uint32_t)sql_int(stmt, 9),
        .handled = sql_int(stmt, 10) != 0,
        .can_answer = sql_int(stmt, 11) != 0,
        .channel = model_column(arena, stmt, 12),
        .language = model_column(arena, stmt, 13),
        .taken_by = model_member_name(arena, model, stmt, 14),
        .start = one_line(arena, sql_bytes(stmt, 15)),
    };
    if (row.waiting)
        row.waiting_since_minute = (uint32_t)sql_int(stmt, 5);
    REJECT_IF(!sql_copy(stmt, 1, row.id, sizeof row.id), E_DAMAGED);
    row.short_id = model_short_id(arena, row.id);
    REJECT_IF(!row.channel || !row.language || !row.taken_by || !row.start || !row.short_id,
              E_NOMEM);
    *ret_row = row;
    return 0;
}

int model_inbox(struct model *model, size_t from, size_t max, struct arena *arena,
                struct model_rows *ret_rows)
{
    struct model_rows rows = {0};
    int64_t total;
    sqlite3_stmt *stmt;
    TRY(sql_number(&model->sql, "SELECT count(*) FROM convs", SQL_NONE, &total));
    rows.total = (size_t)total;
    size_t room = from >= rows.total ? 0 : rows.total - from;
    room = room < max ? room : max;
    rows.rows = arena_alloc(arena, (room + 1) * sizeof *rows.rows);
    REJECT_IF(!rows.rows, E_NOMEM);
    TRY(sql_query(&model->sql, inbox, SQL_ARGS(SQL_INT(room), SQL_INT(from)), &stmt));
    int more;
    while ((more = sql_step(stmt)) > 0) {
        int error = read_row(model, arena, stmt, &rows.rows[rows.count]);
        if (error < 0) {
            sql_reset(stmt);
            return error;
        }
        rows.count++;
    }
    TRY(more);
    *ret_rows = rows;
    return 0;
}

/* One conversation */

static int find_conversation(struct model *model, const char *id, uint8_t ret_conv[SEAL_KEY_BYTES],
                             size_t *ret_len, struct problem *problem)
{
    struct model_id_range range;
    sqlite3_stmt *stmt;
    TRY(model_id_range(id, &range, problem));
    TRY(sql_query(
        &model->sql, "SELECT DISTINCT conv FROM reports WHERE id BETWEEN ? AND ? LIMIT 2",
        SQL_ARGS(SQL_BLOB(range.low, sizeof range.low), SQL_BLOB(range.high, sizeof range.high)),
        &stmt));
    int more, count = 0;
    while ((more = sql_step(stmt)) > 0) {
        struct span conv = sql_bytes(stmt, 0);
        ASSERT(conv.len <= SEAL_KEY_BYTES);
        memcpy(ret_conv, conv.data, conv.len);
        *ret_len = conv.len;
        count++;
    }
    TRY(more);
    if (count == 0)
        return problem_set(problem, E_NOT_FOUND, "No report here has the id %s.", id);
    if (count > 1)
        return problem_set(problem, E_ARGUMENT, "Several reports begin with %s: give more of it.",
                           id);
    return 0;
}

/* Erased is joined from erased; the decision is this member's. */
static const char items[] =
    "SELECT 0, r.id, r.minute, r.day, t.body, r.language, r.channel, r.wording, r.signer,"
    " e.in_log, e.source, x.id IS NOT NULL, r.hidden, ifnull(y.decision, 0), r.pos, 0"
    " FROM reports r JOIN texts t ON t.entry = r.id JOIN entries e ON e.id = r.id"
    " LEFT JOIN erased x ON x.id = r.id LEFT JOIN erasures y ON y.entry = r.id AND y.signer = ?1"
    " WHERE r.conv = ?2"
    " UNION ALL"
    " SELECT 1, a.id, a.minute, a.day, t.body, '', '', '', a.signer, e.in_log, e.source,"
    " x.id IS NOT NULL, 0, 0, a.id, a.ord"
    " FROM answers a JOIN texts t ON t.entry = a.id JOIN entries e ON e.id = a.id"
    " LEFT JOIN erased x ON x.id = a.answer WHERE a.conv = ?2"
    " ORDER BY 3, 1, 16, 15";

static int read_item(struct model *model, struct arena *arena, sqlite3_stmt *stmt, bool show_hidden,
                     struct model_item *ret_item)
{
    struct model_item item = {
        .kind = sql_int(stmt, 0) ? ITEM_ANSWER : ITEM_REPORT,
        .minute = (uint32_t)sql_int(stmt, 2),
        .day = (uint32_t)sql_int(stmt, 3),
        .language = model_column(arena, stmt, 5),
        .channel = model_column(arena, stmt, 6),
        .wording = model_column(arena, stmt, 7),
        .by = model_member_name(arena, model, stmt, 8),
        .in_log = sql_int(stmt, 9) != 0,
        .sent = sql_int(stmt, 10) != STORE_OUTBOX,
        .erased = sql_int(stmt, 11) != 0,
        .hidden = sql_int(stmt, 12) != 0,
        .decision = (uint32_t)sql_int(stmt, 13),
    };
    struct span body = sql_bytes(stmt, 4);
    if (item.hidden && !show_hidden)
        body = span_of(NULL, 0);
    item.text = arena_copy_text(arena, body);
    item.text_len = body.len;
    REJECT_IF(!sql_copy(stmt, 1, item.id, sizeof item.id), E_DAMAGED);
    item.short_id = model_short_id(arena, item.id);
    REJECT_IF(!item.text || !item.short_id || !item.language || !item.channel || !item.wording ||
                  !item.by,
              E_NOMEM);
    *ret_item = item;
    return 0;
}

static int read_items(struct model *model, struct span conv, bool show_hidden, struct arena *arena,
                      struct model_conversation *c)
{
    int64_t count;
    sqlite3_stmt *stmt;
    TRY(sql_number(&model->sql,
                   "SELECT (SELECT count(*) FROM reports WHERE conv = ?1)"
                   " + (SELECT count(*) FROM answers WHERE conv = ?1)",
                   SQL_ARGS(SQL_BLOB(conv.data, conv.len)), &count));
    c->items = arena_alloc(arena, (size_t)(count + 1) * sizeof *c->items);
    REJECT_IF(!c->items, E_NOMEM);
    const uint8_t *me = desk_member(model->desk)->sign_key;
    TRY(sql_query(&model->sql, items,
                  SQL_ARGS(SQL_BLOB(me, SIGN_KEY_BYTES), SQL_BLOB(conv.data, conv.len)), &stmt));
    int more;
    while ((more = sql_step(stmt)) > 0) {
        int error = read_item(model, arena, stmt, show_hidden, &c->items[c->item_count]);
        if (error < 0) {
            sql_reset(stmt);
            return error;
        }
        c->item_count++;
    }
    return more;
}

static const char consents[] =
    "SELECT x.purpose, x.recipient, x.given, x.signer, x.minute FROM consents x"
    " JOIN reports r ON r.id = x.report WHERE r.conv = ?"
    " ORDER BY x.purpose, x.recipient, x.ord, x.signer, x.id";

static int read_consents(struct model *model, struct span conv, struct arena *arena,
                         struct model_conversation *c)
{
    int64_t count;
    sqlite3_stmt *stmt;
    TRY(sql_number(&model->sql,
                   "SELECT count(*) FROM consents x JOIN reports r ON r.id = x.report"
                   " WHERE r.conv = ?",
                   SQL_ARGS(SQL_BLOB(conv.data, conv.len)), &count));
    c->consents = arena_alloc(arena, (size_t)(count + 1) * sizeof *c->consents);
    REJECT_IF(!c->consents, E_NOMEM);
    TRY(sql_query(&model->sql, consents, SQL_ARGS(SQL_BLOB(conv.data, conv.len)), &stmt));
    int more;
    while ((more = sql_step(stmt)) > 0) {
        struct model_consent *x = &c->consents[c->consent_count++];
        x->purpose = model_column(arena, stmt, 0);
        x->recipient = model_column(arena, stmt, 1);
        x->given = sql_int(stmt, 2) != 0;
        x->by = model_member_name(arena, model, stmt, 3);
        x->minute = (uint32_t)sql_int(stmt, 4);
        if (!x->purpose || !x->recipient || !x->by) {
            sql_reset(stmt);
            return E_NOMEM;
        }
    }
    return more;
}

/* In order of time, so that the last of a field is the one that holds. */
static const char details[] =
    "SELECT x.field, x.value, x.signer, x.minute FROM details x"
    " JOIN reports r ON r.id = x.report WHERE r.conv = ? ORDER BY x.ord, x.signer, x.id, x.field";

static int read_detail(struct arena *arena, sqlite3_stmt *stmt, struct model_details *d)
{
    const char **texts[] = {[12] = &d->safe_ways,
                            [13] = &d->safe_hours,
                            [14] = &d->to_others,
                            [15] = &d->interpreter,
                            [17] = &d->note};
    int64_t field = sql_int(stmt, 0);
    uint32_t number = (uint32_t)sql_int(stmt, 1);
    switch (field) {
    case 10:
        d->danger = number;
        return 0;
    case 11:
        d->due_minute = number;
        return 0;
    case 16:
        d->handled = number;
        return 0;
    default:
        ASSERT(field >= 12 && field < (int64_t)COUNT_OF(texts) && texts[field]);
        *texts[field] = model_column(arena, stmt, 1);
        return *texts[field] ? 0 : E_NOMEM;
    }
}

static int read_details(struct model *model, struct span conv, struct arena *arena,
                        struct model_details *d)
{
    sqlite3_stmt *stmt;
    *d = (struct model_details){.safe_ways = "",
                                .safe_hours = "",
                                .to_others = "",
                                .interpreter = "",
                                .note = "",
                                .by = ""};
    TRY(sql_query(&model->sql, details, SQL_ARGS(SQL_BLOB(conv.data, conv.len)), &stmt));
    int more;
    while ((more = sql_step(stmt)) > 0) {
        int error = read_detail(arena, stmt, d);
        d->by = model_member_name(arena, model, stmt, 2);
        d->minute = (uint32_t)sql_int(stmt, 3);
        if (error < 0 || !d->by) {
            sql_reset(stmt);
            return error < 0 ? error : E_NOMEM;
        }
    }
    return more;
}

/* The row of a conversation of which nothing is to be seen is not in the inbox's table. */
static int read_one_row(struct model *model, struct span conv, struct arena *arena,
                        struct model_conversation *c)
{
    sqlite3_stmt *stmt;
    TRY(sql_query(&model->sql, one_row, SQL_ARGS(SQL_BLOB(conv.data, conv.len)), &stmt));
    int more = sql_step(stmt);
    TRY(more);
    if (more) {
        int error = read_row(model, arena, stmt, &c->row);
        sql_reset(stmt);
        return error;
    }
    ASSERT(c->item_count > 0);
    const struct model_item *first = &c->items[0];
    c->row = (struct model_row){.first_minute = first->minute,
                                .last_minute = c->items[c->item_count - 1].minute,
                                .short_id = first->short_id,
                                .channel = first->channel,
                                .language = first->language,
                                .taken_by = first->by,
                                .start = ""};
    memcpy(c->row.id, first->id, sizeof c->row.id);
    return 0;
}

int model_conversation(struct model *model, const char *id, bool show_hidden, struct arena *arena,
                       struct model_conversation *ret_conversation, struct problem *problem)
{
    uint8_t key[SEAL_KEY_BYTES];
    size_t len = 0;
    struct model_conversation c = {0};
    TRY(find_conversation(model, id, key, &len, problem));
    struct span conv = span_of(key, len);
    TRY(read_items(model, conv, show_hidden, arena, &c));
    TRY(read_consents(model, conv, arena, &c));
    TRY(read_details(model, conv, arena, &c.details));
    TRY(read_one_row(model, conv, arena, &c));
    *ret_conversation = c;
    return 0;
}
