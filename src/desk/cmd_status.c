/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/clock.h"
#include "desk/cmd_alarms.h"
#include "desk/cmd.h"
#include "desk/swap.h"

#define WARN_DAYS 30
#define DAYS_SHOWN 14

static const char help[] =
    "vouchsafe status\n"
    "\n"
    "The organisation, the line and the log, what waits, reports a day, and the alarms.\n"
    "\n"
    "  --json                   for programs\n"
    "\n"
    "Exit status 1 when there are alarms.\n";

static void put_heads(struct cli *cli)
{
    const struct desk_line *line = desk_line(cli->desk);
    buf_text(&cli->out, "Organisation  ");
    cli_put_line(cli, roster_name(desk_roster(cli->desk)));
    buf_text(&cli->out, "\n              ");
    cli_put_six_words(cli, desk_organisation(cli->desk));
    buf_text(&cli->out, "\nMember        ");
    cli_put_line(cli, desk_member(cli->desk)->name);
    buf_text(&cli->out, "\nLine          ");
    if (!line->pinned) {
        buf_text(&cli->out, "none yet: vouchsafe line ADDRESS\n");
        return;
    }
    struct hash hash = note_key_fingerprint(&line->key);
    buf_printf(&cli->out, "%s\n              ", line->address[0] ? line->address : "no address");
    cli_put_six_words(cli, hash.bytes);
    buf_u8(&cli->out, '\n');
}

static void put_log(struct cli *cli, const struct model_status *s)
{
    buf_printf(&cli->out, "Log           %llu entries, %llu not placed yet, %llu to be sent\n",
               (unsigned long long)s->log_size, (unsigned long long)s->pending,
               (unsigned long long)s->outbox);
    if (s->has_checkpoint) {
        buf_printf(&cli->out, "Checkpoint    %llu entries, %u cosigners\n              ",
                   (unsigned long long)s->checkpoint_size, s->cosigners);
        cli_put_six_words(cli, s->checkpoint_root);
        buf_text(&cli->out, "\n              ");
        words_six_more(s->checkpoint_root, &cli->out);
        buf_u8(&cli->out, '\n');
    }
    if (s->not_held)
        buf_printf(&cli->out, "Not held      %u entries\n", s->not_held);
    if (s->not_understood)
        buf_printf(&cli->out, "Not understood: %u entries, made by a newer version\n",
                   s->not_understood);
}

static void put_intake(struct cli *cli, const struct model_status *s)
{
    char day[CLOCK_DAY_TEXT_BYTES];
    uint32_t today = clock_day(clock_now_s());
    if (!s->intake_epoch) {
        buf_text(&cli->out, "Intake        NONE is good today: vouchsafe intake --renew\n");
        return;
    }
    clock_day_text(s->intake_last_day, day);
    buf_printf(&cli->out, "Intake        epoch %u, until %s%s\n", s->intake_epoch, day,
               s->intake_last_day - today < WARN_DAYS ? ": vouchsafe intake --renew" : "");
}

static void put_reports(struct cli *cli, const struct model_status *s)
{
    buf_printf(&cli->out,
               "Reports       %u in %u conversations; %u wait, %u in danger now, %u overdue\n",
               s->reports, s->conversations, s->waiting, s->danger_now, s->overdue);
    if (s->undecided)
        buf_printf(&cli->out, "Erased        %u to decide about: vouchsafe erasures\n",
                   s->undecided);
    buf_text(&cli->out, "A day         ");
    for (size_t i = s->day_count - DAYS_SHOWN; i < s->day_count; i++)
        buf_printf(&cli->out, "%u ", s->days[i].reports);
    buf_printf(&cli->out, "(the last %d days)\n", DAYS_SHOWN);
}

static void put_text(struct cli *cli, const struct model_status *s)
{
    put_heads(cli);
    put_log(cli, s);
    put_intake(cli, s);
    put_reports(cli, s);
    if (swap_in_clear(""))
        buf_text(&cli->out, "Swap          This computer writes memory to a disk in the clear.\n"
                            "              Turn swap off or encrypt it.\n");
    cmd_alarms_put(cli, s->alarms, s->alarm_count);
}

static void put_line_json(struct cli *cli, struct json_writer *w)
{
    const struct desk_line *line = desk_line(cli->desk);
    struct buf six;
    json_open_object(w, "line");
    json_put_cstr(w, "address", line->address);
    json_put_bool(w, "pinned", line->pinned);
    if (line->pinned) {
        struct hash hash = note_key_fingerprint(&line->key);
        buf_init(&six, 256);
        words_six(hash.bytes, &six);
        json_put_cstr(w, "six_words", buf_cstr(&six));
        buf_release(&six);
    }
    json_close_object(w);
}

static void put_counts_json(struct json_writer *w, const struct model_status *s)
{
    json_put_int(w, "log_size", (int64_t)s->log_size);
    json_put_int(w, "pending", (int64_t)s->pending);
    json_put_int(w, "outbox", (int64_t)s->outbox);
    json_put_int(w, "reports", s->reports);
    json_put_int(w, "conversations", s->conversations);
    json_put_int(w, "waiting", s->waiting);
    json_put_int(w, "danger_now", s->danger_now);
    json_put_int(w, "overdue", s->overdue);
    json_put_int(w, "undecided", s->undecided);
    json_put_int(w, "not_held", s->not_held);
    json_put_int(w, "not_understood", s->not_understood);
    json_put_int(w, "cosigners", s->cosigners);
    json_put_int(w, "intake_epoch", s->intake_epoch);
    if (s->intake_epoch)
        cli_json_day(w, "intake_last_day", s->intake_last_day);
    if (s->has_checkpoint)
        cli_json_hex(w, "root", s->checkpoint_root, sizeof s->checkpoint_root);
}

static void put_json(struct cli *cli, const struct model_status *s)
{
    struct json_writer w;
    json_writer_init(&w, &cli->out);
    json_open_object(&w, NULL);
    json_put_cstr(&w, "organisation", roster_name(desk_roster(cli->desk)));
    json_put_cstr(&w, "member", desk_member(cli->desk)->name);
    put_line_json(cli, &w);
    put_counts_json(&w, s);
    json_put_bool(&w, "swap_in_clear", swap_in_clear(""));
    json_open_array(&w, "days");
    for (size_t i = 0; i < s->day_count; i++) {
        json_open_object(&w, NULL);
        cli_json_day(&w, "day", s->days[i].day);
        json_put_int(&w, "reports", s->days[i].reports);
        json_close_object(&w);
    }
    json_close_array(&w);
    cmd_alarms_json(&w, s->alarms, s->alarm_count);
    json_close_object(&w);
    json_writer_end(&w);
}

static int show(struct cli *cli, size_t *ret_alarms)
{
    struct model_status s;
    TRY(cli_open_model(cli));
    TRY(model_status(cli->model, &cli->arena, &s));
    *ret_alarms = s.alarm_count;
    if (cli->json)
        put_json(cli, &s);
    else
        put_text(cli, &s);
    return 0;
}

int cmd_status(int argc, char **argv)
{
    struct cli cli;
    size_t alarms = 0;
    int status = cli_begin(&cli, help, NULL, 0, argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count > 0)
        return cli_usage(&cli, "it takes no arguments");
    status = cli_end(&cli, show(&cli, &alarms));
    return status == CLI_OK && alarms > 0 ? CLI_REFUSED : status;
}
