/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef TESTS_DRAW_SAMPLES_LINE_H
#define TESTS_DRAW_SAMPLES_LINE_H

#include "draw/template.h"

void line_home(struct values *v, const struct language *language);
void line_home_closed(struct values *v, const struct language *language);
void line_write(struct values *v, const struct language *language);
void line_write_busy(struct values *v, const struct language *language);
void line_late(struct values *v, const struct language *language);
void line_sent(struct values *v, const struct language *language);
void line_back(struct values *v, const struct language *language);
void line_back_word(struct values *v, const struct language *language);
void line_mailbox_empty(struct values *v, const struct language *language);
void line_mailbox(struct values *v, const struct language *language);
void line_erase(struct values *v, const struct language *language);
void line_problem(struct values *v, const struct language *language);

#endif
