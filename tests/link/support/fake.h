/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Records with known truth, for tests of what stands behind link/records.h: this file gives all
 * functions of that header itself, so a test that links it has no names, scripts or dates.
 *
 * A person has a class in each field. The first record of a person holds each class as it is; a
 * further one holds it at a level drawn from m: as it is, in a variant (so that the two agree at a
 * lower level), or another class. So m and u are what was asked for. */
#ifndef TESTS_LINK_FAKE_H
#define TESTS_LINK_FAKE_H

#include "link/records.h"

struct fake_field {
    enum link_kind kind;
    unsigned levels;           /* 3 to LINK_LEVELS_MAX */
    unsigned classes;          /* 1: constant */
    bool skewed;               /* few classes are common, many rare (Zipf) */
    double missing;            /* share of records */
    double m[LINK_LEVELS_MAX]; /* by level; sums to 1 */
    int follows;               /* field, by number + 1, whose class settles this one's; 0: none */
    double follows_share;      /* of persons for whom it does */
    double moves;              /* share of further records in which it and its followed field both
                                * differ, whatever m says */
    bool words;                /* key 1 has two values: own class and that of the next person */
};

struct fake_options {
    uint64_t seed;
    uint32_t persons;
    double duplicated; /* share of persons with a second record */
    unsigned more;     /* and so many further ones for each of these */
    unsigned lists;    /* further records go to the next list; 0 or 1: one list */
    bool unique;       /* every list */
    uint64_t shuffle;  /* rows in another order for each number */
    unsigned fields;
    struct fake_field field[LINK_FIELDS_MAX];
};

/* Never NULL: a test without memory stops. */
struct link_records *fake_new(const struct fake_options *options);
void fake_free(struct link_records *r);
/* Which person a record is of; and a record's number that does not depend on the shuffle. */
uint32_t fake_person(const struct link_records *r, uint32_t record);
uint32_t fake_origin(const struct link_records *r, uint32_t record);
double fake_true_pairs(const struct link_records *r);

/* The usual five fields: two names, a date, a place, a number. */
void fake_usual(struct fake_options *options);

#endif
