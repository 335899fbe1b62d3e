/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET and POST /take: what came by telephone, message or paper is written down. */
#include "base/clock.h"
#include "desk/spoken.h"
#include "desk/web_internal.h"
#include "desk/when.h"

static const char *const channels[] = {"telephone", "message", "paper"};

static void add_language(struct values *values, const char *code, const char *name,
                         const char *selected)
{
    struct values *item = values_add(values, "callers_languages");
    values_text(item, "code", code);
    values_text(item, "name", name);
    values_flag(item, "selected", strcmp(code, selected) == 0);
}

/* Those of the pages first: who asked for them are the likeliest to call. */
static void put_languages(struct visit *visit, struct values *values, const char *selected)
{
    const struct language *language;
    const struct spoken *spoken;
    add_language(values, "", visit_say(visit, N_("not known")), selected);
    for (size_t i = 0; (language = language_at(i)); i++)
        add_language(values, language->code, language->name, selected);
    for (size_t i = 0; (spoken = spoken_at(i)); i++) {
        if (!language_find(span_text(spoken->code)))
            add_language(values, spoken->code, spoken->name, selected);
    }
}

static void put_channels(struct visit *visit, struct values *values, const char *selected)
{
    for (size_t i = 0; i < COUNT_OF(channels); i++) {
        struct values *item = values_add(values, "channels");
        values_text(item, "key", channels[i]);
        values_text(item, "label", web_inbox_channel(visit, channels[i]));
        values_flag(item, "selected", strcmp(channels[i], selected) == 0);
    }
}

/* Who takes a call opens the page when it comes. */
static const char *now_field(struct visit *visit)
{
    char text[WHEN_TEXT_BYTES];
    when_field(clock_minute(clock_now_s()), text);
    return visit_line(visit, text, sizeof text);
}

/* sentence: NULL when it is shown for the first time. */
static int show(struct visit *visit, const char *sentence, struct problem *problem)
{
    struct values *v;
    TRY(visit_values(visit, &v, problem));
    put_channels(visit, v, visit_field(visit, "channel"));
    put_languages(visit, v, visit_field(visit, "language"));
    values_text(v, "problem", sentence);
    values_flag(v, "summary", strcmp(visit_field(visit, "wording"), "summary") == 0);
    values_text(v, "came", sentence ? visit_field(visit, "came") : now_field(visit));
    values_text(v, "text", visit_field(visit, "text"));
    web_details_show_typed(visit, v);
    visit_once(visit, v);
    visit_reply(visit, sentence ? 400 : 200, &page_desk_take, v);
    return 0;
}

int web_take(struct visit *visit, struct problem *problem)
{
    visit->form = (struct form){.count = 0}; /* nothing of the query is for the form */
    return show(visit, NULL, problem);
}

static int read_came(struct visit *visit, uint32_t *ret_minute, struct problem *problem)
{
    const char *typed = visit_field(visit, "came");
    uint32_t minute = 0;
    if (typed[0] && when_read(span_text(typed), &minute) < 0)
        return problem_set(problem, E_ARGUMENT, "%s",
                           N_("A time is written like this: 2031-04-09 14:05."));
    if (minute > clock_minute(clock_now_s()) + 1)
        return problem_set(problem, E_ARGUMENT, "%s", N_("The call cannot lie in the future."));
    *ret_minute = minute;
    return 0;
}

static int read_report(struct visit *visit, struct act_report *ret_report, struct problem *problem)
{
    struct act_report report = {
        .text = span_text(visit_field(visit, "text")),
        .channel = visit_field(visit, "channel"),
        .wording = visit_field(visit, "wording"),
        .language = visit_field(visit, "language"),
    };
    if (!report.language[0])
        report.language = NULL;
    if (report.text.len == 0)
        return problem_set(problem, E_ARGUMENT, "%s", N_("There is no text yet."));
    TRY(read_came(visit, &report.minute, problem));
    TRY(web_details_read(visit, NULL, &report.details, report.consents, &report.consent_count,
                         problem));
    *ret_report = report;
    return 0;
}

int web_take_keep(struct visit *visit, struct problem *problem)
{
    struct act_report report;
    uint8_t id[ENTRY_ID_BYTES];
    if (visit->stale)
        return show(visit, visit_say(visit, visit_stale), problem);
    if (visit_once_again(visit))
        return 0;
    int error = read_report(visit, &report, problem);
    if (error == 0)
        error = act_take(visit->web->desk, visit->web->model, &report, id, problem);
    if (error < 0)
        return show(visit, visit_problem_text(visit, problem, error), problem);
    web_pull_soon(visit->web);
    visit_note(visit, visit_say(visit, N_("It is sealed and kept.")));
    char *location = arena_printf(&visit->arena, "/report/%s", visit_hex(visit, id));
    visit_once_done(visit, location ? location : "/");
    return 0;
}
