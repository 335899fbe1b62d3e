/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Other desks' cosigned checkpoints against this desk's own tree: when a line shows two desks two
 * logs, this is where it comes out. A checkpoint of a size that this desk has not reached waits. */
#include "desk/cosign.h"
#include "desk/model_internal.h"

static int mark_checked(struct model *model, const uint8_t *id, uint64_t size)
{
    return sql_run(&model->sql, "UPDATE cosigned SET size = ?, checked = 1 WHERE id = ?",
                   SQL_ARGS(SQL_INT(size), SQL_BLOB(id, ENTRY_ID_BYTES)));
}

static int check_one(struct model *model, const uint8_t *id, const uint8_t *signer,
                     struct span note)
{
    struct desk *desk = model->desk;
    struct checkpoint checkpoint;
    struct problem problem;
    problem_clear(&problem);
    const struct roster_member *member = roster_member_find(desk_roster(desk), signer);
    if (!member || !desk_line(desk)->pinned)
        return 0;
    int error = cosign_check(desk, member, note, &checkpoint, &problem);
    if (error == E_BUSY)
        return 0;
    TRY(mark_checked(model, id, error == 0 ? checkpoint.size : 0));
    if (error == E_FORK)
        return model_fold_alarm(model, ALARM_FORK, id, problem.text);
    if (error < 0 && error != E_NOMEM && error != E_IO)
        return model_fold_alarm(model, ALARM_DAMAGED, id, problem_text(&problem, error));
    return error;
}

/* The rows are copied out first: what is done with each of them uses the same database. */
static int each_cosigned(struct model *model, const char *query,
                         int (*fn)(struct model *model, const uint8_t *id, const uint8_t *signer,
                                   struct span note))
{
    struct buf rows;
    struct cursor c;
    sqlite3_stmt *stmt;
    buf_init(&rows, SIZE_MAX / 8);
    TRY(sql_query(&model->sql, query, SQL_NONE, &stmt));
    int more;
    while ((more = sql_step(stmt)) > 0) {
        struct span note = sql_bytes(stmt, 2);
        buf_span(&rows, sql_bytes(stmt, 0));
        buf_span(&rows, sql_bytes(stmt, 1));
        buf_u32(&rows, (uint32_t)note.len);
        buf_span(&rows, note);
    }
    int error = more < 0 ? more : buf_error(&rows);
    cursor_init(&c, buf_bytes(&rows));
    while (error == 0 && cursor_left(&c)) {
        struct span id = cursor_bytes(&c, ENTRY_ID_BYTES);
        struct span signer = cursor_bytes(&c, SIGN_KEY_BYTES);
        struct span note = cursor_block32(&c, SIZE_MAX);
        error = fn(model, id.data, signer.data, note);
    }
    buf_release(&rows);
    return error;
}

int model_cosigned_check(struct model *model)
{
    return each_cosigned(model, "SELECT id, signer, note FROM cosigned WHERE checked = 0",
                         check_one);
}

static int keep_one(struct model *model, const uint8_t *id, const uint8_t *signer, struct span note)
{
    const struct roster_member *member = roster_member_find(desk_roster(model->desk), signer);
    if (member && member != desk_member(model->desk))
        TRY(cosign_keep(model->desk, member, note));
    return sql_run(&model->sql, "UPDATE cosigned SET checked = 2 WHERE id = ?",
                   SQL_ARGS(SQL_BLOB(id, ENTRY_ID_BYTES)));
}

int model_keep_cosignatures(struct model *model, struct problem *problem)
{
    int64_t waiting;
    TRY(sql_number(&model->sql, "SELECT count(*) FROM cosigned WHERE checked = 1 AND size > 0",
                   SQL_NONE, &waiting));
    if (waiting == 0)
        return 0;
    TRY(desk_begin(model->desk, problem));
    int error = each_cosigned(
        model, "SELECT id, signer, note FROM cosigned WHERE checked = 1 AND size > 0", keep_one);
    if (error < 0)
        desk_rollback(model->desk);
    else
        error = desk_commit(model->desk, problem);
    return error;
}
