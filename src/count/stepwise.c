/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A bootstrap asks for tens of thousands of p-values and some thousand fits. So
 *   - the p-values of all pairs cost one sum over the cells; only the pair of the least is asked
 *     whether the model with it exists, then the next. That finds the same pair as asking all;
 *   - a fit begins where the one before it ended. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "count/exists.h"
#include "count/poisson.h"
#include "count/stepwise.h"

struct stepwise *stepwise_new(unsigned lists)
{
    struct stepwise *s = mem_calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->lists = lists;
    s->checks = count_exists_new(lists);
    if (!s->checks || glm_new((size_t)1 << lists, STEPWISE_SETS_MAX, &s->glm) < 0) {
        stepwise_free(s);
        return NULL;
    }
    for (size_t h = 1; h < (size_t)1 << lists; h++)
        s->used[h] = true;
    return s;
}

void stepwise_free(struct stepwise *s)
{
    if (!s)
        return;
    count_exists_free(s->checks);
    glm_free(s->glm);
    mem_free(s);
}

/* f[set] becomes the sum over all histories that hold the set. */
static void sum_above(double *f, unsigned lists)
{
    for (unsigned bit = 1; bit < 1u << lists; bit *= 2) {
        for (unsigned h = 0; h < 1u << lists; h++) {
            if (!(h & bit))
                f[h] += f[h | bit];
        }
    }
}

static bool fit(struct stepwise *s, const double *start)
{
    struct glm_design design = {
        .rows = (size_t)1 << s->lists, .columns = s->set_count, .sets = s->sets};
    glm_fit(s->glm, &design, s->counts, s->used, start);
    return s->glm->converged;
}

bool stepwise_has(const struct stepwise *s, unsigned set)
{
    for (size_t i = 0; i < s->set_count; i++) {
        if (s->sets[i] == set)
            return true;
    }
    return false;
}

struct candidate {
    uint16_t set;
    double log_p;
};

/* All pairs that are not in and surprising enough, in the order 12, 13, ..., 23, ... */
static size_t find_candidates(struct stepwise *s, struct candidate *candidates)
{
    memcpy(s->fitted, s->glm->mu, sizeof *s->fitted << s->lists);
    sum_above(s->fitted, s->lists);
    size_t count = 0;
    for (unsigned i = 0; i < s->lists; i++) {
        for (unsigned j = i + 1; j < s->lists; j++) {
            unsigned set = 1u << i | 1u << j;
            if (stepwise_has(s, set))
                continue;
            double log_p = poisson_log_tail(s->seen[set], s->fitted[set]);
            if (log_p < log(STEPWISE_THRESHOLD))
                candidates[count++] = (struct candidate){(uint16_t)set, log_p};
        }
    }
    return count;
}

static bool exists(struct stepwise *s, const struct count_table *t)
{
    return count_exists_check(s->checks, t, s->sets, s->set_count) == 0;
}

/* The pair of the least p-value with which the model has an estimate joins; false: none. */
static bool add_pair(struct stepwise *s, const struct count_table *t)
{
    struct candidate candidates[STEPWISE_PAIRS_MAX];
    size_t count = find_candidates(s, candidates);
    while (count > 0) {
        size_t best = 0;
        for (size_t i = 1; i < count; i++) {
            if (candidates[i].log_p < candidates[best].log_p)
                best = i;
        }
        s->sets[s->set_count++] = candidates[best].set;
        if (exists(s, t))
            return true;
        s->set_count--;
        count--;
        memmove(candidates + best, candidates + best + 1, (count - best) * sizeof *candidates);
    }
    return false;
}

void stepwise_run(struct stepwise *s, const struct count_table *t)
{
    ASSERT(t->lists == s->lists);
    for (unsigned h = 1; h < 1u << s->lists; h++)
        s->seen[h] = s->counts[h] = (double)t->cells[h];
    s->seen[0] = s->counts[0] = 0;
    sum_above(s->seen, s->lists);
    s->set_count = 0;
    s->sets[s->set_count++] = 0;
    for (unsigned i = 0; i < s->lists; i++)
        s->sets[s->set_count++] = (uint16_t)(1u << i);
    s->n = INFINITY;
    s->exists = exists(s, t);
    bool converged = s->exists && fit(s, NULL);
    while (converged && add_pair(s, t)) {
        memcpy(s->start, s->glm->beta, (s->set_count - 1) * sizeof *s->start);
        s->start[s->set_count - 1] = 0;
        converged = fit(s, s->start);
    }
    double n = converged ? s->seen[0] + exp(s->glm->beta[0]) : INFINITY;
    if (n <= COUNT_ABSURD * s->seen[0])
        s->n = n;
}
