/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Does the maximum likelihood estimate of a hierarchical log-linear model exist, and is it one?
 *
 * The model: the persons with history h, h not 0, are Poisson with
 *     log mean = sum of the parameters of those terms that lie within h.
 * A term is a set of lists; the empty one is the intercept, the log of the persons on no list.
 *
 * 1. A term with nobody on all its lists has its estimate at minus infinity. It is taken out, and
 *    the cells above it, which then can hold nobody. This is the extended maximum likelihood
 *    estimate. (Only then may a zero be believed: the parameter is not reached, but named.)
 * 2. On what is left the estimate is finite if and only if there are positive cells x with the
 *    same margins as the counts: a linear program (Fienberg and Rinaldo 2012, Annals of Statistics
 *    40, 996-1023; Chan, Silverman and Vincent 2021, JASA 116, 1297-1306).
 * 3. It is identifiable if the columns of what is left are linearly independent.
 *
 * This is what checkident of the R package SparseMSE decides, with two differences: terms of any
 * order are taken, and a list with nobody on it is a term as any other: it is taken out, where
 * checkident refuses the model. It is decided in whole numbers, without a tolerance. Should those
 * ever become larger than 64 bits the estimate is said not to be finite. */
#ifndef COUNT_EXISTS_H
#define COUNT_EXISTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "count/estimate.h"

/* Space for the checks, and the answers that were given before: an answer depends only on the
 * model and on which cells are zero. For one thread at a time. */
struct count_exists;
/* For tables of up to so many lists. NULL: no memory. */
struct count_exists *count_exists_new(unsigned lists) MUST_USE;
void count_exists_free(struct count_exists *e);

/* 0, or these. With the first the likelihood has no maximum: some parameters run away, and what a
 * fit stops at is no estimate. With the second many parameters fit equally well. */
#define COUNT_EXISTS_NOT_FINITE 1u
#define COUNT_EXISTS_NOT_IDENTIFIABLE 2u

/* sets[0..set_count) are the model's terms, each once, in any order; with each term all its
 * subsets, the intercept too. No allocation. */
unsigned count_exists_check(struct count_exists *e, const struct count_table *t,
                            const uint16_t *sets, size_t set_count);

#endif
