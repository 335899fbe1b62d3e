/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which records are the same person: the engine as a whole.
 *
 *     struct link_source sources[] = {{.name = "tolma.csv", .fd = fd}, ...};
 *     struct link_options options = {.sources = sources, .source_count = 2};
 *     struct link_result *result;
 *     TRY(link_run(&options, &(struct link_means){.workers = w}, &result, &problem));
 *     ... result->cluster[record] ...
 *     link_result_free(result);
 *
 * The road: lists are read (read.h); what their columns are is found (columns.h) and the columns
 * become fields of records (records.h); which pairs to look at is chosen and the model of a pair is
 * estimated, without labels (learn.h, block.h, em.h, model.h); every candidate pair is weighed and
 * the likely ones are kept (score.h, edges.h), with what these hold together (complete.h); what
 * people decided is obeyed (decisions.h); groups are made of the pairs (cluster.h). output.h writes
 * files from the result, evaluate.h compares it with the truth.
 *
 * Records are numbered from 0, list after list, row after row. The same input and seed give the
 * same result, whatever the number of threads and the memory limit; and the same groups whatever
 * the order of the rows.
 *
 * Nothing here opens a file, looks at a clock or prints. A run takes the memory of its records
 * besides what options.memory_bytes allows. */
#ifndef LINK_LINK_H
#define LINK_LINK_H

#include "base/arena.h"
#include "base/spill.h"
#include "link/cluster.h"
#include "link/columns.h"
#include "link/decisions.h"
#include "link/evaluate.h"
#include "link/find.h"
#include "link/ident.h"
#include "link/model.h"
#include "link/records.h"
#include "link/score.h"
#include "link/universe.h"

#define LINK_MEMORY_BYTES ((size_t)1 << 30)
struct link_options {
    const struct link_source *sources;
    size_t source_count;
    const char *const *unique; /* names of lists that hold each person once, of all sources */
    size_t unique_count;
    unsigned scope; /* LINK_WITHIN, LINK_BETWEEN; 0: both */
    struct link_columns_options columns;
    const char *truth;              /* a column that is the answer: kept from the engine, and the
                                     * result compared with it; NULL: none */
    const struct link_model *model; /* learnt before; NULL: learnt now */
    struct span decisions;          /* the text of a file of them; may be empty */
    const char *decisions_name;     /* of that file, for problems; may be NULL */
    bool two_reviewers;             /* it takes two to decide */
    uint64_t seed;
    size_t memory_bytes; /* for kept pairs, besides what records take; 0: LINK_MEMORY_BYTES */
};

/* What it works with; each may be NULL. */
struct link_means {
    struct workers *workers;
    struct watch *watch;
    struct spill *spill; /* for what is more than memory_bytes; NULL: memory is taken */
    /* What is finished, for going on after an interruption; of a run of which link_run_depends
     * said the same, and with the same bytes in the lists. NULL: it is not kept. */
    struct parts *parts;
};

/* A decision that the model holds for wrong at more than LINK_AGAINST_BITS. It is obeyed. */
#define LINK_AGAINST_BITS 9.965784f /* 1,000 to 1 */
struct link_against {
    uint32_t a, b;
    bool same;  /* what was decided */
    float bits; /* what the model says */
};

/* For reading only. Cross-references: arrays by record have link_records_count entries. */
struct link_result {
    struct link_lists lists;     /* names, numbers of rows, short rows; the values are gone */
    struct link_columns columns; /* what was found, and why */
    struct link_idents idents;
    struct link_records *records;
    struct link_universe universe;

    uint64_t seed;         /* that was given */
    struct link_plan plan; /* passes, and what they were expected to find */
    struct link_model model;
    bool learnt;             /* the model is of these records; false: it was given */
    struct link_found found; /* pairs looked at, by pass; the histogram of their bits */
    struct link_edge *edges; /* the pairs that were kept, by a, then b */
    size_t edge_count;

    struct link_decision *decisions; /* as they stand in the file */
    size_t decision_count;
    struct link_settled settled;  /* what follows from them */
    struct link_against *against; /* the most against the model first */
    size_t against_count;

    struct link_clustering *clustering; /* doubts, contradictions, draws */
    uint32_t *cluster;                  /* by record: from 1, in the order of their first records */
    uint32_t *cluster_size;             /* by that number: records */
    uint32_t cluster_count;
    uint32_t clusters_merged, clusters_apart; /* with every doubt joined; with none */

    bool evaluated;
    struct link_evaluation evaluation;

    struct link_scorer *scorer;
    struct link_scoring *scoring; /* for link_result_explain */
    struct arena arena;           /* of the decisions */
};

/* E_ARGUMENT (a column that no list has, a model of other fields), E_FORMAT, E_UTF8, E_TOO_LARGE,
 * E_IO, E_NOMEM, E_STOPPED; the problem names list or file and line. */
int link_run(const struct link_options *options, const struct link_means *means,
             struct link_result **ret_result, struct problem *problem) MUST_USE;
void link_result_free(struct link_result *result);
/* Appends what parts depend on besides the bytes of the lists: this program's version, seed, scope,
 * the lists' names, what is said of columns, the model. docs/crypto.md, "Parts to resume from". */
void link_run_depends(const struct link_options *options, struct buf *out);

/* The evidence of a pair. For one thread at a time. */
void link_result_explain(const struct link_result *result, uint32_t a, uint32_t b,
                         struct link_explanation *ret_explanation);
/* counts[k]: clusters of k records; [0]: of LINK_SIZES_MAX records and more. */
#define LINK_SIZES_MAX 32
void link_result_sizes(const struct link_result *result, uint32_t ret_counts[LINK_SIZES_MAX]);

#endif
