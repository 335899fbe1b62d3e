/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/records_internal.h"

#include <string.h>

#include "base/mem.h"

static int take_lists(struct link_records *r, struct link_lists *lists)
{
    for (unsigned i = 0; i < lists->count; i++) {
        struct link_list *list = &lists->lists[i];
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
    int error = link_words_init(&r->dictionary);
    if (error == 0)
        error = take_lists(r, lists);
    if (error == 0)
        error = link_fields_build(r, lists, columns, problem);
    if (error < 0)
        link_records_free(r);
    else
        *ret_records = r;
    return error;
}

void link_records_free(struct link_records *r)
{
    if (!r)
        return;
    for (unsigned i = 0; i < r->fields_count; i++)
        link_field_release(&r->fields[i]);
    link_words_release(&r->dictionary);
    mem_free(r->rows);
    mem_free(r->sound_keys);
    mem_free(r->sound_starts);
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
    return field_of(r, field)->values;
}

const uint32_t *link_record_values(const struct link_records *r, uint32_t record)
{
    ASSERT(record < r->count);
    return r->rows + (size_t)record * r->fields_count;
}

uint32_t link_value_frequency(const struct link_records *r, unsigned field, uint32_t value)
{
    ASSERT(value < link_field_values(r, field));
    return r->fields[field].frequency[value];
}

uint32_t link_value_writings(const struct link_records *r, unsigned field, uint32_t value)
{
    ASSERT(value < link_field_values(r, field));
    const struct link_field *f = &r->fields[field];
    return f->class_of ? f->class_frequency[f->class_of[value]] : f->frequency[value];
}

uint64_t link_value_hash(const struct link_records *r, unsigned field, uint32_t value)
{
    ASSERT(value < link_field_values(r, field));
    const struct link_field *f = &r->fields[field];
    const uint32_t *words;
    if (f->way == LINK_WAY_DATE)
        return link_hash(span_of(&f->dates[value], sizeof f->dates[value]), field);
    if (f->way == LINK_WAY_CODE)
        return link_hash(link_pool_text(&f->codes, value), field);
    size_t count = link_field_words(f, value, &words);
    uint64_t hash = field;
    for (size_t i = 0; i < count; i++)
        hash = link_hash(link_pool_text(&r->dictionary.pool, words[i]), hash);
    return hash;
}
