/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/workers.h"

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t begun, done;
    unsigned threads, busy;
    uint64_t round;
    bool ending;
    /* The run that is going on. */
    int (*task)(void *arg, size_t index, unsigned worker);
    void *arg;
    size_t count;
    atomic_size_t next;
    size_t failed_index;
    int error;
    pthread_t ids[WORKERS_MAX];
};

struct start {
    struct workers *w;
    unsigned worker;
};

static _Thread_local bool inside_task;

static void work(struct workers *w, unsigned worker)
{
    inside_task = true;
    for (;;) {
        size_t index = atomic_fetch_add(&w->next, 1);
        if (index >= w->count)
            break;
        int error = w->task(w->arg, index, worker);
        if (error < 0) {
            atomic_store(&w->next, w->count);
            pthread_mutex_lock(&w->lock);
            if (w->error == 0 || index < w->failed_index) {
                w->error = error;
                w->failed_index = index;
            }
            pthread_mutex_unlock(&w->lock);
            break;
        }
    }
    inside_task = false;
}

static void *thread_main(void *arg)
{
    struct start start = *(struct start *)arg;
    mem_free(arg);
    struct workers *w = start.w;
    uint64_t seen = 0;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (w->round == seen && !w->ending)
            pthread_cond_wait(&w->begun, &w->lock);
        if (w->ending)
            break;
        seen = w->round;
        pthread_mutex_unlock(&w->lock);
        work(w, start.worker);
        pthread_mutex_lock(&w->lock);
        if (--w->busy == 0)
            pthread_cond_signal(&w->done);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static bool start_thread(struct workers *w)
{
    struct start *start = mem_alloc(sizeof *start);
    if (!start)
        return false;
    *start = (struct start){.w = w, .worker = w->threads};
    if (pthread_create(&w->ids[w->threads], NULL, thread_main, start) != 0) {
        mem_free(start);
        return false;
    }
    w->threads++;
    return true;
}

struct workers *workers_new(unsigned threads)
{
    if (threads == 0) {
        long online = sysconf(_SC_NPROCESSORS_ONLN);
        threads = online > 1 ? (unsigned)online : 1;
    }
    if (threads > WORKERS_MAX)
        threads = WORKERS_MAX;
    struct workers *w = mem_calloc(1, sizeof *w);
    if (!w)
        return NULL;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->begun, NULL);
    pthread_cond_init(&w->done, NULL);
    w->threads = 1; /* the caller's own is worker 0 */
    while (w->threads < threads) {
        if (!start_thread(w)) {
            workers_free(w);
            return NULL;
        }
    }
    return w;
}

void workers_free(struct workers *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->ending = true;
    pthread_cond_broadcast(&w->begun);
    pthread_mutex_unlock(&w->lock);
    for (unsigned i = 1; i < w->threads; i++)
        pthread_join(w->ids[i], NULL);
    pthread_cond_destroy(&w->begun);
    pthread_cond_destroy(&w->done);
    pthread_mutex_destroy(&w->lock);
    mem_free(w);
}

unsigned workers_count(const struct workers *w)
{
    return w ? w->threads : 1;
}

static int run_here(size_t count, int (*task)(void *arg, size_t index, unsigned worker), void *arg)
{
    for (size_t i = 0; i < count; i++)
        TRY(task(arg, i, 0));
    return 0;
}

int workers_run(struct workers *w, size_t count,
                int (*task)(void *arg, size_t index, unsigned worker), void *arg)
{
    if (!w || w->threads == 1 || inside_task || count < 2)
        return run_here(count, task, arg);
    pthread_mutex_lock(&w->lock);
    w->task = task;
    w->arg = arg;
    w->count = count;
    w->error = 0;
    atomic_store(&w->next, 0);
    w->busy = w->threads - 1;
    w->round++;
    pthread_cond_broadcast(&w->begun);
    pthread_mutex_unlock(&w->lock);
    work(w, 0);
    pthread_mutex_lock(&w->lock);
    while (w->busy > 0)
        pthread_cond_wait(&w->done, &w->lock);
    int error = w->error;
    pthread_mutex_unlock(&w->lock);
    return error;
}
