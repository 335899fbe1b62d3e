/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>

#include "link/model.h"

/* What is generally known: the share of matches whose values are the same, and that differ. People
 * keep their names, dates and numbers; they move, change telephones, and describe things in other
 * words. What is between is spread over the levels between, most to the closest. */
static const struct {
    double same, different, different_max;
} general[LINK_KIND_COUNT] = {
    [LINK_GIVEN_NAME] = {0.80, 0.07, 0.5}, [LINK_FAMILY_NAME] = {0.80, 0.08, 0.5},
    [LINK_PATRONYMIC] = {0.80, 0.08, 0.6}, [LINK_FULL_NAME] = {0.70, 0.05, 0.5},
    [LINK_DATE] = {0.85, 0.05, 0.5},       [LINK_SEX] = {0.96, 0.04, 0.4},
    [LINK_PLACE] = {0.75, 0.15, 0.7},      [LINK_ADDRESS] = {0.60, 0.25, 0.7},
    [LINK_PHONE] = {0.65, 0.25, 0.7},      [LINK_EMAIL] = {0.65, 0.20, 0.7},
    [LINK_NUMBER] = {0.85, 0.07, 0.5},     [LINK_TEXT] = {0.30, 0.40, 0.8},
    [LINK_OTHER] = {0.70, 0.20, 0.7},
};

double link_model_different_max(enum link_kind kind)
{
    return general[kind].different_max;
}

void link_model_prior_m(enum link_kind kind, unsigned levels, double ret_m[LINK_LEVELS_MAX])
{
    unsigned between = levels - 3, top = levels - 1;
    double same = general[kind].same, different = general[kind].different;
    if (between == 0)
        same = 1 - different;
    double rest = 1 - same - different, halves = 1 - ldexp(1, -(int)between), share = 0.5;
    memset(ret_m, 0, LINK_LEVELS_MAX * sizeof *ret_m);
    ret_m[LINK_LEVEL_DIFFERENT] = different;
    ret_m[top] = same;
    for (unsigned level = top - 1; level > LINK_LEVEL_DIFFERENT; level--, share /= 2)
        ret_m[level] = rest * share / halves;
}

void link_model_start(struct link_model *model, const struct link_records *r)
{
    *model = (struct link_model){.fields = link_records_fields(r), .coverage = 1};
    for (unsigned f = 0; f < model->fields; f++) {
        struct link_model_field *field = &model->field[f];
        snprintf(field->name, sizeof field->name, "%s", link_field_name(r, f));
        field->kind = link_field_kind(r, f);
        field->levels = link_field_levels(r, f);
        ASSERT(field->levels >= 3 && field->levels <= LINK_LEVELS_MAX);
        link_model_prior_m(field->kind, field->levels, field->of[LINK_M].share);
        for (unsigned level = 1; level < field->levels; level++)
            field->of[LINK_U].share[level] = 1.0 / (field->levels - 1);
        field->of[LINK_M].parent = field->of[LINK_U].parent = -1;
    }
    bool are_trees = link_model_set_order(model);
    ASSERT(are_trees);
}

static bool set_order(struct link_model *model, enum link_class class)
{
    bool placed[LINK_FIELDS_MAX] = {false};
    unsigned count = 0, before;
    do {
        before = count;
        for (unsigned f = 0; f < model->fields; f++) {
            int parent = model->field[f].of[class].parent;
            if (placed[f] || (parent >= 0 && !placed[parent]))
                continue;
            model->order[class][count++] = (uint8_t)f;
            placed[f] = true;
        }
    } while (count > before);
    return count == model->fields;
}

bool link_model_set_order(struct link_model *model)
{
    return set_order(model, LINK_U) && set_order(model, LINK_M);
}

/* What is believed of a missing field's level, as far as other fields hang on it. */
struct belief {
    double share[LINK_LEVELS_MAX];
};

/* The probabilities of a field's levels before it is looked at. */
static void expect(const struct link_model_field *field, const struct link_branch *branch,
                   const uint8_t *levels, const struct belief *beliefs, double *ret_share)
{
    int parent = branch->parent;
    if (parent >= 0 && levels[parent] != LINK_LEVEL_MISSING) {
        memcpy(ret_share, branch->given[levels[parent]], sizeof branch->share);
    } else if (parent >= 0) {
        memset(ret_share, 0, sizeof branch->share);
        for (unsigned above = 1; above < LINK_LEVELS_MAX; above++) {
            for (unsigned level = 1; level < field->levels; level++)
                ret_share[level] += beliefs[parent].share[above] * branch->given[above][level];
        }
    } else {
        memcpy(ret_share, branch->share, sizeof branch->share);
    }
}

/* A child of a missing field was seen, which says something of that one. */
static void learn(struct belief *belief, const struct link_branch *branch, unsigned level,
                  double term)
{
    for (unsigned above = 1; above < LINK_LEVELS_MAX; above++)
        belief->share[above] *= branch->given[above][level] / term;
}

void link_model_terms(const struct link_model *model, enum link_class class, const uint8_t *levels,
                      double ret_terms[LINK_FIELDS_MAX])
{
    struct belief beliefs[LINK_FIELDS_MAX];
    for (unsigned i = 0; i < model->fields; i++) {
        unsigned f = model->order[class][i], level = levels[f];
        const struct link_branch *branch = &model->field[f].of[class];
        int parent = branch->parent;
        if (level != LINK_LEVEL_MISSING && parent < 0) {
            ret_terms[f] = branch->share[level];
        } else if (level != LINK_LEVEL_MISSING && levels[parent] != LINK_LEVEL_MISSING) {
            ret_terms[f] = branch->given[levels[parent]][level];
        } else if (level == LINK_LEVEL_MISSING) {
            ret_terms[f] = 1;
            expect(&model->field[f], branch, levels, beliefs, beliefs[f].share);
        } else {
            double share[LINK_LEVELS_MAX];
            expect(&model->field[f], branch, levels, beliefs, share);
            ret_terms[f] = share[level];
            learn(&beliefs[parent], branch, level, share[level]);
        }
    }
}

double link_model_rarity(const struct link_model *model, unsigned field, unsigned level,
                         double term, double value_share)
{
    const struct link_model_field *f = &model->field[field];
    const struct link_rarity *r = &f->rarity[level];
    double u = f->of[LINK_U].share[level], rarity = exp(r->offset - r->slope * log(value_share));
    if (term <= u || u >= 1)
        return term / rarity;
    double explained = (term - u) / (1 - u), chance = u / rarity;
    return explained + (1 - explained) * (chance < 1 ? chance : 1);
}

double link_model_prior_bits(const struct link_model *model)
{
    return log2(model->match_share / (1 - model->match_share));
}

double link_bits_to_probability(double bits)
{
    return 1 / (1 + exp2(-bits));
}
