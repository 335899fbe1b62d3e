/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What doors and the hatch have in common as processes: the HTTP server, the way to the keeper,
 * signals, the roster's copy, and the end of their life. */
#ifndef LINE_WORKER_H
#define LINE_WORKER_H

#include "http/server.h"
#include "line/ask.h"
#include "line/wire.h"
#include "seal/roster.h"

struct worker {
    struct http_server *server;
    struct ask *ask;
    struct roster *roster;
    bool asking_roster;
    int signal_fd;
    void (*on_tick)(void *context); /* about every second; may be NULL */
    void *tick_context;
};

struct worker_config {
    int listen_fd, keeper_fd;
    struct http_limits limits;
    http_handler_fn *handler;
    void *context;
};

/* Gets the roster from the keeper, makes the server, closes what a worker may not do
 * (sandbox.h). */
int worker_start(struct worker *worker, const struct worker_config *config) MUST_USE;
/* Until SIGTERM, http_retire or the keeper's end. */
int worker_run(struct worker *worker) MUST_USE;
void worker_release(struct worker *worker);
/* Asks for the roster's newest state; the copy is replaced when it comes. */
void worker_refresh_roster(struct worker *worker);

#endif
