/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/about_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/mem.h"
#include "table/csv.h"

#define KEPT_BYTES_MAX ((size_t)1 << 30)

enum column { FILE_NAME, TITLE, OUTLET, ADDRESS, DATE, COLUMNS };
static const char *const headers[COLUMNS] = {"file", "title", "outlet", "address", "date"};

struct row {
    struct span file;
    struct about about;
    uint64_t line;
    bool used;
};

struct about_table {
    struct arena arena;
    struct row *rows; /* by file */
    size_t count, capacity;
};

struct reading {
    struct about_table *table;
    struct csv_reader *csv;
    const struct languages *languages;
    struct problem *problem;
    size_t at[COLUMNS]; /* SIZE_MAX: not there */
};

static int compare(struct span a, struct span b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.data, b.data, len) : 0;
    return order ? order : a.len < b.len ? -1 : a.len > b.len;
}

static int by_file(const void *x, const void *y)
{
    const struct row *a = x, *b = y;
    return compare(a->file, b->file);
}

static int read_headers(struct reading *r)
{
    bool got;
    TRY(csv_reader_next(r->csv, &got, r->problem));
    for (size_t c = 0; c < COLUMNS; c++) {
        r->at[c] = SIZE_MAX;
        for (size_t i = 0; got && i < csv_reader_count(r->csv); i++) {
            struct span header = csv_reader_field(r->csv, i);
            if (header.len == strlen(headers[c]) &&
                strncasecmp((const char *)header.data, headers[c], header.len) == 0)
                r->at[c] = i;
        }
    }
    if (r->at[FILE_NAME] == SIZE_MAX)
        return problem_set(r->problem, E_FORMAT,
                           "there is no column \"file\"; the columns are file, title, outlet, "
                           "address, date");
    return 0;
}

static int field(struct reading *r, enum column c, struct span *ret_value)
{
    *ret_value = span_of(NULL, 0);
    if (r->at[c] >= csv_reader_count(r->csv))
        return 0;
    struct span value = csv_reader_field(r->csv, r->at[c]);
    if (value.len == 0)
        return 0;
    char *copy = arena_copy_text(&r->table->arena, value);
    REJECT_IF(!copy, E_NOMEM);
    *ret_value = span_of(copy, value.len);
    return 0;
}

static int read_row(struct reading *r, struct row *row)
{
    struct span date;
    *row = (struct row){.line = csv_reader_line(r->csv), .about.day = ABOUT_DAY_NONE};
    TRY(field(r, FILE_NAME, &row->file));
    TRY(field(r, TITLE, &row->about.title));
    TRY(field(r, OUTLET, &row->about.outlet));
    TRY(field(r, ADDRESS, &row->about.address));
    TRY(field(r, DATE, &date));
    if (row->file.len == 0)
        return problem_set(r->problem, E_FORMAT, "line %" PRIu64 ": the file is not named",
                           row->line);
    if (date.len > 0 && !about_find_day(date, r->languages, &row->about.day))
        return problem_set(r->problem, E_FORMAT,
                           "line %" PRIu64
                           ": \"%.40s\" is no day that can be read in one way only, "
                           "such as 2031-04-09",
                           row->line, (const char *)date.data);
    return 0;
}

static int add_row(struct about_table *t, const struct row *row)
{
    if (t->count == t->capacity) {
        size_t capacity = t->capacity ? t->capacity * 2 : 64;
        struct row *more = mem_realloc(t->rows, capacity * sizeof *more);
        REJECT_IF(!more, E_NOMEM);
        t->rows = more;
        t->capacity = capacity;
    }
    t->rows[t->count++] = *row;
    return 0;
}

static int read_rows(struct reading *r)
{
    struct about_table *t = r->table;
    struct row row;
    bool got;
    TRY(read_headers(r));
    for (;;) {
        TRY(csv_reader_next(r->csv, &got, r->problem));
        if (!got)
            break;
        TRY(read_row(r, &row));
        TRY(add_row(t, &row));
    }
    if (t->count > 1)
        qsort(t->rows, t->count, sizeof *t->rows, by_file);
    for (size_t i = 1; i < t->count; i++) {
        if (compare(t->rows[i].file, t->rows[i - 1].file) == 0)
            return problem_set(
                r->problem, E_FORMAT, "\"%.100s\" stands in two lines, %" PRIu64 " and %" PRIu64,
                (const char *)t->rows[i].file.data, t->rows[i - 1].line, t->rows[i].line);
    }
    return 0;
}

int about_table_read(struct span csv, const struct languages *languages,
                     struct about_table **ret_table, struct problem *problem)
{
    struct about_table *t = mem_calloc(1, sizeof *t);
    REJECT_IF(!t, E_NOMEM);
    arena_init(&t->arena, KEPT_BYTES_MAX);
    struct reading r = {
        .table = t, .csv = csv_reader_new(csv, NULL), .languages = languages, .problem = problem};
    int error = r.csv ? read_rows(&r) : E_NOMEM;
    csv_reader_free(r.csv);
    if (error < 0)
        about_table_free(t);
    else
        *ret_table = t;
    return error;
}

void about_table_free(struct about_table *t)
{
    if (!t)
        return;
    arena_release(&t->arena);
    mem_free(t->rows);
    mem_free(t);
}

static struct row *find(struct about_table *t, struct span file)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(t->rows[middle].file, file);
        if (order == 0)
            return &t->rows[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* With as many folders as the table has: the longest that is there. */
static struct row *find_path(struct about_table *t, struct span path)
{
    struct row *row = NULL;
    for (size_t from = 0; !row && from < path.len;) {
        struct span part = span_slice(path, from, path.len), stem = part;
        row = find(t, part);
        while (!row && stem.len > 0 && stem.data[stem.len - 1] != '/') {
            stem.len--;
            if (stem.data[stem.len] == '.')
                row = find(t, stem);
        }
        const uint8_t *slash = memchr(part.data, '/', part.len);
        from = slash ? (size_t)(slash - path.data) + 1 : path.len;
    }
    return row;
}

void about_table_apply(struct about_table *t, struct span path, struct span address,
                       struct about *about)
{
    struct row *row = !t ? NULL : address.len > 0 ? find(t, address) : find_path(t, path);
    if (!row)
        return;
    row->used = true;
    if (row->about.title.len > 0)
        about->title = row->about.title;
    if (row->about.outlet.len > 0)
        about->outlet = row->about.outlet;
    if (row->about.address.len > 0)
        about->address = row->about.address;
    if (row->about.day != ABOUT_DAY_NONE)
        about->day = row->about.day;
}

size_t about_table_unused(const struct about_table *t, uint64_t *ret_line)
{
    size_t unused = 0;
    for (size_t i = 0; t && i < t->count; i++) {
        if (t->rows[i].used)
            continue;
        if (unused++ == 0 || t->rows[i].line < *ret_line)
            *ret_line = t->rows[i].line;
    }
    return unused;
}
