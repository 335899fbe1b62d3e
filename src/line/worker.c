/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "line/worker.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "line/sandbox.h"

#define TICK_MS 1000
#define ROSTER_EVERY_TICKS 20

static void take_roster(struct worker *worker, struct span chain)
{
    struct roster *roster;

    if (roster_chain_read(chain, &roster, NULL) < 0)
        return;
    roster_free(worker->roster);
    worker->roster = roster;
}

static void got_roster(void *context, int error, struct span reply)
{
    struct worker *worker = context;

    worker->asking_roster = false;
    if (error == 0)
        take_roster(worker, reply);
}

void worker_refresh_roster(struct worker *worker)
{
    if (!worker->asking_roster)
        worker->asking_roster =
            ask_later(worker->ask, WIRE_ROSTER, span_of(NULL, 0), got_roster, worker) == 0;
}

static void tick(void *context)
{
    struct worker *worker = context;
    static unsigned ticks;

    if (++ticks % ROSTER_EVERY_TICKS == 0)
        worker_refresh_roster(worker);
    if (worker->on_tick)
        worker->on_tick(worker->tick_context);
}

static int first_roster(struct worker *worker)
{
    struct buf chain;
    int error;

    buf_init(&chain, WIRE_REPLY_MAX);
    error = ask_now(worker->ask, WIRE_ROSTER, span_of(NULL, 0), &chain);
    if (error == 0)
        error = roster_chain_read(buf_bytes(&chain), &worker->roster, NULL);
    buf_release(&chain);
    return error;
}

static void on_signal(void *context, uint32_t events)
{
    struct worker *worker = context;
    int error;

    (void)events;
    /* It is never read, and told once is enough. */
    error = http_watch_change(worker->server, worker->signal_fd, 0);
    ASSERT(error == 0);
    http_retire(worker->server);
}

static int watch_signals(struct worker *worker)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    worker->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    REJECT_IF(worker->signal_fd < 0, E_IO);
    return http_watch(worker->server, worker->signal_fd, EPOLLIN, on_signal, worker);
}

int worker_start(struct worker *worker, const struct worker_config *config)
{
    TRY(ask_new(config->keeper_fd, &worker->ask));
    TRY(first_roster(worker));
    TRY(http_server_new(config->listen_fd, &config->limits, config->handler, config->context,
                        &worker->server));
    TRY(watch_signals(worker));
    TRY(ask_serve(worker->ask, worker->server));
    http_tick(worker->server, TICK_MS, tick, worker);
    return sandbox_worker();
}

int worker_run(struct worker *worker)
{
    return http_run(worker->server);
}

void worker_release(struct worker *worker)
{
    http_server_free(worker->server);
    ask_free(worker->ask);
    roster_free(worker->roster);
}
