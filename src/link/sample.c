/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/sample.h"

#include <string.h>

#include "base/mem.h"
#include "link/pairs.h"

#define FIRST_CAPACITY 4096

struct drawn {
    struct link_pair *pairs;
    size_t count, capacity;
};

static int keep(void *arg, unsigned worker, unsigned pass, const struct link_pair *pairs,
                size_t count)
{
    struct drawn *d = (struct drawn *)arg + worker;
    (void)pass;
    if (d->count + count > d->capacity) {
        size_t capacity = d->capacity ? d->capacity * 2 : FIRST_CAPACITY;
        struct link_pair *more = mem_realloc(d->pairs, capacity * sizeof *more);
        REJECT_IF(!more, E_NOMEM);
        d->pairs = more;
        d->capacity = capacity;
    }
    memcpy(d->pairs + d->count, pairs, count * sizeof *pairs);
    d->count += count;
    return 0;
}
_Static_assert(FIRST_CAPACITY >= LINK_PAIRS_AT_ONCE, "twice as much has room for one more call's");

/* Into the first worker's. */
static int join(struct drawn *drawn, unsigned workers)
{
    size_t count = 0;
    for (unsigned i = 0; i < workers; i++)
        count += drawn[i].count;
    struct link_pair *pairs = mem_realloc(drawn[0].pairs, (count + 1) * sizeof *pairs);
    REJECT_IF(!pairs, E_NOMEM);
    drawn[0].pairs = pairs;
    for (unsigned i = 1; i < workers; i++) {
        if (drawn[i].count > 0)
            memcpy(pairs + drawn[0].count, drawn[i].pairs, drawn[i].count * sizeof *pairs);
        drawn[0].count += drawn[i].count;
    }
    return 0;
}

int link_sample_draw(const struct link_universe *u, const struct link_plan *plan, uint64_t about,
                     struct workers *w, struct watch *watch, struct link_sample *ret_sample)
{
    unsigned workers = workers_count(w);
    struct drawn *drawn = mem_calloc(workers, sizeof *drawn);
    REJECT_IF(!drawn, E_NOMEM);
    struct link_pairs job = {.universe = u,
                             .plan = plan,
                             .every = plan->all ? 1 : (uint32_t)(plan->pairs / about + 1),
                             .take = keep,
                             .arg = drawn,
                             .what = "sampling pairs"};
    int error = link_pairs_run(&job, w, watch);
    if (error == 0)
        error = join(drawn, workers);
    if (error == 0) {
        *ret_sample = (struct link_sample){drawn[0].pairs, drawn[0].count, job.every};
        drawn[0].pairs = NULL;
    }
    for (unsigned i = 0; i < workers; i++)
        mem_free(drawn[i].pairs);
    mem_free(drawn);
    return error;
}

void link_sample_release(struct link_sample *s)
{
    mem_free(s->pairs);
    *s = (struct link_sample){.pairs = NULL};
}
