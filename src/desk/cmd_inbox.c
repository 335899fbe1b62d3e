/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/encode.h"
#include "desk/cli.h"
#include "desk/cmd.h"
#include "desk/when.h"
#include "draw/term.h"

#define ROWS_MAX 100000
#define ROWS_USUAL 50

static const char help[] =
    "vouchsafe inbox [--all] [--from N]\n"
    "\n"
    "Conversations, most urgent first: those in danger, then by when something must happen, then\n"
    "those that wait for an answer, the longest first. Handled ones come last.\n"
    "\n"
    "  --all                    all of them (else 50)\n"
    "  --from N                 without the first N\n"
    "  --json                   for programs\n";

static const char *const dangers[] = {"", "risk", "NOW"};

static const char *danger_word(uint32_t danger)
{
    return dangers[danger < COUNT_OF(dangers) ? danger : DANGER_NOW];
}

static const char *state_word(const struct model_row *row)
{
    return row->handled ? "handled" : row->waiting ? "waits" : "answered";
}

static int put_table(struct cli *cli, const struct model_rows *rows)
{
    static const struct term_column columns[] = {{"id", false, false},   {"danger", false, false},
                                                 {"due", false, false},  {"state", false, false},
                                                 {"last", false, false}, {"from", false, false},
                                                 {"", false, true}};
    const size_t width = COUNT_OF(columns);
    const char **cells = arena_alloc(&cli->arena, (rows->count * width + 1) * sizeof *cells);
    REJECT_IF(!cells, E_NOMEM);
    for (size_t i = 0; i < rows->count; i++) {
        const struct model_row *row = &rows->rows[i];
        char due[WHEN_TEXT_BYTES] = "", last[WHEN_TEXT_BYTES];
        if (row->due_minute)
            when_text(row->due_minute, due);
        when_text(row->last_minute, last);
        const char **cell = &cells[i * width];
        cell[0] = row->short_id;
        cell[1] = danger_word(row->danger);
        cell[2] = arena_copy_text(&cli->arena, span_text(due));
        cell[3] = state_word(row);
        cell[4] = arena_copy_text(&cli->arena, span_text(last));
        cell[5] = row->taken_by[0] ? row->channel : "line";
        cell[6] = row->start;
        REJECT_IF(!cell[2] || !cell[4], E_NOMEM);
    }
    term_table(&cli->out, columns, width, cells, rows->count, cli_width());
    if (rows->count < rows->total)
        buf_printf(&cli->out, "%zu of %zu: vouchsafe inbox --all\n", rows->count, rows->total);
    if (rows->total == 0)
        buf_text(&cli->out, "Nobody has written yet.\n");
    return 0;
}

static void put_json(struct cli *cli, const struct model_rows *rows)
{
    struct json_writer w;
    json_writer_init(&w, &cli->out);
    json_open_object(&w, NULL);
    json_put_int(&w, "total", (int64_t)rows->total);
    json_open_array(&w, "conversations");
    for (size_t i = 0; i < rows->count; i++) {
        const struct model_row *row = &rows->rows[i];
        json_open_object(&w, NULL);
        cli_json_hex(&w, "id", row->id, sizeof row->id);
        json_put_cstr(&w, "danger", row->danger == 2 ? "now" : row->danger == 1 ? "risk" : "");
        cli_json_minute(&w, "due", row->due_minute);
        json_put_bool(&w, "waiting", row->waiting);
        json_put_bool(&w, "handled", row->handled);
        cli_json_minute(&w, "waiting_since", row->waiting_since_minute);
        cli_json_minute(&w, "first", row->first_minute);
        cli_json_minute(&w, "last", row->last_minute);
        json_put_int(&w, "reports", row->reports);
        json_put_int(&w, "answers", row->answers);
        json_put_bool(&w, "can_answer", row->can_answer);
        json_put_cstr(&w, "channel", row->channel);
        json_put_cstr(&w, "language", row->language);
        json_put_cstr(&w, "taken_by", row->taken_by);
        json_put_cstr(&w, "start", row->start);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_close_object(&w);
    json_writer_end(&w);
}

static int list(struct cli *cli, size_t from, size_t max)
{
    struct model_rows rows;
    TRY(cli_open_model(cli));
    TRY(model_inbox(cli->model, from, max, &cli->arena, &rows));
    if (!cli->json)
        return put_table(cli, &rows);
    put_json(cli, &rows);
    return 0;
}

int cmd_inbox(int argc, char **argv)
{
    struct cli cli;
    bool all = false;
    const char *from_text = NULL;
    uint64_t from = 0;
    const struct cli_option options[] = {{.name = "all", .flag = &all},
                                         {.name = "from", .text = &from_text}};
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count > 0)
        return cli_usage(&cli, "it takes no arguments");
    if (from_text && decimal_read(span_text(from_text), ROWS_MAX, &from) < 0)
        return cli_usage(&cli, "--from needs a number");
    return cli_end(&cli, list(&cli, (size_t)from, all ? ROWS_MAX : ROWS_USUAL));
}
