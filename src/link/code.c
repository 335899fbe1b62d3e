/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/code.h"

#include <string.h>

#include "link/names_data.h"
#include "link/similarity.h"
#include "text/fold.h"

#define FOLDED_BYTES_MAX 8192
#define PHONE_DIGITS 9 /* of the end: without country and trunk prefixes */
#define PHONE_DIGITS_MIN 5
#define PHONE_END_DIGITS 7
#define TWO_SLIPS_LETTERS_MIN 7
#define EMAIL_ALIKE_LEAST 0.9

#define X(name, text) PHONE_##name,
enum { PHONE_MISSING, LINK_PHONE_LEVELS(X) };
#undef X
#define X(name, text) EMAIL_##name,
enum { EMAIL_MISSING, LINK_EMAIL_LEVELS(X) };
#undef X
#define X(name, text) NUMBER_##name,
enum { NUMBER_MISSING, LINK_NUMBER_LEVELS(X) };
#undef X
#define X(name, text) SEX_##name,
enum { SEX_MISSING, LINK_SEX_LEVELS(X) };
#undef X

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static void keep_digits(struct span text, struct buf *out)
{
    size_t digits = 0, skip;
    for (size_t i = 0; i < text.len; i++)
        digits += is_digit(text.data[i]);
    skip = digits > PHONE_DIGITS ? digits - PHONE_DIGITS : 0;
    for (size_t i = 0; i < text.len && digits >= PHONE_DIGITS_MIN; i++)
        if (is_digit(text.data[i])) {
            if (skip == 0)
                buf_u8(out, text.data[i]);
            skip -= skip > 0;
        }
}

static void keep_characters(struct span text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (is_digit(c) || (c >= 'a' && c <= 'z') || c >= 0x80)
            buf_u8(out, c);
    }
}

static void keep_address(struct span text, struct buf *out)
{
    if (!memchr(text.data, '@', text.len))
        return;
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] > ' ')
            buf_u8(out, text.data[i]);
}

static void keep_sex(struct span text, struct buf *out)
{
    struct span word = text;
    while (word.len && word.data[word.len - 1] == '.')
        word.len--;
    for (size_t i = 0; i < link_data_sexes_count; i++)
        if (span_equal(span_text(link_data_sexes[i].word), word)) {
            buf_text(out, link_data_sexes[i].number == 1   ? "f"
                          : link_data_sexes[i].number == 2 ? "m"
                                                           : "x");
            return;
        }
    buf_span(out, word);
}

int link_code_form(enum link_kind kind, struct span text, struct buf *out)
{
    struct buf folded;
    buf_init(&folded, FOLDED_BYTES_MAX);
    int error = fold_search(text, &folded);
    struct span plain = buf_bytes(&folded);
    if (error == 0 && kind == LINK_PHONE)
        keep_digits(plain, out);
    else if (error == 0 && kind == LINK_EMAIL)
        keep_address(plain, out);
    else if (error == 0 && kind == LINK_SEX)
        keep_sex(plain, out);
    else if (error == 0)
        keep_characters(plain, out);
    buf_release(&folded);
    return error < 0 ? error : buf_error(out);
}

static unsigned compare_phones(struct span a, struct span b)
{
    struct span end_a = span_slice(a, a.len - PHONE_END_DIGITS, a.len);
    struct span end_b = span_slice(b, b.len - PHONE_END_DIGITS, b.len);
    if (link_damerau_levenshtein(a, b, 1) == 1)
        return PHONE_SLIP;
    return a.len >= PHONE_END_DIGITS && b.len >= PHONE_END_DIGITS && span_equal(end_a, end_b)
               ? PHONE_END
               : PHONE_DIFFERENT;
}

static struct span before_at(struct span address)
{
    const uint8_t *at = memchr(address.data, '@', address.len);
    return span_slice(address, 0, at ? (size_t)(at - address.data) : address.len);
}

static unsigned compare_emails(struct span a, struct span b)
{
    if (link_damerau_levenshtein(a, b, 2) <= 2)
        return EMAIL_SLIP;
    if (span_equal(before_at(a), before_at(b)))
        return EMAIL_LOCAL;
    return link_jaro_winkler(a, b) >= EMAIL_ALIKE_LEAST ? EMAIL_ALIKE : EMAIL_DIFFERENT;
}

static unsigned compare_numbers(struct span a, struct span b)
{
    size_t longer = a.len > b.len ? a.len : b.len;
    unsigned slips = link_damerau_levenshtein(a, b, 2);
    if (slips <= 1)
        return NUMBER_SLIP;
    return slips == 2 && longer >= TWO_SLIPS_LETTERS_MIN ? NUMBER_SLIPS : NUMBER_DIFFERENT;
}

unsigned link_code_compare(enum link_kind kind, struct span a, struct span b)
{
    switch (kind) {
    case LINK_PHONE:
        return compare_phones(a, b);
    case LINK_EMAIL:
        return compare_emails(a, b);
    case LINK_NUMBER:
        return compare_numbers(a, b);
    default:
        return SEX_DIFFERENT;
    }
}
