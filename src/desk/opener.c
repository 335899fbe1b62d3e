/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Threads are started with the first full batch, so that the usual handful of new entries costs
 * none. */
#include "desk/opener.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/mem.h"

#define BATCH_SEALED_MAX_BYTES (128u << 20)
#define BATCH_SEALED_SOON_BYTES (8u << 20)

struct opener {
    const struct desk *desk;
    struct opener_batch *filling, *working;
    size_t thread_count;
    pthread_t threads[OPENER_THREADS_MAX];
    pthread_mutex_t mutex;
    pthread_cond_t start, done;
    size_t next, finished; /* jobs of working, under the mutex */
    bool stop;
};

static void open_with(const struct desk *desk, const struct opener_batch *batch,
                      struct opener_job *job, const struct desk_epoch *epoch)
{
    job->error = payload_open(&epoch->pair, span_of(job->header, sizeof job->header),
                              span_of(job->leaf, sizeof job->leaf),
                              span_of(batch->sealed.data + job->at, job->len),
                              desk_organisation(desk), &job->opened, NULL);
    job->epoch = job->error == 0 ? epoch : NULL;
}

/* The epoch that was the newest on the entry's day first: nearly always the one. */
static void open_job(const struct desk *desk, const struct opener_batch *batch,
                     struct opener_job *job)
{
    struct entry_header header;
    job->error = entry_header_read(span_of(job->header, sizeof job->header), &header);
    if (job->error < 0)
        return;
    size_t count = desk_epochs(desk), likely = count;
    while (likely && desk_epoch_at(desk, likely - 1)->first_day > header.day)
        likely--;
    job->error = E_CANNOT_OPEN;
    if (likely)
        open_with(desk, batch, job, desk_epoch_at(desk, likely - 1));
    for (size_t i = count; i > 0 && job->error == E_CANNOT_OPEN; i--) {
        if (i != likely)
            open_with(desk, batch, job, desk_epoch_at(desk, i - 1));
    }
}

static void *work(void *context)
{
    struct opener *o = context;
    pthread_mutex_lock(&o->mutex);
    while (!o->stop) {
        if (!o->working || o->next == o->working->count) {
            pthread_cond_wait(&o->start, &o->mutex);
            continue;
        }
        struct opener_batch *batch = o->working;
        struct opener_job *job = &batch->jobs[o->next++];
        pthread_mutex_unlock(&o->mutex);
        open_job(o->desk, batch, job);
        pthread_mutex_lock(&o->mutex);
        if (++o->finished == batch->count)
            pthread_cond_signal(&o->done);
    }
    pthread_mutex_unlock(&o->mutex);
    return NULL;
}

static struct opener_batch *batch_new(void)
{
    struct opener_batch *batch = mem_calloc(1, sizeof *batch);
    if (batch)
        buf_init(&batch->sealed, BATCH_SEALED_MAX_BYTES);
    return batch;
}

static void batch_empty(struct opener_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->jobs[i].error == 0)
            opened_release(&batch->jobs[i].opened);
    }
    batch->count = 0;
    buf_reset(&batch->sealed);
}

int opener_new(const struct desk *desk, struct opener **ret_opener)
{
    struct opener *o = mem_calloc(1, sizeof *o);
    REJECT_IF(!o, E_NOMEM);
    o->desk = desk;
    pthread_mutex_init(&o->mutex, NULL);
    pthread_cond_init(&o->start, NULL);
    pthread_cond_init(&o->done, NULL);
    o->filling = batch_new();
    if (!o->filling) {
        opener_free(o);
        return E_NOMEM;
    }
    *ret_opener = o;
    return 0;
}

static void wait_for_working(struct opener *o)
{
    pthread_mutex_lock(&o->mutex);
    while (o->working && o->thread_count && o->finished < o->working->count)
        pthread_cond_wait(&o->done, &o->mutex);
    pthread_mutex_unlock(&o->mutex);
}

static void batch_free(struct opener_batch *batch)
{
    if (!batch)
        return;
    batch_empty(batch);
    buf_release(&batch->sealed);
    mem_free(batch);
}

void opener_free(struct opener *o)
{
    if (!o)
        return;
    wait_for_working(o);
    pthread_mutex_lock(&o->mutex);
    o->stop = true;
    pthread_cond_broadcast(&o->start);
    pthread_mutex_unlock(&o->mutex);
    for (size_t i = 0; i < o->thread_count; i++)
        pthread_join(o->threads[i], NULL);
    batch_free(o->filling);
    batch_free(o->working);
    pthread_cond_destroy(&o->start);
    pthread_cond_destroy(&o->done);
    pthread_mutex_destroy(&o->mutex);
    mem_free(o);
}

bool opener_full(const struct opener *o, size_t sealed_len)
{
    const struct opener_batch *b = o->filling;
    return b->count == OPENER_BATCH_ENTRIES ||
           (b->count && b->sealed.len + sealed_len > BATCH_SEALED_SOON_BYTES);
}

int opener_add(struct opener *o, const struct store_entry *entry)
{
    struct opener_batch *b = o->filling;
    ASSERT(b->count < OPENER_BATCH_ENTRIES);
    REJECT_IF(entry->header.len != ENTRY_HEADER_BYTES || entry->leaf.len != ENTRY_LEAF_BYTES,
              E_DAMAGED);
    struct opener_job *job = &b->jobs[b->count];
    *job = (struct opener_job){.at = b->sealed.len,
                               .len = entry->sealed.len,
                               .source = entry->source,
                               .in_log = entry->in_log,
                               .error = E_CANNOT_OPEN};
    memcpy(job->header, entry->header.data, sizeof job->header);
    memcpy(job->leaf, entry->leaf.data, sizeof job->leaf);
    buf_span(&b->sealed, entry->sealed);
    TRY(buf_error(&b->sealed));
    b->count++;
    return 0;
}

/* Signals go to the program's own thread. */
static void start_threads(struct opener *o)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    while (o->thread_count < OPENER_THREADS_MAX && (long)o->thread_count < processors &&
           pthread_create(&o->threads[o->thread_count], NULL, work, o) == 0)
        o->thread_count++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void hand_over(struct opener *o, struct opener_batch *batch)
{
    if (batch->count == OPENER_BATCH_ENTRIES && o->thread_count == 0)
        start_threads(o);
    if (o->thread_count == 0) {
        for (size_t i = 0; i < batch->count; i++)
            open_job(o->desk, batch, &batch->jobs[i]);
    }
    pthread_mutex_lock(&o->mutex);
    o->working = batch;
    o->next = o->finished = o->thread_count ? 0 : batch->count;
    pthread_cond_broadcast(&o->start);
    pthread_mutex_unlock(&o->mutex);
}

struct opener_batch *opener_turn(struct opener *o)
{
    wait_for_working(o);
    struct opener_batch *opened = o->working, *filled = o->filling;
    struct opener_batch *next = opened ? opened : batch_new();
    if (!next) { /* no memory for a second one: this one is opened here and now */
        for (size_t i = 0; i < filled->count; i++)
            open_job(o->desk, filled, &filled->jobs[i]);
        return filled;
    }
    hand_over(o, filled);
    o->filling = next;
    return opened;
}

void opener_done(struct opener *o)
{
    batch_empty(o->filling);
}
