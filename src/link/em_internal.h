/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* For em.c and em_tree.c. */
#ifndef LINK_EM_INTERNAL_H
#define LINK_EM_INTERNAL_H

#include "link/em.h"

/* A pattern ready to be weighed. */
struct link_em_row {
    uint8_t level[LINK_FIELDS_MAX];
    uint8_t frequency[LINK_FIELDS_MAX]; /* codes */
    uint32_t free_fields;
    bool outside;
    unsigned passes; /* how many find it */
    double pairs;    /* counted */
    double weight;   /* that each stands for */
    double match;    /* the probability that it is a match; set by each round */
    double sure;     /* as much of it as counts for m */
};

/* Sets each field's parent in one class from how the fields hang together among the rows, each
 * counted as far as it belongs to the class; no edge that chance would make, nor so many matches
 * that were not recognised. telling: the fields that tell records apart. Sets
 * shares given the parent too. E_NOMEM. */
int link_em_learn_tree(const struct link_em_row *rows, size_t count, enum link_class class,
                       double doubted, uint32_t telling, struct link_model *model) MUST_USE;
/* How far a row counts for a class: pairs it stands for, and their squares' sum. */
double link_em_class_weight(const struct link_em_row *row, enum link_class class,
                            double *ret_square);

/* Logistic regression of being a match on the logarithm of the value's share: matches and others
 * are the numbers of pairs by frequency code. */
struct link_rarity link_em_fit_rarity(const double matches[LINK_FREQUENCY_CODES],
                                      const double others[LINK_FREQUENCY_CODES],
                                      const double log_share[LINK_FREQUENCY_CODES]);

#endif
