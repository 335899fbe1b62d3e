/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Kept as one value of the store: a list of alarms, each a field 1 that holds fields. */
#include "desk/alarm.h"

#include "base/clock.h"
#include "base/fields.h"

#define VALUE "alarms"
#define VALUE_MAX_BYTES (1u << 20)
#define LIST_FIELD 1

enum alarm_field { A_KIND = 1, A_NUMBER = 2, A_MINUTE = 3, A_SEEN = 4, A_ENTRY = 5, A_DETAIL = 6 };

static const struct {
    enum alarm_kind kind;
    const char *name, *sentence;
} table[] = {
#define X(name, number, sentence) {number, #name, sentence},
    ALARM_TABLE(X)
#undef X
};

static size_t place_of(enum alarm_kind kind)
{
    size_t i = 0;
    while (i + 1 < COUNT_OF(table) && table[i].kind != kind)
        i++;
    return i;
}

const char *alarm_name(enum alarm_kind kind)
{
    return table[place_of(kind)].name;
}

const char *alarm_sentence(enum alarm_kind kind)
{
    return table[place_of(kind)].sentence;
}

static int load(struct desk *desk, struct span *ret_value)
{
    int error = store_value_get(desk_store(desk), VALUE, ret_value);
    if (error == E_NOT_FOUND)
        *ret_value = span_of(NULL, 0);
    else if (error == 0 && fields_check(*ret_value) < 0)
        error = E_DAMAGED;
    return error == E_NOT_FOUND ? 0 : error;
}

static bool item_read(struct span item, struct alarm *ret_alarm, bool *ret_seen,
                      struct span *ret_detail)
{
    uint32_t kind, seen = 0;
    struct alarm a = {.detail = ""};
    if (fields_check(item) < 0 || !fields_get_u32(item, A_KIND, &kind) ||
        !fields_get_u32(item, A_NUMBER, &a.number) || !fields_get_u32(item, A_MINUTE, &a.minute))
        return false;
    a.kind = (enum alarm_kind)kind;
    a.has_entry = fields_get_exact(item, A_ENTRY, a.entry, sizeof a.entry);
    *ret_detail = span_of(NULL, 0);
    fields_get(item, A_DETAIL, ret_detail);
    fields_get_u32(item, A_SEEN, &seen);
    *ret_seen = seen != 0;
    *ret_alarm = a;
    return true;
}

static void item_put(struct buf *out, const struct alarm *a, bool seen, struct span detail)
{
    struct buf item;
    buf_init(&item, 4096);
    fields_put_u32(&item, A_KIND, a->kind);
    fields_put_u32(&item, A_NUMBER, a->number);
    fields_put_u32(&item, A_MINUTE, a->minute);
    fields_put_u32(&item, A_SEEN, seen);
    if (a->has_entry)
        fields_put(&item, A_ENTRY, span_of(a->entry, sizeof a->entry));
    fields_put(&item, A_DETAIL, detail);
    if (buf_error(&item) < 0)
        buf_fail(out, buf_error(&item));
    else
        fields_put(out, LIST_FIELD, buf_bytes(&item));
    buf_release(&item);
}

static int save(struct desk *desk, const struct buf *value)
{
    TRY(buf_error(value));
    TRY(desk_begin(desk, NULL));
    int error = store_value_put(desk_store(desk), VALUE, buf_bytes(value));
    if (error == 0)
        return desk_commit(desk, NULL);
    desk_rollback(desk);
    return error;
}

static bool is_same(const struct alarm *a, struct span detail, const struct alarm *b,
                    struct span b_detail)
{
    return a->kind == b->kind && a->has_entry == b->has_entry &&
           memcmp(a->entry, b->entry, sizeof a->entry) == 0 && span_equal(detail, b_detail);
}

/* All of them, but for the oldest that was seen when there is no room for another. */
static int copy_with_room(struct span value, size_t count, struct buf *out, bool *ret_room)
{
    struct span item, detail;
    bool room = count < ALARM_KEPT_MAX, seen;
    for (size_t i = 0; fields_nth(value, LIST_FIELD, i, &item); i++) {
        struct alarm a;
        REJECT_IF(!item_read(item, &a, &seen, &detail), E_DAMAGED);
        if (room || !seen)
            fields_put(out, LIST_FIELD, item);
        else
            room = true;
    }
    *ret_room = room;
    return 0;
}

int alarm_raise(struct desk *desk, enum alarm_kind kind, const uint8_t *entry, const char *detail)
{
    struct alarm new = {.kind = kind, .minute = clock_minute(clock_now_s()), .number = 1};
    struct span value, item, text = span_slice(span_text(detail), 0, ALARM_DETAIL_MAX);
    if (entry) {
        new.has_entry = true;
        memcpy(new.entry, entry, sizeof new.entry);
    }
    TRY(desk_wake(desk, NULL));
    TRY(load(desk, &value));
    size_t count = 0;
    while (fields_nth(value, LIST_FIELD, count, &item)) {
        struct alarm a;
        struct span a_detail;
        bool seen;
        REJECT_IF(!item_read(item, &a, &seen, &a_detail), E_DAMAGED);
        if (is_same(&new, text, &a, a_detail))
            return 0;
        if (a.number >= new.number)
            new.number = a.number + 1;
        count++;
    }
    struct buf out;
    buf_init(&out, VALUE_MAX_BYTES);
    bool room = false;
    int error = copy_with_room(value, count, &out, &room);
    item_put(&out, &new, false, text);
    if (error == 0 && room)
        error = save(desk, &out);
    buf_release(&out);
    return error;
}

int alarm_list(struct desk *desk, struct arena *arena, struct alarm **ret_alarms, size_t *ret_count)
{
    struct span value, item, detail;
    TRY(load(desk, &value));
    size_t total = 0, count = 0;
    while (fields_nth(value, LIST_FIELD, total, &item))
        total++;
    struct alarm *alarms = arena_alloc(arena, (total + 1) * sizeof *alarms);
    REJECT_IF(!alarms, E_NOMEM);
    for (size_t i = 0; fields_nth(value, LIST_FIELD, i, &item); i++) {
        struct alarm a;
        bool seen;
        REJECT_IF(!item_read(item, &a, &seen, &detail), E_DAMAGED);
        if (seen)
            continue;
        a.detail = arena_copy_text(arena, detail);
        REJECT_IF(!a.detail, E_NOMEM);
        alarms[count++] = a;
    }
    *ret_alarms = alarms;
    *ret_count = count;
    return 0;
}

static int mark_seen(struct span value, uint32_t number, struct buf *out)
{
    struct span item, detail;
    bool found = false;
    for (size_t i = 0; fields_nth(value, LIST_FIELD, i, &item); i++) {
        struct alarm a;
        bool seen;
        REJECT_IF(!item_read(item, &a, &seen, &detail), E_DAMAGED);
        found |= a.number == number;
        item_put(out, &a, seen || a.number == number, detail);
    }
    return found ? 0 : E_NOT_FOUND;
}

int alarm_seen(struct desk *desk, uint32_t number)
{
    struct span value;
    struct buf out;
    TRY(load(desk, &value));
    buf_init(&out, VALUE_MAX_BYTES);
    int error = mark_seen(value, number, &out);
    if (error == 0)
        error = save(desk, &out);
    buf_release(&out);
    return error;
}
