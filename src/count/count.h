/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How many: what is documented, what can be estimated, and when no estimate should be given.
 *
 *   struct count_data data = {0};
 *   error = count_read(&input, &reading, &data, &problem);     read.h
 *   struct count_result *result;
 *   error = count_run(&data, &options, &means, &result);      here
 *   error = count_report_text(...) or _json, _csv, _html      report.h
 *   count_result_free(result);
 *   count_data_release(&data);
 *
 * Pure: nothing is read or written but what is handed in; the same data, options and seed give the
 * same result whatever the number of threads. docs/count.md teaches what the numbers mean. */
#ifndef COUNT_COUNT_H
#define COUNT_COUNT_H

#include "base/arena.h"
#include "count/estimate.h"

#define COUNT_ESTIMATES_MAX 64
#define COUNT_ACTS_MAX 256
#define COUNT_STRATA_MAX 1024
#define COUNT_NOTES_MAX 32
#define COUNT_NAMES_MAX 32 /* lists that are read; more than COUNT_LISTS_MAX are not estimated */

/* Documented, in units that must never be mixed. */
struct count_documented {
    bool has_reports; /* rows are reports (linked records), so that they can be counted */
    uint64_t reports;
    uint64_t persons;
    bool has_merged;         /* doubtful pairs were given */
    uint64_t persons_merged; /* if every doubtful pair is one person: nobody can say less */
};

struct count_act {
    const char *name;
    struct count_documented documented;
};

enum count_form {
    COUNT_FORM_RECORDS,     /* a row a record: a person's id and a list's name */
    COUNT_FORM_PERSONS,     /* a row a person: 0/1 columns */
    COUNT_FORM_FREQUENCIES, /* a row a capture history: 0/1 columns and how many */
};

/* One stratum as it was read. */
struct count_stratum_data {
    const char *name; /* the column's value; NULL when there is one stratum only */
    struct count_documented documented;
    uint64_t sizes[COUNT_NAMES_MAX]; /* persons on each list */
    bool has_table;                  /* no more than COUNT_LISTS_MAX lists */
    struct count_table table;
    /* The same stratum under each drawn linkage (--draws); NULL when there is none. */
    struct count_table *draws;
    size_t draw_count;
};

/* Rows left out, and why: "the row names no list"; 14 rows, the first on line 9. */
struct count_left_out {
    const char *why;
    uint64_t rows, first_line;
};

struct count_data {
    enum count_form form;
    const char *source;              /* a name for the output */
    char took_for[COUNT_DETAIL_MAX]; /* one sentence: which form, which columns */
    unsigned list_count;
    const char *lists[COUNT_NAMES_MAX];
    uint64_t rows, used; /* rows = used + those left out */
    /* What a reader of the figures must know of the file: "Two lists hold exactly the same persons:
     * ABA and HRW." Whole sentences. */
    size_t note_count;
    const char *notes[COUNT_NOTES_MAX];
    size_t left_out_count;
    struct count_left_out left_out[COUNT_NOTES_MAX];
    size_t act_count;
    struct count_act *acts;
    const char *by;       /* the stratum column; NULL */
    size_t stratum_count; /* at least 1 */
    struct count_stratum_data *strata;
    struct count_stratum_data
        whole;            /* all strata together; the same as strata[0] when by is NULL */
    struct arena *memory; /* holds all of it; freed by count_data_release */
};
void count_data_release(struct count_data *data);

struct count_options {
    uint32_t estimators; /* bits of enum count_family; 0: all */
    bool no_sensitivity; /* leaves the wrong linkages and delta's table out */
    /* Leaves out what takes longer than a second: latent classes, the bootstrap, seven lists'
     * decomposable models, and all that no_sensitivity does. */
    bool quick;
    /* What one must choose beforehand; 0 for the default of each. */
    double delta, unseen_max; /* decomposable.h */
    unsigned classes;         /* latent.h */
};

enum count_family {
    COUNT_FAMILY_BOUNDS = 1 << 0, /* Chao, Lincoln-Petersen pairs */
    COUNT_FAMILY_LOGLINEAR = 1 << 1,
    COUNT_FAMILY_CLOSED = 1 << 2, /* M0, Mt, Mb, Mh, Mth */
    COUNT_FAMILY_DECOMPOSABLE = 1 << 3,
    COUNT_FAMILY_SPARSE = 1 << 4,
    COUNT_FAMILY_LATENT = 1 << 5,
};

/* How the answer moves when the linkage was wrong. For each estimator that is cheap enough to
 * repeat: its answer if so many links had been missed, or so many were false. */
enum count_wrong { COUNT_WRONG_MISSED, COUNT_WRONG_FALSE };
#define COUNT_WRONG_SHARES 3 /* 5, 10, 20% */
struct count_shift {
    enum count_wrong wrong;
    unsigned percent;
    unsigned repetitions;
    double documented; /* mean over the repetitions */
    size_t estimate_count;
    /* given, n, low, high, warnings; pooled over the repetitions. In the order of shifted ids. */
    struct count_estimate *estimates;
};

struct count_stratum {
    const struct count_stratum_data *data;
    /* Why the documented minimum is the only answer; NULL when estimates were tried. One or more
     * sentences. */
    const char *no_estimate;
    /* About the table itself, whatever the estimator: bits of APART, SAME_LIST, LIST_INSIDE and
     * EMPTY_LIST, and which lists. */
    uint32_t warnings;
    char detail[COUNT_DETAIL_MAX];
    size_t estimate_count;
    struct count_estimate *estimates; /* in the order in which they are shown */
    /* Of the whole only, not of the strata; as are deltas. */
    size_t shift_count;
    struct count_shift *shifts;
    /* Estimates pooled over the drawn linkages, as estimates[] (only those cheap enough). */
    size_t pooled_count;
    struct count_estimate *pooled;
    /* Decomposable models under other deltas, to show how much the prior says. */
    size_t delta_count;
    struct count_estimate *deltas;
    bool finished; /* false: stopped before all was done; what is there is complete in itself */
};

struct count_result {
    const struct count_data *data;
    struct count_stratum whole;
    size_t stratum_count; /* 0 when there is no stratum column */
    struct count_stratum *strata;
    /* Sums over the strata, for each estimator that answered in every stratum; the others have
     * PARTIAL, no number, and say in detail which strata lack an answer. */
    size_t total_count;
    struct count_estimate *totals;
    uint64_t seed;
    bool finished;
    struct arena *memory; /* holds all of it; freed by count_result_free */
};

/* Calls first (which may be NULL) as soon as what is quick is there, then again with more: result
 * is whole in itself each time. Stopped by means->watch it gives what it has, finished false, and
 * returns 0. E_NOMEM; E_ARGUMENT for a delta or a limit out of range. */
int count_run(const struct count_data *data, const struct count_options *options,
              const struct count_means *means,
              void (*first)(void *arg, const struct count_result *result), void *arg,
              struct count_result **ret_result) MUST_USE;
void count_result_free(struct count_result *result);

#endif
