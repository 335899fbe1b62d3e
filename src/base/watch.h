/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How long work tells how far it is, and hears that it should stop. Handed in by whoever starts
 * it; every function accepts NULL. */
#ifndef BASE_WATCH_H
#define BASE_WATCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct watch {
    /* Called from any worker's thread, perhaps by two at once, at most some tens of times a second
     * for one piece of work. what is a few words in plain English; total is 0 when not known. */
    void (*progress)(void *arg, const char *what, uint64_t done, uint64_t total);
    void *arg;
    atomic_bool stop; /* set by a signal handler or another thread; never cleared */
};

static inline void watch_progress(struct watch *w, const char *what, uint64_t done, uint64_t total)
{
    if (w && w->progress)
        w->progress(w->arg, what, done, total);
}

/* Then the work ends soon with E_STOPPED, or with what it has, as its header says. */
static inline bool watch_stopped(struct watch *w)
{
    return w && atomic_load_explicit(&w->stop, memory_order_relaxed);
}

#endif
