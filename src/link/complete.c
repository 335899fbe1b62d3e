/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/complete.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "link/cluster.h"

#define BATCH 256 /* components that are one task */

struct found {
    struct link_edge *edges;
    size_t count, capacity;
};

struct completing {
    const struct link_universe *u;
    const struct link_edge *edges;
    size_t edge_count;
    uint32_t *parent;  /* per record, to the root of its component */
    uint32_t *members; /* component after component, by record */
    uint32_t *starts;  /* per component, and the end of the last */
    uint32_t component_count;
    struct link_scoring **scoring; /* per worker */
    struct found *found;           /* per worker */
    struct watch *watch;
};

static uint32_t find(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

static void unite_all(struct completing *c)
{
    for (uint32_t i = 0; i < c->u->count; i++)
        c->parent[i] = i;
    for (size_t i = 0; i < c->edge_count; i++) {
        const struct link_edge *edge = &c->edges[i];
        uint32_t a = find(c->parent, edge->a), b = find(c->parent, edge->b);
        if (edge->bits >= -LINK_DOUBT_BITS)
            c->parent[a > b ? a : b] = a > b ? b : a;
    }
}

/* The components of three and more, each with its records in a row. size and at are scratch. */
static void place_members(struct completing *c, uint32_t *size, uint32_t *at)
{
    uint32_t end = 0;
    for (uint32_t i = 0; i < c->u->count; i++)
        size[find(c->parent, i)]++;
    for (uint32_t i = 0; i < c->u->count; i++) {
        if (size[i] < 3 || size[i] > LINK_COMPLETE_MAX) /* 0 where i is no root */
            continue;
        c->starts[c->component_count++] = end;
        at[i] = end;
        end += size[i];
    }
    c->starts[c->component_count] = end;
    for (uint32_t i = 0; i < c->u->count; i++) {
        uint32_t root = find(c->parent, i);
        if (size[root] >= 3 && size[root] <= LINK_COMPLETE_MAX)
            c->members[at[root]++] = i;
    }
}

static int find_components(struct completing *c)
{
    size_t n = (size_t)c->u->count + 1;
    uint32_t *scratch = mem_calloc(n, 2 * sizeof *scratch);
    c->parent = mem_calloc(n, sizeof *c->parent);
    c->members = mem_calloc(n, sizeof *c->members);
    c->starts = mem_calloc(n, sizeof *c->starts);
    bool all = scratch && c->parent && c->members && c->starts;
    if (all) {
        unite_all(c);
        place_members(c, scratch, scratch + n);
    }
    mem_free(scratch);
    return all ? 0 : E_NOMEM;
}

static int by_pair(const void *x, const void *y)
{
    const struct link_edge *a = x, *b = y;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return a->b < b->b ? -1 : a->b > b->b;
}

static int keep(struct found *f, struct link_edge edge)
{
    if (f->count == f->capacity) {
        size_t capacity = f->capacity ? f->capacity * 2 : 1024;
        struct link_edge *more = mem_realloc(f->edges, capacity * sizeof *more);
        REJECT_IF(!more, E_NOMEM);
        f->edges = more;
        f->capacity = capacity;
    }
    f->edges[f->count++] = edge;
    return 0;
}

static bool can_be_one(const struct link_universe *u, uint32_t a, uint32_t b)
{
    return u->list[a] != u->list[b] || !link_records_list_is_unique(u->records, u->list[a]);
}

static int complete_one(struct completing *c, const uint32_t *members, uint32_t size,
                        unsigned worker)
{
    for (uint32_t i = 0; i < size; i++) {
        for (uint32_t j = i + 1; j < size; j++) {
            struct link_edge edge = {.a = members[i], .b = members[j]};
            if (!can_be_one(c->u, edge.a, edge.b) ||
                bsearch(&edge, c->edges, c->edge_count, sizeof edge, by_pair))
                continue;
            edge.bits = link_score_least(c->scoring[worker], edge.a, edge.b, LINK_EDGE_BITS_MIN);
            if (edge.bits >= LINK_EDGE_BITS_MIN)
                TRY(keep(&c->found[worker], edge));
        }
    }
    return 0;
}

static int complete_batch(void *arg, size_t index, unsigned worker)
{
    struct completing *c = arg;
    REJECT_IF(watch_stopped(c->watch), E_STOPPED);
    watch_progress(c->watch, "completing groups", index * BATCH, c->component_count);
    for (size_t i = index * BATCH; i < (index + 1) * BATCH && i < c->component_count; i++)
        TRY(complete_one(c, c->members + c->starts[i], c->starts[i + 1] - c->starts[i], worker));
    return 0;
}

/* All in one array, by pair: no pair is there twice, so the order is the only one. */
static int add_found(const struct completing *c, unsigned workers, struct link_edge **edges,
                     size_t *count)
{
    size_t added = 0;
    for (unsigned i = 0; i < workers; i++)
        added += c->found[i].count;
    if (added == 0)
        return 0;
    struct link_edge *all = mem_realloc(*edges, (*count + added) * sizeof *all);
    REJECT_IF(!all, E_NOMEM);
    *edges = all;
    for (unsigned i = 0; i < workers; i++) {
        if (c->found[i].count > 0)
            memcpy(all + *count, c->found[i].edges, c->found[i].count * sizeof *all);
        *count += c->found[i].count;
    }
    qsort(all, *count, sizeof *all, by_pair);
    return 0;
}

static int complete(struct completing *c, const struct link_scorer *scorer, struct workers *w,
                    struct link_edge **edges, size_t *count)
{
    unsigned workers = workers_count(w);
    TRY(find_components(c));
    c->scoring = mem_calloc(workers, sizeof *c->scoring);
    c->found = mem_calloc(workers, sizeof *c->found);
    REJECT_IF(!c->scoring || !c->found, E_NOMEM);
    for (unsigned i = 0; i < workers; i++) {
        c->scoring[i] = link_scoring_new(scorer);
        REJECT_IF(!c->scoring[i], E_NOMEM);
    }
    TRY(workers_run(w, (c->component_count + BATCH - 1) / BATCH, complete_batch, c));
    return add_found(c, workers, edges, count);
}

int link_complete(const struct link_universe *u, const struct link_scorer *scorer,
                  struct workers *w, struct watch *watch, struct link_edge **edges, size_t *count)
{
    struct completing c = {.u = u, .edges = *edges, .edge_count = *count, .watch = watch};
    int error = complete(&c, scorer, w, edges, count);
    for (unsigned i = 0; i < workers_count(w); i++) {
        if (c.scoring)
            link_scoring_free(c.scoring[i]);
        if (c.found)
            mem_free(c.found[i].edges);
    }
    mem_free(c.scoring);
    mem_free(c.found);
    mem_free(c.parent);
    mem_free(c.members);
    mem_free(c.starts);
    return error;
}
