/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/clock.h"
#include "desk/cli.h"
#include "desk/cmd.h"
#include "desk/found.h"
#include "desk/pull.h"
#include "seal/roster_sign.h"

#define WARN_DAYS 30

static const char help[] =
    "vouchsafe intake [--renew]\n"
    "\n"
    "Shows the intake keys: what callers' reports are sealed to. The line takes no reports after\n"
    "the newest one's last day.\n"
    "\n"
    "  --renew                  asks the line whether another computer of yours made one already,\n"
    "                           makes a new one (180 days), tells the line, and writes pack.txt\n"
    "  --proxy ADDRESS          as for vouchsafe pull\n";

static bool is_ours(const struct desk *desk, uint32_t epoch)
{
    for (size_t i = 0; i < desk_epochs(desk); i++) {
        if (desk_epoch_at(desk, i)->epoch == epoch)
            return true;
    }
    return false;
}

static void show_json(struct cli *cli)
{
    const struct roster *roster = desk_roster(cli->desk);
    struct json_writer w;
    json_writer_init(&w, &cli->out);
    json_open_object(&w, NULL);
    json_open_array(&w, "epochs");
    for (size_t i = 0; i < roster_intakes(roster); i++) {
        const struct roster_intake *intake = roster_intake_at(roster, i);
        json_open_object(&w, NULL);
        json_put_int(&w, "epoch", intake->epoch);
        cli_json_day(&w, "first_day", intake->first_day);
        cli_json_day(&w, "last_day", intake->last_day);
        json_put_bool(&w, "secret_here", is_ours(cli->desk, intake->epoch));
        json_close_object(&w);
    }
    json_close_array(&w);
    json_close_object(&w);
    json_writer_end(&w);
}

static void show(struct cli *cli)
{
    const struct roster *roster = desk_roster(cli->desk);
    size_t count = roster_intakes(roster);
    uint32_t today = clock_day(clock_now_s()), last = 0;
    if (cli->json) {
        show_json(cli);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct roster_intake *intake = roster_intake_at(roster, i);
        char first_text[CLOCK_DAY_TEXT_BYTES], last_text[CLOCK_DAY_TEXT_BYTES];
        clock_day_text(intake->first_day, first_text);
        clock_day_text(intake->last_day, last_text);
        last = intake->last_day;
        buf_printf(&cli->out, "Epoch %u: %s to %s%s\n", intake->epoch, first_text, last_text,
                   is_ours(cli->desk, intake->epoch) ? "" : ", REFUSED: no secret here opens it");
    }
    if (last < today)
        buf_text(&cli->out, "It is over: the line takes no reports. vouchsafe intake --renew\n");
    else if (last - today < WARN_DAYS)
        buf_printf(&cli->out, "It ends in %u days: vouchsafe intake --renew\n", last - today);
}

static int copy_roster(const struct roster *roster, struct roster **ret_copy,
                       struct problem *problem)
{
    struct buf chain;
    buf_init(&chain, STORE_VALUE_MAX);
    roster_chain_write(roster, &chain);
    int error = buf_error(&chain);
    if (error == 0)
        error = roster_chain_read(buf_bytes(&chain), ret_copy, problem);
    buf_release(&chain);
    return error;
}

static int renew(struct cli *cli)
{
    struct desk *desk = cli->desk;
    struct roster *longer;
    uint32_t today = clock_day(clock_now_s());
    TRY(copy_roster(desk_roster(desk), &longer, &cli->problem));
    int error = roster_sign_intake(longer, desk_keys(desk), today, today + FOUND_INTAKE_DAYS,
                                   &cli->problem);
    if (error == 0)
        error = desk_begin(desk, &cli->problem);
    if (error == 0)
        error = desk_roster_put(desk, longer, &cli->problem);
    if (error < 0) {
        desk_rollback(desk);
        roster_free(longer);
        return error;
    }
    TRY(desk_commit(desk, &cli->problem));
    TRY(found_write_pack(desk_folder(desk), desk_roster(desk), &cli->problem));
    return desk_open_epochs(desk, &cli->problem);
}

static int pull(struct cli *cli, const char *proxy, struct problem *problem)
{
    const struct pull_options options = {.proxy = proxy, .order = model_next_order(cli->model)};
    struct pull_report report;
    return pull_run(cli->desk, &options, &report, problem);
}

/* Two renewals that do not know of each other are two histories of the roster, and nothing mends
 * that: so what the line has is taken first. One that cannot be reached is no hindrance for a desk
 * that has pulled before; one that was just recovered may be behind. */
static int catch_up(struct cli *cli, const char *proxy)
{
    struct problem *problem = &cli->problem;
    const struct desk_line *line = desk_line(cli->desk);
    if (!line->pinned)
        return problem_set(problem, E_ARGUMENT,
                           "This desk has no line yet, which may know of a newer key. First: "
                           "vouchsafe line ADDRESS");
    if (!line->address[0])
        return 0;
    int error = pull(cli, proxy, problem);
    bool reached = error != E_NETWORK && error != E_TIMEOUT && error != E_BUSY;
    if (error == 0 || reached || store_size(desk_store(cli->desk)) == 0)
        return error;
    problem_clear(problem);
    return 0;
}

/* The new key is good without the line; so that the line is told later is no failure. */
static void tell_line(struct cli *cli, const char *proxy)
{
    struct problem problem;
    problem_clear(&problem);
    int error = desk_line(cli->desk)->address[0] ? pull(cli, proxy, &problem) : E_NETWORK;
    if (error < 0)
        fprintf(stderr, "The line does not know it yet (%s). The next pull tells it.\n",
                problem.text[0] ? problem.text : "it has no address");
}

int cmd_intake(int argc, char **argv)
{
    struct cli cli;
    bool wants_renew = false;
    const char *proxy = NULL;
    const struct cli_option options[] = {{.name = "renew", .flag = &wants_renew},
                                         {.name = "proxy", .text = &proxy}};
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count > 0)
        return cli_usage(&cli, "it takes no arguments");
    int error = cli_open_model(&cli);
    if (error == 0 && wants_renew) {
        error = catch_up(&cli, proxy);
        if (error == 0)
            error = renew(&cli);
        if (error == 0)
            tell_line(&cli, proxy);
    }
    if (error == 0)
        show(&cli);
    return cli_end(&cli, error);
}
