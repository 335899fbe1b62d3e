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

void link_raw_column_forget(struct link_raw_column *column)
{
    char *name = column->name;
    link_pool_release(&column->values);
    mem_free(column->ids);
    mem_free(column->counts);
    *column = (struct link_raw_column){.name = name};
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

/* A file while it is read. */
struct reading {
    const struct link_source *source;
    unsigned number;
    struct csv_reader *csv;
    struct link_lists *lists;
    struct link_list *list;  /* that rows go to */
    struct link_list header; /* of the file, with the columns' names only */
    size_t added;            /* columns behind them that are not read */
    bool has_lists;          /* the first of these says which list */
    uint64_t before;         /* records of earlier files */
    struct watch *watch;
    struct problem *problem;
};

static bool is_added(const struct reading *r, size_t back, const char *name)
{
    size_t count = csv_reader_count(r->csv), prefix = strlen("link_");
    if (count < back)
        return false;
    struct span field = csv_reader_field(r->csv, count - back);
    if (span_equal(span_slice(field, 0, prefix), span_text("link_")))
        field = span_slice(field, prefix, SIZE_MAX);
    return span_equal(span_slice(field, 0, strlen(name)), span_text(name));
}

/* What output.c put behind the columns. */
static int find_added(struct reading *r)
{
    if (!r->source->linked)
        return 0;
    if (!is_added(r, 2, "cluster") || !is_added(r, 1, "confidence"))
        return problem_set(r->problem, E_FORMAT,
                           "vouchsafe link did not write this: its last columns are not cluster "
                           "and confidence");
    r->has_lists = is_added(r, 3, "list");
    r->added = r->has_lists ? 3 : 2;
    return 0;
}

static int read_header(struct reading *r)
{
    bool got;
    TRY(csv_reader_next(r->csv, &got, r->problem));
    if (!got)
        return problem_set(r->problem, E_FORMAT, "it is empty: there is no row of headers");
    TRY(find_added(r));
    size_t count = csv_reader_count(r->csv) - r->added;
    if (count > LINK_COLUMNS_MAX)
        return problem_set(r->problem, E_TOO_LARGE, "it has %zu columns; %d are accepted", count,
                           LINK_COLUMNS_MAX);
    r->header.columns = mem_calloc(count + 1, sizeof *r->header.columns);
    REJECT_IF(!r->header.columns, E_NOMEM);
    r->header.columns_count = (unsigned)count;
    for (unsigned i = 0; i < count; i++) {
        r->header.columns[i].name = column_name(trimmed(csv_reader_field(r->csv, i)), i + 1);
        REJECT_IF(!r->header.columns[i].name, E_NOMEM);
    }
    return 0;
}

/* Lists of one name could not be told apart. */
static int check_name(const struct reading *r, struct span name)
{
    for (unsigned i = 0; i < r->lists->count; i++) {
        if (!span_equal(span_text(r->lists->lists[i].name), name))
            continue;
        if (r->lists->lists[i].source == r->number)
            return problem_set(r->problem, E_FORMAT,
                               "line %llu: the rows of the list \"%.60s\" do not stand together",
                               (unsigned long long)csv_reader_line(r->csv),
                               r->lists->lists[i].name);
        return problem_set(r->problem, E_ARGUMENT, "there is another list called \"%.60s\"",
                           r->lists->lists[i].name);
    }
    return 0;
}

static int start_list(struct reading *r, struct span name)
{
    TRY(check_name(r, name));
    if (r->lists->count == LINK_LISTS_MAX)
        return problem_set(r->problem, E_TOO_LARGE, "there are more than %d lists", LINK_LISTS_MAX);
    struct link_list *list = &r->lists->lists[r->lists->count++];
    *list = (struct link_list){
        .unique = r->source->unique,
        .source = r->number,
        .name = mem_calloc(name.len + 1, 1),
        .columns = mem_calloc((size_t)r->header.columns_count + 1, sizeof *list->columns)};
    REJECT_IF(!list->name || !list->columns, E_NOMEM);
    if (name.len > 0)
        memcpy(list->name, name.data, name.len);
    list->columns_count = r->header.columns_count;
    for (unsigned i = 0; i < list->columns_count; i++) {
        list->columns[i].name = mem_strdup(r->header.columns[i].name);
        REJECT_IF(!list->columns[i].name, E_NOMEM);
    }
    r->list = list;
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

static int check_length(const struct reading *r)
{
    struct link_list *list = r->list;
    size_t count = csv_reader_count(r->csv), columns = list->columns_count + r->added;
    unsigned long long line = csv_reader_line(r->csv);
    if (count < columns && r->source->linked)
        return problem_set(r->problem, E_FORMAT,
                           "line %llu: the row has %zu fields, the header has %zu", line, count,
                           columns);
    if (count < columns && list->short_rows++ == 0)
        list->first_short_line = (uint32_t)line;
    for (size_t i = columns; i < count; i++)
        if (trimmed(csv_reader_field(r->csv, i)).len)
            return problem_set(r->problem, E_FORMAT,
                               "line %llu: the row has %zu fields, the header has %zu", line, count,
                               columns);
    return 0;
}

/* A row that says another list than the one before begins that list. */
static int choose_list(struct reading *r)
{
    size_t at = r->header.columns_count;
    if (!r->has_lists || at >= csv_reader_count(r->csv))
        return 0;
    struct span name = csv_reader_field(r->csv, at);
    if (r->list && span_equal(name, span_text(r->list->name)))
        return 0;
    return start_list(r, name);
}

static int add_row(struct reading *r)
{
    TRY(choose_list(r));
    if (!r->list)
        return problem_set(r->problem, E_FORMAT, "line %llu: the row does not say its list",
                           (unsigned long long)csv_reader_line(r->csv));
    TRY(check_length(r));
    struct link_list *list = r->list;
    if (list->rows == list->rows_capacity)
        TRY(grow_rows(list));
    list->lines[list->rows] = (uint32_t)csv_reader_line(r->csv);
    for (unsigned i = 0; i < list->columns_count; i++) {
        struct span value =
            i < csv_reader_count(r->csv) ? csv_reader_field(r->csv, i) : span_of(NULL, 0);
        struct link_raw_column *column = &list->columns[i];
        TRY(add_value(&column->values, trimmed(value), &column->ids[list->rows]));
    }
    list->rows++;
    return 0;
}

static int read_rows(struct reading *r)
{
    for (uint64_t rows = r->before;; rows++) {
        bool got;
        TRY(csv_reader_next(r->csv, &got, r->problem));
        if (!got)
            return 0;
        if (rows >= LINK_RECORDS_MAX)
            return problem_set(r->problem, E_TOO_LARGE, "there are more than %u records",
                               LINK_RECORDS_MAX);
        TRY(add_row(r));
        if (rows % PROGRESS_ROWS == 0) {
            REJECT_IF(watch_stopped(r->watch), E_STOPPED);
            watch_progress(r->watch, "reading", rows, 0);
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

static void release_list(struct link_list *list)
{
    for (unsigned i = 0; list->columns && i < list->columns_count; i++) {
        link_raw_column_forget(&list->columns[i]);
        mem_free(list->columns[i].name);
    }
    mem_free(list->columns);
    mem_free(list->lines);
    mem_free(list->name);
}

static int read_parts(struct reading *r)
{
    unsigned first = r->lists->count;
    TRY(read_header(r));
    if (!r->has_lists)
        TRY(start_list(r, span_text(r->source->name)));
    TRY(read_rows(r));
    for (unsigned i = first; i < r->lists->count; i++)
        TRY(count_values(&r->lists->lists[i]));
    return 0;
}

static int read_source(struct reading *r)
{
    const struct link_source *source = r->source;
    r->csv =
        source->fd >= 0 ? csv_reader_new_fd(source->fd, NULL) : csv_reader_new(source->text, NULL);
    REJECT_IF(!r->csv, E_NOMEM);
    int error = read_parts(r);
    if (error < 0)
        problem_at(r->problem, "%s", source->name);
    csv_reader_free(r->csv);
    release_list(&r->header);
    return error;
}

void link_lists_release(struct link_lists *lists)
{
    for (unsigned i = 0; i < lists->count; i++)
        release_list(&lists->lists[i]);
    mem_free(lists->lists);
    *lists = (struct link_lists){0};
}

int link_read(const struct link_source *sources, size_t count, struct watch *watch,
              struct link_lists *lists, struct problem *problem)
{
    lists->lists = mem_calloc(LINK_LISTS_MAX, sizeof *lists->lists);
    REJECT_IF(!lists->lists, E_NOMEM);
    uint64_t before = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned first = lists->count;
        struct reading r = {.source = &sources[i],
                            .number = (unsigned)i,
                            .lists = lists,
                            .before = before,
                            .watch = watch,
                            .problem = problem};
        TRY(read_source(&r));
        for (unsigned k = first; k < lists->count; k++)
            before += lists->lists[k].rows;
    }
    return 0;
}
