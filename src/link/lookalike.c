/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Folding has made all lower case and does not say what was upper: so a letter stands here for
 * each that it looks like in either case (H and Н, so h and н). */
#include "link/lookalike.h"

#include <string.h>

#include "text/utf8.h"

enum alphabet { LATIN, CYRILLIC, GREEK, ALPHABETS };

static const uint16_t alike[][ALPHABETS] = {
    {'a', 0x430, 0x3B1}, {'b', 0x432, 0x3B2}, {'c', 0x441, 0},     {'e', 0x435, 0x3B5},
    {'h', 0x43D, 0x3B7}, {'i', 0x456, 0x3B9}, {'j', 0x458, 0},     {'k', 0x43A, 0x3BA},
    {'m', 0x43C, 0x3BC}, {'n', 0, 0x3BD},     {'o', 0x43E, 0x3BF}, {'p', 0x440, 0x3C1},
    {'s', 0x455, 0},     {'t', 0x442, 0x3C4}, {'u', 0, 0x3C5},     {'x', 0x445, 0x3C7},
    {'y', 0x443, 0x3C5}, {'z', 0, 0x3B6},     {'v', 0x475, 0x3BD},
};

static enum alphabet alphabet_of(uint32_t c)
{
    if (c >= 'a' && c <= 'z')
        return LATIN;
    if (c >= 0x400 && c <= 0x52F)
        return CYRILLIC;
    return c >= 0x370 && c <= 0x3FF ? GREEK : ALPHABETS;
}

static uint32_t look_up(uint32_t c, enum alphabet from, enum alphabet to)
{
    for (size_t i = 0; i < COUNT_OF(alike); i++)
        if (alike[i][from] == c && alike[i][to])
            return alike[i][to];
    return c;
}

int link_lookalike_mend(struct buf *word)
{
    size_t counts[ALPHABETS + 1] = {0};
    for (struct span rest = buf_bytes(word); rest.len;)
        counts[alphabet_of(utf8_next(&rest))]++;
    enum alphabet most = counts[GREEK] > counts[CYRILLIC] ? GREEK : CYRILLIC;
    most = counts[LATIN] > counts[most] ? LATIN : most;
    if (counts[most] == counts[LATIN] + counts[CYRILLIC] + counts[GREEK])
        return buf_error(word);
    struct buf mended;
    buf_init(&mended, word->cap_bytes);
    for (struct span rest = buf_bytes(word); rest.len;) {
        uint32_t c = utf8_next(&rest);
        enum alphabet from = alphabet_of(c);
        utf8_put(&mended, from == ALPHABETS || from == most ? c : look_up(c, from, most));
    }
    buf_reset(word);
    buf_span(word, buf_bytes(&mended));
    int error = buf_error(&mended);
    buf_release(&mended);
    return error < 0 ? error : buf_error(word);
}
