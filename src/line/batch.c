/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "line/batch.h"

#include "base/clock.h"
#include "ledger/tile.h"
#include "line/held.h"
#include "seal/codename.h"

/* A reply with sealed entries takes no further one when it is this long: the largest entry still
 * fits WIRE_REPLY_MAX, and no desk waits for more over Tor. */
#define SEALED_REPLY_BYTES (8u << 20)

typedef int answer_fn(struct batch *batch, enum wire_role role, struct span body,
                      struct buf *reply);

static int begin(struct batch *batch)
{
    if (batch->open)
        return 0;
    TRY(store_begin(batch->folder->store));
    batch->open = true;
    return 0;
}

int batch_commit(struct batch *batch)
{
    batch->looked = false;
    if (!batch->open)
        return 0;
    batch->open = false;
    return store_commit(batch->folder->store);
}

static bool disk_has_room(struct batch *batch)
{
    if (!batch->looked) {
        batch->room = folder_has_room(batch->folder, BATCH_FREE_BYTES_MIN);
        batch->looked = true;
    }
    return batch->room;
}

static int read_entry(struct span body, struct store_entry *ret_entry)
{
    ret_entry->header = span_slice(body, 0, ENTRY_HEADER_BYTES);
    ret_entry->leaf = span_slice(body, ENTRY_HEADER_BYTES, ENTRY_LEAF_BYTES);
    ret_entry->sealed = span_slice(body, ENTRY_HEADER_BYTES + ENTRY_LEAF_BYTES, body.len);
    return entry_check(ret_entry->header, ret_entry->leaf, ret_entry->sealed, NULL);
}

/* A door's entry is of the day that is open, as the cover will be that it is placed with: when that
 * day was closed after the door had asked for it, it asks again. A desk's may have been made
 * offline, long ago, but not in the future. */
static int check_day(const struct batch *batch, enum wire_role role, struct span header_bytes)
{
    struct entry_header header;

    TRY(entry_header_read(header_bytes, &header));
    if (role == WIRE_DOOR)
        return header.day == batch->folder->day ? 0 : E_EXPIRED;
    return header.day <= clock_day(clock_now_s()) + 1 ? 0 : E_ARGUMENT;
}

static int answer_put(struct batch *batch, enum wire_role role, struct span body, struct buf *reply)
{
    struct store_entry entry = {.source = role == WIRE_DOOR ? STORE_FROM_DOOR : STORE_FROM_HATCH};
    int error;

    (void)reply;
    TRY(read_entry(body, &entry));
    TRY(check_day(batch, role, entry.header));
    REJECT_IF(!disk_has_room(batch), E_BUSY);
    TRY(begin(batch));
    error = store_put_pending(batch->folder->store, &entry);
    return error == E_EXISTS ? 0 : error;
}

static int answer_probe(struct batch *batch, enum wire_role role, struct span body,
                        struct buf *reply)
{
    uint64_t used = 0;

    (void)role;
    for (unsigned i = 0; i < CODENAME_SLOTS; i++)
        if (store_erase_tag_used(batch->folder->store, body.data + i * CODENAME_TAG_BYTES))
            used |= UINT64_C(1) << i;
    buf_u64(reply, used);
    buf_u32(reply, ++batch->order);
    buf_u32(reply, batch->folder->day);
    return 0;
}

static int answer_answers(struct batch *batch, enum wire_role role, struct span body,
                          struct buf *reply)
{
    (void)role;
    for (unsigned i = 0; i < CODENAME_SLOTS; i++) {
        struct store_entry entry;
        int error =
            store_find_tag(batch->folder->store, body.data + i * CODENAME_TAG_BYTES, &entry);

        if (error == E_NOT_FOUND)
            continue;
        TRY(error);
        buf_u32(reply, (uint32_t)(entry.header.len + entry.leaf.len + entry.sealed.len));
        buf_span(reply, entry.header);
        buf_span(reply, entry.leaf);
        buf_span(reply, entry.sealed);
    }
    return 0;
}

static int answer_erase(struct batch *batch, enum wire_role role, struct span body,
                        struct buf *reply)
{
    (void)role;
    (void)reply;
    REJECT_IF(body.len % CODENAME_ERASE_SECRET_BYTES != 0, E_ARGUMENT);
    TRY(begin(batch));
    for (size_t at = 0; at < body.len; at += CODENAME_ERASE_SECRET_BYTES) {
        uint64_t count;

        TRY(store_erase(batch->folder->store, body.data + at, &count));
    }
    return 0;
}

static int answer_roster(struct batch *batch, enum wire_role role, struct span body,
                         struct buf *reply)
{
    (void)role;
    (void)body;
    roster_chain_write(batch->folder->roster, reply);
    return 0;
}

static int answer_roster_add(struct batch *batch, enum wire_role role, struct span body,
                             struct buf *reply)
{
    int error;

    (void)role;
    (void)reply;
    error = roster_add(batch->folder->roster, body, NULL);
    if (error == E_EXISTS)
        return 0;
    TRY(error);
    TRY(begin(batch));
    return folder_save_roster(batch->folder);
}

static int answer_sealed(struct batch *batch, enum wire_role role, struct span body,
                         struct buf *reply)
{
    (void)role;
    REJECT_IF(body.len % ENTRY_ID_BYTES != 0, E_ARGUMENT);
    for (size_t at = 0; at < body.len && reply->len < SEALED_REPLY_BYTES; at += ENTRY_ID_BYTES) {
        struct store_entry entry = {.source = STORE_FROM_DOOR};
        int error = store_find(batch->folder->store, body.data + at, &entry);

        REJECT_IF(error < 0 && error != E_NOT_FOUND, error);
        buf_u32(reply, (uint32_t)(entry.header.len + entry.sealed.len));
        buf_span(reply, entry.header);
        buf_span(reply, entry.sealed);
    }
    return 0;
}

static int put_pending(void *context, const struct store_entry *entry)
{
    struct buf *reply = context;

    buf_span(reply, entry->header);
    buf_span(reply, entry->leaf);
    return buf_error(reply);
}

static int answer_pending(struct batch *batch, enum wire_role role, struct span body,
                          struct buf *reply)
{
    (void)role;
    (void)body;
    return store_each_pending(batch->folder->store, put_pending, reply);
}

static int put_erased(void *context, const uint8_t id[ENTRY_ID_BYTES], const uint8_t secret[32])
{
    struct buf *reply = context;

    buf_put(reply, id, ENTRY_ID_BYTES);
    buf_put(reply, secret, 32);
    return buf_error(reply);
}

static int answer_erased(struct batch *batch, enum wire_role role, struct span body,
                         struct buf *reply)
{
    (void)role;
    (void)body;
    return store_each_erased(batch->folder->store, put_erased, reply);
}

static int answer_tile(struct batch *batch, enum wire_role role, struct span body,
                       struct buf *reply)
{
    struct tile tile;

    (void)role;
    TRY(tile_path_read(body, &tile));
    return tile_make(batch->folder->store, &tile, reply);
}

static int answer_checkpoint(struct batch *batch, enum wire_role role, struct span body,
                             struct buf *reply)
{
    struct span note;

    (void)role;
    (void)body;
    TRY(store_last_note(batch->folder->store, &note));
    buf_span(reply, note);
    return 0;
}

static int answer_held(struct batch *batch, enum wire_role role, struct span body,
                       struct buf *reply)
{
    (void)role;
    (void)reply;
    TRY(begin(batch));
    TRY(held_add(batch->folder, body.data, span_slice(body, SIGN_KEY_BYTES, body.len)));
    return held_forget(batch->folder, clock_day(clock_now_s()));
}

static answer_fn *const answers[WIRE_OP_COUNT] = {
    [WIRE_PUT] = answer_put,
    [WIRE_PROBE] = answer_probe,
    [WIRE_ANSWERS] = answer_answers,
    [WIRE_ERASE] = answer_erase,
    [WIRE_ROSTER] = answer_roster,
    [WIRE_ROSTER_ADD] = answer_roster_add,
    [WIRE_SEALED] = answer_sealed,
    [WIRE_PENDING] = answer_pending,
    [WIRE_ERASED] = answer_erased,
    [WIRE_TILE] = answer_tile,
    [WIRE_CHECKPOINT] = answer_checkpoint,
    [WIRE_HELD] = answer_held,
};

/* After these the store, or the memory, is in a state that nobody knows. */
static bool is_fatal(int error)
{
    return error == E_IO || error == E_DAMAGED || error == E_NOMEM;
}

int batch_answer(struct batch *batch, enum wire_role role, const struct wire_frame *frame,
                 struct buf *out)
{
    const struct wire_rule *rule = wire_rule_of(frame->code);
    struct buf reply;
    int error;

    REJECT_IF(!rule || !(rule->roles & role), E_FORMAT);
    REJECT_IF(frame->body.len < rule->body_min || frame->body.len > rule->body_max, E_FORMAT);
    buf_init(&reply, WIRE_REPLY_MAX);
    error = answers[frame->code](batch, role, frame->body, &reply);
    if (error == 0)
        error = buf_error(&reply);
    if (!is_fatal(error)) {
        wire_put(out, frame->serial, (uint8_t)-error,
                 error == 0 ? buf_bytes(&reply) : span_of(NULL, 0));
        error = buf_error(out);
    }
    buf_wipe_release(&reply);
    return error;
}
