/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A body grows in blocks of our own that are wiped when they are left, since what realloc leaves
 * behind stays readable; and it grows as bytes come, not as they are announced, so that many
 * announcements take no memory. */
#include "http/server_internal.h"

#include <string.h>

#include "base/mem.h"

#define BODY_FIRST_BYTES 4096
/* What a handler may need besides a few copies of the body: the page that it writes. */
#define ARENA_BASE_BYTES (1024 * 1024)
#define ARENA_BODIES 4

const struct http_reply_header http_reply_always[] = {
    {"Connection", "close"},
    {"Cache-Control", "no-store"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "accelerometer=(), camera=(), display-capture=(), geolocation=(), "
                           "gyroscope=(), microphone=(), payment=(), usb=()"},
};
const size_t http_reply_always_count = COUNT_OF(http_reply_always);

struct http_request *http_request_new(struct http_server *server, int fd)
{
    struct http_request *request = mem_calloc(1, sizeof *request);
    if (!request)
        return NULL;
    request->server = server;
    request->fd = fd;
    request->deadline_ms = server->now_ms + server->limits.deadline_ms;
    ring_init(&request->by_age);
    ring_init(&request->elsewhere);
    ring_add_last(&server->by_age, &request->by_age);
    ring_add_last(&server->outside, &request->elsewhere);
    arena_init(&request->arena, ARENA_BASE_BYTES + ARENA_BODIES * server->limits.body_bytes_max);
    server->count++;
    return request;
}

static void release_body(struct http_request *request)
{
    if (request->body.data)
        mem_wipe(request->body.data, request->body.capacity);
    mem_free(request->body.data);
    request->body.data = NULL;
    request->body.len = request->body.capacity = 0;
}

void http_request_bury(struct http_request *request)
{
    struct http_server *server = request->server;
    ASSERT(!request->waiting && request->phase != REQUEST_BURIED);
    release_body(request);
    arena_release(&request->arena);
    request->phase = REQUEST_BURIED;
    ring_remove(&request->by_age);
    ring_remove(&request->elsewhere);
    ring_add_last(&server->buried, &request->elsewhere);
    server->count--;
}

int http_request_describe(struct http_request *request, const struct gate_head *head)
{
    char *path = arena_copy_text(&request->arena, head->target);
    REJECT_IF(!path, E_NOMEM);
    char *mark = strchr(path, '?');
    if (mark)
        *mark = '\0';
    request->path = path;
    request->query = mark ? mark + 1 : "";
    request->post = head->post;
    request->body.expected = head->body_bytes;
    return 0;
}

static int grow_body(struct http_request *request, size_t at_least)
{
    size_t capacity = request->body.capacity ? request->body.capacity : BODY_FIRST_BYTES;
    while (capacity < at_least)
        capacity *= 2;
    if (capacity > request->body.expected)
        capacity = request->body.expected;
    uint8_t *data = mem_alloc(capacity);
    REJECT_IF(!data, E_NOMEM);
    size_t len = request->body.len;
    if (len)
        memcpy(data, request->body.data, len);
    release_body(request);
    request->body.data = data;
    request->body.len = len;
    request->body.capacity = capacity;
    return 0;
}

int http_request_add_body(struct http_request *request, const void *data, size_t len)
{
    REJECT_IF(len > request->body.expected - request->body.len, E_TOO_LARGE);
    if (len > request->body.capacity - request->body.len)
        TRY(grow_body(request, request->body.len + len));
    memcpy(request->body.data + request->body.len, data, len);
    request->body.len += len;
    return 0;
}

void http_request_give_up(struct http_request *request)
{
    if (!request->waiting)
        return;
    request->waiting = false;
    request->given_up = true;
    request->gone(request->state);
    http_library_resume(request);
}

const char *http_method(const struct http_request *request)
{
    return request->post ? "POST" : "GET";
}

const char *http_path(const struct http_request *request)
{
    return request->path;
}

const char *http_query(const struct http_request *request)
{
    return request->query;
}

struct span http_body(const struct http_request *request)
{
    return span_of(request->body.data, request->body.len);
}

struct arena *http_arena(struct http_request *request)
{
    return &request->arena;
}

void http_set_state(struct http_request *request, void *state, void (*gone)(void *state))
{
    request->state = state;
    request->gone = gone;
}
