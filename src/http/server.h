/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The one place that touches the HTTP library: an event loop, a strict gate before the library, an
 * absolute deadline for each connection, one request a connection, and replies.
 *
 * The gate reads the head of a request without consuming it (MSG_PEEK) and lets the library see a connection only when the head
 * is complete and follows RFC 9112 to the letter. One thread runs a server; handlers are called on it and may reply at once or later. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/arena.h"
#include "base/error.h"

struct http_server;
struct http_request;

struct http_limits {
    unsigned connections_max;
    size_t head_bytes_max, body_bytes_max;
    int64_t deadline_ms; /* from accept to the last byte of the reply */
};

/* Called once the whole request is there. Must lead to exactly one http_reply, now or later. */
typedef void http_handler_fn(void *context, struct http_request *request);

/* listen_fd: a listening, non-blocking socket (http_listen). The server closes it. */
int http_server_new(int listen_fd, const struct http_limits *limits, http_handler_fn *handler, void *context,
                    struct http_server **ret_server) MUST_USE;
void http_server_free(struct http_server *server);
/* Runs until http_stop (from a handler, a watch or a signal handler). 0 or E_IO. */
int http_run(struct http_server *server) MUST_USE;
void http_stop(struct http_server *server);
/* Stops accepting, finishes what is open, then http_run returns. */
void http_retire(struct http_server *server);

/* Other descriptors on the same loop: events as for epoll (EPOLLIN, EPOLLOUT). */
typedef void http_watch_fn(void *context, uint32_t events);
int http_watch(struct http_server *server, int fd, uint32_t events, http_watch_fn *fn, void *context) MUST_USE;
int http_watch_change(struct http_server *server, int fd, uint32_t events) MUST_USE;
/* Called about every interval. One for a server. */
typedef void http_tick_fn(void *context);
void http_tick(struct http_server *server, int64_t interval_ms, http_tick_fn *fn, void *context);

/* What was asked. Text is NUL-terminated; it lives until the reply was sent. */
const char *http_method(const struct http_request *request);
const char *http_path(const struct http_request *request);  /* before '?', not decoded */
const char *http_query(const struct http_request *request); /* after '?', "" when none */
struct span http_body(const struct http_request *request);
/* NULL when absent. A header that came twice was refused at the gate. */
const char *http_header(const struct http_request *request, const char *name);
struct arena *http_arena(struct http_request *request); /* wiped after the reply */
/* A place for the handler's own pointer, to find its state again when it replies later. */
void http_set_state(struct http_request *request, void *state, void (*gone)(void *state));
void *http_state(const struct http_request *request);

struct http_reply_header {
    const char *name, *value;
};
/* Copies body. Always adds: Connection: close, Cache-Control: no-store, Referrer-Policy: no-referrer,
 * X-Content-Type-Options: nosniff, Cross-Origin-Opener-Policy, Cross-Origin-Resource-Policy and Permissions-Policy; never Date or Server. */
void http_reply(struct http_request *request, int status, const char *content_type, struct span body,
                const struct http_reply_header *headers, size_t header_count);

/* "127.0.0.1:8080", "[::1]:0" or "unix:/path". Port 0 is any; ret_port (may be NULL) gets the real one. */
int http_listen(const char *address, int *ret_fd, unsigned *ret_port, struct problem *problem) MUST_USE;

#endif
