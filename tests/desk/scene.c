/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "scene.h"

#include "seal/secret.h"

int scene_set_up(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    s->w = world_new();
    world_caller(&s->caller);
    s->desk = world_desk(s->w, "desk");
    s->model = world_model(s->desk);
    arena_init(&s->arena, 64u << 20);
    *state = s;
    return 0;
}

int scene_tear_down(void **state)
{
    struct scene *s = *state;
    arena_release(&s->arena);
    model_free(s->model);
    desk_free(s->desk);
    world_free(s->w);
    free(s);
    return 0;
}

void scene_bring(struct scene *s)
{
    world_pull_well(s->desk, world_export(s->w));
    assert_int_equal(model_refresh(s->model, &s->problem), 0);
}

struct model_conversation scene_show(struct scene *s, const uint8_t *id, bool hidden)
{
    struct model_conversation c;
    char text[33];
    world_id_text(id, text);
    problem_clear(&s->problem);
    int error = model_conversation(s->model, text, hidden, &s->arena, &c, &s->problem);
    if (error < 0)
        fail_msg("%s", problem_text(&s->problem, error));
    return c;
}

struct model_status scene_status(struct scene *s)
{
    struct model_status st;
    assert_int_equal(model_status(s->model, &s->arena, &st), 0);
    return st;
}

bool scene_has_alarm(struct scene *s, enum alarm_kind kind)
{
    struct model_status st = scene_status(s);
    for (size_t i = 0; i < st.alarm_count; i++) {
        if (st.alarms[i].kind == kind)
            return true;
    }
    return false;
}

void scene_take(struct scene *s, const char *text, const struct record_details *details,
                uint8_t ret_id[ENTRY_ID_BYTES])
{
    struct act_report report = {
        .text = span_text(text), .channel = "telephone", .wording = "summary", .language = "en"};
    if (details)
        report.details = *details;
    problem_clear(&s->problem);
    int error = act_take(s->desk, s->model, &report, ret_id, &s->problem);
    if (error < 0)
        fail_msg("%s", problem_text(&s->problem, error));
}

void scene_answer(struct scene *s, const uint8_t *id, const char *text)
{
    problem_clear(&s->problem);
    int error = act_answer(s->desk, s->model, id, span_text(text), &s->problem);
    if (error < 0)
        fail_msg("%s", problem_text(&s->problem, error));
}
