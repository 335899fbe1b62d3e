/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/act.h"
#include "desk/cli.h"
#include "desk/cmd.h"
#include "desk/prompt.h"

static const char help[] =
    "vouchsafe erase ID keep|delete [--reason TEXT] [--yes]\n"
    "\n"
    "Decides about an entry that its caller had the line erase. keep shows it again, marked;\n"
    "delete removes its bytes from this desk for good. Either is told to the other desks.\n"
    "\n"
    "  --reason TEXT            why, for the record\n"
    "  --yes                    delete without asking once more\n";

static int decide(struct cli *cli, uint32_t decision, const char *reason, bool yes)
{
    struct record_erasure erasure = {.decision = decision, .reason = span_text(reason)};
    TRY(cli_open_model(cli));
    TRY(model_find_id(cli->model, cli->arguments[0], erasure.entry, &cli->problem));
    if (decision == ERASURE_DELETED && !yes) {
        if (!prompt_person() || !prompt_confirm("It cannot be undone. Type delete: ", "delete"))
            return problem_set(&cli->problem, E_DENIED, "Nothing was deleted.");
    }
    TRY(act_erasure(cli->desk, cli->model, &erasure, &cli->problem));
    if (!cli->json)
        buf_text(&cli->out, decision == ERASURE_DELETED ? "Deleted here.\n" : "Kept.\n");
    return 0;
}

int cmd_erase(int argc, char **argv)
{
    struct cli cli;
    const char *reason = NULL;
    bool yes = false;
    const struct cli_option options[] = {{.name = "reason", .text = &reason},
                                         {.name = "yes", .flag = &yes}};
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count != 2)
        return cli_usage(&cli, "it needs an id, and keep or delete");
    bool keep = strcmp(cli.arguments[1], "keep") == 0;
    if (!keep && strcmp(cli.arguments[1], "delete") != 0)
        return cli_usage(&cli, "keep or delete");
    return cli_end(&cli, decide(&cli, keep ? ERASURE_KEPT : ERASURE_DELETED, reason, yes));
}
