/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How right a linkage is, where the truth is known. */
#ifndef LINK_EVALUATE_H
#define LINK_EVALUATE_H

#include <stddef.h>

#include "base/compiler.h"
#include "link/edge.h"

#define LINK_CALIBRATION_BINS 10 /* by the chance that was given: 0 to 0.1, and so on */
#define LINK_TRUTH_UNKNOWN UINT32_MAX

struct link_score {
    uint64_t wanted, found, right; /* what is true, what was said, what was both */
};
/* 0 to 1; with nothing wanted or found there is nothing wrong: 1. */
double link_score_precision(const struct link_score *s);
double link_score_recall(const struct link_score *s);
double link_score_f1(const struct link_score *s);

struct link_evaluation {
    uint64_t records;           /* whose truth is known; the others are left out */
    struct link_score pairs;    /* of records in one group */
    struct link_score clusters; /* groups of two or more, exactly right */
    struct {
        uint64_t pairs, right;
        double expected; /* mean chance that was given */
    } calibration[LINK_CALIBRATION_BINS];
};

/* groups and truth: equal numbers are one person; LINK_TRUTH_UNKNOWN where it is not known. edges
 * serve the calibration. E_NOMEM. */
int link_evaluate(const uint32_t *groups, const uint32_t *truth, uint32_t records,
                  const struct link_edge *edges, size_t edge_count,
                  struct link_evaluation *ret_evaluation) MUST_USE;

#endif
