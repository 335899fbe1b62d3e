/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/file.h"
#include "desk/act.h"
#include "desk/cli.h"
#include "desk/cmd.h"
#include "desk/prompt.h"
#include "seal/answer.h"

static const char help[] =
    "vouchsafe answer ID [--from-file FILE]\n"
    "\n"
    "Answers the caller of the conversation that the report ID is in: sealed for that caller\n"
    "alone, put into the outbox, sent with the next pull. The text is typed (ending with a line\n"
    "that has only a full stop), or read from standard input, or from a file.\n"
    "\n"
    "  --from-file FILE         the text\n"
    "  --json                   says the id of the report that was answered\n";

static int get_text(struct cli *cli, const char *file, struct buf *text)
{
    if (file) {
        TRY(file_read(file, ANSWER_TEXT_MAX, text, &cli->problem));
        prompt_trim(text);
        return 0;
    }
    int error = prompt_text("The answer, ending with a line that has only a full stop:\n",
                            ANSWER_TEXT_MAX, text);
    if (error == E_TOO_LARGE)
        return problem_set(&cli->problem, error, "An answer has at most %d bytes.",
                           ANSWER_TEXT_MAX);
    return error;
}

/* The newest report: the answer is to all that was said so far. */
static int newest_report(const struct model_conversation *c, const uint8_t **ret_id)
{
    for (size_t i = c->item_count; i > 0; i--) {
        if (c->items[i - 1].kind == ITEM_REPORT && !c->items[i - 1].hidden) {
            *ret_id = c->items[i - 1].id;
            return 0;
        }
    }
    return E_ERASED;
}

static int answer(struct cli *cli, const char *file)
{
    struct model_conversation c;
    struct buf text;
    const uint8_t *report;
    TRY(cli_open_model(cli));
    TRY(model_conversation(cli->model, cli->arguments[0], false, &cli->arena, &c, &cli->problem));
    TRY(newest_report(&c, &report));
    buf_init(&text, ANSWER_TEXT_MAX + 1);
    desk_sleep(cli->desk);
    int error = get_text(cli, file, &text);
    if (error == 0)
        error = desk_wake(cli->desk, &cli->problem);
    if (error == 0)
        error = model_refresh(cli->model, &cli->problem);
    if (error == 0)
        error = act_answer(cli->desk, cli->model, report, buf_bytes(&text), &cli->problem);
    buf_wipe_release(&text);
    TRY(error);
    if (!cli->json) {
        buf_text(&cli->out, "The answer is in the outbox; vouchsafe pull sends it.\n");
        return 0;
    }
    struct json_writer w;
    json_writer_init(&w, &cli->out);
    json_open_object(&w, NULL);
    cli_json_hex(&w, "report", report, ENTRY_ID_BYTES);
    json_close_object(&w);
    json_writer_end(&w);
    return 0;
}

int cmd_answer(int argc, char **argv)
{
    struct cli cli;
    const char *file = NULL;
    const struct cli_option options[] = {{.name = "from-file", .text = &file}};
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count != 1)
        return cli_usage(&cli, "it needs one id");
    return cli_end(&cli, answer(&cli, file));
}
