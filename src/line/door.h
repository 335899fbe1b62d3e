/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A door: a process that talks with callers. It parses what the network sends, seals reports, opens
 * answers for who shows the codename, and asks the keeper (ask.h) for everything that is kept. It
 * opens no file, makes no connection, remembers nobody: what one request brought is wiped with it.
 *
 * One file a page: door_home.c, door_write.c (/new), door_send.c, door_mailbox.c (/back, /mailbox),
 * door_erase.c. */
#ifndef LINE_DOOR_H
#define LINE_DOOR_H

#include "draw/template.h"
#include "draw/values.h"
#include "http/form.h"
#include "http/server.h"
#include "line/worker.h"
#include "seal/codename.h"
#include "seal/ticket.h"

/* A report's text, in bytes of UTF-8; percent-encoded, three times that is sent. */
#define DOOR_TEXT_MAX 64000
#define DOOR_BODY_MAX (3 * DOOR_TEXT_MAX + 8192)
#define DOOR_CODENAME_TEXT_MAX 1024

struct door {
    struct worker worker;
    struct ticket_keys *ticket_keys; /* in secret_alloc memory; the same for all doors by descent */
    const char *other_way;
};

struct door_config {
    int listen_fd, keeper_fd;
    struct ticket_keys *ticket_keys; /* the process's only copy: taken over, and freed */
    const char *other_way;
};

/* Serves until it is told to stop (SIGTERM) or the keeper is gone. 0, or why it never began. */
int door_run(const struct door_config *config) MUST_USE;

/* The minute of tickets: since the machine's start, so that no clock that is set wrong, or set
 * right, keeps an old key alive. */
uint32_t door_minute(void);

/* --- for the files of the pages --- */

/* One request on its way through several answers of the keeper. */
struct flow {
    struct door *door;
    struct http_request *request; /* NULL when the caller has gone */
    const struct language *language;
    uint8_t codename[WORDS_SECRET_BYTES];
    struct ticket ticket;
    struct caller_keys keys;
    const struct words_list *words; /* the caller's */
    struct buf text;                /* what was written */
    struct buf typed;               /* what was typed as codename */
};

struct flow *flow_new(struct door *door, struct http_request *request) MUST_USE;
/* Wipes. The flow must not wait for the keeper any more. */
void flow_free(struct flow *flow);
/* Reads the form; sets the language from its field or the browser. 0, or the refusal was replied
 * and the flow freed. */
int flow_form(struct flow *flow, struct form *ret_form) MUST_USE;
/* The codename from the field ticket: E_EXPIRED, E_FORMAT, E_NOT_FOUND (no such field). */
int flow_take_ticket(struct flow *flow, const struct form *form) MUST_USE;
/* The codename from the field codename: the errors of words_read_secret. */
int flow_take_codename(struct flow *flow, const struct form *form) MUST_USE;
/* A new ticket for the flow's codename, as text in the request's arena. */
const char *flow_ticket_text(struct flow *flow);
/* The two words, "word word". */
const char *flow_greeting(struct flow *flow);
/* Values with org set. */
struct values *flow_values(struct flow *flow);
/* Renders, replies, frees the flow. */
void flow_reply(struct flow *flow, int status, const struct template *page, struct values *values);
/* The page of problems with that flag set. */
void flow_problem(struct flow *flow, int status, const char *flag);
/* The intake key of today; NULL when the line may not take reports now. */
const struct roster_intake *flow_intake(const struct flow *flow);
/* Sets the list problem (_problem.html) from what was typed as codename. */
void flow_codename_problem(struct flow *flow, struct values *values, int error);
/* Asks the keeper; fn gets the flow. When the keeper cannot be asked the refusal is replied. */
void flow_ask(struct flow *flow, enum wire_op op, struct span body, ask_fn *fn);

void door_home(struct flow *flow);
void door_back(struct flow *flow);
void door_write(struct flow *flow, const struct form *form);
void door_send(struct flow *flow, const struct form *form);
void door_mailbox(struct flow *flow, const struct form *form);
void door_erase(struct flow *flow, const struct form *form);
void door_erased(struct flow *flow, const struct form *form);
/* The page with codename and box; also with a problem (a flag of _problem.html) and the text typed
 * so far. */
void door_write_page(struct flow *flow, int status, const char *problem_flag);

#endif
