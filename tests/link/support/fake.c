/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "fake.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "link/universe.h"

#define VARIANTS 8 /* per class; 0: as it is */

struct fake_column {
    uint32_t *value;     /* per record */
    uint32_t *content;   /* per value: class * VARIANTS + variant, which is what it says */
    uint32_t *frequency; /* per value */
    uint32_t values;
};

struct link_records {
    struct fake_options options;
    uint32_t count;
    uint32_t *person, *origin;
    uint8_t *list;
    struct fake_column column[LINK_FIELDS_MAX];
    uint32_t *rows; /* each record's values */
};

struct link_scratch {
    char unused;
};

static void *need(void *p)
{
    if (!p)
        abort();
    return p;
}

/* Rows are first made in their own order, then shuffled, and only then values get their numbers, as
 * in a file. */
#define MISSING UINT32_MAX

static uint32_t draw_class(const struct fake_field *field, struct rng *rng)
{
    double u = rng_unit(rng);
    if (field->skewed)
        return (uint32_t)(pow((double)field->classes, u) - 1);
    return (uint32_t)(u * field->classes);
}

static void draw_person(const struct fake_options *o, struct rng *rng, uint32_t *classes)
{
    for (unsigned f = 0; f < o->fields; f++) {
        const struct fake_field *field = &o->field[f];
        classes[f] = draw_class(field, rng);
        if (field->follows > 0 && rng_unit(rng) < field->follows_share)
            classes[f] = (uint32_t)(link_mix(classes[field->follows - 1] + 77u) % field->classes);
    }
}

static uint32_t draw_value(const struct fake_field *field, uint32_t class, bool first,
                           struct rng *rng)
{
    double chance = rng_unit(rng), sum = 0;
    if (rng_unit(rng) < field->missing)
        return MISSING;
    if (first)
        return class * VARIANTS;
    for (unsigned level = LINK_LEVEL_DIFFERENT; level < field->levels; level++) {
        sum += field->m[level];
        if (chance < sum && level == LINK_LEVEL_DIFFERENT) {
            uint32_t other = draw_class(field, rng);
            return (other != class ? other : (class + 1) % field->classes) * VARIANTS;
        }
        if (chance < sum)
            return class * VARIANTS + (field->levels - 1 - level);
    }
    return class * VARIANTS;
}

static void draw_record(const struct fake_options *o, const uint32_t *classes, bool first,
                        struct rng *rng, uint32_t *contents)
{
    for (unsigned f = 0; f < o->fields; f++)
        contents[f] = draw_value(&o->field[f], classes[f], first, rng);
    for (unsigned f = 0; f < o->fields && !first; f++) {
        int followed = o->field[f].follows - 1;
        if (followed < 0 || !(rng_unit(rng) < o->field[f].moves))
            continue;
        contents[f] = draw_class(&o->field[f], rng) * VARIANTS;
        contents[followed] = draw_class(&o->field[followed], rng) * VARIANTS;
    }
}

static uint32_t *make_rows(struct link_records *r, struct rng *rng)
{
    const struct fake_options *o = &r->options;
    size_t most = (size_t)o->persons * (2 + o->more);
    uint32_t classes[LINK_FIELDS_MAX];
    uint32_t *rows = need(calloc(most * o->fields + 1, sizeof *rows));
    r->person = need(calloc(most + 1, sizeof *r->person));
    r->list = need(calloc(most + 1, 1));
    for (uint32_t p = 0; p < o->persons; p++) {
        draw_person(o, rng, classes);
        unsigned records = rng_unit(rng) < o->duplicated ? 2 + o->more : 1;
        for (unsigned k = 0; k < records; k++) {
            draw_record(o, classes, k == 0, rng, &rows[(size_t)r->count * o->fields]);
            r->person[r->count] = p;
            r->list[r->count++] = (uint8_t)(o->lists > 1 ? k % o->lists : 0);
        }
    }
    return rows;
}

static void shuffle(struct link_records *r)
{
    struct rng rng;
    rng_init(&rng, r->options.shuffle, 99);
    r->origin = need(calloc(r->count + 1u, sizeof *r->origin));
    for (uint32_t i = 0; i < r->count; i++)
        r->origin[i] = i;
    for (uint32_t i = r->count; r->options.shuffle != 0 && i > 1; i--) {
        uint32_t j = (uint32_t)rng_below(&rng, i), was = r->origin[i - 1];
        r->origin[i - 1] = r->origin[j];
        r->origin[j] = was;
    }
}

static void number_values(struct link_records *r, unsigned f, const uint32_t *rows)
{
    struct fake_column *c = &r->column[f];
    uint32_t contents = r->options.field[f].classes * VARIANTS + VARIANTS;
    uint32_t *number = need(calloc(contents, sizeof *number));
    c->value = need(calloc(r->count + 1u, sizeof *c->value));
    c->content = need(calloc((size_t)contents + 1, sizeof *c->content));
    c->frequency = need(calloc((size_t)contents + 1, sizeof *c->frequency));
    c->values = 1;
    for (uint32_t i = 0; i < r->count; i++) {
        uint32_t content = rows[(size_t)r->origin[i] * r->options.fields + f];
        if (content != MISSING && number[content] == 0) {
            number[content] = c->values++;
            c->content[number[content]] = content;
        }
        c->value[i] = content == MISSING ? 0 : number[content];
        c->frequency[c->value[i]]++;
    }
    free(number);
}

struct link_records *fake_new(const struct fake_options *options)
{
    struct link_records *r = need(calloc(1, sizeof *r));
    struct rng rng;
    rng_init(&rng, options->seed, 1);
    r->options = *options;
    uint32_t *rows = make_rows(r, &rng);
    shuffle(r);
    r->rows = need(calloc((size_t)r->count * options->fields + 1, sizeof *r->rows));
    for (unsigned f = 0; f < options->fields; f++) {
        number_values(r, f, rows);
        for (size_t i = 0; i < r->count; i++)
            r->rows[i * options->fields + f] = r->column[f].value[i];
    }
    free(rows);
    return r;
}

void fake_free(struct link_records *r)
{
    for (unsigned f = 0; f < r->options.fields; f++) {
        free(r->column[f].value);
        free(r->column[f].content);
        free(r->column[f].frequency);
    }
    free(r->rows);
    free(r->person);
    free(r->origin);
    free(r->list);
    free(r);
}

uint32_t fake_origin(const struct link_records *r, uint32_t record)
{
    return r->origin[record];
}

uint32_t fake_person(const struct link_records *r, uint32_t record)
{
    return r->person[r->origin[record]];
}

double fake_true_pairs(const struct link_records *r)
{
    double pairs = 0;
    for (uint32_t i = 0, next; i < r->count; i = next) {
        for (next = i; next < r->count && r->person[next] == r->person[i];)
            next++;
        pairs += (double)(next - i) * (next - i - 1) / 2;
    }
    return pairs;
}

void fake_usual(struct fake_options *options)
{
    static const struct fake_field fields[] = {
        {LINK_GIVEN_NAME, 5, 300, .skewed = true, .m = {0, 0.05, 0.05, 0.08, 0.82}},
        {LINK_FAMILY_NAME, 5, 3000, .skewed = true, .m = {0, 0.06, 0.04, 0.1, 0.8}},
        {LINK_DATE, 4, 20000, .missing = 0.05, .m = {0, 0.05, 0.1, 0.85}},
        {LINK_PLACE, 3, 50, .skewed = true, .missing = 0.1, .m = {0, 0.2, 0.8}},
        {LINK_NUMBER, 3, 500000, .missing = 0.4, .m = {0, 0.05, 0.95}},
    };
    options->fields = COUNT_OF(fields);
    memcpy(options->field, fields, sizeof fields);
}

/* records.h */

size_t link_records_count(const struct link_records *r)
{
    return r->count;
}

unsigned link_records_lists(const struct link_records *r)
{
    return r->options.lists > 1 ? r->options.lists : 1;
}

unsigned link_records_list_of(const struct link_records *r, uint32_t record)
{
    return r->list[r->origin[record]];
}

bool link_records_list_is_unique(const struct link_records *r, unsigned list)
{
    (void)list;
    return r->options.unique;
}

unsigned link_records_fields(const struct link_records *r)
{
    return r->options.fields;
}

enum link_kind link_field_kind(const struct link_records *r, unsigned field)
{
    return r->options.field[field].kind;
}

const char *link_field_name(const struct link_records *r, unsigned field)
{
    static const char *const names[] = {"first", "second", "third", "fourth", "fifth", "sixth"};
    (void)r;
    return field < COUNT_OF(names) ? names[field] : "further";
}

unsigned link_field_levels(const struct link_records *r, unsigned field)
{
    return r->options.field[field].levels;
}

uint32_t link_field_values(const struct link_records *r, unsigned field)
{
    return r->column[field].values;
}

const uint32_t *link_record_values(const struct link_records *r, uint32_t record)
{
    return r->rows + (size_t)record * r->options.fields;
}

uint32_t link_value_frequency(const struct link_records *r, unsigned field, uint32_t value)
{
    return r->column[field].frequency[value];
}

uint32_t link_value_writings(const struct link_records *r, unsigned field, uint32_t value)
{
    return link_value_frequency(r, field, value);
}

uint64_t link_value_hash(const struct link_records *r, unsigned field, uint32_t value)
{
    return link_mix((uint64_t)field << 32 | r->column[field].content[value]);
}

struct link_scratch *link_scratch_new(const struct link_records *r)
{
    (void)r;
    return need(calloc(1, sizeof(struct link_scratch)));
}

void link_scratch_free(struct link_scratch *s)
{
    free(s);
}

static unsigned compare(const struct link_records *r, unsigned f, uint32_t a, uint32_t b)
{
    const struct fake_column *c = &r->column[f];
    uint32_t value_a = c->value[a], value_b = c->value[b];
    unsigned top = r->options.field[f].levels - 1;
    if (value_a == 0 || value_b == 0)
        return LINK_LEVEL_MISSING;
    if (value_a == value_b)
        return top;
    uint32_t x = c->content[value_a], y = c->content[value_b];
    if (x / VARIANTS != y / VARIANTS)
        return LINK_LEVEL_DIFFERENT;
    unsigned off = x % VARIANTS > y % VARIANTS ? x % VARIANTS : y % VARIANTS;
    return top - off;
}

void link_compare_all(const struct link_records *r, uint32_t a, uint32_t b, uint8_t *levels,
                      struct link_scratch *s)
{
    (void)s;
    for (unsigned f = 0; f < r->options.fields; f++)
        levels[f] = (uint8_t)compare(r, f, a, b);
}

/* Its values are not made of words. */
unsigned link_compare_mixed(const struct link_records *r, unsigned field, uint32_t a,
                            const uint32_t from[LINK_MIXED_MAX], struct link_scratch *s)
{
    (void)r;
    (void)field;
    (void)a;
    (void)from;
    (void)s;
    return LINK_LEVEL_MISSING;
}

unsigned link_field_keys(const struct link_records *r, unsigned field)
{
    (void)r;
    (void)field;
    return 2;
}

/* 0: what it says; 1: the class. */
unsigned link_keys(const struct link_records *r, unsigned field, unsigned key, uint32_t record,
                   uint64_t ret_keys[LINK_KEY_VALUES_MAX])
{
    uint32_t value = r->column[field].value[record], content = r->column[field].content[value];
    unsigned count = key == 1 && r->options.field[field].words ? 2 : 1;
    if (value == 0)
        return 0;
    for (unsigned i = 0; i < count; i++)
        ret_keys[i] = link_mix((key == 0 ? content : content / VARIANTS + i) * 4u + key + 1);
    return count;
}
