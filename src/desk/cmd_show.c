/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/cli.h"
#include "desk/cmd.h"
#include "desk/when.h"

static const char help[] =
    "vouchsafe show ID [--hidden]\n"
    "\n"
    "One conversation: what is known, each report, each answer. ID is that of any report in it,\n"
    "or its first digits (at least four).\n"
    "\n"
    "  --hidden                 also the text of what its caller had erased and you have not\n"
    "                           decided about\n"
    "  --json                   for programs\n";

/* Text */

static void put_field(struct cli *cli, const char *name, const char *text)
{
    if (!text[0])
        return;
    buf_printf(&cli->out, "%-16s", name);
    cli_put_line(cli, text);
    buf_u8(&cli->out, '\n');
}

static void put_details(struct cli *cli, const struct model_conversation *c)
{
    static const char *const dangers[] = {"", "at risk", "IN DANGER NOW"};
    const struct model_details *d = &c->details;
    char due[WHEN_TEXT_BYTES] = "";
    if (d->due_minute)
        when_text(d->due_minute, due);
    put_field(cli, "Danger", dangers[d->danger < COUNT_OF(dangers) ? d->danger : DANGER_NOW]);
    put_field(cli, "By", due);
    put_field(cli, "State", c->row.handled ? "handled" : c->row.waiting ? "waits" : "answered");
    put_field(cli, "Safe ways", d->safe_ways);
    put_field(cli, "Safe hours", d->safe_hours);
    put_field(cli, "To others", d->to_others);
    put_field(cli, "Interpreter", d->interpreter);
    put_field(cli, "Note", d->note);
    for (size_t i = 0; i < c->consent_count; i++) {
        const struct model_consent *x = &c->consents[i];
        buf_printf(&cli->out, "%-16s", x->given ? "Consent" : "REFUSED");
        cli_put_line(cli, x->purpose);
        if (x->recipient[0]) {
            buf_text(&cli->out, ", to ");
            cli_put_line(cli, x->recipient);
        }
        buf_u8(&cli->out, '\n');
    }
}

static const char *state_of(const struct model_item *item)
{
    if (item->decision == ERASURE_KEPT)
        return ", its caller had it erased on the line; kept here";
    if (item->erased)
        return item->kind == ITEM_ANSWER ? ", erased by its caller" : ", ERASED by its caller";
    if (!item->sent)
        return ", not sent yet";
    return item->in_log ? "" : ", not in the log yet";
}

static void put_item(struct cli *cli, const struct model_item *item)
{
    char when[WHEN_TEXT_BYTES];
    when_text(item->minute, when);
    buf_printf(&cli->out, "\n-- %s %s  %s", item->kind == ITEM_ANSWER ? "answer" : "report",
               item->short_id, when);
    if (item->by[0]) {
        buf_text(&cli->out, item->kind == ITEM_ANSWER ? ", by " : ", taken by ");
        cli_put_line(cli, item->by);
    }
    if (item->channel[0]) {
        buf_text(&cli->out, ", ");
        cli_put_line(cli, item->channel);
    }
    if (strcmp(item->wording, "summary") == 0)
        buf_text(&cli->out, ", a summary");
    buf_printf(&cli->out, "%s\n\n", state_of(item));
    if (item->hidden && item->text_len == 0)
        buf_text(&cli->out, "    Hidden until you decide: vouchsafe erase\n");
    else
        cli_put_block(cli, item->text, "    ");
}

static void put_text(struct cli *cli, const struct model_conversation *c)
{
    put_details(cli, c);
    for (size_t i = 0; i < c->item_count; i++)
        put_item(cli, &c->items[i]);
}

/* JSON */

static void put_item_json(struct json_writer *w, const struct model_item *item)
{
    static const char *const decisions[] = {"", "kept", "deleted"};
    json_open_object(w, NULL);
    json_put_cstr(w, "kind", item->kind == ITEM_ANSWER ? "answer" : "report");
    cli_json_hex(w, "id", item->id, sizeof item->id);
    cli_json_minute(w, "minute", item->minute);
    cli_json_day(w, "day", item->day);
    json_put_text(w, "text", span_of(item->text, item->text_len));
    json_put_cstr(w, "language", item->language);
    json_put_cstr(w, "channel", item->channel);
    json_put_cstr(w, "wording", item->wording);
    json_put_cstr(w, "by", item->by);
    json_put_bool(w, "in_log", item->in_log);
    json_put_bool(w, "sent", item->sent);
    json_put_bool(w, "erased", item->erased);
    json_put_bool(w, "hidden", item->hidden);
    json_put_cstr(w, "decision", decisions[item->decision % COUNT_OF(decisions)]);
    json_close_object(w);
}

static void put_details_json(struct json_writer *w, const struct model_details *d)
{
    json_open_object(w, "details");
    json_put_cstr(w, "danger", d->danger == 2 ? "now" : d->danger == 1 ? "risk" : "");
    cli_json_minute(w, "due", d->due_minute);
    json_put_cstr(w, "safe_ways", d->safe_ways);
    json_put_cstr(w, "safe_hours", d->safe_hours);
    json_put_cstr(w, "to_others", d->to_others);
    json_put_cstr(w, "interpreter", d->interpreter);
    json_put_cstr(w, "note", d->note);
    json_put_cstr(w, "by", d->by);
    cli_json_minute(w, "minute", d->minute);
    json_close_object(w);
}

static void put_json(struct cli *cli, const struct model_conversation *c)
{
    struct json_writer w;
    json_writer_init(&w, &cli->out);
    json_open_object(&w, NULL);
    cli_json_hex(&w, "id", c->row.id, sizeof c->row.id);
    json_put_bool(&w, "waiting", c->row.waiting);
    json_put_bool(&w, "handled", c->row.handled);
    json_put_bool(&w, "can_answer", c->row.can_answer);
    put_details_json(&w, &c->details);
    json_open_array(&w, "items");
    for (size_t i = 0; i < c->item_count; i++)
        put_item_json(&w, &c->items[i]);
    json_close_array(&w);
    json_open_array(&w, "consents");
    for (size_t i = 0; i < c->consent_count; i++) {
        json_open_object(&w, NULL);
        json_put_cstr(&w, "purpose", c->consents[i].purpose);
        json_put_cstr(&w, "recipient", c->consents[i].recipient);
        json_put_bool(&w, "given", c->consents[i].given);
        json_put_cstr(&w, "by", c->consents[i].by);
        cli_json_minute(&w, "minute", c->consents[i].minute);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_close_object(&w);
    json_writer_end(&w);
}

static int show(struct cli *cli, bool hidden)
{
    struct model_conversation c;
    TRY(cli_open_model(cli));
    TRY(model_conversation(cli->model, cli->arguments[0], hidden, &cli->arena, &c, &cli->problem));
    if (cli->json)
        put_json(cli, &c);
    else
        put_text(cli, &c);
    return 0;
}

int cmd_show(int argc, char **argv)
{
    struct cli cli;
    bool hidden = false;
    const struct cli_option options[] = {{.name = "hidden", .flag = &hidden}};
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count != 1)
        return cli_usage(&cli, "it needs one id");
    return cli_end(&cli, show(&cli, hidden));
}
