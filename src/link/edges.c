/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "link/edges.h"

#define FIRST_CAPACITY 1024
#define MERGE_EDGES 4096 /* of a piece, read back at a time */

struct gathered {
    struct link_edge *edges;
    size_t count, capacity;
};

/* A sorted piece: in the spill space, or what a worker still holds. */
struct piece {
    uint64_t from, left; /* edges: where the rest begins, how many are in the spill */
    struct link_edge *window;
    size_t at, count;
    bool owned; /* the window is ours */
};

struct link_edges {
    struct spill *spill;
    size_t per_worker_max; /* edges */
    unsigned workers;
    struct gathered *gathered;
    pthread_mutex_t lock;
    uint64_t spilled, count;
    struct piece *pieces;
    size_t pieces_count, pieces_capacity;
    size_t *heap, heap_count; /* pieces, the one with the smallest edge first */
};

struct link_edges *link_edges_new(struct workers *w, size_t memory_bytes, struct spill *spill)
{
    struct link_edges *e = mem_calloc(1, sizeof *e);
    if (!e)
        return NULL;
    pthread_mutex_init(&e->lock, NULL);
    e->spill = spill;
    e->workers = workers_count(w);
    e->per_worker_max = memory_bytes / e->workers / sizeof(struct link_edge);
    if (e->per_worker_max < FIRST_CAPACITY)
        e->per_worker_max = FIRST_CAPACITY;
    e->gathered = mem_calloc(e->workers, sizeof *e->gathered);
    if (!e->gathered) {
        link_edges_free(e);
        return NULL;
    }
    return e;
}

void link_edges_free(struct link_edges *e)
{
    if (!e)
        return;
    for (size_t i = 0; i < e->pieces_count; i++) {
        if (e->pieces[i].owned)
            mem_free(e->pieces[i].window);
    }
    for (unsigned i = 0; e->gathered && i < e->workers; i++)
        mem_free(e->gathered[i].edges);
    mem_free(e->gathered);
    mem_free(e->pieces);
    mem_free(e->heap);
    pthread_mutex_destroy(&e->lock);
    mem_free(e);
}

static int compare(const struct link_edge *x, const struct link_edge *y)
{
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return x->b < y->b ? -1 : x->b > y->b;
}

static int by_records(const void *x, const void *y)
{
    return compare(x, y);
}

static int add_piece(struct link_edges *e, struct piece piece)
{
    if (e->pieces_count == e->pieces_capacity) {
        size_t capacity = e->pieces_capacity ? e->pieces_capacity * 2 : 16;
        struct piece *pieces = mem_realloc(e->pieces, capacity * sizeof *pieces);
        REJECT_IF(!pieces, E_NOMEM);
        e->pieces = pieces;
        e->pieces_capacity = capacity;
    }
    e->pieces[e->pieces_count++] = piece;
    return 0;
}

static int put_piece(struct link_edges *e, const struct gathered *g)
{
    TRY(add_piece(e, (struct piece){.from = e->spilled, .left = g->count}));
    e->spilled += g->count;
    return spill_append(e->spill, g->edges, g->count * sizeof *g->edges);
}

static int spill_gathered(struct link_edges *e, struct gathered *g)
{
    qsort(g->edges, g->count, sizeof *g->edges, by_records);
    pthread_mutex_lock(&e->lock);
    int error = put_piece(e, g);
    pthread_mutex_unlock(&e->lock);
    g->count = 0;
    return error;
}

static int make_room(struct link_edges *e, struct gathered *g)
{
    if (e->spill && g->count >= e->per_worker_max)
        return spill_gathered(e, g);
    size_t capacity = g->capacity ? g->capacity * 2 : FIRST_CAPACITY;
    if (e->spill && capacity > e->per_worker_max)
        capacity = e->per_worker_max;
    struct link_edge *edges = mem_realloc(g->edges, capacity * sizeof *edges);
    REJECT_IF(!edges, E_NOMEM);
    g->edges = edges;
    g->capacity = capacity;
    return 0;
}

int link_edges_add(struct link_edges *e, unsigned worker, struct link_edge edge)
{
    struct gathered *g = &e->gathered[worker];
    if (g->count == g->capacity || (e->spill && g->count >= e->per_worker_max))
        TRY(make_room(e, g));
    if (edge.a > edge.b)
        edge = (struct link_edge){edge.b, edge.a, edge.bits};
    g->edges[g->count++] = edge;
    return 0;
}

/* Reading back */

static int fill_window(struct link_edges *e, struct piece *p)
{
    p->at = 0;
    p->count = p->left < MERGE_EDGES ? (size_t)p->left : MERGE_EDGES;
    if (p->count == 0)
        return 0;
    TRY(spill_read(e->spill, p->from * sizeof *p->window, p->window, p->count * sizeof *p->window));
    p->from += p->count;
    p->left -= p->count;
    return 0;
}

static bool is_before(const struct link_edges *e, size_t x, size_t y)
{
    const struct piece *p = &e->pieces[x], *q = &e->pieces[y];
    return compare(&p->window[p->at], &q->window[q->at]) < 0;
}

static void sift_down(struct link_edges *e, size_t at)
{
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < e->heap_count; child++) {
            if (is_before(e, e->heap[child], e->heap[least]))
                least = child;
        }
        if (least == at)
            return;
        size_t piece = e->heap[at];
        e->heap[at] = e->heap[least];
        e->heap[least] = piece;
        at = least;
    }
}

static int sort_task(void *arg, size_t index, unsigned worker)
{
    (void)worker;
    struct gathered *g = &((struct link_edges *)arg)->gathered[index];
    if (g->count > 1)
        qsort(g->edges, g->count, sizeof *g->edges, by_records);
    return 0;
}

int link_edges_settle(struct link_edges *e, struct workers *w)
{
    TRY(workers_run(w, e->workers, sort_task, e));
    e->count = e->spilled;
    for (unsigned i = 0; i < e->workers; i++) {
        struct gathered *g = &e->gathered[i];
        TRY(add_piece(e, (struct piece){.window = g->edges, .count = g->count}));
        e->count += g->count;
    }
    e->heap = mem_calloc(e->pieces_count, sizeof *e->heap);
    REJECT_IF(!e->heap, E_NOMEM);
    for (size_t i = 0; i < e->pieces_count; i++) {
        struct piece *p = &e->pieces[i];
        if (p->left > 0) {
            p->window = mem_alloc(MERGE_EDGES * sizeof *p->window);
            REJECT_IF(!p->window, E_NOMEM);
            p->owned = true;
            TRY(fill_window(e, p));
        }
        if (p->count > 0)
            e->heap[e->heap_count++] = i;
    }
    for (size_t i = e->heap_count; i-- > 0;)
        sift_down(e, i);
    return 0;
}

uint64_t link_edges_count(const struct link_edges *e)
{
    return e->count;
}

int link_edges_next(struct link_edges *e, struct link_edge *out, size_t max, size_t *ret_count)
{
    size_t count = 0;
    while (count < max && e->heap_count > 0) {
        struct piece *p = &e->pieces[e->heap[0]];
        out[count++] = p->window[p->at++];
        if (p->at == p->count)
            TRY(fill_window(e, p));
        if (p->count == 0)
            e->heap[0] = e->heap[--e->heap_count];
        sift_down(e, 0);
    }
    *ret_count = count;
    return 0;
}
