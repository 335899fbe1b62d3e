/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The tables that tools/embed.py makes of pages/po. For language.c, template.c and the build. */
#ifndef DRAW_LANGUAGE_TABLE_H
#define DRAW_LANGUAGE_TABLE_H

#include "draw/language.h"

/* Every message in English, in the order of its bytes. */
extern const char *const language_messages[];
extern const size_t language_message_count;
/* English first. */
extern const struct language language_table[];
extern const size_t language_count;

#endif
