/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/find.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "link/edges.h"
#include "link/pairs.h"
#include "link/score.h"

#define MATCH_UNITS 1048576.0 /* expected matches are summed in whole parts of this */
/* A part is put when a worker has looked at so many pairs, some seconds' work, or kept so many. */
#define PART_PAIRS (1u << 24)
#define PART_EDGES (1u << 20)

/* Of one worker. */
struct finder {
    struct link_scoring *scoring;
    struct link_tally now, all; /* of the task; of all tasks that are done */
    struct link_kept pending;   /* done, and not in a part yet; and the task's edges */
    size_t edges_done;          /* of pending's: those of tasks that are done */
};

struct finding {
    struct parts *parts;
    struct link_edges *edges;
    struct finder *finders;
    struct link_kept before; /* the earlier run's tasks, sorted */
    unsigned workers;
    pthread_mutex_t lock; /* over parts */
};

static int take(void *arg, unsigned worker, unsigned pass, const struct link_pair *pairs,
                size_t count)
{
    struct finding *f = arg;
    struct finder *me = &f->finders[worker];
    me->now.pairs[pass] += count;
    for (size_t i = 0; i < count; i++) {
        struct link_edge edge = {pairs[i].a, pairs[i].b, 0};
        edge.bits = link_score_least(me->scoring, edge.a, edge.b, LINK_EDGE_BITS_MIN);
        int bar = (int)floorf(edge.bits) - LINK_HISTOGRAM_FROM;
        bar = bar < 0 ? 0 : bar >= LINK_HISTOGRAM_BARS ? LINK_HISTOGRAM_BARS - 1 : bar;
        me->now.histogram[bar]++;
        if (edge.bits < LINK_EDGE_BITS_MIN)
            continue;
        me->now.matches[pass] += (uint64_t)(link_bits_to_probability(edge.bits) * MATCH_UNITS);
        TRY(link_edges_add(f->edges, worker, edge));
        if (f->parts)
            TRY(link_kept_add_edge(&me->pending, edge));
    }
    return 0;
}

/* Parts */

static int put_part(struct finding *f, unsigned worker)
{
    struct finder *me = &f->finders[worker];
    if (me->pending.task_count == 0)
        return 0;
    me->pending.edge_count = me->edges_done;
    pthread_mutex_lock(&f->lock);
    int error = link_keep_put_found(f->parts, &me->pending);
    pthread_mutex_unlock(&f->lock);
    me->pending.task_count = me->pending.edge_count = me->edges_done = 0;
    me->pending.tally = (struct link_tally){.looked_at = 0};
    return error;
}

static int put_parts(struct finding *f)
{
    for (unsigned i = 0; i < f->workers; i++)
        TRY(put_part(f, i));
    return 0;
}

static int keep(struct finding *f, unsigned worker, uint64_t task)
{
    struct finder *me = &f->finders[worker];
    bool all = (uint32_t)task == LINK_TASK_ALL;
    if (all) /* not before all that it stands for */
        TRY(put_parts(f));
    link_tally_add(&me->pending.tally, &me->now);
    TRY(link_kept_add_task(&me->pending, task));
    me->edges_done = me->pending.edge_count;
    bool full = me->pending.tally.looked_at >= PART_PAIRS || me->edges_done >= PART_EDGES;
    return all || full ? put_part(f, worker) : 0;
}

static int done(void *arg, unsigned worker, uint64_t task, uint64_t looked_at)
{
    struct finding *f = arg;
    struct finder *me = &f->finders[worker];
    me->now.looked_at = looked_at;
    int error = f->parts ? keep(f, worker, task) : 0;
    link_tally_add(&me->all, &me->now);
    me->now = (struct link_tally){.looked_at = 0};
    return error;
}

static int by_number(const void *x, const void *y)
{
    uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return a < b ? -1 : a > b;
}

static bool is_done(void *arg, uint64_t task)
{
    const struct link_kept *before = &((struct finding *)arg)->before;
    return before->task_count > 0 &&
           bsearch(&task, before->tasks, before->task_count, sizeof task, by_number) != NULL;
}

static int add_part(struct finding *f, const struct link_kept *k)
{
    for (size_t i = 0; i < k->task_count; i++)
        TRY(link_kept_add_task(&f->before, k->tasks[i]));
    for (size_t i = 0; i < k->edge_count; i++)
        TRY(link_edges_add(f->edges, 0, k->edges[i]));
    link_tally_add(&f->finders[0].all, &k->tally);
    return 0;
}

static int take_parts(struct finding *f, uint32_t records)
{
    struct link_kept k = {.task_count = 0};
    bool got = true;
    int error = 0;
    while (f->parts && got && error == 0) {
        error = link_keep_take_found(f->parts, records, &k, &got);
        if (error == 0 && got)
            error = add_part(f, &k);
    }
    link_kept_release(&k);
    if (f->before.task_count > 0)
        qsort(f->before.tasks, f->before.task_count, sizeof *f->before.tasks, by_number);
    return error;
}

/* The whole */

static void sum_tallies(const struct finding *f, struct link_found *found)
{
    struct link_tally all = {.looked_at = 0};
    *found = (struct link_found){.pairs = 0};
    for (unsigned i = 0; i < f->workers; i++)
        link_tally_add(&all, &f->finders[i].all);
    for (unsigned p = 0; p < LINK_PASSES_MAX; p++) {
        found->pass[p].pairs = all.pairs[p];
        found->pass[p].matches = (double)all.matches[p] / MATCH_UNITS;
        found->pairs += all.pairs[p];
        found->matches += found->pass[p].matches;
    }
    memcpy(found->histogram, all.histogram, sizeof found->histogram);
}

static int find(struct finding *f, const struct link_universe *u, const struct link_plan *plan,
                const struct link_scorer *scorer, struct workers *w, struct watch *watch)
{
    for (unsigned i = 0; i < f->workers; i++) {
        f->finders[i].scoring = link_scoring_new(scorer);
        REJECT_IF(!f->finders[i].scoring, E_NOMEM);
    }
    TRY(take_parts(f, u->count));
    struct link_pairs job = {.universe = u,
                             .plan = plan,
                             .every = 1,
                             .take = take,
                             .is_done = is_done,
                             .done = done,
                             .looked_at = f->finders[0].all.looked_at,
                             .arg = f,
                             .what = "comparing pairs"};
    int error = link_pairs_run(&job, w, watch);
    if (error == E_STOPPED && f->parts)
        TRY(put_parts(f));
    TRY(error);
    return link_edges_settle(f->edges, w);
}

int link_find(const struct link_universe *u, const struct link_plan *plan,
              const struct link_model *model, struct workers *w, struct watch *watch,
              struct parts *parts, struct link_edges *edges, struct link_found *ret_found)
{
    struct finding f = {.parts = parts, .edges = edges, .workers = workers_count(w)};
    struct link_scorer *scorer;
    f.finders = mem_calloc(f.workers, sizeof *f.finders);
    REJECT_IF(!f.finders, E_NOMEM);
    int error = link_scorer_new(model, u->records, &scorer);
    if (error == 0) {
        pthread_mutex_init(&f.lock, NULL);
        error = find(&f, u, plan, scorer, w, watch);
        pthread_mutex_destroy(&f.lock);
        if (error == 0)
            sum_tallies(&f, ret_found);
        for (unsigned i = 0; i < f.workers; i++) {
            link_scoring_free(f.finders[i].scoring);
            link_kept_release(&f.finders[i].pending);
        }
        link_scorer_free(scorer);
    }
    link_kept_release(&f.before);
    mem_free(f.finders);
    return error;
}
