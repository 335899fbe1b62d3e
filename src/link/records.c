/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/records_internal.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "text/fold.h"
#include "text/word.h"

#define MEMBERS_MAX 8 /* columns of one list that make one field */

/* A field while it is made. */
struct builder {
    struct link_field *field;
    struct link_pool forms; /* a value's comparable form has the value's number */
    struct link_date_order order;
    struct buf form, text;
};

static bool one_field(const struct link_column *a, const struct link_column *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->part && b->part)
        return true;
    return strcmp(a->stem, b->stem) == 0;
}

/* E_UTF8 cannot be: the reader checked. */
static int plain_form(struct span text, struct buf *out)
{
    struct buf folded;
    buf_init(&folded, 16384);
    int error = fold_search(text, &folded);
    struct span rest = buf_bytes(&folded), word;
    while (error == 0 && word_next(&rest, &word)) {
        if (out->len)
            buf_u8(out, ' ');
        buf_span(out, word);
    }
    buf_release(&folded);
    return error < 0 ? error : buf_error(out);
}

static int make_form(struct builder *b, const struct link_column *const *columns,
                     const struct span *texts, size_t count)
{
    buf_reset(&b->form);
    buf_reset(&b->text);
    if (b->field->kind == LINK_DATE) {
        unsigned parts[4] = {0};
        link_date date = 0;
        for (size_t i = 0; i < count; i++)
            if (columns[i]->part)
                parts[columns[i]->part] = (unsigned)strtoul((const char *)texts[i].data, NULL, 10);
            else
                date = link_date_read(&b->order, texts[i]);
        if (!date)
            date =
                link_date_of(parts[LINK_PART_YEAR], parts[LINK_PART_MONTH], parts[LINK_PART_DAY]);
        link_date_write(&b->form, date);
        buf_span(&b->text, buf_bytes(&b->form));
        return buf_error(&b->form);
    }
    for (size_t i = 0; i < count; i++) {
        if (texts[i].len == 2 && memcmp(texts[i].data, "NA", 2) == 0)
            continue;
        if (b->text.len && texts[i].len)
            buf_u8(&b->text, ' ');
        buf_span(&b->text, texts[i]);
    }
    return plain_form(buf_bytes(&b->text), &b->form);
}

static int add_form(struct builder *b, uint32_t *ret_value)
{
    struct link_field *field = b->field;
    uint32_t before = link_pool_count(&b->forms), value, text;
    TRY(link_pool_add(&b->forms, buf_bytes(&b->form), &value));
    if (value >= before) {
        /* Two values never have one text in one place: the number of the text is the value's. */
        TRY(link_pool_add(&field->texts, buf_bytes(&b->text), &text));
        if (text != value) {
            buf_printf(&b->text, "\x1F%u", value);
            TRY(link_pool_add(&field->texts, buf_bytes(&b->text), &text));
        }
        ASSERT(text == value);
    }
    *ret_value = value;
    return 0;
}

static int build_single(struct builder *b, const struct link_column *column,
                        struct link_raw_column *raw, uint32_t rows, uint32_t *out)
{
    uint32_t count = link_pool_count(&raw->values);
    uint32_t *value_of = mem_calloc(count, sizeof *value_of);
    REJECT_IF(!value_of, E_NOMEM);
    int error = 0;
    for (uint32_t id = 1; id < count && error == 0; id++) {
        struct span text = link_pool_text(&raw->values, id);
        error = make_form(b, &column, &text, 1);
        if (error == 0)
            error = add_form(b, &value_of[id]);
    }
    for (uint32_t row = 0; row < rows && error == 0; row++)
        out[row] = value_of[raw->ids[row]];
    mem_free(value_of);
    return error;
}

static int build_joined(struct builder *b, const struct link_column *const *columns, size_t count,
                        struct link_list *list, uint32_t *out)
{
    struct span texts[MEMBERS_MAX];
    for (uint32_t row = 0; row < list->rows; row++) {
        for (size_t i = 0; i < count; i++) {
            const struct link_raw_column *raw = &list->columns[columns[i]->index];
            texts[i] = link_pool_text(&raw->values, raw->ids[row]);
        }
        TRY(make_form(b, columns, texts, count));
        TRY(add_form(b, &out[row]));
    }
    return 0;
}

static int build_list(struct builder *b, struct link_list *list, unsigned number,
                      const struct link_columns *columns, const struct link_column *like,
                      uint32_t *out)
{
    const struct link_column *members[MEMBERS_MAX];
    size_t count = 0;
    for (unsigned i = 0; i < columns->count && count < MEMBERS_MAX; i++) {
        const struct link_column *c = &columns->columns[i];
        if (c->list == number && c->role == LINK_ROLE_FIELD && one_field(c, like))
            members[count++] = c;
    }
    if (count == 0)
        return 0;
    if (count == 1)
        return build_single(b, members[0], &list->columns[members[0]->index], list->rows, out);
    return build_joined(b, members, count, list, out);
}

static void learn_dates(struct builder *b, const struct link_lists *lists,
                        const struct link_columns *columns, const struct link_column *like)
{
    for (unsigned i = 0; i < columns->count; i++) {
        const struct link_column *c = &columns->columns[i];
        const struct link_raw_column *raw = &lists->lists[c->list].columns[c->index];
        if (c->role != LINK_ROLE_FIELD || !one_field(c, like))
            continue;
        for (uint32_t id = 1; id < link_pool_count(&raw->values); id++)
            link_date_learn(&b->order, link_pool_text(&raw->values, id), raw->counts[id]);
    }
    link_date_decide(&b->order);
}

static int prepare(struct link_field *field, struct link_pool *forms, uint32_t records)
{
    uint32_t count = link_pool_count(forms);
    field->plain = *forms;
    *forms = (struct link_pool){0};
    field->frequency = mem_calloc(count, sizeof *field->frequency);
    field->packed = mem_calloc(count, sizeof *field->packed);
    field->class_of = mem_calloc(count, sizeof *field->class_of);
    field->class_frequency = mem_calloc(count, sizeof *field->class_frequency);
    field->dates = mem_calloc(count, sizeof *field->dates);
    REJECT_IF(!field->frequency || !field->packed || !field->class_of || !field->class_frequency ||
                  !field->dates,
              E_NOMEM);
    for (uint32_t i = 0; i < records; i++)
        field->frequency[field->column[i]]++;
    field->classes = count;
    struct link_date_order order = {0};
    for (uint32_t i = 1; i < count; i++) {
        link_pack(link_pool_text(&field->plain, i), &field->packed[i]);
        field->class_of[i] = i;
        field->class_frequency[i] = field->frequency[i];
        if (field->kind == LINK_DATE)
            field->dates[i] = link_date_read(&order, link_pool_text(&field->plain, i));
    }
    link_pool_seal(&field->plain);
    link_pool_seal(&field->texts);
    return 0;
}

static int build_values(struct builder *b, struct link_records *r, struct link_lists *lists,
                        const struct link_columns *columns, const struct link_column *like)
{
    b->field->kind = like->kind;
    b->field->name = mem_strdup(like->name);
    b->field->column = mem_calloc(r->count, sizeof *b->field->column);
    REJECT_IF(!b->field->name || !b->field->column, E_NOMEM);
    learn_dates(b, lists, columns, like);
    for (unsigned i = 0; i < lists->count; i++)
        TRY(build_list(b, &lists->lists[i], i, columns, like,
                       b->field->column + r->lists[i].start));
    return prepare(b->field, &b->forms, r->count);
}

static int build_field(struct link_records *r, struct link_lists *lists,
                       const struct link_columns *columns, const struct link_column *like)
{
    struct builder b = {.field = &r->fields[r->fields_count++]};
    buf_init(&b.form, 16384);
    buf_init(&b.text, 16384);
    int error = build_values(&b, r, lists, columns, like);
    link_pool_release(&b.forms);
    buf_release(&b.form);
    buf_release(&b.text);
    return error;
}

static int build_fields(struct link_records *r, struct link_lists *lists,
                        const struct link_columns *columns, struct problem *problem)
{
    for (unsigned i = 0; i < columns->count; i++) {
        const struct link_column *like = &columns->columns[i];
        bool done = like->role != LINK_ROLE_FIELD;
        for (unsigned j = 0; j < i && !done; j++)
            done = columns->columns[j].role == LINK_ROLE_FIELD &&
                   one_field(&columns->columns[j], like);
        if (done)
            continue;
        if (r->fields_count == LINK_FIELDS_MAX)
            return problem_set(problem, E_TOO_LARGE, "there are more than %d fields",
                               LINK_FIELDS_MAX);
        TRY(build_field(r, lists, columns, like));
    }
    return 0;
}

static int take_lists(struct link_records *r, struct link_lists *lists)
{
    for (unsigned i = 0; i < lists->count; i++) {
        struct link_list *list = &lists->lists[i];
        r->lists[i].name = mem_strdup(list->name);
        REJECT_IF(!r->lists[i].name, E_NOMEM);
        r->lists[i].unique = list->unique;
        r->lists[i].start = r->count;
        r->lists_count++;
        r->count += list->rows;
    }
    r->lines = mem_calloc(r->count, sizeof *r->lines);
    REJECT_IF(!r->lines, E_NOMEM);
    for (unsigned i = 0; i < lists->count; i++)
        if (lists->lists[i].rows)
            memcpy(r->lines + r->lists[i].start, lists->lists[i].lines,
                   lists->lists[i].rows * sizeof *r->lines);
    return 0;
}

int link_records_new(struct link_lists *lists, const struct link_columns *columns,
                     struct link_records **ret_records, struct problem *problem)
{
    struct link_records *r = mem_calloc(1, sizeof *r);
    REJECT_IF(!r, E_NOMEM);
    int error = take_lists(r, lists);
    if (error == 0)
        error = build_fields(r, lists, columns, problem);
    if (error < 0)
        link_records_free(r);
    else
        *ret_records = r;
    return error;
}

static void release_field(struct link_field *field)
{
    mem_free(field->name);
    mem_free(field->column);
    link_pool_release(&field->texts);
    link_pool_release(&field->plain);
    mem_free(field->frequency);
    mem_free(field->class_of);
    mem_free(field->class_frequency);
    mem_free(field->packed);
    mem_free(field->dates);
}

void link_records_free(struct link_records *r)
{
    if (!r)
        return;
    for (unsigned i = 0; i < r->fields_count; i++)
        release_field(&r->fields[i]);
    for (unsigned i = 0; i < r->lists_count; i++)
        mem_free(r->lists[i].name);
    mem_free(r->lines);
    mem_free(r);
}

size_t link_records_count(const struct link_records *r)
{
    return r->count;
}

unsigned link_records_lists(const struct link_records *r)
{
    return r->lists_count;
}

unsigned link_records_list_of(const struct link_records *r, uint32_t record)
{
    unsigned list = r->lists_count - 1;
    while (r->lists[list].start > record)
        list--;
    return list;
}

uint32_t link_records_line(const struct link_records *r, uint32_t record)
{
    ASSERT(record < r->count);
    return r->lines[record];
}

bool link_records_list_is_unique(const struct link_records *r, unsigned list)
{
    ASSERT(list < r->lists_count);
    return r->lists[list].unique;
}

const char *link_records_list_name(const struct link_records *r, unsigned list)
{
    ASSERT(list < r->lists_count);
    return r->lists[list].name;
}

unsigned link_records_fields(const struct link_records *r)
{
    return r->fields_count;
}

static const struct link_field *field_of(const struct link_records *r, unsigned field)
{
    ASSERT(field < r->fields_count);
    return &r->fields[field];
}

enum link_kind link_field_kind(const struct link_records *r, unsigned field)
{
    return field_of(r, field)->kind;
}

const char *link_field_name(const struct link_records *r, unsigned field)
{
    return field_of(r, field)->name;
}

uint32_t link_field_values(const struct link_records *r, unsigned field)
{
    return link_pool_count(&field_of(r, field)->plain);
}

const uint32_t *link_field_column(const struct link_records *r, unsigned field)
{
    return field_of(r, field)->column;
}

uint32_t link_value_frequency(const struct link_records *r, unsigned field, uint32_t value)
{
    ASSERT(value < link_field_values(r, field));
    return r->fields[field].frequency[value];
}

uint32_t link_field_classes(const struct link_records *r, unsigned field)
{
    return field_of(r, field)->classes;
}

uint32_t link_value_class(const struct link_records *r, unsigned field, uint32_t value)
{
    ASSERT(value < link_field_values(r, field));
    return r->fields[field].class_of[value];
}

uint32_t link_class_frequency(const struct link_records *r, unsigned field, uint32_t class)
{
    ASSERT(class < link_field_classes(r, field));
    return r->fields[field].class_frequency[class];
}

struct span link_value_text(const struct link_records *r, unsigned field, uint32_t value)
{
    struct span text = link_pool_text(&field_of(r, field)->texts, value);
    const uint8_t *mark = text.len ? memchr(text.data, 0x1F, text.len) : NULL;
    return mark ? span_of(text.data, (size_t)(mark - text.data)) : text;
}
