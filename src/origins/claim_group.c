/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/claim_group.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define GROUPS_ARENA_BYTES ((size_t)16 << 30)
#define FIRST_TELLINGS 8   /* of a group, with which a telling is compared */
#define BUCKET_GROUPS 4096 /* of one number: the latest so many are looked at */
#define PLACE_GROUPS 64    /* about one place: so many neighbours are compared */
#define ABOUT_LEAST 0.8
#define ABOUT_MOST 1.25

struct grouping {
    struct origin_index *index;
    const struct corpus *corpus;
    struct claim_groups *out;
    const struct telling **sorted;
    size_t count;
    uint32_t *group_of; /* by place in sorted */
    size_t group_count;
    struct watch *watch;
};

static bool counts_upwards(enum claim_bound b)
{
    return b != CLAIM_FEWER_THAN && b != CLAIM_AT_MOST && b != CLAIM_NONE;
}

static int compare_text(const char *a, const char *b)
{
    if (a == b)
        return 0;
    return !a ? -1 : !b ? 1 : strcmp(a, b);
}

/* 0: they may be the same claim. */
static int compare_figures(const struct claim *a, const struct claim *b)
{
    int order = compare_text(a->act_kind, b->act_kind);
    if (order != 0)
        return order;
    if (a->denied != b->denied)
        return a->denied ? 1 : -1;
    if (counts_upwards(a->bound) != counts_upwards(b->bound))
        return counts_upwards(a->bound) ? -1 : 1;
    if (a->low != b->low)
        return a->low < b->low ? -1 : 1;
    return a->high < b->high ? -1 : a->high > b->high;
}

static int by_figures(const void *x, const void *y, void *arg)
{
    const struct telling *a = *(const struct telling *const *)x;
    const struct telling *b = *(const struct telling *const *)y;
    int order = compare_figures(&a->told->claim, &b->told->claim);
    return order ? order : origin_compare(arg, a, b);
}

static bool near_in_time(const struct grouping *g, const struct telling *a, const struct telling *b)
{
    int32_t day_a = corpus_document(g->corpus, a->document).day;
    int32_t day_b = corpus_document(g->corpus, b->document).day;
    return day_a == CORPUS_DAY_NONE || day_b == CORPUS_DAY_NONE ||
           llabs((long long)day_a - day_b) <= CLAIM_DAYS_APART;
}

static bool share_place(const struct telling *a, const struct telling *b)
{
    for (unsigned i = 0, j = 0; i < a->told->place_count && j < b->told->place_count;) {
        if (a->told->places[i] == b->told->places[j])
            return true;
        if (a->told->places[i] < b->told->places[j])
            i++;
        else
            j++;
    }
    return false;
}

static bool same_thing(const struct grouping *g, const struct telling *a, const struct telling *b)
{
    return a->document == b->document || (near_in_time(g, a, b) && share_place(a, b));
}

/* Within the tellings of one figure, the earliest first: each goes to the first group that it fits,
 * or begins one. */
struct first_tellings {
    const struct telling *tellings[FIRST_TELLINGS];
    unsigned count;
};

static bool fits(const struct grouping *g, const struct first_tellings *firsts,
                 const struct telling *telling)
{
    for (unsigned i = 0; i < firsts->count; i++) {
        if (same_thing(g, firsts->tellings[i], telling))
            return true;
    }
    return false;
}

static int split_bucket(struct grouping *g, size_t from, size_t to)
{
    struct first_tellings *groups = mem_calloc(to - from, sizeof *groups);
    REJECT_IF(!groups, E_NOMEM);
    size_t count = 0;
    for (size_t i = from; i < to; i++) {
        size_t k = count > BUCKET_GROUPS ? count - BUCKET_GROUPS : 0;
        while (k < count && !fits(g, &groups[k], g->sorted[i]))
            k++;
        if (k == count)
            count++;
        if (groups[k].count < FIRST_TELLINGS)
            groups[k].tellings[groups[k].count++] = g->sorted[i];
        g->group_of[i] = (uint32_t)(g->group_count + k);
    }
    g->group_count += count;
    mem_free(groups);
    return watch_stopped(g->watch) ? E_STOPPED : 0;
}

static int split_all(struct grouping *g)
{
    for (size_t from = 0, to; from < g->count; from = to) {
        for (to = from + 1; to < g->count; to++) {
            if (compare_figures(&g->sorted[from]->told->claim, &g->sorted[to]->told->claim) != 0)
                break;
        }
        TRY(split_bucket(g, from, to));
    }
    return 0;
}

static int fill_groups(struct grouping *g)
{
    struct claim_groups *out = g->out;
    out->groups = arena_alloc(&out->arena, (g->group_count + 1) * sizeof *out->groups);
    REJECT_IF(!out->groups, E_NOMEM);
    out->count = g->group_count;
    for (size_t i = 0; i < g->count; i++)
        out->groups[g->group_of[i]].count++;
    for (size_t k = 0; k < out->count; k++) {
        struct claim_group *group = &out->groups[k];
        group->tellings = arena_alloc(&out->arena, (group->count + 1) * sizeof *group->tellings);
        REJECT_IF(!group->tellings, E_NOMEM);
        group->count = 0;
    }
    for (size_t i = 0; i < g->count; i++) {
        struct claim_group *group = &out->groups[g->group_of[i]];
        group->tellings[group->count++] = g->sorted[i];
    }
    return 0;
}

/* "At least three" and "three" are one claim, as most of its tellings have it. */
static enum claim_bound most_said(const struct claim_group *group)
{
    uint32_t counts[CLAIM_NONE + 1] = {0};
    enum claim_bound most = group->tellings[0]->told->claim.bound;
    for (uint32_t i = 0; i < group->count; i++) {
        enum claim_bound bound = group->tellings[i]->told->claim.bound;
        counts[bound]++;
        if (counts[bound] > counts[most])
            most = bound;
    }
    return most;
}

static int trace_groups(struct grouping *g)
{
    for (size_t k = 0; k < g->out->count; k++) {
        struct claim_group *group = &g->out->groups[k];
        const struct claim *first = &group->tellings[0]->told->claim;
        group->bound = most_said(group);
        group->low = first->low;
        group->high = first->high;
        group->act_kind = first->act_kind;
        group->denied = first->denied;
        TRY(origin_trace(g->index, group->tellings, group->count, &g->out->arena, &group->origin));
        REJECT_IF(watch_stopped(g->watch), E_STOPPED);
        watch_progress(g->watch, "tracing claims", k + 1, g->out->count);
    }
    return 0;
}

/* Other figures on the same */

struct at_place {
    const char *act_kind;
    uint32_t place, group;
};

static int by_act_and_place(const void *x, const void *y)
{
    const struct at_place *a = x, *b = y;
    int order = compare_text(a->act_kind, b->act_kind);
    if (order != 0)
        return order;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return a->group < b->group ? -1 : a->group > b->group;
}

/* Between which numbers the truth lies when the claim is so. */
static void reach_of(const struct claim_group *g, double *low, double *high)
{
    *low = (double)g->low;
    *high = (double)g->high;
    switch (g->bound) {
    case CLAIM_MORE_THAN:
    case CLAIM_AT_LEAST:
        *high = 1e18;
        break;
    case CLAIM_FEWER_THAN:
    case CLAIM_AT_MOST:
        *low = 0;
        break;
    case CLAIM_ABOUT:
        *low *= ABOUT_LEAST;
        *high *= ABOUT_MOST;
        break;
    case CLAIM_EXACTLY:
    case CLAIM_RANGE:
    case CLAIM_NONE:
        break;
    }
}

static bool contradict(const struct claim_group *a, const struct claim_group *b)
{
    double low_a, high_a, low_b, high_b;
    if (a->denied != b->denied)
        return true;
    reach_of(a, &low_a, &high_a);
    reach_of(b, &low_b, &high_b);
    return low_a > high_b || low_b > high_a;
}

static void add_beside(struct claim_group *group, const struct claim_group *other, uint32_t number)
{
    for (uint32_t i = 0; i < group->beside_count; i++) {
        if (group->beside[i].group == number)
            return;
    }
    if (group->beside_count < CLAIM_BESIDE_MAX)
        group->beside[group->beside_count++] =
            (struct claim_beside){number, contradict(group, other)};
}

static void compare_neighbours(struct grouping *g, const struct at_place *run, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count && j - i < PLACE_GROUPS; j++) {
            struct claim_group *a = &g->out->groups[run[i].group];
            struct claim_group *b = &g->out->groups[run[j].group];
            if (a == b || !near_in_time(g, a->tellings[0], b->tellings[0]))
                continue;
            add_beside(a, b, run[j].group);
            add_beside(b, a, run[i].group);
        }
    }
}

static int by_group(const void *x, const void *y)
{
    const struct claim_beside *a = x, *b = y;
    return a->group < b->group ? -1 : a->group > b->group;
}

static size_t put_places(const struct claim_group *group, uint32_t number, struct at_place *out)
{
    size_t count = 0;
    for (size_t j = 0; j < group->count && j < FIRST_TELLINGS; j++) {
        for (unsigned i = 0; i < group->tellings[j]->told->place_count; i++)
            out[count++] =
                (struct at_place){group->act_kind, group->tellings[j]->told->places[i], number};
    }
    return count;
}

static int find_beside(struct grouping *g)
{
    struct claim_groups *out = g->out;
    size_t count = 0;
    struct at_place *places =
        mem_calloc(out->count * FIRST_TELLINGS * TELLING_PLACES_MAX + 1, sizeof *places);
    REJECT_IF(!places, E_NOMEM);
    for (uint32_t k = 0; k < out->count; k++)
        count += put_places(&out->groups[k], k, places + count);
    qsort(places, count, sizeof *places, by_act_and_place);
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && places[to].place == places[from].place &&
                            compare_text(places[to].act_kind, places[from].act_kind) == 0;)
            to++;
        compare_neighbours(g, places + from, to - from);
    }
    mem_free(places);
    for (size_t k = 0; k < out->count; k++)
        qsort(out->groups[k].beside, out->groups[k].beside_count, sizeof(struct claim_beside),
              by_group);
    return 0;
}

static int by_weight(const void *x, const void *y, void *arg)
{
    const struct claim_group *a = x, *b = y;
    uint32_t documents_a = 0, documents_b = 0;
    for (uint32_t i = 0; i < a->origin.node_count; i++)
        documents_a += a->origin.nodes[i].kind == ORIGIN_DOCUMENT;
    for (uint32_t i = 0; i < b->origin.node_count; i++)
        documents_b += b->origin.nodes[i].kind == ORIGIN_DOCUMENT;
    if (documents_a != documents_b)
        return documents_a > documents_b ? -1 : 1;
    return origin_compare(arg, a->tellings[0], b->tellings[0]);
}

static int make_all(struct grouping *g)
{
    qsort_r(g->sorted, g->count, sizeof *g->sorted, by_figures, g->index);
    TRY(split_all(g));
    TRY(fill_groups(g));
    TRY(trace_groups(g));
    qsort_r(g->out->groups, g->out->count, sizeof *g->out->groups, by_weight, g->index);
    for (size_t k = 0; k < g->out->count; k++) {
        struct claim_group *group = &g->out->groups[k];
        group->beside = arena_alloc(&g->out->arena, CLAIM_BESIDE_MAX * sizeof *group->beside);
        REJECT_IF(!group->beside, E_NOMEM);
    }
    return find_beside(g);
}

int claim_groups_make(struct origin_index *index, const struct corpus *corpus,
                      const struct tellings *tellings, const struct origins_means *means,
                      struct claim_groups *ret_groups)
{
    struct grouping g = {.index = index,
                         .corpus = corpus,
                         .out = ret_groups,
                         .count = tellings->count,
                         .watch = means->watch};
    *ret_groups = (struct claim_groups){.count = 0};
    arena_init(&ret_groups->arena, GROUPS_ARENA_BYTES);
    g.sorted = mem_calloc(g.count + 1, sizeof *g.sorted);
    g.group_of = mem_calloc(g.count + 1, sizeof *g.group_of);
    int error = g.sorted && g.group_of ? 0 : E_NOMEM;
    for (size_t i = 0; error == 0 && i < g.count; i++)
        g.sorted[i] = &tellings->tellings[i];
    if (error == 0)
        error = make_all(&g);
    mem_free(g.sorted);
    mem_free(g.group_of);
    return error;
}

void claim_groups_release(struct claim_groups *g)
{
    arena_release(&g->arena);
}
