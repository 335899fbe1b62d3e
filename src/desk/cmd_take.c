/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* At a terminal everything that was not said as an option is asked, in the order in which a call
 * goes: what happened, then danger, then how to reach the caller again. Enter passes a question. */
#include "base/file.h"
#include "desk/cmd_details.h"
#include "desk/cmd.h"
#include "desk/prompt.h"
#include "desk/when.h"

static const char help[] =
    "vouchsafe take [--from-file FILE] [OPTIONS]\n"
    "\n"
    "Writes down a telephone call, a message from elsewhere or a paper note, as a sealed report;\n"
    "offline too. At a terminal it asks for what is not said. The text is typed (ending with a\n"
    "line that has only a full stop), or read from standard input, or from a file.\n"
    "\n"
    "  --from-file FILE         the text\n"
    "  --channel telephone|message|paper\n"
    "  --wording verbatim|summary\n"
    "  --language CODE          what the caller speaks: en, ru, ...\n"
    "  --said \"2031-04-09 14:05\"  when it was said; else now\n" CMD_DETAILS_HELP;

struct taking {
    struct cli *cli;
    const char *file, *said;
    struct cmd_details details;
    struct act_report report;
    struct buf text;
};

static int ask(struct taking *t, const char **answer, const char *question)
{
    struct buf line;
    if (*answer || !prompt_person())
        return 0;
    buf_init(&line, PROMPT_LINE_MAX);
    int error = prompt_line(question, &line);
    if (error == 0 && line.len > 0) {
        *answer = arena_copy_text(&t->cli->arena, buf_bytes(&line));
        error = *answer ? 0 : E_NOMEM;
    }
    buf_wipe_release(&line);
    return error == E_NOT_FOUND ? 0 : error;
}

static int ask_consent(struct taking *t)
{
    const char *purpose = NULL;
    TRY(ask(t, &purpose, "Consent given for (purpose, or purpose=recipient; Enter: none): "));
    if (purpose)
        t->details.consents.values[t->details.consents.count++] = purpose;
    return 0;
}

static int ask_all(struct taking *t)
{
    struct act_report *r = &t->report;
    struct cmd_details *d = &t->details;
    TRY(ask(t, &r->channel, "It came by (telephone, message, paper): "));
    TRY(ask(t, &r->wording, "Is the text verbatim or a summary: "));
    TRY(ask(t, &r->language, "Language of the caller (en, ru, ...): "));
    TRY(ask(t, &d->interpreter, "Interpreter (Enter: none): "));
    TRY(ask(t, &d->danger, "Danger (now, risk, none): "));
    TRY(ask(t, &d->due, "By when must something happen (2031-04-09 14:05; Enter: no time): "));
    TRY(ask(t, &d->safe_ways, "Safe ways to reach them: "));
    TRY(ask(t, &d->safe_hours, "Safe hours: "));
    TRY(ask(t, &d->to_others, "What to say if somebody else answers: "));
    return d->consents.count + d->refusals.count ? 0 : ask_consent(t);
}

static int get_text(struct taking *t)
{
    if (t->file && strcmp(t->file, "-") != 0) {
        TRY(file_read(t->file, ACT_REPORT_MAX_BYTES, &t->text, &t->cli->problem));
        prompt_trim(&t->text);
        return 0;
    }
    int error = prompt_text("What was said, ending with a line that has only a full stop:\n",
                            ACT_REPORT_MAX_BYTES, &t->text);
    if (error == E_TOO_LARGE)
        return problem_set(&t->cli->problem, error, "A report has at most %u bytes.",
                           ACT_REPORT_MAX_BYTES);
    return error;
}

/* Asleep: nobody's other program waits while somebody talks. */
static int get_all(struct taking *t)
{
    struct act_report *r = &t->report;
    TRY(get_text(t));
    TRY(ask_all(t));
    if (t->said && when_read(span_text(t->said), &r->minute) < 0)
        return problem_set(&t->cli->problem, E_ARGUMENT, "A time is written 2031-04-09 14:05.");
    r->text = buf_bytes(&t->text);
    return cmd_details_read(&t->details, &r->details, r->consents, &r->consent_count,
                            &t->cli->problem);
}

static int take(struct taking *t)
{
    struct cli *cli = t->cli;
    uint8_t id[ENTRY_ID_BYTES];
    TRY(cli_open_model(cli));
    desk_sleep(cli->desk);
    TRY(get_all(t));
    TRY(desk_wake(cli->desk, &cli->problem));
    TRY(model_refresh(cli->model, &cli->problem));
    TRY(act_take(cli->desk, cli->model, &t->report, id, &cli->problem));
    if (cli->json) {
        struct json_writer w;
        json_writer_init(&w, &cli->out);
        json_open_object(&w, NULL);
        cli_json_hex(&w, "id", id, sizeof id);
        json_close_object(&w);
        json_writer_end(&w);
    } else {
        buf_printf(&cli->out, "Written down as %02x%02x%02x%02x; vouchsafe pull sends it.\n", id[0],
                   id[1], id[2], id[3]);
    }
    return 0;
}

int cmd_take(int argc, char **argv)
{
    struct cli cli;
    struct taking t = {.cli = &cli};
    const struct cli_option options[] = {
        {.name = "from-file", .text = &t.file},
        {.name = "channel", .text = &t.report.channel},
        {.name = "wording", .text = &t.report.wording},
        {.name = "language", .text = &t.report.language},
        {.name = "said", .text = &t.said},
        CMD_DETAILS_OPTIONS(t.details),
    };
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count > 0)
        return cli_usage(&cli, "it takes no arguments: the text goes into a file");
    buf_init(&t.text, ACT_REPORT_MAX_BYTES + 1);
    int error = take(&t);
    buf_wipe_release(&t.text);
    return cli_end(&cli, error);
}
