/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "line/ask.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

#define WAITING_MAX 4096
#define READ_CHUNK_BYTES (64u << 10)

struct waiting {
    ask_fn *fn; /* NULL: free */
    void *context;
};

struct ask {
    int fd;
    struct http_server *server; /* NULL until ask_serve */
    struct buf in, out;
    size_t sent;
    bool writing; /* EPOLLOUT is watched */
    uint32_t free_first;
    struct waiting waiting[WAITING_MAX]; /* by serial */
};

int ask_new(int fd, struct ask **ret_ask)
{
    struct ask *ask = mem_calloc(1, sizeof *ask);

    REJECT_IF(!ask, E_NOMEM);
    ask->fd = fd;
    buf_init(&ask->in, (size_t)WIRE_REPLY_MAX + READ_CHUNK_BYTES + WIRE_HEAD_BYTES);
    buf_init(&ask->out, 64 * (size_t)(WIRE_BODY_MAX + WIRE_HEAD_BYTES));
    *ret_ask = ask;
    return 0;
}

void ask_free(struct ask *ask)
{
    if (!ask)
        return;
    close(ask->fd);
    buf_wipe_release(&ask->in);
    buf_wipe_release(&ask->out);
    mem_free(ask);
}

/* false when the keeper is gone. */
static bool flush(struct ask *ask)
{
    while (ask->sent < ask->out.len) {
        ssize_t put = send(ask->fd, ask->out.data + ask->sent, ask->out.len - ask->sent,
                           MSG_DONTWAIT | MSG_NOSIGNAL);

        if (put < 0)
            return errno == EAGAIN || errno == EINTR;
        ask->sent += (size_t)put;
    }
    /* Requests hold erase secrets, and all tags of one caller together. */
    mem_wipe(ask->out.data, ask->out.len);
    buf_reset(&ask->out);
    ask->sent = 0;
    return true;
}

static bool receive(struct ask *ask)
{
    size_t before = ask->in.len;
    uint8_t *room = buf_room(&ask->in, READ_CHUNK_BYTES);
    ssize_t got;

    if (!room)
        return false;
    got = recv(ask->fd, room, READ_CHUNK_BYTES, MSG_DONTWAIT);
    ask->in.len = before + (got > 0 ? (size_t)got : 0);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    return got > 0;
}

static void deliver(struct ask *ask, const struct wire_frame *frame)
{
    struct waiting *waiting = frame->serial < WAITING_MAX ? &ask->waiting[frame->serial] : NULL;
    struct waiting taken;

    if (!waiting || !waiting->fn)
        return;
    taken = *waiting;
    waiting->fn = NULL;
    if (frame->serial < ask->free_first)
        ask->free_first = frame->serial;
    taken.fn(taken.context, -(int)frame->code, frame->body);
}

/* false when the keeper broke the framing. */
static bool deliver_all(struct ask *ask)
{
    struct span rest = buf_bytes(&ask->in);
    struct wire_frame frame;
    size_t used;
    bool whole = true;

    for (;;) {
        whole = wire_take(rest, WIRE_REPLY_MAX, &frame, &used) == 0;
        if (!whole || used == 0)
            break;
        deliver(ask, &frame);
        rest = span_slice(rest, used, rest.len);
    }
    if (rest.len > 0)
        memmove(ask->in.data, rest.data, rest.len);
    mem_wipe(ask->in.data + rest.len, ask->in.len - rest.len);
    ask->in.len = rest.len;
    return whole;
}

static void keeper_gone(struct ask *ask)
{
    for (size_t i = 0; i < WAITING_MAX; i++) {
        struct waiting taken = ask->waiting[i];

        ask->waiting[i].fn = NULL;
        if (taken.fn)
            taken.fn(taken.context, E_BUSY, span_of(NULL, 0));
    }
    http_stop(ask->server);
}

static void watch_for_writing(struct ask *ask, bool writing)
{
    if (ask->writing == writing)
        return;
    ask->writing = writing;
    if (http_watch_change(ask->server, ask->fd, EPOLLIN | (writing ? EPOLLOUT : 0)) < 0)
        http_stop(ask->server);
}

static void on_event(void *context, uint32_t events)
{
    struct ask *ask = context;
    bool alive = true;

    if (events & EPOLLOUT)
        alive = flush(ask);
    if (alive && (events & ~(uint32_t)EPOLLOUT))
        alive = receive(ask) && deliver_all(ask);
    if (!alive)
        keeper_gone(ask);
    else
        watch_for_writing(ask, ask->sent < ask->out.len);
}

int ask_serve(struct ask *ask, struct http_server *server)
{
    ask->server = server;
    return http_watch(server, ask->fd, EPOLLIN, on_event, ask);
}

int ask_later(struct ask *ask, enum wire_op op, struct span body, ask_fn *fn, void *context)
{
    uint32_t serial = ask->free_first;

    while (serial < WAITING_MAX && ask->waiting[serial].fn)
        serial++;
    REJECT_IF(serial == WAITING_MAX, E_BUSY);
    REJECT_IF(ask->out.len + body.len + WIRE_HEAD_BYTES > ask->out.cap_bytes, E_BUSY);
    wire_put(&ask->out, serial, (uint8_t)op, body);
    REJECT_IF(buf_error(&ask->out) < 0, E_BUSY);
    ask->waiting[serial] = (struct waiting){.fn = fn, .context = context};
    ask->free_first = serial + 1;
    /* A keeper that is gone is noticed by the loop, which then tells everybody who waits. */
    watch_for_writing(ask, !flush(ask) || ask->sent < ask->out.len);
    return 0;
}

int ask_now(struct ask *ask, enum wire_op op, struct span body, struct buf *reply)
{
    struct wire_frame frame;
    size_t used = 0;

    ASSERT(!ask->server);
    wire_put(&ask->out, 0, (uint8_t)op, body);
    while (used == 0) {
        struct pollfd poll_fd = {.fd = ask->fd,
                                 .events = ask->sent < ask->out.len ? POLLOUT : POLLIN};

        REJECT_IF(poll(&poll_fd, 1, -1) < 0 && errno != EINTR, E_IO);
        REJECT_IF((poll_fd.revents & POLLOUT) && !flush(ask), E_BUSY);
        REJECT_IF((poll_fd.revents & ~POLLOUT) && !receive(ask), E_BUSY);
        TRY(wire_take(buf_bytes(&ask->in), WIRE_REPLY_MAX, &frame, &used));
    }
    if (frame.code == 0)
        buf_span(reply, frame.body);
    ask->in.len = 0;
    return frame.code == 0 ? buf_error(reply) : -(int)frame.code;
}
