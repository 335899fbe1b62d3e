/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Invented lists of invented people, with the truth known: to try settings, to test, to measure.
 *
 * A country of so many persons; so many organisations that each know of some of them, write in
 * their own script and their own order of columns and dates, sometimes write one person down
 * twice, and make the mistakes that people make: letters wrong, left out or swapped, names in each
 * other's place, day and month swapped, a nickname, a patronymic taken for a family name, another
 * romanisation, nothing at all.
 *
 * Every row can be made without the rows before it, in constant memory; the same options give the
 * same bytes. Rows stand in an order that has nothing to do with the persons'. */
#ifndef LINK_SIMULATE_H
#define LINK_SIMULATE_H

#include "base/buf.h"

#define LINK_SIMULATE_PERSONS_MAX UINT64_C(100000000)
#define LINK_SIMULATE_LISTS_MAX 16

struct link_simulation {
    uint64_t seed;
    uint64_t persons;  /* 1 to LINK_SIMULATE_PERSONS_MAX */
    unsigned lists;    /* 1 to LINK_SIMULATE_LISTS_MAX */
    double captured;   /* chance that a list knows a person; 0 to 1 */
    double duplicated; /* chance that a list that knows a person has a second record; 0 to 1 */
    double mistakes;   /* mean number in a record; 0 to 10 */
    bool scripts;      /* lists in Latin, Cyrillic, Arabic, Greek, Hebrew, Georgian, Armenian */
};

/* Appends rows of the list (from 0) as CSV, the header first when *at is 0, until out holds
 * at least enough_bytes or the list has ended, at least one possible row; *at is where to go on,
 * UINT64_MAX at the end. The last column, `person`, is the truth. E_ARGUMENT when an option is out
 * of its range, or out's error. */
int link_simulate(const struct link_simulation *s, unsigned list, uint64_t *at, size_t enough_bytes,
                  struct buf *out) MUST_USE;

#endif
