/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "line/door.h"

#include "base/clock.h"
#include "base/mem.h"
#include "seal/secret.h"

#define CONNECTIONS_MAX 1024
#define HEAD_BYTES_MAX 8192
/* Over Tor a slow phone needs a minute for its text. */
#define DEADLINE_MS (120 * 1000)

static bool is_method(const struct http_request *request, const char *method)
{
    return strcmp(http_method(request), method) == 0;
}

typedef void page_fn(struct flow *flow, const struct form *form);

static void home(struct flow *flow, const struct form *form)
{
    (void)form;
    door_home(flow);
}

static void back(struct flow *flow, const struct form *form)
{
    (void)form;
    door_back(flow);
}

static const struct {
    const char *method, *path;
    page_fn *page;
} routes[] = {
    {"GET", "/", home},
    {"GET", "/back", back},
    {"POST", "/new", door_write},
    {"POST", "/send", door_send},
    {"POST", "/mailbox", door_mailbox},
    {"POST", "/erase", door_erase},
    {"POST", "/erased", door_erased},
};

static page_fn *route(const struct http_request *request)
{
    for (size_t i = 0; i < COUNT_OF(routes); i++)
        if (is_method(request, routes[i].method) && strcmp(http_path(request), routes[i].path) == 0)
            return routes[i].page;
    return NULL;
}

static void handle(void *context, struct http_request *request)
{
    struct door *door = context;
    page_fn *page = route(request);
    struct flow *flow = flow_new(door, request);
    struct form form;

    if (!flow) {
        http_reply(request, 503, "text/plain; charset=utf-8", span_text(error_sentence(E_NOMEM)),
                   NULL, 0);
        return;
    }
    if (flow_form(flow, &form) < 0)
        return;
    if (page)
        page(flow, &form);
    else
        flow_problem(flow, 404, "not_found");
}

uint32_t door_minute(void)
{
    return (uint32_t)(clock_monotonic_ms() / 60000);
}

static void tick(void *context)
{
    struct door *door = context;

    ticket_keys_advance(door->ticket_keys, door_minute());
}

int door_run(const struct door_config *config)
{
    struct door door = {
        .other_way = config->other_way,
        .ticket_keys = config->ticket_keys,
    };
    struct worker_config worker = {
        .listen_fd = config->listen_fd,
        .keeper_fd = config->keeper_fd,
        .limits = {.connections_max = CONNECTIONS_MAX,
                   .head_bytes_max = HEAD_BYTES_MAX,
                   .body_bytes_max = DOOR_BODY_MAX,
                   .deadline_ms = DEADLINE_MS},
        .handler = handle,
        .context = &door,
    };
    int error;

    door.worker.on_tick = tick;
    door.worker.tick_context = &door;
    error = worker_start(&door.worker, &worker);
    if (error == 0)
        error = worker_run(&door.worker);
    worker_release(&door.worker);
    secret_free(door.ticket_keys);
    return error;
}
