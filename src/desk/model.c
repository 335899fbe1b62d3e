/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A refresh is one transaction of the database in memory: after an error the model is as before. */
#include "desk/model.h"

#include "base/mem.h"
#include "desk/model_internal.h"

int model_new(struct desk *desk, struct model **ret_model, struct problem *problem)
{
    ASSERT(desk_unlocked(desk));
    struct model *model = mem_calloc(1, sizeof *model);
    REJECT_IF(!model, E_NOMEM);
    model->desk = desk;
    model->next_order = 1;
    int error = sql_open(&model->sql, model_schema);
    if (error < 0) {
        mem_free(model);
        return problem_set(problem, error, "The database in memory could not be made.");
    }
    *ret_model = model;
    return 0;
}

void model_free(struct model *model)
{
    if (!model)
        return;
    sql_close(&model->sql);
    mem_free(model);
}

/* Looking at the store: what is new goes through the opener */

struct refreshing {
    struct model *model;
    struct opener *opener;
    bool again_unopened; /* there are new epochs */
};

static int known_state(struct model *model, const uint8_t *id, int64_t *ret_state)
{
    return sql_number(&model->sql, "SELECT state FROM entries WHERE id = ?",
                      SQL_ARGS(SQL_BLOB(id, ENTRY_ID_BYTES)), ret_state);
}

static int fold_batch(struct refreshing *r, struct opener_batch *batch)
{
    if (!batch)
        return 0;
    for (size_t i = 0; i < batch->count; i++)
        TRY(model_fold_job(r->model, &batch->jobs[i]));
    opener_done(r->opener);
    return 0;
}

static int queue(struct refreshing *r, const struct store_entry *entry)
{
    if (opener_full(r->opener, entry->sealed.len))
        TRY(fold_batch(r, opener_turn(r->opener)));
    return opener_add(r->opener, entry);
}

/* Folding what is still in the opener: one turn hands over, the next gives back. */
static int drain(struct refreshing *r)
{
    TRY(fold_batch(r, opener_turn(r->opener)));
    return fold_batch(r, opener_turn(r->opener));
}

static int look_at(void *context, const struct store_entry *entry)
{
    struct refreshing *r = context;
    struct entry_leaf leaf;
    int64_t state;
    TRY(entry_leaf_read(entry->leaf, &leaf));
    TRY(known_state(r->model, leaf.id, &state));
    bool held = entry->sealed.len > 0 && entry->header.len > 0;
    bool again = state == MODEL_NOT_HELD || (state == MODEL_UNOPENED && r->again_unopened);
    if (held && (state == 0 || again))
        return queue(r, entry);
    if (state == 0)
        return model_fold_state(r->model, leaf.id, NULL, MODEL_NOT_HELD, entry->in_log,
                                entry->source);
    return sql_run(&r->model->sql, "UPDATE entries SET in_log = ?, source = ? WHERE id = ?",
                   SQL_ARGS(SQL_INT(entry->in_log), SQL_INT(entry->source),
                            SQL_BLOB(leaf.id, sizeof leaf.id)));
}

/* Those that could not be folded before and may be by now. */
static int look_again(struct refreshing *r)
{
    struct model *model = r->model;
    struct buf ids;
    sqlite3_stmt *stmt;
    buf_init(&ids, SIZE_MAX / 8);
    TRY(sql_query(
        &model->sql, "SELECT id FROM entries WHERE state = ? OR (state = ? AND ?)",
        SQL_ARGS(SQL_INT(MODEL_NOT_HELD), SQL_INT(MODEL_UNOPENED), SQL_INT(r->again_unopened)),
        &stmt));
    int more;
    while ((more = sql_step(stmt)) > 0)
        buf_span(&ids, sql_bytes(stmt, 0));
    int error = more < 0 ? more : buf_error(&ids);
    for (size_t at = 0; error == 0 && at < ids.len; at += ENTRY_ID_BYTES) {
        struct store_entry entry;
        error = store_find(desk_store(model->desk), ids.data + at, &entry);
        if (error == 0)
            error = look_at(r, &entry);
        else if (error == E_NOT_FOUND)
            error = 0;
    }
    buf_release(&ids);
    return error;
}

static int note_erased(void *context, const uint8_t id[ENTRY_ID_BYTES],
                       const uint8_t secret[STORE_SECRET_BYTES])
{
    struct refreshing *r = context;
    (void)secret;
    return sql_run(&r->model->sql, "INSERT OR IGNORE INTO erased(id) VALUES(?)",
                   SQL_ARGS(SQL_BLOB(id, ENTRY_ID_BYTES)));
}

static int look_all(struct refreshing *r)
{
    struct store *store = desk_store(r->model->desk);
    TRY(look_again(r));
    TRY(drain(r)); /* before they are met again below */
    TRY(store_each_logged(store, r->model->logged, look_at, r));
    TRY(store_each_pending(store, look_at, r));
    TRY(drain(r));
    TRY(store_each_erased(store, note_erased, r));
    TRY(model_derive(r->model));
    return model_cosigned_check(r->model);
}

/* Opening many entries in one refresh is mostly SQLite's work; the index is merged once. */
int model_refresh(struct model *model, struct problem *problem)
{
    struct desk *desk = model->desk;
    if (model->folded_once && model->changes == desk_changes(desk))
        return 0;
    struct refreshing r = {.model = model};
    size_t epochs = desk_epochs(desk);
    uint64_t order_before = model->next_order;
    r.again_unopened = model->folded_once && epochs != model->epochs;
    TRY(opener_new(desk, &r.opener));
    int error = sql_run(&model->sql, "BEGIN", SQL_NONE);
    if (error == 0)
        error = look_all(&r);
    if (error == 0)
        error = sql_run(&model->sql, "COMMIT", SQL_NONE);
    opener_free(r.opener);
    if (error < 0) {
        model->next_order = order_before;
        if (sql_run(&model->sql, "ROLLBACK", SQL_NONE) < 0)
            return problem_set(problem, E_NOMEM, "There is not enough memory to open the desk.");
        return problem_set(problem, error, "The entries could not be opened: %s",
                           error_sentence(error));
    }
    model->logged = store_size(desk_store(desk));
    model->changes = desk_changes(desk);
    model->epochs = epochs;
    model->folded_once = true;
    return 0;
}

uint64_t model_next_order(struct model *model)
{
    return model->next_order;
}

/* Names */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int model_id_range(const char *prefix, struct model_id_range *ret_range, struct problem *problem)
{
    size_t len = strlen(prefix);
    struct model_id_range r;
    memset(r.low, 0, sizeof r.low);
    memset(r.high, 0xFF, sizeof r.high);
    bool good = len >= 4 && len <= 2 * ENTRY_ID_BYTES;
    for (size_t i = 0; good && i < len; i++) {
        int digit = hex_digit(prefix[i]);
        unsigned shift = i % 2 ? 0 : 4;
        good = digit >= 0;
        r.low[i / 2] |= (uint8_t)((unsigned)digit << shift);
        r.high[i / 2] &= (uint8_t) ~((15u - ((unsigned)digit & 15u)) << shift);
    }
    if (!good)
        return problem_set(problem, E_ARGUMENT,
                           "\"%.40s\" is no id: an id is at least four digits 0-9 and a-f.",
                           prefix);
    *ret_range = r;
    return 0;
}

int model_find_id(struct model *model, const char *prefix, uint8_t ret_id[ENTRY_ID_BYTES],
                  struct problem *problem)
{
    struct model_id_range range;
    sqlite3_stmt *stmt;
    uint8_t id[ENTRY_ID_BYTES] = {0};
    TRY(model_id_range(prefix, &range, problem));
    TRY(sql_query(
        &model->sql, "SELECT id FROM entries WHERE id BETWEEN ? AND ? LIMIT 2",
        SQL_ARGS(SQL_BLOB(range.low, sizeof range.low), SQL_BLOB(range.high, sizeof range.high)),
        &stmt));
    int more, count = 0;
    while ((more = sql_step(stmt)) > 0) {
        count++;
        sql_copy(stmt, 0, id, sizeof id);
    }
    TRY(more);
    if (count == 0)
        return problem_set(problem, E_NOT_FOUND, "Nothing here has the id %s.", prefix);
    if (count > 1)
        return problem_set(problem, E_ARGUMENT, "Several ids begin with %s: give more of it.",
                           prefix);
    memcpy(ret_id, id, sizeof id);
    return 0;
}

int model_caller(struct model *model, const uint8_t report[ENTRY_ID_BYTES],
                 struct model_caller *ret_caller)
{
    struct model_caller c = {0};
    sqlite3_stmt *stmt;
    TRY(sql_query(&model->sql,
                  "SELECT mailbox, reply, epoch FROM reports WHERE id = ? AND mailbox IS NOT NULL",
                  SQL_ARGS(SQL_BLOB(report, ENTRY_ID_BYTES)), &stmt));
    int more = sql_step(stmt);
    TRY(more);
    REJECT_IF(more == 0, E_NOT_FOUND);
    bool whole = sql_copy(stmt, 0, c.mailbox, sizeof c.mailbox) &&
                 sql_copy(stmt, 1, c.reply_key, sizeof c.reply_key);
    c.epoch = (uint32_t)sql_int(stmt, 2);
    sql_reset(stmt);
    REJECT_IF(!whole, E_DAMAGED);
    TRY(sql_query(&model->sql, "SELECT slot FROM answers WHERE conv = ?",
                  SQL_ARGS(SQL_BLOB(c.mailbox, sizeof c.mailbox)), &stmt));
    while ((more = sql_step(stmt)) > 0) {
        int64_t slot = sql_int(stmt, 0);
        if (slot >= 0 && slot < 64)
            c.slots_used |= UINT64_C(1) << slot;
    }
    TRY(more);
    *ret_caller = c;
    return 0;
}
