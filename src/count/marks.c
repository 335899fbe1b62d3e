/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "count/marks.h"

#include "count/rows.h"

#define CASES 3

static const char *const words[COUNT_MARKS][2][CASES] = {
    [COUNT_MARK_DIGIT] = {{"0", "0", "0"}, {"1", "1", "1"}},
    [COUNT_MARK_TRUE] = {{"false", "False", "FALSE"}, {"true", "True", "TRUE"}},
    [COUNT_MARK_YES] = {{"no", "No", "NO"}, {"yes", "Yes", "YES"}},
    [COUNT_MARK_RUSSIAN_TRUE] = {{"ложь", "Ложь", "ЛОЖЬ"}, {"истина", "Истина", "ИСТИНА"}},
    [COUNT_MARK_RUSSIAN_YES] = {{"нет", "Нет", "НЕТ"}, {"да", "Да", "ДА"}},
};

bool count_mark_read(struct span text, enum count_mark mark, bool *ret_on)
{
    if (mark == COUNT_MARK_DIGIT) {
        uint64_t value;
        if (count_figure_read(text, &value) != COUNT_FIGURE_IS || value > 1)
            return false;
        *ret_on = value == 1;
        return true;
    }
    for (int on = 0; on < 2; on++) {
        for (int i = 0; i < CASES; i++) {
            if (!span_equal(text, span_text(words[mark][on][i])))
                continue;
            *ret_on = on == 1;
            return true;
        }
    }
    return false;
}

const char *count_mark_text(enum count_mark mark, bool on)
{
    return words[mark][on][0];
}
