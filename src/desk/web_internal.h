/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of the web pages share.
 *
 *   web.c          listening, events, locking
 *   web_route.c    from a request to its page: all checks of who asks
 *   web_session.c  token, cookie, forms
 *   web_visit.c    one request: values that every page has, showing, replies
 *   web_pull.c     the pull's thread
 *   web_PAGE.c     one page each */
#ifndef DESK_WEB_INTERNAL_H
#define DESK_WEB_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "desk/act.h"
#include "desk/web.h"
#include "desk/web_session.h"
#include "draw/template.h"
#include "http/form.h"
#include "http/server.h"
#include "pages/desk.h"

#define WEB_ITEMS_MAX 200
#define WEB_WATCHES_MAX 4

struct web_pull {
    bool running;
    pthread_t thread;
    struct desk *twin; /* of the thread, while it runs */
    int ended_fd;      /* an eventfd: the thread is through */
    atomic_bool cancelled;
    struct pull_options options;
    int error; /* these three are the thread's while it runs */
    struct pull_report report;
    struct problem problem;

    int64_t due_ms;                 /* the next that nobody asks for; 0 never */
    uint32_t minute;                /* of the last that went well; 0 none since the start */
    char failure[PROBLEM_TEXT_MAX]; /* why the last one did not go well; "" when it did */
    struct http_request *waiting;   /* who asked and is not answered yet */
    int64_t waiting_until_ms;
    const char *waiting_back;
};

struct web {
    struct web_options options;
    struct http_server *server;
    char address[64], cookie_name[24];
    atomic_int event; /* enum web_event */
    struct web_watched {
        struct web *web;
        int fd; /* -1: free */
        enum web_event event;
    } watched[WEB_WATCHES_MAX];

    struct desk *desk; /* NULL while locked */
    struct model *model;
    struct web_session *session; /* in secret memory */
    int64_t slept_ms;            /* when it was unlocked */
    struct web_pull pull;
};

/* One request. */
struct visit {
    struct web *web;
    struct http_request *request;
    struct arena arena;
    bool failed; /* the arena ran out */
    const struct language *language;
    struct form form;           /* of the body, or of the query */
    struct span id;             /* the part of the path that names something */
    bool stale;                 /* the form is of an earlier session: shown again, not obeyed */
    struct model_status status; /* after visit_values */
};

/* web_route.c: the server's handler. */
void web_route(void *context, struct http_request *request);
/* web.c: locks when it is time to; true when locked. */
bool web_check_lock(struct web *web);

/* web_visit.c */
/* Said when a form is stale; to be translated. */
extern const char visit_stale[];
const char *visit_say(const struct visit *visit, const char *msgid);
/* With words put in: name, text, ..., NULL. */
const char *visit_say_with(struct visit *visit, const char *msgid, const char *const words[]);
/* Other people's text, by text/show.h. */
const char *visit_line(struct visit *visit, const char *text, size_t max_characters);
const char *visit_block(struct visit *visit, struct span text);
const char *visit_hex(struct visit *visit, const uint8_t id[ENTRY_ID_BYTES]);
const char *visit_minute(struct visit *visit, uint32_t minute);
const char *visit_number(struct visit *visit, uint64_t number);
/* What a form has by that name, "" when nothing. */
const char *visit_field(const struct visit *visit, const char *name);
/* What went wrong, in the visitor's language where there is a translation. */
const char *visit_problem_text(struct visit *visit, const struct problem *problem, int error);
/* The values that every page but problem has. */
int visit_values(struct visit *visit, struct values **ret_values, struct problem *problem) MUST_USE;
/* What the next page says at its top. */
void visit_note(struct visit *visit, const char *text);
/* Each of these replies. */
void visit_reply(struct visit *visit, int status, const struct template *page,
                 struct values *values);
void visit_go(struct visit *visit, const char *location);
void visit_problem(struct visit *visit, int status, const char *sentence, const char *back);
void visit_locked(struct visit *visit, const char *typed);
void visit_opening(struct visit *visit);

/* Forms that do something once. */
void visit_once(struct visit *visit, struct values *values);
/* True when the same form was accepted before: then it was replied to. */
bool visit_once_again(struct visit *visit);
/* It was accepted: remembers, replies with the way to location. */
void visit_once_done(struct visit *visit, const char *location);

/* web_pull.c */
int web_pull_init(struct web *web) MUST_USE;
void web_pull_release(struct web *web);
/* Starts one unless one goes on. The desk may be awake; it sleeps after. */
int web_pull_start(struct web *web, struct problem *problem) MUST_USE;
/* Something is in the outbox: a pull soon, when pulls that nobody asks for are wanted. */
void web_pull_soon(struct web *web);
/* Replies when it has ended. */
void web_pull_wait(struct web *web, struct http_request *request, const char *back);
void web_pull_tick(struct web *web);
/* Tells one that goes on to stop. */
void web_pull_cancel(struct web *web);

/* The pages. Each has replied when it returns 0; after an error it has not. */
int web_inbox(struct visit *visit, struct problem *problem) MUST_USE;
int web_report(struct visit *visit, struct problem *problem) MUST_USE;
int web_report_answer(struct visit *visit, struct problem *problem) MUST_USE;
int web_report_details(struct visit *visit, struct problem *problem) MUST_USE;
int web_report_handled(struct visit *visit, struct problem *problem) MUST_USE;
int web_take(struct visit *visit, struct problem *problem) MUST_USE;
int web_take_keep(struct visit *visit, struct problem *problem) MUST_USE;
int web_search(struct visit *visit, struct problem *problem) MUST_USE;
int web_status(struct visit *visit, struct problem *problem) MUST_USE;
int web_status_seen(struct visit *visit, struct problem *problem) MUST_USE;
int web_erasures(struct visit *visit, struct problem *problem) MUST_USE;
int web_erasures_decide(struct visit *visit, struct problem *problem) MUST_USE;

/* web_inbox.c: the list at the side. selected: hexadecimal, or NULL. */
int web_inbox_items(struct visit *visit, struct values *values, const char *selected) MUST_USE;
const char *web_inbox_channel(const struct visit *visit, const char *channel);
/* The language's own name, or its code when it is not in the list. */
const char *web_inbox_language(struct visit *visit, const char *code);
/* What is due by then is overdue. */
bool web_inbox_overdue(const struct model_row *row);

/* web_details.c: the fields of pages/desk/_details.html. Of what is known; of what was typed. */
void web_details_show(struct visit *visit, struct values *values,
                      const struct model_conversation *conversation);
void web_details_show_typed(struct visit *visit, struct values *values);
/* What was typed and is not what is known already (conversation may be NULL: nothing is). Consents
 * are appended to ret_consents, of which there is room for ACT_CONSENTS_MAX. E_ARGUMENT. */
int web_details_read(struct visit *visit, const struct model_conversation *conversation,
                     struct record_details *ret_details, struct record_consent *ret_consents,
                     size_t *ret_count, struct problem *problem) MUST_USE;
/* What they agreed to, and what they refused, each as one text; NULL when nothing. */
void web_details_consents(struct visit *visit, struct values *values,
                          const struct model_conversation *conversation);

#endif
