/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The model's numbers from counted patterns, without labels: expectation and maximisation
 * (Dempster, Laird and Rubin 1977).
 *
 * The patterns are those of all possible pairs, as a stratified sample: the pairs that blocking
 * finds, all or one in so many; and of the others a random sample, each standing for many. So the
 * share of matches is a share of all possible pairs, m and u are those of all pairs, and blocking
 * bends neither:
 * - u is counted from both strata, each pair as far as it is believed to be no match.
 * - m of a field is counted only from matches that some pass finds without using that field, so
 *   that "agrees, since only what agrees was looked at" is not learnt. With too few of them all
 *   are taken. Doubtful pairs count less than their probability, and what hangs together among
 *   matches is only what one person changes at once: parts of the name, or where and how they live.
 * - matches are counted in the first stratum and divided by the share that blocking finds: what
 *   was expected of the passes, or, when that is less, what is left to be found by Chao's estimate
 *   (Biometrics 1987) from how many matches one pass alone finds, and two.
 *
 * What the data do not say is taken from general knowledge, as so many pairs seen before (Dirichlet
 * priors), and the weight of evidence never falls as agreement rises: m/u is made monotone over a
 * field's levels by pooling (its maximum-likelihood estimate under that order; Robertson, Wright
 * and Dykstra 1988). */
#ifndef LINK_EM_H
#define LINK_EM_H

#include "base/watch.h"
#include "base/workers.h"
#include "link/chance.h"
#include "link/model.h"
#include "link/pattern.h"

struct link_em_input {
    const struct link_pattern_count *patterns; /* settled */
    size_t count;
    /* Bit f of free_fields[i]: pattern i's pairs are found by a pass that does not use field f. */
    const uint32_t *free_fields;
    double found_weight;   /* pairs that a counted one stands for, when a pass finds it */
    double outside_weight; /* and when none does */
    double pairs_possible;
    double records;
    double present[LINK_FIELDS_MAX]; /* records that have the field */
    /* By frequency code: the values' records, and the squares of how many hold each. */
    double holders[LINK_FIELDS_MAX][LINK_FREQUENCY_CODES];
    double squares[LINK_FIELDS_MAX][LINK_FREQUENCY_CODES];
    double coverage; /* the share of matches that some pass is expected to find */
    /* By field and level: pairs that nobody asks about, of a list that is linked with others only.
     * They are of two persons, nearly all: u is learnt there first. NULL: there are none. */
    const double (*others)[LINK_LEVELS_MAX];
    const struct link_chance *chance; /* where to begin when one field alone tells; NULL: nowhere */
};

struct link_em_result {
    double matches; /* that are expected among the pairs that passes find */
    unsigned rounds;
};

/* model comes from link_model_start; it becomes the estimate. The same bytes
 * for every number of threads. E_NOMEM, E_STOPPED. */
int link_em_run(const struct link_em_input *in, struct workers *w, struct watch *watch,
                struct link_model *model, struct link_em_result *ret_result) MUST_USE;

#endif
