/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The evidence of pairs of records under a model, in bits. */
#ifndef LINK_SCORE_H
#define LINK_SCORE_H

#include "link/edge.h"
#include "link/model.h"
#include "link/pattern.h"

/* Model and records, made ready. Safe from several threads. */
struct link_scorer;

/* Both must outlive it, and fit each other. E_NOMEM. */
int link_scorer_new(const struct link_model *model, const struct link_records *r,
                    struct link_scorer **ret_scorer) MUST_USE;
void link_scorer_free(struct link_scorer *s);

/* What one thread needs. It remembers patterns seen, so keep it for many pairs. */
struct link_scoring;
struct link_scoring *link_scoring_new(const struct link_scorer *s) MUST_USE; /* NULL: no memory */
void link_scoring_free(struct link_scoring *s);

/* log2 of the odds that the two are one person, prior included. */
float link_score_pair(struct link_scoring *s, uint32_t a, uint32_t b);
/* The same, but a pair below least_bits may get any number below it: the fast way through many. */
float link_score_least(struct link_scoring *s, uint32_t a, uint32_t b, float least_bits);
/* The pair's pattern, with rarities, as the EM counts them; passes and outside are 0. */
void link_score_pattern(struct link_scoring *s, uint32_t a, uint32_t b,
                        struct link_pattern *ret_pattern);

/* The way from the prior to the posterior: one term a field. */
struct link_explanation {
    double prior_bits, bits;
    double probability;
    unsigned fields;
    struct link_term {
        unsigned level;
        double bits;        /* for (over 0) or against; 0 when a value is missing */
        double rarity_bits; /* how much of bits is for the value's being rare or common */
        int depends_on;     /* the field whose evidence it was weighed beside, or -1 */
    } term[LINK_FIELDS_MAX];
};
void link_score_explain(struct link_scoring *s, uint32_t a, uint32_t b,
                        struct link_explanation *ret_explanation);

#endif
