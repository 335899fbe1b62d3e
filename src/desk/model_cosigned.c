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

int model_cosigned_check(struct model *model)
{
    struct buf rows;
    sqlite3_stmt *stmt;
    buf_init(&rows, 256u << 20);
    TRY(sql_query(&model->sql, "SELECT id, signer, note FROM cosigned WHERE checked = 0",
                  SQL_NONE, &stmt));
    int more;
    while ((more = sql_step(stmt)) > 0) {
        struct span note = sql_bytes(stmt, 2);
        buf_span(&rows, sql_bytes(stmt, 0));
        buf_span(&rows, sql_bytes(stmt, 1));
        buf_u32(&rows, (uint32_t)note.len);
        buf_span(&rows, note);
    }
    int error = more < 0 ? more : buf_error(&rows);
    struct cursor c;
    cursor_init(&c, buf_bytes(&rows));
    while (error == 0 && cursor_left(&c)) {
        struct span id = cursor_bytes(&c, ENTRY_ID_BYTES);
        struct span signer = cursor_bytes(&c, SIGN_KEY_BYTES);
        struct span note = cursor_block32(&c, SIZE_MAX);
        error = check_one(model, id.data, signer.data, note);
    }
    buf_release(&rows);
    return error;
}
