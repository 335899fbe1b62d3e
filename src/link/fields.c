/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Columns become fields: each distinct text of a column is understood once, whatever the number of
 * records; where a field is made of several columns (year, month, day), each distinct row of
 * texts. */
#include "link/records_internal.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "link/code.h"

#define MEMBERS_MAX 8 /* columns of one list that make one field */
#define TEXT_BYTES_MAX (MEMBERS_MAX * (LINK_VALUE_BYTES_MAX + 64))
#define FORM_BYTES_MAX 16384

/* The columns of one list that make a field. */
struct members {
    const struct link_column *columns[MEMBERS_MAX];
    struct link_raw_column *raw[MEMBERS_MAX];
    size_t count;
    struct link_date_order order;
};

/* A field while it is made. */
struct builder {
    struct link_records *records;
    struct link_field *field;
    struct link_speller *speller;
    struct link_pool forms; /* a value's form has the value's number */
    struct buf form, text;
    uint32_t read[LINK_NAME_WORDS_MAX]; /* words of the form */
    size_t read_count;
    size_t words_count, words_capacity, starts_capacity;
};

void link_field_release(struct link_field *field)
{
    mem_free(field->name);
    mem_free(field->column);
    mem_free(field->frequency);
    mem_free(field->class_of);
    mem_free(field->class_frequency);
    mem_free(field->starts);
    mem_free(field->words);
    mem_free(field->dates);
    link_pool_release(&field->codes);
    mem_free(field->glances);
    mem_free(field->phones);
    mem_free(field->wholes);
    mem_free(field->parts);
}

static enum link_way way_of(enum link_kind kind)
{
    switch (kind) {
    case LINK_DATE:
        return LINK_WAY_DATE;
    case LINK_SEX:
    case LINK_PHONE:
    case LINK_EMAIL:
    case LINK_NUMBER:
        return LINK_WAY_CODE;
    default:
        return LINK_WAY_WORDS;
    }
}

/* Numbers as text without a zero byte. */
static void put_number(struct buf *out, uint64_t number)
{
    do {
        buf_u8(out, (uint8_t)(0x80 | (number & 0x7F)));
        number >>= 7;
    } while (number);
    buf_u8(out, ' ');
}

static unsigned small_number(struct span text)
{
    unsigned value = 0;
    for (size_t i = 0; i < text.len && value < 100000; i++)
        if (text.data[i] >= '0' && text.data[i] <= '9')
            value = value * 10 + (text.data[i] - '0');
        else
            return text.data[i] == '.' ? value : 0;
    return value;
}

static int read_date(struct builder *b, const struct members *members, const struct span *texts,
                     link_date *ret_date)
{
    unsigned parts[LINK_PART_DAY + 1] = {0};
    for (size_t i = 0; i < members->count; i++) {
        enum link_part part = members->columns[i]->part;
        struct span plain;
        TRY(link_speller_plain(b->speller, texts[i], &plain));
        if (part == LINK_PART_WHOLE) {
            *ret_date = link_date_read(&members->order, plain);
            if (*ret_date)
                return 0;
        } else {
            parts[part] =
                part == LINK_PART_MONTH ? link_date_month_read(plain) : small_number(plain);
        }
    }
    *ret_date = link_date_of(parts[LINK_PART_YEAR], parts[LINK_PART_MONTH], parts[LINK_PART_DAY]);
    return 0;
}

static int make_date_form(struct builder *b, const struct members *members,
                          const struct span *texts)
{
    link_date date;
    TRY(read_date(b, members, texts, &date));
    link_date_write(&b->form, date);
    return 0;
}

static void join_texts(struct builder *b, const struct members *members, const struct span *texts)
{
    for (size_t i = 0; i < members->count; i++) {
        if (b->text.len && texts[i].len)
            buf_u8(&b->text, ' ');
        buf_span(&b->text, texts[i]);
    }
}

static int read_words(struct builder *b)
{
    TRY(link_name_read(&b->records->dictionary, b->speller, b->field->kind, buf_bytes(&b->text),
                       b->read, &b->read_count));
    for (size_t i = 0; i < b->read_count; i++)
        put_number(&b->form, b->read[i]);
    return 0;
}

/* What the texts are to be compared by; the form is empty when they say nothing. */
static int make_form(struct builder *b, const struct members *members, const struct span *texts)
{
    buf_reset(&b->form);
    buf_reset(&b->text);
    b->read_count = 0;
    join_texts(b, members, texts);
    TRY(buf_error(&b->text));
    switch (b->field->way) {
    case LINK_WAY_DATE:
        TRY(make_date_form(b, members, texts));
        break;
    case LINK_WAY_CODE:
        TRY(link_code_form(b->field->kind, buf_bytes(&b->text), &b->form));
        break;
    case LINK_WAY_WORDS:
        TRY(read_words(b));
    }
    return buf_error(&b->form);
}

static int grow(uint32_t **array, size_t *capacity, size_t needed)
{
    if (needed <= *capacity)
        return 0;
    size_t more = *capacity + *capacity / 2 + needed + 64;
    REJECT_IF(more > UINT32_MAX, E_TOO_LARGE);
    uint32_t *grown = mem_realloc(*array, more * sizeof *grown);
    REJECT_IF(!grown, E_NOMEM);
    *array = grown;
    *capacity = more;
    return 0;
}

/* Of value number values - 1, which is new. */
static int keep_words(struct builder *b)
{
    struct link_field *f = b->field;
    TRY(grow(&f->starts, &b->starts_capacity, (size_t)f->values + 1));
    TRY(grow(&f->words, &b->words_capacity, b->words_count + b->read_count));
    if (b->read_count)
        memcpy(f->words + b->words_count, b->read, b->read_count * sizeof *b->read);
    f->starts[f->values - 1] = (uint32_t)b->words_count;
    b->words_count += b->read_count;
    f->starts[f->values] = (uint32_t)b->words_count;
    return 0;
}

static int add_form(struct builder *b, uint32_t *ret_value)
{
    struct link_field *f = b->field;
    uint32_t value;
    TRY(link_pool_add(&b->forms, buf_bytes(&b->form), &value));
    if (value >= f->values) {
        f->values = value + 1;
        if (f->way == LINK_WAY_WORDS)
            TRY(keep_words(b));
    }
    *ret_value = value;
    return 0;
}

static int build_single(struct builder *b, const struct members *members, uint32_t rows,
                        uint32_t *out)
{
    const struct link_raw_column *raw = members->raw[0];
    uint32_t count = link_pool_count(&raw->values);
    uint32_t *value_of = mem_calloc(count, sizeof *value_of);
    REJECT_IF(!value_of, E_NOMEM);
    int error = 0;
    for (uint32_t id = 1; id < count && error == 0; id++) {
        struct span text = link_column_text(members->columns[0], raw, id);
        error = make_form(b, members, &text);
        if (error == 0)
            error = add_form(b, &value_of[id]);
    }
    for (uint32_t row = 0; row < rows && error == 0; row++)
        out[row] = value_of[raw->ids[row]];
    mem_free(value_of);
    return error;
}

static int build_joined(struct builder *b, const struct members *members, uint32_t rows,
                        uint32_t *out)
{
    struct span texts[MEMBERS_MAX];
    for (uint32_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < members->count; i++)
            texts[i] =
                link_column_text(members->columns[i], members->raw[i], members->raw[i]->ids[row]);
        TRY(make_form(b, members, texts));
        TRY(add_form(b, &out[row]));
    }
    return 0;
}

static int learn_order(struct builder *b, struct members *members)
{
    for (size_t i = 0; i < members->count; i++) {
        const struct link_raw_column *raw = members->raw[i];
        for (uint32_t id = 1; id < link_pool_count(&raw->values); id++) {
            struct span plain;
            TRY(link_speller_plain(b->speller, link_pool_text(&raw->values, id), &plain));
            link_date_learn(&members->order, plain, raw->counts[id]);
        }
    }
    link_date_decide(&members->order);
    return 0;
}

/* The part of a field that one list gives. */
static int build_list(struct builder *b, struct link_list *list, unsigned number,
                      const struct link_columns *columns, const struct link_column *like,
                      uint32_t *out)
{
    struct members members = {.count = 0};
    for (unsigned i = 0; i < columns->count && members.count < MEMBERS_MAX; i++) {
        const struct link_column *c = &columns->columns[i];
        if (c->list == number && link_columns_one_field(c, like)) {
            members.columns[members.count] = c;
            members.raw[members.count++] = &list->columns[c->index];
        }
    }
    if (members.count == 0)
        return 0;
    if (b->field->way == LINK_WAY_DATE)
        TRY(learn_order(b, &members));
    TRY(members.count == 1 ? build_single(b, &members, list->rows, out)
                           : build_joined(b, &members, list->rows, out));
    for (size_t i = 0; i < members.count; i++)
        link_raw_column_forget(members.raw[i]);
    return 0;
}

static int count_frequencies(struct builder *b)
{
    struct link_field *f = b->field;
    f->frequency = mem_calloc(f->values, sizeof *f->frequency);
    REJECT_IF(!f->frequency, E_NOMEM);
    for (uint32_t i = 0; i < b->records->count; i++)
        f->frequency[f->column[i]]++;
    for (uint32_t value = 1; f->way == LINK_WAY_WORDS && value < f->values; value++)
        for (uint32_t i = f->starts[value]; i < f->starts[value + 1]; i++)
            b->records->dictionary.words[f->words[i]].frequency += f->frequency[value];
    return 0;
}

static int order_numbers(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static int class_of_value(struct builder *b, struct link_pool *classes, uint32_t value)
{
    struct link_field *f = b->field;
    uint64_t words[LINK_NAME_WORDS_MAX];
    const uint32_t *ids;
    size_t count = link_field_words(f, value, &ids);
    for (size_t i = 0; i < count; i++)
        words[i] = b->records->dictionary.words[ids[i]].class;
    qsort(words, count, sizeof *words, order_numbers);
    buf_reset(&b->form);
    for (size_t i = 0; i < count; i++)
        put_number(&b->form, words[i]);
    TRY(buf_error(&b->form));
    return link_pool_add(classes, buf_bytes(&b->form), &f->class_of[value]);
}

static int make_classes(struct builder *b)
{
    struct link_field *f = b->field;
    struct link_pool classes = {0};
    int error = 0;
    f->classes = f->values;
    if (!link_name_is_name(f->kind))
        return 0;
    f->class_of = mem_calloc(f->values, sizeof *f->class_of);
    REJECT_IF(!f->class_of, E_NOMEM);
    for (uint32_t value = 1; value < f->values && error == 0; value++)
        error = class_of_value(b, &classes, value);
    f->classes = link_pool_count(&classes);
    link_pool_release(&classes);
    REJECT_IF(error < 0, error);
    f->class_frequency = mem_calloc(f->classes, sizeof *f->class_frequency);
    REJECT_IF(!f->class_frequency, E_NOMEM);
    for (uint32_t value = 1; value < f->values; value++)
        f->class_frequency[f->class_of[value]] += f->frequency[value];
    return 0;
}

static int finish_forms(struct builder *b)
{
    struct link_field *f = b->field;
    if (f->way == LINK_WAY_DATE) {
        f->dates = mem_calloc(f->values, sizeof *f->dates);
        REJECT_IF(!f->dates, E_NOMEM);
        for (uint32_t value = 1; value < f->values; value++)
            f->dates[value] = link_date_parse(link_pool_text(&b->forms, value));
    }
    if (f->way == LINK_WAY_CODE) {
        f->codes = b->forms;
        b->forms = (struct link_pool){0};
        link_pool_seal(&f->codes);
    }
    return 0;
}

static int build_values(struct builder *b, struct link_lists *lists,
                        const struct link_columns *columns, const struct link_column *like)
{
    struct link_field *f = b->field;
    f->kind = like->kind;
    f->way = way_of(like->kind);
    f->values = 1;
    f->name = mem_strdup(like->field);
    f->column = mem_calloc(b->records->count, sizeof *f->column);
    REJECT_IF(!f->name || !f->column, E_NOMEM);
    if (f->way == LINK_WAY_WORDS)
        TRY(keep_words(b));
    for (unsigned i = 0; i < lists->count; i++)
        TRY(build_list(b, &lists->lists[i], i, columns, like,
                       f->column + b->records->lists[i].start));
    TRY(count_frequencies(b));
    TRY(finish_forms(b));
    return make_classes(b);
}

static int build_field(struct link_records *r, struct link_lists *lists,
                       const struct link_columns *columns, const struct link_column *like)
{
    struct builder b = {.records = r, .field = &r->fields[r->fields_count++]};
    buf_init(&b.form, FORM_BYTES_MAX);
    buf_init(&b.text, TEXT_BYTES_MAX);
    b.speller = link_speller_new();
    int error = b.speller ? build_values(&b, lists, columns, like) : E_NOMEM;
    link_speller_free(b.speller);
    link_pool_release(&b.forms);
    buf_release(&b.form);
    buf_release(&b.text);
    return error;
}

static bool may_stand_in(enum link_kind a, enum link_kind b)
{
    return a != b && a <= LINK_PATRONYMIC && b <= LINK_PATRONYMIC;
}

static void find_partners(struct link_records *r)
{
    for (unsigned i = 0; i < r->fields_count; i++)
        for (unsigned j = 0; j < r->fields_count; j++) {
            struct link_field *f = &r->fields[i];
            if (may_stand_in(f->kind, r->fields[j].kind) && f->partners_count < LINK_PARTNERS_MAX)
                f->partners[f->partners_count++] = (uint8_t)j;
        }
}

/* A record's values come to lie together: they are looked at together. */
static int join_columns(struct link_records *r)
{
    size_t fields = r->fields_count;
    r->rows = mem_alloc((size_t)r->count * fields * sizeof *r->rows + 1);
    REJECT_IF(!r->rows, E_NOMEM);
    for (size_t f = 0; f < fields; f++) {
        uint32_t *column = r->fields[f].column;
        for (size_t i = 0; i < r->count; i++)
            r->rows[i * fields + f] = column[i];
        mem_free(column);
        r->fields[f].column = NULL;
    }
    return 0;
}

int link_fields_build(struct link_records *r, struct link_lists *lists,
                      const struct link_columns *columns, struct problem *problem)
{
    for (unsigned i = 0; i < columns->count; i++) {
        const struct link_column *like = &columns->columns[i];
        bool done = like->role != LINK_ROLE_FIELD;
        for (unsigned j = 0; j < i && !done; j++)
            done = link_columns_one_field(&columns->columns[j], like);
        if (done)
            continue;
        if (r->fields_count == LINK_FIELDS_MAX)
            return problem_set(problem, E_TOO_LARGE,
                               "there are more than %d kinds of columns to compare; leave some "
                               "out with --ignore",
                               LINK_FIELDS_MAX);
        TRY(build_field(r, lists, columns, like));
    }
    link_pool_seal(&r->dictionary.pool);
    link_words_weigh(&r->dictionary, r->count);
    find_partners(r);
    TRY(join_columns(r));
    TRY(link_keys_build(r));
    return link_compare_build(r);
}
