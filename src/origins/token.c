/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* 64 bytes become masks of 64 bits: letters, digits, ends of sentences. Where the mask of words
 * changes a word begins or ends. Bytes of 0x80 and more count as letters at first; a run with one
 * in it is gone through again, character by character. */
#include "origins/token.h"

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
#define AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt")))

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

AVX2 ALWAYS_INLINE void classify_avx2(const uint8_t *bytes, struct masks *m)
{
    uint32_t half[2][4];
    for (unsigned i = 0; i < 2; i++) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + 32 * i));
        __m256i classes = classes_of(v);
        half[i][0] = bits_of(classes, 3) | (uint32_t)_mm256_movemask_epi8(v);
        half[i][1] = bits_of(classes, 4);
        half[i][2] = bits_of(classes, 8);
        half[i][3] = bits_of(classes, 16 | 32 | 64);
    }
    m->letters = half[0][0] | (uint64_t)half[1][0] << 32;
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

static uint64_t hash_long(const uint8_t *word, size_t len, uint64_t lower, uint64_t *seen)
{
    uint64_t hash = 0;
    uint8_t last[8] = {0};
    while (len >= 8) {
        uint64_t value = load(word);
        *seen |= value;
        hash = (hash ^ (value | lower)) * FACTOR_1;
        hash ^= hash >> 32;
        word += 8;
        len -= 8;
    }
    memcpy(last, word, len);
    uint64_t value = low_bytes(load(last) | lower, len);
    *seen |= load(last);
    return (hash ^ value) * FACTOR_1;
}

uint32_t token_hash(struct span folded)
{
    uint64_t seen = 0;
    bool ascii = true;
    for (size_t i = 0; i < folded.len; i++)
        ascii = ascii && folded.data[i] < 0x80;
    return finish(hash_long(folded.data, folded.len, ascii ? LOWER_BITS : 0, &seen));
}

ALWAYS_INLINE void put(struct tokens *t, uint32_t hash, uint32_t at, size_t len)
{
    t->hash[t->count] = hash;
    t->at[t->count] = at;
    t->len[t->count] = (uint8_t)len;
    t->count++;
}

struct scan {
    struct tokens *tokens;
    const struct token_table *table;
    struct span text;
    size_t begun; /* where the word that is being read begins */
    bool inside, new_sentence;
    uint64_t before, letter_before; /* the last bit of the block before */
};

static int add_long(struct scan *s, size_t from, size_t to, uint32_t flags)
{
    uint64_t seen = 0;
    while (from < to) {
        size_t len = to - from > TOKEN_LEN_MAX ? PIECE_BYTES : to - from;
        TRY(tokens_reserve(s->tokens, 2 * BLOCK));
        uint64_t hash = hash_long(s->text.data + from, len, LOWER_BITS, &seen);
        put(s->tokens, finish(hash), (uint32_t)from | flags, len);
        from += len;
        flags = 0;
    }
    return 0;
}

static int add_not_ascii(struct scan *s, size_t from, size_t to)
{
    bool new_sentence = s->new_sentence;
    TRY(token_fold_run(s->tokens, s->table, s->text, from, to, &new_sentence));
    s->new_sentence = new_sentence;
    return tokens_reserve(s->tokens, 2 * BLOCK);
}

static bool has_high(const uint8_t *bytes, size_t len)
{
    uint64_t seen = 0;
    (void)hash_long(bytes, len, 0, &seen);
    return (seen & HIGH_BITS) != 0;
}

/* Of letters and digits, small letters alone have both bits. */
ALWAYS_INLINE uint32_t name_flag(uint8_t first)
{
    return (first & 0x60) == 0x60 ? 0 : TOKEN_NAME;
}

static int add_other(struct scan *s, size_t from, size_t to)
{
    if (has_high(s->text.data + from, to - from))
        return add_not_ascii(s, from, to);
    uint32_t flags = name_flag(s->text.data[from]);
    flags |= s->new_sentence ? TOKEN_SENTENCE : 0;
    s->new_sentence = false;
    return add_long(s, from, to, flags);
}

/* Most words: at most 8 bytes, and 8 can be read. */
ALWAYS_INLINE int add(struct scan *s, size_t from, size_t to)
{
    const uint8_t *word = s->text.data + from;
    size_t len = to - from;
    if (len > 8 || from + 8 > s->text.len)
        return add_other(s, from, to);
    uint64_t value = low_bytes(load(word), len);
    if (value & HIGH_BITS)
        return add_not_ascii(s, from, to);
    uint32_t flags = name_flag(*word);
    flags |= s->new_sentence ? TOKEN_SENTENCE : 0;
    s->new_sentence = false;
    value = low_bytes(value | LOWER_BITS, len);
    /* As hash_long: 8 bytes are followed by an empty rest there. */
    uint64_t hash = value * FACTOR_1;
    if (len == 8) {
        hash ^= hash >> 32;
        hash *= FACTOR_1;
    }
    put(s->tokens, finish(hash), (uint32_t)from | flags, len);
    return 0;
}

/* after: the byte behind the block. */
ALWAYS_INLINE int scan_block(struct scan *s, size_t base, struct masks m, uint8_t after)
{
    bool letter_after = after >= 0x80 || (uint8_t)((after | 0x20) - 'a') < 26;
    uint64_t joined = m.joiners & (m.letters << 1 | s->letter_before) &
                      (m.letters >> 1 | (uint64_t)letter_after << 63);
    uint64_t words = m.letters | m.digits | joined;
    uint64_t turns = words ^ (words << 1 | s->before);
    s->before = words >> 63;
    s->letter_before = m.letters >> 63;
    while (turns) {
        unsigned bit = (unsigned)__builtin_ctzll(turns);
        turns &= turns - 1;
        if (s->inside) {
            TRY(add(s, s->begun, base + bit));
        } else {
            uint64_t gap = m.ends & (((uint64_t)1 << bit) - 1);
            s->new_sentence |= gap != 0;
            m.ends ^= gap;
            s->begun = base + bit;
        }
        s->inside = !s->inside;
    }
    s->new_sentence |= m.ends != 0;
    return 0;
}

ALWAYS_INLINE int scan_text(struct scan *s, void (*classify)(const uint8_t *, struct masks *))
{
    struct masks m;
    size_t base = 0;
    for (; base + BLOCK < s->text.len; base += BLOCK) {
        TRY(tokens_reserve(s->tokens, 2 * BLOCK));
        classify(s->text.data + base, &m);
        TRY(scan_block(s, base, m, s->text.data[base + BLOCK]));
    }
    uint8_t last[BLOCK];
    memset(last, ' ', sizeof last);
    if (base < s->text.len)
        memcpy(last, s->text.data + base, s->text.len - base);
    TRY(tokens_reserve(s->tokens, 2 * BLOCK));
    classify(last, &m);
    TRY(scan_block(s, base, m, ' '));
    return s->inside ? add(s, s->begun, s->text.len) : 0;
}

static int scan_plain(struct scan *s)
{
    return scan_text(s, classify_plain);
}

#if defined(__x86_64__)
AVX2 static int scan_avx2(struct scan *s)
{
    return scan_text(s, classify_avx2);
}
#endif

int tokens_add(struct tokens *t, const struct token_table *table, struct span text)
{
    struct scan s = {.tokens = t, .table = table, .text = text, .new_sentence = true};
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
