/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/mem.h"
#include "link/code.h"
#include "link/records_internal.h"

#define X(name, text) text,
static const char *const date_names[] = {"missing", LINK_DATE_LEVELS(X)};
static const char *const phone_names[] = {"missing", LINK_PHONE_LEVELS(X)};
static const char *const email_names[] = {"missing", LINK_EMAIL_LEVELS(X)};
static const char *const number_names[] = {"missing", LINK_NUMBER_LEVELS(X)};
static const char *const sex_names[] = {"missing", LINK_SEX_LEVELS(X)};
#undef X

/* A field of names, whose values may stand in another field. */
enum {
    NAME_MISSING,
    NAME_DIFFERENT,
    NAME_REMOTE,
    NAME_ALIKE,
    NAME_SWAPPED,
    NAME_SLIP,
    NAME_FORM,
    NAME_SAME
};
static const char *const name_names[] = {
    "missing",
    "different",
    "a word or some letters in common",
    "alike, or a part",
    "in each other's place",
    "one letter off",
    "another form of it",
    "the same",
};
static const uint8_t name_levels[] = {
    [LINK_LIKENESS_NONE] = NAME_DIFFERENT, [LINK_LIKENESS_REMOTE] = NAME_REMOTE,
    [LINK_LIKENESS_ALIKE] = NAME_ALIKE,    [LINK_LIKENESS_PART] = NAME_ALIKE,
    [LINK_LIKENESS_SLIP] = NAME_SLIP,      [LINK_LIKENESS_FORM] = NAME_FORM,
    [LINK_LIKENESS_SAME] = NAME_SAME,
};
/* Other words: likeness + 1. */
static const char *const words_names[] = {
    "missing",
    "different",
    "a word or some letters in common",
    "alike",
    "a part",
    "one letter off",
    "another form of it",
    "the same",
};

struct names {
    const char *const *names;
    unsigned count;
};

static struct names names_of(enum link_kind kind)
{
    switch (kind) {
    case LINK_GIVEN_NAME:
    case LINK_FAMILY_NAME:
    case LINK_PATRONYMIC:
        return (struct names){name_names, COUNT_OF(name_names)};
    case LINK_DATE:
        return (struct names){date_names, COUNT_OF(date_names)};
    case LINK_PHONE:
        return (struct names){phone_names, COUNT_OF(phone_names)};
    case LINK_EMAIL:
        return (struct names){email_names, COUNT_OF(email_names)};
    case LINK_NUMBER:
        return (struct names){number_names, COUNT_OF(number_names)};
    case LINK_SEX:
        return (struct names){sex_names, COUNT_OF(sex_names)};
    default:
        return (struct names){words_names, COUNT_OF(words_names)};
    }
}

unsigned link_field_levels(const struct link_records *r, unsigned field)
{
    ASSERT(field < r->fields_count);
    return r->fields[field].levels;
}

const char *link_level_name(const struct link_records *r, unsigned field, unsigned level)
{
    struct names names = names_of(link_field_kind(r, field));
    ASSERT(level < names.count);
    return names.names[level];
}

struct link_scratch {
    const struct link_records *records;
    struct link_relations relations;
};

struct link_scratch *link_scratch_new(const struct link_records *r)
{
    struct link_scratch *s = mem_calloc(1, sizeof *s);
    if (s)
        s->records = r;
    return s;
}

void link_scratch_free(struct link_scratch *s)
{
    mem_free(s);
}

static void make_glances(const struct link_records *r, struct link_field *f)
{
    for (uint32_t value = 1; value < f->values; value++) {
        const uint32_t *words;
        size_t count = link_field_words(f, value, &words);
        if (count == 0)
            continue;
        uint64_t class = r->dictionary.words[words[0]].class * 31 + count;
        f->glances[value] = (struct link_glance){.only = count == 1 ? words[0] : 0,
                                                 .sign = (uint32_t)(class ^ class >> 32)};
    }
}

static int make_phones(struct link_field *f)
{
    f->phones = mem_calloc(f->values, sizeof *f->phones);
    REJECT_IF(!f->phones, E_NOMEM);
    for (uint32_t value = 1; value < f->values; value++)
        f->phones[value] = link_phone_pack(link_pool_text(&f->codes, value));
    return 0;
}

int link_compare_build(struct link_records *r)
{
    for (unsigned f = 0; f < r->fields_count; f++) {
        struct link_field *field = &r->fields[f];
        field->levels = (uint8_t)names_of(field->kind).count;
        if (field->kind == LINK_PHONE)
            TRY(make_phones(field));
        if (field->way != LINK_WAY_WORDS)
            continue;
        field->glances = mem_calloc(field->values, sizeof *field->glances);
        REJECT_IF(!field->glances, E_NOMEM);
        make_glances(r, field);
    }
    return 0;
}

/* One record of the two that are compared. */
struct row {
    const uint32_t *values;
};

static struct row row_of(const struct link_records *r, uint32_t record)
{
    return (struct row){link_record_values(r, record)};
}

static enum link_likeness likeness(const struct link_records *r, const struct link_field *f,
                                   uint32_t va, const struct link_field *g, uint32_t vb,
                                   struct link_scratch *s)
{
    const uint32_t *a = &f->glances[va].only, *b = &g->glances[vb].only;
    if (*a && *b)
        return link_name_compare(&r->dictionary, f->kind, a, 1, b, 1, &s->relations);
    size_t a_count = link_field_words(f, va, &a), b_count = link_field_words(g, vb, &b);
    return link_name_compare(&r->dictionary, f->kind, a, a_count, b, b_count, &s->relations);
}

enum cross { CROSS_UNKNOWN, CROSS_SAME, CROSS_OTHER };

/* Most values are of one word, and most pairs of words differ in their sound. */
static enum cross cross(const struct link_records *r, const struct link_field *f, uint32_t va,
                        const struct link_field *g, uint32_t vb, struct link_scratch *s)
{
    const uint32_t *a, *b;
    if (va == 0 || vb == 0)
        return CROSS_UNKNOWN;
    if (f->glances[va].sign != g->glances[vb].sign)
        return CROSS_OTHER;
    if (link_field_words(f, va, &a) != link_field_words(g, vb, &b))
        return CROSS_OTHER;
    if (r->dictionary.words[a[0]].class != r->dictionary.words[b[0]].class)
        return CROSS_OTHER;
    return likeness(r, f, va, g, vb, s) >= LINK_LIKENESS_SLIP ? CROSS_SAME : CROSS_OTHER;
}

static bool in_place_of(const struct link_records *r, unsigned field, unsigned partner,
                        struct row a, struct row b, struct link_scratch *s)
{
    const struct link_field *f = &r->fields[field], *g = &r->fields[partner];
    enum cross one = cross(r, f, a.values[field], g, b.values[partner], s);
    if (one == CROSS_OTHER)
        return false;
    enum cross other = cross(r, f, b.values[field], g, a.values[partner], s);
    return other != CROSS_OTHER && (one == CROSS_SAME || other == CROSS_SAME);
}

/* Two fields whose values stand in each other's place are one piece of evidence: the first of the
 * two says it, the second says nothing. */
static unsigned swapped(const struct link_records *r, unsigned field, struct row a, struct row b,
                        unsigned level, struct link_scratch *s)
{
    const struct link_field *f = &r->fields[field];
    for (unsigned i = 0; i < f->partners_count; i++) {
        unsigned partner = f->partners[i];
        if (in_place_of(r, field, partner, a, b, s))
            return partner < field && a.values[partner] && b.values[partner] ? NAME_MISSING
                                                                             : NAME_SWAPPED;
    }
    return level;
}

static unsigned compare_names(const struct link_records *r, unsigned field, struct row a,
                              struct row b, struct link_scratch *s)
{
    const struct link_field *f = &r->fields[field];
    unsigned level = name_levels[likeness(r, f, a.values[field], f, b.values[field], s)];
    return level < NAME_SWAPPED ? swapped(r, field, a, b, level, s) : level;
}

static unsigned compare_values(const struct link_records *r, unsigned field, struct row a,
                               struct row b, struct link_scratch *s)
{
    const struct link_field *f = &r->fields[field];
    uint32_t va = a.values[field], vb = b.values[field];
    switch (f->way) {
    case LINK_WAY_DATE:
        return link_date_compare(f->dates[va], f->dates[vb]);
    case LINK_WAY_CODE:
        if (f->kind == LINK_PHONE)
            return link_phone_compare(f->phones[va], f->phones[vb]);
        return link_code_compare(f->kind, link_pool_text(&f->codes, va),
                                 link_pool_text(&f->codes, vb));
    default:
        return f->kind <= LINK_PATRONYMIC ? compare_names(r, field, a, b, s)
                                          : (unsigned)likeness(r, f, va, f, vb, s) + 1;
    }
}

static unsigned compare(const struct link_records *r, unsigned field, struct row a, struct row b,
                        struct link_scratch *s)
{
    uint32_t va = a.values[field], vb = b.values[field];
    if (va == 0 || vb == 0)
        return LINK_LEVEL_MISSING;
    if (va == vb)
        return r->fields[field].levels - 1;
    return compare_values(r, field, a, b, s);
}

void link_compare_all(const struct link_records *r, uint32_t a, uint32_t b, uint8_t *levels,
                      struct link_scratch *s)
{
    ASSERT(s && s->records == r);
    struct row row_a = row_of(r, a), row_b = row_of(r, b);
    for (unsigned i = 0; i < r->fields_count; i++)
        levels[i] = (uint8_t)compare(r, i, row_a, row_b, s);
}

unsigned link_compare_mixed(const struct link_records *r, unsigned field, uint32_t a,
                            const uint32_t from[LINK_MIXED_MAX], struct link_scratch *s)
{
    const struct link_field *f = &r->fields[field];
    uint32_t mixed[LINK_MIXED_MAX], va = row_of(r, a).values[field];
    const uint32_t *words;
    if (f->way != LINK_WAY_WORDS || va == 0)
        return LINK_LEVEL_MISSING;
    size_t count = link_field_words(f, row_of(r, from[0]).values[field], &words);
    if (count < 2)
        return LINK_LEVEL_MISSING;
    for (size_t i = 0; i < count; i++) {
        if (link_field_words(f, row_of(r, from[i]).values[field], &words) <= i)
            return LINK_LEVEL_MISSING;
        mixed[i] = words[i];
    }
    size_t a_count = link_field_words(f, va, &words);
    enum link_likeness likeness =
        link_name_compare(&r->dictionary, f->kind, words, a_count, mixed, count, &s->relations);
    return f->kind <= LINK_PATRONYMIC ? name_levels[likeness] : (unsigned)likeness + 1;
}
_Static_assert(LINK_MIXED_MAX == LINK_NAME_WORDS_MAX, "all words of a value");
