/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A desk with its model, a caller and a line: what the tests of the model play in. */
#ifndef TESTS_DESK_SCENE_H
#define TESTS_DESK_SCENE_H

#include "world.h"

struct scene {
    struct world *w;
    struct desk *desk;
    struct model *model;
    struct world_caller caller;
    struct arena arena;
    struct problem problem;
};

int scene_set_up(void **state);
int scene_tear_down(void **state);
/* Pulls what the line has, and folds it. */
void scene_bring(struct scene *s);
struct model_conversation scene_show(struct scene *s, const uint8_t *id, bool hidden);
struct model_status scene_status(struct scene *s);
bool scene_has_alarm(struct scene *s, enum alarm_kind kind);
void scene_take(struct scene *s, const char *text, const struct record_details *details,
                uint8_t ret_id[ENTRY_ID_BYTES]);
void scene_answer(struct scene *s, const uint8_t *id, const char *text);

#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

#endif
