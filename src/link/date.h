/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Dates as people write them, whole or in part, and how alike two of them are. */
#ifndef LINK_DATE_H
#define LINK_DATE_H

#include "base/buf.h"
#include "base/span.h"

/* year << 14 | month << 7 | day, a part that is not known being 0; 0: no date. Parts are kept as
 * they were written, also where no day is so called (1980-13-42), for a slip of the pen is as good
 * as any other. */
typedef uint32_t link_date;
#define LINK_DATE_DAY_BITS 7
#define LINK_DATE_MONTH_BITS 7

static inline unsigned link_date_year(link_date d)
{
    return d >> (LINK_DATE_MONTH_BITS + LINK_DATE_DAY_BITS);
}
static inline unsigned link_date_month(link_date d)
{
    return d >> LINK_DATE_DAY_BITS & ((1 << LINK_DATE_MONTH_BITS) - 1);
}
static inline unsigned link_date_day(link_date d)
{
    return d & ((1 << LINK_DATE_DAY_BITS) - 1);
}
/* Years from 1 to 9998, months and days from 1 to 98; what is beyond, and 99 and 9999, is not
 * known. */
link_date link_date_of(unsigned year, unsigned month, unsigned day);
/* Something is known, and all that is known may be: years from 1000 to 2199, months to 12, days to
 * 31. */
bool link_date_possible(link_date d);

/* What a column's values say about the order of its parts. */
struct link_date_order {
    uint32_t day_first, month_first; /* values that can be read in this order only */
    bool month_leads;                /* the decision */
};
/* Looks at one value, count times. */
void link_date_learn(struct link_date_order *order, struct span text, uint32_t count);
void link_date_decide(struct link_date_order *order);
/* A number below 99, or a name of a month; 0 when it is neither. This and link_date_read take
 * texts in Latin letters (link_speller_plain). */
unsigned link_date_month_read(struct span text);
/* 0 when it is no date. */
link_date link_date_read(const struct link_date_order *order, struct span text);
/* "1980-05-03", "1980-05", "1980", "-05-03". */
void link_date_write(struct buf *out, link_date d);
/* What link_date_write wrote. */
link_date link_date_parse(struct span written);

/* X(name, "for people"), from different to the same. */
#define LINK_DATE_LEVELS(X)                                                                        \
    X(DIFFERENT, "different")                                                                      \
    X(YEAR, "the same year")                                                                       \
    X(TWO_PARTS, "two of three parts the same")                                                    \
    X(KNOWN, "the same as far as known")                                                           \
    X(SLIP, "one digit off")                                                                       \
    X(SWAPPED, "day and month swapped")                                                            \
    X(SAME, "the same")

enum link_date_level {
    LINK_DATE_NONE,
#define X(name, text) LINK_DATE_##name,
    LINK_DATE_LEVELS(X)
#undef X
        LINK_DATE_LEVEL_COUNT
};
enum link_date_level link_date_compare(link_date a, link_date b);

#endif
