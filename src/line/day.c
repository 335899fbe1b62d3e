/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "line/day.h"

#include "line/held.h"

static int open_day(struct folder *folder, uint32_t today)
{
    TRY(store_begin(folder->store));
    TRY(folder_save_day(folder, today));
    TRY(held_forget(folder, today));
    return store_commit(folder->store);
}

/* Cover has the day that is closed, as the reports have: were it that of the hour after midnight in
 * which it is made, everybody who sees a header would know cover from reports. */
int day_close(struct folder *folder, uint32_t today, struct place_result *ret_result,
              struct problem *problem)
{
    const struct roster_intake *intake = roster_intake_of_day(folder->roster, today);
    struct place place = {
        .pair = &folder->key,
        .key = &folder->note_key,
        .intake = intake ? intake->public_key : NULL,
        .day = folder->day,
        .step = folder->settings.step,
    };

    if (!folder_has_room(folder, 0))
        return problem_set(problem, E_BUSY, "There is not enough free disk to place the day in.");
    TRY(place_day(folder->store, &place, ret_result, problem));
    return open_day(folder, today);
}

int day_close_if_due(struct folder *folder, uint32_t today)
{
    struct place_result result;
    bool turned = today > folder->day || today + 1 < folder->day;

    return turned ? day_close(folder, today, &result, NULL) : 0;
}
