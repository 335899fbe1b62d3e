/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* libmicrohttpd 0.9.75 as a reader of bodies and a writer of replies. It has no listening socket,
 * no thread and no timeout of its own; it is handed connections whose head the gate has passed, and
 * its epoll descriptor lies in our loop.
 *
 * What it is not trusted with: it reads heads leniently, so what it has read is compared with what
 * the gate has read, and a difference closes the connection; it does not wipe, so each piece of a
 * body is wiped in its buffer once it is copied; it would serve a second request on a connection,
 * so each reply closes.
 *
 * One trick: after MHD_resume_connection it would first read again, and take a client that has only
 * finished sending (shutdown(SHUT_WR)) for one that is gone. Connections with a timeout of their
 * own are served before that, so a suspended connection gets one, of a day. */
#include "http/server_internal.h"

#include <microhttpd.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/mem.h"

/* Half of its memory is the read buffer; the other half must hold its records of headers, query
 * fields and cookies (64 bytes each, bounded by the gate), a copy of the cookies, and the head of
 * the reply after the read buffer was given back. More than 32 KiB in all it maps for itself and
 * unmaps with the connection; less it would leave on the heap, headers and all. */
#define LIBRARY_RECORDS_BYTES 8192
#define LIBRARY_MAPPED_BYTES (32u * 1024 + 4096)
#define LIBRARY_TIMEOUT_S 86400u
#define LATE_BYTES_MAX 65536

struct reply_body {
    size_t len;
    uint8_t data[];
};

static struct http_request *request_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info->socket_context;
}

/* The gate has seen to it that nothing is escaped wrongly; handlers want the path as it came. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

static enum MHD_Result begin(struct http_request *request, const char *path, const char *method)
{
    bool same = strcmp(path, request->path) == 0 && strcmp(method, http_method(request)) == 0;
    if (request->begun || !same)
        return MHD_NO;
    request->begun = true;
    return MHD_YES;
}

static enum MHD_Result take_body(struct http_request *request, const char *data, size_t *len)
{
    int error = http_request_add_body(request, data, *len);
    /* Its own buffer, which it hands out as const but has no more use for. */
    mem_wipe((void *)(uintptr_t)data, *len);
    *len = 0;
    return error < 0 ? MHD_NO : MHD_YES;
}

static enum MHD_Result send_reply(struct http_request *request)
{
    if (!request->response)
        return MHD_NO;
    enum MHD_Result queued =
        MHD_queue_response(request->connection, (unsigned)request->status, request->response);
    MHD_destroy_response(request->response);
    request->response = NULL;
    return queued;
}

/* The loop tells of a client that breaks the connection while it waits. */
static enum MHD_Result suspend(struct http_request *request)
{
    ASSERT(request->gone);
    if (!request->on_loop &&
        http_loop_add(request->server, request->fd, EPOLLET, &request->source) < 0) {
        request->given_up = true;
        request->gone(request->state);
        return MHD_NO;
    }
    request->on_loop = true;
    request->waiting = true;
    MHD_set_connection_option(request->connection, MHD_CONNECTION_OPTION_TIMEOUT,
                              LIBRARY_TIMEOUT_S);
    MHD_suspend_connection(request->connection);
    return MHD_YES;
}

static enum MHD_Result finish(struct http_request *request)
{
    if (request->given_up || request->body.len != request->body.expected)
        return MHD_NO;
    if (!request->asked) {
        request->asked = true;
        ring_remove(&request->elsewhere);
        request->server->handler(request->server->context, request);
    }
    return request->replied ? send_reply(request) : suspend(request);
}

/* Called once when the head was read, then with each piece of the body, then without one. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *data, size_t *len, void **seen)
{
    struct http_request *request = request_of(connection);
    (void)context;
    (void)version;
    if (!*seen) {
        *seen = request;
        return begin(request, path, method);
    }
    return *len ? take_body(request, data, len) : finish(request);
}

/* The library is about to close the socket. Bytes that came late are read first, since closing over
 * them would take the reply from the client. */
static void closed(struct http_request *request)
{
    struct http_server *server = request->server;
    ssize_t got = 1;
    for (size_t sum = 0; got > 0 && sum < LATE_BYTES_MAX; sum += (size_t)got) {
        got = recv(request->fd, server->scratch, server->limits.head_bytes_max, 0);
        if (got > 0)
            mem_wipe(server->scratch, (size_t)got);
        else
            break;
    }
    if (request->response)
        MHD_destroy_response(request->response);
    request->response = NULL;
    http_request_bury(request);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct http_server *server = context;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        server->handing_over->connection = connection;
        *socket_context = server->handing_over;
    } else {
        closed(*socket_context);
    }
}

static void on_library_ready(struct source *source, uint32_t events)
{
    (void)events;
    RING_ENTRY(source, struct http_server, library_source)->library_pending = true;
}

int http_library_start(struct http_server *server)
{
    size_t memory_bytes = 2 * (server->limits.head_bytes_max + LIBRARY_RECORDS_BYTES);
    if (memory_bytes < LIBRARY_MAPPED_BYTES)
        memory_bytes = LIBRARY_MAPPED_BYTES;
    server->library = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_TURBO | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
            MHD_USE_SUPPRESS_DATE_NO_CLOCK,
        0, NULL, NULL, on_request, server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_CONNECTION_LIMIT, server->limits.connections_max + HTTP_ACCEPTS_A_ROUND,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory_bytes, MHD_OPTION_CONNECTION_TIMEOUT, 0u,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
        MHD_OPTION_END);
    REJECT_IF(!server->library, E_IO);
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->library, MHD_DAEMON_INFO_EPOLL_FD);
    server->library_source.ready = on_library_ready;
    return http_loop_add(server, info->epoll_fd, EPOLLIN, &server->library_source);
}

void http_library_stop(struct http_server *server)
{
    if (server->library)
        MHD_stop_daemon(server->library);
    server->library = NULL;
}

void http_library_add(struct http_request *request)
{
    struct http_server *server = request->server;
    const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    request->phase = REQUEST_IN_LIBRARY;
    server->handing_over = request;
    /* On failure it has closed the socket, and may have told so already. */
    if (MHD_add_connection(server->library, request->fd, &nobody, sizeof nobody) != MHD_YES &&
        request->phase != REQUEST_BURIED)
        http_request_bury(request);
    server->handing_over = NULL;
    server->library_pending = true;
}

void http_library_run(struct http_server *server)
{
    MHD_UNSIGNED_LONG_LONG timeout_ms;
    MHD_run(server->library);
    server->library_pending =
        MHD_get_timeout(server->library, &timeout_ms) == MHD_YES && timeout_ms == 0;
}

void http_library_resume(struct http_request *request)
{
    MHD_resume_connection(request->connection);
    request->server->library_pending = true;
}

const char *http_header(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

static void free_reply_body(void *context)
{
    struct reply_body *body = context;
    mem_wipe(body->data, body->len);
    mem_free(body);
}

static struct MHD_Response *response_with_body(struct span body)
{
    struct reply_body *copy = mem_alloc(sizeof *copy + body.len);
    if (!copy)
        return NULL;
    copy->len = body.len;
    if (body.len)
        memcpy(copy->data, body.data, body.len);
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        body.len, copy->data, free_reply_body, copy);
    if (!response)
        free_reply_body(copy);
    return response;
}

static bool add_headers(struct MHD_Response *response, const struct http_reply_header *headers,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (MHD_add_response_header(response, headers[i].name, headers[i].value) != MHD_YES)
            return false;
    }
    return true;
}

void http_reply(struct http_request *request, int status, const char *content_type,
                struct span body, const struct http_reply_header *headers, size_t header_count)
{
    ASSERT(request->asked && !request->replied && !request->given_up);
    struct http_reply_header type = {"Content-Type", content_type};
    struct MHD_Response *response = response_with_body(body);
    if (response && !(add_headers(response, http_reply_always, http_reply_always_count) &&
                      add_headers(response, &type, content_type ? 1 : 0) &&
                      add_headers(response, headers, header_count))) {
        MHD_destroy_response(response);
        response = NULL;
    }
    request->replied = true;
    request->status = status;
    request->response = response;
    if (request->waiting) {
        request->waiting = false;
        http_library_resume(request);
    }
}
