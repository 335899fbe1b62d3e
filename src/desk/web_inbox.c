/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /, and the list that other pages show at the side. */
#include "base/clock.h"
#include "desk/spoken.h"
#include "desk/web_internal.h"
#include "desk/when.h"

#define START_CHARACTERS 120

static const struct {
    const char *channel, *said;
} channels[] = {
    {"line", N_("The line")},
    {"telephone", N_("Telephone")},
    {"message", N_("A message from elsewhere")},
    {"paper", N_("Paper")},
};

const char *web_inbox_channel(const struct visit *visit, const char *channel)
{
    for (size_t i = 0; i < COUNT_OF(channels); i++) {
        if (strcmp(channels[i].channel, channel) == 0)
            return visit_say(visit, channels[i].said);
    }
    return visit_say(visit, N_("Another way"));
}

const char *web_inbox_language(struct visit *visit, const char *code)
{
    const struct spoken *spoken = spoken_find(code);
    if (spoken)
        return spoken->name;
    return code[0] ? visit_line(visit, code, 8) : NULL;
}

bool web_inbox_overdue(const struct model_row *row)
{
    return row->due_minute && !row->handled && row->due_minute < clock_minute(clock_now_s());
}

static void add_item(struct visit *visit, struct values *values, const struct model_row *row,
                     const char *selected)
{
    struct values *item = values_add(values, "items");
    const char *id = visit_hex(visit, row->id);
    char *day = arena_alloc(&visit->arena, CLOCK_DAY_TEXT_BYTES);
    visit->failed |= !day;
    if (day)
        when_day(row->last_minute, day);
    values_text(item, "id", id);
    values_flag(item, "selected", selected && strcmp(id, selected) == 0);
    values_text(item, "label", row->short_id);
    values_text(item, "day", day ? day : "");
    values_text(item, "channel", web_inbox_channel(visit, row->channel));
    values_text(item, "language", web_inbox_language(visit, row->language));
    values_text(item, "start", visit_line(visit, row->start, START_CHARACTERS));
    values_flag(item, "danger", row->danger == DANGER_NOW && !row->handled);
    values_flag(item, "risk", row->danger == DANGER_RISK && !row->handled);
    if (row->due_minute && !row->handled)
        values_text(item, "due", visit_minute(visit, row->due_minute));
    values_flag(item, "overdue", web_inbox_overdue(row));
    values_flag(item, "unanswered", row->waiting);
    values_flag(item, "handled", row->handled);
}

int web_inbox_items(struct visit *visit, struct values *values, const char *selected)
{
    struct model_rows rows;
    TRY(model_inbox(visit->web->model, 0, WEB_ITEMS_MAX, &visit->arena, &rows));
    for (size_t i = 0; i < rows.count; i++)
        add_item(visit, values, &rows.rows[i], selected);
    if (rows.total > rows.count)
        values_text(values, "more", visit_number(visit, rows.total - rows.count));
    return 0;
}

int web_inbox(struct visit *visit, struct problem *problem)
{
    struct values *v;
    TRY(visit_values(visit, &v, problem));
    TRY(web_inbox_items(visit, v, NULL));
    if (visit->web->pull.minute)
        values_text(v, "pulled", visit_minute(visit, visit->web->pull.minute));
    if (visit->status.outbox)
        values_text(v, "waiting", visit_number(visit, visit->status.outbox));
    visit_reply(visit, 200, &page_desk_inbox, v);
    return 0;
}
