/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Replies that come later, clients that leave or are slow, limits, and the end of a server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "harness.h"

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define LATE "GET /late HTTP/1.1\r\nHost: a\r\n\r\n"
#define LATE_POST "POST /late HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
#define HALF_POST "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab"
#define MANY 1000

static char reply[REPLY_BYTES_MAX];

static struct http_limits with_deadline(int64_t deadline_ms)
{
    struct http_limits limits = house_limits;
    limits.deadline_ms = deadline_ms;
    return limits;
}

static int ask(struct house *house, const char *text)
{
    return client_ask(house, text, strlen(text), reply);
}

static int connect_and_send(struct house *house, const char *text)
{
    int fd = client_connect(house);
    client_send_text(fd, text);
    return fd;
}

static void replies_may_come_later(void **state)
{
    static struct house house;
    int fds[50];
    (void)state;
    house_open(&house, "127.0.0.1:0", &house_limits);
    for (unsigned i = 0; i < COUNT_OF(fds); i++)
        fds[i] = connect_and_send(&house, i % 2 ? LATE : LATE_POST);
    wait_for(&house.handled, COUNT_OF(fds));
    assert_int_equal(ask(&house, GET), 200); /* those who wait keep nobody else waiting */
    house_answer(&house);
    for (unsigned i = 0; i < COUNT_OF(fds); i++) {
        assert_int_equal(client_read(fds[i], reply), 200);
        assert_non_null(strstr(reply, i % 2 ? "GET\n/late\n\n-\n" : "POST\n/late\n\n-\nabc"));
        close(fds[i]);
    }
    assert_int_equal(atomic_load(&house.handled), COUNT_OF(fds) + 1);
    assert_int_equal(atomic_load(&house.gone), 0);
    house_close(&house);
}

static void a_client_that_has_finished_sending_still_gets_it(void **state)
{
    static struct house house;
    (void)state;
    house_open(&house, "127.0.0.1:0", &house_limits);
    int fds[] = {connect_and_send(&house, LATE), connect_and_send(&house, LATE_POST),
                 connect_and_send(&house, LATE)};
    for (unsigned i = 0; i < COUNT_OF(fds); i++)
        assert_int_equal(shutdown(fds[i], SHUT_WR), 0);
    wait_for(&house.handled, COUNT_OF(fds));
    sleep_ms(50);
    assert_int_equal(atomic_load(&house.gone), 0);
    house_answer(&house);
    for (unsigned i = 0; i < COUNT_OF(fds); i++) {
        assert_int_equal(client_read(fds[i], reply), 200);
        close(fds[i]);
    }
    house_close(&house);
}

static void the_handler_hears_of_a_client_that_broke_off(void **state)
{
    static struct house house;
    (void)state;
    house_open(&house, "127.0.0.1:0", &house_limits);
    int first = connect_and_send(&house, LATE), second = connect_and_send(&house, LATE_POST);
    wait_for(&house.handled, 2);
    client_reset(first);
    wait_for(&house.gone, 1);
    house_answer(&house);
    assert_int_equal(client_read(second, reply), 200);
    close(second);
    assert_int_equal(atomic_load(&house.gone), 1);
    assert_int_equal(ask(&house, GET), 200);
    house_close(&house);
}

/* A close looks like the end of sending until the reply comes back: it is written to nobody. */
static void a_reply_to_nobody_is_harmless(void **state)
{
    static struct house house;
    (void)state;
    house_open(&house, "127.0.0.1:0", &house_limits);
    for (int i = 0; i < 20; i++)
        close(connect_and_send(&house, i % 2 ? LATE : LATE_POST));
    wait_for(&house.handled, 20);
    house_answer(&house);
    assert_int_equal(ask(&house, GET), 200);
    for (int i = 0; i < 20; i++)
        client_reset(connect_and_send(&house, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_int_equal(ask(&house, GET), 200);
    house_close(&house);
}

static void nobody_stays_beyond_the_deadline(void **state)
{
    static struct house house;
    const struct http_limits limits = with_deadline(300);
    static const char *const slow[] = {
        "",
        "GET / HT",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\naaaa",
        LATE,
        LATE_POST,
    };
    (void)state;
    house_open(&house, "127.0.0.1:0", &limits);
    for (size_t i = 0; i < COUNT_OF(slow); i++) {
        int64_t begin_ms = clock_monotonic_ms();
        int fd = connect_and_send(&house, slow[i]);
        assert_int_equal(client_read(fd, reply), 0);
        int64_t lasted_ms = clock_monotonic_ms() - begin_ms;
        assert_true(lasted_ms >= 290 && lasted_ms < 3000);
        close(fd);
    }
    assert_int_equal(atomic_load(&house.handled), 2);
    wait_for(&house.gone, 2);
    assert_int_equal(ask(&house, GET), 200);
    house_close(&house);
}

/* Bytes that drip in do not buy time, neither in the head nor in the body nor after a refusal. */
static void dripping_does_not_help(void **state)
{
    static struct house house;
    const struct http_limits limits = with_deadline(300);
    static const char *const begin[] = {
        "GET /",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n",
        "BREW / HTTP/1.1\r\n",
    };
    (void)state;
    house_open(&house, "127.0.0.1:0", &limits);
    for (size_t i = 0; i < COUNT_OF(begin); i++) {
        int64_t begin_ms = clock_monotonic_ms();
        int fd = connect_and_send(&house, begin[i]);
        ssize_t sent = 1;
        while (sent > 0 && clock_monotonic_ms() - begin_ms < 5000) {
            sleep_ms(20);
            sent = send(fd, "a", 1, MSG_NOSIGNAL);
        }
        assert_true(clock_monotonic_ms() - begin_ms < 3000);
        close(fd);
    }
    assert_int_equal(atomic_load(&house.handled), 0);
    house_close(&house);
}

/* A client that does not read the reply is cut off too. */
static void not_reading_does_not_help(void **state)
{
    static struct house house;
    const struct http_limits limits = with_deadline(300);
    (void)state;
    house_open(&house, "127.0.0.1:0", &limits);
    int fd = client_connect(&house);
    const int small = 4096;
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    for (int i = 0; i < 8; i++)
        connect_and_send(&house, LATE); /* left open; the process ends them */
    client_send_text(fd, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
    wait_for(&house.handled, 9);
    wait_for(&house.gone, 8);
    http_retire(house.server);
    for (int i = 0; i < 300 && atomic_load(&house.ended) == 1; i++)
        sleep_ms(10);
    assert_int_equal(atomic_load(&house.ended), 0); /* nothing is open any more */
    close(fd);
    house_close(&house);
}

static void who_says_nothing_makes_room_for_who_asks(void **state)
{
    static struct house house;
    struct http_limits limits = house_limits;
    int idle[10];
    (void)state;
    limits.connections_max = 10;
    house_open(&house, "127.0.0.1:0", &limits);
    for (unsigned i = 0; i < COUNT_OF(idle); i++)
        idle[i] = connect_and_send(&house, i % 2 ? "GET /" : "");
    for (int i = 0; i < 5; i++)
        assert_int_equal(ask(&house, GET), 200);
    for (unsigned i = 0; i < COUNT_OF(idle); i++) {
        char byte;
        ssize_t got = recv(idle[i], &byte, 1, MSG_DONTWAIT);
        assert_int_equal(got, i == 0 ? 0 : -1); /* one had to go, the oldest */
        close(idle[i]);
    }
    house_close(&house);
}

/* A whole head is not enough to stay: who holds the body back goes, who has asked is answered. */
static void who_holds_a_body_back_makes_room(void **state)
{
    static struct house house;
    struct http_limits limits = with_deadline(60000);
    int held[150];
    (void)state;
    limits.connections_max = 100;
    house_open(&house, "127.0.0.1:0", &limits);
    int late = connect_and_send(&house, LATE_POST);
    wait_for(&house.handled, 1);
    for (size_t i = 0; i < COUNT_OF(held); i++)
        held[i] = connect_and_send(&house, HALF_POST);
    for (int i = 0; i < 20; i++)
        assert_int_equal(client_ask(&house, GET, strlen(GET), reply), 200);
    assert_int_equal(client_read(held[0], reply), 0);
    assert_true(client_send_text(held[COUNT_OF(held) - 1], "cdefghi"));
    assert_int_equal(client_read(held[COUNT_OF(held) - 1], reply), 200);
    for (size_t i = 0; i < COUNT_OF(held); i++)
        close(held[i]);
    house_answer(&house);
    assert_int_equal(client_read(late, reply), 200);
    close(late);
    house_close(&house);
}

/* Many that are all there at once, and more than the limit: none has to make room for another. */
static void who_has_asked_is_not_closed_for_the_next(void **state)
{
    static struct house house;
    struct http_limits limits = house_limits;
    int fds[60];
    (void)state;
    limits.connections_max = 10;
    house_open(&house, "127.0.0.1:0", &limits);
    int nap = connect_and_send(&house, "GET /nap HTTP/1.1\r\nHost: a\r\n\r\n");
    wait_for(&house.handled, 1);
    for (unsigned i = 0; i < COUNT_OF(fds); i++)
        fds[i] = connect_and_send(&house, GET);
    for (unsigned i = 0; i < COUNT_OF(fds); i++) {
        assert_int_equal(client_read(fds[i], reply), 200);
        close(fds[i]);
    }
    assert_int_equal(client_read(nap, reply), 200);
    close(nap);
    house_close(&house);
}

static void when_all_wait_nobody_else_is_let_in(void **state)
{
    static struct house house;
    struct http_limits limits = house_limits;
    int fds[4];
    (void)state;
    limits.connections_max = COUNT_OF(fds);
    house_open(&house, "127.0.0.1:0", &limits);
    for (unsigned i = 0; i < COUNT_OF(fds); i++)
        fds[i] = connect_and_send(&house, LATE);
    wait_for(&house.handled, COUNT_OF(fds));
    int queued = connect_and_send(&house, GET);
    sleep_ms(100);
    assert_int_equal(atomic_load(&house.handled), COUNT_OF(fds));
    house_answer(&house);
    for (unsigned i = 0; i < COUNT_OF(fds); i++) {
        assert_int_equal(client_read(fds[i], reply), 200);
        close(fds[i]);
    }
    assert_int_equal(client_read(queued, reply), 200);
    close(queued);
    house_close(&house);
}

static void allow_descriptors(rlim_t count)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_cur >= count)
        return;
    limit.rlim_cur = count;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void a_thousand_at_once_are_served(void **state)
{
    static struct house house;
    static int fds[MANY];
    struct http_limits limits = with_deadline(60000);
    (void)state;
    allow_descriptors(2 * MANY + 100);
    limits.connections_max = MANY;
    house_open(&house, "127.0.0.1:0", &limits);
    for (int i = 0; i < MANY; i++)
        fds[i] = connect_and_send(&house, i % 3 == 0 ? LATE : i % 3 == 1 ? LATE_POST : "GET /l");
    for (int i = 2; i < MANY; i += 3)
        client_send_text(fds[i], "ate HTTP/1.0\r\n\r\n");
    wait_for(&house.handled, MANY);
    for (int i = 0; i < MANY; i += 10)
        client_reset(fds[i]);
    wait_for(&house.gone, MANY / 10);
    house_answer(&house);
    for (int i = 0; i < MANY; i++) {
        if (i % 10 == 0)
            continue;
        assert_int_equal(client_read(fds[i], reply), 200);
        close(fds[i]);
    }
    assert_int_equal(atomic_load(&house.gone), MANY / 10);
    house_close(&house);
}

/* No descriptor is free below the limit that this sets. */
static struct rlimit use_up_descriptors(void)
{
    struct rlimit before, tight;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    int lowest_free = dup(0);
    assert_true(lowest_free >= 0);
    close(lowest_free);
    tight = before;
    tight.rlim_cur = (rlim_t)lowest_free;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    return before;
}

static void without_descriptors_it_goes_on_later(void **state)
{
    static struct house house;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    (void)state;
    house_open(&house, "127.0.0.1:0", &house_limits);
    to.sin_port = htons((uint16_t)house.port);
    int late = connect_and_send(&house, LATE);
    wait_for(&house.handled, 1);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct rlimit before = use_up_descriptors();
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
    client_send_text(fd, GET);
    clock_t used = clock();
    sleep_ms(400);
    assert_true(clock() - used < CLOCKS_PER_SEC / 5); /* it waits and does not spin */
    assert_int_equal(atomic_load(&house.handled), 1);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(client_read(fd, reply), 200);
    close(fd);
    house_answer(&house);
    assert_int_equal(client_read(late, reply), 200);
    close(late);
    house_close(&house);
}

static void without_descriptors_who_says_nothing_goes(void **state)
{
    static struct house house;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct http_limits limits = with_deadline(30000);
    (void)state;
    house_open(&house, "127.0.0.1:0", &limits);
    to.sin_port = htons((uint16_t)house.port);
    int idle = connect_and_send(&house, "GET /");
    assert_int_equal(ask(&house, GET), 200); /* so the one before was accepted too */
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct rlimit before = use_up_descriptors();
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
    client_send_text(fd, GET);
    wait_for(&house.handled, 2);
    assert_int_equal(client_read(idle, reply), 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(client_read(fd, reply), 200);
    close(fd);
    close(idle);
    house_close(&house);
}

static void retiring_finishes_what_is_open(void **state)
{
    static struct house house;
    (void)state;
    house_open(&house, "127.0.0.1:0", &house_limits);
    int late = connect_and_send(&house, LATE), arriving = connect_and_send(&house, "GET / HTTP/1");
    wait_for(&house.handled, 1);
    assert_int_equal(ask(&house, "GET /retire HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
    sleep_ms(50);
    assert_int_equal(atomic_load(&house.ended), 1);
    client_send_text(arriving, ".1\r\nHost: a\r\n\r\n");
    assert_int_equal(client_read(arriving, reply), 200);
    house_answer(&house);
    assert_int_equal(client_read(late, reply), 200);
    for (int i = 0; i < 300 && atomic_load(&house.ended) == 1; i++)
        sleep_ms(10);
    assert_int_equal(atomic_load(&house.ended), 0);
    close(late);
    close(arriving);
    house_close(&house);
}

static void stopping_and_freeing_leaves_nothing(void **state)
{
    static struct house house;
    (void)state;
    house_open(&house, "127.0.0.1:0", &house_limits);
    int open[] = {
        connect_and_send(&house, LATE), connect_and_send(&house, LATE_POST),
        connect_and_send(&house, "GET /"), connect_and_send(&house, "BREW / HTTP/1.1\r\n"),
        connect_and_send(&house, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n")};
    wait_for(&house.handled, 2);
    ask(&house, "GET /stop HTTP/1.1\r\nHost: a\r\n\r\n");
    house_close(&house);
    assert_int_equal(atomic_load(&house.gone), 2);
    for (size_t i = 0; i < COUNT_OF(open); i++) {
        int status = client_read(open[i], reply);
        assert_int_equal(status, i == 3 ? 501 : 0);
        close(open[i]);
    }
}

static void two_servers_do_not_mix(void **state)
{
    static struct house one, other;
    const struct http_limits limits = with_deadline(300);
    (void)state;
    house_open(&one, "127.0.0.1:0", &limits);
    house_open(&other, "127.0.0.1:0", &house_limits);
    int fds[] = {connect_and_send(&one, LATE), connect_and_send(&other, LATE)};
    wait_for(&one.gone, 1);
    house_answer(&other);
    assert_int_equal(client_read(fds[0], reply), 0);
    assert_int_equal(client_read(fds[1], reply), 200);
    house_close(&one);
    assert_int_equal(ask(&other, GET), 200);
    house_close(&other);
    close(fds[0]);
    close(fds[1]);
}

static void ticks_come(void **state)
{
    static struct house house;
    (void)state;
    house_open(&house, "127.0.0.1:0", &house_limits);
    wait_for(&house.ticks, 3);
    house_close(&house);
}

static void count_events(void *context, uint32_t events)
{
    unsigned *count = context;
    assert_true(events & EPOLLIN);
    (*count)++;
}

struct two {
    struct http_server *server;
    int fds[2];
    unsigned count;
};

/* Whichever comes first ends both: the other must not be called any more. */
static void end_both(void *context, uint32_t events)
{
    struct two *two = context;
    (void)events;
    two->count++;
    for (int i = 0; i < 2; i++)
        assert_int_equal(http_watch_change(two->server, two->fds[i], 0), 0);
    http_stop(two->server);
}

static void watches_change_and_end(void **state)
{
    struct two two = {.fds = {eventfd(1, EFD_CLOEXEC), eventfd(1, EFD_CLOEXEC)}};
    int fd;
    unsigned count = 0;
    struct problem problem = {0};
    (void)state;
    assert_int_equal(http_listen("127.0.0.1:0", &fd, NULL, &problem), 0);
    assert_int_equal(http_server_new(fd, &house_limits, NULL, NULL, &two.server), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(http_watch(two.server, two.fds[i], EPOLLIN, end_both, &two), 0);
    assert_int_equal(http_run(two.server), 0);
    assert_int_equal(two.count, 1);
    assert_int_equal(http_watch_change(two.server, two.fds[0], EPOLLIN), E_NOT_FOUND);

    int quiet = eventfd(1, EFD_CLOEXEC);
    assert_int_equal(http_watch(two.server, quiet, EPOLLET, count_events, &count), 0);
    assert_int_equal(http_watch_change(two.server, quiet, EPOLLIN | EPOLLET), 0);
    assert_int_equal(http_watch(two.server, two.fds[0], EPOLLIN, end_both, &two), 0);
    assert_int_equal(http_watch(two.server, two.fds[1], EPOLLIN, end_both, &two), 0);
    assert_int_equal(http_run(two.server), 0);
    assert_int_equal(count, 1);
    http_server_free(two.server);
    close(quiet);
    close(two.fds[0]);
    close(two.fds[1]);
}

/* Each allocation of ours fails once in the life of a request, at once or later: the client gets a
 * reply or an end, and the server goes on. */
static void each_allocation_may_fail(void **state)
{
    static struct house house;
    static const char *const asked[] = {
        GET, "BREW / HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"};
    (void)state;
    house_open(&house, "127.0.0.1:0", &house_limits);
    unsigned failures = 0;
    for (size_t i = 0; i < COUNT_OF(asked); i++) {
        for (uint64_t nth = 1; nth <= 12; nth++) {
            mem_fail_from(nth);
            int status = ask(&house, asked[i]);
            failures += mem_asked() >= nth && status == 0;
            mem_fail_from(0);
            assert_true(status == 0 || status == (i == 1 ? 501 : 200));
        }
        assert_int_equal(ask(&house, asked[i]), i == 1 ? 501 : 200);
    }
    assert_true(failures > 5);
    house_close(&house);
}

static void a_server_that_cannot_be_made_closes_its_socket(void **state)
{
    (void)state;
    for (uint64_t nth = 1; nth <= 2; nth++) {
        struct http_server *server = NULL;
        struct problem problem = {0};
        int fd;
        assert_int_equal(http_listen("127.0.0.1:0", &fd, NULL, &problem), 0);
        mem_fail_from(nth);
        assert_int_equal(http_server_new(fd, &house_limits, NULL, NULL, &server), E_NOMEM);
        mem_fail_from(0);
        assert_null(server);
        assert_int_equal(fcntl(fd, F_GETFD), -1);
    }
    http_server_free(NULL);
}

static struct http_server *to_stop;
static void on_alarm(int number)
{
    (void)number;
    http_stop(to_stop);
}

static void a_signal_handler_may_stop_it(void **state)
{
    const struct sigaction act = {.sa_handler = on_alarm};
    int fd;
    struct problem problem = {0};
    (void)state;
    assert_int_equal(http_listen("127.0.0.1:0", &fd, NULL, &problem), 0);
    assert_int_equal(http_server_new(fd, &house_limits, NULL, NULL, &to_stop), 0);
    assert_int_equal(sigaction(SIGALRM, &act, NULL), 0);
    alarm(1);
    assert_int_equal(http_run(to_stop), 0);
    http_server_free(to_stop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_may_come_later),
        cmocka_unit_test(a_client_that_has_finished_sending_still_gets_it),
        cmocka_unit_test(the_handler_hears_of_a_client_that_broke_off),
        cmocka_unit_test(a_reply_to_nobody_is_harmless),
        cmocka_unit_test(nobody_stays_beyond_the_deadline),
        cmocka_unit_test(dripping_does_not_help),
        cmocka_unit_test(not_reading_does_not_help),
        cmocka_unit_test(who_says_nothing_makes_room_for_who_asks),
        cmocka_unit_test(who_holds_a_body_back_makes_room),
        cmocka_unit_test(who_has_asked_is_not_closed_for_the_next),
        cmocka_unit_test(when_all_wait_nobody_else_is_let_in),
        cmocka_unit_test(a_thousand_at_once_are_served),
        cmocka_unit_test(without_descriptors_it_goes_on_later),
        cmocka_unit_test(without_descriptors_who_says_nothing_goes),
        cmocka_unit_test(retiring_finishes_what_is_open),
        cmocka_unit_test(stopping_and_freeing_leaves_nothing),
        cmocka_unit_test(two_servers_do_not_mix),
        cmocka_unit_test(ticks_come),
        cmocka_unit_test(watches_change_and_end),
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(a_server_that_cannot_be_made_closes_its_socket),
        cmocka_unit_test(a_signal_handler_may_stop_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
