/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The value "held" in the store is a list: signing key (32) || u64 size. Its order says nothing. */
#include "line/held.h"

#define HELD_VALUE "held"
#define HELD_RECORD_BYTES 40

/* Replaces or adds the member's record in list. E_ROLLBACK when it held more before. */
static int list_set(struct buf *list, const uint8_t member[SIGN_KEY_BYTES], uint64_t size)
{
    for (size_t at = 0; at + HELD_RECORD_BYTES <= list->len; at += HELD_RECORD_BYTES) {
        struct cursor c;

        if (memcmp(list->data + at, member, SIGN_KEY_BYTES) != 0)
            continue;
        cursor_init(&c, span_of(list->data + at + SIGN_KEY_BYTES, 8));
        REJECT_IF(cursor_u64(&c) > size, E_ROLLBACK);
        for (unsigned i = 0; i < 8; i++)
            list->data[at + SIGN_KEY_BYTES + i] = (uint8_t)(size >> (56 - 8 * i));
        return 0;
    }
    buf_put(list, member, SIGN_KEY_BYTES);
    buf_u64(list, size);
    return buf_error(list);
}

static int list_load(struct folder *folder, struct buf *list)
{
    struct span value;
    int error = store_value_get(folder->store, HELD_VALUE, &value);

    if (error == E_NOT_FOUND)
        return 0;
    TRY(error);
    REJECT_IF(value.len % HELD_RECORD_BYTES != 0, E_DAMAGED);
    buf_span(list, value);
    return buf_error(list);
}

static int check_cosigned(const struct note_key *key, struct span note_bytes)
{
    struct note note;
    int error;

    TRY(note_read(note_bytes, &note, NULL));
    error = note_check(&note, key, NULL);
    note_release(&note);
    return error == E_NOT_FOUND ? E_SIGNATURE : error;
}

int held_add(struct folder *folder, const uint8_t member_key[SIGN_KEY_BYTES], struct span note)
{
    const struct roster_member *member = roster_member_find(folder->roster, member_key);
    struct checkpoint checkpoint;
    struct note_key cosigner;
    struct buf list;
    int error;

    REJECT_IF(!member, E_DENIED);
    TRY(checkpoint_open(note, &folder->note_key, &checkpoint, NULL));
    TRY(note_key_of_desk(member->cosign_key, &cosigner));
    TRY(check_cosigned(&cosigner, note));
    REJECT_IF(checkpoint.size > store_size(folder->store), E_PROOF);
    buf_init(&list, ROSTER_MEMBERS_MAX * HELD_RECORD_BYTES);
    error = list_load(folder, &list);
    if (error == 0)
        error = list_set(&list, member_key, checkpoint.size);
    if (error == 0)
        error = store_value_put(folder->store, HELD_VALUE, buf_bytes(&list));
    buf_release(&list);
    return error;
}

/* The size that enough members hold: the second largest, or the only member's. Records of those who
 * are members no longer do not count. */
static uint64_t size_held(const struct folder *folder, struct span list)
{
    uint64_t first = 0, second = 0;
    struct cursor c;

    cursor_init(&c, list);
    while (cursor_left(&c) >= HELD_RECORD_BYTES) {
        struct span key = cursor_bytes(&c, SIGN_KEY_BYTES);
        uint64_t size = cursor_u64(&c);

        if (!roster_member_find(folder->roster, key.data))
            continue;
        if (size > first) {
            second = first;
            first = size;
        } else if (size > second) {
            second = size;
        }
    }
    return roster_members(folder->roster) == 1 ? first : second;
}

int held_forget(struct folder *folder, uint32_t today)
{
    struct buf list;
    uint64_t count;
    int error;

    buf_init(&list, ROSTER_MEMBERS_MAX * HELD_RECORD_BYTES);
    error = list_load(folder, &list);
    if (error == 0)
        error = store_forget_held(folder->store, size_held(folder, buf_bytes(&list)),
                                  today - HELD_ANSWER_DAYS, &count);
    buf_release(&list);
    return error;
}
