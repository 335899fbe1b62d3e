/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The inside of the server, for the files of this room.
 *
 *   server.c   the loop, watches, ticks, deadlines
 *   arrive.c   from accept to the end of the head: peeks, asks the gate, refuses
 *   library.c  from the end of the head to the reply: all that knows libmicrohttpd
 *   request.c  the request itself and what handlers ask of it
 *
 * A connection carries one request, so the two are one struct. It goes through
 *
 *     ARRIVING --pass--> IN_LIBRARY --closed--> BURIED
 *         \----refuse--> REFUSED ----closed-------^
 *
 * and is freed at the end of the round of the loop in which it was buried, because the events of
 * that round may still name it. */
#ifndef HTTP_SERVER_INTERNAL_H
#define HTTP_SERVER_INTERNAL_H

#include <stdatomic.h>
#include <stddef.h>

#include "http/gate.h"
#include "http/server.h"

/* As many may be open beyond the limit, while those that make room for them are closed. */
#define HTTP_ACCEPTS_A_ROUND 64

struct MHD_Connection;
struct MHD_Daemon;
struct MHD_Response;

/* A ring of elements with one of these in them; the head of a ring is one too. */
struct ring {
    struct ring *prev, *next;
};

static inline void ring_init(struct ring *ring)
{
    ring->prev = ring->next = ring;
}

static inline bool ring_is_empty(const struct ring *ring)
{
    return ring->next == ring;
}

/* Also for an element that is in no ring. */
static inline void ring_remove(struct ring *element)
{
    element->prev->next = element->next;
    element->next->prev = element->prev;
    ring_init(element);
}

static inline void ring_add_last(struct ring *ring, struct ring *element)
{
    element->prev = ring->prev;
    element->next = ring;
    ring->prev->next = element;
    ring->prev = element;
}

#define RING_ENTRY(element, type, member)                                                          \
    ((type *)(void *)((char *)(element)-offsetof(type, member)))

/* What epoll hands back: the first member of whatever has a descriptor on the loop. */
struct source {
    void (*ready)(struct source *source, uint32_t events);
};

enum request_phase { REQUEST_ARRIVING, REQUEST_REFUSED, REQUEST_IN_LIBRARY, REQUEST_BURIED };

struct http_request {
    struct source source;
    struct http_server *server;
    struct ring by_age;    /* in server->by_age until its deadline has passed */
    struct ring elsewhere; /* in server->outside, in none while it is answered, in server->buried */
    enum request_phase phase;
    int fd;
    bool on_loop; /* fd is in the epoll set of the loop */
    int64_t deadline_ms;
    size_t drain_left_bytes; /* of a refused one */

    bool post;
    const char *path, *query;
    struct {
        uint8_t *data;
        size_t len, capacity, expected;
    } body;
    struct arena arena;

    bool begun;    /* the library has shown it once */
    bool asked;    /* the handler was called */
    bool replied;  /* and has replied */
    bool waiting;  /* it has not, and the library has suspended the connection */
    bool given_up; /* gone was called */
    void *state;
    void (*gone)(void *state);
    int status;
    struct MHD_Response *response; /* until the library has it */
    struct MHD_Connection *connection;
};

struct http_server {
    struct source listen_source, wake_source, library_source;
    int epoll_fd, listen_fd, wake_fd;
    atomic_bool stopping, retiring;
    struct http_limits limits;
    http_handler_fn *handler;
    void *context;
    uint8_t *scratch; /* head_bytes_max bytes, wiped after each use */

    int64_t now_ms; /* of this round */
    unsigned count; /* requests that are not buried */
    struct ring by_age;
    struct ring outside; /* arriving, refused, or with a body that is not whole; oldest first */
    struct ring buried;
    bool accepting;
    int64_t accept_again_ms; /* not before, after descriptors ran out */

    struct MHD_Daemon *library;
    struct http_request *handing_over; /* during http_library_add */
    bool library_pending;              /* it has work that no descriptor tells of */

    struct ring watches, ended_watches;
    http_tick_fn *tick;
    void *tick_context;
    int64_t tick_interval_ms, tick_next_ms;
};

/* server.c. E_IO. */
int http_loop_add(struct http_server *server, int fd, uint32_t events,
                  struct source *source) MUST_USE;
/* Starts or stops to hear of new connections. */
void http_loop_accept(struct http_server *server, bool accepting);

/* request.c. A new one is arriving, on no loop; NULL when there is no memory (fd stays open). */
struct http_request *http_request_new(struct http_server *server, int fd) MUST_USE;
/* Releases all but the struct itself. Does not close fd. */
void http_request_bury(struct http_request *request);
/* E_NOMEM. */
int http_request_describe(struct http_request *request, const struct gate_head *head) MUST_USE;
/* E_TOO_LARGE when it is more than was announced, E_NOMEM. */
int http_request_add_body(struct http_request *request, const void *data, size_t len) MUST_USE;
/* Tells the handler, if it has yet to reply, that it need not; the connection is to be closed. */
void http_request_give_up(struct http_request *request);
/* What every reply says, from us or from the library. */
extern const struct http_reply_header http_reply_always[];
extern const size_t http_reply_always_count;

/* arrive.c */
void http_arrive_accept(struct http_server *server);
/* Closes a request that has not been shown to the handler. What the library has is closed in the
 * library's next turn. */
void http_arrive_drop(struct http_request *request);

/* library.c. E_IO. */
int http_library_start(struct http_server *server) MUST_USE;
/* Ends all its connections. No request may be waiting. */
void http_library_stop(struct http_server *server);
/* Takes over a connection whose head has passed the gate. */
void http_library_add(struct http_request *request);
/* Lets it do what there is to do. */
void http_library_run(struct http_server *server);
/* After a waiting request was replied to or given up. */
void http_library_resume(struct http_request *request);

#endif
