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

/* Fits, without an interval and without the text. near may be NULL, or what logfit_beta gave for a
 * model much like this one, for this table: then it takes half the time. */
void logfit_model(struct logfit *f, const struct hierarchy *terms, const double *near,
                  struct loglinear_model *ret_model);
/* Decides the doubt, which can take long with many lists. Returns identifiable. */
bool logfit_check(struct logfit *f, struct loglinear_model *model);
/* Of a model that was refused: whether N is determined all the same, and only other parameters run
 * away, as where everybody on one list is on another too and the two may depend on each other. */
bool logfit_has_n(struct logfit *f, const struct loglinear_model *refused);
/* The parameters of the last fit, by set; 0 for those that it has not. */
void logfit_beta(const struct logfit *f, double by_set[COUNT_CELLS_MAX]);
/* Adds the text. */
void logfit_text(const struct logfit *f, struct loglinear_model *model);
/* Adds the interval to a model that was fitted here. */
void logfit_interval(struct logfit *f, struct loglinear_model *model);
/* The estimate by a model that was fitted here and is not in doubt: n, interval, spread, and the
 * warnings that stand with it: NOT_IDENTIFIABLE; NO_FIT, also for its interval; POOR_FIT, when the
 * deviance is beyond the 1% point of chi-squared; ONE_CELL (one_cell.h). Finished. */
void logfit_estimate(struct logfit *f, const struct loglinear_model *model,
                     struct count_estimate *e);

#endif
