/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Two wordings are compared when they share a feature: two words that are not in [stop], or what
 * stands for them, near each other, or three words in a row. The features of all are made and
 * sorted part by part, by their hash, so that they fit into the memory there is; each wording is
 * paired with the next few that share a feature and with the weightiest one, so that a phrase in a
 * million wordings makes a few millions of pairs. */
#include "origins/statement_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define WINDOW_WORDS 4
#define NEXT_MAX 12
#define TASK_PAIRS 512
#define PARTS_MAX 4096

struct feature {
    uint64_t hash;
    uint32_t node;
};

struct making {
    const struct nodes *nodes;
    const struct origins_means *means;
    struct feature *features;
    size_t feature_count, feature_room;
    uint64_t *pairs; /* a in the upper half, b in the lower */
    size_t pair_count, pair_room;
    float *parts; /* by pair: how much they have in common; 0: not the same */
    struct edges edges;
    size_t edge_room;
    uint32_t part, part_count;
};

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t x = (a ^ (b * 0x9E3779B97F4A7C15u)) * 0xBF58476D1CE4E5B9u;
    return x ^ (x >> 31);
}

static int put_feature(struct making *m, uint64_t hash, uint32_t node)
{
    if ((hash >> 40) % m->part_count != m->part)
        return 0;
    if (m->feature_count == m->feature_room) {
        size_t room = m->feature_room ? m->feature_room * 2 : 4096;
        struct feature *more = mem_realloc(m->features, room * sizeof *more);
        REJECT_IF(!more, E_NOMEM);
        m->features = more;
        m->feature_room = room;
    }
    m->features[m->feature_count++] = (struct feature){hash, node};
    return 0;
}

/* Three words in a row, or of four the first, one of the middle, and the last; one at least is not
 * in [stop]. */
static int put_rows(struct making *m, const struct said_word *w, uint32_t before, uint32_t number)
{
    static const int rows[3][2] = {{2, 1}, {3, 1}, {3, 2}};
    for (size_t k = 0; k < COUNT_OF(rows); k++) {
        int first = rows[k][0], second = rows[k][1];
        if (before < (uint32_t)first || (w[0].stop && w[-first].stop && w[-second].stop))
            continue;
        uint64_t hash = mix(mix(w[-first].word, w[-second].word), w->word + k);
        TRY(put_feature(m, hash, number));
    }
    return 0;
}

/* What fits by the measure of statement_like.c is the same here. */
static uint32_t class_of(const struct said_word *w)
{
    if (w->negation)
        return 1;
    return w->alike ? w->alike : w->stem;
}

static int put_node(struct making *m, uint32_t number)
{
    const struct node *n = &m->nodes->nodes[number];
    uint32_t last[WINDOW_WORDS], count = 0;
    for (uint32_t i = 0; i < n->word_count; i++) {
        const struct said_word *w = &n->words[i];
        TRY(put_rows(m, w, i, number));
        if (w->stop)
            continue;
        for (uint32_t k = 0; k < count && k < WINDOW_WORDS; k++)
            TRY(put_feature(m, mix(~(uint64_t)last[k], class_of(w)), number));
        last[count++ % WINDOW_WORDS] = class_of(w);
    }
    return 0;
}

static int compare_features(const void *a, const void *b)
{
    const struct feature *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

static int compare_pairs(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static int put_pair(struct making *m, uint32_t a, uint32_t b)
{
    if (a == b)
        return 0;
    if (m->pair_count == m->pair_room) {
        size_t room = m->pair_room ? m->pair_room * 2 : 4096;
        uint64_t *more = mem_realloc(m->pairs, room * sizeof *more);
        REJECT_IF(!more, E_NOMEM);
        m->pairs = more;
        m->pair_room = room;
    }
    m->pairs[m->pair_count++] = (uint64_t)a << 32 | b;
    return 0;
}

/* Features from .. to - 1 are the same. */
static int pair_run(struct making *m, size_t from, size_t to)
{
    const struct feature *f = m->features;
    for (size_t i = from + 1; i < to; i++) {
        size_t first = i - from > NEXT_MAX ? i - NEXT_MAX : from;
        for (size_t k = first; k < i; k++)
            TRY(put_pair(m, f[k].node, f[i].node));
        if (first > from)
            TRY(put_pair(m, f[from].node, f[i].node));
    }
    return 0;
}

static int make_pairs(struct making *m)
{
    m->feature_count = m->pair_count = 0;
    for (uint32_t i = 0; i < m->nodes->count; i++)
        TRY(put_node(m, i));
    if (m->feature_count > 1)
        qsort(m->features, m->feature_count, sizeof *m->features, compare_features);
    for (size_t from = 0, to; from < m->feature_count; from = to) {
        to = from + 1;
        while (to < m->feature_count && m->features[to].hash == m->features[from].hash)
            to++;
        TRY(pair_run(m, from, to));
    }
    size_t kept = 0;
    if (m->pair_count > 1)
        qsort(m->pairs, m->pair_count, sizeof *m->pairs, compare_pairs);
    for (size_t i = 0; i < m->pair_count; i++) {
        if (kept == 0 || m->pairs[kept - 1] != m->pairs[i])
            m->pairs[kept++] = m->pairs[i];
    }
    m->pair_count = kept;
    return 0;
}

static int compare_task(void *arg, size_t index, unsigned worker)
{
    struct making *m = arg;
    (void)worker;
    if (watch_stopped(m->means->watch))
        return E_STOPPED;
    size_t to = (index + 1) * TASK_PAIRS < m->pair_count ? (index + 1) * TASK_PAIRS : m->pair_count;
    for (size_t i = index * TASK_PAIRS; i < to; i++) {
        const struct node *nodes = m->nodes->nodes;
        struct likeness l =
            statement_likeness(&nodes[m->pairs[i] >> 32], &nodes[(uint32_t)m->pairs[i]]);
        m->parts[i] = l.same ? l.part : 0;
    }
    watch_progress(m->means->watch, "comparing quotations", to, m->pair_count);
    return 0;
}

static int keep_edges(struct making *m)
{
    for (size_t i = 0; i < m->pair_count; i++) {
        if (m->parts[i] == 0)
            continue;
        if (m->edges.count == m->edge_room) {
            size_t room = m->edge_room ? m->edge_room * 2 : 1024;
            struct edge *more = mem_realloc(m->edges.edges, room * sizeof *more);
            REJECT_IF(!more, E_NOMEM);
            m->edges.edges = more;
            m->edge_room = room;
        }
        m->edges.edges[m->edges.count++] =
            (struct edge){(uint32_t)(m->pairs[i] >> 32), (uint32_t)m->pairs[i], m->parts[i]};
    }
    return 0;
}

static int make_part(struct making *m)
{
    TRY(make_pairs(m));
    mem_free(m->parts);
    m->parts = mem_calloc(m->pair_count + 1, sizeof *m->parts);
    REJECT_IF(!m->parts, E_NOMEM);
    TRY(workers_run(m->means->workers, (m->pair_count + TASK_PAIRS - 1) / TASK_PAIRS, compare_task,
                    m));
    return keep_edges(m);
}

static int compare_edges(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;
    if (x->b != y->b)
        return x->b < y->b ? -1 : 1;
    if (x->part != y->part)
        return x->part > y->part ? -1 : 1;
    return x->a < y->a ? -1 : x->a > y->a;
}

/* So many that the features and pairs of one take at most half of the memory. */
static uint32_t parts_for(const struct nodes *nodes, size_t memory_bytes)
{
    uint64_t features = 0;
    for (uint32_t i = 0; i < nodes->count; i++)
        features += 3 * (uint64_t)nodes->nodes[i].word_count +
                    (uint64_t)WINDOW_WORDS * nodes->nodes[i].content;
    uint64_t bytes = features * 4 * sizeof(struct feature);
    uint64_t parts = bytes / (memory_bytes / 2 + 1) + 1;
    return parts < PARTS_MAX ? (uint32_t)parts : PARTS_MAX;
}

int statement_edges(const struct nodes *nodes, const struct origins_means *means,
                    struct edges *ret_edges)
{
    struct making m = {.nodes = nodes, .means = means};
    size_t memory_bytes = means->memory_bytes ? means->memory_bytes : ORIGINS_MEMORY_BYTES;
    int error = 0;
    m.part_count = parts_for(nodes, memory_bytes);
    for (m.part = 0; m.part < m.part_count && error == 0; m.part++)
        error = make_part(&m);
    if (error == 0 && m.edges.count > 1)
        qsort(m.edges.edges, m.edges.count, sizeof *m.edges.edges, compare_edges);
    mem_free(m.features);
    mem_free(m.pairs);
    mem_free(m.parts);
    if (error < 0)
        mem_free(m.edges.edges);
    else
        *ret_edges = m.edges;
    return error;
}
