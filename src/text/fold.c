/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The text is cut into pieces before characters that never join with what is before them. English
 * and Russian consist of those, so most characters take the short way (one comparison); the rest
 * goes through utf8proc a word at a time, in an array here, since utf8proc_map would use malloc. */
#include "text/fold.h"

#include <utf8proc.h>

#include "base/error.h"
#include "base/mem.h"
#include "text/utf8.h"

/* Ordering the marks of a piece takes the square of its length, so a piece ends before a character
 * that is no mark after the first number, and in any case after the second. */
#define PIECE_CHARACTERS_ENOUGH 256
#define PIECE_CHARACTERS_MAX 512
#define DECOMPOSED_MAX 18 /* of U+FDFA, the longest */

struct piece {
    /* utf8proc_reencode writes UTF-8 over it and a NUL after it. */
    utf8proc_int32_t at[PIECE_CHARACTERS_MAX * DECOMPOSED_MAX + 1];
    size_t count;
};

struct way {
    utf8proc_option_t options;
    /* True for a character that joins with nothing before it, and that only a mark after it can
     * change; gives what it becomes. */
    bool (*plain)(uint32_t c, uint32_t *ret_c);
    void (*filter)(struct piece *piece);
};

static bool plain_nfc(uint32_t c, uint32_t *ret_c)
{
    *ret_c = c;
    return c < 0x300 || (c >= 0x400 && c <= 0x45F) || (c >= 0x2010 && c <= 0x2027);
}

static bool plain_search(uint32_t c, uint32_t *ret_c)
{
    *ret_c = c;
    if (c < 0x80) {
        if (c >= 'A' && c <= 'Z')
            *ret_c = c + ('a' - 'A');
        return true;
    }
    if (c >= 0x410 && c <= 0x42F)
        *ret_c = c + 0x20;
    else if (c == 0x401 || c == 0x451) /* Ё ё */
        *ret_c = 0x435;
    else /* а to я, and « » – — ‘ ’ “ ” „ */
        return (c >= 0x430 && c <= 0x44F) || c == 0xAB || c == 0xBB || c == 0x2013 || c == 0x2014 ||
               (c >= 0x2018 && c <= 0x201E);
    return true;
}

static bool is_mark(utf8proc_int32_t c)
{
    utf8proc_category_t category = utf8proc_category(c);
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME;
}

/* In these scripts a reader finds the word without its marks; in others the marks are vowels. */
static bool marks_can_go(utf8proc_int32_t base)
{
    return base < 0x780 || (base >= 0x1C80 && base <= 0x1C8F) ||
           (base >= 0x1D00 && base <= 0x1FFF) || (base >= 0x2C60 && base <= 0x2C7F) ||
           (base >= 0xA640 && base <= 0xA69F) || (base >= 0xA720 && base <= 0xA7FF);
}

/* й ў ї ѓ ќ: letters of their own, on keyboards of their own, unlike ё. */
static bool makes_own_letter(utf8proc_int32_t base, utf8proc_int32_t mark)
{
    return (mark == 0x306 && (base == 0x438 || base == 0x443)) ||
           (mark == 0x308 && base == 0x456) || (mark == 0x301 && (base == 0x433 || base == 0x43A));
}

/* What NFKC leaves apart though people type one for the other; DROPPED drops the character. */
#define DROPPED (-1)
static utf8proc_int32_t plainer(utf8proc_int32_t c)
{
    if (c >= 0x660 && c <= 0x669)
        return c - 0x660 + '0';
    if (c >= 0x6F0 && c <= 0x6F9)
        return c - 0x6F0 + '0';
    switch (c) {
    case 0x111: /* đ */
        return 'd';
    case 0x127: /* ħ */
        return 'h';
    case 0x131: /* ı */
        return 'i';
    case 0x142: /* ł */
        return 'l';
    case 0xF8: /* ø */
        return 'o';
    case 0x167: /* ŧ */
        return 't';
    case 0x649: /* ى */
    case 0x6CC: /* ی */
        return 0x64A;
    case 0x6A9: /* ک */
        return 0x643;
    case 0x640: /* tatweel */
        return DROPPED;
    default:
        return c;
    }
}

static void drop_marks(struct piece *piece)
{
    utf8proc_int32_t base = 0;
    size_t kept = 0;
    for (size_t i = 0; i < piece->count; i++) {
        utf8proc_int32_t c = plainer(piece->at[i]);
        bool goes = is_mark(c) && marks_can_go(base) && !makes_own_letter(base, c);
        if (!is_mark(piece->at[i]))
            base = piece->at[i];
        if (c != DROPPED && !goes)
            piece->at[kept++] = c;
    }
    piece->count = kept;
}

static int fold_piece(const struct way *way, struct span text, struct piece *piece, struct buf *out)
{
    utf8proc_ssize_t count =
        utf8proc_decompose(text.data, (utf8proc_ssize_t)text.len, piece->at,
                           (utf8proc_ssize_t)COUNT_OF(piece->at) - 1, way->options);
    REJECT_IF(count < 0, E_UTF8);
    ASSERT((size_t)count < COUNT_OF(piece->at));
    piece->count = (size_t)count;
    if (way->filter)
        way->filter(piece);
    utf8proc_ssize_t len = utf8proc_reencode(piece->at, (utf8proc_ssize_t)piece->count,
                                             UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    ASSERT(len >= 0);
    buf_put(out, piece->at, (size_t)len);
    mem_wipe(piece->at, (size_t)count * sizeof piece->at[0]);
    return 0;
}

/* The first character and all after it until one that joins with nothing before it. */
static int take_piece(const struct way *way, struct span *rest, struct span *ret_piece)
{
    struct span start = *rest, after = *rest;
    for (size_t count = 0; rest->len && count < PIECE_CHARACTERS_MAX; count++) {
        uint32_t c = utf8_next(&after), ignored;
        REJECT_IF(c == UTF8_INVALID, E_UTF8);
        if (count > 0 && way->plain(c, &ignored))
            break;
        if (count >= PIECE_CHARACTERS_ENOUGH && !is_mark((utf8proc_int32_t)c))
            break;
        *rest = after;
    }
    *ret_piece = span_of(start.data, start.len - rest->len);
    return 0;
}

/* Takes plain characters, each of which is followed by a plain one or by nothing. */
static void fold_plain(const struct way *way, struct span *text, struct buf *out)
{
    uint8_t made[256];
    size_t len = 0;
    uint32_t before = 0, becomes;
    bool have_before = false, more = true;
    struct span rest = *text;
    while (more) {
        struct span at = rest;
        more = rest.len && way->plain(utf8_next(&rest), &becomes);
        if (have_before && (more || at.len == 0)) {
            len += utf8_write(before, made + len);
            *text = at;
        }
        if (len > sizeof made - 4 || !more) {
            buf_put(out, made, len);
            len = 0;
        }
        before = becomes;
        have_before = true;
    }
    mem_wipe(made, sizeof made);
}

static int fold(const struct way *way, struct span text, struct buf *out)
{
    struct piece piece;
    while (text.len) {
        struct span taken;
        fold_plain(way, &text, out);
        TRY(take_piece(way, &text, &taken));
        TRY(fold_piece(way, taken, &piece, out));
    }
    return buf_error(out);
}

static int fold_or_nothing(const struct way *way, struct span text, struct buf *out)
{
    size_t before = out->len;
    int error = fold(way, text, out);
    if (error < 0 && out->len > before)
        buf_cut(out, before);
    return error;
}

int fold_nfc(struct span text, struct buf *out)
{
    static const struct way way = {UTF8PROC_STABLE | UTF8PROC_COMPOSE, plain_nfc, NULL};
    return fold_or_nothing(&way, text, out);
}

int fold_search(struct span text, struct buf *out)
{
    static const struct way way = {UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
                                       UTF8PROC_CASEFOLD | UTF8PROC_IGNORE,
                                   plain_search, drop_marks};
    return fold_or_nothing(&way, text, out);
}
