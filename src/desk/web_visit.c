/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Memory running out is remembered in the visit and said once, by visit_reply: texts of values are
 * never NULL on the way there. */
#include "base/encode.h"
#include "desk/web_internal.h"
#include "desk/when.h"
#include "text/show.h"

#define PAGE_BYTES_MAX (64u << 20)
#define SHOWN_BYTES_MAX (32u << 20)
/* More alarms than this are counted, not told one by one, but on the page of the state. */
#define ALARMS_TOLD 3

static const struct http_reply_header page_headers[] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src " PAGES_DESK_STYLE_HASH "; script-src " PAGES_DESK_SCRIPT_HASH
     "; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"},
};

const char visit_stale[] =
    N_("The desk was locked since this page was opened, so nothing was kept. Look through it and "
       "send it again.");

static const char *kept(struct visit *visit, const struct buf *b)
{
    char *copy = buf_error(b) < 0 ? NULL : arena_copy_text(&visit->arena, buf_bytes(b));
    if (!copy)
        visit->failed = true;
    return copy ? copy : "";
}

const char *visit_say(const struct visit *visit, const char *msgid)
{
    return language_text(visit->language, msgid);
}

const char *visit_say_with(struct visit *visit, const char *msgid, const char *const words[])
{
    struct buf b CLEANUP(buf_wipe_release);
    buf_init(&b, SHOWN_BYTES_MAX);
    language_put(&b, visit->language, msgid, words);
    return kept(visit, &b);
}

const char *visit_line(struct visit *visit, const char *text, size_t max_characters)
{
    struct buf b CLEANUP(buf_wipe_release);
    buf_init(&b, SHOWN_BYTES_MAX);
    show_line(&b, span_text(text), max_characters);
    return kept(visit, &b);
}

const char *visit_block(struct visit *visit, struct span text)
{
    struct buf b CLEANUP(buf_wipe_release);
    buf_init(&b, SHOWN_BYTES_MAX);
    show_block(&b, text);
    return kept(visit, &b);
}

const char *visit_hex(struct visit *visit, const uint8_t id[ENTRY_ID_BYTES])
{
    struct buf b CLEANUP(buf_release);
    buf_init(&b, 2 * ENTRY_ID_BYTES + 1);
    hex_put(&b, span_of(id, ENTRY_ID_BYTES));
    return kept(visit, &b);
}

static const char *kept_text(struct visit *visit, const char *text)
{
    char *copy = arena_copy_text(&visit->arena, span_text(text));
    if (!copy)
        visit->failed = true;
    return copy ? copy : "";
}

const char *visit_minute(struct visit *visit, uint32_t minute)
{
    char text[WHEN_TEXT_BYTES];
    when_text(minute, text);
    return kept_text(visit, text);
}

const char *visit_number(struct visit *visit, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    return kept_text(visit, text);
}

const char *visit_field(const struct visit *visit, const char *name)
{
    const char *text = form_text(&visit->form, name);
    return text ? text : "";
}

const char *visit_problem_text(struct visit *visit, const struct problem *problem, int error)
{
    return visit_say(visit, visit_line(visit, problem_text(problem, error), PROBLEM_TEXT_MAX));
}

/* What every page has */

static void add_alarm(struct visit *visit, struct values *values, const struct alarm *alarm)
{
    struct values *item = values_add(values, "alarms");
    const char *sentence = visit_say(visit, alarm_sentence(alarm->kind));
    const char *entry = alarm->has_entry ? visit_hex(visit, alarm->entry) : "";
    char *text = arena_printf(
        &visit->arena, "%s%s%s%s%.*s%s", sentence, alarm->detail[0] ? " " : "",
        visit_line(visit, alarm->detail, ALARM_DETAIL_MAX), alarm->has_entry ? " (" : "",
        DESK_SHORT_ID_DIGITS, entry, alarm->has_entry ? ")" : "");
    visit->failed |= !text;
    values_text(item, "text", text ? text : "");
    if (alarm->number)
        values_text(item, "number", visit_number(visit, alarm->number));
}

static void put_alarms(struct visit *visit, struct values *values)
{
    bool all = strcmp(http_path(visit->request), "/status") == 0;
    size_t count = visit->status.alarm_count, told = all ? count : ALARMS_TOLD;
    for (size_t i = 0; i < count && i < told; i++)
        add_alarm(visit, values, &visit->status.alarms[i]);
    if (count > told) {
        const char *more = visit_number(visit, count - told);
        values_text(values, "more_alarms", more);
    }
}

int visit_values(struct visit *visit, struct values **ret_values, struct problem *problem)
{
    struct web *web = visit->web;
    struct values *v = values_new(&visit->arena);
    int error = model_status(web->model, &visit->arena, &visit->status);
    if (error < 0)
        return problem_set(problem, error, "%s", error_sentence(error));
    values_text(v, "org", visit_line(visit, roster_name(desk_roster(web->desk)), ROSTER_NAME_MAX));
    values_text(v, "member", visit_line(visit, desk_member(web->desk)->name, ROSTER_NAME_MAX));
    values_text(v, "csrf", web->session->form.text);
    if (visit->status.waiting)
        values_number(v, "inbox_count", visit->status.waiting);
    if (visit->status.undecided)
        values_number(v, "erasure_count", visit->status.undecided);
    values_languages(v, visit->language);
    put_alarms(visit, v);
    if (web->session->note[0])
        values_text(v, "note", kept_text(visit, web->session->note));
    web->session->note[0] = '\0';
    *ret_values = v;
    return 0;
}

void visit_note(struct visit *visit, const char *text)
{
    snprintf(visit->web->session->note, WEB_NOTE_MAX + 1, "%s", text);
}

/* Replies */

static void reply_plain(struct visit *visit, int error)
{
    http_reply(visit->request, error_http_status(error), "text/plain; charset=utf-8",
               span_text(visit_say(visit, error_sentence(error))), NULL, 0);
}

static void reply_with(struct visit *visit, int status, const struct template *page,
                       struct values *values, const struct http_reply_header *headers,
                       size_t header_count)
{
    struct buf body CLEANUP(buf_wipe_release);
    buf_init(&body, PAGE_BYTES_MAX);
    int error = visit->failed ? E_NOMEM : template_render(page, visit->language, values, &body);
    if (error < 0)
        reply_plain(visit, error);
    else
        http_reply(visit->request, status, "text/html; charset=utf-8", buf_bytes(&body), headers,
                   header_count);
}

void visit_reply(struct visit *visit, int status, const struct template *page,
                 struct values *values)
{
    reply_with(visit, status, page, values, page_headers, COUNT_OF(page_headers));
}

void visit_go(struct visit *visit, const char *location)
{
    struct http_reply_header to = {"Location", location};
    http_reply(visit->request, 303, NULL, span_of(NULL, 0), &to, 1);
}

void visit_problem(struct visit *visit, int status, const char *sentence, const char *back)
{
    struct values *v = values_new(&visit->arena);
    values_text(v, "problem", visit_say(visit, sentence));
    values_text(v, "back", back);
    visit_reply(visit, status, &page_desk_problem, v);
}

void visit_locked(struct visit *visit, const char *typed)
{
    struct values *v = values_new(&visit->arena);
    values_text(v, "problem",
                visit_say(visit, N_("The keys are wiped from memory. Unlock the desk in the "
                                    "terminal that it was started in.")));
    values_flag(v, "locked", true);
    values_text(v, "typed", typed);
    visit_reply(visit, 403, &page_desk_problem, v);
}

/* A page that goes on by itself and not a redirect: a browser that came from elsewhere (a file, a
 * terminal) does not send a SameSite=Strict cookie along the redirects of that way. */
void visit_opening(struct visit *visit)
{
    struct web *web = visit->web;
    char *cookie = arena_printf(&visit->arena, "%s=%s; HttpOnly; SameSite=Strict; Path=/",
                                web->cookie_name, web->session->cookie.text);
    struct http_reply_header headers[] = {page_headers[0], {"Set-Cookie", cookie}};
    visit->failed |= !cookie;
    reply_with(visit, 200, &page_desk_opening, values_new(&visit->arena), headers,
               COUNT_OF(headers));
}

/* Forms that do something once */

void visit_once(struct visit *visit, struct values *values)
{
    char once[WEB_ONCE_DIGITS + 1];
    web_session_once_new(once);
    values_text(values, "once", kept_text(visit, once));
}

bool visit_once_again(struct visit *visit)
{
    const char *location =
        web_session_once_find(visit->web->session, form_value(&visit->form, "once"));
    if (location)
        visit_go(visit, location);
    return location;
}

void visit_once_done(struct visit *visit, const char *location)
{
    web_session_once_done(visit->web->session, form_value(&visit->form, "once"), location);
    visit_go(visit, location);
}
