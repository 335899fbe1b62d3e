/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A draw starts from the groups as they are and goes through rounds. In each, units leave their
 * group in turn and join one of the groups near them, or none, with odds of 2 to the mean bits:
 * first the sure groups as wholes, then single nodes, so that both a wrongly joined family and a
 * wrongly placed record can come apart. For two records alone that is exactly their odds. */
#include <math.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/rng.h"
#include "link/cluster_internal.h"

#define ROUNDS 12

struct near {
    int64_t sum;
    uint64_t known;
    bool forbidden;
};

struct drawing {
    const struct cluster_component *component;
    struct rng rng;
    uint32_t *label;   /* per node */
    uint64_t *records; /* per label */
    uint32_t *lists;   /* per label: the unique lists in it */
    uint32_t *nodes;   /* per label: how many nodes have it */
    struct near *near; /* per label, zero between uses */
    uint32_t *touched; /* the labels that are not zero in near */
    uint32_t touched_count;
    uint32_t *unit_of; /* per node: the sure group that it starts from, as a list */
    uint32_t *next;    /* per node: the next node of its unit, or UINT32_MAX */
    double *weight;    /* per touched label */
    uint32_t *single;  /* each node a unit of its own */
};

static int drawing_init(struct drawing *d, const struct cluster_component *component)
{
    size_t n = component->node_count;
    *d = (struct drawing){.component = component,
                          .label = mem_calloc(n, sizeof *d->label),
                          .records = mem_calloc(n, sizeof *d->records),
                          .lists = mem_calloc(n, sizeof *d->lists),
                          .nodes = mem_calloc(n, sizeof *d->nodes),
                          .near = mem_calloc(n, sizeof *d->near),
                          .touched = mem_calloc(n, sizeof *d->touched),
                          .unit_of = mem_calloc(n, sizeof *d->unit_of),
                          .next = mem_calloc(n, sizeof *d->next),
                          .weight = mem_calloc(n, sizeof *d->weight),
                          .single = mem_calloc(n, sizeof *d->single)};
    bool all = d->label && d->records && d->lists && d->nodes && d->near && d->touched &&
               d->unit_of && d->next && d->weight && d->single;
    REJECT_IF(!all, E_NOMEM);
    for (uint32_t i = 0; i < n; i++)
        d->single[i] = i;
    return 0;
}

static void drawing_release(struct drawing *d)
{
    mem_free(d->label);
    mem_free(d->records);
    mem_free(d->lists);
    mem_free(d->nodes);
    mem_free(d->near);
    mem_free(d->touched);
    mem_free(d->unit_of);
    mem_free(d->next);
    mem_free(d->weight);
    mem_free(d->single);
}

/* Strings the nodes of each unit together; unit_of[first] is then the first itself. */
static void string_units(struct drawing *d, const uint32_t *unit)
{
    uint32_t n = d->component->node_count;
    for (uint32_t i = 0; i < n; i++)
        d->next[i] = UINT32_MAX;
    for (uint32_t i = n; i-- > 0;) { /* from the back, so that the lists come out ascending */
        d->unit_of[i] = unit[i];
        if (unit[i] != i) {
            d->next[i] = d->next[unit[i]];
            d->next[unit[i]] = i;
        }
    }
}

static void join(struct drawing *d, uint32_t first, uint32_t label)
{
    for (uint32_t i = first; i != UINT32_MAX; i = d->next[i]) {
        d->label[i] = label;
        d->records[label] += d->component->nodes[i].record_count;
        d->lists[label] |= d->component->nodes[i].lists;
        d->nodes[label]++;
    }
}

/* A group holds no unique list twice, so what leaves takes its lists away. */
static void leave(struct drawing *d, uint32_t first)
{
    for (uint32_t i = first; i != UINT32_MAX; i = d->next[i]) {
        uint32_t label = d->label[i];
        d->records[label] -= d->component->nodes[i].record_count;
        d->lists[label] &= ~d->component->nodes[i].lists;
        d->nodes[label]--;
    }
}

/* What stands between the unit and the groups about it, itself left out. */
static void look_around(struct drawing *d, uint32_t first)
{
    const struct cluster_component *component = d->component;
    d->touched_count = 0;
    for (uint32_t i = first; i != UINT32_MAX; i = d->next[i]) {
        const struct cluster_node *node = &component->nodes[i];
        for (uint32_t k = 0; k < node->link_count; k++) {
            const struct cluster_link *link = &component->links[node->first_link + k];
            if (d->unit_of[link->node] == first)
                continue;
            struct near *near = &d->near[d->label[link->node]];
            if (near->known == 0 && !near->forbidden)
                d->touched[d->touched_count++] = d->label[link->node];
            near->sum += link->sum;
            near->known += link->known;
            near->forbidden |= link->forbidden;
        }
    }
}

/* A label that nobody has; there is one, since the unit has just left and units have nodes. */
static uint32_t free_label(const struct drawing *d, uint32_t first)
{
    if (d->nodes[first] == 0)
        return first;
    uint32_t label = 0;
    while (d->nodes[label] > 0)
        label++;
    return label;
}

/* Odds of each group about the unit that has left; returns their sum and that of being alone. */
static double weigh(struct drawing *d, uint64_t records, uint32_t lists)
{
    double total = 1;
    for (uint32_t k = 0; k < d->touched_count; k++) {
        uint32_t label = d->touched[k];
        struct near *near = &d->near[label];
        double bits = cluster_mean_bits(near->sum, near->known, records * d->records[label]);
        bool allowed = !near->forbidden && (lists & d->lists[label]) == 0;
        d->weight[k] = allowed ? exp2(bits) : 0;
        total += d->weight[k];
        *near = (struct near){0};
    }
    return total;
}

static void redraw(struct drawing *d, uint32_t first)
{
    uint64_t records = 0;
    uint32_t lists = 0, to = UINT32_MAX;
    for (uint32_t i = first; i != UINT32_MAX; i = d->next[i]) {
        records += d->component->nodes[i].record_count;
        lists |= d->component->nodes[i].lists;
    }
    leave(d, first);
    look_around(d, first);
    double at = rng_unit(&d->rng) * weigh(d, records, lists) - 1;
    for (uint32_t k = 0; at >= 0 && k < d->touched_count; k++) {
        if (d->weight[k] > 0)
            to = d->touched[k];
        at -= d->weight[k];
    }
    join(d, first, to == UINT32_MAX ? free_label(d, first) : to);
}

static void redraw_units(struct drawing *d)
{
    for (uint32_t i = 0; i < d->component->node_count; i++) {
        if (d->unit_of[i] == i)
            redraw(d, i);
    }
}

struct draw_work {
    const struct link_clustering *c;
    uint64_t seed, number;
    uint32_t *groups;
};

static int draw_component(const struct draw_work *w, size_t index)
{
    const struct cluster_component *component = &w->c->components[index];
    struct drawing d;
    int error = drawing_init(&d, component);
    uint32_t n = component->node_count;
    if (error == 0) {
        rng_init(&d.rng, w->seed, w->number << 32 ^ index);
        string_units(&d, component->group); /* to fill the groups */
        for (uint32_t i = 0; i < n; i++) {
            if (d.unit_of[i] == i)
                join(&d, i, i);
        }
        for (int round = 0; round < ROUNDS; round++) {
            /* A sure group that was taken apart moves as a whole from where its first node is. */
            string_units(&d, round % 2 ? d.single : component->apart);
            redraw_units(&d);
        }
        for (uint32_t i = 0; i < n; i++) {
            const struct cluster_node *node = &component->nodes[i];
            uint32_t first = component->nodes[d.label[i]].first_record;
            for (uint32_t k = 0; k < node->record_count; k++)
                w->groups[w->c->component_records[node->first_record + k]] =
                    w->c->component_records[first];
        }
    }
    drawing_release(&d);
    return error;
}

/* So many small components are one task. */
#define BATCH 256

static int draw_batch(void *arg, size_t index, unsigned worker)
{
    const struct draw_work *w = arg;
    (void)worker;
    size_t end = (index + 1) * BATCH;
    for (size_t i = index * BATCH; i < end && i < w->c->component_count; i++)
        TRY(draw_component(w, i));
    return 0;
}

int link_clustering_draw(const struct link_clustering *c, uint64_t seed, uint64_t number,
                         struct workers *workers, uint32_t *groups)
{
    struct draw_work w = {.c = c, .seed = seed, .number = number, .groups = groups};
    for (uint32_t i = 0; i < c->records; i++)
        groups[i] = i;
    return workers_run(workers, (c->component_count + BATCH - 1) / BATCH, draw_batch, &w);
}
