/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What people decided about pairs of records: a CSV file to which rows are only ever added.
 *
 *   time,reviewer,answer,a,b,reason
 *   2031-04-09 14:05,Leyla,same,tolma.csv:112,orlets.csv:77,same phone and mother
 *
 * answer is same, different or unsure; time is UTC; a and b are what
 * records are called (ident.h). Of one reviewer's
 * answers about a pair the last counts. Where reviewers differ nothing is decided, and it is
 * said; unsure decides nothing. When two reviewers are asked for, one alone decides nothing. */
#ifndef LINK_DECISIONS_H
#define LINK_DECISIONS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "link/edge.h"

enum link_answer { LINK_ANSWER_SAME, LINK_ANSWER_DIFFERENT, LINK_ANSWER_UNSURE };
#define LINK_DECISIONS_MAX_BYTES (256u << 20)
#define LINK_DECISION_FIELD_MAX 4096 /* bytes of any one field */

struct link_decision {
    struct span time, reviewer, a, b, reason;
    enum link_answer answer;
    uint64_t line; /* where it stands */
};

/* The header row; then a row for each decision. Errors stand in out. */
void link_decisions_begin(struct buf *out);
void link_decision_put(struct buf *out, const struct link_decision *decision);

/* All decisions of a file, in its order; an empty file has none. They live in the arena. A row cut
 * short at the end, as a power cut leaves it, is an error like any other: E_FORMAT with its line.
 * E_UTF8, E_TOO_LARGE, E_NOMEM. */
int link_decisions_read(struct span file, struct arena *arena, struct link_decision **ret_decisions,
                        size_t *ret_count, struct problem *problem) MUST_USE;

struct link_settled {
    struct link_pair *must, *cannot; /* in the arena; a < b, each pair once */
    size_t must_count, cannot_count;
    size_t unknown;        /* decisions about records that are not there */
    uint64_t unknown_line; /* of the first of them */
    size_t waiting;        /* pairs on which a second reviewer has not yet said the same */
    size_t unsure;         /* pairs on which nobody could decide */
    /* Pairs on which reviewers differ: the last decision of each of two of them. */
    struct link_dispute {
        const struct link_decision *one, *other;
    } * disputes;
    size_t dispute_count;
};

/* find gives the record of a key, or UINT32_MAX. E_NOMEM. */
int link_decisions_settle(const struct link_decision *decisions, size_t count, bool two_reviewers,
                          uint32_t (*find)(void *arg, struct span key), void *arg,
                          struct arena *arena, struct link_settled *ret_settled) MUST_USE;

#endif
