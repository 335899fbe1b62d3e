/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One Markov chain of the latent-class model (latent.h says what the model is).
 *
 * The state is the classes' weights, each class's probability of being on each list, and alpha; the
 * persons on no list are drawn anew in each sweep. A sweep is
 *   1. the persons of each history, split over the classes;
 *   2. the unseen of each class: given a gamma number they are independent Poisson, which is the
 *      negative binomial number of all unseen and its split in one;
 *   3. exchanges of labels between classes, given their sizes, the weights being integrated out
 *      (Papaspiliopoulos and Roberts 2008, Biometrika 95: without them alpha hardly moves);
 *   4. the probabilities of the lists (beta), the weights (sticks);
 *   5. Metropolis moves of weights and probabilities with the split and the unseen integrated out
 *      (latent_move.h), which is why they stand behind all that used either;
 *   6. alpha (gamma).
 * Steps 1, 2, 4 and 6 alone are the sampler of Manrique-Vallier 2016. */
#ifndef COUNT_LATENT_CHAIN_H
#define COUNT_LATENT_CHAIN_H

#include <stdbool.h>

#include "count/estimate.h"
#include "count/variate.h"

#define LATENT_CLASSES_MAX 32

/* What all chains share. */
struct latent_model {
    unsigned lists, histories; /* histories: 1 << lists; lists >= 3 */
    unsigned classes;          /* 2 to LATENT_CLASSES_MAX */
    double alpha_shape, alpha_rate;
    unsigned moves; /* Metropolis moves of each kind in a sweep; 0: none */
    double n;
    /* The histories that somebody has. */
    unsigned cell_count;
    unsigned history[COUNT_CELLS_MAX];
    int64_t persons[COUNT_CELLS_MAX];
    double counts[COUNT_CELLS_MAX]; /* the persons of each history, also of those nobody has */
};

struct latent_chain {
    const struct latent_model *model;
    struct variate v;
    double alpha;
    double
        log_last; /* log of the last class's share of all weight, which may be below any double */
    /* Only their ratios matter. A weight below LATENT_WEIGHT_MIN of the whole is 0. */
    double weight[LATENT_CLASSES_MAX];
    /* The probability that a person of the class is on the list, and is not. */
    double on[LATENT_CLASSES_MAX][COUNT_LISTS_MAX], off[LATENT_CLASSES_MAX][COUNT_LISTS_MAX];
    /* Of the last split: each class's persons, unseen included; and those of them on each list. */
    int64_t size[LATENT_CLASSES_MAX], listed[LATENT_CLASSES_MAX][COUNT_LISTS_MAX];
    int64_t unseen;
    bool unseen_at_limit; /* unseen would have been more than VARIATE_COUNT_MAX, and is that */
    /* weight times the probability of each history, a row a class; entry 0, of no list, is 0 and
     * its value in none. And the sums over this and all later classes. */
    double *cells, *tails;
    uint64_t *taken; /* in the same shape: the persons of a history that a class has */
    double none[LATENT_CLASSES_MAX];
};
#define LATENT_WEIGHT_MIN 1e-200

/* Takes start, 0 and up, as the number of the chain: its random stream, and how far from the data
 * it begins. Each has about 4 times more unseen in the beginning than the one before, from some
 * n on, then over again. E_NOMEM. */
int latent_chain_init(struct latent_chain *c, const struct latent_model *model, uint64_t seed,
                      unsigned start) MUST_USE;
void latent_chain_release(struct latent_chain *c);
void latent_chain_sweep(struct latent_chain *c);

/* weight times the probability of each history, into cells[histories] but for entry 0, which is 0;
 * that of none is returned. */
double latent_chain_cells(const struct latent_model *model, double weight, const double *on,
                          const double *off, double *cells);

#endif
