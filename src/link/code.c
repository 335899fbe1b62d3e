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
#define DIGIT_BITS 4
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

/* Four bits a digit, each digit and one more, the last digit lowest. */
uint64_t link_phone_pack(struct span form)
{
    uint64_t packed = 0;
    for (size_t i = 0; i < form.len && i < PHONE_DIGITS; i++)
        packed = packed << DIGIT_BITS | (uint64_t)(form.data[i] - '0' + 1);
    return packed;
}

/* One digit is another, or two neighbours stand the other way round. */
static bool one_digit_other(uint64_t a, uint64_t b)
{
    uint64_t differ = a ^ b;
    unsigned first = (unsigned)__builtin_ctzll(differ) / DIGIT_BITS * DIGIT_BITS;
    uint64_t rest_a = a >> first, rest_b = b >> first;
    if (rest_a >> DIGIT_BITS == rest_b >> DIGIT_BITS)
        return true;
    return rest_a >> 2 * DIGIT_BITS == rest_b >> 2 * DIGIT_BITS &&
           (rest_a & 15) == (rest_b >> DIGIT_BITS & 15) &&
           (rest_b & 15) == (rest_a >> DIGIT_BITS & 15);
}

static bool one_digit_more(uint64_t longer, uint64_t shorter)
{
    unsigned first = (unsigned)__builtin_ctzll(longer ^ shorter) / DIGIT_BITS * DIGIT_BITS;
    return longer >> (first + DIGIT_BITS) == shorter >> first;
}

static unsigned digits_in(uint64_t packed)
{
    return (63 - (unsigned)__builtin_clzll(packed)) / DIGIT_BITS + 1;
}

unsigned link_phone_compare(uint64_t a, uint64_t b)
{
    ASSERT(a != b && a != 0 && b != 0);
    unsigned of_a = digits_in(a), of_b = digits_in(b);
    uint64_t end = (UINT64_C(1) << PHONE_END_DIGITS * DIGIT_BITS) - 1;
    bool slip = of_a == of_b       ? one_digit_other(a, b)
                : of_a == of_b + 1 ? one_digit_more(a, b)
                : of_b == of_a + 1 ? one_digit_more(b, a)
                                   : false;
    if (slip)
        return PHONE_SLIP;
    return of_a >= PHONE_END_DIGITS && of_b >= PHONE_END_DIGITS && ((a ^ b) & end) == 0
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
    case LINK_EMAIL:
        return compare_emails(a, b);
    case LINK_NUMBER:
        return compare_numbers(a, b);
    default:
        return SEX_DIFFERENT;
    }
}
