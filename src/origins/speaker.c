/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* No grammar, but the few shapes that attributions have. A clause is what stands between two marks,
 * conjunctions or cues; the subject of a cue is the first mention in its clause that no preposition
 * stands before. */
#include "origins/speaker.h"

#define CUE_FAR_UNITS 28
#define MENTION_UNITS_MAX 16
#define SKIPPED_WORDS_MAX 3
#define TIGHT_UNITS 5
#define SENTENCE_UNITS_MAX 150

struct clause {
    const struct units *line;
    const struct quote_words *words;
    uint32_t from, to; /* the sentence */
};

static const struct unit *unit_at(const struct clause *c, uint32_t i)
{
    return &c->line->units[i];
}

static bool in_section(const struct clause *c, const struct language_section *s, uint32_t i)
{
    const struct unit *u = unit_at(c, i);
    return u->folded.len > 0 && language_has(s, u->folded);
}

static int64_t number_in(const struct clause *c, const struct language_section *s, uint32_t i)
{
    const struct unit *u = unit_at(c, i);
    int64_t number = 0;
    if (u->folded.len == 0 || language_match(s, &u->folded, 1, &number) == 0)
        return -1;
    return number;
}

static bool is_mark(const struct clause *c, uint32_t i, uint32_t mark)
{
    return unit_at(c, i)->mark == mark;
}

static bool is_quote(const struct clause *c, uint32_t i)
{
    return unit_at(c, i)->quote != QUOTE_MARKS_NONE;
}

/* How many units the entry at i has, not beyond to. */
static uint32_t match_at(const struct clause *c, const struct language_section *s, uint32_t i,
                         uint32_t to, int64_t *ret_number)
{
    struct span words[LANGUAGE_ENTRY_WORDS_MAX];
    size_t count = 0;
    while (count < LANGUAGE_ENTRY_WORDS_MAX && i + count < to &&
           unit_at(c, i + (uint32_t)count)->folded.len > 0) {
        words[count] = unit_at(c, i + (uint32_t)count)->folded;
        count++;
    }
    return (uint32_t)language_match(s, words, count, ret_number);
}

/* Cues */

static bool is_between(const struct clause *c, uint32_t i)
{
    return in_section(c, c->words->between, i) && !unit_at(c, i)->name;
}

/* Told by others: a form of be stands before, perhaps with words between. */
static bool is_passive(const struct clause *c, uint32_t i)
{
    for (uint32_t at = i; at > c->from && at + 4 > i; at--) {
        if (in_section(c, c->words->be, at - 1))
            return true;
        if (!is_between(c, at - 1))
            return false;
    }
    return false;
}

/* A plain form is a verb only where no noun can stand. */
static bool is_noun_here(const struct clause *c, uint32_t i, int64_t form)
{
    if (form == SAY_PARTICIPLE || i == c->from)
        return form == SAY_PLAIN;
    const struct unit *before = unit_at(c, i - 1);
    if (before->possessive || in_section(c, c->words->determiner, i - 1))
        return !in_section(c, c->words->pronoun, i - 1);
    if (form != SAY_PLAIN)
        return in_section(c, c->words->preposition, i - 1) && !is_between(c, i - 1);
    return unit_at(c, i)->capital ||
           !(is_between(c, i - 1) || before->name || in_section(c, c->words->pronoun, i - 1) ||
             in_section(c, c->words->role, i - 1));
}

/* In headlines only are cues written large. */
static bool is_large(const struct clause *c, uint32_t i)
{
    return unit_at(c, i)->capital && i > c->from && c->from > 0;
}

/* How many units the cue at i has, or 0; its form is without SAY_WEAK. */
static uint32_t cue_at(const struct clause *c, uint32_t i, uint32_t to, int64_t *ret_form,
                       bool *ret_weak)
{
    int64_t form;
    uint32_t count = match_at(c, c->words->say, i, to, &form);
    if (count == 0 || unit_at(c, i)->possessive || is_large(c, i) ||
        is_noun_here(c, i, form % SAY_WEAK))
        return 0;
    *ret_form = form % SAY_WEAK;
    *ret_weak = form >= SAY_WEAK;
    return *ret_form == SAY_FINITE && is_passive(c, i) ? 0 : count;
}

/* Mentions */

static bool mention_starts(const struct clause *c, uint32_t i)
{
    const struct unit *u = unit_at(c, i);
    if (u->folded.len == 0 || in_section(c, c->words->time, i))
        return false;
    return u->name || in_section(c, c->words->pronoun, i) ||
           in_section(c, c->words->determiner, i) || in_section(c, c->words->role, i) ||
           in_section(c, c->words->title, i);
}

/* "Petrova and Orlov": one mention. */
static bool joins(const struct clause *c, uint32_t i, uint32_t from, uint32_t to)
{
    return number_in(c, c->words->conjunction, i) == 1 && i > from && i + 1 < to &&
           unit_at(c, i - 1)->name && unit_at(c, i + 1)->name;
}

/* "The ministry put": behind a role that no other follows, in a language without endings. */
static bool is_verb_of_role(const struct clause *c, uint32_t i, uint32_t to)
{
    if (language_section_count(c->words->ending) > 0 || !in_section(c, c->words->role, i - 1) ||
        unit_at(c, i - 1)->possessive)
        return false;
    for (uint32_t at = i; at < to && at < i + 3; at++) {
        if (unit_at(c, at)->name || in_section(c, c->words->role, at))
            return false;
    }
    return true;
}

static bool goes_on(const struct clause *c, uint32_t i, uint32_t from, uint32_t to)
{
    const struct unit *u = unit_at(c, i);
    int64_t form;
    bool weak;
    if (u->quote != QUOTE_MARKS_NONE)
        return !u->begins && in_section(c, c->words->work, i - 1);
    if (u->folded.len == 0 || in_section(c, c->words->relative, i))
        return false;
    if (u->name)
        return true;
    if (in_section(c, c->words->conjunction, i))
        return joins(c, i, from, to);
    int64_t preposition = number_in(c, c->words->preposition, i);
    if (preposition >= 0)
        return preposition == 1 && i + 1 < to;
    if (in_section(c, c->words->time, i) || is_between(c, i))
        return false;
    /* "Petrova opposed": what follows a name and is no name is a verb. */
    const struct unit *before = unit_at(c, i - 1);
    /* "in a statement the ministry" */
    if (in_section(c, c->words->determiner, i) && !u->name && !u->number &&
        !in_section(c, c->words->determiner, i - 1) && !in_section(c, c->words->pronoun, i) &&
        number_in(c, c->words->preposition, i - 1) < 0)
        return false;
    bool inflected = language_section_count(c->words->ending) > 0;
    bool of_name =
        inflected && i + 1 < to && unit_at(c, i + 1)->name && !in_section(c, c->words->work, i);
    if (inflected && before->name && !of_name && !in_section(c, c->words->particle, i))
        return false; /* "сказала Петрова агентству" */
    if (before->name && !before->possessive && !in_section(c, c->words->role, i) &&
        !in_section(c, c->words->particle, i))
        return false;
    if (is_verb_of_role(c, i, to))
        return false;
    return cue_at(c, i, to, &form, &weak) == 0;
}

static struct mention mention_from(const struct clause *c, uint32_t i, uint32_t to)
{
    struct mention m = {i, i + 1};
    if (in_section(c, c->words->pronoun, i) && !in_section(c, c->words->determiner, i))
        return m;
    while (m.to < to && m.to - m.from < MENTION_UNITS_MAX && goes_on(c, m.to, m.from, to))
        m.to++;
    return m;
}

static bool subject_in(const struct clause *c, uint32_t from, uint32_t to,
                       struct mention *ret_mention)
{
    for (uint32_t i = from; i < to; i++) {
        if (!mention_starts(c, i))
            continue;
        *ret_mention = mention_from(c, i, to);
        if (i == from || !in_section(c, c->words->preposition, i - 1))
            return true;
        i = ret_mention->to - 1;
    }
    return false;
}

static bool is_boundary(const struct clause *c, uint32_t i)
{
    int64_t form;
    bool weak;
    const struct unit *u = unit_at(c, i);
    if (u->folded.len == 0 || in_section(c, c->words->relative, i))
        return true;
    if (in_section(c, c->words->conjunction, i))
        return !joins(c, i, c->from, c->to);
    return cue_at(c, i, c->to, &form, &weak) > 0 && form == SAY_FINITE;
}

static uint32_t clause_start(const struct clause *c, uint32_t from, uint32_t i)
{
    while (i > from && !is_boundary(c, i - 1))
        i--;
    return i;
}

static bool is_parting(const struct clause *c, uint32_t i)
{
    return is_mark(c, i, ',') || is_mark(c, i, '-');
}

/* Behind the comma, dash or quotation before i. */
static uint32_t segment_start(const struct clause *c, uint32_t from, uint32_t i)
{
    while (i > from && !is_parting(c, i - 1) && !is_quote(c, i - 1))
        i--;
    return i;
}

/* A segment that tells more of what stands before it: "42", "a lawyer", "who was there". */
static bool is_addition(const struct clause *c, uint32_t from, uint32_t to)
{
    const struct unit *u = unit_at(c, from);
    return from == to || u->number || in_section(c, c->words->determiner, from) ||
           in_section(c, c->words->relative, from) || in_section(c, c->words->preposition, from) ||
           (in_section(c, c->words->role, from) && !u->name);
}

/* "Petrova, 42, a lawyer, said": the comma at last stands before the cue. */
static bool subject_before_comma(const struct clause *c, uint32_t from, uint32_t last,
                                 struct mention *ret_mention)
{
    bool found = false;
    uint32_t end = last, direct = segment_start(c, from, last);
    if (direct > from && !is_addition(c, direct, last))
        return subject_in(c, clause_start(c, direct, last), last, ret_mention);
    for (;;) {
        uint32_t comma = segment_start(c, from, end);
        if (comma == from || is_quote(c, comma - 1))
            return found;
        comma--;
        uint32_t start = segment_start(c, from, comma);
        struct mention m;
        uint32_t clause = clause_start(c, start, comma);
        if (subject_in(c, clause, comma, &m) && (!found || unit_at(c, m.from)->name)) {
            *ret_mention = m;
            found = true;
        }
        if (!is_addition(c, start, comma))
            return found;
        end = comma;
    }
}

/* Of the whole sentence, for what has no subject of its own: "... and called it", "..., saying". */
static bool main_subject(const struct clause *c, uint32_t from, uint32_t to,
                         struct mention *ret_mention)
{
    for (uint32_t i = from; i < to; i++) {
        if (mention_starts(c, i) && (i == from || !in_section(c, c->words->preposition, i - 1))) {
            *ret_mention = mention_from(c, i, to);
            return true;
        }
        if (mention_starts(c, i))
            i = mention_from(c, i, to).to - 1;
    }
    return false;
}

/* "Petrova, who said": who stands at i. */
static bool subject_of_relative(const struct clause *c, uint32_t from, uint32_t i,
                                struct mention *ret_mention)
{
    if (i > from && is_mark(c, i - 1, ','))
        i--;
    uint32_t start = clause_start(c, from, i);
    /* The nearest name: "a letter to Petrova, who". */
    for (uint32_t at = i; at-- > start;) {
        if (unit_at(c, at)->name && (at == start || !unit_at(c, at - 1)->name)) {
            *ret_mention = mention_from(c, at, i);
            return true;
        }
    }
    return subject_in(c, start, i, ret_mention);
}

static bool subject_before(const struct clause *c, uint32_t from, uint32_t cue, int64_t form,
                           struct mention *ret_mention)
{
    uint32_t i = cue;
    while (i > from && is_between(c, i - 1))
        i--;
    if (i == from)
        return false;
    if (in_section(c, c->words->relative, i - 1))
        return subject_of_relative(c, from, i - 1, ret_mention);
    if (form == SAY_PARTICIPLE && (is_parting(c, i - 1) || i == cue))
        return main_subject(c, from, i, ret_mention);
    if (is_parting(c, i - 1))
        return subject_before_comma(c, from, i - 1, ret_mention);
    uint32_t start = clause_start(c, from, i);
    if (subject_in(c, start, i, ret_mention))
        return true;
    if (start > from && in_section(c, c->words->relative, start - 1))
        return subject_of_relative(c, from, start - 1, ret_mention);
    bool shared = start > from && in_section(c, c->words->conjunction, start - 1);
    return shared && main_subject(c, from, start, ret_mention);
}

static bool subject_after(const struct clause *c, uint32_t i, uint32_t to,
                          struct mention *ret_mention)
{
    for (uint32_t skipped = 0; i < to && skipped <= SKIPPED_WORDS_MAX; i++) {
        if (unit_at(c, i)->folded.len == 0 || in_section(c, c->words->conjunction, i))
            return false;
        if (mention_starts(c, i) && (!is_between(c, i) || unit_at(c, i)->name)) {
            *ret_mention = mention_from(c, i, to);
            return true;
        }
        skipped += !is_between(c, i);
    }
    return false;
}

/* The quotation's sentence */

/* Of a sentence without end, what is near. */
static struct clause sentence_of(const struct units *line, const struct quote_words *words,
                                 uint32_t at)
{
    struct clause c = {line, words, at, at + 1};
    while (c.from > 0 && at - c.from < SENTENCE_UNITS_MAX && !line->units[c.from - 1].ends)
        c.from--;
    while (c.to < line->count && c.to - at < SENTENCE_UNITS_MAX && !line->units[c.to - 1].ends)
        c.to++;
    return c;
}

static bool only_between(const struct clause *c, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        if (unit_at(c, i)->mark == 0 && !is_between(c, i))
            return false;
    }
    return true;
}

static bool try_according(const struct clause *c, uint32_t i, uint32_t to, struct speaker *s)
{
    uint32_t count = match_at(c, c->words->according, i, to, NULL);
    if (count == 0 || !subject_after(c, i + count, to, &s->mention))
        return false;
    s->cue = (struct mention){i, i + count};
    s->grounds = QUOTE_BY_CUE;
    return true;
}

static bool try_after(const struct clause *c, uint32_t at, uint32_t i, struct speaker *s)
{
    int64_t form;
    bool weak;
    uint32_t count = cue_at(c, i, c->to, &form, &weak);
    if (count == 0)
        return false;
    bool turned = only_between(c, at + 1, i);
    bool found = turned ? subject_after(c, i + count, c->to, &s->mention)
                        : subject_before(c, at + 1, i, form, &s->mention) ||
                              subject_after(c, i + count, c->to, &s->mention);
    if (!found)
        return false;
    s->cue = (struct mention){i, i + count};
    s->grounds = QUOTE_BY_CUE;
    return true;
}

/* "...," said Petrova; "...", according to the office. */
static bool cue_after(const struct clause *c, uint32_t at, struct speaker *s)
{
    uint32_t to = c->to - at > CUE_FAR_UNITS ? at + CUE_FAR_UNITS : c->to;
    for (uint32_t i = at + 1; i < to; i++) {
        if (is_mark(c, i, ';') || is_mark(c, i, ':'))
            return false;
        if (try_according(c, i, c->to, s) || try_after(c, at, i, s))
            return true;
    }
    return false;
}

/* "As Petrova said" has it before; "Said Petrova:" behind, and nothing more. */
static bool turned_subject(const struct clause *c, uint32_t i, uint32_t to,
                           struct mention *ret_mention)
{
    struct mention m;
    if (!subject_after(c, i, to, &m) || (m.to < to && unit_at(c, m.to)->mark == 0))
        return false;
    *ret_mention = m;
    return true;
}

static bool try_before(const struct clause *c, uint32_t at, uint32_t i, struct speaker *s,
                       bool *ret_weak)
{
    int64_t form;
    uint32_t count = cue_at(c, i, at, &form, ret_weak);
    if (count == 0 || !(subject_before(c, c->from, i, form, &s->mention) ||
                        turned_subject(c, i + count, at, &s->mention) ||
                        (form == SAY_PARTICIPLE && i == c->from && at + 1 < c->to &&
                         main_subject(c, at + 1, c->to, &s->mention))))
        return false;
    *ret_weak |= i > c->from && form == SAY_PLAIN && is_between(c, i - 1);
    s->cue = (struct mention){i, i + count};
    s->grounds = QUOTE_BY_CUE;
    s->before = true;
    return true;
}

/* Petrova said that "..."; the nearest to the quotation, but of "Petrova said that Orlov called it"
 * the first. */
static bool cue_before(const struct clause *c, uint32_t at, struct speaker *s)
{
    bool found = false, weak;
    for (uint32_t i = at; i-- > c->from && at - i <= 2 * CUE_FAR_UNITS;) {
        struct speaker here = {.grounds = QUOTE_UNKNOWN};
        if (found &&
            (is_mark(c, i, ';') || number_in(c, c->words->conjunction, i) == CONJUNCTION_PARTS))
            return true;
        bool cue = try_before(c, at, i, &here, &weak);
        if (!cue && !found && try_according(c, i, at, &here)) {
            here.before = cue = true;
            weak = false;
        }
        if (cue && (!found || !weak)) {
            *s = here;
            found = true;
        }
        if (cue && !weak)
            return true;
    }
    return found;
}

/* Only "Anna Petrova:" stands between a mark and the quotation. */
static bool name_and_colon(const struct clause *c, uint32_t at, struct speaker *s)
{
    if (at < c->from + 2 || !is_mark(c, at - 1, ':'))
        return false;
    uint32_t from = at - 1;
    while (from > c->from && unit_at(c, from - 1)->name)
        from--;
    if (from == at - 1 || (from > c->from && unit_at(c, from - 1)->mark == 0))
        return false;
    *s = (struct speaker){QUOTE_BY_COLON, {from, at - 1}, {at - 1, at}, .before = true};
    return true;
}

/* Petrova was angry: "..."; "..." -- Anna Petrova */
static bool name_beside(const struct clause *c, uint32_t at, struct speaker *s)
{
    struct mention m;
    if (at > c->from + 1 && is_mark(c, at - 1, ':') && main_subject(c, c->from, at - 1, &m)) {
        *s = (struct speaker){QUOTE_BY_COLON, m, {at - 1, at}, .before = true};
        return true;
    }
    if (at == c->from && at + 2 < c->line->count && is_mark(c, at + 1, '-') &&
        unit_at(c, at + 2)->name) {
        m = mention_from(c, at + 2, c->to);
        *s = (struct speaker){QUOTE_BY_COLON, m, {at + 1, at + 2}};
        return true;
    }
    return false;
}

/* The last mark of what is said. */
static uint8_t last_mark(const struct clause *c, struct span text, uint32_t at)
{
    const struct unit *u = unit_at(c, at);
    uint32_t end = u->to;
    while (end > u->from && text.data[end - 1] >= 0x80)
        end--;
    if (end > u->from + 1 && text.data[end - 1] == '"')
        end--;
    return end > u->from ? text.data[end - 1] : 0;
}

/* "...," Petrova shot back: a verb that the language's file does not have. */
static bool subject_beside(const struct clause *c, uint32_t at, struct speaker *s)
{
    uint32_t i = at + 1;
    if (i + 1 >= c->to || !(unit_at(c, i)->name || in_section(c, c->words->title, i) ||
                            (in_section(c, c->words->pronoun, i) && !unit_at(c, i)->possessive)))
        return false;
    struct mention m = mention_from(c, i, c->to);
    uint32_t end = i;
    while (end < m.to && (unit_at(c, end)->name || in_section(c, c->words->title, end)))
        end++;
    m.to = end > i ? end : i + 1;
    if (m.to >= c->to || unit_at(c, m.to)->folded.len == 0 || unit_at(c, m.to)->capital ||
        unit_at(c, m.to - 1)->possessive || in_section(c, c->words->conjunction, m.to))
        return false;
    *s = (struct speaker){QUOTE_BY_CUE, m, {m.to, m.to + 1}};
    return true;
}

/* "...," said Petrova, and nothing between. */
static bool tight_after(const struct clause *c, struct span text, uint32_t at, struct speaker *s)
{
    struct speaker here = {.grounds = QUOTE_UNKNOWN};
    uint8_t last = last_mark(c, text, at);
    if (last == ',' && cue_after(c, at, &here) && here.cue.from <= at + 1 + TIGHT_UNITS) {
        *s = here;
        return true;
    }
    bool alone = at == c->from && (last == ',' || last == '?' || last == '!');
    if (!alone || (cue_after(c, at, &here) && here.cue.from <= at + 1 + TIGHT_UNITS))
        return false;
    return subject_beside(c, at, s);
}

/* The second half of what the same cue parts: "...," said Petrova, "..." */
static bool split_by_cue(const struct clause *c, const struct speaker *found, uint32_t at,
                         struct speaker *s)
{
    if (at < c->from + 2 || !is_mark(c, at - 1, ','))
        return false;
    uint32_t first = at - 1;
    while (first > c->from && !is_quote(c, first))
        first--;
    if (!is_quote(c, first) || found[first].grounds != QUOTE_BY_CUE || found[first].before)
        return false;
    *s = found[first];
    s->before = true;
    return true;
}

/* The cue and the quotation are next to each other, and it is one of telling. */
static bool is_beside(const struct clause *c, uint32_t at, const struct speaker *s)
{
    int64_t form = 0;
    if (s->grounds == QUOTE_BY_COLON)
        return true;
    if (s->grounds != QUOTE_BY_CUE)
        return false;
    match_at(c, c->words->say, s->cue.from, s->cue.to, &form);
    if (form >= SAY_WEAK)
        return false;
    if (!s->before)
        return s->cue.from <= at + 1 + TIGHT_UNITS;
    for (uint32_t i = s->cue.to; i < at; i++) {
        if (unit_at(c, i)->mark == 0 && !in_section(c, c->words->conjunction, i) &&
            (i < s->mention.from || i >= s->mention.to))
            return false;
    }
    return true;
}

static struct speaker find_speaker(const struct clause *c, struct span text,
                                   const struct speaker *found, uint32_t at)
{
    struct speaker s = {.grounds = QUOTE_UNKNOWN};
    bool alone = at == c->from;
    if (name_and_colon(c, at, &s))
        return s;
    if (!alone && cue_before(c, at, &s) && at - s.cue.to <= 1)
        return s;
    if (!alone && split_by_cue(c, found, at, &s))
        return s;
    if (tight_after(c, text, at, &s) || s.grounds != QUOTE_UNKNOWN)
        return s;
    if (name_beside(c, at, &s) || cue_after(c, at, &s))
        return s;
    return (struct speaker){.grounds = QUOTE_UNKNOWN};
}

struct speaker speaker_in_sentence(const struct units *line, const struct quote_words *words,
                                   struct span text, const struct speaker *found, uint32_t at)
{
    struct clause c = sentence_of(line, words, at);
    struct speaker s = find_speaker(&c, text, found, at);
    s.beside = is_beside(&c, at, &s);
    return s;
}

/* The sentences around it */

/* The last quotation of the sentence that ends before unit end, whose speaker is known. */
static bool quoted_in(const struct clause *c, const struct speaker *found, struct speaker *s)
{
    for (uint32_t i = c->to; i-- > c->from;) {
        if (is_quote(c, i) && found[i].grounds != QUOTE_UNKNOWN) {
            *s = found[i];
            return true;
        }
    }
    return false;
}

/* The first that is not weak. */
static bool cue_in(const struct clause *c, struct speaker *s)
{
    bool weak;
    for (uint32_t i = c->from; i < c->to; i++) {
        if (try_before(c, c->to, i, s, &weak) && !weak)
            return true;
    }
    return false;
}

/* Nothing else stands in it. */
static bool is_paragraph(const struct units *line, uint32_t at)
{
    return line->units[at].begins && (at + 1 == line->count || line->units[at + 1].begins);
}

struct speaker speaker_around(const struct units *line, const struct quote_words *words,
                              const struct speaker *found, uint32_t at)
{
    struct speaker s = {.grounds = QUOTE_UNKNOWN};
    struct clause own = sentence_of(line, words, at);
    if (own.from == 0 || at > own.from)
        return s;
    struct clause before = sentence_of(line, words, own.from - 1);
    if (line->units[own.from].begins) {
        bool leads = is_mark(&before, before.to - 1, ':');
        if (leads &&
            (cue_in(&before, &s) || main_subject(&before, before.from, before.to, &s.mention)))
            s.grounds = QUOTE_AFTER_PARAGRAPH;
        else if (language_section_count(words->ending) == 0 && is_paragraph(line, at) &&
                 quoted_in(&before, found, &s))
            s.grounds = QUOTE_CONTINUED;
    } else if (quoted_in(&before, found, &s)) {
        s.grounds = QUOTE_CONTINUED;
    } else if (cue_in(&before, &s) || main_subject(&before, before.from, before.to, &s.mention)) {
        s.grounds = QUOTE_AFTER_SENTENCE;
    }
    return s;
}
