/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Does an estimate hang on one small overlap? With one person more or one fewer in a cell of fewer
 * than 10, N must not move by more than a quarter, nor be lost. The model stays the same: that
 * another might be chosen is not looked at. */
#ifndef COUNT_ONE_CELL_H
#define COUNT_ONE_CELL_H

#include "count/estimate.h"

#define ONE_CELL_SMALL 10
#define ONE_CELL_MOVED 0.25

struct one_cell {
    const struct count_table *table;
    /* How list i is called, from 1; NULL: i + 1. */
    const uint8_t *numbers;
    double n;
    /* Of the fit at hand, by history: the fitted counts (unseen: fitted[0]; 0: out of the fit), and
     * what the logarithm of the unseen gains, to first order, with one person more (glm.h). It
     * spares most refits, but not where a cell is out of the fit or would lose its last person. */
    const double *fitted, *influence;
    /* N for the table with so many more (1 or -1) in history h; 0 when there is no number. */
    double (*refit)(void *arg, unsigned h, int more);
    void *arg;
};

/* Adds ONE_CELL to the estimate, with the cell that moves it most, if there is one. fitted and
 * influence are read before the first refit. */
void one_cell_warn(const struct one_cell *o, struct count_estimate *e);

#endif
