/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Pulling from a line or from a directory with the same paths (docs/hatch.md), and pushing.
 *
 * Order of a pull: roster, checkpoint, leaves (root must come out), sealed bytes, pending entries,
 * erasures, then this desk's cosignature, then the outbox. The leaves of a checkpoint are one
 * transaction; sealed bytes are checked against leaves that are already proved and are committed as
 * they come, so that a broken connection loses little. Nothing that fails a check is kept.
 *
 * The desk is awake when called and when it returns; it sleeps while the network is waited for. */
#ifndef DESK_PULL_H
#define DESK_PULL_H

#include "desk/desk.h"

struct pull_options {
    const char *from;  /* folder, or NULL: the desk's line */
    const char *proxy; /* "socks5h://127.0.0.1:9050"; NULL: that one for .onion, none for others */
    bool push_only;    /* only the outbox */
    uint64_t order;    /* model_next_order: of the record of this desk's cosignature */
    /* Says how far it is, and about once a second that it is waiting; may be NULL. A return other
     * than 0 stops the pull with that error. */
    int (*progress)(void *context, const char *what, uint64_t done, uint64_t of);
    void *context;
};
struct pull_report {
    uint64_t placed;   /* new leaves */
    uint64_t received; /* sealed entries that are new here, pending ones included */
    uint64_t erased;   /* erasures that are new here */
    uint64_t sent;     /* of the outbox */
    uint64_t waiting;  /* left in the outbox */
    uint64_t gaps;     /* leaves whose bytes could not be had */
    uint64_t alarms;   /* raised by this pull */
    uint64_t log_size;
    bool cosigned;
    bool older; /* the source's log is shorter than this desk's: of a line that is an alarm */
};
/* The desk must be unlocked: requests are signed, grants opened, checkpoints cosigned. Errors that
 * are alarms have been raised as such: E_ROLLBACK, E_FORK. E_PROOF, E_ROSTER, E_NETWORK, E_TIMEOUT,
 * E_DENIED. ret_report is filled in on error too. */
int pull_run(struct desk *desk, const struct pull_options *options, struct pull_report *ret_report,
             struct problem *problem) MUST_USE;

/* The line's verifier key as the address shows it, not pinned yet. */
int pull_line_key(const char *address, const char *proxy, struct note_key *ret_key,
                  struct problem *problem) MUST_USE;
/* "http://127.0.0.1:8081", "http://xyz.onion", "https://host": anything else in clear is refused
 * with a plain sentence. */
int pull_address_check(const char *address, struct problem *problem) MUST_USE;

#endif
