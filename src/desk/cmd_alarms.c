/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/cmd_alarms.h"

#include "base/encode.h"
#include "desk/cmd.h"
#include "desk/when.h"

static const char help[] =
    "vouchsafe alarms [--seen NUMBER]\n"
    "\n"
    "Lists what this desk noticed that should not be. Those with a number stay until you say that\n"
    "you have seen them; the others are about entries and stay as long as these do.\n"
    "\n"
    "Exit status 1 when there are any.\n";

void cmd_alarms_put(struct cli *cli, const struct alarm *alarms, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct alarm *a = &alarms[i];
        buf_printf(&cli->out, "ALARM %s", alarm_name(a->kind));
        if (a->number) {
            char when[WHEN_TEXT_BYTES];
            when_text(a->minute, when);
            buf_printf(&cli->out, " (number %u, %s)", a->number, when);
        }
        if (a->has_entry) {
            buf_text(&cli->out, " entry ");
            hex_put(&cli->out, span_of(a->entry, sizeof a->entry));
        }
        buf_printf(&cli->out, "\n    %s\n", alarm_sentence(a->kind));
        if (a->detail[0]) {
            buf_text(&cli->out, "    ");
            cli_put_line(cli, a->detail);
            buf_u8(&cli->out, '\n');
        }
    }
}

void cmd_alarms_json(struct json_writer *w, const struct alarm *alarms, size_t count)
{
    json_open_array(w, "alarms");
    for (size_t i = 0; i < count; i++) {
        json_open_object(w, NULL);
        json_put_cstr(w, "kind", alarm_name(alarms[i].kind));
        json_put_int(w, "number", alarms[i].number);
        cli_json_minute(w, "minute", alarms[i].minute);
        if (alarms[i].has_entry)
            cli_json_hex(w, "entry", alarms[i].entry, sizeof alarms[i].entry);
        json_put_cstr(w, "sentence", alarm_sentence(alarms[i].kind));
        json_put_cstr(w, "detail", alarms[i].detail);
        json_close_object(w);
    }
    json_close_array(w);
}

static int list(struct cli *cli, size_t *ret_count)
{
    struct model_status status;
    TRY(model_status(cli->model, &cli->arena, &status));
    *ret_count = status.alarm_count;
    if (cli->json) {
        struct json_writer w;
        json_writer_init(&w, &cli->out);
        json_open_object(&w, NULL);
        cmd_alarms_json(&w, status.alarms, status.alarm_count);
        json_close_object(&w);
        json_writer_end(&w);
        return 0;
    }
    cmd_alarms_put(cli, status.alarms, status.alarm_count);
    if (status.alarm_count == 0)
        buf_text(&cli->out, "No alarms.\n");
    return 0;
}

static int run(struct cli *cli, const char *seen, size_t *ret_count)
{
    uint64_t number = 0;
    if (seen && decimal_read(span_text(seen), UINT32_MAX, &number) < 0)
        return problem_set(&cli->problem, E_ARGUMENT, "\"%s\" is no alarm's number.", seen);
    TRY(cli_open_model(cli));
    if (seen) {
        int error = alarm_seen(cli->desk, (uint32_t)number);
        if (error == E_NOT_FOUND)
            return problem_set(&cli->problem, error, "There is no alarm with that number.");
        TRY(error);
    }
    return list(cli, ret_count);
}

int cmd_alarms(int argc, char **argv)
{
    struct cli cli;
    const char *seen = NULL;
    size_t count = 0;
    const struct cli_option options[] = {{.name = "seen", .text = &seen}};
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count > 0)
        return cli_usage(&cli, "it takes no arguments");
    status = cli_end(&cli, run(&cli, seen, &count));
    return status == CLI_OK && count > 0 ? CLI_REFUSED : status;
}
