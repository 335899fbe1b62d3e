/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Rendering is one walk over the operations. All that can be wrong with a template was found while
 * building, and all that can be wrong with the values is found before the first byte is written, so
 * the walk itself has nothing to refuse. Depth is that of the template, which the build has seen.
 */
#include "draw/template.h"

#include "base/error.h"
#include "draw/language_table.h"
#include "draw/values_table.h"

/* The groups that are open, from the innermost outwards. */
struct scope {
    const struct values *values;
    const struct scope *outer;
};

struct rendering {
    const struct language *language;
    struct buf *out;
};

/* Stops the process, saying which value of which template; both names are our own. */
static void require(bool holds, const struct template *t, const char *what, const char *value)
{
    if (holds)
        return;
    char text[160];
    snprintf(text, sizeof(text), "%s: %s: %s", t->name, value, what);
    assert_failed(text, __FILE__, __LINE__);
}

static int check_values(const struct template *t, const struct values *v, size_t first,
                        size_t count);

static int check_value(const struct template *t, const struct value *value, size_t first,
                       size_t count)
{
    const struct template_name *name = t->names + first;
    while (count > 0 && strcmp(name->name, value->name) != 0) {
        name++;
        count--;
    }
    require(count > 0, t, "the template declares it", value->name);
    require(name->type == value->type, t, "it has the declared type", value->name);
    REJECT_IF(value->absent && !name->optional, E_NOMEM);
    for (const struct values *item = value->first; item; item = item->next)
        TRY(check_values(t, item, name->parts_first, name->parts_count));
    return 0;
}

static int check_values(const struct template *t, const struct values *v, size_t first,
                        size_t count)
{
    for (const struct value *value = v->first_value; value; value = value->next)
        TRY(check_value(t, value, first, count));
    for (size_t i = first; i < first + count; i++) {
        const struct template_name *name = &t->names[i];
        require(name->optional || values_find(v, name->name), t, "it is set", name->name);
    }
    return 0;
}

static const struct value *find(const struct scope *scope, unsigned up, const char *name)
{
    for (; up > 0; up--)
        scope = scope->outer;
    return values_find(scope->values, name);
}

static struct span bytes_of(const struct value *value)
{
    return value ? value->bytes : span_text("");
}

static bool is_true(const struct value *value)
{
    return value && (value->flag || value->bytes.len > 0 || value->first);
}

/* The value of {name}, one of the operation's own. */
static struct span argument(const struct template_op *op, const struct scope *scope,
                            struct span name)
{
    for (size_t i = 0; i < op->arg_count; i++) {
        if (span_equal(name, span_text(op->args[i].name)))
            return bytes_of(find(scope, op->args[i].up, op->args[i].name));
    }
    ASSERT(!"a message has the placeholders of its msgid");
    return span_text("");
}

static void put_message(const struct rendering *r, const struct template_op *op,
                        const struct scope *scope)
{
    const char *at = r->language->texts[op->message];
    while (*at) {
        size_t plain = op->arg_count > 0 ? strcspn(at, "{") : strlen(at);
        html_text(r->out, span_of(at, plain));
        at += plain;
        if (*at == '{') {
            size_t len = strcspn(at + 1, "}");
            html_text(r->out, argument(op, scope, span_of(at + 1, len)));
            at += len + 2;
        }
    }
}

static void put_one(const struct rendering *r, const struct template_op *op,
                    const struct scope *scope)
{
    switch (op->kind) {
    case TEMPLATE_LITERAL:
        buf_put(r->out, op->text, op->length);
        break;
    case TEMPLATE_TEXT:
        html_text(r->out, bytes_of(find(scope, op->up, op->text)));
        break;
    case TEMPLATE_LINES:
        html_lines(r->out, bytes_of(find(scope, op->up, op->text)));
        break;
    case TEMPLATE_QUERY:
        html_query(r->out, bytes_of(find(scope, op->up, op->text)));
        break;
    case TEMPLATE_URL:
        html_url(r->out, bytes_of(find(scope, op->up, op->text)));
        break;
    case TEMPLATE_HTML:
        buf_span(r->out, bytes_of(find(scope, op->up, op->text)));
        break;
    case TEMPLATE_MESSAGE:
        put_message(r, op, scope);
        break;
    case TEMPLATE_LANG:
        buf_text(r->out, r->language->code);
        break;
    default:
        ASSERT(op->kind == TEMPLATE_DIR);
        buf_text(r->out, r->language->right_to_left ? "rtl" : "ltr");
    }
}

static void put_ops(const struct rendering *r, const struct template_op *ops, size_t count,
                    const struct scope *scope)
{
    for (size_t i = 0; i < count; i++) {
        const struct template_op *op = &ops[i];
        if (op->kind < TEMPLATE_IF) {
            put_one(r, op, scope);
            continue;
        }
        const struct value *value = find(scope, op->up, op->text);
        if (op->kind == TEMPLATE_EACH) {
            for (const struct values *item = value ? value->first : NULL; item; item = item->next) {
                struct scope inner = {.values = item, .outer = scope};
                put_ops(r, op + 1, op->skip, &inner);
            }
            i += op->skip;
        } else if (is_true(value) != (op->kind == TEMPLATE_IF)) {
            i += op->skip;
        }
    }
}

int template_render(const struct template *t, const struct language *language,
                    const struct values *values, struct buf *out)
{
    if (values->page->failed)
        return E_NOMEM;
    TRY(check_values(t, values, 0, t->names_count));
    struct rendering r = {.language = language, .out = out};
    struct scope scope = {.values = values};
    put_ops(&r, t->ops, t->op_count, &scope);
    return buf_error(out);
}
