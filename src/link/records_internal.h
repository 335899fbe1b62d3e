/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What fields.c builds, and records.c, compare.c and key.c look at. */
#ifndef LINK_RECORDS_INTERNAL_H
#define LINK_RECORDS_INTERNAL_H

#include "link/date.h"
#include "link/name.h"
#include "link/records.h"

/* How a field's values are kept and compared. */
enum link_way {
    LINK_WAY_WORDS, /* name.h */
    LINK_WAY_DATE,  /* date.h */
    LINK_WAY_CODE,  /* code.h */
};

/* Of a value of words, what most comparisons need. */
struct link_glance {
    uint32_t only; /* its word, when it is one; else 0 */
    uint32_t sign; /* the same for values that may stand in each other's place */
};

#define LINK_PARTNERS_MAX 2
struct link_field {
    enum link_kind kind;
    enum link_way way;
    uint8_t levels;
    char *name;
    uint32_t *column;    /* per record: its value; until all fields are there */
    uint32_t values;     /* how many, missing counted */
    uint32_t *frequency; /* per value */
    uint32_t *class_of;  /* per value; NULL: each value is a class */
    uint32_t *class_frequency;
    uint32_t classes;
    /* WORDS: those of a value stand from starts[value] up to starts[value + 1]. */
    uint32_t *starts, *words;
    struct link_glance *glances; /* WORDS: per value */
    link_date *dates;            /* DATE */
    struct link_pool codes;      /* CODE: a value's form has its number */
    uint64_t *phones;            /* of a PHONE, per value: link_phone_pack */
    uint64_t *wholes;            /* per value: its key; but of DATE */
    uint64_t *parts;             /* and that of its beginning, or its end */
    /* Other fields of names in whose place its values may stand. */
    uint8_t partners[LINK_PARTNERS_MAX], partners_count;
};

struct link_records {
    uint32_t count;
    uint32_t *lines;
    unsigned lists_count;
    struct {
        bool unique;
        uint32_t start; /* its first record */
    } lists[LINK_LISTS_MAX];
    unsigned fields_count;
    struct link_field fields[LINK_FIELDS_MAX];
    uint32_t *rows; /* each record's values, field after field: they are looked at together */
    struct link_words dictionary;
    uint64_t *sound_keys; /* those of a word stand from sound_starts[word] up to the next */
    uint32_t *sound_starts;
};

/* Makes the fields, from columns of kinds. */
int link_fields_build(struct link_records *r, struct link_lists *lists,
                      const struct link_columns *columns, struct problem *problem) MUST_USE;
/* When the fields are there (key.c). E_NOMEM. */
int link_keys_build(struct link_records *r) MUST_USE;
/* And what comparing needs (compare.c). E_NOMEM. */
int link_compare_build(struct link_records *r) MUST_USE;
void link_field_release(struct link_field *field);

static inline size_t link_field_words(const struct link_field *field, uint32_t value,
                                      const uint32_t **ret_words)
{
    *ret_words = field->words + field->starts[value];
    return field->starts[value + 1] - field->starts[value];
}

#endif
