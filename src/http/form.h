/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Forms: application/x-www-form-urlencoded, in a body or a query: name=value pairs with & between
 * them. Strict: every pair has a name and an "=", %XX must be hexadecimal, only visible ASCII
 * stands there unescaped, names are unique and hold no NUL. */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include "base/arena.h"
#include "base/error.h"

#define FORM_FIELDS_MAX 64
#define FORM_NAME_BYTES_MAX 128 /* decoded */

struct form {
    size_t count;
    struct {
        const char *name;
        struct span value; /* NUL-terminated too */
    } fields[FORM_FIELDS_MAX];
};

/* E_FORMAT, E_TOO_LARGE (fields, a name), E_NOMEM (the arena is used up). No bytes are a form
 * without fields. CRLF in values becomes LF. Values are not checked for UTF-8. Names and values
 * live in the arena. */
int form_read(struct span bytes, struct arena *arena, struct form *ret_form) MUST_USE;
/* Empty span when there is none. */
struct span form_value(const struct form *form, const char *name);
/* "" when there is none; NULL when the value holds a NUL byte. */
const char *form_text(const struct form *form, const char *name);

#endif
