/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Every promising place is extended as far as it goes; then the best are taken first, so that a
 * sentence that a document repeats does not cut the passage that it stands in. */
#include "origins/pair.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "origins/pair_kind.h"

#define SCORE_MIN 150 /* in quarters of a bit */
#define GAP_WORDS_MAX 16
#define GAP_MATCHES_MAX 4
#define EXPLAINED_LOOK 16
#define SNAP_WORDS_MAX 3
#define SHORT_WORDS 16
#define EVENT_HITS_MIN 10 /* without a passage */

/* A stretch of words in each. */
struct match {
    struct align_range a, b;
    struct chain_hit hit; /* from which it was extended */
    int32_t score;
    uint32_t same;
};

struct pair_scratch {
    bool plain;
    struct match *matches;
    struct align_range *taken_a, *taken_b; /* in order */
    size_t count, capacity;
    struct pair_words words;
    struct corpus_reader *reader;
};

int pair_scratch_new(struct corpus *corpus, bool plain, struct pair_scratch **ret_scratch)
{
    struct pair_scratch *s = mem_calloc(1, sizeof *s);
    REJECT_IF(!s, E_NOMEM);
#if defined(__x86_64__)
    plain |= !__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2");
#endif
    s->plain = plain;
    int error = corpus_reader_new(corpus, &s->reader);
    if (error < 0)
        pair_scratch_free(s);
    else
        *ret_scratch = s;
    return error;
}

void pair_scratch_free(struct pair_scratch *s)
{
    if (!s)
        return;
    mem_free(s->matches);
    mem_free(s->taken_a);
    mem_free(s->taken_b);
    pair_words_release(&s->words);
    corpus_reader_free(s->reader);
    mem_free(s);
}

void pair_found_release(struct pair_found *f)
{
    mem_free(f->passages);
    mem_free(f->pairs);
    *f = (struct pair_found){.count = 0};
}

static int make_room(struct pair_scratch *s)
{
    if (s->count < s->capacity)
        return 0;
    size_t capacity = s->capacity ? s->capacity * 2 : 64;
    struct match *matches = mem_realloc(s->matches, capacity * sizeof *matches);
    REJECT_IF(!matches, E_NOMEM);
    s->matches = matches;
    struct align_range *taken = mem_realloc(s->taken_a, capacity * sizeof *taken);
    REJECT_IF(!taken, E_NOMEM);
    s->taken_a = taken;
    taken = mem_realloc(s->taken_b, capacity * sizeof *taken);
    REJECT_IF(!taken, E_NOMEM);
    s->taken_b = taken;
    s->capacity = capacity;
    return 0;
}

/* How many of the ranges, which are in order, begin at or before that word. */
static size_t ranges_before(const struct align_range *ranges, size_t count, uint32_t at)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranges[middle].from <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What is free around a word between the ranges that are taken; false: it lies in one. */
static bool free_around(const struct align_range *taken, size_t count, uint32_t words, uint32_t at,
                        struct align_range *ret_free)
{
    size_t before = ranges_before(taken, count, at);
    *ret_free = (struct align_range){before > 0 ? taken[before - 1].to : 0,
                                     before < count ? taken[before].from : words};
    return at >= ret_free->from;
}

static void put_range(struct align_range *ranges, size_t count, struct align_range range)
{
    size_t to = ranges_before(ranges, count, range.from);
    memmove(ranges + to + 1, ranges + to, (count - to) * sizeof *ranges);
    ranges[to] = range;
}

static struct match extend(const struct pair_scratch *s, const struct pair_side *a,
                           const struct pair_side *b, struct chain_hit hit, struct align_range in_a,
                           struct align_range in_b)
{
    struct align_extent on =
        align_forward(&a->words, &b->words, in_a, in_b, hit.a, hit.b, s->plain);
    struct align_extent back =
        align_backward(&a->words, &b->words, in_a, in_b, hit.a, hit.b, s->plain);
    return (struct match){.a = {hit.a - back.a, hit.a + on.a},
                          .b = {hit.b - back.b, hit.b + on.b},
                          .hit = hit,
                          .score = on.score + back.score};
}

static bool sentence_at(const struct token_view *v, uint32_t word)
{
    return word >= v->count || v->at[word] & TOKEN_SENTENCE;
}

/* How many words on (step 1) or back (-1) a sentence begins or ends, or more than
 * SNAP_WORDS_MAX. */
static uint32_t to_sentence(const struct token_view *v, uint32_t at, struct align_range within,
                            int step)
{
    for (uint32_t i = 0; i <= SNAP_WORDS_MAX; i++) {
        if (step < 0 ? at < within.from + i : at + i > within.to)
            break;
        if (sentence_at(v, step < 0 ? at - i : at + i))
            return i;
    }
    return SNAP_WORDS_MAX + 1;
}

/* What was reworded at the very ends of a sentence is not in the alignment. */
static void snap(const struct pair_side *a, const struct pair_side *b, struct align_range in_a,
                 struct align_range in_b, struct match *m)
{
    uint32_t a_by = to_sentence(&a->words, m->a.from, in_a, -1);
    uint32_t b_by = to_sentence(&b->words, m->b.from, in_b, -1);
    if (a_by <= SNAP_WORDS_MAX && b_by <= SNAP_WORDS_MAX) {
        m->a.from -= a_by;
        m->b.from -= b_by;
    }
    a_by = to_sentence(&a->words, m->a.to, in_a, 1);
    b_by = to_sentence(&b->words, m->b.to, in_b, 1);
    if (a_by <= SNAP_WORDS_MAX && b_by <= SNAP_WORDS_MAX) {
        m->a.to += a_by;
        m->b.to += b_by;
    }
}

static bool within(struct align_range r, uint32_t at)
{
    return at >= r.from && at < r.to;
}

/* Whether one of the latest matches has it in it. */
static bool explained(const struct pair_scratch *s, struct chain_hit hit)
{
    size_t from = s->count > EXPLAINED_LOOK ? s->count - EXPLAINED_LOOK : 0;
    for (size_t i = s->count; i-- > from;) {
        if (within(s->matches[i].a, hit.a) && within(s->matches[i].b, hit.b))
            return true;
    }
    return false;
}

/* All that is good enough, each by itself: they may overlap. */
static int find_matches(struct pair_scratch *s, const struct pair_side *a,
                        const struct pair_side *b, struct chain_hit *hits, size_t count)
{
    const struct align_range all_a = {0, a->words.count}, all_b = {0, b->words.count};
    struct match failed = {.score = 0};
    s->count = 0;
    count = chain_tidy(hits, count);
    for (size_t i = 0; i + 1 < count; i++) {
        if (explained(s, hits[i]) ||
            (within(failed.a, hits[i].a) && chain_near(hits[i], failed.hit)) ||
            !chain_goes_on(hits, count, i))
            continue;
        struct match m = extend(s, a, b, hits[i], all_a, all_b);
        if (m.score < SCORE_MIN) {
            failed = m;
            continue;
        }
        TRY(make_room(s));
        s->matches[s->count++] = m;
    }
    return 0;
}

static int by_score(const void *x, const void *y)
{
    const struct match *a = x, *b = y;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    if (a->hit.a != b->hit.a)
        return a->hit.a < b->hit.a ? -1 : 1;
    return a->hit.b < b->hit.b ? -1 : a->hit.b > b->hit.b;
}

static int by_place(const void *x, const void *y)
{
    const struct match *a = x, *b = y;
    return a->a.from < b->a.from ? -1 : a->a.from > b->a.from;
}

/* The best first; another one has what is then left for it. */
static void choose(struct pair_scratch *s, const struct pair_side *a, const struct pair_side *b)
{
    size_t kept = 0;
    if (s->count > 1)
        qsort(s->matches, s->count, sizeof *s->matches, by_score);
    for (size_t i = 0; i < s->count; i++) {
        struct match m = s->matches[i];
        struct align_range in_a, in_b;
        if (!free_around(s->taken_a, kept, a->words.count, m.hit.a, &in_a) ||
            !free_around(s->taken_b, kept, b->words.count, m.hit.b, &in_b))
            continue;
        if (m.a.from < in_a.from || m.a.to > in_a.to || m.b.from < in_b.from || m.b.to > in_b.to)
            m = extend(s, a, b, m.hit, in_a, in_b);
        if (m.score < SCORE_MIN)
            continue;
        snap(a, b, in_a, in_b, &m);
        put_range(s->taken_a, kept, m.a);
        put_range(s->taken_b, kept, m.b);
        s->matches[kept++] = m;
    }
    s->count = kept;
    if (kept > 1)
        qsort(s->matches, kept, sizeof *s->matches, by_place);
}

static bool are_neighbours(const struct match *x, const struct match *y)
{
    return y->b.from >= x->b.to && y->a.from - x->a.to <= GAP_WORDS_MAX &&
           y->b.from - x->b.to <= GAP_WORDS_MAX;
}

/* Neighbours in both, with little between them, are one; and what lies between them in one of the
 * documents alone goes. */
static void join_neighbours(struct pair_scratch *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++) {
        struct match m = s->matches[i];
        size_t back = kept;
        while (back > 0 && kept - back < GAP_MATCHES_MAX &&
               !are_neighbours(&s->matches[back - 1], &m))
            back--;
        if (back == 0 || kept - back == GAP_MATCHES_MAX) {
            s->matches[kept++] = m;
            continue;
        }
        struct match *last = &s->matches[back - 1];
        last->a.to = m.a.to;
        last->b.to = m.b.to;
        kept = back;
    }
    s->count = kept;
}

static uint32_t byte_from(const struct token_view *v, uint32_t word)
{
    return v->at[word] & TOKEN_AT;
}

static uint32_t byte_to(const struct token_view *v, uint32_t word_end)
{
    return (v->at[word_end - 1] & TOKEN_AT) + v->len[word_end - 1];
}

static int put_passage(struct pair_found *f, const struct pair_side *a, const struct pair_side *b,
                       const struct match *m)
{
    if (f->count == f->capacity) {
        size_t capacity = f->capacity ? f->capacity * 2 : 64;
        struct passage *more = mem_realloc(f->passages, capacity * sizeof *more);
        REJECT_IF(!more, E_NOMEM);
        f->passages = more;
        f->capacity = capacity;
    }
    uint32_t a_words = m->a.to - m->a.from, b_words = m->b.to - m->b.from;
    f->passages[f->count++] = (struct passage){.a = a->document,
                                               .b = b->document,
                                               .a_from = byte_from(&a->words, m->a.from),
                                               .a_to = byte_to(&a->words, m->a.to),
                                               .b_from = byte_from(&b->words, m->b.from),
                                               .b_to = byte_to(&b->words, m->b.to),
                                               .words = a_words > b_words ? a_words : b_words,
                                               .same_words = m->same};
    return 0;
}

static int put_pair(struct pair_found *f, struct document_pair pair)
{
    if (f->pair_count == f->pair_capacity) {
        size_t capacity = f->pair_capacity ? f->pair_capacity * 2 : 64;
        struct document_pair *more = mem_realloc(f->pairs, capacity * sizeof *more);
        REJECT_IF(!more, E_NOMEM);
        f->pairs = more;
        f->pair_capacity = capacity;
    }
    f->pairs[f->pair_count++] = pair;
    return 0;
}

static bool is_short(const struct match *m)
{
    return m->a.to - m->a.from < SHORT_WORDS || m->b.to - m->b.from < SHORT_WORDS;
}

static int within_marks(struct pair_scratch *s, const struct pair_side *side,
                        struct align_range words, bool *ret_within)
{
    struct span text;
    TRY(corpus_read(s->reader, side->document, &text));
    *ret_within = pair_quotation_mark(text, byte_from(&side->words, words.from),
                                      byte_to(&side->words, words.to));
    return 0;
}

/* A turn of phrase is no passage. */
static int is_reason_enough(struct pair_scratch *s, const struct pair_side *a,
                            const struct pair_side *b, const struct match *m, bool *ret_enough)
{
    bool in_a, in_b;
    *ret_enough = pair_common_name(&a->words, m->a, &b->words, m->b);
    if (*ret_enough)
        return 0;
    TRY(within_marks(s, a, m->a, &in_a));
    TRY(within_marks(s, b, m->b, &in_b));
    *ret_enough = in_a && in_b;
    return 0;
}

/* Short ones stay between documents on one event, or that share something longer, and where they
 * have a reason of their own. */
static int leave_out_short(struct pair_scratch *s, const struct pair_side *a,
                           const struct pair_side *b, bool same_event)
{
    bool any_long = same_event;
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++)
        any_long |= !is_short(&s->matches[i]);
    for (size_t i = 0; !any_long && i < s->count; i++) {
        bool enough;
        TRY(is_reason_enough(s, a, b, &s->matches[i], &enough));
        s->matches[kept] = s->matches[i];
        kept += enough;
    }
    s->count = any_long ? s->count : kept;
    return 0;
}

struct sums {
    uint64_t a, b, words, same;
};

static int put_all(struct pair_scratch *s, const struct pair_side *a, const struct pair_side *b,
                   bool same_event, struct pair_found *found)
{
    struct sums sums = {0, 0, 0, 0};
    for (size_t i = 0; i < s->count; i++) {
        struct match *m = &s->matches[i];
        TRY(pair_count_same(&s->words, &a->words, m->a, &b->words, m->b, &m->same));
        TRY(put_passage(found, a, b, m));
        sums.a += m->a.to - m->a.from;
        sums.b += m->b.to - m->b.from;
        sums.words += found->passages[found->count - 1].words;
        sums.same += m->same;
    }
    double a_shared = (double)sums.a / a->words.count, b_shared = (double)sums.b / b->words.count;
    double same = sums.words ? (double)sums.same / (double)sums.words : 0;
    struct document_pair pair = {.a = a->document, .b = b->document};
    pair.relation = pair_relation(a_shared, b_shared, same, same_event);
    pair.a_shared = (float)a_shared;
    pair.b_shared = (float)b_shared;
    return put_pair(found, pair);
}

int pair_find(struct pair_scratch *s, const struct pair_side *a, const struct pair_side *b,
              struct chain_hit *hits, size_t hit_count, struct pair_found *found)
{
    bool same_event = false;
    TRY(find_matches(s, a, b, hits, hit_count));
    choose(s, a, b);
    join_neighbours(s);
    if (s->count > 0 || hit_count >= EVENT_HITS_MIN)
        TRY(pair_same_event(&s->words, &a->words, &b->words, &same_event));
    TRY(leave_out_short(s, a, b, same_event));
    return s->count > 0 || same_event ? put_all(s, a, b, same_event, found) : 0;
}

int pair_put_same(const struct pair_side *a, const struct pair_side *b, struct pair_found *found)
{
    const struct match all = {
        .a = {0, a->words.count}, .b = {0, b->words.count}, .same = a->words.count};
    TRY(put_passage(found, a, b, &all));
    return put_pair(found, (struct document_pair){.a = a->document,
                                                  .b = b->document,
                                                  .relation = RELATION_COPY,
                                                  .a_shared = 1,
                                                  .b_shared = 1});
}
