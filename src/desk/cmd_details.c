/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/cmd_details.h"

#include "desk/cmd.h"
#include "desk/when.h"

static const char help[] =
    "vouchsafe details ID [OPTIONS]\n"
    "\n"
    "Notes what is known about a conversation. What is not named stays as it is.\n"
    "\n"
    "  --handled yes|no         nothing more is to be done\n" CMD_DETAILS_HELP;

static int read_danger(const char *text, struct record_details *d, struct problem *problem)
{
    if (strcmp(text, "now") == 0)
        d->danger = DANGER_NOW;
    else if (strcmp(text, "risk") == 0)
        d->danger = DANGER_RISK;
    else if (strcmp(text, "none") == 0 || text[0] == '\0')
        d->danger = DANGER_NOT_KNOWN;
    else
        return problem_set(problem, E_ARGUMENT, "Danger is now, risk or none.");
    d->set |= DETAILS_DANGER;
    return 0;
}

static int read_due(const char *text, struct record_details *d, struct problem *problem)
{
    bool none = strcmp(text, "none") == 0 || text[0] == '\0';
    if (!none && when_read(span_text(text), &d->due_minute) < 0)
        return problem_set(problem, E_ARGUMENT, "A due time is written 2031-04-09 14:05, or none.");
    d->set |= DETAILS_DUE;
    return 0;
}

static void read_text(const char *text, unsigned bit, struct span *member, struct record_details *d)
{
    if (!text)
        return;
    *member = span_text(text);
    d->set |= bit;
}

static void read_consents(const struct cli_list *list, uint32_t given,
                          struct record_consent *consents, size_t *count)
{
    for (size_t i = 0; i < list->count && *count < ACT_CONSENTS_MAX; i++) {
        const char *text = list->values[i], *equals = strchr(text, '=');
        struct record_consent *c = &consents[(*count)++];
        *c = (struct record_consent){.given = given, .recipient = span_of(NULL, 0)};
        c->purpose = span_of(text, equals ? (size_t)(equals - text) : strlen(text));
        if (equals)
            c->recipient = span_text(equals + 1);
    }
}

int cmd_details_read(const struct cmd_details *options, struct record_details *ret_details,
                     struct record_consent ret_consents[ACT_CONSENTS_MAX], size_t *ret_count,
                     struct problem *problem)
{
    struct record_details d = {0};
    if (options->danger)
        TRY(read_danger(options->danger, &d, problem));
    if (options->due)
        TRY(read_due(options->due, &d, problem));
    read_text(options->safe_ways, DETAILS_SAFE_WAYS, &d.safe_ways, &d);
    read_text(options->safe_hours, DETAILS_SAFE_HOURS, &d.safe_hours, &d);
    read_text(options->to_others, DETAILS_TO_OTHERS, &d.to_others, &d);
    read_text(options->interpreter, DETAILS_INTERPRETER, &d.interpreter, &d);
    read_text(options->note, DETAILS_NOTE, &d.note, &d);
    if (options->consents.count + options->refusals.count > ACT_CONSENTS_MAX)
        return problem_set(problem, E_ARGUMENT, "At most %d consents at once.", ACT_CONSENTS_MAX);
    *ret_count = 0;
    read_consents(&options->consents, 1, ret_consents, ret_count);
    read_consents(&options->refusals, 0, ret_consents, ret_count);
    *ret_details = d;
    return 0;
}

static int read_handled(const char *text, struct record_details *d, struct problem *problem)
{
    if (!text)
        return 0;
    if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
        return problem_set(problem, E_ARGUMENT, "Handled is yes or no.");
    d->handled = text[0] == 'y';
    d->set |= DETAILS_HANDLED;
    return 0;
}

static int newest_report(const struct model_conversation *c, uint8_t ret_id[ENTRY_ID_BYTES])
{
    for (size_t i = c->item_count; i > 0; i--) {
        if (c->items[i - 1].kind == ITEM_REPORT) {
            memcpy(ret_id, c->items[i - 1].id, ENTRY_ID_BYTES);
            return 0;
        }
    }
    return E_NOT_FOUND;
}

static int note(struct cli *cli, const struct cmd_details *options, const char *handled)
{
    struct model_conversation c;
    struct record_details details;
    struct record_consent consents[ACT_CONSENTS_MAX];
    size_t count;
    TRY(cmd_details_read(options, &details, consents, &count, &cli->problem));
    TRY(read_handled(handled, &details, &cli->problem));
    if (details.set == 0 && count == 0)
        return problem_set(&cli->problem, E_ARGUMENT, "There is nothing to note: see --help.");
    TRY(cli_open_model(cli));
    TRY(model_conversation(cli->model, cli->arguments[0], true, &cli->arena, &c, &cli->problem));
    TRY(newest_report(&c, details.report));
    if (details.set)
        TRY(act_details(cli->desk, cli->model, &details, &cli->problem));
    for (size_t i = 0; i < count; i++) {
        memcpy(consents[i].report, details.report, sizeof consents[i].report);
        TRY(act_consent(cli->desk, cli->model, &consents[i], &cli->problem));
    }
    if (!cli->json)
        buf_text(&cli->out, "Noted.\n");
    return 0;
}

int cmd_details(int argc, char **argv)
{
    struct cli cli;
    struct cmd_details d = {0};
    const char *handled = NULL;
    const struct cli_option options[] = {CMD_DETAILS_OPTIONS(d),
                                         {.name = "handled", .text = &handled}};
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count != 1)
        return cli_usage(&cli, "it needs one id");
    return cli_end(&cli, note(&cli, &d, handled));
}
