/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Patterns of agreement and how many pairs have each: all that the EM needs to see of the pairs.
 *
 * A field's code is its level, and, where the two values are equal, how common the value is: two
 * Petrovs are less evidence than two Zhelanskys. */
#ifndef LINK_PATTERN_H
#define LINK_PATTERN_H

#include "link/records.h"

#define LINK_FREQUENCY_CODES 32 /* of how many records hold a value; 0: of no interest */

struct link_pattern {
    uint8_t code[LINK_FIELDS_MAX]; /* level + 8 * frequency code; 0 beyond the fields */
    uint32_t passes;               /* bit p: blocking pass p finds the pair */
    uint32_t outside;              /* 1: a random pair that no pass finds */
};

static inline unsigned link_pattern_level(const struct link_pattern *p, unsigned field)
{
    return p->code[field] & 7u;
}

static inline unsigned link_pattern_frequency(const struct link_pattern *p, unsigned field)
{
    return p->code[field] >> 3;
}

struct link_pattern_count {
    struct link_pattern pattern;
    uint64_t pairs;
};

/* A hash table of them. For one thread. */
struct link_patterns {
    struct link_pattern_count *slots; /* pairs is 0: free */
    size_t count, capacity;
};

void link_patterns_init(struct link_patterns *t);
void link_patterns_release(struct link_patterns *t);
/* E_NOMEM. */
int link_patterns_add(struct link_patterns *t, const struct link_pattern *pattern,
                      uint64_t pairs) MUST_USE;
int link_patterns_merge(struct link_patterns *into, const struct link_patterns *from) MUST_USE;
/* Closes the gaps: slots[0 .. count) in the order of the patterns' bytes. Nothing is added
 * after. */
void link_patterns_settle(struct link_patterns *t);

/* Exact up to 8 records, then in steps. */
unsigned link_frequency_code(uint32_t frequency);
double link_frequency_of_code(unsigned code);
/* The chance that a record of another person holds a value, which so many of the present values
 * are, when one record is known to: that record is left out, and as many others as are expected to
 * be of its person (mates); half a record is added for what was not seen. */
static inline double link_value_share(double frequency, double present, double mates)
{
    double others = frequency - 1 - mates;
    return ((others > 0 ? others : 0) + 0.5) / (present + 0.5);
}

#endif
