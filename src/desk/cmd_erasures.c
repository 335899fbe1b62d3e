/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/clock.h"
#include "desk/cli.h"
#include "desk/cmd.h"
#include "draw/term.h"

static const char help[] =
    "vouchsafe erasures\n"
    "\n"
    "What callers had the line erase. It is hidden here until you decide: a codename can be\n"
    "beaten out of somebody, and what they told must not die of it. See vouchsafe erase, and\n"
    "vouchsafe show ID --hidden\n";

static const char *const decisions[] = {"undecided", "kept", "deleted"};

static int put_table(struct cli *cli, const struct model_erasure *list, size_t count)
{
    static const struct term_column columns[] = {{"id", false, false},
                                                 {"conversation", false, false},
                                                 {"day", false, false},
                                                 {"", false, false},
                                                 {"reason", false, true}};
    const size_t width = COUNT_OF(columns);
    const char **cells = arena_alloc(&cli->arena, (count * width + 1) * sizeof *cells);
    REJECT_IF(!cells, E_NOMEM);
    for (size_t i = 0; i < count; i++) {
        char day[CLOCK_DAY_TEXT_BYTES];
        clock_day_text(list[i].day, day);
        cells[i * width] = list[i].short_id;
        cells[i * width + 1] = list[i].conversation;
        cells[i * width + 2] = arena_copy_text(&cli->arena, span_text(day));
        cells[i * width + 3] = list[i].held || list[i].decision
                                   ? decisions[list[i].decision % COUNT_OF(decisions)]
                                   : "never held here";
        cells[i * width + 4] = list[i].reason;
        REJECT_IF(!cells[i * width + 2], E_NOMEM);
    }
    term_table(&cli->out, columns, width, cells, count, cli_width());
    return 0;
}

static void put_json(struct cli *cli, const struct model_erasure *list, size_t count)
{
    struct json_writer w;
    json_writer_init(&w, &cli->out);
    json_open_object(&w, NULL);
    json_open_array(&w, "erasures");
    for (size_t i = 0; i < count; i++) {
        json_open_object(&w, NULL);
        cli_json_hex(&w, "id", list[i].id, sizeof list[i].id);
        json_put_cstr(&w, "conversation", list[i].conversation);
        cli_json_day(&w, "day", list[i].day);
        json_put_cstr(&w, "decision", decisions[list[i].decision % COUNT_OF(decisions)]);
        json_put_bool(&w, "held", list[i].held);
        json_put_cstr(&w, "reason", list[i].reason);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_close_object(&w);
    json_writer_end(&w);
}

static int list_all(struct cli *cli)
{
    struct model_erasure *list;
    size_t count;
    TRY(cli_open_model(cli));
    TRY(model_erasures(cli->model, &cli->arena, &list, &count));
    if (cli->json)
        put_json(cli, list, count);
    else if (count > 0)
        return put_table(cli, list, count);
    else
        buf_text(&cli->out, "No caller had anything erased.\n");
    return 0;
}

int cmd_erasures(int argc, char **argv)
{
    struct cli cli;
    int status = cli_begin(&cli, help, NULL, 0, argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count > 0)
        return cli_usage(&cli, "it takes no arguments");
    return cli_end(&cli, list_all(&cli));
}
