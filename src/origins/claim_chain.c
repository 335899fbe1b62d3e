/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A cue is a verb of saying or "according to"; who says stands beside it. Before the number the
 * first cue is the nearest to the document ("the Wire writes that the hotline said that 40 ..."),
 * behind it the last ("40 ..., the hotline said, as the Wire writes"). */
#include "origins/claim_chain.h"

#include <string.h>

#include "origins/quote_words.h"

#define PHRASE_WORDS_MAX 9
#define CUES_MAX 8

struct cue {
    size_t from, to; /* words */
    struct stretch source;
    bool deeper; /* the one before has it from them: "the Wire said, citing Petrova" */
};

/* A verb of saying, and not a noun that looks like one ("of advocates", "a report"). */
static bool is_cue(const struct claim_words *w, size_t start, size_t word, size_t end,
                   size_t *ret_used)
{
    int64_t form;
    *ret_used = claim_match(w, "say", word, end, &form);
    if (*ret_used == 0 || (form != SAY_FINITE && form != SAY_PLAIN))
        return false;
    return word == start || (claim_match(w, "determiner", word - 1, word, NULL) == 0 &&
                             claim_match(w, "preposition", word - 1, word, NULL) == 0);
}

static bool ends_phrase(const struct claim_words *w, size_t word, size_t end)
{
    size_t used;
    return claim_match(w, "clause", word, end, NULL) > 0 || is_cue(w, 0, word, end, &used) ||
           claim_match(w, "according", word, end, NULL) > 0 ||
           claim_match(w, "be", word, end, NULL) > 0;
}

static struct stretch stretch_of(const struct claim_words *w, size_t from, size_t to)
{
    if (from >= to)
        return (struct stretch){0, 0};
    return (struct stretch){w->words[from].at.from, w->words[to - 1].at.to};
}

static bool is_pronoun_at(const struct claim_words *w, size_t word)
{
    return claim_match(w, "pronoun", word, word + 1, NULL) > 0;
}

/* A capital that a word has for more than its place in the sentence, as far as can be told. */
static bool is_name(const struct claim_words *w, size_t word, bool alone)
{
    static const char *const others[] = {"stop",   "conjunction", "preposition", "relative",
                                         "time",   "determiner",  "pronoun",     "number",
                                         "nobody", "hedge",       "between"};
    if (!w->words[word].capital || (!alone && w->words[word].sentence))
        return false;
    for (size_t i = 0; w->words[word].sentence && i < sizeof others / sizeof others[0]; i++) {
        if (claim_match(w, others[i], word, word + 1, NULL) > 0)
            return false;
    }
    return true;
}

/* Somebody is meant: a name, a pronoun, or somebody with an article or a role. */
static bool names_somebody(const struct claim_words *w, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (is_name(w, i, to == from + 1))
            return true;
        if (claim_match(w, "source", i, to, NULL) > 0)
            return true;
    }
    return to == from + 1 && is_pronoun_at(w, from);
}

/* the hotline "Open Door Karsk" */
static bool opens_name(const struct claim_words *w, size_t from, size_t word)
{
    for (size_t i = from; i < word; i++) {
        if (w->words[i].capital && !w->words[i].sentence)
            return false;
    }
    return w->words[word].opens && w->words[word].capital;
}

/* Forwards from word: as far as one phrase goes. */
static size_t phrase_end(const struct claim_words *w, size_t word, size_t end)
{
    size_t at = word;
    while (at < end && at - word < PHRASE_WORDS_MAX &&
           (at == word || !w->words[at].breaks || opens_name(w, word, at)) &&
           !ends_phrase(w, at, end) && claim_match(w, "after source", at, end, NULL) == 0)
        at++;
    return at;
}

/* "In April the newspaper", "later the police". */
static size_t behind_opening(const struct claim_words *w, size_t from, size_t to)
{
    while (from < to && claim_match(w, "before source", from, to, NULL) > 0)
        from++;
    if (from + 2 < to && claim_match(w, "preposition", from, to, NULL) > 0 &&
        (w->words[from + 1].digits || claim_match(w, "month", from + 1, to, NULL) > 0 ||
         claim_match(w, "day name", from + 1, to, NULL) > 0))
        from += 2;
    return from;
}

/* The subject before a comma: "Tolma Lawyers, a group of advocates that ..., said". */
static struct stretch subject_before(const struct claim_words *w, size_t start)
{
    size_t end = start + 1;
    while (end - start < PHRASE_WORDS_MAX && end < w->count &&
           (!w->words[end].breaks || opens_name(w, start, end)) && !ends_phrase(w, end, w->count))
        end++;
    bool comma = end < w->count && w->words[end].breaks && !w->words[end].sentence;
    for (size_t i = start; i < end; i++) {
        /* "Three people died, where the police ..." is no subject. */
        if (w->words[i].digits || claim_match(w, "number", i, end, NULL) > 0 ||
            claim_match(w, "vague number", i, end, NULL) > 0)
            return (struct stretch){0, 0};
    }
    return comma && w->words[start].capital ? stretch_of(w, behind_opening(w, start, end), end)
                                            : (struct stretch){0, 0};
}

/* closed: what follows must not go on as a clause of its own ("said Karsk was quiet"). */
static struct stretch source_behind(const struct claim_words *w, size_t behind, size_t end,
                                    bool closed)
{
    const struct stretch none = {0, 0};
    if (behind >= end || (w->words[behind].breaks && !opens_name(w, behind, behind)))
        return none;
    size_t to = phrase_end(w, behind, end);
    if (closed && to < end && !w->words[to].breaks &&
        claim_match(w, "according", to, end, NULL) == 0 &&
        claim_match(w, "after source", to, end, NULL) == 0)
        return none;
    return names_somebody(w, behind, to) ? stretch_of(w, behind, to) : none;
}

static struct stretch source_before(const struct claim_words *w, size_t start, size_t cue,
                                    size_t behind, size_t end)
{
    size_t from = cue;
    if (cue == start)
        return (struct stretch){0, 0};
    if (w->words[cue].breaks) {
        /* "the doctor, Maren Holt, told the Wire" is not turned round. */
        bool to_somebody = claim_match(w, "say to", cue, behind, NULL) > 0;
        struct stretch inverted =
            to_somebody ? (struct stretch){0, 0} : source_behind(w, behind, end, true);
        return inverted.to > 0 ? inverted : subject_before(w, start);
    }
    while (from > start && cue - from < PHRASE_WORDS_MAX && !ends_phrase(w, from - 1, cue)) {
        from--;
        if (w->words[from].breaks)
            break;
    }
    if (from > start && claim_match(w, "according", from - 1, cue, NULL) > 0)
        return source_before(w, start, from - 1, behind, end);
    from = behind_opening(w, from, cue);
    if (from + 1 < cue && w->words[from].sentence && claim_match(w, "determiner", from, cue, NULL))
        from++; /* its capital is no name's */
    while (cue > from + 1 && claim_match(w, "stop", cue - 1, cue, NULL) > 0)
        cue--;
    return names_somebody(w, from, cue) ? stretch_of(w, from, cue) : (struct stretch){0, 0};
}

/* "Asked about the eleven men, Reve said: ..." gives what follows. */
static bool is_colon_behind(const struct claim_words *w, size_t cue_end)
{
    if (cue_end >= w->count)
        return false;
    uint32_t from = w->words[cue_end - 1].at.to, to = w->words[cue_end].at.from;
    return memchr(w->text.data + from, ':', to - from) != NULL;
}

static bool find_cue(const struct claim_words *w, size_t start, size_t end, size_t word,
                     struct cue *cue)
{
    int64_t deeper;
    size_t used = claim_match(w, "according", word, end, &deeper);
    if (used > 0) {
        *cue =
            (struct cue){word, word + used, source_behind(w, word + used, end, false), deeper == 1};
        return cue->source.to > 0;
    }
    if (!is_cue(w, start, word, end, &used))
        return false;
    *cue = (struct cue){word, word + used, source_before(w, start, word, word + used, end), false};
    if (cue->source.to == 0)
        cue->source = source_behind(w, word + used, end, false);
    return cue->source.to > 0;
}

unsigned claim_chain(const struct claim_words *w, size_t start, size_t end, size_t word,
                     struct stretch chain[CLAIM_CHAIN_MAX])
{
    struct cue cues[CUES_MAX];
    unsigned count = 0, before = 0, made = 0;
    for (size_t at = start; at < end && count < CUES_MAX; at++) {
        if (!find_cue(w, start, end, at, &cues[count]))
            continue;
        at = cues[count].to - 1;
        if (at >= word && is_colon_behind(w, at + 1))
            continue;
        before += at < word;
        count++;
    }
    for (unsigned i = 0; i < count; i++) {
        struct cue cue = cues[i];
        unsigned other = i < before ? i + 1 : i - 1;
        if (cue.deeper && (i < before ? other < before : i > before)) {
            cues[i] = cues[other];
            cues[other] = cue;
            i += i < before;
        }
    }
    for (unsigned i = 0; i < before && made < CLAIM_CHAIN_MAX; i++)
        chain[made++] = cues[i].source;
    for (unsigned i = count; i > before && made < CLAIM_CHAIN_MAX; i--)
        chain[made++] = cues[i - 1].source;
    return made;
}

bool claim_is_pronoun(const struct claim_words *w, struct stretch s)
{
    size_t low = 0, high = w->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (w->words[middle].at.from < s.from)
            low = middle + 1;
        else
            high = middle;
    }
    return low < w->count && w->words[low].at.from == s.from && w->words[low].at.to == s.to &&
           is_pronoun_at(w, low);
}
