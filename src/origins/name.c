/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A person is called by the last word of the name again. In languages where names have endings the
 * words are compared without them, so that "Петровой" and "Петрова" are one. */
#include "origins/name.h"

#include <stdlib.h>

#include "base/mem.h"

#define NAME_WORDS_MAX 5
#define STEM_BYTES_MIN 6
#define ALIKE_LOOK_MAX 256
#define PRONOUN_LOOK_UNITS 160
#define CALLED_UNITS_MAX 12
#define OF_WORDS_MAX 2
#define ROLE_LOOK_NAMES 1000

static bool in_section(const struct names *n, const struct language_section *s, uint32_t i)
{
    const struct unit *u = &n->line->units[i];
    return u->folded.len > 0 && language_has(s, u->folded);
}

static int64_t number_in(const struct names *n, const struct language_section *s, uint32_t i)
{
    int64_t number = 0;
    struct span f = n->line->units[i].folded;
    return f.len > 0 && language_match(s, &f, 1, &number) > 0 ? number : -1;
}

struct span name_stem(const struct quote_words *words, struct span folded)
{
    for (size_t at = STEM_BYTES_MIN; at < folded.len; at++) {
        if ((folded.data[at] & 0xc0) != 0x80 &&
            language_has(words->ending, span_slice(folded, at, folded.len)))
            return span_slice(folded, 0, at);
    }
    return folded;
}

static uint64_t stem_hash(const struct names *n, uint32_t i)
{
    struct span stem = name_stem(n->words, n->line->units[i].folded);
    return span_hash(SPAN_HASH_START, stem) | 1;
}

static struct stretch stretch_of(const struct names *n, uint32_t from, uint32_t to)
{
    return (struct stretch){n->line->units[from].from, n->line->units[to - 1].to};
}

static bool is_part(const struct names *n, uint32_t i)
{
    return n->line->units[i].name;
}

/* Reading */

static bool goes_on_before(const struct names *n, uint32_t i)
{
    const struct unit *u = &n->line->units[i];
    return u->folded.len > 0 && !u->ends && !n->line->units[i + 1].begins;
}

/* The word for what they are that stands before i: at once, or with what it is of between. */
static uint32_t role_before(const struct names *n, uint32_t i)
{
    if (i == 0 || number_in(n, n->words->preposition, i - 1) >= 0)
        return NAME_NONE;
    bool inflected = language_section_count(n->words->ending) > 0;
    for (uint32_t at = i; at > 0 && i - at < CALLED_UNITS_MAX && goes_on_before(n, at - 1); at--) {
        if (in_section(n, n->words->say, at - 1) || in_section(n, n->words->between, at - 1))
            return NAME_NONE;
        bool of = number_in(n, n->words->preposition, at) == 1;
        bool near = at == i || (inflected && i - at <= OF_WORDS_MAX);
        if (in_section(n, n->words->role, at - 1))
            return of || near ? at - 1 : NAME_NONE;
    }
    return NAME_NONE;
}

/* "the minister of justice Anna Petrova", "Justice Minister Anna Petrova". */
static void take_role_before(const struct names *n, struct name *name)
{
    uint32_t i = name->mention.from;
    while (i > 0 && !n->line->units[i].begins && in_section(n, n->words->title, i - 1)) {
        int64_t gender = number_in(n, n->words->title, i - 1);
        name->gender = gender > 0 ? (enum gender)gender : name->gender;
        i--;
    }
    name->mention.from = i;
    uint32_t role = role_before(n, i);
    if (role == NAME_NONE)
        return;
    int64_t gender = number_in(n, n->words->role, role);
    if (gender > 0 && name->gender == GENDER_NONE)
        name->gender = (enum gender)gender;
    name->role = stem_hash(n, role);
    uint32_t from = role;
    while (from > 0 && !n->line->units[from].begins && role - from < 3 &&
           (n->line->units[from - 1].name || in_section(n, n->words->role, from - 1) ||
            in_section(n, n->words->determiner, from - 1)))
        from--;
    name->called = stretch_of(n, from, i);
}

/* "Anna Petrova, the minister of justice, ..." */
static void take_role_after(const struct names *n, struct name *name)
{
    uint32_t i = name->mention.to;
    /* "Anna Petrova, 42, a teacher" */
    if (i + 2 < n->line->count && n->line->units[i].mark == ',' && n->line->units[i + 1].number)
        i += 2;
    if (name->role != 0 || i + 1 >= n->line->count || n->line->units[i].mark != ',' ||
        n->line->units[i].ends)
        return;
    uint32_t from = i + 1, to = from;
    if (in_section(n, n->words->conjunction, from))
        return;
    while (to < n->line->count && n->line->units[to].folded.len > 0 && !n->line->units[to].begins &&
           to - from < CALLED_UNITS_MAX && !in_section(n, n->words->relative, to) &&
           !in_section(n, n->words->say, to)) {
        if (name->role == 0 && in_section(n, n->words->role, to) &&
            !in_section(n, n->words->preposition, from))
            name->role = stem_hash(n, to);
        to++;
    }
    while (to > from && in_section(n, n->words->preposition, to - 1))
        to--;
    if (name->role != 0)
        name->called = stretch_of(n, from, to);
}

static uint32_t name_end(const struct names *n, uint32_t i)
{
    uint32_t to = i + 1;
    while (to < n->line->count && to - i < NAME_WORDS_MAX && !n->line->units[to].begins &&
           !n->line->units[to - 1].possessive &&
           (is_part(n, to) || (to + 1 < n->line->count && in_section(n, n->words->particle, to) &&
                               is_part(n, to + 1))))
        to++;
    return to;
}

/* "Interior Minister Anna Petrova" is called Anna Petrova; "Open Door Committee" ends with what it
 * is, which is part of its name. */
static uint32_t behind_roles(const struct names *n, uint32_t from, uint32_t to)
{
    uint32_t behind = from;
    for (uint32_t i = from; i < to; i++) {
        if (in_section(n, n->words->role, i))
            behind = i + 1;
    }
    return behind < to ? behind : from;
}

/* "Petrova, a lawyer, said": behind what is said of them. */
static uint32_t behind_addition(const struct names *n, uint32_t after)
{
    if (after >= n->line->count || n->line->units[after].mark != ',')
        return after;
    for (uint32_t i = after + 1; i < n->line->count && i - after < CALLED_UNITS_MAX; i++) {
        const struct unit *u = &n->line->units[i];
        if (u->begins || u->quote != QUOTE_MARKS_NONE || in_section(n, n->words->relative, i))
            return after;
        if (u->mark == ',')
            return i + 1;
        if (i == after + 1 && in_section(n, n->words->say, i))
            return i;
    }
    return after;
}

static bool has_cue(const struct names *n, struct mention m)
{
    uint32_t after = behind_addition(n, m.to);
    while (after < n->line->count && in_section(n, n->words->between, after))
        after++;
    return (after < n->line->count && in_section(n, n->words->say, after)) ||
           (m.from > 0 && in_section(n, n->words->say, m.from - 1));
}

/* "Pavel Dorin, a spokesman for the governor, Osip Rand, said": it is not Rand who said it. */
static bool is_within_addition(const struct names *n, const struct name *name)
{
    uint32_t from = name->mention.from;
    if (name == n->names || from == 0 || n->line->units[from - 1].mark != ',')
        return false;
    const struct name *before = name - 1;
    if (!before->subject || n->line->units[before->mention.to].mark != ',' ||
        before->mention.to == from - 1)
        return false;
    for (uint32_t i = before->mention.to; i < from; i++) {
        if (n->line->units[i].ends || n->line->units[i].quote != QUOTE_MARKS_NONE)
            return false;
    }
    return true;
}

static void read_name(struct names *n, uint32_t i)
{
    struct name *name = &n->names[n->count++];
    uint32_t to = name_end(n, i);
    i = behind_roles(n, i, to);
    /* "the spokesman of ODK Anna Petrova" */
    if (to - i > 2 && n->line->units[i].upper && !n->line->units[i + 1].upper &&
        role_before(n, i) != NAME_NONE)
        i++;
    /* "пресс-секретарь Осипа Ранда Павел Дорин" */
    if (to - i > 3 && language_section_count(n->words->ending) > 0 &&
        role_before(n, i) != NAME_NONE)
        i = to - 2;
    *name = (struct name){.mention = {i, to}};
    name->first = stem_hash(n, i);
    name->last = stem_hash(n, to - 1);
    take_role_before(n, name);
    take_role_after(n, name);
    uint32_t from = name->mention.from;
    name->speaks = has_cue(n, name->mention);
    /* "KARSK - Forty men ..." says where it was written. */
    bool dateline =
        n->line->units[from].begins && to < n->line->count && n->line->units[to].mark == '-';
    while (from > 0 && !n->line->units[from].begins &&
           in_section(n, n->words->determiner, from - 1))
        from--;
    if (is_within_addition(n, name)) {
        name->speaks = false;
        return;
    }
    name->subject = !dateline && (from == 0 || !in_section(n, n->words->preposition, from - 1));
}

static int compare_last(const void *a, const void *b, void *arg)
{
    const struct name *names = arg;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (names[x].last != names[y].last)
        return names[x].last < names[y].last ? -1 : 1;
    return x < y ? -1 : x > y;
}

/* Where those with that last word begin in by_last. */
static uint32_t alike_from(const struct names *n, uint64_t last)
{
    uint32_t low = 0, high = n->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (n->names[n->by_last[middle]].last >= last)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* "глава Карска Олег Синицын": what stands alone behind a preposition elsewhere is a place, where
 * one name follows the other without a mark. */
static void leave_places(struct names *n)
{
    for (uint32_t i = 0; i < n->count; i++) {
        struct name *name = &n->names[i];
        if (name->mention.to - name->mention.from < 3)
            continue;
        uint32_t from = alike_from(n, name->first), place = NAME_NONE;
        for (uint32_t k = from; k < n->count && k < from + ALIKE_LOOK_MAX && place == NAME_NONE;
             k++) {
            const struct name *o = &n->names[n->by_last[k]];
            if (o->last != name->first)
                break;
            if (!o->subject && o->mention.to - o->mention.from == 1)
                place = k;
        }
        if (place == NAME_NONE)
            continue;
        name->mention.from++;
        name->first = stem_hash(n, name->mention.from);
    }
}

int names_read(const struct units *line, const struct quote_words *words, struct arena *arena,
               struct names *ret_names)
{
    struct names n = {.line = line, .words = words};
    uint32_t count = 0;
    for (uint32_t i = 0; i < line->count; i++)
        count += line->units[i].name;
    n.names = arena_alloc(arena, (count + 1) * sizeof *n.names);
    n.by_last = arena_alloc(arena, (count + 1) * sizeof *n.by_last);
    REJECT_IF(!n.names || !n.by_last, E_NOMEM);
    for (uint32_t i = 0; i < line->count;) {
        if (is_part(&n, i)) {
            read_name(&n, i);
            i = n.names[n.count - 1].mention.to;
        } else {
            i++;
        }
    }
    for (uint32_t i = 0; i < n.count; i++)
        n.by_last[i] = i;
    qsort_r(n.by_last, n.count, sizeof *n.by_last, compare_last, n.names);
    if (language_section_count(words->ending) > 0)
        leave_places(&n);
    *ret_names = n;
    return 0;
}

/* Asking */

/* The first name that ends behind unit i. */
static uint32_t name_from(const struct names *n, uint32_t i)
{
    uint32_t low = 0, high = n->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (n->names[middle].mention.to > i)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* "Karsk governor": the name says which governor. */
static bool tells_which(const struct names *n, uint32_t to, struct mention m)
{
    if (n->line->units[to - 1].possessive)
        return true;
    return to < m.to && n->line->units[to].folded.len > 0 && !n->line->units[to].capital &&
           number_in(n, n->words->preposition, to) < 0 &&
           number_in(n, n->words->conjunction, to) < 0;
}

uint32_t names_in(const struct names *n, struct mention m)
{
    uint32_t found = NAME_NONE;
    for (uint32_t i = m.from; i < m.to; i++) {
        if (i > m.from &&
            (in_section(n, n->words->preposition, i) || in_section(n, n->words->conjunction, i)))
            break;
        if (!is_part(n, i))
            continue;
        uint32_t name = name_from(n, i), to = n->names[name].mention.to;
        if (!tells_which(n, to, m))
            found = name;
        i = to - 1;
    }
    return found;
}

static uint32_t words_of(const struct names *n, uint32_t name)
{
    uint32_t words = 0;
    for (uint32_t i = n->names[name].mention.from; i < n->names[name].mention.to; i++)
        words += is_part(n, i);
    return words;
}

uint32_t names_fullest(const struct names *n, uint32_t name)
{
    const struct name *it = &n->names[name];
    uint32_t best = name, most = words_of(n, name);
    bool short_form = most == 1;
    uint64_t first = short_form ? 0 : it->first;
    uint32_t from = alike_from(n, it->last);
    for (uint32_t i = from; i < n->count && i < from + ALIKE_LOOK_MAX; i++) {
        uint32_t other = n->by_last[i];
        const struct name *o = &n->names[other];
        if (o->last != it->last)
            break;
        uint32_t words = words_of(n, other);
        if (words == 1)
            continue;
        bool other_gender = it->gender && o->gender && it->gender != o->gender;
        if (first == 0 && !other_gender)
            first = o->first;
        else if (o->first != first && short_form && !other_gender)
            return name;
        if (o->first == first && words > most) {
            best = other;
            most = words;
        }
    }
    return best;
}

struct stretch names_called(const struct names *n, uint32_t name)
{
    const struct name *it = &n->names[name];
    uint32_t from = alike_from(n, it->last);
    if (it->role != 0)
        return it->called;
    for (uint32_t i = from; i < n->count && i < from + ALIKE_LOOK_MAX; i++) {
        const struct name *o = &n->names[n->by_last[i]];
        if (o->last != it->last)
            break;
        if (o->role != 0 && (o->first == it->first || words_of(n, name) == 1))
            return o->called;
    }
    return (struct stretch){0, 0};
}

struct stretch names_stretch(const struct names *n, uint32_t name)
{
    struct mention m = n->names[name].mention;
    while (m.from + 1 < m.to && !is_part(n, m.from))
        m.from++;
    return (struct stretch){n->line->units[m.from].from, n->line->units[m.to - 1].bare_to};
}

/* The one whom the document calls by this role, at the place of the role or before. */
static uint32_t meant_by_role(const struct names *n, struct mention m)
{
    uint64_t role = 0;
    uint32_t meant = NAME_NONE;
    for (uint32_t i = m.from; i < m.to && role == 0; i++) {
        if (in_section(n, n->words->role, i))
            role = stem_hash(n, i);
    }
    uint32_t end = name_from(n, m.from), first = end > ROLE_LOOK_NAMES ? end - ROLE_LOOK_NAMES : 0;
    for (uint32_t i = first; role != 0 && i < end; i++) {
        if (n->names[i].role != role)
            continue;
        if (meant != NAME_NONE && n->names[meant].last != n->names[i].last)
            return NAME_NONE;
        meant = i;
    }
    return meant;
}

/* How many paragraphs begin behind unit from, up to unit to. */
static uint32_t paragraphs_between(const struct names *n, uint32_t from, uint32_t to)
{
    uint32_t paragraphs = 0;
    for (uint32_t i = from + 1; i <= to; i++)
        paragraphs += n->line->units[i].begins;
    return paragraphs;
}

/* In this paragraph and the one before it: the last one named, if that one spoke; else the only one
 * named as a subject. */
static uint32_t meant_by_pronoun(const struct names *n, struct mention m, enum gender gender)
{
    uint32_t meant = NAME_NONE;
    uint32_t far = m.from > PRONOUN_LOOK_UNITS ? m.from - PRONOUN_LOOK_UNITS : 0;
    uint32_t last = m.from, paragraphs = 0;
    for (uint32_t i = name_from(n, m.from); i-- > 0 && n->names[i].mention.from >= far;) {
        const struct name *it = &n->names[i];
        paragraphs += paragraphs_between(n, it->mention.from, last);
        last = it->mention.from;
        if (paragraphs > 1)
            break;
        bool other_gender = it->gender != GENDER_NONE && it->gender != gender;
        if (other_gender || !it->subject)
            continue;
        if (meant == NAME_NONE && it->speaks)
            return i;
        if (meant != NAME_NONE && n->names[meant].last != it->last)
            return NAME_NONE;
        meant = i;
    }
    return meant;
}

uint32_t names_meant(const struct names *n, struct mention m)
{
    int64_t pronoun = number_in(n, n->words->pronoun, m.from);
    if (pronoun < 0)
        return meant_by_role(n, m);
    if (pronoun != GENDER_MAN && pronoun != GENDER_WOMAN)
        return NAME_NONE;
    return meant_by_pronoun(n, m, (enum gender)pronoun);
}
