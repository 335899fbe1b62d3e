/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Draws differ in few records, so that ids mostly come again from draw to draw: one table of ids
 * serves all, and a draw is a column of bytes beside it. */
#include "count/draws.h"

#include "base/mem.h"

/* For the column merged: the first person with each id of it. */
struct merging {
    struct count_ids ids;
    uint32_t *first;
    size_t capacity;
};

struct reading {
    struct count_draws *draws;
    struct count_gather *gather;
    struct count_rows *rows;
    struct merging merging;
};

void count_draws_release(struct count_draws *d)
{
    count_ids_release(&d->ids);
    mem_free(d->on);
    mem_free(d->stratum);
    mem_free(d->seen);
}

static bool begins_with(struct span text, const char *start)
{
    return span_equal(span_slice(text, 0, strlen(start)), span_text(start));
}

static int find_columns(struct reading *r)
{
    struct count_draws *d = r->draws;
    struct problem *problem = r->gather->problem;
    d->record = d->list = d->merged = COUNT_NO_COLUMN;
    for (size_t i = 0; i < count_rows_columns(r->rows); i++) {
        struct span title = count_rows_title(r->rows, i);
        if (span_equal(title, span_text("record")))
            d->record = i;
        else if (span_equal(title, span_text("list")))
            d->list = i;
        else if (span_equal(title, span_text("merged")))
            d->merged = i;
        else if (begins_with(title, "draw_") && d->draw_count == COUNT_DRAWS_MAX)
            return problem_set(problem, E_TOO_LARGE, "line 1: there are more than %d draws.",
                               COUNT_DRAWS_MAX);
        else if (begins_with(title, "draw_"))
            d->columns[d->draw_count++] = i;
    }
    if (d->record == COUNT_NO_COLUMN)
        return problem_set(problem, E_FORMAT, "line 1: there is no column \"record\".");
    if (d->draw_count == 0 && d->merged == COUNT_NO_COLUMN)
        return problem_set(problem, E_FORMAT, "line 1: there is no column \"draw_1\".");
    return 0;
}

static unsigned long long line_of(const struct reading *r)
{
    return (unsigned long long)count_rows_line(r->rows);
}

/* The row's record, from 0. */
static int read_record(struct reading *r, size_t *ret_record)
{
    const struct count_gather *g = r->gather;
    struct span field = count_rows_field(r->rows, r->draws->record);
    uint64_t number = 0;
    if (count_figure_read(field, &number) != COUNT_FIGURE_IS || number == 0)
        return problem_set(g->problem, E_FORMAT, "line %llu: \"%.*s\" is no record's number.",
                           line_of(r), COUNT_QUOTE(field));
    if (number > g->row_count)
        return problem_set(g->problem, E_FORMAT,
                           "line %llu: there is no record %llu; the file has %llu.", line_of(r),
                           (unsigned long long)number, (unsigned long long)g->row_count);
    size_t record = (size_t)number - 1;
    if (r->draws->seen[record / 8] >> record % 8 & 1)
        return problem_set(g->problem, E_FORMAT, "line %llu: record %llu is there twice.",
                           line_of(r), (unsigned long long)number);
    r->draws->seen[record / 8] |= (uint8_t)(1u << record % 8);
    *ret_record = record;
    return 0;
}

/* Where the lists that are counted are those that were linked. */
static int check_list(struct reading *r, size_t record)
{
    const struct count_gather *g = r->gather;
    struct span title = count_rows_title(g->rows, g->columns.list);
    if (r->draws->list == COUNT_NO_COLUMN ||
        !(span_equal(title, span_text("list")) || span_equal(title, span_text("link_list"))))
        return 0;
    struct span here = count_rows_field(r->rows, r->draws->list);
    struct span there = count_ids_text(&g->lists, g->row_list[record]);
    if (span_equal(here, there))
        return 0;
    return problem_set(g->problem, E_FORMAT,
                       "line %llu: record %zu is of the list \"%.*s\" here and of \"%.*s\" in the "
                       "file: the draws are of another file.",
                       line_of(r), record + 1, COUNT_QUOTE(here), COUNT_QUOTE(there));
}

static int put_id(struct reading *r, struct count_ids *ids, size_t column, uint32_t *ret_id,
                  bool *ret_new)
{
    struct span id = count_rows_field(r->rows, column);
    struct problem *problem = r->gather->problem;
    if (id.len == 0) {
        struct span title = count_rows_title(r->rows, column);
        return problem_set(problem, E_FORMAT, "line %llu: the column \"%.*s\" is empty.",
                           line_of(r), COUNT_QUOTE(title));
    }
    int error = count_ids_put(ids, id, ret_id, ret_new);
    if (error == E_TOO_LARGE)
        return problem_set(problem, error,
                           "line %llu: an id is longer than %d bytes, or there "
                           "are more than %u.",
                           line_of(r), COUNT_ID_MAX_BYTES, COUNT_IDS_MAX);
    return error;
}

static int merge(struct reading *r, size_t record)
{
    struct merging *m = &r->merging;
    uint32_t person = r->gather->row_person[record], id;
    bool is_new;
    if (r->draws->merged == COUNT_NO_COLUMN)
        return 0;
    TRY(put_id(r, &m->ids, r->draws->merged, &id, &is_new));
    if (id >= m->capacity) {
        size_t capacity = m->capacity * 2 + 64;
        uint32_t *first = mem_realloc(m->first, capacity * sizeof *first);
        REJECT_IF(!first, E_NOMEM);
        m->first = first;
        m->capacity = capacity;
    }
    if (is_new)
        m->first[id] = person;
    return count_gather_merge(r->gather, m->first[id], person);
}

static int room_for(struct reading *r, uint32_t id)
{
    struct count_draws *d = r->draws;
    if (id < d->capacity)
        return 0;
    size_t capacity = d->capacity + d->capacity / 2 + 64, cells = capacity * d->draw_count;
    if ((id + UINT64_C(1)) * d->draw_count > COUNT_DRAWS_CELLS_MAX)
        return problem_set(r->gather->problem, E_TOO_LARGE,
                           "line %llu: %zu draws of so many persons do not fit into memory; fewer "
                           "draws do.",
                           line_of(r), d->draw_count);
    uint8_t *on = mem_realloc(d->on, cells);
    REJECT_IF(!on, E_NOMEM);
    memset(on + d->capacity * d->draw_count, 0, cells - d->capacity * d->draw_count);
    d->on = on;
    if (d->has_strata) {
        uint16_t *stratum = mem_realloc(d->stratum, cells * sizeof *stratum);
        REJECT_IF(!stratum, E_NOMEM);
        d->stratum = stratum;
    }
    d->capacity = capacity;
    return 0;
}

static int take_row(struct reading *r)
{
    struct count_draws *d = r->draws;
    const struct count_gather *g = r->gather;
    size_t record = 0;
    TRY(read_record(r, &record));
    if (g->row_person[record] == COUNT_NO_ROW)
        return 0;
    d->seen_used++;
    TRY(check_list(r, record));
    TRY(merge(r, record));
    for (size_t i = 0; i < d->draw_count; i++) {
        uint32_t id;
        bool is_new;
        TRY(put_id(r, &d->ids, d->columns[i], &id, &is_new));
        TRY(room_for(r, id));
        size_t at = id * d->draw_count + i;
        if (d->has_strata && d->on[at] == 0)
            d->stratum[at] = g->row_stratum[record];
        d->on[at] |= (uint8_t)(1u << g->row_list[record]);
    }
    return 0;
}

static int take_rows(struct reading *r)
{
    const struct count_gather *g = r->gather;
    bool got = true;
    while (got) {
        TRY(count_rows_next(r->rows, &got, g->problem));
        if (got)
            TRY(take_row(r));
        REJECT_IF(watch_stopped(g->reading->watch), E_STOPPED);
    }
    if (r->draws->seen_used < g->used_count)
        return problem_set(g->problem, E_FORMAT,
                           "only %llu of the %llu records that are used have a row: the draws are "
                           "of another file, or cut short.",
                           (unsigned long long)r->draws->seen_used,
                           (unsigned long long)g->used_count);
    return 0;
}

int count_draws_read(struct count_draws *d, struct count_gather *g, const struct count_input *input)
{
    struct reading r = {.draws = d, .gather = g};
    count_ids_init(&d->ids, g->reading->hash_seed);
    count_ids_init(&r.merging.ids, g->reading->hash_seed);
    d->has_strata = g->columns.by != COUNT_NO_COLUMN;
    d->seen = mem_calloc(g->row_count / 8 + 1, 1);
    REJECT_IF(!d->seen, E_NOMEM);
    int error = count_rows_open(input, &r.rows, g->problem);
    if (error == 0)
        error = find_columns(&r);
    if (error == 0 && count_gather_lists(g) > COUNT_LISTS_MAX)
        d->draw_count = 0; /* there are no tables */
    if (error == 0)
        error = take_rows(&r);
    count_rows_free(r.rows);
    count_ids_release(&r.merging.ids);
    mem_free(r.merging.first);
    return error;
}

static int new_tables(const struct count_draws *d, struct count_stratum_data *s,
                      struct count_data *data)
{
    s->draw_count = d->draw_count;
    s->draws = arena_alloc(data->memory, d->draw_count * sizeof *s->draws);
    REJECT_IF(!s->draws, E_NOMEM);
    for (size_t i = 0; i < d->draw_count; i++)
        s->draws[i].lists = data->list_count;
    return 0;
}

int count_draws_tables(const struct count_draws *d, const uint8_t *list_place,
                       const uint16_t *stratum_place, struct count_data *data,
                       struct problem *problem)
{
    if (d->draw_count == 0)
        return 0;
    if ((data->stratum_count + 1) * d->draw_count > COUNT_DRAWS_TABLES_MAX)
        return problem_set(problem, E_TOO_LARGE,
                           "%zu draws of %zu strata do not fit into memory; fewer draws do.",
                           d->draw_count, data->stratum_count);
    uint8_t placed[COUNT_CELLS_MAX] = {0};
    for (unsigned on = 0; on < COUNT_CELLS_MAX; on++) {
        for (unsigned i = 0; i < data->list_count; i++)
            placed[on] |= (uint8_t)((on >> i & 1) << list_place[i]);
    }
    TRY(new_tables(d, &data->whole, data));
    for (size_t i = 0; i < data->stratum_count; i++)
        TRY(new_tables(d, &data->strata[i], data));
    for (size_t at = 0; at < (size_t)d->ids.count * d->draw_count; at++) {
        if (d->on[at] == 0)
            continue;
        size_t stratum = d->has_strata ? stratum_place[d->stratum[at]] : 0;
        data->whole.draws[at % d->draw_count].cells[placed[d->on[at]]]++;
        data->strata[stratum].draws[at % d->draw_count].cells[placed[d->on[at]]]++;
    }
    return 0;
}
