/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How many pages of 10 KB one core serves, and how many forms of 4 KB it takes, a connection each.
 * The server is a process of its own, so its processor time is told apart from the load's: on a
 * machine with few cores cpu_us_each says more than good_per_s. */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "http/form.h"
#include "http/server.h"
#include "load_run.h"

#define PAGE_BYTES 10240
#define TEXT_BYTES 4096
#define REQUESTS 20000

static void serve(void *context, struct http_request *request)
{
    static char page[PAGE_BYTES];
    struct form form;
    (void)context;
    if (strcmp(http_method(request), "POST") == 0 &&
        (form_read(http_body(request), http_arena(request), &form) < 0 ||
         form_value(&form, "text").len < TEXT_BYTES)) {
        http_reply(request, 400, NULL, span_text(""), NULL, 0);
        return;
    }
    memset(page, 'p', sizeof page);
    http_reply(request, 200, "text/html; charset=utf-8", span_of(page, sizeof page), NULL, 0);
}

static struct http_server *running;
static void on_term(int number)
{
    (void)number;
    http_stop(running);
}

static int run_server(int fd)
{
    const struct http_limits limits = {1000, 8192, 1 << 20, 30000};
    const struct sigaction act = {.sa_handler = on_term};
    if (http_server_new(fd, &limits, serve, NULL, &running) < 0 ||
        sigaction(SIGTERM, &act, NULL) < 0 || http_run(running) < 0)
        return 1;
    http_server_free(running);
    return 0;
}

static void make_get(void *context, uint64_t n, struct buf *out)
{
    (void)context;
    (void)n;
    buf_text(out, "GET / HTTP/1.1\r\nHost: bench\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; rv:"
                  "128.0) Gecko/20100101 Firefox/128.0\r\nAccept: text/html,application/xhtml+xml,"
                  "application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.5\r\n"
                  "Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n"
                  "Upgrade-Insecure-Requests: 1\r\n\r\n");
}

static void make_post(void *context, uint64_t n, struct buf *out)
{
    char number[16], text[TEXT_BYTES + 1];
    (void)context;
    memset(text, 't', TEXT_BYTES);
    text[TEXT_BYTES] = '\0';
    int digits = snprintf(number, sizeof number, "%08llu", (unsigned long long)n);
    buf_printf(out, "POST / HTTP/1.1\r\nHost: bench\r\nContent-Length: %zu\r\n\r\nn=%s&text=%s",
               strlen("n=&text=") + (size_t)digits + TEXT_BYTES, number, text);
}

static double seconds_of(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* A server of its own for each figure, since a process tells its time when it has ended. */
static int measure(const char *what, unsigned connections, load_make_fn *make)
{
    struct problem problem = {0};
    struct load_result result;
    struct rusage before, after;
    char address[32];
    unsigned port;
    int fd;
    TRY(http_listen("127.0.0.1:0", &fd, &port, &problem));
    pid_t server = fork();
    REJECT_IF(server < 0, E_IO);
    if (server == 0)
        _exit(run_server(fd));
    close(fd);
    snprintf(address, sizeof address, "127.0.0.1:%u", port);
    struct load_plan plan = {address, connections, REQUESTS, 200, make, NULL};
    getrusage(RUSAGE_CHILDREN, &before);
    int error = load_run(&plan, &result, &problem);
    kill(server, SIGTERM);
    waitpid(server, NULL, 0);
    TRY(error);
    getrusage(RUSAGE_CHILDREN, &after);
    double cpu_s = seconds_of(after.ru_utime) + seconds_of(after.ru_stime) -
                   seconds_of(before.ru_utime) - seconds_of(before.ru_stime);
    struct buf out;
    buf_init(&out, 4096);
    load_put(&out, &plan, &result);
    printf("{\"what\": \"%s\", %s, \"cpu_us_each\": %.1f}\n", what, buf_cstr(&out),
           cpu_s * 1e6 / REQUESTS);
    buf_release(&out);
    return fflush(stdout) == 0 && result.bad == 0 ? 0 : E_NETWORK;
}

int main(void)
{
    static const unsigned at_once[] = {1, 16, 64, 512};
    for (size_t i = 0; i < COUNT_OF(at_once); i++) {
        if (measure("page of 10 KB", at_once[i], make_get) < 0 ||
            measure("form of 4 KB", at_once[i], make_post) < 0)
            return 1;
    }
    return 0;
}
