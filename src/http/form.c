/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Our own reader, since the library's is lenient and calls back piece by piece: a form is small, is
 * there whole, and is easier to trust when it is read in one go. */
#include "http/form.h"

#include <string.h>

static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte at *at, which moves behind it; -1 when it is not written as it must be. */
static int decode_byte(struct span text, size_t *at)
{
    uint8_t c = text.data[(*at)++];
    if (c == '+')
        return ' ';
    if (c != '%')
        return c > 0x20 && c < 0x7f ? c : -1;
    if (text.len - *at < 2)
        return -1;
    int high = hex_value(text.data[*at]), low = hex_value(text.data[*at + 1]);
    *at += 2;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static int decode(struct span text, struct arena *arena, struct span *ret_decoded)
{
    uint8_t *out = arena_alloc(arena, text.len + 1);
    REJECT_IF(!out, E_NOMEM);
    size_t len = 0;
    for (size_t at = 0; at < text.len;) {
        int c = decode_byte(text, &at);
        REJECT_IF(c < 0, E_FORMAT);
        if (c == '\n' && len > 0 && out[len - 1] == '\r')
            len--;
        out[len++] = (uint8_t)c;
    }
    *ret_decoded = span_of(out, len);
    return 0;
}

static bool find(const struct form *form, const char *name, size_t *ret_index)
{
    for (size_t i = 0; i < form->count; i++) {
        if (strcmp(form->fields[i].name, name) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

static int read_pair(struct span pair, struct arena *arena, struct form *form)
{
    const uint8_t *equals = pair.len ? memchr(pair.data, '=', pair.len) : NULL;
    REJECT_IF(!equals, E_FORMAT);
    size_t name_len = (size_t)(equals - pair.data), twin;
    REJECT_IF(form->count == FORM_FIELDS_MAX, E_TOO_LARGE);

    struct span name, value;
    TRY(decode(span_slice(pair, 0, name_len), arena, &name));
    REJECT_IF(name.len > FORM_NAME_BYTES_MAX, E_TOO_LARGE);
    REJECT_IF(name.len == 0 || memchr(name.data, '\0', name.len), E_FORMAT);
    REJECT_IF(find(form, (const char *)name.data, &twin), E_FORMAT);
    TRY(decode(span_slice(pair, name_len + 1, pair.len - name_len - 1), arena, &value));
    form->fields[form->count].name = (const char *)name.data;
    form->fields[form->count].value = value;
    form->count++;
    return 0;
}

int form_read(struct span bytes, struct arena *arena, struct form *ret_form)
{
    struct form form = {0};
    bool more = bytes.len > 0;
    for (size_t at = 0; more;) {
        struct span rest = span_slice(bytes, at, bytes.len - at);
        const uint8_t *end = rest.len ? memchr(rest.data, '&', rest.len) : NULL;
        struct span pair = end ? span_slice(rest, 0, (size_t)(end - rest.data)) : rest;
        TRY(read_pair(pair, arena, &form));
        at += pair.len + 1;
        more = end != NULL;
    }
    *ret_form = form;
    return 0;
}

struct span form_value(const struct form *form, const char *name)
{
    size_t i;
    return find(form, name, &i) ? form->fields[i].value : (struct span){0};
}

const char *form_text(const struct form *form, const char *name)
{
    struct span value = form_value(form, name);
    if (value.len == 0)
        return "";
    return memchr(value.data, '\0', value.len) ? NULL : (const char *)value.data;
}
