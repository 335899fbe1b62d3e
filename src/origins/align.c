/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A row of the table is one word of a; lane l of a row is the word of b at its diagonal plus
 * l - ALIGN_BAND / 2. Going to the next row along the diagonal keeps the lane. Going forward, a gap
 * in b (a word of a alone) comes from the lane above in the row before, a gap in a from the lane
 * below in the same row; going backward it is the other way round. */
#include "origins/align.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define LANES ALIGN_BAND
#define MIDDLE (LANES / 2)
#define LANE_LOW 4 /* when the best is outside of these, the band moves */
#define LANE_HIGH 11

#define NEVER (-20000)
#define MISMATCH (-5)
#define GAP_OPEN 14
#define GAP_MORE 4
#define DROP 60
#define MATCH_LESS 7 /* a match's score is the word's rarity less this */
#define MATCH_MIN 4
#define MATCH_MAX 22
#define SCORE_HIGH 16000 /* then it is set back, so that 16 bits are enough */

struct rows {
    const struct token_view *a, *b;
    struct align_range in_a, in_b;
    bool back;
    int64_t i, diagonal; /* the row, and what to add for the word of b in lane 0 */
    int16_t h[LANES], e[LANES];
    uint16_t keys[LANES];
    int32_t set_back, best; /* best: without what was set back */
    int64_t best_i, best_j;
};

static int16_t match_score(uint8_t rarity)
{
    int score = rarity - MATCH_LESS;
    return (int16_t)(score < MATCH_MIN ? MATCH_MIN : score > MATCH_MAX ? MATCH_MAX : score);
}

/* The keys of b in the row's lanes; where b has no word, one that is not a's. */
ALWAYS_INLINE const uint16_t *row_keys(struct rows *r, uint16_t a_key)
{
    int64_t from = r->i + r->diagonal;
    if (from >= r->in_b.from && from + LANES <= r->in_b.to)
        return r->b->key + from;
    for (int l = 0; l < LANES; l++) {
        bool there = from + l >= r->in_b.from && from + l < r->in_b.to;
        r->keys[l] = there ? r->b->key[from + l] : (uint16_t)~a_key;
    }
    return r->keys;
}

ALWAYS_INLINE int16_t clamp(int value)
{
    return (int16_t)(value < INT16_MIN ? INT16_MIN : value > INT16_MAX ? INT16_MAX : value);
}

static int larger(int x, int y)
{
    return x > y ? x : y;
}

ALWAYS_INLINE int lane_of(const int16_t *row, int lane)
{
    return lane < 0 || lane >= LANES ? NEVER : row[lane];
}

/* Returns the best of the row, and its lowest lane. */
static int row_plain(struct rows *r, const uint16_t *keys, uint16_t a_key, int16_t match,
                     int *ret_lane)
{
    int16_t e[LANES], h[LANES], f[LANES];
    int step = r->back ? -1 : 1, best = INT16_MIN;
    for (int l = 0; l < LANES; l++) {
        int opened = clamp(lane_of(r->h, l + step) - GAP_OPEN);
        e[l] = (int16_t)larger(opened, clamp(lane_of(r->e, l + step) - GAP_MORE));
        h[l] = (int16_t)larger(clamp(r->h[l] + (keys[l] == a_key ? match : MISMATCH)), e[l]);
    }
    for (int l = 0; l < LANES; l++)
        f[l] = clamp(lane_of(h, l - step) - GAP_OPEN);
    for (int reach = 1; reach <= 2; reach++) {
        int16_t before[LANES];
        memcpy(before, f, sizeof before);
        for (int l = 0; l < LANES; l++)
            f[l] =
                (int16_t)larger(f[l], clamp(lane_of(before, l - reach * step) - reach * GAP_MORE));
    }
    for (int l = 0; l < LANES; l++) {
        r->e[l] = e[l];
        r->h[l] = (int16_t)larger(h[l], f[l]);
        if (r->h[l] > best) {
            best = r->h[l];
            *ret_lane = l;
        }
    }
    return best;
}

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt")))

/* Lane l gets what is in lane l + 1, l - 1, l + 2, l - 2. */
AVX2 ALWAYS_INLINE __m256i from_above(__m256i v, int by)
{
    __m256i never = _mm256_set1_epi16(NEVER), t = _mm256_permute2x128_si256(v, never, 0x21);
    return by == 1 ? _mm256_alignr_epi8(t, v, 2) : _mm256_alignr_epi8(t, v, 4);
}

AVX2 ALWAYS_INLINE __m256i from_below(__m256i v, int by)
{
    __m256i never = _mm256_set1_epi16(NEVER), t = _mm256_permute2x128_si256(never, v, 0x20);
    return by == 1 ? _mm256_alignr_epi8(v, t, 14) : _mm256_alignr_epi8(v, t, 12);
}

AVX2 ALWAYS_INLINE int row_avx2(__m256i *h_row, __m256i *e_row, bool back, const uint16_t *keys,
                                uint16_t a_key, int16_t match, int *ret_lane)
{
    const __m256i open = _mm256_set1_epi16(GAP_OPEN), more = _mm256_set1_epi16(GAP_MORE);
    __m256i h = *h_row, e = *e_row;
    __m256i same = _mm256_cmpeq_epi16(_mm256_loadu_si256((const __m256i *)(const void *)keys),
                                      _mm256_set1_epi16((int16_t)a_key));
    __m256i score = _mm256_blendv_epi8(_mm256_set1_epi16(MISMATCH), _mm256_set1_epi16(match), same);
    __m256i h_before = back ? from_below(h, 1) : from_above(h, 1);
    __m256i e_before = back ? from_below(e, 1) : from_above(e, 1);
    e = _mm256_max_epi16(_mm256_subs_epi16(h_before, open), _mm256_subs_epi16(e_before, more));
    h = _mm256_max_epi16(_mm256_adds_epi16(h, score), e);
    __m256i f = _mm256_subs_epi16(back ? from_above(h, 1) : from_below(h, 1), open);
    f = _mm256_max_epi16(f, _mm256_subs_epi16(back ? from_above(f, 1) : from_below(f, 1), more));
    f = _mm256_max_epi16(f, _mm256_subs_epi16(back ? from_above(f, 2) : from_below(f, 2),
                                              _mm256_add_epi16(more, more)));
    h = _mm256_max_epi16(h, f);
    __m128i half = _mm_max_epi16(_mm256_castsi256_si128(h), _mm256_extracti128_si256(h, 1));
    __m128i least = _mm_minpos_epu16(_mm_sub_epi16(_mm_set1_epi16(INT16_MAX), half));
    int best = INT16_MAX - (uint16_t)_mm_extract_epi16(least, 0);
    __m256i where = _mm256_cmpeq_epi16(h, _mm256_set1_epi16((int16_t)best));
    *ret_lane = __builtin_ctz((uint32_t)_mm256_movemask_epi8(where)) / 2;
    *h_row = h;
    *e_row = e;
    return best;
}
#endif

/* The band's middle goes to that lane. */
static void move_band(struct rows *r, int lane)
{
    int by = lane - MIDDLE;
    int16_t h[LANES], e[LANES];
    for (int l = 0; l < LANES; l++) {
        h[l] = (int16_t)lane_of(r->h, l + by);
        e[l] = (int16_t)lane_of(r->e, l + by);
    }
    memcpy(r->h, h, sizeof h);
    memcpy(r->e, e, sizeof e);
    r->diagonal += by;
}

static void set_back(struct rows *r)
{
    for (int l = 0; l < LANES; l++) {
        r->h[l] = clamp(r->h[l] - SCORE_HIGH);
        r->e[l] = clamp(r->e[l] - SCORE_HIGH);
    }
    r->set_back += SCORE_HIGH;
    r->best -= SCORE_HIGH;
}

ALWAYS_INLINE bool rows_left(const struct rows *r)
{
    int64_t j = r->i + r->diagonal;
    if (r->back)
        return r->i >= r->in_a.from && j + LANES > r->in_b.from;
    return r->i < r->in_a.to && j < r->in_b.to;
}

/* One row has been worked out: whether to go on. */
ALWAYS_INLINE bool note_row(struct rows *r, int best, int lane)
{
    if (best > r->best) {
        r->best = best;
        r->best_i = r->i;
        r->best_j = r->i + r->diagonal + lane;
    }
    return best >= r->best - DROP;
}

ALWAYS_INLINE bool band_must_move(int best, int lane)
{
    return lane < LANE_LOW || lane > LANE_HIGH || best > SCORE_HIGH;
}

static void settle(struct rows *r, int best, int lane)
{
    if (best > SCORE_HIGH)
        set_back(r);
    move_band(r, lane);
}

static void run_plain(struct rows *r)
{
    for (; rows_left(r); r->i += r->back ? -1 : 1) {
        uint16_t a_key = r->a->key[r->i];
        int lane = 0;
        int best = row_plain(r, row_keys(r, a_key), a_key, match_score(r->a->rarity[r->i]), &lane);
        if (!note_row(r, best, lane))
            return;
        if (band_must_move(best, lane))
            settle(r, best, lane);
    }
}

#if defined(__x86_64__)
AVX2 ALWAYS_INLINE void run_avx2(struct rows *r, bool back)
{
    __m256i h = _mm256_loadu_si256((const __m256i *)(const void *)r->h);
    __m256i e = _mm256_loadu_si256((const __m256i *)(const void *)r->e);
    for (; rows_left(r); r->i += back ? -1 : 1) {
        uint16_t a_key = r->a->key[r->i];
        int lane;
        int best = row_avx2(&h, &e, back, row_keys(r, a_key), a_key,
                            match_score(r->a->rarity[r->i]), &lane);
        if (!note_row(r, best, lane))
            return;
        if (band_must_move(best, lane)) {
            _mm256_storeu_si256((__m256i *)(void *)r->h, h);
            _mm256_storeu_si256((__m256i *)(void *)r->e, e);
            settle(r, best, lane);
            h = _mm256_loadu_si256((const __m256i *)(const void *)r->h);
            e = _mm256_loadu_si256((const __m256i *)(const void *)r->e);
        }
    }
}

AVX2 static void run_avx2_forward(struct rows *r)
{
    run_avx2(r, false);
}

AVX2 static void run_avx2_backward(struct rows *r)
{
    run_avx2(r, true);
}
#endif

static void run(struct rows *r, bool plain)
{
    for (int l = 0; l < LANES; l++) {
        r->h[l] = NEVER;
        r->e[l] = NEVER;
    }
    r->h[MIDDLE] = 0;
#if defined(__x86_64__)
    if (!plain) {
        if (r->back)
            run_avx2_backward(r);
        else
            run_avx2_forward(r);
        return;
    }
#endif
    (void)plain;
    run_plain(r);
}

struct align_extent align_forward(const struct token_view *a, const struct token_view *b,
                                  struct align_range in_a, struct align_range in_b, uint32_t a_at,
                                  uint32_t b_at, bool plain)
{
    struct rows r = {.a = a, .b = b, .in_a = in_a, .in_b = in_b};
    r.i = a_at;
    r.diagonal = (int64_t)b_at - a_at - MIDDLE;
    r.best_i = (int64_t)a_at - 1;
    r.best_j = (int64_t)b_at - 1;
    run(&r, plain);
    return (struct align_extent){.score = r.best + r.set_back,
                                 .a = (uint32_t)(r.best_i + 1 - a_at),
                                 .b = (uint32_t)(r.best_j + 1 - b_at)};
}

struct align_extent align_backward(const struct token_view *a, const struct token_view *b,
                                   struct align_range in_a, struct align_range in_b, uint32_t a_at,
                                   uint32_t b_at, bool plain)
{
    struct rows r = {.a = a, .b = b, .in_a = in_a, .in_b = in_b, .back = true};
    r.i = (int64_t)a_at - 1;
    r.diagonal = (int64_t)b_at - a_at - MIDDLE;
    r.best_i = a_at;
    r.best_j = b_at;
    run(&r, plain);
    return (struct align_extent){.score = r.best + r.set_back,
                                 .a = (uint32_t)(a_at - r.best_i),
                                 .b = (uint32_t)(b_at - r.best_j)};
}
