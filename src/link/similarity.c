/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Jaro-Winkler by sets of positions: for each letter of the one, the set of places in the other
 * where it stands is found by one comparison of 16 bytes; what remains is bit arithmetic without
 * branches that could be mispredicted (the idea of Hyyro and of the rapidfuzz library, with the
 * comparison in place of their table, which pays off only when one text meets many). */
#include "link/similarity.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define BONUS_OVER 0.7

void link_pack(struct span text, struct link_packed *ret_packed)
{
    struct link_packed packed = {
        .len = (uint8_t)(text.len < LINK_PACKED_BYTES ? text.len : LINK_PACKED_BYTES)};
    for (size_t i = 0; i < packed.len; i++) {
        packed.bytes[i] = text.data[i];
        packed.letters |= 1u << (text.data[i] & 31);
    }
    *ret_packed = packed;
}

/* The set of places among 16 bytes where c stands. */
static inline uint64_t places_of(const uint8_t *bytes, uint8_t c)
{
#ifdef __SSE2__
    __m128i all = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(all, _mm_set1_epi8((char)c)));
#else
    uint64_t set = 0;
    for (unsigned i = 0; i < LINK_PACKED_BYTES; i++)
        set |= (uint64_t)(bytes[i] == c) << i;
    return set;
#endif
}

static inline uint64_t places_in(const uint8_t *bytes, size_t blocks, uint8_t c)
{
    uint64_t set = places_of(bytes, c);
    for (size_t i = 1; i < blocks; i++)
        set |= places_of(bytes + i * LINK_PACKED_BYTES, c) << (i * LINK_PACKED_BYTES);
    return set;
}

static inline uint64_t first_bits(size_t count)
{
    return count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

static double winkler(double jaro, const uint8_t *a, const uint8_t *b, size_t shorter)
{
    if (jaro <= BONUS_OVER)
        return jaro;
    size_t prefix = 0;
    while (prefix < 4 && prefix < shorter && a[prefix] == b[prefix])
        prefix++;
    return jaro + (double)prefix * 0.1 * (1 - jaro);
}

/* Both buffers hold zeroes after the text, up to blocks of 16 bytes; the texts hold none. a is not
 * longer than b, so that who comes first makes no difference. */
static inline double jaro_winkler(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len,
                                  size_t b_blocks)
{
    size_t half = b_len / 2, window = half > 0 ? half - 1 : 0;
    uint64_t free_b = first_bits(b_len), used_b = 0, used_a = 0;
    /* Places from i - window to i + window, kept by shifting. */
    uint64_t near = first_bits(window + 1);
    unsigned matches = 0, exchanged = 0;
    for (size_t i = 0; i < a_len; i++) {
        uint64_t found = places_in(b, b_blocks, a[i]) & near & free_b & ~used_b;
        used_b |= found & -found;
        used_a |= (uint64_t)(found != 0) << i;
        matches += found != 0;
        near = near << 1 | (i < window);
    }
    if (matches == 0)
        return 0;
    for (uint64_t rest_a = used_a, rest_b = used_b; rest_a; rest_a &= rest_a - 1) {
        exchanged += a[__builtin_ctzll(rest_a)] != b[__builtin_ctzll(rest_b)];
        rest_b &= rest_b - 1;
    }
    double m = matches, t = exchanged / 2;
    return winkler((m / (double)a_len + m / (double)b_len + (m - t) / m) / 3, a, b, a_len);
}

double link_packed_jaro_winkler(const struct link_packed *a, const struct link_packed *b)
{
    return a->len <= b->len ? jaro_winkler(a->bytes, a->len, b->bytes, b->len, 1)
                            : jaro_winkler(b->bytes, b->len, a->bytes, a->len, 1);
}

double link_jaro_winkler(struct span a, struct span b)
{
    a = span_slice(a, 0, LINK_SIMILARITY_BYTES_MAX);
    b = span_slice(b, 0, LINK_SIMILARITY_BYTES_MAX);
    struct span shorter = a.len <= b.len ? a : b, longer = a.len <= b.len ? b : a;
    uint8_t padded[LINK_SIMILARITY_BYTES_MAX] = {0};
    memcpy(padded, longer.data, longer.len);
    if (shorter.len == 0)
        return 0;
    return jaro_winkler(shorter.data, shorter.len, padded, longer.len,
                        (longer.len + LINK_PACKED_BYTES - 1) / LINK_PACKED_BYTES);
}

/* Not every processor of this kind has an instruction for it, and a call costs more. */
static inline int count_bits(uint32_t set)
{
    set -= set >> 1 & 0x55555555u;
    set = (set & 0x33333333u) + (set >> 2 & 0x33333333u);
    return (int)(((set + (set >> 4)) & 0x0f0f0f0fu) * 0x01010101u >> 24);
}

/* With m matches at most, Jaro's is at most (m/a + m/b + 1)/3; the bonus, of what is over
 * BONUS_OVER only, at most 0.4 of the rest. Nothing is divided: this is asked for all words of
 * texts. */
bool link_packed_may_reach(const struct link_packed *a, const struct link_packed *b, double least)
{
    int most_a = a->len - count_bits(a->letters & ~b->letters);
    int most_b = b->len - count_bits(b->letters & ~a->letters);
    int most = most_a < most_b ? most_a : most_b;
    double with_bonus = (least - 0.4) / 0.6;
    double jaro = with_bonus > BONUS_OVER ? with_bonus : BONUS_OVER;
    return most > 0 && most * (a->len + b->len) >= (3 * jaro - 1 - 1e-9) * (a->len * b->len);
}

/* What is left of both without their common beginning and end. */
static void strip(struct span *a, struct span *b)
{
    size_t shorter = a->len < b->len ? a->len : b->len, same = 0;
    while (same < shorter && a->data[same] == b->data[same])
        same++;
    *a = span_slice(*a, same, a->len - same);
    *b = span_slice(*b, same, b->len - same);
    while (a->len > 0 && b->len > 0 && a->data[a->len - 1] == b->data[b->len - 1]) {
        a->len--;
        b->len--;
    }
}

/* Of texts that were stripped: both begin and end with edits. */
static unsigned one_edit_at_most(struct span a, struct span b)
{
    if (a.len + b.len <= 1 || (a.len == 1 && b.len == 1))
        return a.len + b.len > 0;
    bool exchanged = a.len == 2 && b.len == 2 && a.data[0] == b.data[1] && a.data[1] == b.data[0];
    return exchanged ? 1 : 2;
}

/* Row by row of the usual table, and of each only the cells that most edits can reach. */
static unsigned count_edits(struct span a, struct span b, unsigned most)
{
    uint8_t rows[3][LINK_SIMILARITY_BYTES_MAX + 2], beyond = (uint8_t)(most + 1);
    uint8_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b.len; j++)
        last[j] = (uint8_t)j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t from = i > most ? i - most : 1, to = i + most < b.len ? i + most : b.len;
        uint8_t least = row[from - 1] = from == 1 ? (uint8_t)i : beyond;
        for (size_t j = from; j <= to; j++) {
            uint8_t best = (uint8_t)(last[j - 1] + (a.data[i - 1] != b.data[j - 1]));
            uint8_t other = last[j] < row[j - 1] ? last[j] : row[j - 1];
            best = other < best ? (uint8_t)(other + 1) : best;
            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] &&
                a.data[i - 2] == b.data[j - 1] && before[j - 2] < best)
                best = (uint8_t)(before[j - 2] + 1);
            row[j] = best;
            least = best < least ? best : least;
        }
        row[to + 1] = beyond;
        if (least > beyond)
            return beyond;
        uint8_t *reuse = before;
        before = last;
        last = row;
        row = reuse;
    }
    return last[b.len] <= most ? last[b.len] : beyond;
}

unsigned link_damerau_levenshtein(struct span a, struct span b, unsigned most)
{
    a = span_slice(a, 0, LINK_SIMILARITY_BYTES_MAX);
    b = span_slice(b, 0, LINK_SIMILARITY_BYTES_MAX);
    size_t difference = a.len > b.len ? a.len - b.len : b.len - a.len;
    if (difference > most)
        return most + 1;
    strip(&a, &b);
    if (most <= 1) {
        unsigned edits = one_edit_at_most(a, b);
        return edits <= most ? edits : most + 1;
    }
    return count_edits(a, b, most);
}
