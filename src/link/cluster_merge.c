/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Average linkage of one component. Its dendrogram has no inversions (the mean of means is never
 * above the larger), so one pass from the best pair downwards gives both levels at which it is cut:
 * what is sure, and what is likely. Groups keep sorted lists of their neighbours, and a heap holds
 * candidate pairs; what a merge has outdated is thrown away when it comes up. */
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "link/cluster_internal.h"

struct group {
    uint64_t records;
    uint32_t lists, version;
    bool gone;
    uint32_t link_count;
    struct cluster_link *links; /* by node */
};

struct candidate {
    double bits;
    uint32_t a, b, a_version, b_version;
};

struct merging {
    struct cluster_component *component;
    struct group *groups;
    uint32_t *joined_to; /* per node: the group that took it in, itself at first */
    struct candidate *heap;
    size_t heap_count, heap_capacity;
};

static bool before(const struct candidate *x, const struct candidate *y)
{
    if (x->bits != y->bits)
        return x->bits > y->bits;
    return x->a != y->a ? x->a < y->a : x->b < y->b;
}

static int heap_push(struct merging *m, struct candidate made)
{
    if (m->heap_count == m->heap_capacity) {
        size_t capacity = m->heap_capacity ? m->heap_capacity * 2 : 64;
        struct candidate *heap = mem_realloc(m->heap, capacity * sizeof *heap);
        REJECT_IF(!heap, E_NOMEM);
        m->heap = heap;
        m->heap_capacity = capacity;
    }
    size_t i = m->heap_count++;
    for (; i > 0 && before(&made, &m->heap[(i - 1) / 2]); i = (i - 1) / 2)
        m->heap[i] = m->heap[(i - 1) / 2];
    m->heap[i] = made;
    return 0;
}

static struct candidate heap_pop(struct merging *m)
{
    struct candidate top = m->heap[0], last = m->heap[--m->heap_count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child + 1 < m->heap_count && before(&m->heap[child + 1], &m->heap[child]))
            child++;
        if (child >= m->heap_count || !before(&m->heap[child], &last))
            break;
        m->heap[i] = m->heap[child];
        i = child;
    }
    m->heap[i] = last;
    return top;
}

static double link_bits(const struct merging *m, uint32_t a, const struct cluster_link *link)
{
    return cluster_mean_bits(link->sum, link->known,
                             m->groups[a].records * m->groups[link->node].records);
}

static bool may_join(const struct merging *m, uint32_t a, const struct cluster_link *link)
{
    return !link->forbidden && (m->groups[a].lists & m->groups[link->node].lists) == 0;
}

/* Only pairs that could still be joined. */
static int push_links(struct merging *m, uint32_t a, bool only_upwards)
{
    const struct group *g = &m->groups[a];
    for (uint32_t i = 0; i < g->link_count; i++) {
        const struct cluster_link *link = &g->links[i];
        double bits = link_bits(m, a, link);
        if ((only_upwards && link->node < a) || bits <= 0 || !may_join(m, a, link))
            continue;
        uint32_t low = a < link->node ? a : link->node, high = a ^ link->node ^ low;
        TRY(heap_push(m, (struct candidate){.bits = bits,
                                            .a = low,
                                            .b = high,
                                            .a_version = m->groups[low].version,
                                            .b_version = m->groups[high].version}));
    }
    return 0;
}

static struct cluster_link *find_link(const struct group *g, uint32_t node)
{
    uint32_t low = 0, high = g->link_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (g->links[middle].node < node)
            low = middle + 1;
        else
            high = middle;
    }
    return low < g->link_count && g->links[low].node == node ? &g->links[low] : NULL;
}

static struct cluster_link add_links(const struct cluster_link *x, const struct cluster_link *y)
{
    return (struct cluster_link){.node = x->node,
                                 .known = (x->known + y->known) & 0x7fffffff,
                                 .forbidden = x->forbidden | y->forbidden,
                                 .sum = x->sum + y->sum};
}

/* The neighbours of a and b together, without a and b themselves. */
static uint32_t join_links(const struct group *ga, const struct group *gb, uint32_t a, uint32_t b,
                           struct cluster_link *out)
{
    uint32_t i = 0, j = 0, count = 0;
    while (i < ga->link_count || j < gb->link_count) {
        uint32_t of_a = i < ga->link_count ? ga->links[i].node : UINT32_MAX;
        uint32_t of_b = j < gb->link_count ? gb->links[j].node : UINT32_MAX;
        uint32_t node = of_a < of_b ? of_a : of_b;
        struct cluster_link link;
        if (of_a == of_b)
            link = add_links(&ga->links[i], &gb->links[j]);
        else
            link = of_a < of_b ? ga->links[i] : gb->links[j];
        i += of_a == node;
        j += of_b == node;
        if (node != a && node != b)
            out[count++] = link;
    }
    return count;
}

/* In the neighbour's list, a takes over what b had. */
static void tell_neighbour(struct group *g, uint32_t a, uint32_t b)
{
    struct cluster_link *of_a = find_link(g, a), *of_b = find_link(g, b);
    if (!of_b)
        return;
    if (of_a) {
        *of_a = add_links(of_a, of_b);
        memmove(of_b, of_b + 1, (size_t)(g->links + g->link_count - (of_b + 1)) * sizeof *of_b);
        g->link_count--;
        return;
    }
    struct cluster_link moved = *of_b;
    moved.node = a;
    while (of_b > g->links && of_b[-1].node > a) { /* a < b: it moves towards the front */
        of_b[0] = of_b[-1];
        of_b--;
    }
    *of_b = moved;
}

static int join(struct merging *m, uint32_t a, uint32_t b)
{
    struct group *ga = &m->groups[a], *gb = &m->groups[b];
    size_t most = (size_t)ga->link_count + gb->link_count;
    struct cluster_link *links = mem_alloc((most + 1) * sizeof *links);
    REJECT_IF(!links, E_NOMEM);
    uint32_t count = join_links(ga, gb, a, b, links);
    for (uint32_t i = 0; i < gb->link_count; i++) {
        if (gb->links[i].node != a)
            tell_neighbour(&m->groups[gb->links[i].node], a, b);
    }
    mem_free(ga->links);
    mem_free(gb->links);
    *ga = (struct group){.records = ga->records + gb->records,
                         .lists = ga->lists | gb->lists,
                         .version = ga->version + 1,
                         .link_count = count,
                         .links = links};
    *gb = (struct group){.gone = true, .version = gb->version + 1};
    m->joined_to[b] = a;
    return push_links(m, a, false);
}

static int put_doubt(struct cluster_component *component, struct link_doubt doubt)
{
    size_t count = component->doubt_count;
    if ((count & (count - 1)) == 0) { /* full at powers of two */
        struct link_doubt *doubts =
            mem_realloc(component->doubts, (count ? count * 2 : 1) * sizeof *doubts);
        REJECT_IF(!doubts, E_NOMEM);
        component->doubts = doubts;
    }
    component->doubts[component->doubt_count++] = doubt;
    return 0;
}

/* A group is shown by its record of lowest rank. */
static int note_doubt(const struct link_clustering *c, struct merging *m, uint32_t a, uint32_t b,
                      double bits, bool together)
{
    const struct cluster_node *nodes = m->component->nodes;
    return put_doubt(m->component,
                     (struct link_doubt){.a = c->component_records[nodes[a].first_record],
                                         .b = c->component_records[nodes[b].first_record],
                                         .bits = (float)bits,
                                         .together = together});
}

/* Joins what is above the level; notes what was doubtful among it. */
static int join_down_to(const struct link_clustering *c, struct merging *m, double level)
{
    while (m->heap_count > 0 && m->heap[0].bits > level) {
        struct candidate top = heap_pop(m);
        if (m->groups[top.a].version != top.a_version || m->groups[top.b].version != top.b_version)
            continue;
        if (top.bits <= (double)LINK_DOUBT_BITS)
            TRY(note_doubt(c, m, top.a, top.b, top.bits, true));
        TRY(join(m, top.a, top.b));
    }
    return 0;
}

static uint32_t root_of(const uint32_t *parents, uint32_t node)
{
    while (parents[node] != node)
        node = parents[node];
    return node;
}

static void write_groups(const struct merging *m, uint32_t *groups)
{
    for (uint32_t i = 0; i < m->component->node_count; i++)
        groups[i] = root_of(m->joined_to, i);
}

/* Pairs of groups that were not joined but might be one. They stay in the heap. */
static int note_open_doubts(const struct link_clustering *c, struct merging *m)
{
    for (uint32_t a = 0; a < m->component->node_count; a++) {
        const struct group *g = &m->groups[a];
        for (uint32_t i = 0; !g->gone && i < g->link_count; i++) {
            const struct cluster_link *link = &g->links[i];
            double bits = link_bits(m, a, link);
            if (link->node < a || bits < (double)-LINK_DOUBT_BITS || !may_join(m, a, link))
                continue;
            TRY(note_doubt(c, m, a, link->node, bits, false));
            TRY(heap_push(m, (struct candidate){.bits = bits, .a = a, .b = link->node}));
        }
    }
    return 0;
}

/* The likeliest first. What must not be together is not joined by way of a third either. */
static int join_open_doubts(struct merging *m)
{
    while (m->heap_count > 0) {
        struct candidate top = heap_pop(m);
        uint32_t a = root_of(m->joined_to, top.a), b = root_of(m->joined_to, top.b);
        uint32_t low = a < b ? a : b, high = a ^ b ^ low;
        const struct cluster_link *link = find_link(&m->groups[low], high);
        if (link && may_join(m, low, link))
            TRY(join(m, low, high));
    }
    return 0;
}

static int merge_levels(const struct link_clustering *c, struct merging *m)
{
    struct cluster_component *component = m->component;
    for (uint32_t i = 0; i < component->node_count; i++)
        TRY(push_links(m, i, true));
    TRY(join_down_to(c, m, (double)LINK_DOUBT_BITS));
    write_groups(m, component->apart);
    TRY(join_down_to(c, m, 0));
    write_groups(m, component->group);
    TRY(note_open_doubts(c, m));
    TRY(join_open_doubts(m));
    write_groups(m, component->merged);
    return 0;
}

static int merging_init(struct merging *m, struct cluster_component *component)
{
    size_t n = component->node_count;
    *m = (struct merging){.component = component,
                          .groups = mem_calloc(n, sizeof *m->groups),
                          .joined_to = mem_calloc(n, sizeof *m->joined_to)};
    REJECT_IF(!m->groups || !m->joined_to, E_NOMEM);
    for (uint32_t i = 0; i < n; i++) {
        const struct cluster_node *node = &component->nodes[i];
        m->groups[i] = (struct group){
            .records = node->record_count, .lists = node->lists, .link_count = node->link_count};
        m->joined_to[i] = i;
    }
    return 0;
}

/* The groups' lists of neighbours change as groups join, and the component's are wanted later. */
static int copy_links(struct merging *m)
{
    struct cluster_component *component = m->component;
    for (uint32_t i = 0; i < component->node_count; i++) {
        struct group *g = &m->groups[i];
        g->links = mem_alloc((g->link_count + 1) * sizeof *g->links);
        REJECT_IF(!g->links, E_NOMEM);
        memcpy(g->links, component->links + component->nodes[i].first_link,
               g->link_count * sizeof *g->links);
    }
    return 0;
}

static void merging_release(struct merging *m)
{
    for (uint32_t i = 0; m->groups && i < m->component->node_count; i++)
        mem_free(m->groups[i].links);
    mem_free(m->groups);
    mem_free(m->joined_to);
    mem_free(m->heap);
}

int cluster_merge(struct link_clustering *c, struct cluster_component *component)
{
    struct merging m;
    int error = merging_init(&m, component);
    if (error == 0)
        error = copy_links(&m);
    if (error == 0)
        error = merge_levels(c, &m);
    merging_release(&m);
    return error;
}
