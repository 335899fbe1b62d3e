/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Local alignment (Smith and Waterman 1981) with gaps that cost what is left out. A spinner
 * leaves the small words and the order, an editor the rare words: both are seen in the weight of
 * what fits, out of the weight of all. What one cannot see in a weight, a number, a name or a
 * "not" that is another, parts two wordings whatever else they share. */
#include "origins/statement_parts.h"

#include <string.h>

#define STEM_LIKE 0.9f
#define ALIKE 0.8f
#define MISMATCH 0.30f
#define GAP 0.30f
/* A fragment weighs less than this part of the whole, */
#define FRAGMENT_PART 0.75f
/* and stands there within a place that weighs at most this much of it. */
#define FRAGMENT_SPREAD 1.5f
/* Two that share no more than a set phrase: it is not most of both. */
#define COVER 0.57f
#define COVER_PART 0.60f
#define SHORT_WORDS 25
#define RUN_WORDS 8 /* so many in a row are no chance */
#define DAYS_NEAR 7
#define THERE_WORDS 2
#define NAMES_FITS 8.0f

struct cell {
    float score, fits; /* fits: the weight of what fits, without what it costs */
    uint16_t from_a, from_b;
    uint16_t content, exact;
};

struct region {
    uint32_t from_a, to_a, from_b, to_b;
    float fits;
    uint32_t content, exact; /* words that fit: that tell something; letter for letter */
};

static float likeness_of(const struct said_word *a, const struct said_word *b)
{
    if (a->word == b->word)
        return 1;
    if (a->negation && b->negation)
        return STEM_LIKE;
    if (a->stem == b->stem && !a->stop && !b->stop && !a->number && !b->number)
        return STEM_LIKE;
    return a->alike != 0 && a->alike == b->alike ? ALIKE : 0;
}

static struct cell stepped(struct cell from, float cost)
{
    from.score -= cost;
    return from.score > 0 ? from : (struct cell){.score = 0};
}

/* What two share is more than that they are about one subject. */
static bool tells(const struct said_word *a, const struct said_word *b)
{
    return !a->stop && !a->common && !a->negation && !(a->name && b->name);
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
    from.content += tells(a, b);
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

/* Whoever translates puts words in another order: those of b that stand anywhere in a, without
 * those in [stop]. */
static struct region gather(const struct node *a, const struct node *b)
{
    bool used[STATEMENT_WORDS_MAX] = {false};
    struct region r = {.to_a = a->word_count, .to_b = b->word_count};
    for (uint32_t j = 0; j < b->word_count; j++) {
        float most = 0;
        uint32_t at = 0;
        for (uint32_t i = 0; i < a->word_count && !b->words[j].stop; i++) {
            float like = used[i] || a->words[i].stop ? 0 : likeness_of(&a->words[i], &b->words[j]);
            at = like > most ? i : at;
            most = like > most ? like : most;
        }
        if (most == 0)
            continue;
        used[at] = true;
        r.fits += most * (a->words[at].weight + b->words[j].weight) / 2;
        r.content += tells(&a->words[at], &b->words[j]);
    }
    return r;
}

static float weight_without_stops(const struct node *n)
{
    float weight = 0;
    for (uint32_t i = 0; i < n->word_count; i++)
        weight += n->words[i].stop ? 0 : n->words[i].weight;
    return weight;
}

static uint32_t negations(const struct said_word *words, uint32_t from, uint32_t to)
{
    uint32_t count = 0;
    for (uint32_t i = from; i < to; i++)
        count += words[i].denies;
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

/* What is asked for: the greater the part that fits, the less it need be. */
struct term {
    float part, fits;
    uint32_t content;
};
#define ROUNDING 0.001f
#define TURNED_PART 0.55f
#define TURNED_PART_NAMED 0.70f /* by the same speaker in the same days */
#define TURNED_CONTENT 3

static bool same_mouth(const struct node *a, const struct node *b)
{
    return a->speaker == 0 || b->speaker == 0 || a->speaker == b->speaker;
}

static bool beside_each_other(const struct node *a, const struct node *b)
{
    return a->document == b->document && a->document != NODE_DOCUMENTS;
}

static bool are_near(const struct node *a, const struct node *b)
{
    return a->day_from - b->day_to <= DAYS_NEAR && b->day_from - a->day_to <= DAYS_NEAR;
}

/* Few words of a, in the same days, where the document tells, around them, more of what a says. */
static bool told_there(const struct node *a, const struct node *b)
{
    uint32_t count = 0;
    bool telling = false;
    if (a->day_from == CORPUS_DAY_NONE || b->day_from == CORPUS_DAY_NONE || !are_near(a, b))
        return false;
    for (uint32_t i = 0; i < b->around_count; i++) {
        uint32_t k = 0;
        while (k < a->word_count && likeness_of(&a->words[k], &b->around[i]) == 0)
            k++;
        count += k < a->word_count;
        telling |= k < a->word_count && !b->around[i].common;
    }
    return telling && count >= THERE_WORDS;
}

static bool same_speaker(const struct node *a, const struct node *b)
{
    return a->speaker != 0 && a->speaker == b->speaker && are_near(a, b);
}

static const struct term *terms_for(const struct node *a, const struct node *b, bool fragment)
{
    static const struct term whole[] = {{0.82f, 2.0f, 1}, {0.44f, 3.7f, 2}, {0.38f, 2.3f, 3}, {0}};
    static const struct term part[] = {{0.80f, 3.0f, 3}, {0.52f, 3.6f, 3}, {0}};
    static const struct term part_named[] = {
        {1.00f, 2.2f, 2}, {0.80f, 3.0f, 3}, {0.52f, 3.6f, 3}, {0}};
    static const struct term part_there[] = {{0.80f, 2.0f, 1}, {0.52f, 3.6f, 3}, {0}};
    static const struct term apart[] = {{0.75f, 4.0f, 4}, {0}};
    static const struct term part_apart[] = {{0.90f, 5.0f, 5}, {0}};
    /* A document says the same thing twice in its headline only. */
    static const struct term beside[] = {{0.80f, 3.0f, 3}, {0}};
    static const struct term part_beside[] = {{0.95f, 2.2f, 2}, {0}};
    if (!same_mouth(a, b))
        return fragment ? part_apart : apart;
    if (beside_each_other(a, b))
        return fragment ? part_beside : beside;
    if (!fragment)
        return whole;
    if (told_there(a, b))
        return part_there;
    return same_speaker(a, b) ? part_named : part;
}

static bool suffices(const struct term *terms, float part, const struct region *r)
{
    for (const struct term *t = terms; t->part > 0; t++) {
        if (part + ROUNDING >= t->part && r->fits >= t->fits && r->content >= t->content)
            return true;
    }
    return false;
}

/* The same words in another order. */
static bool is_turned(const struct node *a, const struct node *b, float *ret_part)
{
    struct region r = gather(a, b);
    *ret_part = 2 * r.fits / (weight_without_stops(a) + weight_without_stops(b));
    bool enough =
        (*ret_part >= TURNED_PART && r.content >= TURNED_CONTENT) ||
        (*ret_part >= TURNED_PART_NAMED && r.content >= TURNED_CONTENT - 1 && same_speaker(a, b));
    return enough && !contradict(a, b, &r);
}

struct likeness statement_likeness(const struct node *a, const struct node *b)
{
    struct region r = align(a, b);
    struct likeness l = {.fragment = b->weight < FRAGMENT_PART * a->weight};
    float place = weight_of(a->words, r.from_a, r.to_a);
    l.part = l.fragment ? r.fits / b->weight : 2 * r.fits / (a->weight + b->weight);
    l.exact = r.exact == b->word_count && r.to_a - r.from_a == b->word_count;
    float cover = (place + weight_of(b->words, r.from_b, r.to_b)) / (a->weight + b->weight);
    bool close =
        l.fragment ? place <= FRAGMENT_SPREAD * b->weight : cover >= COVER || l.part >= COVER_PART;
    bool whole_run = l.exact && b->word_count >= RUN_WORDS && r.content >= 2 && same_mouth(a, b);
    l.same = close && (whole_run || suffices(terms_for(a, b, l.fragment), l.part, &r)) &&
             !contradict(a, b, &r);
    if (!l.same && !l.fragment && same_mouth(a, b) && !beside_each_other(a, b))
        l.same = is_turned(a, b, &l.part);
    return l;
}
