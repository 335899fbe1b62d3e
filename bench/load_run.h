/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Load for a web server: so many requests, so many of them at once, each on a connection of its own
 * as callers' browsers behind Tor make them. One thread, one epoll. */
#ifndef BENCH_LOAD_RUN_H
#define BENCH_LOAD_RUN_H

#include "base/buf.h"
#include "base/error.h"

/* Appends request number n, head and body, to out, which is empty. */
typedef void load_make_fn(void *context, uint64_t n, struct buf *out);

struct load_plan {
    const char *address; /* 127.0.0.1:8080, [::1]:8080 or unix:/path */
    unsigned connections;
    uint64_t requests;
    int status; /* of a reply that counts as good */
    load_make_fn *make;
    void *context;
};

struct load_result {
    uint64_t good, bad; /* bad: another status, no reply, no connection */
    int bad_status;     /* of one of the bad ones, 0 for no reply */
    uint64_t sent_bytes, received_bytes;
    double seconds;
    /* From the call of connect to the end of the reply. */
    uint32_t p50_us, p90_us, p99_us, max_us;
};

/* Stops when nothing has happened for half a minute. E_ARGUMENT, E_NOMEM, E_NETWORK, E_TIMEOUT. */
int load_run(const struct load_plan *plan, struct load_result *ret_result,
             struct problem *problem) MUST_USE;
/* The figures as members of a JSON object, without its braces. */
void load_put(struct buf *out, const struct load_plan *plan, const struct load_result *result);

#endif
