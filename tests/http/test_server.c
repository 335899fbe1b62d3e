/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is asked and what comes back, over real sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "harness.h"
#include "malformed.h"
#include "prop.h"

static char reply[REPLY_BYTES_MAX];

static int open_house(void **state)
{
    static struct house house;
    house_open(&house, "127.0.0.1:0", &house_limits);
    *state = &house;
    return 0;
}

static int close_house(void **state)
{
    house_close(*state);
    return 0;
}

static int ask(struct house *house, const char *text)
{
    return client_ask(house, text, strlen(text), reply);
}

static const char *body_of(const char *text)
{
    const char *end = strstr(text, "\r\n\r\n");
    return end ? end + 4 : "";
}

static void hands_over_what_was_asked(void **state)
{
    struct house *house = *state;
    assert_int_equal(ask(house, "GET /a%20b?x=%41+b&y HTTP/1.1\r\nHost: a\r\n"
                                "User-Agent: t e s t\r\n\r\n"),
                     200);
    assert_string_equal(body_of(reply), "GET\n/a%20b\nx=%41+b&y\nt e s t\n");
    assert_int_equal(ask(house, "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\na=1&b"),
                     200);
    assert_string_equal(body_of(reply), "POST\n/p\n\n-\na=1&b");
    assert_int_equal(ask(house, POST "Content-Length: 0\r\n\r\n"), 200);
    assert_string_equal(body_of(reply), "POST\n/\n\n-\n");
}

static void replies_have_the_headers_that_are_promised(void **state)
{
    static const char *const promised[] = {
        "\r\nConnection: close\r\n",
        "\r\nCache-Control: no-store\r\n",
        "\r\nReferrer-Policy: no-referrer\r\n",
        "\r\nX-Content-Type-Options: nosniff\r\n",
        "\r\nCross-Origin-Opener-Policy: same-origin\r\n",
        "\r\nCross-Origin-Resource-Policy: same-origin\r\n",
        "\r\nPermissions-Policy: ",
        "\r\nContent-Type: text/plain; charset=utf-8\r\n",
        "\r\nContent-Length: ",
    };
    static const char *const asked[] = {GET "\r\n", "GET / HTTP/1.0\r\n\r\n",
                                        "GET / HTTP/1.1\r\n\r\n", GET "X: \x01\r\n\r\n"};
    for (size_t i = 0; i < COUNT_OF(asked); i++) {
        assert_int_equal(ask(*state, asked[i]), i < 2 ? 200 : 400);
        for (size_t h = 0; h < COUNT_OF(promised); h++) {
            const char *found = strstr(reply, promised[h]);
            if (!found || strstr(found + 1, promised[h]))
                fail_msg("%s: not exactly one %s", reply, promised[h]);
        }
        assert_null(strstr(reply, "\r\nDate:"));
        assert_null(strstr(reply, "\r\nServer:"));
    }
    assert_int_equal(ask(*state, GET "\r\n"), 200);
    assert_non_null(strstr(reply, "\r\nX-Test: yes\r\n"));
}

static void old_text_browsers_are_served(void **state)
{
    assert_int_equal(ask(*state, "GET / HTTP/1.0\r\n\r\n"), 200);
    assert_int_equal(ask(*state, "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"),
                     200);
    assert_non_null(strstr(reply, "\r\nConnection: close\r\n"));
    assert_int_equal(ask(*state, "POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\na"), 200);
    assert_string_equal(body_of(reply), "POST\n/\n\n-\na");
}

static void no_malformed_request_reaches_the_handler(void **state)
{
    struct house *house = *state;
    unsigned before = atomic_load(&house->handled);
    for (size_t i = 0; i < COUNT_OF(malformed); i++) {
        int status = client_ask(house, malformed[i].bytes, malformed[i].len, reply);
        if (status != malformed[i].status)
            fail_msg("%s: %d, not %d", malformed[i].name, status, malformed[i].status);
    }
    assert_int_equal(atomic_load(&house->handled), before);
    assert_int_equal(ask(house, GET "\r\n"), 200);
}

/* The same, a byte at a time: what the library would have seen first makes no difference. */
static void malformed_requests_in_pieces_do_not_either(void **state)
{
    struct house *house = *state;
    unsigned before = atomic_load(&house->handled);
    for (size_t i = 0; i < COUNT_OF(malformed); i++) {
        size_t len = malformed[i].len;
        if (len > 200)
            continue;
        int fd = client_connect(house);
        for (size_t at = 0; at < len; at++)
            client_send(fd, malformed[i].bytes + at, 1);
        if (client_read(fd, reply) != malformed[i].status)
            fail_msg("%s: %s", malformed[i].name, reply);
        close(fd);
    }
    assert_int_equal(atomic_load(&house->handled), before);
}

static void a_refusal_says_why_and_what_is_allowed(void **state)
{
    assert_int_equal(ask(*state, "PUT / HTTP/1.1\r\nHost: a\r\n\r\n"), 405);
    assert_non_null(strstr(reply, "\r\nAllow: GET, POST\r\n"));
    assert_true(strlen(body_of(reply)) > 20);
    assert_int_equal(ask(*state, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"), 405);
    assert_string_equal(body_of(reply), "");
}

static void a_second_request_is_never_handled(void **state)
{
    struct house *house = *state;
    static const char *const pipelined[] = {
        GET "\r\n" GET "\r\n",
        GET "\r\nrubbish\r\n\r\n",
        POST "Content-Length: 3\r\n\r\nabc" GET "\r\n",
        GET "Connection: keep-alive\r\n\r\n" POST "Content-Length: 3\r\n\r\nabc",
    };
    for (size_t i = 0; i < COUNT_OF(pipelined); i++) {
        unsigned before = atomic_load(&house->handled);
        assert_int_equal(ask(house, pipelined[i]), 200);
        assert_null(strstr(reply + 1, "HTTP/1.1 "));
        assert_int_equal(atomic_load(&house->handled), before + 1);
    }
}

static void late_rubbish_does_not_take_the_reply(void **state)
{
    struct buf text;
    buf_init(&text, 65536);
    buf_text(&text, GET "\r\n");
    while (text.len < 40000)
        buf_text(&text, "rubbish ");
    assert_int_equal(client_ask(*state, text.data, text.len, reply), 200);
    buf_release(&text);
}

static void a_second_request_after_the_reply_is_never_handled(void **state)
{
    struct house *house = *state;
    unsigned before = atomic_load(&house->handled);
    int fd = client_connect(house);
    client_send_text(fd, GET "Connection: keep-alive\r\n\r\n");
    wait_for(&house->handled, before + 1);
    client_send_text(fd, GET "\r\n");
    bool reset; /* as may be: it should have read Connection: close */
    assert_int_equal(client_read_roughly(fd, reply, &reset), 200);
    assert_null(strstr(reply + 1, "HTTP/1.1 "));
    close(fd);
    assert_int_equal(ask(house, GET "\r\n"), 200);
    assert_int_equal(atomic_load(&house->handled), before + 2);
}

static void requests_in_pieces_are_whole(void **state)
{
    struct house *house = *state;
    struct prop prop = prop_start("requests_in_pieces_are_whole");
    static const char text[] = "POST /x?y HTTP/1.1\r\nHost: a\r\nContent-Length: 26\r\n\r\n"
                               "abcdefghijklmnopqrstuvwxyz";
    for (int round = 0; round < 100; round++) {
        int fd = client_connect(house);
        for (size_t at = 0; at < sizeof text - 1;) {
            size_t len = 1 + prop_below(&prop, round % 2 ? 60 : 10);
            len = len > sizeof text - 1 - at ? sizeof text - 1 - at : len;
            client_send(fd, text + at, len);
            at += len;
            if (prop_below(&prop, 8) == 0)
                sleep_ms(1);
        }
        assert_int_equal(client_read(fd, reply), 200);
        assert_string_equal(body_of(reply), "POST\n/x\ny\n-\nabcdefghijklmnopqrstuvwxyz");
        close(fd);
    }
}

static void a_body_of_the_largest_size_comes_whole(void **state)
{
    struct house *house = *state;
    struct buf text;
    buf_init(&text, 4096);
    buf_text(&text, POST "Content-Length: 1000\r\n\r\n");
    for (int i = 0; i < 1000; i++)
        buf_u8(&text, (uint8_t)('a' + i % 26));
    assert_int_equal(client_ask(house, text.data, text.len, reply), 200);
    size_t told = strlen("POST\n/\n\n-\n");
    assert_int_equal(strlen(body_of(reply)), told + 1000);
    assert_memory_equal(body_of(reply) + told, text.data + text.len - 1000, 1000);
    buf_release(&text);
}

static void a_large_body_is_refused_before_it_is_read(void **state)
{
    struct house *house = *state;
    unsigned before = atomic_load(&house->handled);
    int fd = client_connect(house);
    client_send_text(fd, POST "Content-Length: 1000000\r\n\r\n");
    assert_int_equal(client_read(fd, reply), 413);
    close(fd);
    /* And while it is being sent: the reply gets through. */
    fd = client_connect(house);
    client_send_text(fd, POST "Content-Length: 4000\r\n\r\n" THOUSAND THOUSAND THOUSAND THOUSAND);
    assert_int_equal(client_read(fd, reply), 413);
    close(fd);
    /* And when it takes its time. */
    fd = client_connect(house);
    client_send_text(fd, POST "Content-Length: 4000\r\n\r\n");
    for (int i = 0; i < 4; i++) {
        sleep_ms(10);
        assert_true(client_send_text(fd, THOUSAND));
    }
    assert_int_equal(client_read(fd, reply), 413);
    close(fd);
    assert_int_equal(atomic_load(&house->handled), before);
}

/* The most that the gate lets through fits into the library's memory. */
static void the_fullest_head_is_read(void **state)
{
    struct house *house = *state;
    struct buf text;
    buf_init(&text, 8192);
    buf_text(&text, "POST /?");
    for (int i = 0; i < 31; i++)
        buf_text(&text, "a&");
    buf_text(&text, " HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n");
    for (int i = 0; i < 61; i++)
        buf_printf(&text, "%c%c:\r\n", 'a' + i % 26, '0' + i / 26);
    buf_text(&text, "Cookie: a;b;c;d;e;f;g;h;i;j;k;l;m;n;o;");
    while (text.len < 4096 - 4)
        buf_text(&text, "p");
    buf_text(&text, "\r\n\r\n" THOUSAND);
    assert_int_equal(text.len, 4096 + 1000);
    assert_int_equal(client_ask(house, text.data, text.len, reply), 200);
    assert_int_equal(strlen(body_of(reply)), strlen("POST\n/\n\n-\n") + 62 + 1000);
    buf_release(&text);
}

static void a_header_that_is_none_is_not_sent(void **state)
{
    assert_int_equal(ask(*state, "GET /bad-header HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
    assert_string_equal(reply, "");
}

static void a_large_reply_comes_whole(void **state)
{
    int fd = client_connect(*state);
    client_send_text(fd, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
    sleep_ms(50); /* so that the buffers between us are full */
    size_t letters = 0;
    ssize_t got;
    while ((got = recv(fd, reply, sizeof reply, 0)) > 0) {
        for (ssize_t i = 0; i < got; i++)
            letters += reply[i] == 'b';
    }
    assert_int_equal(got, 0);
    assert_true(letters >= BIG_REPLY_BYTES && letters < BIG_REPLY_BYTES + 100);
    close(fd);
}

static void a_client_that_has_finished_sending_gets_its_reply(void **state)
{
    struct house *house = *state;
    static const char *const asked[] = {GET "\r\n", POST "Content-Length: 1\r\n\r\na"};
    for (size_t i = 0; i < COUNT_OF(asked); i++) {
        int fd = client_connect(house);
        client_send_text(fd, asked[i]);
        assert_int_equal(shutdown(fd, SHUT_WR), 0);
        assert_int_equal(client_read(fd, reply), 200);
        close(fd);
    }
}

static void half_a_request_and_an_end_is_no_request(void **state)
{
    struct house *house = *state;
    unsigned before = atomic_load(&house->handled);
    static const char *const halves[] = {"", "G", GET, POST "Content-Length: 5\r\n\r\n",
                                         POST "Content-Length: 5\r\n\r\naaaa"};
    for (size_t i = 0; i < COUNT_OF(halves); i++) {
        int fd = client_connect(house);
        int64_t begin_ms = clock_monotonic_ms();
        client_send_text(fd, halves[i]);
        assert_int_equal(shutdown(fd, SHUT_WR), 0);
        assert_int_equal(client_read(fd, reply), 0);
        assert_true(clock_monotonic_ms() - begin_ms < house_limits.deadline_ms / 2);
        close(fd);
    }
    assert_int_equal(atomic_load(&house->handled), before);
}

static void ask_local(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    memcpy(to.sun_path, path, strlen(path) + 1);
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
    client_send_text(fd, GET "\r\n");
    assert_int_equal(client_read(fd, reply), 200);
    close(fd);
}

static void listens_on_a_unix_socket_and_takes_over_a_dead_one(void **state)
{
    static struct house house;
    char folder[] = "/tmp/http-test-XXXXXX", address[64];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(address, sizeof address, "unix:%s/s", folder);
    for (int i = 0; i < 2; i++) {
        house_open(&house, address, &house_limits);
        ask_local(address + 5);
        int fd;
        struct problem problem = {0};
        assert_int_equal(http_listen(address, &fd, NULL, &problem), E_IO);
        house_close(&house);
    }
    assert_int_equal(unlink(address + 5), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void listens_on_ipv6(void **state)
{
    int fd;
    unsigned port = 0;
    struct problem problem = {0};
    (void)state;
    if (http_listen("[::1]:0", &fd, &port, &problem) < 0)
        skip(); /* a machine without IPv6 */
    assert_true(port > 0);
    close(fd);
}

static void addresses_that_are_none_are_named(void **state)
{
    static const char *const bad[] = {"",         "8080",        "localhost:80", "127.0.0.1",
                                      "::1:80",   "127.0.0.1:",  "127.0.0.1:x",  "127.0.0.1:65536",
                                      "[::1:80",  "unix:",       "[]:80",        ":80",
                                      "1.2.3:80", "127.0.0.1:+1"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct problem problem = {0};
        int fd = -1;
        assert_int_equal(http_listen(bad[i], &fd, NULL, &problem), E_ARGUMENT);
        assert_int_equal(fd, -1);
        assert_non_null(strstr(problem.text, "is no address"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_over_what_was_asked),
        cmocka_unit_test(replies_have_the_headers_that_are_promised),
        cmocka_unit_test(old_text_browsers_are_served),
        cmocka_unit_test(no_malformed_request_reaches_the_handler),
        cmocka_unit_test(malformed_requests_in_pieces_do_not_either),
        cmocka_unit_test(a_refusal_says_why_and_what_is_allowed),
        cmocka_unit_test(a_second_request_is_never_handled),
        cmocka_unit_test(late_rubbish_does_not_take_the_reply),
        cmocka_unit_test(a_second_request_after_the_reply_is_never_handled),
        cmocka_unit_test(requests_in_pieces_are_whole),
        cmocka_unit_test(a_body_of_the_largest_size_comes_whole),
        cmocka_unit_test(a_large_body_is_refused_before_it_is_read),
        cmocka_unit_test(the_fullest_head_is_read),
        cmocka_unit_test(a_header_that_is_none_is_not_sent),
        cmocka_unit_test(a_large_reply_comes_whole),
        cmocka_unit_test(a_client_that_has_finished_sending_gets_its_reply),
        cmocka_unit_test(half_a_request_and_an_end_is_no_request),
        cmocka_unit_test(listens_on_a_unix_socket_and_takes_over_a_dead_one),
        cmocka_unit_test(listens_on_ipv6),
        cmocka_unit_test(addresses_that_are_none_are_named),
    };
    return cmocka_run_group_tests(tests, open_house, close_house);
}
