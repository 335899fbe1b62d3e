/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Hierarchical log-linear models: which sets of lists have a term.
 *
 * A model holds the constant, every main effect, and with each set all its subsets. The one with
 * the term of all lists, the saturated one, says nothing about those on no list: it is never made
 * here. Models are written by their largest sets with the lists' numbers from 1: [123,14,34]. */
#ifndef COUNT_HIERARCHY_H
#define COUNT_HIERARCHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "count/estimate.h"

/* Bit s is set when the set of lists s (bit i: list i) has a term. */
struct hierarchy {
    uint64_t has[COUNT_CELLS_MAX / 64];
};

/* All models of up to this many lists are enumerated: 1, 8 and 113 for 2, 3 and 4 lists. */
#define HIERARCHY_ALL_LISTS 4
#define HIERARCHY_ALL_MAX 113
#define HIERARCHY_STEPS_MAX COUNT_CELLS_MAX

bool hierarchy_has(const struct hierarchy *h, unsigned set);
/* Main effects only: the lists are independent. */
struct hierarchy hierarchy_independent(unsigned lists);
/* Every term but that of all lists. */
struct hierarchy hierarchy_largest(unsigned lists);
/* Every model, the independent one first; 2 to HIERARCHY_ALL_LISTS lists. Returns how many. */
size_t hierarchy_all(unsigned lists, struct hierarchy all[HIERARCHY_ALL_MAX]);
/* The models that have one term more or one less, of 2 to order_max lists. Returns how many. */
size_t hierarchy_steps(const struct hierarchy *h, unsigned lists, unsigned order_max,
                       struct hierarchy steps[HIERARCHY_STEPS_MAX]);
/* The terms, each after its subsets. Returns how many. */
size_t hierarchy_sets(const struct hierarchy *h, unsigned lists, uint16_t sets[COUNT_CELLS_MAX]);
/* numbers[i] is how list i is called. What is too long is cut, and ends with "..]". */
void hierarchy_text(const struct hierarchy *h, unsigned lists,
                    const uint8_t numbers[COUNT_LISTS_MAX], char text[COUNT_MODEL_TEXT_MAX]);

#endif
