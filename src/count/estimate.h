/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What every estimator takes and gives.
 *
 * Taken: one closed population, seen by up to COUNT_LISTS_MAX lists, as the number of persons with
 * each capture history. Given: how many there are in all, with an interval, or no answer and the
 * reason; and the warnings without which the number must not be used.
 *
 * N is always the whole population, documented persons included. No number given here is a NaN or
 * an infinity. */
#ifndef COUNT_ESTIMATE_H
#define COUNT_ESTIMATE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/watch.h"
#include "base/workers.h"

#define COUNT_LISTS_MAX 8
#define COUNT_CELLS_MAX (1u << COUNT_LISTS_MAX)
/* All cells together; above it doubles are no longer exact. */
#define COUNT_PERSONS_MAX (UINT64_C(1) << 53)

/* Bit i of a history is set when list i holds the person. cells[0], the persons on no list, is
 * what is not known, and is always 0 here. */
struct count_table {
    unsigned lists; /* 1 to COUNT_LISTS_MAX */
    uint64_t cells[COUNT_CELLS_MAX];
};

/* The persons documented: all cells together. */
uint64_t count_table_n(const struct count_table *t);
/* The persons on list i; on both i and j. */
uint64_t count_table_on(const struct count_table *t, unsigned i);
uint64_t count_table_both(const struct count_table *t, unsigned i, unsigned j);
/* Lists that hold somebody fall into groups that have nobody in common. */
bool count_table_apart(const struct count_table *t);

/* X(name, id in JSON, sentence). The first that are COUNT_WARNING_STOPS or before it mean that no
 * estimate is given; the others go with one. */
#define COUNT_WARNING_TABLE(X)                                                                     \
    X(TOO_FEW_LISTS, "too-few-lists", "It needs more lists than there are.")                       \
    X(TOO_MANY_LISTS, "too-many-lists", "It is not made for so many lists.")                       \
    X(APART, "lists-apart", "The lists, or groups of them, have nobody in common.")                \
    X(NOT_IDENTIFIABLE, "not-identifiable",                                                        \
      "The overlaps that are there do not determine a number; many would fit equally well.")       \
    X(NO_FIT, "no-fit", "The calculation does not settle on a number.")                            \
    X(IMPOSSIBLE, "impossible", "The result is negative, or fewer than are documented.")           \
    X(ABSURD, "absurd", "The result is beyond any use: the data do not bound it.")                 \
    X(PARTIAL, "partial", "Some strata have no answer, so there is no sum.")                       \
    X(UNFINISHED, "unfinished", "It was stopped before it was done.")                              \
    X(SATURATED, "saturated",                                                                      \
      "More than 5% of the weight lies on the model that lets all lists depend on each other, "    \
      "which then says nothing about those on no list.")                                           \
    X(TWO_HUMPS, "two-humps", "The answer has two separate peaks: two stories fit the data.")      \
    X(CHAINS_APART, "chains-apart", "The repeated runs have not come to the same answer.")         \
    X(FEW_DRAWS, "few-draws", "Too few independent draws for a steady interval.")                  \
    X(GRID_EDGE, "grid-edge", "Part of the answer lies at the edge of the range looked at.")       \
    X(ONE_CELL, "one-cell", "The answer hangs on one small overlap.")                              \
    X(POOR_FIT, "poor-fit", "The model does not describe the overlaps that were seen.")            \
    X(BETTER_REFUSED, "better-refused",                                                            \
      "A model that fits better is not taken, since not all of it has a finite estimate.")         \
    X(NO_UPPER_LIMIT, "no-upper-limit", "The data give no upper limit.")                           \
    X(LOWER_BOUND, "lower-bound", "This is a lower limit, not an estimate of the whole.")          \
    X(PRIOR_MATTERS, "prior-matters",                                                              \
      "The answer changes much with the settings that one must choose beforehand.")                \
    X(SAME_LIST, "same-list", "Two lists hold exactly the same persons.")                          \
    X(LIST_INSIDE, "list-inside", "Everybody on one list is on another too.")                      \
    X(EMPTY_LIST, "empty-list", "A list holds nobody.")

enum count_warning {
#define X(name, id, sentence) COUNT_WARN_##name,
    COUNT_WARNING_TABLE(X)
#undef X
        COUNT_WARNING_COUNT
};
#define COUNT_WARNING_STOPS COUNT_WARN_UNFINISHED

const char *count_warning_id(enum count_warning w);
const char *count_warning_sentence(enum count_warning w);

/* The answer as a distribution: evenly spaced quantiles, at (i + 0.5) / COUNT_SPREAD, ascending.
 * A posterior's quantiles, a bootstrap's, or those of the confidence distribution that a profile
 * likelihood gives (its signed root is standard normal). Strata are added, and linkages pooled,
 * through it. */
#define COUNT_SPREAD 400

#define COUNT_MODEL_TEXT_MAX 160
#define COUNT_DETAIL_MAX 200

struct count_estimate {
    const char *id;                   /* "loglinear-bic": for programs; a constant */
    const char *name;                 /* "Log-linear, best by BIC": for people; a constant */
    const char *assumes;              /* one sentence; a constant */
    char model[COUNT_MODEL_TEXT_MAX]; /* "[123,14,34]"; empty when there is nothing to say */
    bool given;                       /* n is there */
    bool has_interval;                /* low and high are there: 95% */
    bool has_spread;
    double n; /* maximum likelihood, or the posterior's median */
    double low, high;
    double mean, mode; /* posteriors only, else 0 */
    double spread[COUNT_SPREAD];
    uint32_t warnings; /* bit 1 << COUNT_WARN_X */
    /* What a warning should add: which cell, which lists, R-hat. One line of plain text for all. */
    char detail[COUNT_DETAIL_MAX];
};

/* Everything empty but who it is. */
void count_estimate_init(struct count_estimate *e, const char *id, const char *name,
                         const char *assumes);
void count_estimate_warn(struct count_estimate *e, enum count_warning w);
/* Adds to the detail, with a space between. What is too long is cut between two characters, and
 * "..." says so. */
void count_estimate_detail(struct count_estimate *e, const char *format, ...) PRINTF_LIKE(2, 3);
void count_detail_put(char detail[COUNT_DETAIL_MAX], const char *format, va_list args)
    PRINTF_LIKE(2, 0);
/* For "%.*s": of a name within a sentence, what takes no more than 40 columns. */
#define COUNT_SHORT(name) count_short(name), (name)
int count_short(const char *name);
bool count_estimate_has(const struct count_estimate *e, enum count_warning w);
/* The last step of every estimator: checks the numbers. An n that is not finite or is over
 * COUNT_ABSURD times n documented becomes ABSURD, one below it IMPOSSIBLE; limits that are not
 * finite are taken away with NO_UPPER_LIMIT; low is at least n documented. A stopping warning
 * takes all numbers away. */
#define COUNT_ABSURD 1e4
void count_estimate_finish(struct count_estimate *e, uint64_t n_documented);
/* low and high from the spread: its 2.5% and 97.5%. Interpolates evenly. */
double count_spread_quantile(const double spread[COUNT_SPREAD], double p);

/* What is handed in to whatever takes long. */
struct count_means {
    struct workers *workers; /* may be NULL */
    struct watch *watch;     /* may be NULL */
    uint64_t seed;
};

#endif
