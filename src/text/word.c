/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "text/word.h"

#include <utf8proc.h>

#include "text/utf8.h"

enum kind { OTHER, LETTER, DIGIT, JOINER };

static enum kind kind_of(uint32_t c)
{
    if (c < 0x80) {
        uint32_t lower = c | 0x20;
        if (lower >= 'a' && lower <= 'z')
            return LETTER;
        if (c >= '0' && c <= '9')
            return DIGIT;
        return c == '\'' ? JOINER : OTHER;
    }
    /* ’, soft hyphen, zero-width non-joiner and joiner, word joiner */
    if (c == 0x2019 || c == 0xAD || c == 0x200C || c == 0x200D || c == 0x2060)
        return JOINER;
    if (c == UTF8_INVALID)
        return OTHER;
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
    if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME)
        return LETTER;
    return category == UTF8PROC_CATEGORY_ND ? DIGIT : OTHER;
}

static enum kind next_kind(struct span *rest)
{
    return rest->len ? kind_of(utf8_next(rest)) : OTHER;
}

bool word_next(struct span *rest, struct span *ret_word)
{
    struct span after = *rest, start;
    enum kind kind;
    do {
        start = after;
        kind = next_kind(&after);
    } while (start.len && kind != LETTER && kind != DIGIT);
    if (start.len == 0) {
        *rest = start;
        return false;
    }
    struct span end = after;
    for (;;) {
        enum kind before = kind;
        kind = next_kind(&after);
        if (kind == JOINER && before == LETTER)
            kind = next_kind(&after) == LETTER ? LETTER : OTHER;
        if (kind != LETTER && kind != DIGIT)
            break;
        end = after;
    }
    *ret_word = span_of(start.data, start.len - end.len);
    *rest = end;
    return true;
}

bool word_is_capital(struct span word)
{
    uint32_t c = word.len > 0 ? utf8_next(&word) : UTF8_INVALID;
    if (c < 0x80)
        return c >= 'A' && c <= 'Z';
    if (c == UTF8_INVALID)
        return false;
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
    return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LT;
}
