/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The model of a pair: Fellegi and Sunter's (JASA 1969), with dependence between fields.
 *
 * Among pairs of one person ("matches") a field agrees at each level with probability m, among
 * other pairs with probability u. Fields that go together (a place and its postcode; a name and a
 * sex) are not counted twice: in each of the two classes every field may hang on one other, its
 * parent, and its probabilities are then those given the parent's level; the parents form a tree
 * (Chow and Liu, IEEE Trans. Inf. Theory 1968). The evidence of a pair stays a sum of one term a
 * field: log2 of m over u, given what was seen of the fields before it.
 *
 * Two equal values are more evidence the rarer they are: u falls with the share of records that
 * hold the value, as far as u is chance; what the parent explains stays explained
 * (link_model_rarity). The same holds for values that are alike, by the commoner of the two.
 *
 * A missing value is no evidence; what hangs on a missing one is weighed by what is known of that
 * one. */
#ifndef LINK_MODEL_H
#define LINK_MODEL_H

#include "base/buf.h"
#include "link/records.h"

#define LINK_MODEL_NAME_BYTES 64
#define LINK_MODEL_VERSION 1
#define LINK_MODEL_TEXT_MAX (4u << 20)
#define LINK_SHARE_MIN 1e-9 /* no m or u is below */

enum link_class {
    LINK_U, /* pairs of two persons */
    LINK_M, /* pairs of one */
    LINK_CLASSES
};

/* Of one field in one class. */
struct link_branch {
    double share[LINK_LEVELS_MAX]; /* m or u, [LINK_LEVEL_MISSING] unused; they sum to 1 */
    int parent;                    /* a field, or -1 */
    /* By the parent's level, each row summing to 1; unused without a parent. */
    double given[LINK_LEVELS_MAX][LINK_LEVELS_MAX];
};

/* How much more often matches than other pairs agree on a value of some share, at one level:
 * exp(offset - slope * ln share). In theory the slope is 1 for equal values; here it is
 * estimated. */
struct link_rarity {
    double slope, offset;
};

struct link_model {
    unsigned fields;
    struct link_model_field {
        char name[LINK_MODEL_NAME_BYTES]; /* as in the records, cut */
        enum link_kind kind;
        unsigned levels; /* MISSING and DIFFERENT included */
        struct link_branch of[LINK_CLASSES];
        struct link_rarity rarity[LINK_LEVELS_MAX];
    } field[LINK_FIELDS_MAX];
    uint8_t order[LINK_CLASSES][LINK_FIELDS_MAX]; /* parents before children */
    double match_share;                           /* of all possible pairs: the prior */
    double mates;                                 /* a record's others of its person, on average */
    double pairs_possible;
    double coverage; /* the share of matches that blocking is expected to find */
};

/* Fields, kinds, levels and what is generally known of m; u even; no parents. */
void link_model_start(struct link_model *model, const struct link_records *r);
/* The general knowledge: how often the values of one person agree at each level. Sums to 1. */
void link_model_prior_m(enum link_kind kind, unsigned levels, double ret_m[LINK_LEVELS_MAX]);
/* And how often they differ at most: what differs more often is not what one person is known by. */
double link_model_different_max(enum link_kind kind);
/* Sets order from the parents. false: they do not form trees. */
bool link_model_set_order(struct link_model *model);

/* The probability of each field's level given those before it in the class's order; 1 for a
 * missing one. */
void link_model_terms(const struct link_model *model, enum link_class class, const uint8_t *levels,
                      double ret_terms[LINK_FIELDS_MAX]);
/* What u's term becomes for values of some share: term is the field's from link_model_terms. Of the
 * term only what is beyond explanation by the parent changes: term = e + (1 - e) * u becomes
 * e + (1 - e) * u / rarity. */
double link_model_rarity(const struct link_model *model, unsigned field, unsigned level,
                         double term, double value_share);
/* How many of a record's mates hold its value too. */
static inline double link_model_mates(const struct link_model *model, unsigned field)
{
    const struct link_model_field *f = &model->field[field];
    return model->mates * f->of[LINK_M].share[f->levels - 1];
}
/* log2 of the odds before anything is seen. */
double link_model_prior_bits(const struct link_model *model);
double link_bits_to_probability(double bits);

/* JSON. Appends to out. */
void link_model_write(const struct link_model *model, struct buf *out);
/* Refuses what is no model: shares that do not sum to 1, parents in a circle. E_FORMAT, E_VERSION,
 * E_TOO_LARGE, E_NOMEM. */
int link_model_read(struct span text, struct link_model *ret_model,
                    struct problem *problem) MUST_USE;
/* Whether the records have the model's fields: names, kinds and levels. E_ARGUMENT. */
int link_model_fits(const struct link_model *model, const struct link_records *r,
                    struct problem *problem) MUST_USE;

#endif
