/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* 64 bytes become masks of 64 bits: letters, digits, ends of sentences; where the mask of words
 * changes a word begins or ends. The places are written down for some thousand bytes, then the
 * words between them are hashed: two loops without much to guess for the processor. Bytes of 0x80
 * and more count as letters at first; a run with one in it is gone through again, character by
 * character. */
#include "origins/token.h"

#include <stddef.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/mem.h"
#include "origins/token_fold.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define BLOCK 64
#define PIECE_BYTES 240 /* of a word that is too long */

struct masks {
    uint64_t letters, digits, joiners, ends;
};

void tokens_init(struct tokens *t)
{
    *t = (struct tokens){.count = 0};
    buf_init(&t->folded, 1u << 16);
}

void tokens_release(struct tokens *t)
{
    mem_free(t->hash);
    mem_free(t->at);
    mem_free(t->len);
    buf_release(&t->folded);
    *t = (struct tokens){.count = 0};
}

static int grow(struct tokens *t, size_t more)
{
    size_t capacity = t->capacity + t->capacity / 2;
    capacity = capacity < t->count + more ? t->count + more + 512 : capacity;
    uint32_t *hash = mem_realloc(t->hash, capacity * sizeof *hash);
    REJECT_IF(!hash, E_NOMEM);
    t->hash = hash;
    uint32_t *at = mem_realloc(t->at, capacity * sizeof *at);
    REJECT_IF(!at, E_NOMEM);
    t->at = at;
    uint8_t *len = mem_realloc(t->len, capacity);
    REJECT_IF(!len, E_NOMEM);
    t->len = len;
    t->capacity = capacity;
    return 0;
}

int tokens_reserve(struct tokens *t, size_t more)
{
    return t->count + more <= t->capacity ? 0 : grow(t, more);
}

ALWAYS_INLINE void classify_plain(const uint8_t *bytes, struct masks *m)
{
    *m = (struct masks){.letters = 0};
    for (unsigned i = 0; i < BLOCK; i++) {
        uint8_t c = bytes[i], lower = c | 0x20;
        m->letters |= (uint64_t)((uint8_t)(lower - 'a') < 26 || c >= 0x80) << i;
        m->digits |= (uint64_t)((uint8_t)(c - '0') < 10) << i;
        m->joiners |= (uint64_t)(c == '\'') << i;
        m->ends |= (uint64_t)(c == '.' || c == '!' || c == '?' || c == '\n') << i;
    }
}

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))

/* A byte belongs to a class when the tables for its lower and its upper half both say so.
 * 1: A-O a-o, 2: P-Z p-z, 4: 0-9, 8: ', 16: . and !, 32: ?, 64: newline */
AVX2 ALWAYS_INLINE __m256i classes_of(__m256i bytes)
{
    const __m256i lower = _mm256_setr_epi8(6, 23, 7, 7, 7, 7, 7, 15, 7, 7, 67, 1, 1, 1, 17, 33, /**/
                                           6, 23, 7, 7, 7, 7, 7, 15, 7, 7, 67, 1, 1, 1, 17, 33);
    const __m256i upper = _mm256_setr_epi8(64, 0, 24, 36, 1, 2, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, /**/
                                           64, 0, 24, 36, 1, 2, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m256i half = _mm256_set1_epi8(15);
    __m256i by_lower = _mm256_shuffle_epi8(lower, _mm256_and_si256(bytes, half));
    __m256i by_upper =
        _mm256_shuffle_epi8(upper, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half));
    return _mm256_and_si256(by_lower, by_upper);
}

AVX2 ALWAYS_INLINE uint32_t bits_of(__m256i classes, char which)
{
    __m256i none = _mm256_cmpeq_epi8(_mm256_and_si256(classes, _mm256_set1_epi8(which)),
                                     _mm256_setzero_si256());
    return ~(uint32_t)_mm256_movemask_epi8(none);
}

/* Quotation marks and dashes of three bytes, E2 80 and 90 to BA, that lie within the block; but for
 * the apostrophe and the ellipsis. In English they are most of what is not ASCII. */
AVX2 ALWAYS_INLINE uint64_t three_bytes(const uint8_t *bytes)
{
    uint64_t first = 0, second = 0, third = 0;
    for (unsigned i = 0; i < 2; i++) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + 32 * i));
        __m256i in = _mm256_and_si256(_mm256_cmpgt_epi8(v, _mm256_set1_epi8((char)0x8F)),
                                      _mm256_cmpgt_epi8(_mm256_set1_epi8((char)0xBB), v));
        __m256i out = _mm256_or_si256(_mm256_cmpeq_epi8(v, _mm256_set1_epi8((char)0x99)),
                                      _mm256_cmpeq_epi8(v, _mm256_set1_epi8((char)0xA6)));
        __m256i e2 = _mm256_cmpeq_epi8(v, _mm256_set1_epi8((char)0xE2));
        __m256i x80 = _mm256_cmpeq_epi8(v, _mm256_set1_epi8((char)0x80));
        first |= (uint64_t)(uint32_t)_mm256_movemask_epi8(e2) << (32 * i);
        second |= (uint64_t)(uint32_t)_mm256_movemask_epi8(x80) << (32 * i);
        third |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_andnot_si256(out, in)) << (32 * i);
    }
    third &= second << 1 & first << 2;
    return third | third >> 1 | third >> 2;
}

AVX2 ALWAYS_INLINE void classify_avx2(const uint8_t *bytes, struct masks *m)
{
    uint32_t half[2][5];
    for (unsigned i = 0; i < 2; i++) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + 32 * i));
        __m256i classes = classes_of(v);
        half[i][4] = (uint32_t)_mm256_movemask_epi8(v);
        half[i][0] = bits_of(classes, 3) | half[i][4];
        half[i][1] = bits_of(classes, 4);
        half[i][2] = bits_of(classes, 8);
        half[i][3] = bits_of(classes, 16 | 32 | 64);
    }
    m->letters = half[0][0] | (uint64_t)half[1][0] << 32;
    if (half[0][4] | half[1][4])
        m->letters &= ~three_bytes(bytes);
    m->digits = half[0][1] | (uint64_t)half[1][1] << 32;
    m->joiners = half[0][2] | (uint64_t)half[1][2] << 32;
    m->ends = half[0][3] | (uint64_t)half[1][3] << 32;
}
#endif

#define FACTOR_1 0x9e3779b97f4a7c15u
#define FACTOR_2 0xd6e8feb86659fd93u
#define FACTOR_3 0xa0761d6478bd642fu
#define LOWER_BITS 0x2020202020202020u
#define HIGH_BITS 0x8080808080808080u

ALWAYS_INLINE uint64_t low_bytes(uint64_t value, size_t count)
{
    return count >= 8 ? value : value & (((uint64_t)1 << (8 * count)) - 1);
}

ALWAYS_INLINE uint64_t load(const uint8_t *from)
{
    uint64_t value;
    memcpy(&value, from, sizeof value);
    return value;
}

ALWAYS_INLINE uint32_t finish(uint64_t hash)
{
    hash ^= hash >> 29;
    return (uint32_t)((hash * FACTOR_3) >> 32);
}

ALWAYS_INLINE uint64_t blend(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * FACTOR_1;
    return hash ^ (hash >> 32);
}

/* Eight bytes after eight, the last ones filled up with zeros; at least 16. *seen: all bits. */
static uint64_t hash_long(const uint8_t *word, size_t len, uint64_t lower, uint64_t *seen)
{
    uint64_t hash = 0;
    for (size_t at = 0; at < 16 || at < len; at += 8) {
        size_t here = at >= len ? 0 : len - at > 8 ? 8 : len - at;
        uint8_t bytes[8] = {0};
        memcpy(bytes, word + at * (here > 0), here);
        uint64_t value = load(bytes);
        *seen |= value;
        hash = blend(hash, low_bytes(value | lower, here));
    }
    return hash;
}

/* What was folded has the bits of LOWER_BITS where it is ASCII. */
uint32_t token_hash(struct span folded)
{
    uint64_t seen = 0;
    return finish(hash_long(folded.data, folded.len, 0, &seen));
}

uint32_t token_hash_padded(const uint8_t *folded, size_t len)
{
    uint64_t hash = blend(blend(0, load(folded)), load(folded + 8));
    for (size_t at = 16; at < len; at += 8)
        hash = blend(hash, load(folded + at));
    return finish(hash);
}

#define CHUNK_BLOCKS 64
#define PLACES_MAX (CHUNK_BLOCKS * BLOCK / 2 + 2)
#define PLACES_AHEAD 12 /* written without asking how many there are */

struct scan {
    struct tokens *tokens;
    const struct token_table *table;
    struct span text;
    bool new_sentence, end_seen;    /* when the next word is taken; when it is found */
    uint64_t before, letter_before; /* the last bit of the block before */
    size_t begun, ended;            /* how many are in the lists below */
    uint32_t begins[PLACES_MAX + PLACES_AHEAD], ends[PLACES_MAX + PLACES_AHEAD];
};

/* Of letters and digits, small letters alone have both bits. */
ALWAYS_INLINE uint32_t name_flag(uint8_t first)
{
    return (first & 0x60) == 0x60 ? 0 : TOKEN_NAME;
}

static int add_long(struct scan *s, size_t from, size_t to, uint32_t flags)
{
    struct tokens *t = s->tokens;
    uint64_t seen = 0;
    for (size_t len; from < to; from += len, flags = 0) {
        len = to - from > TOKEN_LEN_MAX ? PIECE_BYTES : to - from;
        TRY(tokens_reserve(t, 1));
        uint64_t hash = hash_long(s->text.data + from, len, LOWER_BITS, &seen);
        t->hash[t->count] = finish(hash);
        t->at[t->count] = (uint32_t)from | flags;
        t->len[t->count++] = (uint8_t)len;
    }
    return 0;
}

static bool has_high(const uint8_t *bytes, size_t len)
{
    uint64_t seen = 0;
    (void)hash_long(bytes, len, 0, &seen);
    return (seen & HIGH_BITS) != 0;
}

/* Those that are long, at the end of the text or not ASCII alone; left: words still to come. */
static int add_other(struct scan *s, size_t from, size_t to, size_t left)
{
    if (has_high(s->text.data + from, to - from)) {
        TRY(token_fold_run(s->tokens, s->table, s->text, from, to, &s->new_sentence));
    } else {
        uint32_t flags = name_flag(s->text.data[from]) | (s->new_sentence ? TOKEN_SENTENCE : 0);
        s->new_sentence = false;
        TRY(add_long(s, from, to, flags));
    }
    return tokens_reserve(s->tokens, left);
}

/* 8 bytes from 16 - len on keep the first 8 bytes of a word of len; 8 bytes on, the rest. */
static const uint8_t kept_bytes[32] = {255, 255, 255, 255, 255, 255, 255, 255,
                                       255, 255, 255, 255, 255, 255, 255, 255};

/* Adds words from the list on, up to one that is not at most 16 bytes of ASCII; returns which. */
ALWAYS_INLINE size_t add_common(struct scan *s, size_t word)
{
    struct tokens *t = s->tokens;
    uint32_t *hash = t->hash + t->count, *at = t->at + t->count;
    uint8_t *lens = t->len + t->count;
    size_t first_word = word, readable = s->text.len < 16 ? 0 : s->text.len - 15;
    uint32_t new_sentence = s->new_sentence ? TOKEN_SENTENCE : 0;
    for (; word < s->ended; word++) {
        uint32_t from = s->begins[word] & TOKEN_AT, len = s->ends[word] - from;
        if (len > 16 || from >= readable)
            break;
        const uint8_t *bytes = s->text.data + from;
        uint64_t one = load(bytes), two = load(bytes + 8);
        uint64_t keep_one = load(kept_bytes + 16 - len), keep_two = load(kept_bytes + 24 - len);
        if (((one & keep_one) | (two & keep_two)) & HIGH_BITS)
            break;
        one = (one | LOWER_BITS) & keep_one;
        two = (two | LOWER_BITS) & keep_two;
        *hash++ = finish(blend(blend(0, one), two));
        *at++ = s->begins[word] | name_flag(*bytes) | new_sentence;
        *lens++ = (uint8_t)len;
        new_sentence = 0;
    }
    if (word > first_word)
        s->new_sentence = false;
    t->count += word - first_word;
    return word;
}

/* All words whose end is known. */
ALWAYS_INLINE int add_words(struct scan *s)
{
    TRY(tokens_reserve(s->tokens, s->ended + 1));
    for (size_t word = 0; (word = add_common(s, word)) < s->ended; word++) {
        s->new_sentence |= (s->begins[word] & TOKEN_SENTENCE) != 0;
        TRY(add_other(s, s->begins[word] & TOKEN_AT, s->ends[word], s->ended - word));
    }
    s->begins[0] = s->begins[s->begun - (s->begun > s->ended)];
    s->begun -= s->ended;
    s->ended = 0;
    return 0;
}

/* More places than there are may be written, not counted. */
ALWAYS_INLINE size_t write_places(uint32_t *places, size_t count, size_t base, uint64_t bits)
{
    unsigned all = (unsigned)__builtin_popcountll(bits);
    uint32_t *to = places + count;
    for (unsigned done = 0; done < all; done += PLACES_AHEAD) {
#pragma GCC unroll 16
        for (unsigned i = 0; i < PLACES_AHEAD; i++) {
            /* The highest bit: zero has no lowest one. */
            to[done + i] = (uint32_t)base + (unsigned)__builtin_ctzll(bits | (uint64_t)1 << 63);
            bits &= bits - 1;
        }
    }
    return count + all;
}

/* Marks the first word behind each end of a sentence. */
ALWAYS_INLINE void mark_sentences(struct scan *s, uint64_t sentence_ends, uint64_t begins)
{
    uint32_t *first = s->begins + s->begun;
    if (begins == 0) {
        s->end_seen |= sentence_ends != 0;
        return;
    }
    if (s->end_seen)
        *first |= TOKEN_SENTENCE;
    s->end_seen = false;
    while (sentence_ends) {
        uint64_t up_to = sentence_ends ^ (sentence_ends - 1), behind = begins & ~up_to;
        if (behind == 0) {
            s->end_seen = true;
            return;
        }
        first[__builtin_popcountll(begins & up_to)] |= TOKEN_SENTENCE;
        sentence_ends &= ~((behind & -behind) - 1);
    }
}

/* Whether a letter is there, as the masks of the next block will have it. */
ALWAYS_INLINE bool letter_at(const struct scan *s, size_t at, bool marks_known)
{
    const uint8_t *c = s->text.data + at;
    if (at >= s->text.len || *c < 0x80)
        return at < s->text.len && (uint8_t)((*c | 0x20) - 'a') < 26;
    return !(marks_known && *c == 0xE2 && at + 3 <= s->text.len && c[1] == 0x80 && c[2] >= 0x90 &&
             c[2] <= 0xBA && c[2] != 0x99 && c[2] != 0xA6);
}

ALWAYS_INLINE void scan_block(struct scan *s, size_t base, const struct masks *m, bool letter_after)
{
    uint64_t joined = m->joiners & (m->letters << 1 | s->letter_before) &
                      (m->letters >> 1 | (uint64_t)letter_after << 63);
    uint64_t words = m->letters | m->digits | joined, before = words << 1 | s->before;
    uint64_t begins = words & ~before;
    s->before = words >> 63;
    s->letter_before = m->letters >> 63;
    size_t begun = write_places(s->begins, s->begun, base, begins);
    if (m->ends | s->end_seen)
        mark_sentences(s, m->ends, begins);
    s->begun = begun;
    s->ended = write_places(s->ends, s->ended, base, ~words & before);
}

/* marks_known: classify takes quotation marks and dashes for what they are. */
ALWAYS_INLINE int scan_text(struct scan *s, void (*classify)(const uint8_t *, struct masks *),
                            bool marks_known)
{
    struct masks m;
    size_t base = 0;
    while (base + BLOCK < s->text.len) {
        for (int i = 0; i < CHUNK_BLOCKS && base + BLOCK < s->text.len; i++, base += BLOCK) {
            classify(s->text.data + base, &m);
            scan_block(s, base, &m, letter_at(s, base + BLOCK, marks_known));
        }
        TRY(add_words(s));
    }
    uint8_t last[BLOCK];
    memset(last, ' ', sizeof last);
    if (base < s->text.len)
        memcpy(last, s->text.data + base, s->text.len - base);
    classify(last, &m);
    scan_block(s, base, &m, false);
    if (s->begun > s->ended)
        s->ends[s->ended++] = (uint32_t)s->text.len;
    return add_words(s);
}

static int scan_plain(struct scan *s)
{
    return scan_text(s, classify_plain, false);
}

#if defined(__x86_64__)
AVX2 static int scan_avx2(struct scan *s)
{
    return scan_text(s, classify_avx2, true);
}
#endif

int tokens_add(struct tokens *t, const struct token_table *table, struct span text)
{
    struct scan s;
    memset(&s, 0, offsetof(struct scan, begins));
    s.tokens = t;
    s.table = table;
    s.text = text;
    s.new_sentence = true;
    size_t before = t->count;
    int error;
#if defined(__x86_64__)
    error = token_table_plain(table) ? scan_plain(&s) : scan_avx2(&s);
#else
    error = scan_plain(&s);
#endif
    if (error < 0)
        t->count = before;
    return error;
}
