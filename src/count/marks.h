/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How a list's column says who is on the list: with 1 and 0, or with words, as spreadsheets and R
 * write them. All rows use one pair of words, in lower case, in capitals or with one capital. */
#ifndef COUNT_MARKS_H
#define COUNT_MARKS_H

#include <stdbool.h>

#include "base/span.h"

enum count_mark {
    COUNT_MARK_DIGIT, /* any way to write the numbers 0 and 1 */
    COUNT_MARK_TRUE,
    COUNT_MARK_YES,
    COUNT_MARK_RUSSIAN_TRUE,
    COUNT_MARK_RUSSIAN_YES,
};
#define COUNT_MARKS 5

/* False when text is neither of the two. */
bool count_mark_read(struct span text, enum count_mark mark, bool *ret_on);
/* What stands in a row that is on the list, or is not: "1", "true". */
const char *count_mark_text(enum count_mark mark, bool on);

#endif
