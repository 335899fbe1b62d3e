/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A pair's levels are a pattern; few patterns make up nearly all pairs. So a pattern's bits, and
 * the most that rare values could add to them, are remembered in a table of fixed size, where a
 * new pattern overwrites an old one; only pairs that can reach what is asked for are weighed in
 * full. */
#include <math.h>

#include "base/mem.h"
#include "link/score.h"
#include "link/universe.h"

#define REMEMBERED 16384 /* patterns, a power of 2 */

struct link_scorer {
    const struct link_model *model;
    const struct link_records *records;
    double prior_bits;
    float *value_share[LINK_FIELDS_MAX]; /* by value */
    float *writings[LINK_FIELDS_MAX];    /* the same, whatever the writing */
    unsigned top[LINK_FIELDS_MAX];       /* the level at which it is one writing */
    double least_share[LINK_FIELDS_MAX];
};

struct remembered {
    uint64_t levels[LINK_FIELDS_MAX / 8];
    float bits, most_bits; /* without the prior; most_bits: with the rarest values */
    bool set;
};

struct link_scoring {
    const struct link_scorer *scorer;
    struct link_scratch *scratch;
    struct remembered memory[REMEMBERED];
};

static int add_field(struct link_scorer *s, unsigned f)
{
    const struct link_records *r = s->records;
    uint32_t values = link_field_values(r, f);
    double present = (double)(link_records_count(r) - link_value_frequency(r, f, 0));
    double mates = link_model_mates(s->model, f);
    s->value_share[f] = mem_calloc((size_t)values + 1, sizeof *s->value_share[f]);
    s->writings[f] = mem_calloc((size_t)values + 1, sizeof *s->writings[f]);
    REJECT_IF(!s->value_share[f] || !s->writings[f], E_NOMEM);
    s->least_share[f] = 1;
    s->top[f] = link_field_levels(r, f) - 1;
    for (uint32_t v = 1; v < values; v++) {
        double share = link_value_share(link_value_frequency(r, f, v), present, mates);
        s->value_share[f][v] = (float)share;
        s->writings[f][v] = (float)link_value_share(link_value_writings(r, f, v), present, mates);
        if (share < s->least_share[f])
            s->least_share[f] = share;
    }
    return 0;
}

int link_scorer_new(const struct link_model *model, const struct link_records *r,
                    struct link_scorer **ret_scorer)
{
    struct link_scorer *s = mem_calloc(1, sizeof *s);
    REJECT_IF(!s, E_NOMEM);
    ASSERT(model->fields == link_records_fields(r));
    s->model = model;
    s->records = r;
    s->prior_bits = link_model_prior_bits(model);
    int error = 0;
    for (unsigned f = 0; f < model->fields && error == 0; f++)
        error = add_field(s, f);
    if (error < 0)
        link_scorer_free(s);
    else
        *ret_scorer = s;
    return error;
}

void link_scorer_free(struct link_scorer *s)
{
    if (!s)
        return;
    for (unsigned f = 0; f < LINK_FIELDS_MAX; f++) {
        mem_free(s->value_share[f]);
        mem_free(s->writings[f]);
    }
    mem_free(s);
}

struct link_scoring *link_scoring_new(const struct link_scorer *scorer)
{
    struct link_scoring *s = mem_calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->scorer = scorer;
    s->scratch = link_scratch_new(scorer->records);
    if (!s->scratch) {
        mem_free(s);
        return NULL;
    }
    return s;
}

void link_scoring_free(struct link_scoring *s)
{
    if (!s)
        return;
    link_scratch_free(s->scratch);
    mem_free(s);
}

/* The chance that another person's record has the value, or the commoner of two that are alike;
 * false when that says nothing. */
static bool share_of(const struct link_scorer *s, unsigned f, unsigned level, uint32_t a,
                     uint32_t b, double *ret_share)
{
    if (level <= LINK_LEVEL_DIFFERENT)
        return false;
    const float *shares = level == s->top[f] ? s->value_share[f] : s->writings[f];
    float of_a = shares[link_record_values(s->records, a)[f]];
    float of_b = shares[link_record_values(s->records, b)[f]];
    *ret_share = of_a > of_b ? of_a : of_b;
    return true;
}

static double weigh(const struct link_scorer *s, const uint8_t *levels, uint32_t a, uint32_t b)
{
    double u[LINK_FIELDS_MAX], m[LINK_FIELDS_MAX], ratio = 1, share;
    link_model_terms(s->model, LINK_U, levels, u);
    link_model_terms(s->model, LINK_M, levels, m);
    for (unsigned f = 0; f < s->model->fields; f++) {
        double term = u[f];
        if (share_of(s, f, levels[f], a, b, &share))
            term = link_model_rarity(s->model, f, levels[f], term, share);
        ratio *= m[f] / term;
    }
    return log2(ratio);
}

/* The bits of a pattern, and the most that the values can make of them. */
static void weigh_pattern(const struct link_scorer *s, const uint8_t *levels, struct remembered *at)
{
    double u[LINK_FIELDS_MAX], m[LINK_FIELDS_MAX], ratio = 1, most = 1;
    link_model_terms(s->model, LINK_U, levels, u);
    link_model_terms(s->model, LINK_M, levels, m);
    for (unsigned f = 0; f < s->model->fields; f++) {
        ratio *= m[f] / u[f];
        if (levels[f] > LINK_LEVEL_DIFFERENT)
            most *=
                fmax(1, u[f] / link_model_rarity(s->model, f, levels[f], u[f], s->least_share[f]));
    }
    at->bits = (float)log2(ratio);
    at->most_bits = at->bits + (float)log2(most);
}

static const struct remembered *recall(struct link_scoring *s, const uint8_t *levels)
{
    uint64_t words[LINK_FIELDS_MAX / 8], hash = 0;
    memcpy(words, levels, sizeof words);
    for (size_t i = 0; i < COUNT_OF(words); i++)
        hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15u;
    struct remembered *at = &s->memory[(hash >> 40) & (REMEMBERED - 1)];
    if (!at->set || memcmp(at->levels, words, sizeof words) != 0) {
        weigh_pattern(s->scorer, levels, at);
        memcpy(at->levels, words, sizeof words);
        at->set = true;
    }
    return at;
}

float link_score_pair(struct link_scoring *s, uint32_t a, uint32_t b)
{
    return link_score_least(s, a, b, -INFINITY);
}

float link_score_least(struct link_scoring *s, uint32_t a, uint32_t b, float least_bits)
{
    uint8_t levels[LINK_FIELDS_MAX] = {0};
    link_compare_all(s->scorer->records, a, b, levels, s->scratch);
    const struct remembered *at = recall(s, levels);
    float prior = (float)s->scorer->prior_bits;
    if (at->most_bits + prior < least_bits)
        return at->bits + prior;
    return (float)(weigh(s->scorer, levels, a, b) + s->scorer->prior_bits);
}

void link_score_pattern(struct link_scoring *s, uint32_t a, uint32_t b,
                        struct link_pattern *ret_pattern)
{
    const struct link_records *r = s->scorer->records;
    uint8_t levels[LINK_FIELDS_MAX] = {0};
    *ret_pattern = (struct link_pattern){.passes = 0};
    link_compare_all(r, a, b, levels, s->scratch);
    for (unsigned f = 0; f < s->scorer->model->fields; f++) {
        unsigned code = 0;
        if (levels[f] > LINK_LEVEL_DIFFERENT) {
            uint32_t va = link_record_values(r, a)[f], vb = link_record_values(r, b)[f];
            bool one = levels[f] == s->scorer->top[f];
            uint32_t of_a = one ? link_value_frequency(r, f, va) : link_value_writings(r, f, va);
            uint32_t of_b = one ? link_value_frequency(r, f, vb) : link_value_writings(r, f, vb);
            code = link_frequency_code(of_a > of_b ? of_a : of_b);
        }
        ret_pattern->code[f] = (uint8_t)(levels[f] | code << 3);
    }
}

void link_score_explain(struct link_scoring *s, uint32_t a, uint32_t b,
                        struct link_explanation *ret_explanation)
{
    const struct link_model *model = s->scorer->model;
    uint8_t levels[LINK_FIELDS_MAX] = {0};
    double u[LINK_FIELDS_MAX], m[LINK_FIELDS_MAX], share;
    struct link_explanation e = {.prior_bits = s->scorer->prior_bits, .fields = model->fields};
    link_compare_all(s->scorer->records, a, b, levels, s->scratch);
    link_model_terms(model, LINK_U, levels, u);
    link_model_terms(model, LINK_M, levels, m);
    e.bits = e.prior_bits;
    for (unsigned f = 0; f < model->fields; f++) {
        double term = u[f];
        if (share_of(s->scorer, f, levels[f], a, b, &share))
            term = link_model_rarity(model, f, levels[f], term, share);
        int parent = model->field[f].of[LINK_U].parent;
        e.term[f] = (struct link_term){.level = levels[f],
                                       .bits = log2(m[f] / term),
                                       .rarity_bits = log2(u[f] / term),
                                       .depends_on = levels[f] == 0 ? -1 : parent};
        e.bits += e.term[f].bits;
    }
    e.probability = link_bits_to_probability(e.bits);
    *ret_explanation = e;
}
