/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A server on a thread of the test, and clients that speak in bytes. */
#ifndef TESTS_HTTP_HARNESS_H
#define TESTS_HTTP_HARNESS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "http/server.h"

#define HARNESS_LATE_MAX 2000
#define REPLY_BYTES_MAX 65536
#define BIG_REPLY_BYTES (16 << 20)

/* What the server of the test answers:
 *   /late        when house_answer is called
 *   /stop /retire   "bye", and the server does so
 *   /nap         after a while, in which nothing else is served
 *   /bad-header  with a header that is none
 *   /big         16 MiB
 *   anything     200, X-Test: yes, and what it was asked, line by line, then the body */
struct house {
    struct http_server *server;
    pthread_t thread;
    unsigned port;
    int answer_fd;
    atomic_uint handled, gone, ticks;
    atomic_int ended; /* what http_run returned, 1 while it runs */
    struct http_request *late[HARNESS_LATE_MAX];
    size_t late_count;
    atomic_bool stop_instead;
};

extern const struct http_limits house_limits;

/* address: as for http_listen. */
void house_open(struct house *house, const char *address, const struct http_limits *limits);
void house_close(struct house *house);
/* Answers what waits at /late. */
void house_answer(struct house *house);
/* Waits until the counter is at least this; fails the test after five seconds. */
void wait_for(atomic_uint *counter, unsigned at_least);

/* A connected socket with a timeout of five seconds. */
int client_connect(const struct house *house);
/* False when the server has closed meanwhile. */
bool client_send(int fd, const void *bytes, size_t len);
bool client_send_text(int fd, const char *text);
/* Reads until the end; returns the status, 0 when there was no reply. A reply that ends in a reset
 * of the connection fails the test. */
int client_read(int fd, char reply[REPLY_BYTES_MAX]);
/* The same, and tells of a reset. */
int client_read_roughly(int fd, char reply[REPLY_BYTES_MAX], bool *ret_reset);
/* Connects, sends, reads, closes. */
int client_ask(const struct house *house, const void *bytes, size_t len,
               char reply[REPLY_BYTES_MAX]);
/* Closes so that the other side gets a reset. */
void client_reset(int fd);
void sleep_ms(unsigned ms);

#endif
