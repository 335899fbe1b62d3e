/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Chow and Liu's tree: the spanning forest over the fields whose edges tell most of each other
 * (mutual information), taken greedily from the strongest. An edge must tell more than chance would
 * (Bayesian information criterion, with the pairs truly seen as the number of observations), so
 * that few matches make no edges. Among pairs of two persons the edges that pass are taken by how
 * much they change the weight of a match. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "link/em_internal.h"

struct edge {
    uint8_t a, b;
    double gain; /* nats */
};

struct table {
    double pairs[LINK_LEVELS_MAX][LINK_LEVELS_MAX];
    double sum, square;
};

static size_t table_of(unsigned a, unsigned b)
{
    return (size_t)b * (b - 1) / 2 + a; /* a < b */
}

static void count_row(const struct link_em_row *row, enum link_class class, unsigned fields,
                      struct table *tables)
{
    double square, pairs = link_em_class_weight(row, class, &square);
    if (pairs <= 0)
        return;
    for (unsigned b = 1; b < fields; b++) {
        if (row->level[b] == LINK_LEVEL_MISSING)
            continue;
        for (unsigned a = 0; a < b; a++) {
            if (row->level[a] == LINK_LEVEL_MISSING)
                continue;
            struct table *t = &tables[table_of(a, b)];
            t->pairs[row->level[a]][row->level[b]] += pairs;
            t->sum += pairs;
            t->square += square;
        }
    }
}

/* The shares of each field's levels. */
static void add_shares(const struct table *t, double of_a[LINK_LEVELS_MAX],
                       double of_b[LINK_LEVELS_MAX])
{
    for (unsigned i = 1; i < LINK_LEVELS_MAX; i++) {
        for (unsigned j = 1; j < LINK_LEVELS_MAX; j++) {
            of_a[i] += t->pairs[i][j] / t->sum;
            of_b[j] += t->pairs[i][j] / t->sum;
        }
    }
}

/* Matches that were not recognised count among the others, and make all fields seem to hang
 * together. So of what two fields agree on more often than by chance, as much is left out as so
 * many matches could make. */
static void doubt(struct table *t, double matches, const struct link_model_field *a,
                  const struct link_model_field *b)
{
    double of_a[LINK_LEVELS_MAX] = {0}, of_b[LINK_LEVELS_MAX] = {0}, sum = 0;
    add_shares(t, of_a, of_b);
    for (unsigned i = 1; i < LINK_LEVELS_MAX; i++) {
        for (unsigned j = 1; j < LINK_LEVELS_MAX; j++) {
            double chance = of_a[i] * of_b[j] * t->sum;
            double less =
                t->pairs[i][j] - matches * a->of[LINK_M].share[i] * b->of[LINK_M].share[j];
            if (t->pairs[i][j] > chance)
                t->pairs[i][j] = less > chance ? less : chance;
            sum += t->pairs[i][j];
        }
    }
    t->square *= sum / t->sum;
    t->sum = sum;
}

/* Nats gained by knowing both together, less what chance would gain. */
static double gain_of(const struct table *t)
{
    double of_a[LINK_LEVELS_MAX] = {0}, of_b[LINK_LEVELS_MAX] = {0}, information = 0;
    unsigned levels_a = 0, levels_b = 0;
    if (t->sum <= 0)
        return 0;
    add_shares(t, of_a, of_b);
    for (unsigned i = 1; i < LINK_LEVELS_MAX; i++) {
        levels_a += of_a[i] > 0;
        levels_b += of_b[i] > 0;
        for (unsigned j = 1; j < LINK_LEVELS_MAX; j++) {
            double share = t->pairs[i][j] / t->sum;
            if (share > 0)
                information += share * log(share / (of_a[i] * of_b[j]));
        }
    }
    double seen = t->sum * t->sum / t->square;
    double freedom = (levels_a - 1.0) * (levels_b - 1.0);
    return seen * information - freedom * log(seen + 1) / 2;
}

/* The same of agreeing in whatever measure. The many levels of two fields ask for more pairs than
 * there may be of those that agree in both. */
static double gain_of_agreeing(const struct table *t)
{
    struct table two = {.sum = t->sum, .square = t->square};
    for (unsigned i = 1; i < LINK_LEVELS_MAX; i++)
        for (unsigned j = 1; j < LINK_LEVELS_MAX; j++)
            two.pairs[i > LINK_LEVEL_DIFFERENT ? 2 : 1][j > LINK_LEVEL_DIFFERENT ? 2 : 1] +=
                t->pairs[i][j];
    return gain_of(&two);
}

static int stronger(const void *x, const void *y)
{
    const struct edge *a = x, *b = y;
    if (a->gain != b->gain)
        return a->gain > b->gain ? -1 : 1;
    return a->a != b->a ? (int)a->a - b->a : (int)a->b - b->b;
}

static void doubt_all(struct table *tables, const struct link_model *model, double matches)
{
    for (unsigned b = 1; b < model->fields; b++) {
        for (unsigned a = 0; a < b; a++) {
            struct table *t = &tables[table_of(a, b)];
            if (t->sum > 0)
                doubt(t, matches, &model->field[a], &model->field[b]);
        }
    }
}

/* By how much what agrees weighs less, for a match, when the two fields of others are taken
 * together: nats. Most of what others' fields tell of each other is of no moment: it is what
 * differs in both. */
static double moment_of(const struct table *t, const struct link_model_field *a,
                        const struct link_model_field *b)
{
    double of_a[LINK_LEVELS_MAX] = {0}, of_b[LINK_LEVELS_MAX] = {0}, moment = 0;
    add_shares(t, of_a, of_b);
    for (unsigned i = 1; i < LINK_LEVELS_MAX; i++) {
        for (unsigned j = 1; j < LINK_LEVELS_MAX; j++) {
            double share = t->pairs[i][j] / t->sum;
            if (share > 0)
                moment += a->of[LINK_M].share[i] * b->of[LINK_M].share[j] *
                          log(share / (of_a[i] * of_b[j]));
        }
    }
    return moment;
}

enum group { GROUP_NAMES, GROUP_BODY, GROUP_LIFE };

/* What is written of one person changes together: the parts of a name, and what goes with where and
 * how somebody lives. Dates of birth hang on nothing. */
static enum group group_of(enum link_kind kind)
{
    if (kind <= LINK_FULL_NAME)
        return GROUP_NAMES;
    return kind == LINK_DATE || kind == LINK_SEX ? GROUP_BODY : GROUP_LIFE;
}

/* That two fields agree together more often than by chance is either that others' fields hang
 * together, or that there are matches: only a third field knows which. Dates hang on
 * nobody's name. */
static bool can_be_told(const struct link_model *model, uint32_t telling, unsigned a, unsigned b)
{
    enum link_kind of_a = model->field[a].kind, of_b = model->field[b].kind;
    if ((of_a == LINK_DATE && of_b <= LINK_FULL_NAME) ||
        (of_b == LINK_DATE && of_a <= LINK_FULL_NAME))
        return false;
    uint32_t both = 1u << a | 1u << b;
    return (telling & both) != both || (telling & ~both) != 0;
}

static bool may_hang(const struct link_model *model, enum link_class class, uint32_t telling,
                     unsigned a, unsigned b)
{
    if (class == LINK_U)
        return can_be_told(model, telling, a, b);
    enum group of_a = group_of(model->field[a].kind), of_b = group_of(model->field[b].kind);
    return of_a == of_b && of_a != GROUP_BODY;
}

/* Others that seem to agree in both fields less often than by chance do so because those that agree
 * were taken for matches: no edge. */
static double gain_among_others(const struct table *t, const struct link_model *model, unsigned a,
                                unsigned b)
{
    if (gain_of(t) <= 0 && gain_of_agreeing(t) <= 0)
        return 0;
    return moment_of(t, &model->field[a], &model->field[b]);
}

static size_t find_edges(const struct table *tables, enum link_class class,
                         const struct link_model *model, uint32_t telling, struct edge *edges)
{
    size_t count = 0;
    for (unsigned b = 1; b < model->fields; b++) {
        for (unsigned a = 0; a < b; a++) {
            const struct table *t = &tables[table_of(a, b)];
            double gain = class == LINK_U ? gain_among_others(t, model, a, b) : gain_of(t);
            if (gain > 0 && may_hang(model, class, telling, a, b))
                edges[count++] = (struct edge){(uint8_t)a, (uint8_t)b, gain};
        }
    }
    qsort(edges, count, sizeof *edges, stronger);
    return count;
}

struct forest {
    bool joined[LINK_FIELDS_MAX][LINK_FIELDS_MAX];
    uint8_t tree[LINK_FIELDS_MAX];
    unsigned fields;
};

static void join(struct forest *forest, unsigned a, unsigned b)
{
    uint8_t gone = forest->tree[b], kept = forest->tree[a];
    forest->joined[a][b] = forest->joined[b][a] = true;
    for (unsigned f = 0; f < forest->fields; f++) {
        if (forest->tree[f] == gone)
            forest->tree[f] = kept;
    }
}

/* From the tree's first field outwards. */
static void set_parents(const struct forest *forest, unsigned from, int parent,
                        enum link_class class, struct link_model *model)
{
    model->field[from].of[class].parent = parent;
    for (unsigned f = 0; f < forest->fields; f++) {
        if (forest->joined[from][f] && (int)f != parent)
            set_parents(forest, f, (int)from, class, model);
    }
}

static void set_given(const struct table *tables, enum link_class class, struct link_model *model)
{
    for (unsigned f = 0; f < model->fields; f++) {
        struct link_branch *branch = &model->field[f].of[class];
        int p = branch->parent;
        if (p < 0)
            continue;
        const struct table *t =
            &tables[(unsigned)p < f ? table_of((unsigned)p, f) : table_of(f, (unsigned)p)];
        double scale = t->sum / t->square; /* to pairs truly seen */
        for (unsigned above = 1; above < LINK_LEVELS_MAX; above++) {
            double sum = 10;
            for (unsigned level = 1; level < model->field[f].levels; level++)
                sum += scale * ((unsigned)p < f ? t->pairs[above][level] : t->pairs[level][above]);
            for (unsigned level = 1; level < model->field[f].levels; level++) {
                double pairs = (unsigned)p < f ? t->pairs[above][level] : t->pairs[level][above];
                double share = (scale * pairs + 10 * branch->share[level]) / sum;
                branch->given[above][level] = fmax(share, LINK_SHARE_MIN);
            }
        }
    }
}

int link_em_learn_tree(const struct link_em_row *rows, size_t count, enum link_class class,
                       double doubted, uint32_t telling, struct link_model *model)
{
    unsigned fields = model->fields;
    size_t pairs = (size_t)LINK_FIELDS_MAX * (LINK_FIELDS_MAX - 1) / 2;
    struct edge edges[LINK_FIELDS_MAX * (LINK_FIELDS_MAX - 1) / 2];
    struct table *tables = mem_calloc(pairs, sizeof *tables);
    REJECT_IF(!tables, E_NOMEM);
    for (size_t i = 0; i < count; i++)
        count_row(&rows[i], class, fields, tables);
    if (doubted > 0)
        doubt_all(tables, model, doubted);
    struct forest forest = {.fields = fields};
    for (unsigned f = 0; f < fields; f++)
        forest.tree[f] = (uint8_t)f;
    size_t edge_count = find_edges(tables, class, model, telling, edges);
    for (size_t i = 0; i < edge_count; i++) {
        if (forest.tree[edges[i].a] != forest.tree[edges[i].b])
            join(&forest, edges[i].a, edges[i].b);
    }
    for (unsigned f = 0; f < fields; f++) {
        if (forest.tree[f] == f)
            set_parents(&forest, f, -1, class, model);
    }
    set_given(tables, class, model);
    mem_free(tables);
    return 0;
}
