/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/rows.h"

#include <string.h>

#include "base/mem.h"
#include "link/output_internal.h"

#define KEPT_MAX_BYTES ((size_t)8 << 30)
#define NOT_SHOWN UINT16_MAX

struct link_rows {
    const struct link_result *result;
    unsigned fields, columns;
    const char **names;
    uint16_t *place;  /* [list * LINK_COLUMNS_MAX + its column]: a column of ours, or NOT_SHOWN */
    uint64_t *starts; /* per record: where its values begin in kept, plus 1; 0: not asked for */
    struct buf kept;  /* values with a NUL behind each, column by column */
};

/* The number of the field that the column is a part of: fields stand in the order of their first
 * columns (records.h). */
static unsigned field_of(const struct link_columns *columns, const struct link_column *column)
{
    unsigned field = 0;
    for (unsigned i = 0; i < columns->count; i++) {
        const struct link_column *first = &columns->columns[i];
        bool seen = first->role != LINK_ROLE_FIELD;
        if (!seen && link_columns_one_field(first, column))
            break;
        for (unsigned j = 0; j < i && !seen; j++)
            seen = link_columns_one_field(&columns->columns[j], first);
        field += !seen;
    }
    return field;
}

static uint16_t place_of_other(struct link_rows *rows, const char *name)
{
    unsigned at = rows->fields;
    while (at < rows->columns && strcmp(rows->names[at], name) != 0)
        at++;
    rows->names[at] = name;
    rows->columns += at == rows->columns;
    return (uint16_t)at;
}

static int find_places(struct link_rows *rows, struct problem *problem)
{
    const struct link_result *result = rows->result;
    const struct link_columns *columns = &result->columns;
    size_t cells = (size_t)result->lists.count * LINK_COLUMNS_MAX;
    rows->place = mem_calloc(cells, sizeof *rows->place);
    rows->names = mem_calloc(columns->count + LINK_FIELDS_MAX, sizeof *rows->names);
    REJECT_IF(!rows->place || !rows->names, E_NOMEM);
    for (size_t i = 0; i < cells; i++)
        rows->place[i] = NOT_SHOWN;
    rows->fields = rows->columns = link_records_fields(result->records);
    for (unsigned f = 0; f < rows->fields; f++)
        rows->names[f] = link_field_name(result->records, f);
    for (unsigned i = 0; i < columns->count; i++) {
        const struct link_column *c = &columns->columns[i];
        uint16_t *place = &rows->place[(size_t)c->list * LINK_COLUMNS_MAX + c->index];
        if (c->role == LINK_ROLE_FIELD)
            *place = (uint16_t)field_of(columns, c);
        else if (c->role != LINK_ROLE_EMPTY && c->role != LINK_ROLE_ID)
            *place = place_of_other(rows, c->name);
        if (rows->columns > OUTPUT_COLUMNS_MAX)
            return problem_set(problem, E_TOO_LARGE, "the lists have more than %d columns together",
                               OUTPUT_COLUMNS_MAX);
    }
    return 0;
}

/* Columns that make one field stand behind each other. */
static void keep_value(struct link_rows *rows, const uint16_t *place, unsigned column,
                       const struct csv_reader *row)
{
    size_t start = rows->kept.len;
    for (unsigned i = 0; i < csv_reader_count(row) && i < LINK_COLUMNS_MAX; i++) {
        struct span value = csv_reader_field(row, i);
        if (place[i] != column || value.len == 0)
            continue;
        if (rows->kept.len > start)
            buf_u8(&rows->kept, ' ');
        buf_span(&rows->kept, value);
    }
    buf_u8(&rows->kept, 0);
}

static int keep_row(void *arg, uint32_t record, unsigned list, const struct csv_reader *row)
{
    struct link_rows *rows = arg;
    if (!rows->starts[record])
        return 0;
    rows->starts[record] = rows->kept.len + 1;
    for (unsigned i = 0; i < rows->columns; i++)
        keep_value(rows, &rows->place[(size_t)list * LINK_COLUMNS_MAX], i, row);
    return buf_error(&rows->kept);
}

static int read_rows(struct link_rows *rows, const struct link_output *o, const uint32_t *records,
                     size_t count, struct problem *problem)
{
    TRY(find_places(rows, problem));
    rows->starts = mem_calloc((size_t)rows->result->universe.count + 1, sizeof *rows->starts);
    REJECT_IF(!rows->starts, E_NOMEM);
    for (size_t i = 0; i < count; i++)
        rows->starts[records[i]] = 1;
    return count > 0 ? output_reread(o, keep_row, rows, problem) : 0;
}

int link_rows_new(const struct link_output *o, const uint32_t *records, size_t count,
                  struct link_rows **ret_rows, struct problem *problem)
{
    struct link_rows *rows = mem_calloc(1, sizeof *rows);
    REJECT_IF(!rows, E_NOMEM);
    rows->result = o->result;
    buf_init(&rows->kept, KEPT_MAX_BYTES);
    int error = read_rows(rows, o, records, count, problem);
    if (error < 0)
        link_rows_free(rows);
    else
        *ret_rows = rows;
    return error;
}

void link_rows_free(struct link_rows *rows)
{
    if (!rows)
        return;
    buf_wipe_release(&rows->kept);
    mem_free(rows->starts);
    mem_free(rows->place);
    mem_free(rows->names);
    mem_free(rows);
}

unsigned link_rows_columns(const struct link_rows *rows)
{
    return rows->columns;
}

const char *link_rows_name(const struct link_rows *rows, unsigned column)
{
    return rows->names[column];
}

const char *link_rows_value(const struct link_rows *rows, uint32_t record, unsigned column)
{
    ASSERT(rows->starts[record] > 0 && column < rows->columns);
    const char *value = (const char *)rows->kept.data + rows->starts[record] - 1;
    for (; column > 0; column--)
        value += strlen(value) + 1;
    return value;
}
