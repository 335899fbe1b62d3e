/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One loop over our own epoll descriptor, in which the library's lies as one among others: so that
 * accepting, deadlines, watches and the library take turns on one thread and need no lock. All
 * connections have the same time, so their deadlines are a queue. */
#include "http/server_internal.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#define EVENTS_A_ROUND 128

struct watch {
    struct source source;
    struct ring ring;
    int fd;
    bool ended;
    http_watch_fn *fn;
    void *context;
};

int http_loop_add(struct http_server *server, int fd, uint32_t events, struct source *source)
{
    struct epoll_event event = {.events = events, .data.ptr = source};
    return epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? E_IO : 0;
}

/* Several workers may listen on one socket; EPOLLEXCLUSIVE wakes one of them. */
void http_loop_accept(struct http_server *server, bool accepting)
{
    if (server->accepting == accepting || server->listen_fd < 0)
        return;
    if (accepting)
        accepting = http_loop_add(server, server->listen_fd, EPOLLIN | EPOLLEXCLUSIVE,
                                  &server->listen_source) == 0;
    else
        epoll_ctl(server->epoll_fd, EPOLL_CTL_DEL, server->listen_fd, NULL);
    server->accepting = accepting;
}

static void on_listen_ready(struct source *source, uint32_t events)
{
    struct http_server *server = RING_ENTRY(source, struct http_server, listen_source);
    (void)events;
    if (server->accepting)
        http_arrive_accept(server);
}

static void on_wake(struct source *source, uint32_t events)
{
    uint64_t count;
    (void)events;
    /* Only wakes: what for stands in the flags. */
    (void)!read(RING_ENTRY(source, struct http_server, wake_source)->wake_fd, &count, sizeof count);
}

static int open_loop(struct http_server *server)
{
    server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    REJECT_IF(server->epoll_fd < 0 || server->wake_fd < 0, E_IO);
    server->listen_source.ready = on_listen_ready;
    server->wake_source.ready = on_wake;
    TRY(http_loop_add(server, server->wake_fd, EPOLLIN, &server->wake_source));
    http_loop_accept(server, true);
    REJECT_IF(!server->accepting, E_IO);
    return http_library_start(server);
}

int http_server_new(int listen_fd, const struct http_limits *limits, http_handler_fn *handler,
                    void *context, struct http_server **ret_server)
{
    ASSERT(limits->connections_max > 0 && limits->deadline_ms > 0 && limits->head_bytes_max > 0);
    struct http_server *server = mem_calloc(1, sizeof *server);
    uint8_t *scratch = mem_alloc(limits->head_bytes_max);
    if (!server || !scratch) {
        mem_free(server);
        mem_free(scratch);
        close(listen_fd);
        return E_NOMEM;
    }
    server->scratch = scratch;
    server->limits = *limits;
    server->handler = handler;
    server->context = context;
    server->listen_fd = listen_fd;
    server->epoll_fd = server->wake_fd = -1;
    struct ring *rings[] = {&server->by_age, &server->outside, &server->buried, &server->watches,
                            &server->ended_watches};
    for (size_t i = 0; i < COUNT_OF(rings); i++)
        ring_init(rings[i]);
    int error = open_loop(server);
    if (error < 0) {
        http_server_free(server);
        return error;
    }
    *ret_server = server;
    return 0;
}

static void free_ended(struct http_server *server)
{
    while (!ring_is_empty(&server->buried)) {
        struct ring *first = server->buried.next;
        ring_remove(first);
        mem_free(RING_ENTRY(first, struct http_request, elsewhere));
    }
    while (!ring_is_empty(&server->ended_watches)) {
        struct ring *first = server->ended_watches.next;
        ring_remove(first);
        mem_free(RING_ENTRY(first, struct watch, ring));
    }
}

static void end_watch(struct http_server *server, struct watch *watch)
{
    watch->ended = true;
    ring_remove(&watch->ring);
    ring_add_last(&server->ended_watches, &watch->ring);
}

static void close_listen(struct http_server *server)
{
    http_loop_accept(server, false);
    if (server->listen_fd >= 0)
        close(server->listen_fd);
    server->listen_fd = -1;
}

void http_server_free(struct http_server *server)
{
    if (!server)
        return;
    close_listen(server);
    while (!ring_is_empty(&server->by_age)) {
        struct ring *first = server->by_age.next;
        ring_remove(first);
        http_request_give_up(RING_ENTRY(first, struct http_request, by_age));
    }
    while (!ring_is_empty(&server->outside))
        http_arrive_drop(RING_ENTRY(server->outside.next, struct http_request, elsewhere));
    http_library_stop(server);
    ASSERT(server->count == 0);
    while (!ring_is_empty(&server->watches))
        end_watch(server, RING_ENTRY(server->watches.next, struct watch, ring));
    free_ended(server);
    if (server->wake_fd >= 0)
        close(server->wake_fd);
    if (server->epoll_fd >= 0)
        close(server->epoll_fd);
    mem_free(server->scratch);
    mem_free(server);
}

/* A connection in the library ends by itself once its socket does. */
static void expire(struct http_server *server)
{
    while (!ring_is_empty(&server->by_age)) {
        struct http_request *oldest = RING_ENTRY(server->by_age.next, struct http_request, by_age);
        if (oldest->deadline_ms > server->now_ms)
            return;
        ring_remove(&oldest->by_age);
        http_request_give_up(oldest);
        http_arrive_drop(oldest);
    }
}

static void run_tick(struct http_server *server)
{
    if (!server->tick || server->now_ms < server->tick_next_ms)
        return;
    server->tick_next_ms = server->now_ms + server->tick_interval_ms;
    server->tick(server->tick_context);
}

static bool may_accept(const struct http_server *server)
{
    return server->count < server->limits.connections_max &&
           server->now_ms >= server->accept_again_ms;
}

/* How long the loop may sleep; -1 when only a descriptor can bring anything. */
static int sleep_ms(const struct http_server *server)
{
    int64_t next = INT64_MAX;
    if (server->library_pending)
        return 0;
    if (!ring_is_empty(&server->by_age))
        next = RING_ENTRY(server->by_age.next, struct http_request, by_age)->deadline_ms;
    if (server->tick && server->tick_next_ms < next)
        next = server->tick_next_ms;
    if (!server->accepting && server->accept_again_ms > server->now_ms &&
        server->accept_again_ms < next)
        next = server->accept_again_ms;
    if (next == INT64_MAX)
        return -1;
    int64_t left = next - clock_monotonic_ms();
    return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static int run_round(struct http_server *server)
{
    struct epoll_event events[EVENTS_A_ROUND];
    int count = epoll_wait(server->epoll_fd, events, EVENTS_A_ROUND, sleep_ms(server));
    REJECT_IF(count < 0 && errno != EINTR, E_IO);
    server->now_ms = clock_monotonic_ms();
    for (int i = 0; i < count; i++) {
        struct source *source = events[i].data.ptr;
        source->ready(source, events[i].events);
    }
    if (server->library_pending)
        http_library_run(server);
    expire(server);
    run_tick(server);
    if (may_accept(server))
        http_loop_accept(server, true);
    free_ended(server);
    return 0;
}

int http_run(struct http_server *server)
{
    int error = 0;
    while (error == 0 && !atomic_load(&server->stopping)) {
        if (atomic_load(&server->retiring)) {
            close_listen(server);
            if (server->count == 0)
                break;
        }
        error = run_round(server);
    }
    atomic_store(&server->stopping, false);
    return error;
}

static void wake(struct http_server *server)
{
    const uint64_t one = 1;
    int kept = errno; /* this may be a signal handler */
    (void)!write(server->wake_fd, &one, sizeof one);
    errno = kept;
}

void http_stop(struct http_server *server)
{
    atomic_store(&server->stopping, true);
    wake(server);
}

void http_retire(struct http_server *server)
{
    atomic_store(&server->retiring, true);
    wake(server);
}

static void on_watch_ready(struct source *source, uint32_t events)
{
    struct watch *watch = (struct watch *)source;
    if (!watch->ended)
        watch->fn(watch->context, events);
}

int http_watch(struct http_server *server, int fd, uint32_t events, http_watch_fn *fn,
               void *context)
{
    struct watch *watch = mem_calloc(1, sizeof *watch);
    REJECT_IF(!watch, E_NOMEM);
    *watch = (struct watch){.source.ready = on_watch_ready, .fd = fd, .fn = fn, .context = context};
    int error = http_loop_add(server, fd, events, &watch->source);
    if (error < 0) {
        mem_free(watch);
        return error;
    }
    ring_add_last(&server->watches, &watch->ring);
    return 0;
}

int http_watch_change(struct http_server *server, int fd, uint32_t events)
{
    struct ring *at = server->watches.next;
    while (at != &server->watches && RING_ENTRY(at, struct watch, ring)->fd != fd)
        at = at->next;
    REJECT_IF(at == &server->watches, E_NOT_FOUND);
    struct watch *watch = RING_ENTRY(at, struct watch, ring);
    struct epoll_event event = {.events = events, .data.ptr = &watch->source};
    int failed = epoll_ctl(server->epoll_fd, events ? EPOLL_CTL_MOD : EPOLL_CTL_DEL, fd, &event);
    if (!events)
        end_watch(server, watch);
    return failed < 0 ? E_IO : 0;
}

void http_tick(struct http_server *server, int64_t interval_ms, http_tick_fn *fn, void *context)
{
    ASSERT(interval_ms > 0);
    server->tick = fn;
    server->tick_context = context;
    server->tick_interval_ms = interval_ms;
    server->tick_next_ms = clock_monotonic_ms() + interval_ms;
}
