/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "load_run.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/mem.h"

#define REQUEST_BYTES_MAX (16u << 20)
#define EVENTS_A_ROUND 64
#define PATIENCE_MS 30000
#define STATUS_LINE_BYTES 12 /* HTTP/1.1 200 */

struct place {
    struct sockaddr_storage address;
    socklen_t len;
};

struct client {
    int fd;
    struct buf request;
    size_t sent, received;
    char status_line[STATUS_LINE_BYTES];
    int64_t begin_us;
};

struct load {
    const struct load_plan *plan;
    struct load_result *result;
    struct place place;
    int epoll_fd;
    struct client *clients;
    uint32_t *latencies_us;
    uint64_t begun, ended;
};

static int64_t now_us(void)
{
    struct timespec now;
    ASSERT(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int read_numeric(const char *address, struct place *ret_place)
{
    char host[64] = {0};
    uint64_t port;
    const char *colon = strrchr(address, ':');
    REJECT_IF(!colon || (size_t)(colon - address) >= sizeof host, E_ARGUMENT);
    REJECT_IF(decimal_read(span_text(colon + 1), UINT16_MAX, &port) < 0, E_ARGUMENT);
    memcpy(host, address, (size_t)(colon - address));
    size_t len = strlen(host);
    if (host[0] == '[' && len > 2 && host[len - 1] == ']') {
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&ret_place->address;
        host[len - 1] = '\0';
        *v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
        ret_place->len = sizeof *v6;
        return inet_pton(AF_INET6, host + 1, &v6->sin6_addr) == 1 ? 0 : E_ARGUMENT;
    }
    struct sockaddr_in *v4 = (struct sockaddr_in *)&ret_place->address;
    *v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    ret_place->len = sizeof *v4;
    return inet_pton(AF_INET, host, &v4->sin_addr) == 1 ? 0 : E_ARGUMENT;
}

static int read_place(const char *address, struct place *ret_place)
{
    if (strncmp(address, "unix:", 5) != 0)
        return read_numeric(address, ret_place);
    struct sockaddr_un *local = (struct sockaddr_un *)&ret_place->address;
    *local = (struct sockaddr_un){.sun_family = AF_UNIX};
    size_t len = strlen(address + 5);
    REJECT_IF(len == 0 || len >= sizeof local->sun_path, E_ARGUMENT);
    memcpy(local->sun_path, address + 5, len);
    ret_place->len = sizeof *local;
    return 0;
}

static int status_of(const struct client *client)
{
    const char *at = client->status_line;
    if (client->received < STATUS_LINE_BYTES || memcmp(at, "HTTP/1.1 ", 9) != 0)
        return 0;
    return (at[9] - '0') * 100 + (at[10] - '0') * 10 + (at[11] - '0');
}

static void end_client(struct load *load, struct client *client)
{
    int status = status_of(client);
    int64_t took_us = now_us() - client->begin_us;
    if (status == load->plan->status) {
        load->latencies_us[load->result->good++] = (uint32_t)took_us;
    } else {
        load->result->bad++;
        load->result->bad_status = status;
    }
    load->result->sent_bytes += client->sent;
    load->result->received_bytes += client->received;
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
    load->ended++;
}

static bool open_client(struct load *load, struct client *client)
{
    int family = load->place.address.ss_family;
    client->fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (client->fd < 0)
        return false;
    int done = connect(client->fd, (const struct sockaddr *)&load->place.address, load->place.len);
    if (done < 0 && errno != EINPROGRESS)
        return false;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = client};
    return epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, client->fd, &event) == 0;
}

/* Takes up the next requests until one is under way or there are no more. */
static int begin_client(struct load *load, struct client *client)
{
    while (load->begun < load->plan->requests) {
        buf_reset(&client->request);
        load->plan->make(load->plan->context, load->begun++, &client->request);
        TRY(buf_error(&client->request));
        client->sent = client->received = 0;
        client->begin_us = now_us();
        if (open_client(load, client))
            return 0;
        end_client(load, client);
    }
    return 0;
}

static void send_some(struct client *client)
{
    while (client->sent < client->request.len) {
        ssize_t sent = send(client->fd, client->request.data + client->sent,
                            client->request.len - client->sent, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        client->sent += (size_t)sent;
    }
}

/* False at the end of the reply. */
static bool receive_some(struct client *client)
{
    char bytes[65536];
    for (;;) {
        ssize_t got = recv(client->fd, bytes, sizeof bytes, 0);
        if (got < 0 && (errno == EAGAIN || errno == ENOTCONN))
            return true;
        if (got <= 0)
            return false;
        for (ssize_t i = 0; i < got && client->received + (size_t)i < STATUS_LINE_BYTES; i++)
            client->status_line[client->received + (size_t)i] = bytes[i];
        client->received += (size_t)got;
    }
}

static int run_all(struct load *load)
{
    struct epoll_event events[EVENTS_A_ROUND];
    for (unsigned i = 0; i < load->plan->connections; i++)
        TRY(begin_client(load, &load->clients[i]));
    while (load->ended < load->plan->requests) {
        int count = epoll_wait(load->epoll_fd, events, EVENTS_A_ROUND, PATIENCE_MS);
        REJECT_IF(count == 0, E_TIMEOUT);
        REJECT_IF(count < 0 && errno != EINTR, E_NETWORK);
        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;
            send_some(client);
            if (receive_some(client))
                continue;
            end_client(load, client);
            TRY(begin_client(load, client));
        }
    }
    return 0;
}

static int by_size(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void sum_up(struct load *load, int64_t begin_us)
{
    struct load_result *result = load->result;
    result->seconds = (double)(now_us() - begin_us) / 1e6;
    if (result->good == 0)
        return;
    qsort(load->latencies_us, result->good, sizeof *load->latencies_us, by_size);
    uint64_t last = result->good - 1;
    result->p50_us = load->latencies_us[last / 2];
    result->p90_us = load->latencies_us[last * 9 / 10];
    result->p99_us = load->latencies_us[last * 99 / 100];
    result->max_us = load->latencies_us[last];
}

static int run_load(struct load *load)
{
    unsigned connections = load->plan->connections;
    load->clients = mem_calloc(connections, sizeof *load->clients);
    load->latencies_us = mem_calloc(load->plan->requests, sizeof *load->latencies_us);
    REJECT_IF(!load->clients || !load->latencies_us, E_NOMEM);
    for (unsigned i = 0; i < connections; i++) {
        load->clients[i].fd = -1;
        buf_init(&load->clients[i].request, REQUEST_BYTES_MAX);
    }
    load->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    REJECT_IF(load->epoll_fd < 0, E_NETWORK);
    int64_t begin_us = now_us();
    int error = run_all(load);
    sum_up(load, begin_us);
    return error;
}

static void release_load(struct load *load)
{
    for (unsigned i = 0; load->clients && i < load->plan->connections; i++) {
        if (load->clients[i].fd >= 0)
            close(load->clients[i].fd);
        buf_release(&load->clients[i].request);
    }
    if (load->epoll_fd >= 0)
        close(load->epoll_fd);
    mem_free(load->clients);
    mem_free(load->latencies_us);
}

int load_run(const struct load_plan *plan, struct load_result *ret_result, struct problem *problem)
{
    struct load_result result = {0};
    struct load load = {.plan = plan, .result = &result, .epoll_fd = -1};
    if (read_place(plan->address, &load.place) < 0)
        return problem_set(problem, E_ARGUMENT, "%s is no address", plan->address);
    int error = run_load(&load);
    release_load(&load);
    if (error < 0)
        return problem_set(problem, error, "%s: %s", plan->address, error_sentence(error));
    *ret_result = result;
    return 0;
}

void load_put(struct buf *out, const struct load_plan *plan, const struct load_result *result)
{
    buf_printf(out, "\"connections\": %u, \"requests\": %llu, \"good\": %llu, \"bad\": %llu, ",
               plan->connections, (unsigned long long)plan->requests,
               (unsigned long long)result->good, (unsigned long long)result->bad);
    if (result->bad)
        buf_printf(out, "\"bad_status\": %d, ", result->bad_status);
    buf_printf(out, "\"seconds\": %.3f, \"good_per_s\": %.0f, ", result->seconds,
               (double)result->good / (result->seconds > 0 ? result->seconds : 1));
    buf_printf(out, "\"p50_us\": %u, \"p90_us\": %u, \"p99_us\": %u, \"max_us\": %u, ",
               result->p50_us, result->p90_us, result->p99_us, result->max_us);
    buf_printf(out, "\"sent_bytes\": %llu, \"received_bytes\": %llu",
               (unsigned long long)result->sent_bytes, (unsigned long long)result->received_bytes);
}
