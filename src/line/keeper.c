/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One thread and one batch at a time: read what all connections have sent, answer each request from
 * the store within one transaction, commit, and only then write the replies. That makes group
 * commit out of whatever arrived while the last commit was syncing. */
#include "line/keeper.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "line/batch.h"
#include "line/day.h"

#define CONNECTIONS_MAX 130
#define READ_CHUNK_BYTES (256u << 10)
#define TICK_MS 5000
/* Frames are answered while there is less than one reply's worth; then one more reply fits. */
#define OUT_BYTES_MAX (2 * ((size_t)WIRE_REPLY_MAX + WIRE_HEAD_BYTES))

struct connection {
    int fd; /* -1: free */
    enum wire_role role;
    struct buf in, out;
    size_t sent; /* of out */
};

struct keeper {
    struct folder *folder;
    int control_fd;
    struct connection connections[CONNECTIONS_MAX];
    struct batch batch;
    bool said_full; /* that the day's placement waits for room */
};

static void connection_close(struct connection *connection)
{
    close(connection->fd);
    connection->fd = -1;
    buf_wipe_release(&connection->in);
    buf_wipe_release(&connection->out);
}

static void connection_adopt(struct keeper *keeper, int fd, uint8_t role)
{
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *connection = &keeper->connections[i];

        if (connection->fd >= 0)
            continue;
        *connection = (struct connection){.fd = fd, .role = role};
        buf_init(&connection->in, 2 * (WIRE_BODY_MAX + WIRE_HEAD_BYTES));
        buf_init(&connection->out, OUT_BYTES_MAX);
        return;
    }
    close(fd);
}

/* A new connection from the parent. false when the parent is gone. */
static bool control_receive(struct keeper *keeper)
{
    uint8_t role = 0;
    struct iovec io = {.iov_base = &role, .iov_len = 1};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr message = {.msg_iov = &io,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t got = recvmsg(keeper->control_fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    struct cmsghdr *header;
    int fd;

    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    if (got == 0)
        return false;
    header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof(int)))
        return true;
    memcpy(&fd, CMSG_DATA(header), sizeof fd);
    connection_adopt(keeper, fd, role);
    return true;
}

static bool connection_read(struct connection *connection)
{
    size_t before = connection->in.len;
    uint8_t *room = buf_room(&connection->in, READ_CHUNK_BYTES);
    ssize_t got;

    if (!room)
        return false;
    got = recv(connection->fd, room, READ_CHUNK_BYTES, MSG_DONTWAIT);
    connection->in.len = before + (got > 0 ? (size_t)got : 0);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    return got > 0;
}

static bool connection_write(struct connection *connection)
{
    while (connection->sent < connection->out.len) {
        ssize_t put = send(connection->fd, connection->out.data + connection->sent,
                           connection->out.len - connection->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (put < 0)
            return errno == EAGAIN || errno == EINTR;
        connection->sent += (size_t)put;
    }
    /* What was sent is not kept: replies hold sealed answers. */
    buf_wipe_release(&connection->out);
    buf_init(&connection->out, OUT_BYTES_MAX);
    connection->sent = 0;
    return true;
}

/* Answers the whole frames that a connection has sent. 0; E_FORMAT: close it; else the keeper
 * ends. */
static int connection_serve(struct keeper *keeper, struct connection *connection)
{
    struct span rest = buf_bytes(&connection->in);
    struct wire_frame frame;
    size_t used;
    int error = 0;

    while (connection->out.len < WIRE_REPLY_MAX) {
        error = wire_take(rest, WIRE_BODY_MAX, &frame, &used);
        if (error < 0 || used == 0)
            break;
        error = batch_answer(&keeper->batch, connection->role, &frame, &connection->out);
        if (error < 0)
            break;
        rest = span_slice(rest, used, rest.len);
    }
    if (rest.len > 0)
        memmove(connection->in.data, rest.data, rest.len);
    /* Requests hold erase secrets, and all tags of one caller together. */
    mem_wipe(connection->in.data + rest.len, connection->in.len - rest.len);
    connection->in.len = rest.len;
    return error;
}

static int serve_all(struct keeper *keeper)
{
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *connection = &keeper->connections[i];
        int error;

        if (connection->fd < 0 || connection->in.len == 0)
            continue;
        error = connection_serve(keeper, connection);
        if (error == E_FORMAT)
            connection_close(connection);
        else if (error < 0)
            return error;
    }
    TRY(batch_commit(&keeper->batch));
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *connection = &keeper->connections[i];

        if (connection->fd >= 0 && connection->out.len > 0 && !connection_write(connection))
            connection_close(connection);
    }
    return 0;
}

/* Fills polls; returns how many. polls[0] is the control socket. */
static size_t polls_of(struct keeper *keeper, struct pollfd *polls, struct connection **of)
{
    size_t count = 1;

    polls[0] = (struct pollfd){.fd = keeper->control_fd, .events = POLLIN};
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *connection = &keeper->connections[i];

        if (connection->fd < 0)
            continue;
        of[count] = connection;
        polls[count++] = (struct pollfd){
            .fd = connection->fd,
            /* Who does not read its replies is not read from. */
            .events = connection->out.len > 0 ? POLLOUT : POLLIN,
        };
    }
    return count;
}

/* A full disk ends nothing: the day stays open until there is room, and nothing is taken
 * meanwhile. */
static int close_day(struct keeper *keeper)
{
    int error = day_close_if_due(keeper->folder, clock_day(clock_now_s()));

    if (error == E_BUSY && !keeper->said_full)
        log_line("the disk is too full to place the day's entries: no report is taken");
    keeper->said_full = error == E_BUSY;
    return error == E_BUSY ? 0 : error;
}

static int round_once(struct keeper *keeper, bool *ret_go_on)
{
    struct pollfd polls[CONNECTIONS_MAX + 1];
    struct connection *of[CONNECTIONS_MAX + 1];
    size_t count = polls_of(keeper, polls, of);

    if (poll(polls, count, TICK_MS) < 0 && errno != EINTR)
        return E_IO;
    if (polls[0].revents != 0 && !control_receive(keeper))
        *ret_go_on = false;
    for (size_t i = 1; i < count; i++) {
        bool alive = true;

        if (polls[i].revents & POLLOUT)
            alive = connection_write(of[i]);
        else if (polls[i].revents != 0)
            alive = connection_read(of[i]);
        if (!alive)
            connection_close(of[i]);
    }
    TRY(serve_all(keeper));
    return close_day(keeper);
}

int keeper_run(struct folder *folder, int control_fd)
{
    struct keeper *keeper = mem_calloc(1, sizeof *keeper);
    bool go_on = true;
    int error = 0;

    REJECT_IF(!keeper, E_NOMEM);
    keeper->folder = folder;
    keeper->control_fd = control_fd;
    keeper->batch.folder = folder;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        keeper->connections[i].fd = -1;
    while (go_on && error == 0)
        error = round_once(keeper, &go_on);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        if (keeper->connections[i].fd >= 0)
            connection_close(&keeper->connections[i]);
    mem_free(keeper);
    return error;
}
