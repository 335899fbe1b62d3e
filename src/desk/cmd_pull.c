/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <unistd.h>

#include "desk/cli.h"
#include "desk/cmd.h"
#include "desk/pull.h"

static const char help[] =
    "vouchsafe pull [--from FOLDER] [--push-only]\n"
    "\n"
    "Gets what is new from the line, checks every byte of it, stores it, cosigns the log, and\n"
    "sends what was made here. What does not fit is named and not taken.\n"
    "\n"
    "  --from FOLDER            from a copy that vouchsafe-line export wrote; sends nothing. An\n"
    "                           old one brings what the line has forgotten since\n"
    "  --push-only              only sends\n"
    "  --proxy ADDRESS          socks5h://HOST:PORT (for an onion address Tor's is used)\n"
    "\n"
    "Exit status 1 too when it went well but raised an alarm.\n";

static int show_progress(void *context, const char *what, uint64_t done, uint64_t of)
{
    bool *shown = context;
    if (of < 2)
        return 0;
    fprintf(stderr, "\r%s: %llu of %llu   ", what, (unsigned long long)done,
            (unsigned long long)of);
    *shown = true;
    return 0;
}

static void put_json(struct cli *cli, const struct pull_report *r, int error)
{
    struct json_writer w;
    json_writer_init(&w, &cli->out);
    json_open_object(&w, NULL);
    json_put_cstr(&w, "result", error_name(error));
    json_put_cstr(&w, "problem", error < 0 ? problem_text(&cli->problem, error) : "");
    json_put_int(&w, "placed", (int64_t)r->placed);
    json_put_int(&w, "received", (int64_t)r->received);
    json_put_int(&w, "erased", (int64_t)r->erased);
    json_put_int(&w, "sent", (int64_t)r->sent);
    json_put_int(&w, "waiting", (int64_t)r->waiting);
    json_put_int(&w, "gaps", (int64_t)r->gaps);
    json_put_int(&w, "alarms", (int64_t)r->alarms);
    json_put_int(&w, "log_size", (int64_t)r->log_size);
    json_put_bool(&w, "cosigned", r->cosigned);
    json_put_bool(&w, "older", r->older);
    json_close_object(&w);
    json_writer_end(&w);
}

static void put_text(struct cli *cli, const struct pull_report *r)
{
    buf_printf(&cli->out, "%llu entries are new, %llu were placed; the log has %llu%s.\n",
               (unsigned long long)r->received, (unsigned long long)r->placed,
               (unsigned long long)r->log_size, r->cosigned ? ", cosigned" : "");
    if (r->older)
        buf_text(&cli->out, "This copy is older than what is here already.\n");
    if (r->sent || r->waiting)
        buf_printf(&cli->out, "%llu sent, %llu still to be sent.\n", (unsigned long long)r->sent,
                   (unsigned long long)r->waiting);
    if (r->erased)
        buf_printf(&cli->out, "%llu were erased by their callers: vouchsafe erasures\n",
                   (unsigned long long)r->erased);
    if (r->alarms)
        buf_printf(&cli->out, "%llu ALARMS: vouchsafe status\n", (unsigned long long)r->alarms);
}

int cmd_pull(int argc, char **argv)
{
    struct cli cli;
    struct pull_options options = {0};
    struct pull_report report = {0};
    bool shown = false;
    const struct cli_option names[] = {{.name = "from", .text = &options.from},
                                       {.name = "push-only", .flag = &options.push_only},
                                       {.name = "proxy", .text = &options.proxy}};
    int status = cli_begin(&cli, help, names, COUNT_OF(names), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count > 0)
        return cli_usage(&cli, "it takes no arguments");
    if (isatty(STDERR_FILENO)) {
        options.progress = show_progress;
        options.context = &shown;
    }
    int error = cli_open_model(&cli);
    if (error == 0) {
        options.order = model_next_order(cli.model);
        error = pull_run(cli.desk, &options, &report, &cli.problem);
        if (shown)
            fputs("\n", stderr);
        if (error == 0)
            error = model_refresh(cli.model, &cli.problem);
        if (error == 0)
            error = model_keep_cosignatures(cli.model, &cli.problem);
        if (error == 0)
            error = model_delete_decided(cli.model, &cli.problem);
        if (cli.json)
            put_json(&cli, &report, error);
        else if (error == 0)
            put_text(&cli, &report);
    }
    if (cli.json || report.alarms)
        cli_flush(&cli);
    status = cli_end(&cli, error);
    return status == CLI_OK && report.alarms ? CLI_REFUSED : status;
}
