/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/clock.h"
#include "desk/model_internal.h"

#define ALARMS_MAX 1000
#define STATUS_DAYS 30

static int count(struct model *model, const char *text, uint32_t *ret_count)
{
    int64_t number;
    TRY(sql_number(&model->sql, text, SQL_NONE, &number));
    *ret_count = (uint32_t)number;
    return 0;
}

/* Those of single entries. An entry that does not open and that an answer of ours explains is that
 * answer: sealed to its caller alone. The two are sent one after the other, so a pending one is
 * given a day. */
static const char entry_alarms[] =
    "SELECT kind, id, detail FROM alarms"
    " UNION ALL SELECT ?, id, '' FROM entries WHERE state = ? AND (in_log OR day < ?)"
    " AND id NOT IN (SELECT answer FROM answers) ORDER BY 1, 2 LIMIT ?";

static int add_entry_alarms(struct model *model, struct arena *arena, struct model_status *s)
{
    sqlite3_stmt *stmt;
    TRY(sql_query(&model->sql, entry_alarms,
                  SQL_ARGS(SQL_INT(ALARM_UNOPENED), SQL_INT(MODEL_UNOPENED),
                           SQL_INT(clock_day(clock_now_s())), SQL_INT(ALARMS_MAX - s->alarm_count)),
                  &stmt));
    int more;
    while ((more = sql_step(stmt)) > 0) {
        struct alarm *a = &s->alarms[s->alarm_count];
        a->kind = (enum alarm_kind)sql_int(stmt, 0);
        a->has_entry = sql_copy(stmt, 1, a->entry, sizeof a->entry);
        a->detail = model_column(arena, stmt, 2);
        if (!a->detail) {
            sql_reset(stmt);
            return E_NOMEM;
        }
        s->alarm_count++;
    }
    return more;
}

static int add_alarms(struct model *model, struct arena *arena, struct model_status *s)
{
    struct alarm *kept;
    size_t kept_count;
    TRY(alarm_list(model->desk, arena, &kept, &kept_count));
    s->alarms = arena_alloc(arena, ALARMS_MAX * sizeof *s->alarms);
    REJECT_IF(!s->alarms, E_NOMEM);
    s->alarm_count = kept_count < ALARMS_MAX ? kept_count : ALARMS_MAX;
    memcpy(s->alarms, kept, s->alarm_count * sizeof *kept);
    return add_entry_alarms(model, arena, s);
}

static int add_days(struct model *model, struct arena *arena, struct model_status *s)
{
    sqlite3_stmt *stmt;
    uint32_t today = clock_day(clock_now_s()), first = today - (STATUS_DAYS - 1);
    s->day_count = STATUS_DAYS;
    s->days = arena_alloc(arena, STATUS_DAYS * sizeof *s->days);
    REJECT_IF(!s->days, E_NOMEM);
    for (uint32_t i = 0; i < STATUS_DAYS; i++)
        s->days[i].day = first + i;
    TRY(sql_query(&model->sql,
                  "SELECT minute / 1440, count(*) FROM reports WHERE minute >= ? GROUP BY 1",
                  SQL_ARGS(SQL_INT((int64_t)first * 1440)), &stmt));
    int more;
    while ((more = sql_step(stmt)) > 0) {
        int64_t place = sql_int(stmt, 0) - first;
        if (place >= 0 && place < STATUS_DAYS)
            s->days[place].reports = (uint32_t)sql_int(stmt, 1);
    }
    return more;
}

static int add_checkpoint(struct model *model, struct model_status *s)
{
    struct store *store = desk_store(model->desk);
    struct checkpoint checkpoint;
    struct span note;
    struct buf lines;
    if (!desk_line(model->desk)->pinned || store_last_note(store, &note) < 0)
        return 0;
    TRY(checkpoint_open(note, &desk_line(model->desk)->key, &checkpoint, NULL));
    s->has_checkpoint = true;
    s->checkpoint_size = checkpoint.size;
    memcpy(s->checkpoint_root, checkpoint.root.bytes, sizeof s->checkpoint_root);
    buf_init(&lines, NOTE_BYTES_MAX);
    int error = store_cosignatures(store, checkpoint.size, &lines);
    for (size_t i = 0; error == 0 && i < lines.len; i++)
        s->cosigners += lines.data[i] == '\n';
    buf_release(&lines);
    return error;
}

static int add_outbox(void *context, const struct store_entry *entry)
{
    struct model_status *s = context;
    s->outbox += entry->source == STORE_OUTBOX;
    return 0;
}

static int add_counts(struct model *model, struct model_status *s)
{
    int64_t overdue;
    TRY(count(model, "SELECT count(*) FROM reports", &s->reports));
    TRY(count(model, "SELECT count(*) FROM convs", &s->conversations));
    TRY(count(model, "SELECT count(*) FROM convs WHERE waiting", &s->waiting));
    TRY(count(model, "SELECT count(*) FROM convs WHERE danger = 2 AND NOT handled",
              &s->danger_now));
    TRY(sql_number(&model->sql,
                   "SELECT count(*) FROM convs WHERE due > 0 AND due < ? AND NOT handled",
                   SQL_ARGS(SQL_INT(clock_minute(clock_now_s()))), &overdue));
    s->overdue = (uint32_t)overdue;
    TRY(count(model, "SELECT count(*) FROM reports WHERE hidden", &s->undecided));
    TRY(count(model,
              "SELECT count(*) FROM entries WHERE state = 2 AND id NOT IN (SELECT id FROM erased)",
              &s->not_held));
    return count(model, "SELECT count(*) FROM entries WHERE state = 4", &s->not_understood);
}

int model_status(struct model *model, struct arena *arena, struct model_status *ret_status)
{
    struct model_status s = {0};
    struct store *store = desk_store(model->desk);
    s.log_size = store_size(store);
    s.pending = store_pending_count(store);
    TRY(store_each_pending(store, add_outbox, &s));
    TRY(add_counts(model, &s));
    TRY(add_checkpoint(model, &s));
    const struct desk_epoch *now = desk_epoch_now(model->desk);
    s.intake_epoch = now ? now->epoch : 0;
    s.intake_last_day = now ? now->last_day : 0;
    TRY(add_alarms(model, arena, &s));
    TRY(add_days(model, arena, &s));
    *ret_status = s;
    return 0;
}

static const char erasures[] =
    "SELECT x.id, ifnull(substr(c.first_pos, 9), substr((SELECT min(pos) FROM reports o"
    "  WHERE o.conv = r.conv), 9)), e.day, ifnull(y.decision, 0), e.state <> 2, y.reason"
    " FROM erased x JOIN entries e ON e.id = x.id LEFT JOIN reports r ON r.id = x.id"
    " LEFT JOIN convs c ON c.conv = r.conv"
    " LEFT JOIN erasures y ON y.entry = x.id AND y.signer = ?"
    " WHERE x.id NOT IN (SELECT answer FROM answers)"
    " ORDER BY y.decision IS NOT NULL, e.day DESC, x.id";

static int read_erasure(sqlite3_stmt *stmt, struct arena *arena, struct model_erasure *x)
{
    uint8_t conversation[ENTRY_ID_BYTES];
    REJECT_IF(!sql_copy(stmt, 0, x->id, sizeof x->id), E_DAMAGED);
    bool known = sql_copy(stmt, 1, conversation, sizeof conversation);
    memcpy(x->group, known ? conversation : x->id, sizeof x->group);
    x->short_id = model_short_id(arena, x->id);
    x->conversation = known ? model_short_id(arena, conversation) : "";
    x->day = (uint32_t)sql_int(stmt, 2);
    x->decision = (uint32_t)sql_int(stmt, 3);
    x->held = sql_int(stmt, 4) != 0;
    x->reason = model_column(arena, stmt, 5);
    return x->short_id && x->conversation && x->reason ? 0 : E_NOMEM;
}

int model_erasures(struct model *model, struct arena *arena, struct model_erasure **ret_erasures,
                   size_t *ret_count)
{
    int64_t total;
    size_t done = 0;
    sqlite3_stmt *stmt;
    TRY(sql_number(&model->sql, "SELECT count(*) FROM erased", SQL_NONE, &total));
    struct model_erasure *list = arena_alloc(arena, (size_t)(total + 1) * sizeof *list);
    REJECT_IF(!list, E_NOMEM);
    const uint8_t *me = desk_member(model->desk)->sign_key;
    TRY(sql_query(&model->sql, erasures, SQL_ARGS(SQL_BLOB(me, SIGN_KEY_BYTES)), &stmt));
    int more;
    while ((more = sql_step(stmt)) > 0) {
        int error = read_erasure(stmt, arena, &list[done]);
        if (error < 0) {
            sql_reset(stmt);
            return error;
        }
        done++;
    }
    TRY(more);
    *ret_erasures = list;
    *ret_count = done;
    return 0;
}
