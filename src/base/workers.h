/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A fixed set of threads that work through numbered tasks.
 *
 * What a task makes must depend on its number alone, never on the worker or the order: then the
 * number of threads changes no result. The engines get their workers from whoever calls them. */
#ifndef BASE_WORKERS_H
#define BASE_WORKERS_H

#include <stddef.h>

#include "base/compiler.h"

#define WORKERS_MAX 64

struct workers;

/* 0 threads: as many as there are processors, at most WORKERS_MAX. NULL: no memory or threads. */
struct workers *workers_new(unsigned threads) MUST_USE;
void workers_free(struct workers *w);
/* 1 for NULL. */
unsigned workers_count(const struct workers *w);

/* task is called once for each index below count; worker is below workers_count and is not used by
 * two tasks at once, so that it can pick scratch memory. The caller's thread works too. Once a
 * task has failed, those not begun are left; the error of the lowest index that failed is
 * returned. w may be NULL, and a task may call workers_run itself: then all is done in the calling
 * thread, as worker 0. */
int workers_run(struct workers *w, size_t count,
                int (*task)(void *arg, size_t index, unsigned worker), void *arg) MUST_USE;

#endif
