/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Dates as people write them, whole or in part, and how alike two of them are. */
#ifndef LINK_DATE_H
#define LINK_DATE_H

#include "base/buf.h"
#include "base/span.h"

/* year << 9 | month << 5 | day, a part that is not known being 0; 0: no date. */
typedef uint32_t link_date;
#define LINK_DATE_YEAR_MIN 1000
#define LINK_DATE_YEAR_MAX 2199

static inline unsigned link_date_year(link_date d)
{
    return d >> 9;
}
static inline unsigned link_date_month(link_date d)
{
    return d >> 5 & 15;
}
static inline unsigned link_date_day(link_date d)
{
    return d & 31;
}
/* 0 when a part is out of its range (0 is in it) or nothing is known. */
link_date link_date_of(unsigned year, unsigned month, unsigned day);

/* What a column's values say about the order of its parts. */
struct link_date_order {
    uint32_t day_first, month_first; /* values that can be read in this order only */
    uint32_t either, dotted;
    bool month_leads; /* the decision */
};
/* Looks at one value, count times. */
void link_date_learn(struct link_date_order *order, struct span text, uint32_t count);
void link_date_decide(struct link_date_order *order);
/* 1 to 12 from a number or a name of a month in Latin letters; 0 when it is neither. */
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
