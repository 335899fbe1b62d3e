/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "count/read.h"

#include "base/mem.h"
#include "base/watch.h"
#include "count/doubtful.h"
#include "count/draws.h"
#include "count/settle.h"

#define MEMORY_MAX_BYTES (1u << 30)
#define PROGRESS_ROWS 65536

void count_data_release(struct count_data *data)
{
    if (data->memory)
        arena_release(data->memory);
    mem_free(data->memory);
    *data = (struct count_data){0};
}

static int take_rows(struct count_gather *g, struct count_rows *rows)
{
    struct watch *watch = g->reading->watch;
    bool got = true;
    while (got) {
        TRY(count_rows_next(rows, &got, g->problem));
        if (got)
            TRY(count_gather_row(g));
        if (g->row_count % PROGRESS_ROWS == 0) {
            REJECT_IF(watch_stopped(watch), E_STOPPED);
            if (g->row_count > 0)
                watch_progress(watch, "reading rows", g->row_count, 0);
        }
    }
    return 0;
}

/* Zeros that a spreadsheet has eaten show by the lengths, unless as many are gone everywhere: then
 * everybody is on the first list that is left. */
static int check_histories(const struct count_gather *g)
{
    if (!g->columns.is_whole || g->columns.names || g->has_zero_first || g->used_count == 0)
        return 0;
    struct span title = count_rows_title(g->rows, g->columns.lists[0]);
    return problem_set(g->problem, E_FORMAT,
                       "line 1: all histories in \"%.*s\" begin with 1: either a spreadsheet has "
                       "eaten the zeros before it, or everybody is on the first list; if so, "
                       "--lists names the %u lists, in order.",
                       COUNT_QUOTE(title), g->columns.list_count);
}

static int read_doubts(struct count_gather *g, struct count_draws *draws)
{
    const struct count_reading *reading = g->reading;
    if (reading->doubtful && !g->has_persons)
        return problem_set(g->problem, E_FORMAT,
                           "doubtful pairs need a column with a person's id in the file.");
    if (reading->draws && g->columns.form != COUNT_FORM_RECORDS)
        return problem_set(g->problem, E_FORMAT, "drawn linkages need a file with a row a record.");
    bool merges = (reading->doubtful || reading->draws) && g->used_count > 0;
    if (reading->doubtful && merges) {
        int error = count_doubtful_read(g, reading->doubtful);
        if (error < 0) {
            problem_at(g->problem, "the doubtful pairs");
            return error;
        }
    }
    if (reading->draws && merges) {
        int error = count_draws_read(draws, g, reading->draws);
        if (error < 0)
            problem_at(g->problem, "the draws");
        return error;
    }
    return 0;
}

static int read_all(struct count_gather *g, struct count_rows *rows, struct count_data *data)
{
    struct count_draws draws = {0};
    struct count_order order;
    int error = take_rows(g, rows);
    if (error == 0)
        error = check_histories(g);
    if (error == 0)
        error = read_doubts(g, &draws);
    if (error == 0)
        error = count_settle(g, data, &order);
    if (error == 0)
        error = count_draws_tables(&draws, order.list, order.stratum, data, g->problem);
    count_draws_release(&draws);
    return error;
}

int count_read(const struct count_reading *reading, struct count_data *data,
               struct problem *problem)
{
    struct count_rows *rows = NULL;
    struct count_columns columns;
    struct count_data made = {.memory = mem_calloc(1, sizeof *made.memory)};
    struct count_gather *g = mem_calloc(1, sizeof *g);
    int error = made.memory && g ? 0 : E_NOMEM;
    if (made.memory)
        arena_init(made.memory, MEMORY_MAX_BYTES);
    if (error == 0)
        error = count_rows_open(&reading->input, &rows, problem);
    if (error == 0)
        error = count_columns_find(rows, reading, &columns, problem);
    if (error == 0) {
        count_gather_init(g, reading, rows, &columns, problem);
        error = read_all(g, rows, &made);
        count_gather_release(g);
    }
    if (error == 0) {
        const char *name = reading->input.name ? reading->input.name : "";
        made.source = arena_copy_text(made.memory, span_text(name));
        error = made.source ? 0 : E_NOMEM;
    }
    count_rows_free(rows);
    mem_free(g);
    if (error < 0)
        count_data_release(&made);
    else
        *data = made;
    return error;
}
