/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Wordings with the same words are one node. Nodes are taken from the weightiest down; one that is
 * like the complete wording of a statement joins it, the likest where there are several, and one
 * that is like none begins a statement of its own. */
#include "origins/statement_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define STATEMENT_ARENA_BYTES ((size_t)64 << 30)
#define COUNTS_MAX ((uint32_t)1 << 24)
#define STOP_WEIGHT 0.2f
#define NEGATION_WEIGHT 0.5f
#define COMMON_WEIGHT 0.4f
#define CONTENT_WEIGHT 0.6f
#define RARITY_WEIGHT 0.4f
#define RARITY_BITS 10.0f
#define TEXTS_MIN 1024
/* With fewer words, the same words are the same utterance only from the same mouth. */
#define LONG_WORDS 8
#define LONG_CONTENT 4
#define DAYS_NEAR 7
#define SPEAKERS_COUNTED 16

struct statements_kept {
    struct statements statements; /* first: what the caller has */
    struct arena arena;
};

struct grouping {
    struct utterances said;
    struct nodes nodes;
    uint32_t *statement; /* by node: the node of its complete wording */
};

/* Weights */

static uint32_t content_of(const struct utterance *u)
{
    uint32_t content = 0;
    for (uint32_t i = 0; i < u->count; i++)
        content += !u->words[i].stop;
    return content;
}

/* By how many utterances have a word, counted by its hash. */
static int weigh(const struct utterances *said)
{
    uint32_t size = 1024;
    while (size < COUNTS_MAX && size / 8 < said->count)
        size *= 2;
    uint32_t *counts = mem_calloc(size, sizeof *counts);
    REJECT_IF(!counts, E_NOMEM);
    for (uint32_t i = 0; i < said->count; i++) {
        for (uint32_t k = 0; k < said->all[i]->count; k++)
            counts[said->all[i]->words[k].stem & (size - 1)]++;
    }
    float texts = (float)(said->count > TEXTS_MIN ? said->count : TEXTS_MIN);
    for (uint32_t i = 0; i < said->count; i++) {
        for (uint32_t k = 0; k < said->all[i]->count; k++) {
            struct said_word *w = &said->all[i]->words[k];
            float bits = log2f(texts / (float)counts[w->stem & (size - 1)]);
            bits = fminf(fmaxf(bits, 0), RARITY_BITS);
            w->weight = CONTENT_WEIGHT + RARITY_WEIGHT * bits / RARITY_BITS;
            if (w->common)
                w->weight = COMMON_WEIGHT;
            if (w->stop || w->negation)
                w->weight = w->stop ? STOP_WEIGHT : NEGATION_WEIGHT;
        }
    }
    mem_free(counts);
    return 0;
}

/* Nodes */

static int compare_utterances(const void *a, const void *b, void *arg)
{
    const struct utterances *said = arg;
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    const struct utterance *x = said->all[i], *y = said->all[k];
    if (x->text != y->text)
        return x->text < y->text ? -1 : 1;
    if (x->speaker != y->speaker)
        return x->speaker < y->speaker ? -1 : 1;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return i < k ? -1 : i > k;
}

static bool is_long(const struct utterance *u)
{
    return u->count >= LONG_WORDS && content_of(u) >= LONG_CONTENT;
}

/* Whether b, the next in order, is of the node that ends with a. */
static bool same_node(const struct utterance *a, const struct utterance *b)
{
    if (a->text != b->text || a->count != b->count)
        return false;
    if (is_long(a))
        return true;
    if (a->speaker == 0 || a->speaker != b->speaker)
        return false;
    return a->day == b->day || (a->day != CORPUS_DAY_NONE && b->day - a->day <= DAYS_NEAR);
}

/* Those of one node are ordered by speaker: the longest run of one. */
static uint64_t most_said(const struct grouping *g, const struct node *n)
{
    uint64_t best = 0;
    uint32_t most = 0, run = 0;
    for (uint32_t i = n->first; i < n->first + n->count; i++) {
        uint64_t speaker = g->said.all[g->nodes.members[i]]->speaker;
        bool goes_on = i > n->first && g->said.all[g->nodes.members[i - 1]]->speaker == speaker;
        run = goes_on ? run + 1 : 1;
        if (speaker != 0 && run > most) {
            most = run;
            best = speaker;
        }
    }
    return best;
}

static struct node node_of(const struct grouping *g, uint32_t first, uint32_t to)
{
    const struct utterance *u = g->said.all[g->nodes.members[first]];
    struct node n = {.first = first,
                     .count = to - first,
                     .words = u->words,
                     .word_count = u->count,
                     .around = u->around,
                     .around_count = u->around_count,
                     .content = content_of(u),
                     .document = u->wording.document,
                     .day_from = u->day,
                     .day_to = u->day};
    for (uint32_t i = 0; i < u->count; i++)
        n.weight += u->words[i].weight;
    for (uint32_t i = first; i < to; i++) {
        int32_t day = g->said.all[g->nodes.members[i]]->day;
        if (g->said.all[g->nodes.members[i]]->wording.document != n.document)
            n.document = NODE_DOCUMENTS;
        n.day_from = day < n.day_from ? day : n.day_from;
        n.day_to = day > n.day_to ? day : n.day_to;
    }
    n.speaker = most_said(g, &n);
    return n;
}

static int compare_nodes(const void *a, const void *b)
{
    const struct node *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

static int make_nodes(struct grouping *g)
{
    struct nodes *n = &g->nodes;
    n->nodes = mem_calloc((size_t)g->said.count + 1, sizeof *n->nodes);
    n->members = mem_calloc((size_t)g->said.count + 1, sizeof *n->members);
    REJECT_IF(!n->nodes || !n->members, E_NOMEM);
    for (uint32_t i = 0; i < g->said.count; i++)
        n->members[i] = i;
    qsort_r(n->members, g->said.count, sizeof *n->members, compare_utterances, &g->said);
    for (uint32_t first = 0, to; first < g->said.count; first = to) {
        to = first + 1;
        while (to < g->said.count &&
               same_node(g->said.all[n->members[to - 1]], g->said.all[n->members[to]]))
            to++;
        n->nodes[n->count++] = node_of(g, first, to);
    }
    qsort(n->nodes, n->count, sizeof *n->nodes, compare_nodes);
    return 0;
}

/* Statements */

static int join(struct grouping *g, const struct edges *edges)
{
    g->statement = mem_calloc((size_t)g->nodes.count + 1, sizeof *g->statement);
    REJECT_IF(!g->statement, E_NOMEM);
    size_t at = 0;
    for (uint32_t i = 0; i < g->nodes.count; i++) {
        g->statement[i] = i;
        for (; at < edges->count && edges->edges[at].b == i; at++) {
            uint32_t a = edges->edges[at].a;
            if (g->statement[i] == i && g->statement[a] == a)
                g->statement[i] = a;
        }
    }
    return 0;
}

/* A wording and what is known of it, until its statement is put together. */
struct member {
    uint32_t statement, utterance, node;
};

static int compare_members(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->statement != y->statement)
        return x->statement < y->statement ? -1 : 1;
    return x->utterance < y->utterance ? -1 : x->utterance > y->utterance;
}

/* The speaker that most of the wordings name; of two, the one named sooner, then first. The first
 * few that are named at all are counted. */
static uint64_t speaker_of(const struct grouping *g, const struct member *m, uint32_t count,
                           bool *ret_disputed)
{
    struct {
        uint64_t speaker;
        uint32_t votes;
        int64_t day; /* the first that names them */
    } named[SPEAKERS_COUNTED];
    size_t names = 0, best = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct utterance *u = g->said.all[m[i].utterance];
        uint64_t speaker = u->speaker;
        int64_t day = u->day == CORPUS_DAY_NONE ? INT64_MAX : u->day;
        size_t k = 0;
        while (k < names && named[k].speaker != speaker)
            k++;
        if (speaker == 0 || k == SPEAKERS_COUNTED)
            continue;
        if (k == names) {
            named[names].speaker = speaker;
            named[names].day = INT64_MAX;
            named[names++].votes = 0;
        }
        named[k].votes++;
        named[k].day = day < named[k].day ? day : named[k].day;
    }
    for (size_t k = 1; k < names; k++) {
        bool more = named[k].votes > named[best].votes;
        bool sooner = named[k].votes == named[best].votes && named[k].day < named[best].day;
        best = more || sooner ? k : best;
    }
    *ret_disputed = names > 1;
    return names > 0 ? named[best].speaker : 0;
}

static const char *longer(const char *a, const char *b)
{
    return !b || (a && strlen(a) >= strlen(b)) ? a : b;
}

static int name_statement(const struct grouping *g, const struct member *m, struct statement *s,
                          struct arena *arena)
{
    uint64_t speaker = speaker_of(g, m, s->count, &s->disputed);
    const char *name = NULL, *role = NULL;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct utterance *u = g->said.all[m[i].utterance];
        if (!u->wording.attributed || u->speaker != speaker)
            continue;
        name = longer(name, u->name);
        role = longer(role, u->role);
    }
    s->speaker = arena_copy_text(arena, span_text(name ? name : ""));
    s->role = arena_copy_text(arena, span_text(role ? role : ""));
    return s->speaker && s->role ? 0 : E_NOMEM;
}

static void take_wording(const struct grouping *g, const struct member *m, struct wording *w)
{
    *w = g->said.all[m->utterance]->wording;
    if (m->node == m->statement)
        return;
    struct likeness l = statement_likeness(&g->nodes.nodes[m->statement], &g->nodes.nodes[m->node]);
    w->fragment = l.fragment;
    w->reworded = !l.exact;
}

static int take_statement(const struct grouping *g, const struct member *m, uint32_t count,
                          struct statement *s, struct arena *arena)
{
    s->wordings = arena_alloc(arena, count * sizeof *s->wordings);
    REJECT_IF(!s->wordings, E_NOMEM);
    s->count = count;
    s->complete = count;
    for (uint32_t i = 0; i < count; i++) {
        take_wording(g, &m[i], &s->wordings[i]);
        if (s->complete == count && m[i].node == m[i].statement)
            s->complete = i;
    }
    return name_statement(g, m, s, arena);
}

static int compare_statements(const void *a, const void *b)
{
    const struct wording *x = ((const struct statement *)a)->wordings;
    const struct wording *y = ((const struct statement *)b)->wordings;
    if (x->document != y->document)
        return x->document < y->document ? -1 : 1;
    return x->parts[0].from < y->parts[0].from ? -1 : x->parts[0].from > y->parts[0].from;
}

static int put_together(const struct grouping *g, struct member *members,
                        struct statements_kept *kept)
{
    struct statements *s = &kept->statements;
    uint32_t count = 0;
    for (uint32_t i = 0; i < g->nodes.count; i++) {
        const struct node *n = &g->nodes.nodes[i];
        for (uint32_t k = n->first; k < n->first + n->count; k++)
            members[count++] = (struct member){g->statement[i], g->nodes.members[k], i};
        s->count += g->statement[i] == i;
    }
    qsort(members, count, sizeof *members, compare_members);
    s->statements = arena_alloc(&kept->arena, ((size_t)s->count + 1) * sizeof *s->statements);
    REJECT_IF(!s->statements, E_NOMEM);
    struct statement *next = s->statements;
    for (uint32_t from = 0, to; from < count; from = to) {
        to = from + 1;
        while (to < count && members[to].statement == members[from].statement)
            to++;
        TRY(take_statement(g, &members[from], to - from, next++, &kept->arena));
    }
    qsort(s->statements, s->count, sizeof *s->statements, compare_statements);
    return 0;
}

static int group(struct grouping *g, const struct origins_means *means,
                 struct statements_kept *kept)
{
    struct edges edges = {.count = 0};
    TRY(weigh(&g->said));
    TRY(make_nodes(g));
    TRY(statement_edges(&g->nodes, means, &edges));
    int error = join(g, &edges);
    mem_free(edges.edges);
    TRY(error);
    struct member *members = mem_calloc((size_t)g->said.count + 1, sizeof *members);
    REJECT_IF(!members, E_NOMEM);
    error = put_together(g, members, kept);
    mem_free(members);
    return error;
}

int statements_find(struct corpus *corpus, const struct languages *languages,
                    const struct origins_means *means, struct statements **ret_statements,
                    struct problem *problem)
{
    struct grouping g = {.statement = NULL};
    struct statements_kept *kept = mem_calloc(1, sizeof *kept);
    REJECT_IF(!kept, E_NOMEM);
    arena_init(&kept->arena, STATEMENT_ARENA_BYTES);
    int error = utterances_read(corpus, languages, means, &g.said);
    if (error == 0)
        error = group(&g, means, kept);
    utterances_release(&g.said);
    mem_free(g.nodes.nodes);
    mem_free(g.nodes.members);
    mem_free(g.statement);
    if (error < 0) {
        statements_free(&kept->statements);
        return problem_set(problem, error, "looking for statements: %s", error_sentence(error));
    }
    *ret_statements = &kept->statements;
    return 0;
}

void statements_free(struct statements *s)
{
    if (!s)
        return;
    struct statements_kept *kept = (struct statements_kept *)s;
    arena_release(&kept->arena);
    mem_free(kept);
}
