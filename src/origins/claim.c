/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A number is a claim when people are counted: a word for people follows it, or what befell them
 * does. All else that is numbered (days, roads, money, years) is left. */
#include "origins/claim.h"

#include <stdio.h>
#include <string.h>

#include "origins/claim_chain.h"
#include "origins/claim_number.h"
#include "origins/claim_words.h"

#define QUOTES_LOOK_AT_MAX 2048 /* of a text that is nothing but quotations */
#define WHAT_WORDS_MAX 4        /* between the number and the word for people */
#define ACT_WORDS_MAX 14        /* between them and what befell them */
#define ACT_WORDS_BACK 8
#define BARE_ACT_WORDS 5   /* where no word for people stands */
#define BARE_PEOPLE_MIN 10 /* fewer whom nothing befell are characters of the story */
#define WANTED_WORDS 9
#define SECTION_MAX 32

static const char *const act_kinds[] = {"detained", "killed",    "tortured", "missing",
                                        "injured",  "displaced", "released", "present"};
#define ACT_KINDS (sizeof act_kinds / sizeof act_kinds[0])

struct finding {
    struct claim_words words;
    const struct quotes *quotes;
    const struct language_section *acts[ACT_KINDS];
    struct claim *claims;
    size_t count, capacity;
    struct arena *arena;
    struct stretch last_name;
};

static int add_claim(struct finding *f, const struct claim *claim)
{
    if (f->count == f->capacity) {
        size_t capacity = f->capacity ? 2 * f->capacity : 8;
        struct claim *more = arena_alloc(f->arena, capacity * sizeof *more);
        REJECT_IF(!more, E_NOMEM);
        if (f->count > 0)
            memcpy(more, f->claims, f->count * sizeof *more);
        f->claims = more;
        f->capacity = capacity;
    }
    f->claims[f->count++] = *claim;
    return 0;
}

static const char *act_at(const struct finding *f, size_t word, size_t end, size_t *ret_used)
{
    for (size_t k = 0; k < ACT_KINDS; k++) {
        *ret_used = language_match(f->acts[k], f->words.folded + word, end - word, NULL);
        if (*ret_used > 0)
            return act_kinds[k];
    }
    return NULL;
}

static void set_act(const struct finding *f, struct claim *c, const char *kind, size_t word,
                    size_t used)
{
    const struct claim_word *words = f->words.words;
    c->act_kind = kind;
    c->act = (struct stretch){words[word].at.from, words[word + used - 1].at.to};
}

static bool is(const struct finding *f, const char *section, size_t word, size_t end)
{
    return claim_match(&f->words, section, word, end, NULL) > 0;
}

/* "demand that they be released", "for fear of being killed": it did not befall them. */
static bool is_wanted(const struct finding *f, size_t start, size_t word)
{
    for (size_t at = word; at > start && word - at < WANTED_WORDS; at--) {
        if (is(f, "wanted", at - 1, word))
            return true;
    }
    return false;
}

/* "killed 14 people", "the deaths of four": right before the number. */
static bool act_before(const struct finding *f, size_t start, const struct claim_number *n,
                       size_t *ret_at, size_t *ret_used)
{
    size_t to = n->from;
    int64_t of = 0;
    if (to == start || f->words.words[to].breaks)
        return false;
    bool is_of = claim_match(&f->words, "preposition", to - 1, to, &of) == 1 && of == 1;
    to -= is_of;
    for (size_t at = to; at > start && to - at < 3; at--) {
        if (!act_at(f, at - 1, to, ret_used) || at - 1 + *ret_used != to)
            continue;
        bool noun = at - 1 > start &&
                    (is(f, "determiner", at - 2, at - 1) || is(f, "preposition", at - 2, at - 1));
        *ret_at = at - 1;
        return is_of || !noun;
    }
    return false;
}

/* Behind the number; that they had come together says the least. */
static bool act_behind(const struct finding *f, const struct claim_number *n, size_t end,
                       size_t *ret_at, size_t *ret_used)
{
    size_t present_used = 0, used;
    for (size_t at = n->to; at < end && at < n->to + ACT_WORDS_MAX; at++) {
        const char *kind = act_at(f, at, end, &used);
        if (present_used > 0 && (f->words.words[at].digits || is(f, "number", at, end)))
            break;
        if (!kind || is_wanted(f, n->to, at))
            continue;
        bool present = kind == act_kinds[ACT_KINDS - 1];
        if (present && present_used > 0)
            continue;
        *ret_at = at;
        *ret_used = present_used = used;
        if (!present)
            return true;
    }
    return present_used > 0;
}

static void find_act(const struct finding *f, struct claim *c, const struct claim_number *n,
                     size_t start, size_t end)
{
    size_t at = 0, used;
    bool found = act_before(f, start, n, &at, &used) && !is_wanted(f, start, at);
    if (!found)
        found = act_behind(f, n, end, &at, &used);
    for (size_t back = n->from; !found && back > start && n->from - back < ACT_WORDS_BACK; back--) {
        at = back - 1;
        found = act_at(f, at, n->from, &used) && !is_wanted(f, start, at);
    }
    if (found)
        set_act(f, c, act_at(f, at, end, &used), at, used);
}

static bool stops_counting(const struct finding *f, size_t word, size_t end)
{
    return f->words.words[word].breaks || claim_match(&f->words, "unit", word, end, NULL) > 0 ||
           claim_match(&f->words, "clause", word, end, NULL) > 0;
}

/* "40 detained", "three of them had died": with nothing between but words of no meaning. */
static bool act_follows(const struct finding *f, size_t word, size_t end)
{
    size_t used;
    for (size_t at = word; at < end && at < word + BARE_ACT_WORDS && !f->words.words[at].breaks;
         at++) {
        if (act_at(f, at, end, &used))
            return true;
        if (claim_match(&f->words, "stop", at, end, NULL) == 0)
            return false;
    }
    return false;
}

/* "two of them women": a part of those who were counted. */
static bool is_part(const struct finding *f, size_t word, size_t end)
{
    return word + 1 < end && is(f, "preposition", word, end) && is(f, "stop", word + 1, end) &&
           !is(f, "determiner", word + 1, end);
}

/* "killed three", "injuring about thirty": what was counted is not said. */
static bool act_precedes(const struct finding *f, size_t start, const struct claim_number *n,
                         size_t end)
{
    size_t at, used;
    return act_before(f, start, n, &at, &used) &&
           (n->to == end || f->words.words[n->to].breaks || is(f, "stop", n->to, end));
}

/* "40 young men", or only what befell them. */
static bool find_what(const struct finding *f, struct claim *c, const struct claim_number *n,
                      size_t start, size_t end)
{
    const struct claim_word *words = f->words.words;
    size_t used;
    if (n->to < end && words[n->to].glued)
        return false;
    bool part = is_part(f, n->to, end);
    for (size_t at = n->to; !part && at < end && at < n->to + WHAT_WORDS_MAX; at++) {
        if (stops_counting(f, at, end))
            break;
        used = claim_match(&f->words, "people", at, end, NULL);
        if (used > 0) {
            c->what = (struct stretch){words[n->to].at.from, words[at + used - 1].at.to};
            return true;
        }
        if (words[at].digits)
            return false;
    }
    return act_follows(f, n->to, end) || act_precedes(f, start, n, end);
}

static bool is_year_or_day(const struct finding *f, const struct claim_number *n, size_t end)
{
    const struct claim_words *w = &f->words;
    bool year = n->low >= 1800 && n->low < 2200 && n->to == n->number_from + 1 &&
                w->words[n->number_from].at.to - w->words[n->number_from].at.from == 4;
    bool month_before =
        n->number_from > 0 && claim_match(w, "month", n->number_from - 1, n->number_from, NULL) > 0;
    bool month_behind = n->low <= 31 && n->to < end &&
                        claim_match(w, "month", n->to, end, NULL) > 0 &&
                        (w->words[n->to].capital || claim_match(w, "hedge", n->to, end, NULL) == 0);
    return month_before || month_behind ||
           (year && n->number_from > 0 &&
            claim_match(w, "before year", n->number_from - 1, n->number_from, NULL) > 0);
}

static bool any_of(const struct finding *f, const char *section, size_t from, size_t to)
{
    for (size_t at = from; at < to; at++) {
        if (claim_match(&f->words, section, at, to, NULL) > 0)
            return true;
    }
    return false;
}

/* How many quotations begin at or before that byte. */
static size_t quotes_until(const struct quotes *quotes, uint32_t byte)
{
    size_t low = 0, high = quotes ? quotes->count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (quotes->quotes[middle].whole.from <= byte)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The innermost one. */
static uint32_t quote_at(const struct finding *f, uint32_t byte)
{
    size_t until = quotes_until(f->quotes, byte), looked_at = 0;
    for (size_t i = until; i-- > 0 && looked_at++ < QUOTES_LOOK_AT_MAX;) {
        const struct quote *q = &f->quotes->quotes[i];
        if (q->kind == QUOTE_STATEMENT && q->words.from <= byte && byte < q->words.to)
            return (uint32_t)i;
    }
    return UINT32_MAX;
}

static struct stretch speaker_of(const struct finding *f, uint32_t quote)
{
    const struct quote *q = &f->quotes->quotes[quote];
    return q->named.to > q->named.from ? q->named : q->speaker;
}

/* "Dorin", when a quotation's speaker in this document is "Pavel Dorin". */
static struct stretch fullest(const struct finding *f, struct stretch s)
{
    struct span name = span_slice(f->words.text, s.from, s.to - s.from);
    size_t count = f->quotes ? f->quotes->count : 0;
    for (size_t i = 0; i < count && i < QUOTES_LOOK_AT_MAX; i++) {
        struct stretch named = f->quotes->quotes[i].named;
        uint32_t len = named.to - named.from;
        if (len <= name.len + 1)
            continue;
        const uint8_t *end = f->words.text.data + named.to - name.len;
        if (end[-1] == ' ' && memcmp(end, name.data, name.len) == 0)
            return named;
    }
    return s;
}

/* A pronoun stands for who was named last as saying something. */
static void resolve_pronouns(struct finding *f, struct claim *c)
{
    for (unsigned i = 0; i < c->chain_count; i++) {
        if (!claim_is_pronoun(&f->words, c->chain[i])) {
            f->last_name = c->chain[i];
        } else if (f->last_name.to > 0) {
            c->chain[i] = f->last_name;
        }
        c->chain[i] = fullest(f, c->chain[i]);
    }
}

static void find_chain(struct finding *f, struct claim *c, size_t word, size_t start, size_t end)
{
    c->quote = quote_at(f, c->number.from);
    c->chain_count = claim_chain(&f->words, start, end, word, c->chain);
    if (c->quote != UINT32_MAX && f->quotes->quotes[c->quote].known && c->chain_count < 2) {
        c->chain[0] = speaker_of(f, c->quote);
        c->chain_count = 1;
    }
    resolve_pronouns(f, c);
}

static int finish_claim(struct finding *f, struct claim *c, size_t word, size_t start, size_t end)
{
    const struct claim_word *words = f->words.words;
    c->sentence = (struct stretch){words[start].at.from, words[end - 1].at.to};
    c->hedged = any_of(f, "hedge", start, end);
    c->denied = any_of(f, "deny", start, word);
    find_chain(f, c, word, start, end);
    return add_claim(f, c);
}

static int try_number(struct finding *f, size_t word, size_t start, size_t end, size_t *ret_next)
{
    struct claim_number n;
    struct claim c = {.bound = CLAIM_NONE};
    if (!claim_number_at(&f->words, word, end, &n))
        return 0;
    *ret_next = n.to;
    /* "said one man" */
    if (n.low == 1 && n.from > start && is(f, "say", n.from - 1, n.from))
        return 0;
    if (is_year_or_day(f, &n, end) || !find_what(f, &c, &n, start, end))
        return 0;
    const struct claim_word *words = f->words.words;
    c.bound = n.bound;
    c.low = n.low;
    c.high = n.high;
    c.number = (struct stretch){words[n.from].at.from, words[n.to - 1].at.to};
    find_act(f, &c, &n, start, end);
    if (!c.act_kind && n.low < BARE_PEOPLE_MIN)
        return 0;
    return finish_claim(f, &c, n.from, start, end);
}

/* "Nobody was detained": what befell nobody stands close behind, with no comma between. */
static int try_nobody(struct finding *f, size_t word, size_t start, size_t end, size_t *ret_next)
{
    size_t used = claim_match(&f->words, "nobody", word, end, NULL), act_used;
    if (used == 0)
        return 0;
    const struct claim_word *words = f->words.words;
    for (size_t at = word + used; at < end && at < word + used + 6 && !words[at].breaks; at++) {
        const char *kind = act_at(f, at, end, &act_used);
        /* "none of those detained": who they are */
        if (!kind || is(f, "preposition", at - 1, at) ||
            (is(f, "determiner", at - 1, at) && is(f, "preposition", at - 2, at - 1)))
            continue;
        struct claim c = {.bound = CLAIM_NONE,
                          .number = {words[word].at.from, words[word + used - 1].at.to}};
        set_act(f, &c, kind, at, act_used);
        *ret_next = at + act_used;
        return finish_claim(f, &c, word, start, end);
    }
    return 0;
}

static int look_at_sentence(struct finding *f, size_t start, size_t end)
{
    for (size_t word = start; word < end;) {
        size_t next = word + 1;
        TRY(try_number(f, word, start, end, &next));
        if (next == word + 1)
            TRY(try_nobody(f, word, start, end, &next));
        word = next;
    }
    return 0;
}

/* Who was named as saying something, for a pronoun further on. */
static void remember_names(struct finding *f, size_t start, size_t end)
{
    struct stretch chain[CLAIM_CHAIN_MAX];
    unsigned count = claim_chain(&f->words, start, end, end, chain);
    for (unsigned i = 0; i < count; i++) {
        if (!claim_is_pronoun(&f->words, chain[i])) {
            f->last_name = chain[i];
        }
    }
}

int claims_find(struct span text, const struct language *language, const struct quotes *quotes,
                struct arena *arena, struct claims *ret_claims)
{
    struct finding f = {.quotes = quotes, .arena = arena};
    *ret_claims = (struct claims){.count = 0};
    if (!language)
        return 0;
    TRY(claim_words_of(text, language, arena, &f.words));
    for (size_t k = 0; k < ACT_KINDS; k++) {
        char section[SECTION_MAX];
        snprintf(section, sizeof section, "act %s", act_kinds[k]);
        f.acts[k] = language_section(language, section);
    }
    for (size_t start = 0; start < f.words.count;) {
        size_t end = claim_sentence_end(&f.words, start);
        TRY(look_at_sentence(&f, start, end));
        remember_names(&f, start, end);
        start = end;
    }
    *ret_claims = (struct claims){.claims = f.claims, .count = f.count};
    return 0;
}
