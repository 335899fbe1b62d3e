/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/work.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

#define DRAWN_EVERY_MS 100

/* Ctrl-C, the end of the session, and a window that is closed. */
static const int ends[] = {SIGINT, SIGTERM, SIGHUP};

/* The one that the signal stops. */
static struct watch watch;
static bool shown;
static atomic_flag drawing = ATOMIC_FLAG_INIT;
static int64_t drawn_ms;

static void draw(void *arg, const char *what, uint64_t done, uint64_t total)
{
    (void)arg;
    if (atomic_flag_test_and_set(&drawing))
        return;
    int64_t now_ms = clock_monotonic_ms();
    if (now_ms - drawn_ms >= DRAWN_EVERY_MS) {
        drawn_ms = now_ms;
        fprintf(stderr, "\r\033[K%s: %llu", what, (unsigned long long)done);
        if (total > 0)
            fprintf(stderr, " of %llu", (unsigned long long)total);
        fflush(stderr);
    }
    atomic_flag_clear(&drawing);
}

/* SA_RESETHAND: the second time it is the end. */
static void stop(int number)
{
    (void)number;
    atomic_store(&watch.stop, true);
}

/* What whoever started us has us ignore (nohup) stays ignored. */
static void stop_at(int number)
{
    const struct sigaction action = {.sa_handler = stop, .sa_flags = (int)SA_RESETHAND};
    struct sigaction before;
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

struct watch *work_begin(void)
{
    shown = isatty(STDERR_FILENO) == 1;
    watch.progress = shown ? draw : NULL;
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        stop_at(ends[i]);
    return &watch;
}

bool work_is_shown(void)
{
    return shown;
}

void work_clear(void)
{
    if (shown)
        fputs("\r\033[K", stderr);
}
