/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The order of the checks matters: what a stranger's page can reach is answered before anything is
 * read of the session, and the session before anything is read of the form. */
#include "base/clock.h"
#include "desk/web_internal.h"

/* Of one visit: what a large report takes a few times over, and a list. */
#define ARENA_BYTES_MAX (96u << 20)
#define TYPED_BYTES_MAX (4u << 20)
/* The one path that is no sign of somebody being there. */
#define STILL "/still"

typedef int page_fn(struct visit *visit, struct problem *problem);

static int lock_now(struct visit *visit, struct problem *problem)
{
    (void)problem;
    web_lock(visit->web);
    visit_locked(visit, NULL);
    return 0;
}

static int pull_now(struct visit *visit, struct problem *problem)
{
    bool from_status = strcmp(visit_field(visit, "back"), "/status") == 0;
    TRY(web_pull_start(visit->web, problem));
    web_pull_wait(visit->web, visit->request, from_status ? "/status" : "/");
    return 0;
}

/* For the script: while somebody types, that they are still there; every while, whether the desk is
 * locked. */
static void reply_nothing(struct visit *visit)
{
    http_reply(visit->request, 204, NULL, span_of(NULL, 0), NULL, 0);
}

/* A star stands for one part of the path, the visit's id. What only takes a POST leads a GET (the
 * way back, a change of language) to the page that it belongs to. */
static const struct route {
    const char *method, *path;
    page_fn *page; /* NULL: that it was asked is all */
    const char *instead;
    bool typed; /* its form has text that must not be lost: the page itself sees to a stale one */
} routes[] = {
    {"GET", "/", web_inbox, NULL, false},
    {"GET", "/report/*", web_report, NULL, false},
    {"POST", "/report/*/answer", web_report_answer, "/report/", true},
    {"POST", "/report/*/details", web_report_details, "/report/", false},
    {"POST", "/report/*/handled", web_report_handled, "/report/", false},
    {"GET", "/take", web_take, NULL, false},
    {"POST", "/take", web_take_keep, NULL, true},
    {"GET", "/search", web_search, NULL, false},
    {"GET", "/status", web_status, NULL, false},
    {"POST", "/alarms/*", web_status_seen, "/status", false},
    {"GET", "/erasures", web_erasures, NULL, false},
    {"POST", "/erasures/*", web_erasures_decide, "/erasures", false},
    {"POST", "/pull", pull_now, "/", false},
    {"POST", "/lock", lock_now, "/", false},
    {"GET", "/awake", NULL, NULL, false},
    {"GET", STILL, NULL, NULL, false},
};

static bool matches(const char *pattern, const char *path, struct span *ret_id)
{
    size_t before = strcspn(pattern, "*");
    *ret_id = span_of(NULL, 0);
    if (!pattern[before])
        return strcmp(pattern, path) == 0;
    if (strncmp(pattern, path, before) != 0)
        return false;
    size_t len = strcspn(path + before, "/");
    *ret_id = span_of(path + before, len);
    return len > 0 && strcmp(pattern + before + 1, path + before + len) == 0;
}

static bool is_post(const struct visit *visit)
{
    return strcmp(http_method(visit->request), "POST") == 0;
}

/* The route of that path, whatever the method, if there is none for the method. */
static const struct route *find(struct visit *visit)
{
    const struct route *other = NULL;
    struct span id;
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        if (!matches(routes[i].path, http_path(visit->request), &id))
            continue;
        visit->id = id;
        if (strcmp(routes[i].method, http_method(visit->request)) == 0)
            return &routes[i];
        other = &routes[i];
    }
    return other;
}

/* Who asks */

/* Pages that name no referrer send their own forms with the origin "null": then the browser's word
 * on the site is needed. */
static bool is_our_origin(const char *origin, const char *site, const char *address)
{
    if (!origin)
        return true;
    if (strcmp(origin, "null") == 0)
        return site && strcmp(site, "same-origin") == 0;
    return strncmp(origin, "http://", 7) == 0 && strcmp(origin + 7, address) == 0;
}

static bool is_ours(struct visit *visit, bool invited)
{
    const char *host = http_header(visit->request, "Host");
    const char *site = http_header(visit->request, "Sec-Fetch-Site");
    const char *origin = http_header(visit->request, "Origin");
    const char *address = visit->web->address;
    if (!host || strcmp(host, address) != 0)
        return false;
    if (!is_our_origin(origin, site, address))
        return false;
    return invited || !site || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}

static bool is_known(struct visit *visit)
{
    return web_session_knows(visit->web->session, http_header(visit->request, "Cookie"),
                             visit->web->cookie_name);
}

/* /open, with a token: the one page that strangers' pages and files may lead to. */
static void enter(struct visit *visit)
{
    struct web_session *session = visit->web->session;
    if (web_session_enter(session, form_value(&visit->form, "token"), clock_monotonic_ms()))
        visit_opening(visit);
    else
        visit_problem(visit, 403,
                      N_("This address was used already, or is too old. Ask for a new one in the "
                         "terminal: press Enter there."),
                      NULL);
}

/* What is asked */

static int read_form(struct visit *visit)
{
    struct span bytes =
        is_post(visit) ? http_body(visit->request) : span_text(http_query(visit->request));
    return form_read(bytes, &visit->arena, &visit->form);
}

static void set_language(struct visit *visit)
{
    struct web_session *session = visit->web->session;
    const struct language *asked = language_find(form_value(&visit->form, "lang"));
    if (asked && !is_post(visit))
        session->language = asked;
    if (!session->language)
        session->language = visit->language;
    visit->language = session->language;
}

static void go_instead(struct visit *visit, const struct route *route)
{
    size_t len = strlen(route->instead);
    bool with_id = len > 1 && route->instead[len - 1] == '/';
    char *location = arena_printf(&visit->arena, "%s%.*s", route->instead,
                                  with_id ? (int)visit->id.len : 0, (const char *)visit->id.data);
    visit_go(visit, location ? location : "/");
}

static int serve(struct visit *visit, const struct route *route, struct problem *problem)
{
    struct web *web = visit->web;
    TRY(desk_wake(web->desk, problem));
    TRY(model_refresh(web->model, problem));
    return route->page(visit, problem);
}

static void answer(struct visit *visit, const struct route *route)
{
    struct problem problem;
    problem_clear(&problem);
    int error = serve(visit, route, &problem);
    if (error < 0)
        visit_problem(visit, error_http_status(error), visit_problem_text(visit, &problem, error),
                      NULL);
    if (visit->web->desk)
        desk_sleep(visit->web->desk);
}

static bool is_stale(struct visit *visit)
{
    visit->stale =
        is_post(visit) && !web_session_form(visit->web->session, form_value(&visit->form, "csrf"));
    return visit->stale;
}

static void known(struct visit *visit)
{
    const struct route *route = find(visit);
    if (strcmp(http_path(visit->request), STILL) != 0)
        visit->web->session->seen_ms = clock_monotonic_ms();
    set_language(visit);
    bool other_method = route && strcmp(route->method, http_method(visit->request)) != 0;
    if (!route || (other_method && !route->instead))
        visit_problem(visit, 404, error_sentence(E_NOT_FOUND), NULL);
    else if (other_method)
        go_instead(visit, route);
    else if (!route->page)
        reply_nothing(visit);
    else if (is_stale(visit) && !route->typed)
        visit_problem(visit, 403, visit_stale, NULL);
    else
        answer(visit, route);
}

/* Nobody is let in, but what a page of ours held is given back to be copied: it may be an hour's
 * work. */
static void locked(struct visit *visit)
{
    static const char *const fields[] = {"text",          "safe_ways",   "safe_hours",
                                         "somebody_else", "interpreter", "members_note"};
    const struct route *route = find(visit);
    bool typed = route && route->typed && is_post(visit);
    struct buf text CLEANUP(buf_wipe_release);
    buf_init(&text, TYPED_BYTES_MAX);
    for (size_t i = 0; typed && i < COUNT_OF(fields); i++) {
        const char *field = visit_field(visit, fields[i]);
        buf_printf(&text, "%s%s", field[0] && text.len ? "\n\n" : "", field);
    }
    visit_locked(visit, text.len ? buf_cstr(&text) : NULL);
}

static void decide(struct visit *visit)
{
    bool invited = strcmp(http_path(visit->request), "/open") == 0 && !is_post(visit);
    int error = read_form(visit);
    if (!is_ours(visit, invited))
        visit_problem(visit, 403, error_sentence(E_DENIED), NULL);
    else if (error < 0)
        visit_problem(visit, error_http_status(error), error_sentence(error), NULL);
    else if (web_check_lock(visit->web))
        locked(visit);
    else if (invited)
        enter(visit);
    else if (!is_known(visit))
        visit_problem(visit, 403,
                      N_("This browser has not been let in. Open the address that the terminal "
                         "shows: press Enter there for a new one."),
                      NULL);
    else
        known(visit);
}

void web_route(void *context, struct http_request *request)
{
    const char *accepted = http_header(request, "Accept-Language");
    struct visit visit = {.web = context, .request = request};
    visit.language = language_accepted(span_text(accepted ? accepted : ""));
    arena_init(&visit.arena, ARENA_BYTES_MAX);
    decide(&visit);
    arena_release(&visit.arena);
}
