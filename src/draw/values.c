/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A page that cannot be filled for want of memory still gets somewhere to put its values: one group
 * that belongs to nobody and takes nothing, so that callers need no checks. */
#include "draw/values_table.h"

#include "draw/language.h"

static struct values nowhere = {.failed = true, .page = &nowhere};

static void fail(struct values *v)
{
    if (v->page != &nowhere)
        v->page->failed = true;
}

struct values *values_new(struct arena *arena)
{
    struct values *v = arena_alloc(arena, sizeof(*v));
    if (!v)
        return &nowhere;
    v->arena = arena;
    v->page = v;
    return v;
}

const struct value *values_find(const struct values *v, const char *name)
{
    const struct value *at = v->first_value;
    while (at && strcmp(at->name, name) != 0)
        at = at->next;
    return at;
}

/* The value of that name, made when it is new; NULL when there is no memory. */
static struct value *place(struct values *v, const char *name, enum template_type type)
{
    if (v == &nowhere)
        return NULL;
    struct value **at = &v->first_value;
    while (*at && strcmp((*at)->name, name) != 0)
        at = &(*at)->next;
    if (!*at) {
        *at = arena_alloc(v->arena, sizeof(**at));
        if (!*at) {
            fail(v);
            return NULL;
        }
        (*at)->name = name;
    }
    (*at)->type = type;
    return *at;
}

void values_text(struct values *v, const char *name, const char *text)
{
    struct value *value = place(v, name, TEMPLATE_IS_TEXT);
    if (value) {
        value->bytes = span_text(text ? text : "");
        value->absent = !text;
    }
}

void values_printf(struct values *v, const char *name, const char *format, ...)
{
    struct buf b CLEANUP(buf_wipe_release);
    buf_init(&b, 4096);
    va_list args;
    va_start(args, format);
    buf_vprintf(&b, format, args);
    va_end(args);
    char *copy = v == &nowhere || buf_error(&b) ? NULL : arena_copy_text(v->arena, buf_bytes(&b));
    if (copy)
        values_text(v, name, copy);
    else
        fail(v);
}

void values_number(struct values *v, const char *name, uint64_t number)
{
    values_printf(v, name, "%llu", (unsigned long long)number);
}

void values_flag(struct values *v, const char *name, bool flag)
{
    struct value *value = place(v, name, TEMPLATE_IS_FLAG);
    if (value)
        value->flag = flag;
}

void values_html(struct values *v, const char *name, struct html html)
{
    struct value *value = place(v, name, TEMPLATE_IS_HTML);
    if (value)
        value->bytes = html.bytes;
}

struct values *values_add(struct values *v, const char *name)
{
    struct value *list = place(v, name, TEMPLATE_IS_LIST);
    struct values *item = list ? arena_alloc(v->arena, sizeof(*item)) : NULL;
    if (!item) {
        fail(v);
        return &nowhere;
    }
    item->arena = v->arena;
    item->page = v->page;
    if (list->last)
        list->last->next = item;
    else
        list->first = item;
    list->last = item;
    return item;
}

void values_languages(struct values *v, const struct language *current)
{
    const struct language *language;
    for (size_t i = 0; (language = language_at(i)); i++) {
        struct values *item = values_add(v, "languages");
        values_text(item, "code", language->code);
        values_text(item, "name", language->name);
        values_flag(item, "current", language == current);
    }
}
