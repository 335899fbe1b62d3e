/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the reports share: the words in which things are said. Inside of the room.
 *
 * Texts of others (names of lists, columns, records) pass as they are; who writes them out makes
 * them visible (text/show.h). Errors stand in the buffer. */
#ifndef LINK_SAY_H
#define LINK_SAY_H

#include "link/link.h"

/* Headings and sentences that more than one report says. */
extern const char say_about_weights[], say_about_model[], say_about_chances[], say_about_truth[];

/* 12,749. */
void say_number(struct buf *b, double n);
/* "1 record", "4,400 records". */
void say_counted(struct buf *b, double n, const char *one, const char *several);

/* "family name", "date, its year", "not compared: the same in every row". */
void say_use(struct buf *b, const struct link_column *column);
/* What must be known of a list: that it holds each person once, that rows are short; or nothing. */
void say_list(struct buf *b, const struct link_list *list);

/* "All 348,195 possible pairs were looked at." or how many were, and how many matches that
 * costs. */
void say_pairs(struct buf *b, const struct link_result *result);
/* "family name: sound, date: year": the keys of a pass. */
void say_pass(struct buf *b, const struct link_result *result, unsigned pass);
/* How many pairs are expected to be matches that no pass finds; 0 when all were looked at. */
double say_missed(const struct link_result *result);

/* "Of all possible pairs one in 813 ... The model was learnt from these records." */
void say_model(struct buf *b, const struct link_result *result);
/* "family_name, given_name (lawyers.csv); фамилия (parents.csv)": the columns of a field. */
void say_from(struct buf *b, const struct link_result *result, unsigned field);
/* "sex and place": what a field goes together with, or nothing. */
void say_beside(struct buf *b, const struct link_result *result, unsigned field);
/* What a level says: log2 of m over u. */
double say_level_bits(const struct link_result *result, unsigned field, unsigned level);

/* "835 records are 641 persons, as linked." and what are the fewest and the most. */
void say_persons(struct buf *b, const struct link_result *result);
void say_bounds(struct buf *b, const struct link_result *result);
void say_review(struct buf *b, const struct link_result *result);
/* "473 with one record, 142 with 2, 26 with 3." */
void say_sizes(struct buf *b, const struct link_result *result);

/* "12 pairs were decided to be the same person, ..." */
void say_decisions(struct buf *b, const struct link_result *result);
/* What people should look at again: how many there are, and each as a sentence. Reviewers who
 * differ first, then decisions that contradict each other, then those against the model. */
size_t say_troubles(const struct link_result *result);
void say_trouble(struct buf *b, const struct link_result *result, size_t index);

/* How many pairs were given what chance, and came true where the truth is known; what the kept
 * pairs say where it is not. */
struct say_chances {
    bool observed;
    struct {
        uint64_t pairs, right;
        double expected;
    } bin[LINK_CALIBRATION_BINS];
};
void say_chances(const struct link_result *result, struct say_chances *ret_chances);
/* Where a bin begins and ends: "0.1 to 0.2". */
void say_bin(struct buf *b, size_t bin);

/* What must be the same for the same result. */
void say_repeat(struct buf *b, const struct link_result *result);

#endif
