/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How values are kept. For values.c and template.c. */
#ifndef DRAW_VALUES_TABLE_H
#define DRAW_VALUES_TABLE_H

#include "draw/template_table.h"
#include "draw/values.h"

struct value {
    const char *name;
    enum template_type type;
    bool flag;
    bool absent;       /* NULL was given */
    struct span bytes; /* of text and html */
    struct values *first, *last;
    struct value *next;
};

/* One group. Groups are small, so names are looked for one after the other. */
struct values {
    struct arena *arena;
    struct values *page; /* the outermost, which remembers failure */
    bool failed;
    struct value *first_value;
    struct values *next; /* the next item of a list */
};

/* NULL when there is none. */
const struct value *values_find(const struct values *v, const char *name);

#endif
