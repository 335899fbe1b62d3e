/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The desk's pages, on loopback: what pages/desk shows, answered from the model (model.h) and by
 * actions (act.h). pages/README.md, "Paths and fields", is the list of paths.
 *
 * Who is let in. A token, random, good once and for two minutes, turns into a session: a cookie
 * (HttpOnly, SameSite=Strict, 256 random bits) and a value that each form carries. There is one
 * session at a time; the next token's ends the one before. Besides, Host must be exactly the
 * address listened on (against DNS rebinding), and Sec-Fetch-Site and Origin, where a browser
 * sends them, must say that the request is our own page's. Only loopback addresses are listened
 * on. Cookies do not know ports: what another user of this computer serves on 127.0.0.1 would be
 * shown ours if the same browser went there, so a browser of its own (browser.h) is part of this.
 *
 * When it locks. After idle_ms without a request of the session, when the computer has slept, and
 * when told to, it frees the model and wipes the desk's keys and the session. From then on every
 * page says that the desk is locked, until web_unlocked.
 *
 * Pulling goes on in a thread of its own with a twin of the desk (desk_twin), so that pages stay
 * quick; the desk sleeps between requests. A page that asked for a pull is answered when it has
 * ended, or after WEB_PULL_WAIT_MS with a note that it goes on. Pulls that nobody asked for start
 * every every_ms, and soon after something was put into the outbox.
 *
 * One thread, but for web_interrupt. */
#ifndef DESK_WEB_H
#define DESK_WEB_H

#include "desk/pull.h"

struct web;

#define WEB_TOKEN_MS (2 * 60 * 1000)
#define WEB_IDLE_MS (15 * 60 * 1000)
#define WEB_EVERY_MS (5 * 60 * 1000)
#define WEB_PULL_WAIT_MS (20 * 1000)

struct web_options {
    const char *listen; /* "127.0.0.1:0" or "[::1]:8080" */
    int64_t token_ms, idle_ms;
    int64_t every_ms;         /* 0: pulls only when asked */
    const char *from, *proxy; /* as in struct pull_options */
    /* How long the computer has slept since it was started; NULL but in tests. */
    int64_t (*slept_ms)(void);
};

/* Listens; locked. The options are not copied. E_ARGUMENT (not loopback), E_IO, E_NOMEM. */
int web_new(const struct web_options *options, struct web **ret_web,
            struct problem *problem) MUST_USE;
/* Locks. Waits for a pull that goes on, which is told to stop. */
void web_free(struct web *web);

/* Folds the model of an unlocked desk and serves it. The desk is not owned but is used by no one
 * else until web_lock; it is asleep when this returns. */
int web_unlocked(struct web *web, struct desk *desk, struct problem *problem) MUST_USE;
bool web_locked(const struct web *web);
/* Wipes: see above. Does nothing when locked. */
void web_lock(struct web *web);

/* "127.0.0.1:41234" */
const char *web_address(const struct web *web);
/* Makes a new token, the one before no longer being good, and appends the whole address with it.
 * Unlocked only. */
void web_invite(struct web *web, struct buf *out);
/* A session was begun with the newest token. */
bool web_entered(const struct web *web);

/* Serves until something wants its attention. 0 or E_IO. */
enum web_event { WEB_STOP, WEB_LOCKED, WEB_TERMINAL, WEB_BROWSER_ENDED };
int web_run(struct web *web, enum web_event *ret_event) MUST_USE;
/* web_run returns with that event; also from another thread. */
void web_interrupt(struct web *web, enum web_event event);
/* web_run returns with that event when the descriptor is readable, until web_unwatch. E_IO (it is
 * of a kind that cannot be watched), E_NOMEM. */
int web_watch(struct web *web, int fd, enum web_event event) MUST_USE;
void web_unwatch(struct web *web, int fd);

#endif
