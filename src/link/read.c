/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/read.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "link/records.h"
#include "table/csv.h"

#define PROGRESS_ROWS 65536

static struct span trimmed(struct span s)
{
    static const uint8_t hard_space[2] = {0xC2, 0xA0};
    for (bool more = true; more;) {
        more = false;
        if (s.len && (s.data[0] == ' ' || s.data[0] == '\t'))
            s = span_slice(s, 1, s.len), more = true;
        if (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
            s.len--, more = true;
        if (span_equal(span_slice(s, 0, 2), span_of(hard_space, 2)))
            s = span_slice(s, 2, s.len), more = true;
        if (s.len >= 2 && memcmp(s.data + s.len - 2, hard_space, 2) == 0)
            s.len -= 2, more = true;
    }
    return s;
}

void link_raw_column_release(struct link_raw_column *column)
{
    mem_free(column->name);
    link_pool_release(&column->values);
    mem_free(column->ids);
    mem_free(column->counts);
    *column = (struct link_raw_column){0};
}

void link_lists_release(struct link_lists *lists)
{
    for (unsigned i = 0; i < lists->count; i++) {
        struct link_list *list = &lists->lists[i];
        for (unsigned j = 0; j < list->columns_count; j++)
            link_raw_column_release(&list->columns[j]);
        mem_free(list->columns);
        mem_free(list->lines);
        mem_free(list->name);
    }
    mem_free(lists->lists);
    *lists = (struct link_lists){0};
}

static char *column_name(struct span header, unsigned number)
{
    struct buf text;
    buf_init(&text, LINK_VALUE_BYTES_MAX + 32);
    if (header.len)
        buf_span(&text, span_slice(header, 0, LINK_VALUE_BYTES_MAX));
    else
        buf_printf(&text, "column %u", number);
    char *name = buf_error(&text) ? NULL : mem_strdup(buf_cstr(&text));
    buf_release(&text);
    return name;
}

static int read_header(struct csv_reader *csv, struct link_list *list, struct problem *problem)
{
    bool got;
    TRY(csv_reader_next(csv, &got, problem));
    if (!got)
        return problem_set(problem, E_FORMAT, "it is empty: there is no row of headers");
    if (csv_reader_count(csv) > LINK_COLUMNS_MAX)
        return problem_set(problem, E_TOO_LARGE, "it has %zu columns; %d are accepted",
                           csv_reader_count(csv), LINK_COLUMNS_MAX);
    list->columns = mem_calloc(csv_reader_count(csv), sizeof *list->columns);
    REJECT_IF(!list->columns, E_NOMEM);
    list->columns_count = (unsigned)csv_reader_count(csv);
    for (unsigned i = 0; i < list->columns_count; i++) {
        list->columns[i].name = column_name(trimmed(csv_reader_field(csv, i)), i + 1);
        REJECT_IF(!list->columns[i].name, E_NOMEM);
    }
    return 0;
}

static int add_value(struct link_pool *pool, struct span value, uint32_t *ret_id)
{
    if (value.len <= LINK_VALUE_BYTES_MAX)
        return link_pool_add(pool, value, ret_id);
    size_t len = LINK_VALUE_BYTES_MAX;
    while ((value.data[len] & 0xC0) == 0x80)
        len--;
    char text[LINK_VALUE_BYTES_MAX + 32];
    memcpy(text, value.data, len);
    int more = snprintf(text + len, sizeof text - len, " #%016llx",
                        (unsigned long long)link_hash(value, 1));
    return link_pool_add(pool, span_of(text, len + (size_t)more), ret_id);
}

static int grow_rows(struct link_list *list)
{
    uint32_t capacity = list->rows_capacity + list->rows_capacity / 2 + 1024;
    uint32_t *lines = mem_realloc(list->lines, capacity * sizeof *lines);
    REJECT_IF(!lines, E_NOMEM);
    list->lines = lines;
    for (unsigned i = 0; i < list->columns_count; i++) {
        uint32_t *ids = mem_realloc(list->columns[i].ids, capacity * sizeof *ids);
        REJECT_IF(!ids, E_NOMEM);
        list->columns[i].ids = ids;
    }
    list->rows_capacity = capacity;
    return 0;
}

static int check_length(const struct csv_reader *csv, struct link_list *list,
                        struct problem *problem)
{
    size_t count = csv_reader_count(csv);
    uint64_t line = csv_reader_line(csv);
    if (count < list->columns_count && list->short_rows++ == 0)
        list->first_short_line = (uint32_t)line;
    for (size_t i = list->columns_count; i < count; i++)
        if (trimmed(csv_reader_field(csv, i)).len)
            return problem_set(problem, E_FORMAT,
                               "line %llu: the row has %zu fields, the header has %u",
                               (unsigned long long)line, count, list->columns_count);
    return 0;
}

static int add_row(const struct csv_reader *csv, struct link_list *list, struct problem *problem)
{
    TRY(check_length(csv, list, problem));
    if (list->rows == list->rows_capacity)
        TRY(grow_rows(list));
    list->lines[list->rows] = (uint32_t)csv_reader_line(csv);
    for (unsigned i = 0; i < list->columns_count; i++) {
        struct span value = i < csv_reader_count(csv) ? csv_reader_field(csv, i) : span_of(NULL, 0);
        struct link_raw_column *column = &list->columns[i];
        TRY(add_value(&column->values, trimmed(value), &column->ids[list->rows]));
    }
    list->rows++;
    return 0;
}

static int read_rows(struct csv_reader *csv, struct link_list *list, uint64_t before,
                     struct watch *watch, struct problem *problem)
{
    for (;;) {
        bool got;
        TRY(csv_reader_next(csv, &got, problem));
        if (!got)
            return 0;
        if (before + list->rows >= LINK_RECORDS_MAX)
            return problem_set(problem, E_TOO_LARGE, "there are more than %u records",
                               LINK_RECORDS_MAX);
        TRY(add_row(csv, list, problem));
        if (list->rows % PROGRESS_ROWS == 0) {
            REJECT_IF(watch_stopped(watch), E_STOPPED);
            watch_progress(watch, "reading", before + list->rows, 0);
        }
    }
}

static int count_values(struct link_list *list)
{
    for (unsigned i = 0; i < list->columns_count; i++) {
        struct link_raw_column *column = &list->columns[i];
        link_pool_seal(&column->values);
        column->counts = mem_calloc(link_pool_count(&column->values), sizeof *column->counts);
        REJECT_IF(!column->counts, E_NOMEM);
        for (uint32_t row = 0; row < list->rows; row++)
            column->counts[column->ids[row]]++;
    }
    return 0;
}

static int read_list(const struct link_source *source, struct link_list *list, uint64_t before,
                     struct watch *watch, struct problem *problem)
{
    list->unique = source->unique;
    list->name = mem_strdup(source->name);
    REJECT_IF(!list->name, E_NOMEM);
    struct csv_reader *csv =
        source->fd >= 0 ? csv_reader_new_fd(source->fd, NULL) : csv_reader_new(source->text, NULL);
    REJECT_IF(!csv, E_NOMEM);
    int error = read_header(csv, list, problem);
    if (error == 0)
        error = read_rows(csv, list, before, watch, problem);
    csv_reader_free(csv);
    return error < 0 ? error : count_values(list);
}

int link_read(const struct link_source *sources, size_t count, struct watch *watch,
              struct link_lists *lists, struct problem *problem)
{
    if (count > LINK_LISTS_MAX)
        return problem_set(problem, E_TOO_LARGE, "%zu lists were given; %d are accepted", count,
                           LINK_LISTS_MAX);
    lists->lists = mem_calloc(count, sizeof *lists->lists);
    REJECT_IF(!lists->lists, E_NOMEM);
    lists->count = (unsigned)count;
    uint64_t before = 0;
    for (size_t i = 0; i < count; i++) {
        int error = read_list(&sources[i], &lists->lists[i], before, watch, problem);
        if (error < 0) {
            problem_at(problem, "%s", sources[i].name);
            return error;
        }
        before += lists->lists[i].rows;
    }
    return 0;
}
