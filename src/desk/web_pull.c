/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The thread has its own twin of the desk and shares nothing with the loop but the fields of struct
 * web_pull: the loop writes them before the thread begins and reads them after it has ended, and
 * only `cancelled` is for both at once. */
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "desk/web_internal.h"

/* An answer should be on its way before the member has thought of asking; but who writes several in
 * a row need not have a connection for each. */
#define SOON_MS 3000

static int stop_if_cancelled(void *context, const char *what, uint64_t done, uint64_t of)
{
    struct web_pull *pull = context;
    (void)what;
    (void)done;
    (void)of;
    return atomic_load(&pull->cancelled) ? E_BUSY : 0;
}

static void *run(void *context)
{
    struct web_pull *pull = context;
    uint64_t one = 1;
    pull->error = desk_wake(pull->twin, &pull->problem);
    if (pull->error == 0)
        pull->error = pull_run(pull->twin, &pull->options, &pull->report, &pull->problem);
    desk_free(pull->twin);
    pull->twin = NULL;
    if (write(pull->ended_fd, &one, sizeof one) < 0)
        ASSERT(!"an eventfd takes a one");
    return NULL;
}

int web_pull_start(struct web *web, struct problem *problem)
{
    struct web_pull *pull = &web->pull;
    if (pull->running)
        return 0;
    desk_sleep(web->desk);
    TRY(desk_twin(web->desk, &pull->twin, problem));
    desk_sleep(pull->twin);
    pull->due_ms = 0;
    pull->options = (struct pull_options){.from = web->options.from,
                                          .proxy = web->options.proxy,
                                          .order = model_next_order(web->model),
                                          .progress = stop_if_cancelled,
                                          .context = pull};
    pull->report = (struct pull_report){0};
    problem_clear(&pull->problem);
    atomic_store(&pull->cancelled, false);
    if (pthread_create(&pull->thread, NULL, run, pull) != 0) {
        desk_free(pull->twin);
        pull->twin = NULL;
        return E_NOMEM;
    }
    pull->running = true;
    return 0;
}

/* Who waits */

static void waiting_gone(void *state)
{
    struct web_pull *pull = state;
    pull->waiting = NULL;
}

static void answer_waiting(struct web_pull *pull)
{
    struct http_request *request = pull->waiting;
    struct http_reply_header to = {"Location", pull->waiting_back};
    if (!request)
        return;
    pull->waiting = NULL;
    http_reply(request, 303, NULL, span_of(NULL, 0), &to, 1);
}

void web_pull_wait(struct web *web, struct http_request *request, const char *back)
{
    struct web_pull *pull = &web->pull;
    answer_waiting(pull);
    pull->waiting = request;
    pull->waiting_back = back;
    pull->waiting_until_ms = clock_monotonic_ms() + WEB_PULL_WAIT_MS;
    http_set_state(request, pull, waiting_gone);
}

static const struct language *language_of(const struct web *web)
{
    return web->session->language ? web->session->language : language_at(0);
}

static void note_result(struct web *web)
{
    const struct web_pull *pull = &web->pull;
    const struct language *language = language_of(web);
    char received[24], sent[24];
    struct buf text CLEANUP(buf_release);
    buf_init(&text, WEB_NOTE_MAX);
    snprintf(received, sizeof received, "%llu", (unsigned long long)pull->report.received);
    snprintf(sent, sizeof sent, "%llu", (unsigned long long)pull->report.sent);
    if (pull->failure[0])
        buf_text(&text, language_text(language, pull->failure));
    else
        language_put(&text, language, N_("Fetched from the line: {received}. Sent: {sent}."),
                     (const char *const[]){"received", received, "sent", sent, NULL});
    snprintf(web->session->note, WEB_NOTE_MAX + 1, "%s", buf_cstr(&text));
}

/* The time */

static void plan_next(struct web *web)
{
    web->pull.due_ms = web->options.every_ms > 0 ? clock_monotonic_ms() + web->options.every_ms : 0;
}

static void keep_result(struct web_pull *pull, int error, const struct problem *problem)
{
    if (error == 0)
        pull->minute = clock_minute(clock_now_s());
    snprintf(pull->failure, sizeof pull->failure, "%s",
             error < 0 ? problem_text(problem, error) : "");
}

/* What came is folded at once, so that the next page need not wait for it. */
static void fold(struct web *web)
{
    struct problem problem;
    problem_clear(&problem);
    int error = desk_wake(web->desk, &problem);
    if (error == 0)
        error = model_refresh(web->model, &problem);
    if (error == 0)
        error = model_keep_cosignatures(web->model, &problem);
    if (error == 0)
        error = model_delete_decided(web->model, &problem);
    desk_sleep(web->desk);
    if (error < 0)
        keep_result(&web->pull, error, &problem);
}

static void ended(void *context, uint32_t events)
{
    struct web *web = context;
    struct web_pull *pull = &web->pull;
    uint64_t count;
    (void)events;
    if (read(pull->ended_fd, &count, sizeof count) < 0 || !pull->running)
        return;
    pthread_join(pull->thread, NULL);
    pull->running = false;
    if (!atomic_load(&pull->cancelled))
        keep_result(pull, pull->error, &pull->problem);
    if (web->desk)
        fold(web);
    plan_next(web);
    if (pull->waiting)
        note_result(web);
    answer_waiting(pull);
}

void web_pull_soon(struct web *web)
{
    if (web->options.every_ms > 0)
        web->pull.due_ms = clock_monotonic_ms() + SOON_MS;
}

/* A pull that cannot begin is tried again when the next one is due. */
static void start_due(struct web *web)
{
    struct problem problem;
    problem_clear(&problem);
    int error = web_pull_start(web, &problem);
    if (error < 0) {
        keep_result(&web->pull, error, &problem);
        plan_next(web);
    }
}

void web_pull_tick(struct web *web)
{
    struct web_pull *pull = &web->pull;
    int64_t now_ms = clock_monotonic_ms();
    if (pull->waiting && now_ms >= pull->waiting_until_ms) {
        snprintf(web->session->note, WEB_NOTE_MAX + 1, "%s",
                 language_text(language_of(web), N_("Fetching takes long, and goes on.")));
        answer_waiting(pull);
    }
    if (pull->due_ms && now_ms >= pull->due_ms && !pull->running)
        start_due(web);
}

void web_pull_cancel(struct web *web)
{
    struct web_pull *pull = &web->pull;
    atomic_store(&pull->cancelled, true);
    pull->due_ms = 0;
    answer_waiting(pull);
}

/* Life */

int web_pull_init(struct web *web)
{
    web->pull.ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    REJECT_IF(web->pull.ended_fd < 0, E_IO);
    return http_watch(web->server, web->pull.ended_fd, EPOLLIN, ended, web);
}

void web_pull_release(struct web *web)
{
    struct web_pull *pull = &web->pull;
    web_pull_cancel(web);
    if (pull->running)
        pthread_join(pull->thread, NULL);
    pull->running = false;
    if (pull->ended_fd >= 0)
        close(pull->ended_fd);
}
