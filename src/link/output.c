/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The text of the columns was given up when the records were made, so the lists are read a second
 * time: that costs less than to keep ten million rows. */
#include "link/output.h"

#include <string.h>

#include "base/mem.h"
#include "link/output_internal.h"

#define TEXT_MAX_BYTES (64u << 20)
#define PROGRESS_ROWS 65536
#define NAME_MAX_BYTES 32

/* Out in pieces */

void output_begin(struct output_text *t, const struct link_sink *sink)
{
    t->sink = sink;
    buf_init(&t->text, TEXT_MAX_BYTES);
    csv_writer_init(&t->csv, &t->text, ',', false);
}

void output_release(struct output_text *t)
{
    buf_wipe_release(&t->text);
}

void output_name(struct output_text *t, const char *name)
{
    csv_write_field(&t->csv, span_text(name));
}

void output_number(struct output_text *t, uint64_t number)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    csv_write_field(&t->csv, span_of(text, (size_t)len));
}

void output_chance(struct output_text *t, double chance)
{
    char text[16];
    int len = snprintf(text, sizeof text, "%.4f", chance);
    csv_write_field(&t->csv, span_of(text, (size_t)len));
}

int output_row_end(struct output_text *t)
{
    csv_write_row_end(&t->csv);
    return t->text.len < OUTPUT_PIECE_BYTES ? buf_error(&t->text) : output_flush(t);
}

int output_flush(struct output_text *t)
{
    TRY(buf_error(&t->text));
    TRY(t->sink->put(t->sink->arg, buf_bytes(&t->text)));
    buf_reset(&t->text);
    csv_writer_init(&t->csv, &t->text, ',', false);
    return 0;
}

/* Columns */

static uint16_t nth_of_name(const struct link_list *list, unsigned column)
{
    uint16_t nth = 0;
    for (unsigned i = 0; i < column; i++)
        nth += strcmp(list->columns[i].name, list->columns[column].name) == 0;
    return nth;
}

/* A column's place in the union, which may be a new one at its end. */
static unsigned place_of(struct output_columns *c, const char *name, uint16_t nth)
{
    unsigned place = 0;
    while (place < c->count && (c->nth[place] != nth || strcmp(c->name[place], name) != 0))
        place++;
    return place;
}

static int add_list(struct output_columns *c, unsigned number, const struct link_list *list,
                    struct problem *problem)
{
    for (unsigned i = 0; i < list->columns_count; i++) {
        uint16_t nth = nth_of_name(list, i);
        unsigned place = place_of(c, list->columns[i].name, nth);
        if (place == OUTPUT_COLUMNS_MAX)
            return problem_set(problem, E_TOO_LARGE, "the lists have more than %d columns together",
                               OUTPUT_COLUMNS_MAX);
        c->name[place] = list->columns[i].name;
        c->nth[place] = nth;
        c->field[number * OUTPUT_COLUMNS_MAX + place] = (uint16_t)i;
        c->count += place == c->count;
    }
    return 0;
}

int output_columns_init(struct output_columns *c, const struct link_lists *lists,
                        struct problem *problem)
{
    size_t fields = (size_t)lists->count * OUTPUT_COLUMNS_MAX;
    *c = (struct output_columns){.lists = lists->count,
                                 .name = mem_calloc(OUTPUT_COLUMNS_MAX, sizeof *c->name),
                                 .nth = mem_calloc(OUTPUT_COLUMNS_MAX, sizeof *c->nth),
                                 .field = mem_calloc(fields, sizeof *c->field)};
    REJECT_IF(!c->name || !c->nth || !c->field, E_NOMEM);
    for (size_t i = 0; i < fields; i++)
        c->field[i] = OUTPUT_NOWHERE;
    for (unsigned i = 0; i < lists->count; i++)
        TRY(add_list(c, i, &lists->lists[i], problem));
    return 0;
}

void output_columns_release(struct output_columns *c)
{
    mem_free(c->name);
    mem_free(c->nth);
    mem_free(c->field);
}

bool output_columns_have(const struct output_columns *c, const char *name)
{
    for (unsigned i = 0; i < c->count; i++) {
        if (strcmp(c->name[i], name) == 0)
            return true;
    }
    return false;
}

struct span output_value(const struct output_columns *c, unsigned list,
                         const struct csv_reader *row, unsigned column)
{
    uint16_t field = c->field[list * OUTPUT_COLUMNS_MAX + column];
    return field < csv_reader_count(row) ? csv_reader_field(row, field) : span_of(NULL, 0);
}

/* The rows once more */

struct rereading {
    const struct link_output *o;
    int (*visit)(void *arg, uint32_t record, unsigned list, const struct csv_reader *row);
    void *arg;
    uint32_t record; /* the next */
};

static int changed(struct problem *problem)
{
    return problem_set(problem, E_IO, "it was changed while it was being linked");
}

/* The records of the lists of one source stand in the order of its rows. */
static int reread_source(struct rereading *r, struct csv_reader *csv, uint32_t end,
                         struct problem *problem)
{
    const struct link_universe *u = &r->o->result->universe;
    bool got = false;
    TRY(csv_reader_next(csv, &got, problem));
    for (;;) {
        TRY(csv_reader_next(csv, &got, problem));
        if (!got)
            return r->record == end ? 0 : changed(problem);
        if (r->record == end || csv_reader_line(csv) != link_records_line(u->records, r->record))
            return changed(problem);
        TRY(r->visit(r->arg, r->record, u->list[r->record], csv));
        r->record++;
        if (r->record % PROGRESS_ROWS == 0) {
            REJECT_IF(watch_stopped(r->o->watch), E_STOPPED);
            watch_progress(r->o->watch, "writing", r->record, u->count);
        }
    }
}

static uint32_t rows_of(const struct link_lists *lists, size_t source)
{
    uint32_t rows = 0;
    for (unsigned i = 0; i < lists->count; i++)
        rows += lists->lists[i].source == source ? lists->lists[i].rows : 0;
    return rows;
}

int output_reread(const struct link_output *o,
                  int (*visit)(void *arg, uint32_t record, unsigned list,
                               const struct csv_reader *row),
                  void *arg, struct problem *problem)
{
    struct rereading r = {.o = o, .visit = visit, .arg = arg};
    for (size_t i = 0; i < o->source_count; i++) {
        const struct link_source *source = &o->sources[i];
        struct csv_reader *csv = source->fd >= 0 ? csv_reader_new_fd(source->fd, NULL)
                                                 : csv_reader_new(source->text, NULL);
        REJECT_IF(!csv, E_NOMEM);
        uint32_t end = r.record + rows_of(&o->result->lists, i);
        int error = reread_source(&r, csv, end, problem);
        csv_reader_free(csv);
        if (error < 0) {
            problem_at(problem, "%s", source->name);
            return error;
        }
    }
    return 0;
}

/* linked.csv */

struct recording {
    const struct link_result *result;
    struct output_columns columns;
    struct output_text text;
};

/* "cluster", or when a list has that: "link_cluster", "link_cluster_2", ... */
static void put_free_name(struct recording *r, const char *name)
{
    char text[NAME_MAX_BYTES];
    snprintf(text, sizeof text, "%s", name);
    for (unsigned i = 1; output_columns_have(&r->columns, text); i++) {
        if (i == 1)
            snprintf(text, sizeof text, "link_%s", name);
        else
            snprintf(text, sizeof text, "link_%s_%u", name, i);
    }
    output_name(&r->text, text);
}

static int put_header(struct recording *r)
{
    for (unsigned i = 0; i < r->columns.count; i++)
        output_name(&r->text, r->columns.name[i]);
    if (r->columns.lists > 1)
        put_free_name(r, "list");
    put_free_name(r, "cluster");
    put_free_name(r, "confidence");
    return output_row_end(&r->text);
}

static int put_record(void *arg, uint32_t record, unsigned list, const struct csv_reader *row)
{
    struct recording *r = arg;
    for (unsigned i = 0; i < r->columns.count; i++)
        csv_write_field(&r->text.csv, output_value(&r->columns, list, row, i));
    if (r->columns.lists > 1)
        output_name(&r->text, r->result->lists.lists[list].name);
    output_number(&r->text, r->result->cluster[record]);
    output_chance(&r->text, (double)link_clustering_confidence(r->result->clustering, record));
    return output_row_end(&r->text);
}

static int put_records(struct recording *r, const struct link_output *o, struct problem *problem)
{
    TRY(output_columns_init(&r->columns, &r->result->lists, problem));
    TRY(put_header(r));
    TRY(output_reread(o, put_record, r, problem));
    return output_flush(&r->text);
}

int link_output_records(const struct link_output *o, const struct link_sink *sink,
                        struct problem *problem)
{
    struct recording r = {.result = o->result};
    output_begin(&r.text, sink);
    int error = put_records(&r, o, problem);
    output_release(&r.text);
    output_columns_release(&r.columns);
    return error;
}
