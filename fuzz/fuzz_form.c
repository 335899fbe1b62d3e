/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A form that was read, written again with every byte escaped, is the same form. */
#include "http/form.h"

#include <string.h>

#include "base/buf.h"
#include "fuzz.h"

#define ARENA_BYTES (1 << 20)

static void put_escaped(struct buf *out, struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        buf_printf(out, "%%%02X", bytes.data[i]);
}

static void check_again(const struct form *form)
{
    struct buf text;
    struct arena arena;
    struct form again;
    buf_init(&text, ARENA_BYTES);
    arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < form->count; i++) {
        buf_text(&text, i ? "&" : "");
        put_escaped(&text, span_text(form->fields[i].name));
        buf_text(&text, "=");
        put_escaped(&text, form->fields[i].value);
    }
    ASSERT(buf_error(&text) == 0 && form_read(buf_bytes(&text), &arena, &again) == 0);
    ASSERT(again.count == form->count);
    for (size_t i = 0; i < form->count; i++) {
        struct span value = form->fields[i].value;
        ASSERT(value.data[value.len] == '\0');
        ASSERT(span_equal(form_value(&again, form->fields[i].name), value));
        const char *plain = form_text(form, form->fields[i].name);
        ASSERT(plain ? strlen(plain) == value.len : memchr(value.data, '\0', value.len) != NULL);
    }
    arena_release(&arena);
    buf_release(&text);
}

/* Of CR CR LF a CR is left before the LF; written again and read again, it would go too. Such
 * values are left out. */
static bool is_settled(const struct form *form)
{
    for (size_t i = 0; i < form->count; i++) {
        struct span value = form->fields[i].value;
        if (memmem(value.data, value.len, "\r\n", 2) || strstr(form->fields[i].name, "\r\n"))
            return false;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct form form;
    if (size > 20000)
        return 0;
    arena_init(&arena, ARENA_BYTES);
    int error = form_read(span_of(data, size), &arena, &form);
    ASSERT(error == 0 || error == E_FORMAT || error == E_TOO_LARGE);
    if (error == 0 && is_settled(&form))
        check_again(&form);
    arena_release(&arena);
    return 0;
}
