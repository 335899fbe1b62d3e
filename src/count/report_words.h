/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the reports share: the words and the order in which things are said. Inside of the room.
 *
 * Texts of others (names of lists, strata, acts and files) pass as they are; who writes them out
 * makes them visible (text/show.h). Errors stand in the buffer. */
#ifndef COUNT_REPORT_WORDS_H
#define COUNT_REPORT_WORDS_H

#include "base/buf.h"
#include "count/count.h"
#include "draw/chart_intervals.h"
#include "draw/chart_upset.h"

/* Estimators are shown in groups, so that forty of them can be read. Pairs of lists all assume the
 * same, which is said once, of the group. */
enum report_group { REPORT_BOUNDS, REPORT_MODELS, REPORT_SIMPLE, REPORT_PAIRS, REPORT_GROUPS };
enum report_group report_group_of(const struct count_estimate *e);
const char *report_group_name(enum report_group group);
const char *report_group_about(enum report_group group);
/* Calculated from a few numbers, which stand in place of a model. */
bool report_is_direct(const struct count_estimate *e);
/* Its name; for a pair those of its lists. */
void report_put_name(struct buf *b, const struct count_data *data, const struct count_estimate *e);

/* Where an estimator comes from, and what it needs to give an answer. */
struct report_need {
    const char *name, *needs;
};
#define REPORT_NEEDS 6
extern const struct report_need report_needs[REPORT_NEEDS];

/* Headings and sentences that more than one report says. */
extern const char report_draws[], report_delta[], report_total[];
extern const char report_about_acts[], report_about_merged[], report_how_to_read[],
    report_about_linkage[], report_about_draws[], report_about_delta[], report_about_total[],
    report_stopped[];

/* 12,749. At most COUNT_ABSURD times COUNT_PERSONS_MAX fits into 40 bytes. */
void report_put_number(struct buf *b, double n);
/* "1 person", "4,400 persons". */
void report_put_persons(struct buf *b, uint64_t n);
/* "9,827 to 16,544", "no upper limit" or "no interval". */
void report_put_interval(struct buf *b, const struct count_estimate *e);
/* "12,749 (9,827 to 16,544)", "at least 8,787 (...)", or "no estimate: " and why. */
void report_put_label(struct buf *b, const struct count_estimate *e);
/* Every warning as a sentence, then the detail. Nothing when there is none. */
void report_put_warnings(struct buf *b, uint32_t warnings, const char *detail);
/* "At least 4,400 persons are documented, in 9,812 reports." */
void report_put_documented(struct buf *b, const struct count_documented *d);
/* "At least 4,187 persons if every doubtful pair is one ..." Nothing when none was given. */
void report_put_merged(struct buf *b, const struct count_documented *d);
/* "Taken for: A row a record, ..." */
void report_put_taken_for(struct buf *b, const struct count_data *data);
/* "12,760 rows were read; 12,749 are used." and "11 left out: the row names no list (first: line
 * 9)." */
void report_put_rows(struct buf *b, const struct count_data *data);
void report_put_left_out(struct buf *b, const struct count_left_out *left_out);
/* What must be the same for the same numbers: this program's version, the seed. */
void report_put_repeat(struct buf *b, const struct count_result *result);
/* "5% of links missed" */
void report_put_shift(struct buf *b, const struct count_shift *shift);
/* "About 776, 758 and 713 persons would be documented if 5, 10 and 20% of the links ..." */
void report_put_shifted_persons(struct buf *b, const struct count_stratum *s);
/* What its warnings and its detail are: "Why" there is none, a "Warning", or a "Note". */
const char *report_kind(const struct count_estimate *e);
/* Whether it has a warning beyond that it is a lower limit. */
bool report_is_warned(const struct count_estimate *e);
/* NULL when there is none of that id. */
const struct count_estimate *report_find(const struct count_estimate *estimates, size_t count,
                                         const char *id);

/* The estimates of a stratum as a chart, in their groups; everything lives in the arena. Pairs are
 * left to the table where they are more than REPORT_PAIRS_DRAWN. ret_chart->count is 0 when none
 * has a number. E_NOMEM. */
#define REPORT_PAIRS_DRAWN 6
int report_intervals(const struct count_data *data, const struct count_stratum *stratum,
                     struct arena *arena, struct chart_intervals *ret_chart) MUST_USE;
struct chart_upset report_upset(const struct count_data *data,
                                const struct count_stratum_data *stratum);

#endif
