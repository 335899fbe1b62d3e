/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef TESTS_DRAW_SAMPLES_DESK_H
#define TESTS_DRAW_SAMPLES_DESK_H

#include "draw/template.h"

void desk_inbox(struct values *v, const struct language *language);
void desk_inbox_empty(struct values *v, const struct language *language);
void desk_report(struct values *v, const struct language *language);
void desk_take(struct values *v, const struct language *language);
void desk_search(struct values *v, const struct language *language);
void desk_search_nothing(struct values *v, const struct language *language);
void desk_status(struct values *v, const struct language *language);
void desk_erasures(struct values *v, const struct language *language);
void desk_locked(struct values *v, const struct language *language);
void desk_problem(struct values *v, const struct language *language);

#endif
