/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What tools/embed.py makes of a template: operations in a row, and the names that it declares.
 * For template.c and for what the build makes. */
#ifndef DRAW_TEMPLATE_TABLE_H
#define DRAW_TEMPLATE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

enum template_kind {
    TEMPLATE_LITERAL,
    TEMPLATE_TEXT,
    TEMPLATE_LINES,
    TEMPLATE_QUERY,
    TEMPLATE_URL,
    TEMPLATE_HTML,
    TEMPLATE_MESSAGE,
    TEMPLATE_LANG,
    TEMPLATE_DIR,
    TEMPLATE_IF,     /* skips the next operations when the value is false or empty */
    TEMPLATE_UNLESS, /* skips them when it is true */
    TEMPLATE_EACH    /* does them once an item of the list */
};

/* A name within a message, and how many groups outwards it stands. */
struct template_arg {
    const char *name;
    uint8_t up;
};

struct template_op {
    uint8_t kind;
    uint8_t up; /* how many groups outwards the name stands */
    uint8_t arg_count;
    uint16_t skip;    /* how many operations belong to this one */
    uint16_t message; /* place in language_messages */
    uint32_t length;  /* of text */
    const char *text; /* a literal, or a name */
    const struct template_arg *args;
};

enum template_type { TEMPLATE_IS_TEXT, TEMPLATE_IS_FLAG, TEMPLATE_IS_LIST, TEMPLATE_IS_HTML };

struct template_name {
    const char *name;
    uint8_t type;
    bool optional;
    uint16_t parts_first; /* a list's parts: a run of the same table */
    uint16_t parts_count;
};

struct template
{
    const char *name; /* for messages about our own mistakes */
    const struct template_op *ops;
    uint16_t op_count;
    const struct template_name *names; /* the first names_count are the page's own */
    uint16_t names_count;
};

#endif
