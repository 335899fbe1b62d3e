/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A real desk in a temporary folder, its pages served on loopback by a thread, and a client that
 * says exactly what a test wants to say. Helpers stop the test when something fails that is not
 * its subject. */
#ifndef TESTS_DESK_WEB_SERVED_H
#define TESTS_DESK_WEB_SERVED_H

#include <pthread.h>
#include <semaphore.h>

#include "desk/act.h"
#include "desk/web.h"
#include "seal/codename.h"

#define SERVED_PASSPHRASE "lantern river blue oak"
#define SERVED_BODY_MAX (4u << 20)

struct served {
    char folder[64];
    struct desk *desk;
    struct web *web;
    pthread_t thread;
    bool serving;
    const char *id_start; /* what the ids of reports begin with; NULL: nothing in particular */
    sem_t invited;
    char invitation[256]; /* the newest, from the path on: "/open?token=..." */
    char address[64];
    char cookie[128]; /* as a Cookie header has it; "" before served_enter */
};

/* A desk without pages yet: founded, open, unlocked and awake. */
void served_begin(struct served *served);
/* Serves it. options may be NULL; listen is filled in. The desk is the pages' from now on. */
void served_serve(struct served *served, const struct web_options *options);
/* Ends the thread, so that the desk can be looked at: awake, and unlocked unless it was locked. */
void served_stop(struct served *served);
/* After a lock and served_stop: unlocks again and goes on serving. */
void served_unlock(struct served *served);
void served_end(struct served *served);
/* A new invitation into served->invitation. */
void served_invite(struct served *served);
/* Takes one: served->cookie is set. */
void served_enter(struct served *served);

/* A caller's report, as a door seals it, straight into the desk's store. Not while it serves. */
void served_report(struct served *served, const struct caller_keys *caller, uint32_t minute,
                   const char *text, uint8_t ret_id[ENTRY_ID_BYTES]);
/* The caller has it erased on the line, and the desk was told. */
void served_erased(struct served *served, const struct caller_keys *caller,
                   const uint8_t id[ENTRY_ID_BYTES]);

struct ask {
    const char *method, *path; /* "GET" when NULL */
    const char *host;          /* the right one when NULL; "" for none */
    const char *cookie;        /* the session when NULL; "" for none */
    const char *origin, *site; /* left out when NULL */
    const char *body;          /* of a POST */
};
struct reply {
    int status;
    char *head, *body; /* one allocation; head ends at the empty line */
    size_t body_len;
};
struct reply served_ask(struct served *served, const struct ask *ask);
void reply_release(struct reply *reply);
/* A header's value in a static buffer; "" when there is none. */
const char *reply_header(const struct reply *reply, const char *name);

/* The usual: with the session, as our own page asks. */
struct reply served_get(struct served *served, const char *path);
/* fields: as a form has them, without csrf, which is fetched from the page. */
struct reply served_post(struct served *served, const char *page, const char *path,
                         const char *fields);
/* The value of a hidden input on a page, in a static buffer; the test fails when there is none. */
const char *served_hidden(const char *body, const char *name);

#endif
