/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a template is filled with: named values, and lists of groups of named values.
 *
 * All of it stands in one arena. Names and texts are not copied: they must live until the page is
 * rendered. Running out of memory is remembered and reported by template_render, so no call here
 * needs a check. A name that is set twice keeps the later value. Not for threads. */
#ifndef DRAW_VALUES_H
#define DRAW_VALUES_H

#include "base/arena.h"
#include "draw/html.h"

struct values;
struct language;

/* Never NULL. */
struct values *values_new(struct arena *arena);
/* NULL is the same as not set where the value may be left out; where it is needed, it is taken for
 * want of memory. */
void values_text(struct values *v, const char *name, const char *text);
void values_number(struct values *v, const char *name, uint64_t number);
void values_printf(struct values *v, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);
void values_flag(struct values *v, const char *name, bool flag);
void values_html(struct values *v, const char *name, struct html html);
/* Appends an item to the list of that name and returns it, to be filled. Never NULL. */
struct values *values_add(struct values *v, const char *name);
/* The list "languages", each with code, name and current. */
void values_languages(struct values *v, const struct language *current);

#endif
