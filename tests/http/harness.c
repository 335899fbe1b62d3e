/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"

const struct http_limits house_limits = {
    .connections_max = 100,
    .head_bytes_max = 4096,
    .body_bytes_max = 1000,
    .deadline_ms = 5000,
};

struct late {
    struct house *house;
    struct http_request *request;
};

static void late_gone(void *state)
{
    struct late *late = state;
    struct house *house = late->house;
    for (size_t i = 0; i < house->late_count; i++) {
        if (house->late[i] == late->request)
            house->late[i] = house->late[--house->late_count];
    }
    atomic_fetch_add(&house->gone, 1);
}

static void keep_late(struct house *house, struct http_request *request)
{
    struct late *late = arena_alloc(http_arena(request), sizeof *late);
    assert_non_null(late);
    *late = (struct late){house, request};
    assert_true(house->late_count < HARNESS_LATE_MAX);
    house->late[house->late_count++] = request;
    http_set_state(request, late, late_gone);
}

static void reply_text(struct http_request *request, int status, const char *text)
{
    http_reply(request, status, "text/plain; charset=utf-8", span_text(text), NULL, 0);
}

static void reply_mirror(struct http_request *request)
{
    const struct http_reply_header header = {"X-Test", "yes"};
    const char *agent = http_header(request, "user-agent");
    struct buf out;
    buf_init(&out, REPLY_BYTES_MAX);
    buf_printf(&out, "%s\n%s\n%s\n%s\n", http_method(request), http_path(request),
               http_query(request), agent ? agent : "-");
    buf_span(&out, http_body(request));
    http_reply(request, 200, "text/plain; charset=utf-8", buf_bytes(&out), &header, 1);
    buf_release(&out);
}

/* More than the buffers between two sockets hold. */
static void reply_big(struct http_request *request)
{
    static char bytes[BIG_REPLY_BYTES];
    memset(bytes, 'b', sizeof bytes);
    http_reply(request, 200, NULL, span_of(bytes, sizeof bytes), NULL, 0);
}

static void on_request(void *context, struct http_request *request)
{
    struct house *house = context;
    const char *path = http_path(request);
    const struct http_reply_header bad = {"X-Bad", "a\r\nX-Injected: b"};
    atomic_fetch_add(&house->handled, 1);
    if (strcmp(path, "/late") == 0) {
        keep_late(house, request);
    } else if (strcmp(path, "/nap") == 0) {
        sleep_ms(200);
        reply_text(request, 200, "awake");
    } else if (strcmp(path, "/bad-header") == 0) {
        http_reply(request, 200, NULL, span_text("x"), &bad, 1);
    } else if (strcmp(path, "/big") == 0) {
        reply_big(request);
    } else if (strcmp(path, "/stop") == 0) {
        http_stop(house->server);
        reply_text(request, 200, "bye");
    } else if (strcmp(path, "/retire") == 0) {
        http_retire(house->server);
        reply_text(request, 200, "bye");
    } else {
        reply_mirror(request);
    }
}

static void on_answer(void *context, uint32_t events)
{
    struct house *house = context;
    uint64_t count;
    assert_true(events & EPOLLIN);
    assert_int_equal(read(house->answer_fd, &count, sizeof count), sizeof count);
    while (house->late_count > 0) {
        struct http_request *request = house->late[--house->late_count];
        reply_mirror(request);
    }
}

static void on_tick(void *context)
{
    struct house *house = context;
    atomic_fetch_add(&house->ticks, 1);
}

static void *run(void *context)
{
    struct house *house = context;
    atomic_store(&house->ended, http_run(house->server));
    return NULL;
}

void house_open(struct house *house, const char *address, const struct http_limits *limits)
{
    struct problem problem = {0};
    int fd;
    *house = (struct house){.answer_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    atomic_store(&house->ended, 1);
    if (http_listen(address, &fd, &house->port, &problem) < 0)
        fail_msg("%s", problem.text);
    assert_int_equal(http_server_new(fd, limits, on_request, house, &house->server), 0);
    assert_int_equal(http_watch(house->server, house->answer_fd, EPOLLIN, on_answer, house), 0);
    http_tick(house->server, 20, on_tick, house);
    assert_int_equal(pthread_create(&house->thread, NULL, run, house), 0);
}

void house_close(struct house *house)
{
    http_stop(house->server);
    assert_int_equal(pthread_join(house->thread, NULL), 0);
    assert_int_equal(atomic_load(&house->ended), 0);
    http_server_free(house->server);
    assert_int_equal(house->late_count, 0);
    close(house->answer_fd);
}

void house_answer(struct house *house)
{
    const uint64_t one = 1;
    assert_int_equal(write(house->answer_fd, &one, sizeof one), sizeof one);
}

void sleep_ms(unsigned ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        ;
}

void wait_for(atomic_uint *counter, unsigned at_least)
{
    for (int i = 0; i < 500 && atomic_load(counter) < at_least; i++)
        sleep_ms(10);
    assert_true(atomic_load(counter) >= at_least);
}

int client_connect(const struct house *house)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)house->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct timeval patience = {.tv_sec = 10};
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

bool client_send(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len > 0) {
        ssize_t sent = send(fd, at, len, MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        at += sent;
        len -= (size_t)sent;
    }
    return true;
}

bool client_send_text(int fd, const char *text)
{
    return client_send(fd, text, strlen(text));
}

int client_read_roughly(int fd, char reply[REPLY_BYTES_MAX], bool *ret_reset)
{
    size_t len = 0;
    ssize_t got = 1;
    while (got > 0 && len < REPLY_BYTES_MAX - 1) {
        got = recv(fd, reply + len, REPLY_BYTES_MAX - 1 - len, 0);
        if (got < 0 && errno == EAGAIN)
            fail_msg("the server neither replies nor closes");
        len += got > 0 ? (size_t)got : 0;
    }
    *ret_reset = got < 0;
    reply[len] = '\0';
    if (len < 12 || memcmp(reply, "HTTP/1.1 ", 9) != 0)
        return 0;
    return (reply[9] - '0') * 100 + (reply[10] - '0') * 10 + (reply[11] - '0');
}

int client_read(int fd, char reply[REPLY_BYTES_MAX])
{
    bool reset;
    int status = client_read_roughly(fd, reply, &reset);
    if (status && reset)
        fail_msg("a reset came after this, which may take it from the client: %s", reply);
    return status;
}

int client_ask(const struct house *house, const void *bytes, size_t len,
               char reply[REPLY_BYTES_MAX])
{
    int fd = client_connect(house);
    client_send(fd, bytes, len);
    int status = client_read(fd, reply);
    close(fd);
    return status;
}

void client_reset(int fd)
{
    const struct linger hard = {.l_onoff = 1};
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard), 0);
    close(fd);
}
