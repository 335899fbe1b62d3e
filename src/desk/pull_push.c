/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sending the outbox. An entry is marked as sent after the line said that it is durable there; to
 * send it twice does nothing. */
#include "desk/pull_internal.h"

static int collect(void *context, const struct store_entry *entry)
{
    struct buf *ids = context;
    struct entry_leaf leaf;
    if (entry->source != STORE_OUTBOX)
        return 0;
    TRY(entry_leaf_read(entry->leaf, &leaf));
    buf_put(ids, leaf.id, sizeof leaf.id);
    return buf_error(ids);
}

static int read_entry(struct pulling *p, const uint8_t *id, struct buf *body)
{
    struct store_entry entry;
    buf_reset(body);
    TRY(store_find(desk_store(p->desk), id, &entry));
    buf_span(body, entry.header);
    buf_span(body, entry.leaf);
    buf_span(body, entry.sealed);
    return buf_error(body);
}

static int mark_sent(struct pulling *p, const uint8_t *id)
{
    TRY(desk_begin(p->desk, p->problem));
    int error = store_mark_sent(desk_store(p->desk), id);
    if (error == 0)
        return desk_commit(p->desk, p->problem);
    desk_rollback(p->desk);
    return error;
}

/* Erased there already: sent it was. */
static int send_one(struct pulling *p, const uint8_t *id, struct buf *body)
{
    int error = read_entry(p, id, body);
    if (error == E_NOT_FOUND)
        return 0;
    TRY(error);
    pull_leave(p);
    error = source_post(p->source, "/entry", buf_bytes(body), p->problem);
    TRY(pull_return(p));
    if (error == E_ERASED)
        problem_clear(p->problem);
    else
        TRY(error);
    p->report->sent++;
    return mark_sent(p, id);
}

int pull_push(struct pulling *p)
{
    struct buf ids, body;
    buf_init(&ids, STORE_VALUE_MAX);
    buf_init(&body, SOURCE_BODY_MAX_BYTES);
    int error = store_each_pending(desk_store(p->desk), collect, &ids);
    for (size_t at = 0; error == 0 && at < ids.len; at += ENTRY_ID_BYTES) {
        error = send_one(p, ids.data + at, &body);
        if (error == 0)
            error = pull_progress(p, "sending", at / ENTRY_ID_BYTES + 1, ids.len / ENTRY_ID_BYTES);
    }
    buf_release(&body);
    buf_release(&ids);
    return error;
}
