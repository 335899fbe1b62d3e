/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/claim_number.h"

#include <string.h>

#define NUMBER_MAX 1000000000000000
#define BOUND_WORDS_BACK 4
#define VAGUE_REACH 5 /* "dozens" may be so many times the least that it can mean */

static struct span between(const struct claim_words *w, size_t word)
{
    uint32_t from = w->words[word].at.to;
    return span_slice(w->text, from, w->words[word + 1].at.from - from);
}

/* One mark of thousands: a comma, a point, an apostrophe, or a space that keeps together (or a
 * plain one). */
static bool parts_thousands(const struct claim_words *w, size_t word)
{
    struct span s = between(w, word);
    const struct stretch next = w->words[word + 1].at;
    if (!w->words[word + 1].digits || next.to - next.from != 3)
        return false;
    if (s.len == 1)
        return strchr(",.' ", s.data[0]) != NULL;
    return span_equal(s, span_text("\xc2\xa0")) || span_equal(s, span_text("\xe2\x80\xaf")) ||
           span_equal(s, span_text("\xe2\x80\x89")) || span_equal(s, span_text("\xe2\x80\x99"));
}

static int64_t digits_of(const struct claim_words *w, size_t word, int64_t before)
{
    for (size_t i = 0; i < w->folded[word].len && before < NUMBER_MAX; i++)
        before = before * 10 + (w->folded[word].data[i] - '0');
    return before;
}

/* 1.5: a point and one or two digits. Only as 1.5 million is it a whole number. */
static bool is_decimal(const struct claim_words *w, size_t word, size_t end)
{
    if (word + 1 >= end || !w->words[word + 1].digits)
        return false;
    struct span s = between(w, word);
    return s.len == 1 && (s.data[0] == '.' || s.data[0] == ',');
}

static size_t read_digits(const struct claim_words *w, size_t word, size_t end, int64_t *value)
{
    *value = digits_of(w, word, 0);
    size_t at = word + 1;
    while (at < end && w->words[word].at.to - w->words[word].at.from <= 3 &&
           parts_thousands(w, at - 1))
        *value = digits_of(w, at++, *value);
    if (is_decimal(w, at - 1, end)) {
        int64_t multiple;
        size_t used = at + 1 < end ? claim_match(w, "multiple", at + 1, end, &multiple) : 0;
        unsigned places = w->words[at].at.to - w->words[at].at.from;
        int64_t scale = places == 1 ? 10 : 100;
        if (used == 0 || places > 2 || multiple < scale)
            return 0;
        *value = digits_of(w, at, *value) * (multiple / scale);
        return at + 1 + used - word;
    }
    int64_t multiple;
    size_t used = at < end ? claim_match(w, "multiple", at, end, &multiple) : 0;
    if (used > 0 && *value < NUMBER_MAX / multiple) {
        *value *= multiple;
        at += used;
    }
    return *value < NUMBER_MAX ? at - word : 0;
}

/* "two hundred and twenty-five thousand": what is below a thousand is gathered, and multiplied. */
static size_t read_words(const struct claim_words *w, size_t word, size_t end, int64_t *value)
{
    int64_t total = 0, gathered = 0, number;
    size_t at = word, used, good = 0;
    while (at < end && gathered < NUMBER_MAX && total < NUMBER_MAX / 1000) {
        if ((used = claim_match(w, "number", at, end, &number)) > 0) {
            gathered += number;
        } else if ((used = claim_match(w, "multiple", at, end, &number)) > 0 &&
                   (at > word ||
                    claim_match(w, "determiner", word > 0 ? word - 1 : word, end, NULL))) {
            gathered = gathered > 0 ? gathered * number : number;
            if (number >= 1000) {
                total += gathered;
                gathered = 0;
            }
        } else if (good > 0 && (used = claim_match(w, "number and", at, end, NULL)) > 0 &&
                   at + used < end && claim_match(w, "number", at + used, end, NULL) > 0 &&
                   total + gathered >= 100) {
            at += used;
            continue;
        } else {
            break;
        }
        at += used;
        good = at;
    }
    *value = total + gathered;
    return good > 0 ? good - word : 0;
}

static size_t read_number(const struct claim_words *w, size_t word, size_t end, int64_t *value,
                          bool *ret_vague)
{
    *ret_vague = false;
    if (w->words[word].digits)
        return read_digits(w, word, end, value);
    size_t used = claim_match(w, "vague number", word, end, value);
    if (used > 0) {
        *ret_vague = true;
        return used;
    }
    return read_words(w, word, end, value);
}

static const struct {
    const char *section;
    enum claim_bound bound;
} bounds[] = {
    {"at least", CLAIM_AT_LEAST},     {"more than", CLAIM_MORE_THAN}, {"about", CLAIM_ABOUT},
    {"fewer than", CLAIM_FEWER_THAN}, {"at most", CLAIM_AT_MOST},
};

/* A bound that ends right before the number. */
static void look_before(const struct claim_words *w, size_t start, struct claim_number *n)
{
    for (size_t back = BOUND_WORDS_BACK; back > 0; back--) {
        if (n->number_from < start + back)
            continue;
        size_t at = n->number_from - back;
        for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
            if (claim_match(w, bounds[i].section, at, n->number_from, NULL) != back)
                continue;
            if (n->bound == CLAIM_EXACTLY || n->bound == CLAIM_ABOUT)
                n->bound = bounds[i].bound;
            n->from = at;
            return;
        }
    }
}

/* "40 or more" */
static void look_behind(const struct claim_words *w, size_t end, struct claim_number *n)
{
    size_t used = claim_match(w, "or more", n->to, end, NULL);
    if (used == 0 || n->bound != CLAIM_EXACTLY)
        return;
    n->bound = CLAIM_AT_LEAST;
    n->to += used;
}

/* "40 to 50", "40-50", "between 40 and 50" */
static void look_for_range(const struct claim_words *w, size_t end, struct claim_number *n)
{
    int64_t high;
    bool vague;
    size_t used = 0;
    if (n->to >= end || n->bound != CLAIM_EXACTLY)
        return;
    struct span gap = between(w, n->to - 1);
    bool dash = span_equal(gap, span_text("-")) || span_equal(gap, span_text("\xe2\x80\x93"));
    if (!dash) {
        used = claim_match(w, "range to", n->to, end, NULL);
        bool between_and = n->number_from > 0 && claim_match(w, "range from", n->number_from - 1,
                                                             n->number_from, NULL) > 0;
        if (used == 0 && between_and)
            used = claim_match(w, "number and", n->to, end, NULL);
        if (used == 0 || n->to + used >= end)
            return;
    }
    size_t more = read_number(w, n->to + used, end, &high, &vague);
    if (more == 0 || vague || high <= n->low)
        return;
    n->bound = CLAIM_RANGE;
    n->high = high;
    n->to += used + more;
}

bool claim_number_at(const struct claim_words *w, size_t word, size_t end,
                     struct claim_number *ret_number)
{
    struct claim_number n = {.from = word, .number_from = word};
    bool vague;
    size_t used = read_number(w, word, end, &n.low, &vague);
    if (used == 0)
        return false;
    n.high = n.low;
    n.to = word + used;
    if (word > 0 && !w->words[word].sentence && claim_match(w, "multiple", word, end, NULL) > 0)
        n.from = n.number_from = word - 1; /* a hundred */
    n.bound = vague ? CLAIM_ABOUT : CLAIM_EXACTLY;
    n.high = vague ? n.low * VAGUE_REACH : n.low;
    look_for_range(w, end, &n);
    look_before(w, claim_sentence_start(w, word), &n);
    if (n.to < end)
        look_behind(w, end, &n);
    *ret_number = n;
    return true;
}
