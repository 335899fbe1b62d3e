/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The one place that touches the HTTP library: an event loop, a strict gate before the library, an
 * absolute deadline for each connection, one request a connection, and replies.
 *
 * The gate (gate.h) reads the head of a request without consuming it (MSG_PEEK) and lets the
 * library see a connection only when the head is complete and follows RFC 9112 to the letter. What
 * it refuses gets a page of one sentence. One thread runs a server; handlers are called on it and
 * may reply at once or later. Nothing is logged and no address is asked for or kept. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/arena.h"
#include "base/error.h"

struct http_server;
struct http_request;

struct http_limits {
    unsigned connections_max; /* beyond it, who has not sent all for longest is closed */
    size_t head_bytes_max, body_bytes_max;
    int64_t deadline_ms; /* from accept to the last byte of the reply */
};

/* Called once the whole request is there. Must lead to exactly one http_reply, now or later; a
 * handler that replies later sets its state (http_set_state) before it returns. */
typedef void http_handler_fn(void *context, struct http_request *request);

/* listen_fd: a listening, non-blocking socket (http_listen). The server closes it. Makes all the
 * descriptors that it needs, so a sandbox can be entered between this and http_run. E_NOMEM, E_IO.
 */
int http_server_new(int listen_fd, const struct http_limits *limits, http_handler_fn *handler,
                    void *context, struct http_server **ret_server) MUST_USE;
/* Not while http_run runs. Requests that wait for a reply are told (http_set_state). */
void http_server_free(struct http_server *server);
/* Runs until http_stop. 0 or E_IO. What is open stays open and goes on with the next http_run. */
int http_run(struct http_server *server) MUST_USE;
/* From a handler, a watch, a signal handler or another thread, as is http_retire. */
void http_stop(struct http_server *server);
/* Stops accepting, finishes what is open, then http_run returns. */
void http_retire(struct http_server *server);

/* Other descriptors on the same loop: events as for epoll (EPOLLIN, EPOLLOUT). E_NOMEM, E_IO. */
typedef void http_watch_fn(void *context, uint32_t events);
int http_watch(struct http_server *server, int fd, uint32_t events, http_watch_fn *fn,
               void *context) MUST_USE;
/* With events 0 the watch ends; do that before closing fd. E_NOT_FOUND, E_IO. */
int http_watch_change(struct http_server *server, int fd, uint32_t events) MUST_USE;
/* Called about every interval. One for a server. */
typedef void http_tick_fn(void *context);
void http_tick(struct http_server *server, int64_t interval_ms, http_tick_fn *fn, void *context);

/* What was asked. Text is NUL-terminated; it lives until the reply was sent: read it before the
 * return of whatever called http_reply. */
const char *http_method(const struct http_request *request); /* "GET" or "POST" */
const char *http_path(const struct http_request *request);   /* before '?', not decoded */
const char *http_query(const struct http_request *request);  /* after '?', "" when none */
struct span http_body(const struct http_request *request);
/* NULL when absent. A header that came twice was refused at the gate, but for lists like Accept,
 * of which this is the first. */
const char *http_header(const struct http_request *request, const char *name);
struct arena *http_arena(struct http_request *request); /* wiped after the reply */
/* For a handler that replies later: gone is called with its own pointer when the request ends
 * without a reply (the client is gone, the deadline has passed, the server is freed). It must not
 * be replied to any more then. After http_reply gone is not called. */
void http_set_state(struct http_request *request, void *state, void (*gone)(void *state));

struct http_reply_header {
    const char *name, *value;
};
/* Copies body. content_type may be NULL. Always adds: Connection: close, Cache-Control: no-store,
 * Referrer-Policy: no-referrer, X-Content-Type-Options: nosniff, Cross-Origin-Opener-Policy,
 * Cross-Origin-Resource-Policy and Permissions-Policy; never Date or Server. A header that is no
 * header (a line end in it) or a lack of memory closes the connection without a reply. */
void http_reply(struct http_request *request, int status, const char *content_type,
                struct span body, const struct http_reply_header *headers, size_t header_count);

/* "127.0.0.1:8080", "[::1]:0" or "unix:/path". Numbers only: no name is looked up. Port 0 is any;
 * ret_port (may be NULL) gets the real one, 0 for a unix socket. A socket that nobody listens on
 * any more is replaced. E_ARGUMENT, E_IO. */
int http_listen(const char *address, int *ret_fd, unsigned *ret_port,
                struct problem *problem) MUST_USE;

#endif
