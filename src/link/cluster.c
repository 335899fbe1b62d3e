/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Records are renumbered by rank first, so that nothing after it can depend on the rows' order;
 * then they fall into components, which are worked on side by side. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "link/cluster_internal.h"

struct placed {
    uint32_t component, node, ranked; /* roots, and the record itself, all by rank */
};

struct building {
    const struct link_cluster_input *in;
    struct link_clustering *c;
    uint32_t *record_of; /* rank to record */
    uint32_t *same;      /* by rank: joined by decisions */
    uint32_t *near;      /* by rank: the same component */
    uint32_t *component; /* by rank: its number, or UINT32_MAX when alone */
    uint32_t *node;      /* by rank: its node in the component */
    struct placed *placed;
    size_t placed_count;
};

static uint32_t find(uint32_t *parents, uint32_t i)
{
    while (parents[i] != i) {
        parents[i] = parents[parents[i]];
        i = parents[i];
    }
    return i;
}

/* The lower one stays the root, so that a root is the lowest of its set. */
static void unite(uint32_t *parents, uint32_t a, uint32_t b)
{
    a = find(parents, a);
    b = find(parents, b);
    if (a < b)
        parents[b] = a;
    else
        parents[a] = b;
}

static int contradict(struct link_clustering *c, struct link_contradiction found)
{
    size_t count = c->contradiction_count;
    if ((count & (count - 1)) == 0) {
        struct link_contradiction *all =
            mem_realloc(c->contradictions, (count ? count * 2 : 1) * sizeof *all);
        REJECT_IF(!all, E_NOMEM);
        c->contradictions = all;
    }
    c->contradictions[c->contradiction_count++] = found;
    return 0;
}

static int building_init(struct building *b, const struct link_cluster_input *in,
                         struct link_clustering *c)
{
    size_t n = in->records;
    *b = (struct building){.in = in,
                           .c = c,
                           .record_of = mem_calloc(n + 1, sizeof(uint32_t)),
                           .same = mem_calloc(n + 1, sizeof(uint32_t)),
                           .near = mem_calloc(n + 1, sizeof(uint32_t)),
                           .component = mem_calloc(n + 1, sizeof(uint32_t)),
                           .node = mem_calloc(n + 1, sizeof(uint32_t))};
    REJECT_IF(!b->record_of || !b->same || !b->near || !b->component || !b->node, E_NOMEM);
    for (uint32_t i = 0; i < n; i++) {
        b->record_of[in->rank[i]] = i;
        b->same[i] = b->near[i] = i;
        b->component[i] = UINT32_MAX;
    }
    return 0;
}

static void building_release(struct building *b)
{
    mem_free(b->record_of);
    mem_free(b->same);
    mem_free(b->near);
    mem_free(b->component);
    mem_free(b->node);
    mem_free(b->placed);
}

static uint32_t unique_list_bit(const struct link_cluster_input *in, uint32_t record)
{
    return UINT32_C(1) << in->list_of[record] & in->unique_lists;
}

/* Two records of one such list under one root: said of the second and the root's record. */
static int check_lists(struct building *b)
{
    const struct link_cluster_input *in = b->in;
    uint32_t *lists = b->node; /* not in use yet */
    for (uint32_t i = 0; in->must_count > 0 && i < in->records; i++) {
        uint32_t root = find(b->same, i), bit = unique_list_bit(in, b->record_of[i]);
        if (lists[root] & bit)
            TRY(contradict(b->c, (struct link_contradiction){.a = b->record_of[root],
                                                             .b = b->record_of[i],
                                                             .what = LINK_CONTRA_LIST}));
        lists[root] |= bit;
    }
    return 0;
}

static int obey_decisions(struct building *b)
{
    const struct link_cluster_input *in = b->in;
    for (size_t i = 0; i < in->must_count; i++)
        unite(b->same, in->rank[in->must[i].a], in->rank[in->must[i].b]);
    TRY(check_lists(b));
    for (size_t i = 0; i < in->cannot_count; i++) {
        struct link_pair p = in->cannot[i];
        if (find(b->same, in->rank[p.a]) == find(b->same, in->rank[p.b]))
            TRY(contradict(
                b->c, (struct link_contradiction){.a = p.a, .b = p.b, .what = LINK_CONTRA_CANNOT}));
    }
    return 0;
}

static void find_components(struct building *b)
{
    const struct link_cluster_input *in = b->in;
    for (uint32_t i = 0; i < in->records; i++)
        unite(b->near, i, find(b->same, i));
    for (size_t i = 0; i < in->edge_count; i++) {
        if (in->edges[i].bits >= -LINK_DOUBT_BITS)
            unite(b->near, in->rank[in->edges[i].a], in->rank[in->edges[i].b]);
    }
}

static int by_place(const void *x, const void *y)
{
    const struct placed *a = x, *b = y;
    if (a->component != b->component)
        return a->component < b->component ? -1 : 1;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    return a->ranked < b->ranked ? -1 : 1;
}

/* The records that are not alone in their component, those of one node together. */
static int place_records(struct building *b)
{
    uint32_t n = b->in->records;
    for (uint32_t i = 0; i < n; i++) { /* a root is not alone when another points to it */
        uint32_t root = find(b->near, i);
        if (root != i)
            b->component[root] = b->component[i] = 0;
    }
    for (uint32_t i = 0; i < n; i++)
        b->placed_count += b->component[i] == 0;
    b->placed = mem_calloc(b->placed_count + 1, sizeof *b->placed);
    b->c->component_records = mem_calloc(b->placed_count + 1, sizeof(uint32_t));
    REJECT_IF(!b->placed || !b->c->component_records, E_NOMEM);
    size_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (b->component[i] == 0)
            b->placed[at++] = (struct placed){
                .component = find(b->near, i), .node = find(b->same, i), .ranked = i};
    }
    qsort(b->placed, b->placed_count, sizeof *b->placed, by_place);
    return 0;
}

/* How many components there are, and nodes in each. */
static int count_components(struct building *b)
{
    struct link_clustering *c = b->c;
    for (size_t i = 0; i < b->placed_count; i++)
        c->component_count += i == 0 || b->placed[i].component != b->placed[i - 1].component;
    c->components = mem_calloc(c->component_count + 1, sizeof *c->components);
    REJECT_IF(!c->components, E_NOMEM);
    size_t at = 0;
    for (size_t i = 0; i < b->placed_count; i++) {
        at += i > 0 && b->placed[i].component != b->placed[i - 1].component;
        bool new_node = i == 0 || b->placed[i].node != b->placed[i - 1].node;
        c->components[at].node_count += new_node;
        b->component[b->placed[i].ranked] = (uint32_t)at;
        b->node[b->placed[i].ranked] = c->components[at].node_count - 1;
    }
    return 0;
}

static int make_nodes(struct building *b)
{
    struct link_clustering *c = b->c;
    for (size_t i = 0; i < c->component_count; i++) {
        struct cluster_component *component = &c->components[i];
        size_t n = component->node_count;
        component->nodes = mem_calloc(n, sizeof *component->nodes);
        component->group = mem_calloc(3 * n, sizeof *component->group);
        REJECT_IF(!component->nodes || !component->group, E_NOMEM);
        component->merged = component->group + n;
        component->apart = component->merged + n;
    }
    for (size_t i = 0; i < b->placed_count; i++) {
        uint32_t ranked = b->placed[i].ranked, record = b->record_of[ranked];
        struct cluster_node *node = &c->components[b->component[ranked]].nodes[b->node[ranked]];
        if (node->record_count++ == 0)
            node->first_record = (uint32_t)i;
        node->lists |= unique_list_bit(b->in, record);
        c->component_records[i] = record;
    }
    return 0;
}

/* Calls visit with both ends of every edge and every cannot-link inside one component. */
static void each_link(struct building *b,
                      void (*visit)(struct cluster_component *component, uint32_t from, uint32_t to,
                                    float bits, bool forbidden))
{
    const struct link_cluster_input *in = b->in;
    for (size_t i = 0; i < in->edge_count + in->cannot_count; i++) {
        bool forbidden = i >= in->edge_count;
        uint32_t x = forbidden ? in->cannot[i - in->edge_count].a : in->edges[i].a;
        uint32_t y = forbidden ? in->cannot[i - in->edge_count].b : in->edges[i].b;
        float bits = forbidden ? 0 : in->edges[i].bits;
        uint32_t a = in->rank[x], c = in->rank[y];
        if (b->component[a] == UINT32_MAX || b->component[a] != b->component[c] ||
            b->node[a] == b->node[c])
            continue;
        struct cluster_component *component = &b->c->components[b->component[a]];
        visit(component, b->node[a], b->node[c], bits, forbidden);
        visit(component, b->node[c], b->node[a], bits, forbidden);
    }
}

static void count_link(struct cluster_component *component, uint32_t from, uint32_t to, float bits,
                       bool forbidden)
{
    (void)to;
    (void)bits;
    (void)forbidden;
    component->nodes[from].link_count++;
    component->link_count++;
}

static void put_link(struct cluster_component *component, uint32_t from, uint32_t to, float bits,
                     bool forbidden)
{
    struct cluster_node *node = &component->nodes[from];
    float most = LINK_CLUSTER_BITS_MAX;
    float capped = bits > most ? most : bits < -most ? -most : bits;
    component->links[node->first_link + node->link_count++] =
        (struct cluster_link){.node = to,
                              .known = !forbidden,
                              .forbidden = forbidden,
                              .sum = llrint((double)capped * BITS_ONE)};
}

static int make_links(struct building *b)
{
    struct link_clustering *c = b->c;
    each_link(b, count_link);
    for (size_t i = 0; i < c->component_count; i++) {
        struct cluster_component *component = &c->components[i];
        component->links = mem_calloc((size_t)component->link_count + 1, sizeof *component->links);
        REJECT_IF(!component->links, E_NOMEM);
        uint32_t first = 0;
        for (uint32_t k = 0; k < component->node_count; k++) {
            component->nodes[k].first_link = first;
            first += component->nodes[k].link_count;
            component->nodes[k].link_count = 0;
        }
    }
    each_link(b, put_link);
    return 0;
}

static int by_node(const void *x, const void *y)
{
    const struct cluster_link *a = x, *b = y;
    return a->node < b->node ? -1 : a->node > b->node;
}

/* Sorts each node's links and adds up those to the same node. */
static void tidy_links(struct cluster_component *component)
{
    for (uint32_t k = 0; k < component->node_count; k++) {
        struct cluster_node *node = &component->nodes[k];
        struct cluster_link *links = component->links + node->first_link;
        qsort(links, node->link_count, sizeof *links, by_node);
        uint32_t kept = 0;
        for (uint32_t i = 0; i < node->link_count; i++) {
            if (kept > 0 && links[kept - 1].node == links[i].node) {
                links[kept - 1].known = (links[kept - 1].known + links[i].known) & 0x7fffffff;
                links[kept - 1].forbidden |= links[i].forbidden;
                links[kept - 1].sum += links[i].sum;
            } else {
                links[kept++] = links[i];
            }
        }
        node->link_count = kept;
    }
}

static float chance(double bits)
{
    return (float)(1 / (1 + exp2(-bits)));
}

/* How sure a node's records are where they are. */
static float node_confidence(const struct cluster_component *component, uint32_t k,
                             const uint64_t *group_records)
{
    const struct cluster_node *node = &component->nodes[k];
    uint64_t others = group_records[component->group[k]] - node->record_count, known = 0;
    int64_t sum = 0;
    double nearest = (double)LINK_EDGE_BITS_MIN;
    for (uint32_t i = 0; i < node->link_count; i++) {
        const struct cluster_link *link = &component->links[node->first_link + i];
        uint64_t pairs = (uint64_t)node->record_count * component->nodes[link->node].record_count;
        double bits = cluster_mean_bits(link->sum, link->known, pairs);
        if (component->group[link->node] == component->group[k]) {
            sum += link->sum;
            known += link->known;
        } else if (!link->forbidden && bits > nearest) {
            nearest = bits;
        }
    }
    if (others > 0)
        return chance(cluster_mean_bits(sum, known, others * node->record_count));
    return node->record_count > 1 ? 1 : chance(-nearest);
}

static int settle_confidence(struct link_clustering *c, struct cluster_component *component)
{
    uint64_t *group_records = mem_calloc(component->node_count, sizeof *group_records);
    REJECT_IF(!group_records, E_NOMEM);
    for (uint32_t k = 0; k < component->node_count; k++)
        group_records[component->group[k]] += component->nodes[k].record_count;
    for (uint32_t k = 0; k < component->node_count; k++) {
        const struct cluster_node *node = &component->nodes[k];
        float confidence = node_confidence(component, k, group_records);
        for (uint32_t i = 0; i < node->record_count; i++)
            c->confidence[c->component_records[node->first_record + i]] = confidence;
    }
    mem_free(group_records);
    return 0;
}

/* From nodes to records. */
static void settle_groups(struct link_clustering *c, const struct cluster_component *component)
{
    const uint32_t *from[] = {component->group, component->merged, component->apart};
    uint32_t *to[] = {c->groups, c->merged, c->apart};
    for (uint32_t k = 0; k < component->node_count; k++) {
        const struct cluster_node *node = &component->nodes[k];
        for (uint32_t i = 0; i < node->record_count; i++) {
            uint32_t record = c->component_records[node->first_record + i];
            for (size_t level = 0; level < COUNT_OF(from); level++) {
                uint32_t first = component->nodes[from[level][k]].first_record;
                to[level][record] = c->component_records[first];
            }
        }
    }
}

struct working {
    struct link_clustering *c;
    struct watch *watch;
};

/* So many small components are one task. */
#define BATCH 256

static int work(void *arg, size_t index, unsigned worker)
{
    struct working *w = arg;
    (void)worker;
    REJECT_IF(watch_stopped(w->watch), E_STOPPED);
    size_t end = (index + 1) * BATCH;
    for (size_t i = index * BATCH; i < end && i < w->c->component_count; i++) {
        struct cluster_component *component = &w->c->components[i];
        tidy_links(component);
        TRY(cluster_merge(w->c, component));
        TRY(settle_confidence(w->c, component));
        settle_groups(w->c, component);
    }
    return 0;
}

/* Whoever has no likely partner at all: the nearest of the unlikely ones counts. */
static void settle_lonely(struct building *b)
{
    struct link_clustering *c = b->c;
    for (size_t i = 0; i < b->in->edge_count; i++) {
        const struct link_edge *edge = &b->in->edges[i];
        uint32_t ends[] = {edge->a, edge->b};
        for (size_t k = 0; k < COUNT_OF(ends); k++) {
            float alone = chance(-(double)edge->bits);
            if (b->component[b->in->rank[ends[k]]] == UINT32_MAX && alone < c->confidence[ends[k]])
                c->confidence[ends[k]] = alone;
        }
    }
}

static int by_hardness(const void *x, const void *y)
{
    const struct link_doubt *a = x, *b = y;
    float ha = fabsf(a->bits), hb = fabsf(b->bits);
    if (ha != hb)
        return ha < hb ? -1 : 1;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return a->b < b->b ? -1 : a->b > b->b;
}

static int gather_doubts(struct link_clustering *c)
{
    size_t count = 0, at = 0;
    for (size_t i = 0; i < c->component_count; i++)
        count += c->components[i].doubt_count;
    c->doubts = mem_calloc(count + 1, sizeof *c->doubts);
    REJECT_IF(!c->doubts, E_NOMEM);
    for (size_t i = 0; i < c->component_count; i++) {
        struct cluster_component *component = &c->components[i];
        for (size_t k = 0; k < component->doubt_count; k++)
            c->doubts[at++] = component->doubts[k];
        mem_free(component->doubts);
        component->doubts = NULL;
    }
    c->doubt_count = count;
    qsort(c->doubts, count, sizeof *c->doubts, by_hardness);
    return 0;
}

static int build(struct building *b)
{
    TRY(obey_decisions(b));
    find_components(b);
    TRY(place_records(b));
    memset(b->node, 0, b->in->records * sizeof *b->node);
    TRY(count_components(b));
    TRY(make_nodes(b));
    return make_links(b);
}

static int clustering_init(struct link_clustering *c, uint32_t records)
{
    *c = (struct link_clustering){.records = records,
                                  .groups = mem_calloc((size_t)records + 1, sizeof(uint32_t)),
                                  .merged = mem_calloc((size_t)records + 1, sizeof(uint32_t)),
                                  .apart = mem_calloc((size_t)records + 1, sizeof(uint32_t)),
                                  .confidence = mem_calloc((size_t)records + 1, sizeof(float))};
    REJECT_IF(!c->groups || !c->merged || !c->apart || !c->confidence, E_NOMEM);
    for (uint32_t i = 0; i < records; i++) {
        c->groups[i] = c->merged[i] = c->apart[i] = i;
        c->confidence[i] = chance(-(double)LINK_EDGE_BITS_MIN);
    }
    return 0;
}

int link_clustering_new(const struct link_cluster_input *input, struct workers *workers,
                        struct watch *watch, struct link_clustering **ret_clustering)
{
    struct link_clustering *c = mem_calloc(1, sizeof *c);
    struct building b = {0};
    REJECT_IF(!c, E_NOMEM);
    int error = clustering_init(c, input->records);
    if (error == 0)
        error = building_init(&b, input, c);
    if (error == 0)
        error = build(&b);
    if (error == 0) {
        struct working w = {.c = c, .watch = watch};
        error = workers_run(workers, (c->component_count + BATCH - 1) / BATCH, work, &w);
    }
    if (error == 0)
        settle_lonely(&b);
    if (error == 0)
        error = gather_doubts(c);
    building_release(&b);
    if (error < 0)
        link_clustering_free(c);
    else
        *ret_clustering = c;
    return error;
}

void link_clustering_free(struct link_clustering *c)
{
    if (!c)
        return;
    for (size_t i = 0; c->components && i < c->component_count; i++) {
        mem_free(c->components[i].nodes);
        mem_free(c->components[i].links);
        mem_free(c->components[i].group);
        mem_free(c->components[i].doubts);
    }
    mem_free(c->components);
    mem_free(c->component_records);
    mem_free(c->groups);
    mem_free(c->merged);
    mem_free(c->apart);
    mem_free(c->confidence);
    mem_free(c->doubts);
    mem_free(c->contradictions);
    mem_free(c);
}

const uint32_t *link_clustering_groups(const struct link_clustering *c)
{
    return c->groups;
}

const uint32_t *link_clustering_merged(const struct link_clustering *c)
{
    return c->merged;
}

const uint32_t *link_clustering_apart(const struct link_clustering *c)
{
    return c->apart;
}

float link_clustering_confidence(const struct link_clustering *c, uint32_t record)
{
    return c->confidence[record];
}

const struct link_doubt *link_clustering_doubts(const struct link_clustering *c, size_t *ret_count)
{
    *ret_count = c->doubt_count;
    return c->doubts;
}

const struct link_contradiction *link_clustering_contradictions(const struct link_clustering *c,
                                                                size_t *ret_count)
{
    *ret_count = c->contradiction_count;
    return c->contradictions;
}
