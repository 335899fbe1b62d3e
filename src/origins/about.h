/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is known of a document: title, outlet, address, day; and days as people write them.
 *
 * Days are read where they can be read in one way only: 2031-04-09, 2031/4/9, 09.04.2031, 9 April
 * 2031, April 9th, 2031, 9 апреля 2031; 04/09/2031 is two days, and so none, but 23/09/2031 is one.
 * The names of months, and what may stand between day, month and year, are in the languages' files
 * ([month], [date]). */
#ifndef ORIGINS_ABOUT_H
#define ORIGINS_ABOUT_H

#include "base/buf.h"
#include "origins/language.h"

#define ABOUT_DAY_NONE INT32_MIN /* CORPUS_DAY_NONE */
#define ABOUT_YEAR_MIN 1800
#define ABOUT_YEAR_MAX 2199
#define ABOUT_LINE_MAX_BYTES 400 /* a longer first line is no title */

struct about {
    struct span title, outlet, address; /* empty when not known */
    int32_t day;                        /* since 1970-01-01, or ABOUT_DAY_NONE */
};

/* The first day in it. */
bool about_find_day(struct span text, const struct languages *languages, int32_t *ret_day);
/* The first day that stands by itself, in a short line, among the first lines: a date of
 * publication and not one in a story. */
bool about_find_day_at_top(struct span text, const struct languages *languages, int32_t *ret_day);
/* ABOUT_DAY_NONE, or of a year from ABOUT_YEAR_MIN to ABOUT_YEAR_MAX, as all that are found. */
bool about_is_day(int32_t day);
/* Of a day that is not ABOUT_DAY_NONE: "2031-04-09". */
void about_put_day(struct buf *out, int32_t day);

/* The parts of what a file is called, without folders and ending, such as
 * karsk-times_2031-04-09_detained-in-karsk: where there is a day, what is before it is the outlet
 * and what is behind it the title, with spaces for - and _. Fills what is empty; views into name,
 * or text of the arena. E_NOMEM. */
struct arena;
int about_from_name(struct span name, struct arena *arena, struct about *about) MUST_USE;
/* Of http://www.example.org:80/news: example.org. Empty when it is no such address. */
struct span about_host(struct span address);

#endif
