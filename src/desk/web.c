/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The server outlives the lock: a page that is clicked after it must say what has happened instead
 * of being refused a connection, and the same address serves again when the terminal unlocks. */
#include "desk/web.h"

#include <sys/epoll.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "desk/web_internal.h"
#include "seal/secret.h"

#define TICK_MS 1000
#define CONNECTIONS_MAX 64
#define HEAD_BYTES_MAX 16384
/* Percent-encoding makes three bytes of one. */
#define BODY_BYTES_MAX (3 * ACT_REPORT_MAX_BYTES + 65536)
/* Longer than a page waits for a pull. */
#define DEADLINE_MS (60 * 1000)
/* The two clocks are read one after the other. */
#define SLEPT_SLACK_MS 1000

static int64_t clock_ms(clockid_t id)
{
    struct timespec now = {0};
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t slept_since_boot_ms(void)
{
    return clock_ms(CLOCK_BOOTTIME) - clock_ms(CLOCK_MONOTONIC);
}

/* Locking */

bool web_locked(const struct web *web)
{
    return !web->desk;
}

void web_lock(struct web *web)
{
    if (web_locked(web))
        return;
    web_pull_cancel(web);
    model_free(web->model);
    desk_sleep(web->desk);
    desk_lock(web->desk);
    web->model = NULL;
    web->desk = NULL;
    secret_wipe(web->session, sizeof *web->session);
    web_interrupt(web, WEB_LOCKED);
}

bool web_check_lock(struct web *web)
{
    if (web_locked(web))
        return true;
    bool idle = clock_monotonic_ms() - web->session->seen_ms >= web->options.idle_ms;
    bool slept = web->options.slept_ms() - web->slept_ms > SLEPT_SLACK_MS;
    if (idle || slept)
        web_lock(web);
    return web_locked(web);
}

static void tick(void *context)
{
    struct web *web = context;
    if (!web_check_lock(web))
        web_pull_tick(web);
}

int web_unlocked(struct web *web, struct desk *desk, struct problem *problem)
{
    ASSERT(web_locked(web) && desk_unlocked(desk));
    int error = desk_wake(desk, problem);
    if (error == 0)
        error = model_new(desk, &web->model, problem);
    if (error == 0)
        error = model_refresh(web->model, problem);
    desk_sleep(desk);
    if (error < 0) {
        model_free(web->model);
        web->model = NULL;
        return error;
    }
    web->desk = desk;
    web->session->seen_ms = clock_monotonic_ms();
    web->slept_ms = web->options.slept_ms();
    web->pull.failure[0] = '\0';
    if (web->options.every_ms > 0)
        web->pull.due_ms = clock_monotonic_ms();
    return 0;
}

/* Life */

static int check_loopback(const char *listen, struct problem *problem)
{
    if (strncmp(listen, "127.", 4) == 0 || strncmp(listen, "[::1]:", 6) == 0)
        return 0;
    return problem_set(problem, E_ARGUMENT,
                       "%s: the pages are for this computer alone; listen on 127.0.0.1:PORT",
                       listen);
}

static int open_server(struct web *web, struct problem *problem)
{
    static const struct http_limits limits = {.connections_max = CONNECTIONS_MAX,
                                              .head_bytes_max = HEAD_BYTES_MAX,
                                              .body_bytes_max = BODY_BYTES_MAX,
                                              .deadline_ms = DEADLINE_MS};
    const char *listen = web->options.listen;
    int fd;
    unsigned port;
    TRY(check_loopback(listen, problem));
    TRY(http_listen(listen, &fd, &port, problem));
    snprintf(web->address, sizeof web->address, "%.*s:%u", (int)(strrchr(listen, ':') - listen),
             listen, port);
    snprintf(web->cookie_name, sizeof web->cookie_name, "desk-%u", port);
    TRY(http_server_new(fd, &limits, web_route, web, &web->server));
    http_tick(web->server, TICK_MS, tick, web);
    return web_pull_init(web);
}

int web_new(const struct web_options *options, struct web **ret_web, struct problem *problem)
{
    struct web *web = mem_calloc(1, sizeof *web);
    REJECT_IF(!web, E_NOMEM);
    web->options = *options;
    if (!web->options.slept_ms)
        web->options.slept_ms = slept_since_boot_ms;
    web->pull.ended_fd = -1;
    for (size_t i = 0; i < WEB_WATCHES_MAX; i++)
        web->watched[i].fd = -1;
    web->session = secret_alloc(sizeof *web->session);
    int error = web->session ? open_server(web, problem) : E_NOMEM;
    if (error < 0)
        web_free(web);
    else
        *ret_web = web;
    return error;
}

void web_free(struct web *web)
{
    if (!web)
        return;
    web_lock(web);
    web_pull_release(web);
    http_server_free(web->server);
    secret_free(web->session);
    mem_free(web);
}

const char *web_address(const struct web *web)
{
    return web->address;
}

void web_invite(struct web *web, struct buf *out)
{
    ASSERT(!web_locked(web));
    web_session_invite(web->session, clock_monotonic_ms() + web->options.token_ms);
    buf_printf(out, "http://%s/open?token=%s", web->address, web->session->token.text);
}

bool web_entered(const struct web *web)
{
    return web->session->cookie.text[0] && !web->session->token.text[0];
}

/* Events */

int web_run(struct web *web, enum web_event *ret_event)
{
    TRY(http_run(web->server));
    *ret_event = (enum web_event)atomic_load(&web->event);
    return 0;
}

void web_interrupt(struct web *web, enum web_event event)
{
    atomic_store(&web->event, event);
    if (web->server)
        http_stop(web->server);
}

static void readable(void *context, uint32_t events)
{
    const struct web_watched *watched = context;
    (void)events;
    web_interrupt(watched->web, watched->event);
}

int web_watch(struct web *web, int fd, enum web_event event)
{
    size_t i = 0;
    while (i < WEB_WATCHES_MAX && web->watched[i].fd >= 0)
        i++;
    ASSERT(i < WEB_WATCHES_MAX);
    TRY(http_watch(web->server, fd, EPOLLIN, readable, &web->watched[i]));
    web->watched[i] = (struct web_watched){.web = web, .fd = fd, .event = event};
    return 0;
}

void web_unwatch(struct web *web, int fd)
{
    for (size_t i = 0; i < WEB_WATCHES_MAX; i++) {
        if (web->watched[i].fd == fd && http_watch_change(web->server, fd, 0) == 0)
            web->watched[i].fd = -1;
    }
}
