/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Peeking leaves the bytes in the kernel, so the library later reads exactly what the gate has
 * judged, and a connection that has not said what it wants costs us one small struct. The loop
 * hears of it edge-triggered: bytes that lie there unread would wake it for ever otherwise. */
#include "http/server_internal.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

#define ACCEPT_PAUSE_MS 100
#define PAGE_BYTES_MAX 2048
#define HEAD_EVENTS (EPOLLIN | EPOLLRDHUP | EPOLLET)

static const struct {
    int status;
    const char *name, *sentence;
} refusals[] = {
    {400, "Bad Request", "This is not a request that is understood here."},
    {405, "Method Not Allowed", "Pages can be asked for, and forms sent; nothing else."},
    {411, "Length Required", "The length of what is sent must be said first."},
    {413, "Content Too Large", "What you are sending is larger than what is accepted here."},
    {414, "URI Too Long", "This address is too long."},
    {417, "Expectation Failed", "What is sent must be sent at once, without waiting."},
    {431, "Request Header Fields Too Large", "The request carries more than is read here."},
    {501, "Not Implemented", "Pages can be asked for, and forms sent; nothing else."},
    {505, "HTTP Version Not Supported", "HTTP/1.1 is spoken here, and HTTP/1.0."},
};

void http_arrive_drop(struct http_request *request)
{
    ring_remove(&request->elsewhere);
    if (request->phase == REQUEST_IN_LIBRARY) {
        shutdown(request->fd, SHUT_RDWR);
        request->server->library_pending = true;
        return;
    }
    close(request->fd);
    http_request_bury(request);
}

/* What is left of a refused request is read and thrown away: closing a socket with unread bytes in
 * it would take our page from the client. As much is read as a body may have, no more. */
static void drain(struct http_request *request)
{
    struct http_server *server = request->server;
    for (;;) {
        ssize_t got = recv(request->fd, server->scratch, server->limits.head_bytes_max, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return;
        if (got > 0)
            mem_wipe(server->scratch, (size_t)got);
        if (got <= 0 || (size_t)got >= request->drain_left_bytes) {
            http_arrive_drop(request);
            return;
        }
        request->drain_left_bytes -= (size_t)got;
    }
}

static void put_refusal(struct buf *page, int status, bool head_only)
{
    size_t i = 0;
    while (i < COUNT_OF(refusals) - 1 && refusals[i].status != status)
        i++;
    struct buf text;
    buf_init(&text, PAGE_BYTES_MAX);
    buf_printf(&text, "%d %s\n\n%s\n", status, refusals[i].name, refusals[i].sentence);
    buf_printf(page, "HTTP/1.1 %d %s\r\n", status, refusals[i].name);
    for (size_t h = 0; h < http_reply_always_count; h++)
        buf_printf(page, "%s: %s\r\n", http_reply_always[h].name, http_reply_always[h].value);
    if (status == 405)
        buf_text(page, "Allow: GET, POST\r\n");
    buf_printf(page, "Content-Type: text/plain; charset=utf-8\r\nContent-Length: %zu\r\n\r\n",
               text.len);
    if (!head_only)
        buf_span(page, buf_bytes(&text));
    if (buf_error(&text) < 0)
        buf_fail(page, buf_error(&text));
    buf_release(&text);
}

/* The page is smaller than any send buffer, so it is sent in one go or not at all. */
static void refuse(struct http_request *request, int status, bool head_only)
{
    struct buf page;
    buf_init(&page, PAGE_BYTES_MAX);
    put_refusal(&page, status, head_only);
    bool sent = buf_error(&page) == 0 &&
                send(request->fd, page.data, page.len, MSG_NOSIGNAL) == (ssize_t)page.len;
    buf_release(&page);
    if (!sent || shutdown(request->fd, SHUT_WR) < 0) {
        http_arrive_drop(request);
        return;
    }
    const struct http_limits *limits = &request->server->limits;
    request->phase = REQUEST_REFUSED;
    request->drain_left_bytes = limits->head_bytes_max + limits->body_bytes_max;
    drain(request);
}

static void pass(struct http_request *request, const struct gate_head *head)
{
    if (http_request_describe(request, head) < 0)
        http_arrive_drop(request);
    else
        http_library_add(request);
}

/* Looks at what is there. At its end no more will come. */
static void look(struct http_request *request, bool at_end)
{
    struct http_server *server = request->server;
    size_t max = server->limits.head_bytes_max;
    ssize_t got = recv(request->fd, server->scratch, max, MSG_PEEK);
    if (got < 0 && (errno == EAGAIN || errno == EINTR) && !at_end)
        return;
    if (got <= 0) {
        http_arrive_drop(request);
        return;
    }
    struct gate_limits limits = {max, server->limits.body_bytes_max};
    struct span bytes = span_of(server->scratch, (size_t)got);
    struct gate_head head;
    enum gate_verdict verdict = gate_check(bytes, &limits, &head);
    if (verdict == GATE_PASS)
        pass(request, &head);
    else if (verdict == GATE_REFUSE)
        refuse(request, head.status, span_equal(span_slice(bytes, 0, 5), span_text("HEAD ")));
    else if (at_end)
        http_arrive_drop(request);
    mem_wipe(server->scratch, (size_t)got);
}

static void ready(struct source *source, uint32_t events)
{
    struct http_request *request = (struct http_request *)source;
    bool broken = events & (EPOLLERR | EPOLLHUP);
    if (request->phase == REQUEST_ARRIVING)
        look(request, broken || (events & EPOLLRDHUP));
    else if (request->phase == REQUEST_REFUSED)
        drain(request);
    else if (request->phase == REQUEST_IN_LIBRARY && broken)
        http_request_give_up(request);
}

/* Most requests are there whole when they are accepted, and never need the loop. */
static void arrive(struct http_server *server, int fd)
{
    struct http_request *request = http_request_new(server, fd);
    if (!request) {
        close(fd);
        return;
    }
    request->source.ready = ready;
    look(request, false);
    if (request->phase != REQUEST_ARRIVING && request->phase != REQUEST_REFUSED)
        return;
    request->on_loop = true;
    if (http_loop_add(server, fd, HEAD_EVENTS, &request->source) < 0)
        http_arrive_drop(request);
}

/* The oldest that still has not said all that it wants: nothing is lost that anybody was promised,
 * and one who only holds connections open, or a body back, holds them from himself. */
static bool drop_oldest(struct http_server *server)
{
    if (ring_is_empty(&server->outside))
        return false;
    http_arrive_drop(RING_ENTRY(server->outside.next, struct http_request, elsewhere));
    return true;
}

/* True when it is worth trying again. That descriptors ran out is said even when nobody knocks, so
 * room is made only for the first of a round, which the loop has told of. */
static bool accept_failed(struct http_server *server, int error, bool first)
{
    switch (error) {
    case EAGAIN:
        return false;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        if (!first)
            return false;
        if (drop_oldest(server))
            return true;
        server->accept_again_ms = server->now_ms + ACCEPT_PAUSE_MS;
        http_loop_accept(server, false);
        return false;
    default:
        return true; /* that one connection failed before it was ours */
    }
}

/* Those that are there whole are answered before anybody is closed for want of room. */
static bool is_full(struct http_server *server)
{
    if (server->count >= server->limits.connections_max && server->library_pending)
        http_library_run(server);
    return server->count >= server->limits.connections_max;
}

void http_arrive_accept(struct http_server *server)
{
    for (int i = 0; i < HTTP_ACCEPTS_A_ROUND; i++) {
        bool full = is_full(server);
        if (full && ring_is_empty(&server->outside)) {
            http_loop_accept(server, false);
            return;
        }
        int fd = accept4(server->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            if (full)
                drop_oldest(server);
            arrive(server, fd);
        } else if (!accept_failed(server, errno, i == 0)) {
            return;
        }
    }
}
