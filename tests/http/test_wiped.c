/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* After a reply nothing of what was sent and replied is left in the memory of the server, which is
 * a process of its own that looks through all of its memory when it is asked to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <malloc.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/encode.h"
#include "harness.h"

#define MARK_BYTES 24
#define BODY_BYTES 50000
#define LINE_BYTES 512
#define AT_ONCE 5

/* A pattern that is nowhere written down, so that looking for it does not find the search. */
static char mark_at(size_t i)
{
    return (char)('a' + (i * i * 7 + i * 3 + 5) % 26);
}

static size_t count_marks(const char *bytes, size_t len)
{
    size_t count = 0;
    for (size_t at = 0; at + MARK_BYTES <= len; at++) {
        size_t same = 0;
        while (same < MARK_BYTES && bytes[at + same] == mark_at(same))
            same++;
        count += same == MARK_BYTES;
    }
    return count;
}

static size_t scan_memory(void)
{
    char line[LINE_BYTES];
    size_t count = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps)) {
        char *rest;
        uintptr_t from = strtoull(line, &rest, 16), to = strtoull(rest + 1, &rest, 16);
        if (strncmp(rest, " rw", 3) == 0)
            count += count_marks((const char *)from, to - from);
    }
    if (maps)
        fclose(maps);
    return count;
}

static void serve(void *context, struct http_request *request)
{
    struct arena *arena = http_arena(request);
    struct span body = http_body(request);
    (void)context;
    if (strcmp(http_path(request), "/scan") == 0) {
        char *found = arena_printf(arena, "%zu", scan_memory());
        http_reply(request, 200, NULL, span_text(found ? found : "no memory"), NULL, 0);
        return;
    }
    /* What a page does: it copies what it was given into its arena and shows it again. */
    char *copy = arena_copy_text(arena, body);
    size_t marks = copy ? count_marks(copy, body.len) : 0;
    http_reply(request, marks == BODY_BYTES / MARK_BYTES ? 200 : 500, NULL, body, NULL, 0);
}

static void run_server(int fd)
{
    const struct http_limits limits = {10, 4096, BODY_BYTES, 10000};
    struct http_server *server;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* Freed memory is kept, where it can be found. */
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    if (http_server_new(fd, &limits, serve, NULL, &server) == 0)
        _exit(http_run(server) < 0);
    _exit(1);
}

/* Several at once, so that what one leaves in freed memory is not all overwritten by the next. When
 * they break off, they do so before the last piece. */
static void send_marks(const struct house *house, size_t piece_bytes, bool break_off)
{
    static char reply[REPLY_BYTES_MAX], body[BODY_BYTES];
    char head[256];
    int fds[AT_ONCE];
    for (size_t i = 0; i < BODY_BYTES; i++)
        body[i] = mark_at(i % MARK_BYTES);
    snprintf(head, sizeof head,
             "POST /page?%.*s HTTP/1.1\r\nHost: a\r\nUser-Agent: %.*s\r\n"
             "Content-Length: %d\r\n\r\n",
             MARK_BYTES, body, MARK_BYTES, body, BODY_BYTES);
    for (int i = 0; i < AT_ONCE; i++) {
        fds[i] = client_connect(house);
        assert_true(client_send_text(fds[i], head));
    }
    for (size_t at = 0; at < BODY_BYTES; at += piece_bytes) {
        size_t left = BODY_BYTES - at, len = piece_bytes < left ? piece_bytes : left;
        for (int i = 0; i < AT_ONCE && !(break_off && len == left); i++)
            assert_true(client_send(fds[i], body + at, len));
    }
    for (int i = 0; i < AT_ONCE; i++) {
        if (break_off)
            shutdown(fds[i], SHUT_WR);
        assert_int_equal(client_read(fds[i], reply), break_off ? 0 : 200);
        close(fds[i]);
    }
}

static size_t ask_for_scan(const struct house *house)
{
    static char reply[REPLY_BYTES_MAX];
    uint64_t found;
    const char text[] = "GET /scan HTTP/1.1\r\nHost: a\r\n\r\n";
    assert_int_equal(client_ask(house, text, strlen(text), reply), 200);
    const char *body = strstr(reply, "\r\n\r\n");
    assert_non_null(body);
    assert_int_equal(decimal_read(span_text(body + 4), UINT32_MAX, &found), 0);
    return (size_t)found;
}

static void nothing_is_left_behind(void **state)
{
    struct problem problem = {0};
    struct house house = {0};
    int fd;
    (void)state;
    assert_int_equal(http_listen("127.0.0.1:0", &fd, &house.port, &problem), 0);
    pid_t server = fork();
    assert_true(server >= 0);
    if (server == 0)
        run_server(fd);
    close(fd);
    static const size_t pieces[] = {49999, 999, 7001};
    size_t found = 0;
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        send_marks(&house, pieces[i], false);
        found += ask_for_scan(&house);
        send_marks(&house, pieces[i], true);
        found += ask_for_scan(&house);
    }
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    assert_int_equal(found, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
