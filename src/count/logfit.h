/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One table's log-linear models, one at a time: the fit, its interval, and the whole estimate with
 * its warnings. What loglinear.c chooses from. */
#ifndef COUNT_LOGFIT_H
#define COUNT_LOGFIT_H

#include "count/loglinear.h"

/* The table and the space for fits. For one thread at a time. */
struct logfit;
/* The table is copied, without the lists that hold nobody. E_NOMEM. */
int logfit_new(const struct count_table *t, struct logfit **ret_logfit) MUST_USE;
void logfit_free(struct logfit *f);
/* The lists that hold somebody: models are of these. */
unsigned logfit_lists(const struct logfit *f);

/* Fits, without an interval. */
void logfit_model(struct logfit *f, const struct hierarchy *terms,
                  struct loglinear_model *ret_model);
/* Adds the interval to a model that was fitted here. */
void logfit_interval(struct logfit *f, struct loglinear_model *model);
/* The estimate by a model that was fitted here: n, interval, spread, and the warnings that stand
 * with it: NOT_IDENTIFIABLE; POOR_FIT, when the deviance is beyond the 1% point of chi-squared;
 * ONE_CELL (one_cell.h). Finished. */
void logfit_estimate(struct logfit *f, const struct loglinear_model *model,
                     struct count_estimate *e);

#endif
