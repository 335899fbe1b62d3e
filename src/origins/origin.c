/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Edges between documents go to earlier ones only, so that the graph has no circle and every way
 * ends. A document that rests on another's passage needs no origin of its own for a role ("the
 * coordinator"): the other says who that is. */
#include "origins/origin.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "origins/teller_index.h"

#define KEYS_ARENA_BYTES ((size_t)4 << 30)
#define LEADS_LOOK_AT_MAX 4096 /* edges, in one search */
#define SCRATCH_ARENA_BYTES ((size_t)16 << 30)

/* A passage, seen from one of its documents. */
struct side {
    uint32_t document, passage;
};

struct origin_index {
    const struct corpus *corpus;
    const struct passages *passages;
    struct known_names *names;
    struct side *sides; /* by document, then passage */
    size_t side_count;
    struct span *outlets; /* by document: the key of its outlet */
    struct arena arena;
};

static int by_document(const void *x, const void *y)
{
    const struct side *a = x, *b = y;
    if (a->document != b->document)
        return a->document < b->document ? -1 : 1;
    return a->passage < b->passage ? -1 : a->passage > b->passage;
}

static int index_outlets(struct origin_index *index)
{
    struct buf key;
    int error = 0;
    uint32_t count = corpus_count(index->corpus);
    index->outlets = mem_calloc(count + 1, sizeof *index->outlets);
    REJECT_IF(!index->outlets, E_NOMEM);
    buf_init(&key, 1 << 16);
    for (uint32_t i = 0; i < count && error == 0; i++) {
        struct span outlet = corpus_document(index->corpus, i).outlet;
        buf_reset(&key);
        error = known_names_key(index->names, outlet, &key);
        if (error < 0 || key.len == 0)
            continue;
        char *kept = arena_copy_text(&index->arena, buf_bytes(&key));
        if (!kept)
            error = E_NOMEM;
        index->outlets[i] = span_of(kept, key.len);
    }
    buf_release(&key);
    return error;
}

int origin_index_new(const struct corpus *corpus, const struct passages *passages,
                     struct known_names *names, struct origin_index **ret_index)
{
    struct origin_index *index = mem_calloc(1, sizeof *index);
    REJECT_IF(!index, E_NOMEM);
    *index = (struct origin_index){.corpus = corpus, .passages = passages, .names = names};
    arena_init(&index->arena, KEYS_ARENA_BYTES);
    index->side_count = 2 * passages->count;
    index->sides = mem_calloc(index->side_count + 1, sizeof *index->sides);
    int error = index->sides ? index_outlets(index) : E_NOMEM;
    if (error < 0) {
        origin_index_free(index);
        return error;
    }
    for (size_t i = 0; i < passages->count; i++) {
        index->sides[2 * i] = (struct side){passages->passages[i].a, (uint32_t)i};
        index->sides[2 * i + 1] = (struct side){passages->passages[i].b, (uint32_t)i};
    }
    if (index->side_count > 1)
        qsort(index->sides, index->side_count, sizeof *index->sides, by_document);
    *ret_index = index;
    return 0;
}

void origin_index_free(struct origin_index *index)
{
    if (!index)
        return;
    mem_free(index->sides);
    mem_free(index->outlets);
    arena_release(&index->arena);
    mem_free(index);
}

static int64_t day_order(const struct origin_index *index, uint32_t document)
{
    int32_t day = corpus_document(index->corpus, document).day;
    return day == CORPUS_DAY_NONE ? INT64_MAX : day;
}

int origin_compare(const struct origin_index *index, const struct telling *a,
                   const struct telling *b)
{
    int64_t day_a = day_order(index, a->document), day_b = day_order(index, b->document);
    if (day_a != day_b)
        return day_a < day_b ? -1 : 1;
    bool names_a = a->told->teller_count > 0, names_b = b->told->teller_count > 0;
    if (names_a != names_b)
        return names_a ? -1 : 1;
    if (a->document != b->document)
        return a->document < b->document ? -1 : 1;
    return a->told->claim.number.from < b->told->claim.number.from   ? -1
           : a->told->claim.number.from > b->told->claim.number.from ? 1
                                                                     : 0;
}

/* One graph */

/* A way in which somebody is named, and whose node that is. */
struct alias {
    enum origin_kind kind;
    struct span key;
    uint32_t node;
};

/* What is known of a teller's node beside the node itself. */
struct lead {
    uint32_t first;   /* in between: the latest edge from it; UINT32_MAX: none */
    uint32_t seen_at; /* in which search it was reached */
};

/* Numbers by hash: of aliases, and of edges. Each is one more than the number; 0: free. */
struct lookup {
    uint32_t *slots;
    size_t size, count;
};

/* A document by its outlet. */
struct published {
    struct span outlet;
    uint32_t node;
};

struct tracing {
    struct origin_index *index;
    struct origin *origin; /* its nodes and edges are on the heap until it is ready */
    struct arena scratch;
    uint32_t documents;          /* nodes that are documents */
    struct published *published; /* by outlet, then node */
    uint32_t published_count;
    struct teller_index tellers;
    struct lookup alias_lookup, between_lookup;
    struct alias *aliases;
    uint32_t alias_count;
    size_t alias_capacity, node_capacity, edge_capacity;
    uint32_t *node_of;           /* by place in by_number: the node of that document */
    uint32_t *by_number;         /* documents of the nodes, ascending */
    struct origin_edge *between; /* those between tellers */
    uint32_t between_count;
    size_t between_capacity;
    uint32_t *next_between; /* the one before it that is from the same node */
    size_t next_capacity;
    struct lead *leads; /* by node, without the documents */
    size_t lead_count, lead_capacity;
    uint32_t *reached;
    size_t reached_capacity;
    uint32_t searches;
};

/* Room for one more. */
static int grow(void *array, size_t count, size_t *capacity, size_t size)
{
    void *old;
    if (count < *capacity)
        return 0;
    size_t more = *capacity ? *capacity + *capacity / 2 : 8;
    memcpy(&old, array, sizeof old);
    void *room = mem_realloc(old, more * size);
    REJECT_IF(!room, E_NOMEM);
    memcpy(array, &room, sizeof room);
    *capacity = more;
    return 0;
}

/* The node of a document; node_count when it is not among the tellings. */
static uint32_t find_document(const struct tracing *t, uint32_t document)
{
    uint32_t low = 0, high = t->documents;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (t->by_number[middle] < document)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->documents && t->by_number[low] == document ? t->node_of[low]
                                                               : t->origin->node_count;
}

static int push_edge(struct origin_edge **edges, uint32_t *count, size_t *capacity,
                     struct origin_edge edge)
{
    TRY(grow(edges, *count, capacity, sizeof **edges));
    (*edges)[(*count)++] = edge;
    return 0;
}

/* From a document, whose edges are added one after the other. */
static int add_edge(struct tracing *t, uint32_t from, uint32_t to, enum origin_why why,
                    uint32_t passage)
{
    struct origin *o = t->origin;
    for (uint32_t i = o->edge_count; i > 0 && o->edges[i - 1].from == from; i--) {
        if (o->edges[i - 1].to == to)
            return 0;
    }
    return push_edge(&o->edges, &o->edge_count, &t->edge_capacity,
                     (struct origin_edge){from, to, why, passage});
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t x = (a ^ (b * 0x9e3779b97f4a7c15u)) * 0xbf58476d1ce4e5b9u;
    return x ^ x >> 31;
}

static void put_number(struct lookup *l, uint64_t hash, uint32_t number)
{
    size_t at = hash & (l->size - 1);
    while (l->slots[at] != 0)
        at = (at + 1) & (l->size - 1);
    l->slots[at] = number + 1;
    l->count++;
}

/* Twice the room, when there is need; hash_of: of what is there already. */
static int make_lookup_room(struct tracing *t, struct lookup *l,
                            uint64_t (*hash_of)(const struct tracing *t, uint32_t number))
{
    struct lookup larger = {.size = l->size ? 2 * l->size : 16};
    if (l->count < l->size / 2)
        return 0;
    larger.slots = mem_calloc(larger.size, sizeof *larger.slots);
    REJECT_IF(!larger.slots, E_NOMEM);
    for (uint32_t i = 0; i < l->count; i++)
        put_number(&larger, hash_of(t, i), i);
    mem_free(l->slots);
    *l = larger;
    return 0;
}

static uint64_t hash_between(const struct tracing *t, uint32_t number)
{
    return mix(t->between[number].from, t->between[number].to);
}

static bool is_between(const struct tracing *t, uint32_t from, uint32_t to)
{
    const struct lookup *l = &t->between_lookup;
    for (size_t at = mix(from, to);; at++) {
        uint32_t number = l->size ? l->slots[at & (l->size - 1)] : 0;
        if (number == 0)
            return false;
        if (t->between[number - 1].from == from && t->between[number - 1].to == to)
            return true;
    }
}

static struct lead *lead_of(struct tracing *t, uint32_t node)
{
    return &t->leads[node - t->documents];
}

static int make_leads(struct tracing *t)
{
    while (t->lead_count < t->origin->node_count - t->documents) {
        TRY(grow(&t->leads, t->lead_count, &t->lead_capacity, sizeof *t->leads));
        t->leads[t->lead_count++] = (struct lead){.first = UINT32_MAX};
    }
    return 0;
}

static int reach(struct tracing *t, uint32_t node, uint32_t *count)
{
    struct lead *lead = lead_of(t, node);
    if (lead->seen_at == t->searches)
        return 0;
    lead->seen_at = t->searches;
    TRY(grow(&t->reached, *count, &t->reached_capacity, sizeof *t->reached));
    t->reached[(*count)++] = node;
    return 0;
}

/* Whether a way leads there over tellers; where very many ways go on, it is taken to. */
static int leads_to(struct tracing *t, uint32_t from, uint32_t to, bool *ret_leads)
{
    uint32_t count = 0, looked_at = 0;
    t->searches++;
    TRY(reach(t, from, &count));
    for (uint32_t i = 0; i < count && looked_at < LEADS_LOOK_AT_MAX; i++) {
        for (uint32_t e = lead_of(t, t->reached[i])->first;
             e != UINT32_MAX && looked_at++ < LEADS_LOOK_AT_MAX; e = t->next_between[e])
            TRY(reach(t, t->between[e].to, &count));
    }
    *ret_leads = looked_at >= LEADS_LOOK_AT_MAX || lead_of(t, to)->seen_at == t->searches;
    return 0;
}

/* A has it from B, and elsewhere B from A: then only the first of both is believed. */
static int add_between(struct tracing *t, uint32_t from, uint32_t to)
{
    bool back = false;
    if (from == to || is_between(t, from, to))
        return 0;
    TRY(make_leads(t));
    TRY(leads_to(t, to, from, &back));
    if (back)
        return 0;
    uint32_t number = t->between_count;
    TRY(grow(&t->next_between, number, &t->next_capacity, sizeof *t->next_between));
    TRY(make_lookup_room(t, &t->between_lookup, hash_between));
    TRY(push_edge(&t->between, &t->between_count, &t->between_capacity,
                  (struct origin_edge){from, to, ORIGIN_SAYS_SO, UINT32_MAX}));
    put_number(&t->between_lookup, hash_between(t, number), number);
    t->next_between[number] = lead_of(t, from)->first;
    lead_of(t, from)->first = number;
    return 0;
}

/* Documents */

static const struct telling *better(const struct origin_index *index, const struct telling *a,
                                    const struct telling *b)
{
    if (!a || b->told->teller_count > a->told->teller_count)
        return b;
    return a->told->teller_count == b->told->teller_count && origin_compare(index, b, a) < 0 ? b
                                                                                             : a;
}

static int by_number(const void *x, const void *y)
{
    uint32_t a = (*(const struct telling *const *)x)->document;
    uint32_t b = (*(const struct telling *const *)y)->document;
    return a < b ? -1 : a > b;
}

static int by_node_order(const void *x, const void *y, void *arg)
{
    const struct origin_node *a = x, *b = y;
    return origin_compare(arg, a->telling, b->telling);
}

struct place {
    uint32_t document, node;
};

static int by_place(const void *x, const void *y)
{
    const struct place *a = x, *b = y;
    return a->document < b->document ? -1 : a->document > b->document;
}

static int number_documents(struct tracing *t)
{
    uint32_t count = t->documents;
    struct place *places = arena_alloc(&t->scratch, (count + 1) * sizeof *places);
    t->by_number = arena_alloc(&t->scratch, (count + 1) * sizeof *t->by_number);
    t->node_of = arena_alloc(&t->scratch, (count + 1) * sizeof *t->node_of);
    REJECT_IF(!places || !t->by_number || !t->node_of, E_NOMEM);
    for (uint32_t i = 0; i < count; i++)
        places[i] = (struct place){t->origin->nodes[i].document, i};
    qsort(places, count, sizeof *places, by_place);
    for (uint32_t i = 0; i < count; i++) {
        t->by_number[i] = places[i].document;
        t->node_of[i] = places[i].node;
    }
    return 0;
}

static int compare_keys(struct span a, struct span b)
{
    int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_outlet(const void *x, const void *y)
{
    const struct published *a = x, *b = y;
    int order = compare_keys(a->outlet, b->outlet);
    return order ? order : (a->node > b->node) - (a->node < b->node);
}

static int list_outlets(struct tracing *t)
{
    t->published = arena_alloc(&t->scratch, (t->documents + 1) * sizeof *t->published);
    REJECT_IF(!t->published, E_NOMEM);
    for (uint32_t i = 0; i < t->documents; i++) {
        struct span outlet = t->index->outlets[t->origin->nodes[i].document];
        if (outlet.len > 0)
            t->published[t->published_count++] = (struct published){outlet, i};
    }
    qsort(t->published, t->published_count, sizeof *t->published, by_outlet);
    return 0;
}

static int push_node(struct tracing *t, struct origin_node node)
{
    struct origin *o = t->origin;
    TRY(grow(&o->nodes, o->node_count, &t->node_capacity, sizeof *o->nodes));
    o->nodes[o->node_count++] = node;
    return 0;
}

/* One node a document, with the telling that names the most. */
static int add_documents(struct tracing *t, const struct telling *const *tellings, size_t count)
{
    struct origin *o = t->origin;
    const struct telling **sorted = arena_alloc(&t->scratch, (count + 1) * sizeof *sorted);
    REJECT_IF(!sorted, E_NOMEM);
    memcpy(sorted, tellings, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_number);
    for (size_t i = 0; i < count; i++) {
        bool same =
            o->node_count > 0 && o->nodes[o->node_count - 1].document == sorted[i]->document;
        if (!same)
            TRY(push_node(
                t, (struct origin_node){.kind = ORIGIN_DOCUMENT, .document = sorted[i]->document}));
        struct origin_node *node = &o->nodes[o->node_count - 1];
        node->telling = better(t->index, node->telling, sorted[i]);
    }
    qsort_r(o->nodes, o->node_count, sizeof *o->nodes, by_node_order, t->index);
    t->documents = o->node_count;
    TRY(list_outlets(t));
    return number_documents(t);
}

/* Whom they name */

static uint64_t hash_of_key(enum origin_kind kind, struct span key)
{
    return mix(span_hash(kind, key), key.len);
}

static uint64_t hash_alias(const struct tracing *t, uint32_t number)
{
    return hash_of_key(t->aliases[number].kind, t->aliases[number].key);
}

static uint32_t find_alias(const struct tracing *t, enum origin_kind kind, struct span key)
{
    const struct lookup *l = &t->alias_lookup;
    for (size_t at = hash_of_key(kind, key);; at++) {
        uint32_t number = l->size ? l->slots[at & (l->size - 1)] : 0;
        if (number == 0)
            return t->origin->node_count;
        const struct alias *alias = &t->aliases[number - 1];
        if (alias->kind == kind && span_equal(alias->key, key))
            return alias->node;
    }
}

static int push_alias(struct tracing *t, struct alias alias)
{
    uint32_t number = t->alias_count;
    TRY(make_lookup_room(t, &t->alias_lookup, hash_alias));
    TRY(grow(&t->aliases, number, &t->alias_capacity, sizeof *t->aliases));
    t->aliases[t->alias_count++] = alias;
    put_number(&t->alias_lookup, hash_alias(t, number), number);
    return 0;
}

static enum origin_kind kind_of(const struct teller *teller)
{
    return teller->nameless ? ORIGIN_NAMELESS : teller->key.len == 0 ? ORIGIN_ROLE : ORIGIN_NAMED;
}

static struct span shown_name(const struct tracing *t, const struct teller *teller, struct span key)
{
    struct span shown = known_names_shown(t->index->names, key);
    const struct teller *first = shown.len > 0 ? NULL : teller_index_first(&t->tellers, key);
    return shown.len > 0 ? shown : first ? first->name : teller->name;
}

static int node_of_teller(struct tracing *t, const struct teller *teller, uint32_t *ret_node)
{
    struct origin *o = t->origin;
    enum origin_kind kind = kind_of(teller);
    struct span given = kind == ORIGIN_NAMED ? teller->key : teller->name;
    *ret_node = find_alias(t, kind, given);
    if (*ret_node < o->node_count)
        return 0;
    struct span key = kind == ORIGIN_NAMED ? teller_index_fullest(&t->tellers, given) : given;
    *ret_node = find_alias(t, kind, key);
    if (*ret_node == o->node_count) {
        struct span name = kind == ORIGIN_NAMED ? shown_name(t, teller, key) : teller->name;
        TRY(push_node(t, (struct origin_node){.kind = kind, .name = name}));
        TRY(push_alias(t, (struct alias){kind, key, *ret_node}));
    }
    return span_equal(given, key) ? 0 : push_alias(t, (struct alias){kind, given, *ret_node});
}

/* The latest earlier document of the outlet that the teller is. */
static uint32_t document_of_outlet(const struct tracing *t, uint32_t before,
                                   const struct teller *teller)
{
    uint32_t low = 0, high = t->published_count;
    if (teller->key.len == 0)
        return t->origin->node_count;
    const struct published wanted = {teller->key, before};
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (by_outlet(&t->published[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low > 0 && span_equal(t->published[low - 1].outlet, teller->key);
    return found ? t->published[low - 1].node : t->origin->node_count;
}

static int follow_tellers(struct tracing *t, uint32_t node, bool copied)
{
    const struct telling *telling = t->origin->nodes[node].telling;
    uint32_t at = node;
    for (unsigned k = 0; k < telling->told->teller_count; k++) {
        const struct teller *teller = &telling->told->tellers[k];
        uint32_t other = document_of_outlet(t, node, teller);
        if (other < t->origin->node_count)
            return add_edge(t, node, other, ORIGIN_OUTLET, UINT32_MAX);
        if (copied && kind_of(teller) != ORIGIN_NAMED)
            return 0;
        uint32_t to;
        TRY(node_of_teller(t, teller, &to));
        TRY(k == 0 ? add_edge(t, at, to, ORIGIN_SAYS_SO, UINT32_MAX) : add_between(t, at, to));
        at = to;
    }
    return 0;
}

/* Whom they share the passage with */

static bool overlap(uint32_t from, uint32_t to, struct stretch s)
{
    return from < s.to && s.from < to;
}

struct found_source {
    uint32_t node, passage, same_words;
};

static void consider(const struct tracing *t, uint32_t node, uint32_t passage,
                     struct found_source *best)
{
    const struct passage *p = &t->index->passages->passages[passage];
    const struct telling *telling = t->origin->nodes[node].telling;
    bool is_a = p->a == telling->document;
    uint32_t other = find_document(t, is_a ? p->b : p->a);
    if (other >= node)
        return;
    struct stretch there = t->origin->nodes[other].telling->told->claim.sentence;
    bool here = overlap(is_a ? p->a_from : p->b_from, is_a ? p->a_to : p->b_to,
                        telling->told->claim.sentence);
    if (!here || !overlap(is_a ? p->b_from : p->a_from, is_a ? p->b_to : p->a_to, there))
        return;
    bool more = p->same_words > best->same_words ||
                (p->same_words == best->same_words && other < best->node);
    if (best->passage == UINT32_MAX || more)
        *best = (struct found_source){other, passage, p->same_words};
}

static int follow_passages(struct tracing *t, uint32_t node, bool *ret_copied)
{
    const struct origin_index *index = t->index;
    uint32_t document = t->origin->nodes[node].document;
    struct found_source best = {.passage = UINT32_MAX};
    size_t low = 0, high = index->side_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->sides[middle].document < document)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < index->side_count && index->sides[low].document == document; low++)
        consider(t, node, index->sides[low].passage, &best);
    *ret_copied = best.passage != UINT32_MAX;
    if (!*ret_copied)
        return 0;
    uint32_t other = t->origin->nodes[best.node].document;
    bool told = day_order(index, other) < day_order(index, document) &&
                day_order(index, document) != INT64_MAX;
    return add_edge(t, node, best.node, told ? ORIGIN_PASSAGE : ORIGIN_EITHER, best.passage);
}

static int by_ends(const void *x, const void *y)
{
    const struct origin_edge *a = x, *b = y;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return a->to < b->to ? -1 : a->to > b->to;
}

static void count_origins(struct origin *o)
{
    for (uint32_t i = 0; i < o->node_count; i++)
        o->nodes[i].origin = true;
    for (uint32_t i = 0; i < o->edge_count; i++)
        o->nodes[o->edges[i].from].origin = false;
    for (uint32_t i = 0; i < o->node_count; i++) {
        o->lenient += o->nodes[i].origin;
        o->strict += o->nodes[i].origin && o->nodes[i].kind == ORIGIN_NAMED;
    }
    if (o->edge_count > 1)
        qsort(o->edges, o->edge_count, sizeof *o->edges, by_ends);
}

static int trace(struct tracing *t, const struct telling *const *tellings, size_t count)
{
    struct origin *o = t->origin;
    TRY(add_documents(t, tellings, count));
    TRY(teller_index_make(o->nodes, t->documents, &t->tellers));
    for (uint32_t node = 0; node < t->documents; node++) {
        bool copied;
        TRY(follow_passages(t, node, &copied));
        TRY(follow_tellers(t, node, copied));
    }
    for (uint32_t i = 0; i < t->between_count; i++)
        TRY(push_edge(&o->edges, &o->edge_count, &t->edge_capacity, t->between[i]));
    count_origins(o);
    return 0;
}

/* As much as there is, and no more. */
static int keep(const struct origin *o, struct arena *arena, struct origin *ret_origin)
{
    *ret_origin = *o;
    ret_origin->nodes = arena_alloc(arena, o->node_count * sizeof *o->nodes);
    ret_origin->edges = arena_alloc(arena, o->edge_count * sizeof *o->edges);
    REJECT_IF(!ret_origin->nodes || !ret_origin->edges, E_NOMEM);
    if (o->node_count > 0)
        memcpy(ret_origin->nodes, o->nodes, o->node_count * sizeof *o->nodes);
    if (o->edge_count > 0)
        memcpy(ret_origin->edges, o->edges, o->edge_count * sizeof *o->edges);
    return 0;
}

int origin_trace(struct origin_index *index, const struct telling *const *tellings, size_t count,
                 struct arena *arena, struct origin *ret_origin)
{
    struct origin made = {.strict = 0};
    struct tracing t = {.index = index, .origin = &made};
    *ret_origin = (struct origin){.strict = 0};
    arena_init(&t.scratch, SCRATCH_ARENA_BYTES);
    int error = trace(&t, tellings, count);
    if (error == 0)
        error = keep(&made, arena, ret_origin);
    arena_release(&t.scratch);
    mem_free(made.nodes);
    mem_free(made.edges);
    mem_free(t.aliases);
    mem_free(t.between);
    mem_free(t.next_between);
    mem_free(t.leads);
    mem_free(t.reached);
    mem_free(t.alias_lookup.slots);
    mem_free(t.between_lookup.slots);
    teller_index_release(&t.tellers);
    return error;
}
