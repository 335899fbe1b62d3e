/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "line/day.h"

#include "line/held.h"

#define DAY_VALUE "day"

static int day_read(struct folder *folder, uint32_t *ret_day) {
    struct span value;
    struct cursor c;

    TRY(store_value_get(folder->store, DAY_VALUE, &value));
    cursor_init(&c, value);
    *ret_day = cursor_u32(&c);
    return cursor_end(&c) < 0 ? E_DAMAGED : 0;
}

static int day_write(struct folder *folder, uint32_t day) {
    uint8_t bytes[4] = {(uint8_t)(day >> 24), (uint8_t)(day >> 16), (uint8_t)(day >> 8),
                        (uint8_t)day};

    return store_value_put(folder->store, DAY_VALUE, span_of(bytes, sizeof bytes));
}

static int note_day(struct folder *folder, uint32_t today) {
    TRY(store_begin(folder->store));
    TRY(day_write(folder, today));
    TRY(held_forget(folder, today));
    return store_commit(folder->store);
}

int day_close(struct folder *folder, uint32_t today, struct place_result *ret_result,
              struct problem *problem) {
    const struct roster_intake *intake = roster_intake_of_day(folder->roster, today);
    struct place place = {
        .pair = &folder->key,
        .key = &folder->note_key,
        .intake = intake ? intake->public_key : NULL,
        .day = today,
        .step = folder->settings.step,
    };

    TRY(place_day(folder->store, &place, ret_result, problem));
    return note_day(folder, today);
}

int day_close_if_due(struct folder *folder, uint32_t today) {
    struct place_result result;
    uint32_t last;
    int error = day_read(folder, &last);

    if (error == E_NOT_FOUND)
        return note_day(folder, today);
    TRY(error);
    return today > last ? day_close(folder, today, &result, NULL) : 0;
}
