/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Local alignment (Smith and Waterman 1981) with gaps that cost what is left out. A spinner
 * leaves the small words and the order, an editor the rare words: both are seen in the weight of
 * what fits, out of the weight of all. What one cannot see in a weight, a number, a name or a
 * "not" that is another, parts two wordings whatever else they share. */
#include "origins/statement_parts.h"

#include <string.h>

#define STEM_LIKE 0.9f
#define MISMATCH 0.30f
#define GAP 0.30f
/* A fragment weighs less than this part of the whole, */
#define FRAGMENT_PART 0.75f
/* and stands there within a place that weighs at most this much of it. */
#define FRAGMENT_SPREAD 1.5f
#define SHORT_WORDS 25
#define NAMES_FITS 8.0f
#define DAYS_NEAR 7

struct cell {
    float score, fits; /* fits: the weight of what fits, without what it costs */
    uint16_t from_a, from_b;
    uint16_t content, exact;
};

struct region {
    uint32_t from_a, to_a, from_b, to_b;
    float fits;
    uint32_t content, exact; /* words that fit: not in [stop]; letter for letter */
};

static float likeness_of(const struct said_word *a, const struct said_word *b)
{
    if (a->word == b->word)
        return 1;
    if (a->negation && b->negation)
        return STEM_LIKE;
    return a->stem == b->stem && !a->stop && !b->stop && !a->number && !b->number ? STEM_LIKE : 0;
}

static struct cell stepped(struct cell from, float cost)
{
    from.score -= cost;
    return from.score > 0 ? from : (struct cell){.score = 0};
}

static struct cell matched(struct cell from, const struct said_word *a, const struct said_word *b,
                           uint32_t i, uint32_t j)
{
    float like = likeness_of(a, b), weight = (a->weight + b->weight) / 2;
    if (like == 0)
        return stepped(from, MISMATCH * weight);
    if (from.score <= 0)
        from = (struct cell){.from_a = (uint16_t)i, .from_b = (uint16_t)j};
    from.score += like * weight;
    from.fits += like * weight;
    from.content += !a->stop;
    from.exact += like == 1;
    return from;
}

/* The best place of b in a. */
static struct region align(const struct node *a, const struct node *b)
{
    struct cell row[STATEMENT_WORDS_MAX + 1];
    struct region best = {.fits = 0};
    float most = 0;
    memset(row, 0, sizeof row);
    for (uint32_t i = 0; i < a->word_count; i++) {
        struct cell diagonal = row[0];
        for (uint32_t j = 0; j < b->word_count; j++) {
            const struct said_word *x = &a->words[i], *y = &b->words[j];
            struct cell cell = matched(diagonal, x, y, i, j);
            struct cell skip_a = stepped(row[j + 1], GAP * x->weight);
            struct cell skip_b = stepped(row[j], GAP * y->weight);
            if (skip_a.score > cell.score)
                cell = skip_a;
            if (skip_b.score > cell.score)
                cell = skip_b;
            diagonal = row[j + 1];
            row[j + 1] = cell;
            if (cell.score > most) {
                most = cell.score;
                best = (struct region){cell.from_a, i + 1,        cell.from_b, j + 1,
                                       cell.fits,   cell.content, cell.exact};
            }
        }
    }
    return best;
}

static float weight_of(const struct said_word *words, uint32_t from, uint32_t to)
{
    float weight = 0;
    for (uint32_t i = from; i < to; i++)
        weight += words[i].weight;
    return weight;
}

static uint32_t negations(const struct said_word *words, uint32_t from, uint32_t to)
{
    uint32_t count = 0;
    for (uint32_t i = from; i < to; i++)
        count += words[i].negation;
    return count;
}

/* How many numbers (or names) of a stand nowhere in b. */
static uint32_t strangers(const struct said_word *a, uint32_t a_from, uint32_t a_to,
                          const struct said_word *b, uint32_t b_from, uint32_t b_to, bool numbers)
{
    uint32_t count = 0;
    for (uint32_t i = a_from; i < a_to; i++) {
        if (numbers ? !a[i].number : !a[i].name)
            continue;
        uint32_t j = b_from;
        while (j < b_to && b[j].word != a[i].word && b[j].stem != a[i].stem)
            j++;
        count += j == b_to;
    }
    return count;
}

/* Both have numbers (or names) that the other has not. */
static bool differ(const struct node *a, const struct node *b, const struct region *r, bool numbers)
{
    const struct said_word *x = a->words, *y = b->words;
    return strangers(x, r->from_a, r->to_a, y, 0, b->word_count, numbers) > 0 &&
           strangers(y, r->from_b, r->to_b, x, 0, a->word_count, numbers) > 0;
}

/* Another number, another name, or one says what the other denies. A spinner turns names into words
 * too: where so much fits, another name is not another utterance. */
static bool contradict(const struct node *a, const struct node *b, const struct region *r)
{
    if (differ(a, b, r, true) || (r->fits < NAMES_FITS && differ(a, b, r, false)))
        return true;
    return r->to_b - r->from_b <= SHORT_WORDS &&
           negations(a->words, r->from_a, r->to_a) != negations(b->words, r->from_b, r->to_b);
}

static bool are_near(const struct node *a, const struct node *b)
{
    if (a->day_from == CORPUS_DAY_NONE || b->day_from == CORPUS_DAY_NONE)
        return true;
    return a->day_from - b->day_to <= DAYS_NEAR && b->day_from - a->day_to <= DAYS_NEAR;
}

/* What is asked for, by what else is known of the two. What is long is asked for less: so much does
 * not fit by chance. */
struct terms {
    float part, fits;
    uint32_t content;
    float fragment_part, fragment_fits;
    uint32_t fragment_content;
    float long_part; /* of a fragment with LONG_FITS */
};
#define LONG_FITS 3.9f
#define LONG_CONTENT 5
#define NEVER 2.0f

static struct terms terms_for(const struct node *a, const struct node *b)
{
    static const struct terms usual = {0.44f, 2.6f, 4, 0.85f, 3.9f, 5, 0.60f};
    static const struct terms same_days = {0.36f, 2.3f, 3, 0.80f, 3.3f, 4, 0.52f};
    static const struct terms supported = {0.40f, 2.3f, 3, 0.80f, 3.3f, 4, 0.52f};
    static const struct terms apart = {0.75f, 4.0f, 5, 0.90f, 5.0f, 6, NEVER};
    /* A document says the same thing twice in its headline only. */
    static const struct terms beside = {0.80f, 3.0f, 4, 0.95f, 2.2f, 3, NEVER};
    if (a->speaker != 0 && b->speaker != 0 && a->speaker != b->speaker)
        return apart;
    if (a->document == b->document && a->document != NODE_DOCUMENTS)
        return beside;
    if (a->speaker == 0 || a->speaker != b->speaker || !are_near(a, b))
        return usual;
    return a->day_from != CORPUS_DAY_NONE && b->day_from != CORPUS_DAY_NONE ? same_days : supported;
}

static bool suffices(const struct terms *t, const struct likeness *l, const struct region *r)
{
    if (!l->fragment)
        return l->part >= t->part && r->fits >= t->fits && r->content >= t->content;
    if (l->part >= t->fragment_part && r->fits >= t->fragment_fits &&
        r->content >= t->fragment_content)
        return true;
    return l->part >= t->long_part && r->fits >= LONG_FITS && r->content >= LONG_CONTENT;
}

struct likeness statement_likeness(const struct node *a, const struct node *b)
{
    struct region r = align(a, b);
    struct terms terms = terms_for(a, b);
    struct likeness l = {.fragment = b->weight < FRAGMENT_PART * a->weight};
    float place = weight_of(a->words, r.from_a, r.to_a);
    l.part = l.fragment ? r.fits / b->weight : 2 * r.fits / (a->weight + b->weight);
    l.exact = r.exact == b->word_count && r.to_a - r.from_a == b->word_count;
    bool close = !l.fragment || place <= FRAGMENT_SPREAD * b->weight;
    l.same = close && suffices(&terms, &l, &r) && !contradict(a, b, &r);
    return l;
}
