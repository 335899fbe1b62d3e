/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Pairs are counted by the sizes of what two groupings have in common, never one by one. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/mem.h"
#include "link/evaluate.h"

double link_score_precision(const struct link_score *s)
{
    return s->found ? (double)s->right / (double)s->found : 1;
}

double link_score_recall(const struct link_score *s)
{
    return s->wanted ? (double)s->right / (double)s->wanted : 1;
}

double link_score_f1(const struct link_score *s)
{
    uint64_t both = s->wanted + s->found;
    return both ? 2 * (double)s->right / (double)both : 1;
}

struct placed {
    uint32_t outer, inner;
};

static int by_both(const void *x, const void *y)
{
    const struct placed *a = x, *b = y;
    if (a->outer != b->outer)
        return a->outer < b->outer ? -1 : 1;
    return a->inner < b->inner ? -1 : a->inner > b->inner;
}

static uint64_t pairs_of(uint64_t n)
{
    return n * (n - 1) / 2;
}

/* One grouping: its pairs, and its groups of two or more. *ret_common: the pairs that are in one
 * group of the inner grouping too. */
static void tally(struct placed *all, size_t count, uint64_t *ret_pairs, uint64_t *ret_groups,
                  uint64_t *ret_common)
{
    *ret_pairs = *ret_groups = *ret_common = 0;
    qsort(all, count, sizeof *all, by_both);
    for (size_t i = 0, end; i < count; i = end) {
        size_t part = i;
        for (end = i; end < count && all[end].outer == all[i].outer; end++) {
            if (all[end].inner != all[part].inner) {
                *ret_common += pairs_of(end - part);
                part = end;
            }
        }
        *ret_common += pairs_of(end - part);
        *ret_pairs += pairs_of(end - i);
        *ret_groups += end - i > 1;
    }
}

/* The groups of two or more that are the same in both; all is sorted by (outer, inner), sizes[] is
 * how many records the inner groups have. */
static uint64_t exactly_right(const struct placed *all, size_t count, const uint32_t *sizes)
{
    uint64_t right = 0;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && all[end].outer == all[i].outer;)
            end++;
        bool one = all[i].inner == all[end - 1].inner; /* sorted: first and last are the ends */
        right += one && end - i > 1 && sizes[all[i].inner] == end - i;
    }
    return right;
}

static void calibrate(const uint32_t *truth, const struct link_edge *edges, size_t edge_count,
                      struct link_evaluation *e)
{
    for (size_t i = 0; i < edge_count; i++) {
        uint32_t a = truth[edges[i].a], b = truth[edges[i].b];
        if (a == LINK_TRUTH_UNKNOWN || b == LINK_TRUTH_UNKNOWN)
            continue;
        double chance = 1 / (1 + exp2(-(double)edges[i].bits));
        size_t bin = (size_t)(chance * LINK_CALIBRATION_BINS);
        if (bin >= LINK_CALIBRATION_BINS)
            bin = LINK_CALIBRATION_BINS - 1;
        e->calibration[bin].pairs++;
        e->calibration[bin].right += a == b;
        e->calibration[bin].expected += chance;
    }
    for (size_t i = 0; i < LINK_CALIBRATION_BINS; i++) {
        if (e->calibration[i].pairs > 0)
            e->calibration[i].expected /= (double)e->calibration[i].pairs;
    }
}

int link_evaluate(const uint32_t *groups, const uint32_t *truth, uint32_t records,
                  const struct link_edge *edges, size_t edge_count,
                  struct link_evaluation *ret_evaluation)
{
    struct link_evaluation e = {0};
    struct placed *all = mem_calloc((size_t)records + 1, sizeof *all);
    uint32_t *sizes = mem_calloc((size_t)records + 1, sizeof *sizes);
    if (!all || !sizes) {
        mem_free(all);
        mem_free(sizes);
        return E_NOMEM;
    }
    uint64_t ignored;
    size_t count = 0;
    for (uint32_t i = 0; i < records; i++) {
        if (truth[i] != LINK_TRUTH_UNKNOWN) {
            all[count++] = (struct placed){.outer = truth[i], .inner = groups[i]};
            sizes[groups[i]]++;
        }
    }
    e.records = count;
    tally(all, count, &e.pairs.wanted, &e.clusters.wanted, &e.pairs.right);
    e.clusters.right = exactly_right(all, count, sizes);
    for (size_t i = 0; i < count; i++)
        all[i] = (struct placed){.outer = all[i].inner, .inner = all[i].outer};
    tally(all, count, &e.pairs.found, &e.clusters.found, &ignored);
    calibrate(truth, edges, edge_count, &e);
    mem_free(all);
    mem_free(sizes);
    *ret_evaluation = e;
    return 0;
}
