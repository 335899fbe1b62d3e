/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A header says what its words say (data/headers.txt) unless the values gainsay it; a header that
 * says nothing leaves it to the values. Then what only the lists together can tell: names that one
 * list has in parts and another whole, two columns of one list that are not one field. */
#include "link/columns.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "link/columns_internal.h"
#include "link/names_data.h"
#include "link/script.h"

#define SHORT_WORD_MAX 2 /* letters; such a word counts only when it is the whole header */

static const struct {
    enum link_kind kind;
    const char *stem;
} concepts[] = {
#define X(name, kind, stem) {LINK_##kind, stem},
    LINK_CONCEPTS(X)
#undef X
};

struct guessing {
    const struct link_lists *lists;
    const struct link_columns_options *options;
    struct link_columns *columns;
    struct link_speller *speller;
    struct problem *problem;
};

/* The concept that stands first among those of the word; NONE. */
static unsigned concept_of(struct span word)
{
    unsigned best = LINK_CONCEPT_NONE;
    for (size_t i = 0; i < link_data_headers_count; i++) {
        const char *known = link_data_headers[i].word;
        if (strlen(known) == word.len && memcmp(known, word.data, word.len) == 0 &&
            link_data_headers[i].number < best)
            best = link_data_headers[i].number;
    }
    return best;
}

static bool has_letter(struct span word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.data[i] >= 'a')
            return true;
    return false;
}

/* The concept of a header; its words, without numbering, become the column's stem. */
static int read_header(struct guessing *g, struct link_column *column, unsigned *ret_concept)
{
    const struct link_spelling *words;
    size_t count, used = 0, joined_len = 0;
    char joined[sizeof column->stem];
    bool given = false, family = false;
    TRY(link_speller_spell(g->speller, span_text(column->name), &words, &count));
    *ret_concept = LINK_CONCEPT_NONE;
    for (size_t i = 0; i < count; i++) {
        struct span word = words[i].latin;
        unsigned concept = concept_of(word);
        bool counts = word.len > SHORT_WORD_MAX || count == 1;
        if (counts && concept < *ret_concept)
        *ret_concept = concept;
        given = given || (counts && concept == LINK_CONCEPT_GIVEN);
        family = family || (counts && concept == LINK_CONCEPT_FAMILY);
        if (!has_letter(word) || used + word.len + 2 > sizeof column->stem)
            continue;
        if (used > 0)
            column->stem[used++] = ' ';
        memcpy(column->stem + used, word.data, word.len);
        used += word.len;
        memcpy(joined + joined_len, word.data, word.len);
        joined_len += word.len;
    }
    column->stem[used] = '\0';
    unsigned whole = concept_of(span_of(joined, joined_len));
    if (whole < *ret_concept)
        *ret_concept = whole;
    if (*ret_concept == LINK_CONCEPT_GIVEN && given && family) /* first and last name */
        *ret_concept = LINK_CONCEPT_FULL;
    return 0;
}

static enum link_part part_of(unsigned concept)
{
    switch (concept) {
    case LINK_CONCEPT_YEAR:
        return LINK_PART_YEAR;
    case LINK_CONCEPT_MONTH:
        return LINK_PART_MONTH;
    case LINK_CONCEPT_DAY:
        return LINK_PART_DAY;
    default:
        return LINK_PART_WHOLE;
    }
}

static void set_stem(struct link_column *column, const char *stem)
{
    size_t len = strlen(stem);
    ASSERT(len < sizeof column->stem);
    memcpy(column->stem, stem, len + 1);
}

static void take_concept(struct link_column *column, unsigned concept)
{
    column->kind = concepts[concept].kind;
    column->part = part_of(concept);
    bool own_words =
        column->kind == LINK_OTHER || column->kind == LINK_TEXT || column->kind == LINK_NUMBER;
    if (concepts[concept].stem[0] || !own_words)
        set_stem(column, concepts[concept].stem);
}

static void decide_role(struct link_column *column, const struct link_list *list, unsigned concept,
                        const struct link_shape *shape)
{
    if (shape->filled == 0)
        column->role = LINK_ROLE_EMPTY;
    else if (shape->distinct == 1 && list->rows > 1)
        column->role = LINK_ROLE_CONSTANT;
    else if (shape->distinct == list->rows &&
             (concept == LINK_CONCEPT_ID || (concept == LINK_CONCEPT_NONE && shape->numbering)))
        column->role = LINK_ROLE_ID;
}

static void say_why(struct link_column *column, bool by_header, const struct link_shape *shape,
                    uint32_t rows)
{
    int used = snprintf(column->why, sizeof column->why, "%s; %u values in %u rows",
                        by_header ? "by its header" : "by its values", shape->distinct, rows);
    if (shape->unknown > 0)
        snprintf(column->why + used, sizeof column->why - (size_t)used,
                 ", %u more say that it is not known", shape->unknown);
}

static int judge(struct guessing *g, struct link_column *column)
{
    const struct link_list *list = &g->lists->lists[column->list];
    const struct link_raw_column *raw = &list->columns[column->index];
    struct link_shape shape;
    unsigned concept;
    TRY(read_header(g, column, &concept));
    TRY(link_shape_of(g->speller, column, raw, list->rows, &shape));
    column->heap = shape.heap;
    bool by_header = concept != LINK_CONCEPT_NONE && link_shape_allows(&shape, concept);
    if (by_header)
        take_concept(column, concept);
    else
        column->kind = link_shape_kind(&shape);
    if (!by_header && concept == LINK_CONCEPT_FULL && column->kind == LINK_ADDRESS)
        column->kind = LINK_TEXT; /* names of things, with numbers in them */
    if (!by_header && column->kind != LINK_OTHER && column->kind != LINK_NUMBER)
        set_stem(column, "");
    decide_role(column, list, concept, &shape);
    say_why(column, by_header, &shape, list->rows);
    return 0;
}

/* What is the same in every row of one list says something where another list has other values, and
 * so does a part of a date. */
static void keep_constants(struct link_columns *columns)
{
    for (unsigned i = 0; i < columns->count; i++) {
        struct link_column *constant = &columns->columns[i];
        if (constant->role != LINK_ROLE_CONSTANT)
            continue;
        constant->role = LINK_ROLE_FIELD;
        bool kept = false;
        for (unsigned j = 0; j < columns->count && !kept; j++) {
            const struct link_column *other = &columns->columns[j];
            kept = j != i && link_columns_one_field(constant, other) &&
                   (other->list != constant->list || constant->part != LINK_PART_WHOLE);
        }
        if (!kept)
            constant->role = LINK_ROLE_CONSTANT;
    }
}

/* Phones, dates and the like are one thing: two columns of them in a list are two fields. */
static bool stands_alone(const struct link_column *column)
{
    switch (column->kind) {
    case LINK_PHONE:
    case LINK_EMAIL:
    case LINK_NUMBER:
    case LINK_SEX:
        return true;
    case LINK_DATE:
        return column->part == LINK_PART_WHOLE;
    default:
        return false;
    }
}

static void part_doubles(struct link_columns *columns)
{
    for (unsigned i = 0; i < columns->count; i++) {
        struct link_column *later = &columns->columns[i];
        for (unsigned j = 0; j < i && stands_alone(later); j++) {
            const struct link_column *first = &columns->columns[j];
            if (first->list == later->list && first->index != later->index &&
                link_columns_one_field(first, later)) {
                snprintf(later->stem, sizeof later->stem, "%.*s", (int)sizeof later->stem - 1,
                         later->name);
                break;
            }
        }
    }
}

static bool is_part_of_name(const struct link_column *column)
{
    return column->kind <= LINK_PATRONYMIC;
}

static bool list_has(const struct link_columns *columns, unsigned list, bool whole)
{
    for (unsigned i = 0; i < columns->count; i++) {
        const struct link_column *c = &columns->columns[i];
        if (c->list == list && c->role == LINK_ROLE_FIELD &&
            (whole ? c->kind == LINK_FULL_NAME : is_part_of_name(c)))
            return true;
    }
    return false;
}

/* Where one list has only whole names, parts become whole names everywhere; where a list has both,
 * the whole says nothing new. */
static void agree_on_names(const struct link_lists *lists, struct link_columns *columns)
{
    bool some_whole = false, some_parts = false;
    for (unsigned i = 0; i < lists->count; i++) {
        bool parts = list_has(columns, i, false), whole = list_has(columns, i, true);
        some_whole = some_whole || (whole && !parts);
        some_parts = some_parts || parts;
    }
    for (unsigned i = 0; i < columns->count && some_parts; i++) {
        struct link_column *c = &columns->columns[i];
        if (c->role != LINK_ROLE_FIELD)
            continue;
        if (c->kind == LINK_FULL_NAME && list_has(columns, c->list, false)) {
            c->role = LINK_ROLE_IGNORED;
            snprintf(c->why, sizeof c->why, "its parts have columns of their own");
        } else if (some_whole && is_part_of_name(c)) {
            c->kind = LINK_FULL_NAME;
            set_stem(c, "");
        }
    }
}

static const char *field_name(const struct link_columns *columns, const struct link_column *column)
{
    static const char *const names[] = {"given name", "family name", "patronymic", "name"};
    unsigned same = 0;
    if (column->kind <= LINK_FULL_NAME)
        return names[column->kind];
    for (unsigned i = 0; i < columns->count; i++)
        same += strcmp(columns->columns[i].name, column->name) != 0 &&
                link_columns_one_field(&columns->columns[i], column);
    return same == 0 ? column->name : column->stem[0] ? column->stem : link_kind_name(column->kind);
}

static void name_fields(struct link_columns *columns)
{
    for (unsigned i = 0; i < columns->count; i++) {
        struct link_column *column = &columns->columns[i];
        snprintf(column->field, sizeof column->field, "%s", field_name(columns, column));
    }
}

static int ignore_said(struct guessing *g, const char *name)
{
    bool known = false;
    for (unsigned i = 0; i < g->columns->count; i++) {
        struct link_column *column = &g->columns->columns[i];
        if (strcmp(name, column->name) != 0)
            continue;
        known = true;
        column->role = LINK_ROLE_IGNORED;
        snprintf(column->why, sizeof column->why, "somebody said so");
    }
    return known ? 0
                 : problem_set(g->problem, E_ARGUMENT, "no list has the column \"%.60s\"", name);
}

static int obey(struct guessing *g)
{
    int error = link_columns_obey(g->lists, g->options->said, g->columns, g->problem);
    if (error < 0 && g->options->said_name)
        problem_at(g->problem, "%s", g->options->said_name);
    return error;
}

static int guess_all(struct guessing *g)
{
    for (unsigned i = 0; i < g->lists->count; i++)
        for (unsigned j = 0; j < g->lists->lists[i].columns_count; j++) {
            struct link_column *column = &g->columns->columns[g->columns->count++];
            *column = (struct link_column){
                .list = i, .index = j, .name = g->lists->lists[i].columns[j].name};
            TRY(judge(g, column));
        }
    TRY(obey(g));
    for (size_t i = 0; i < g->options->ignore_count; i++)
        TRY(ignore_said(g, g->options->ignore[i]));
    keep_constants(g->columns);
    agree_on_names(g->lists, g->columns);
    part_doubles(g->columns);
    name_fields(g->columns);
    return 0;
}

int link_columns_guess(const struct link_lists *lists, const struct link_columns_options *options,
                       struct link_columns *columns, struct problem *problem)
{
    static const struct link_columns_options none;
    size_t total = 0;
    for (unsigned i = 0; i < lists->count; i++)
        total += lists->lists[i].columns_count;
    struct guessing g = {.lists = lists,
                         .options = options ? options : &none,
                         .columns = columns,
                         .speller = link_speller_new(),
                         .problem = problem};
    columns->columns = mem_calloc(total, sizeof *columns->columns);
    int error = columns->columns && g.speller ? guess_all(&g) : E_NOMEM;
    link_speller_free(g.speller);
    return error;
}

void link_columns_release(struct link_columns *columns)
{
    mem_free(columns->columns);
    *columns = (struct link_columns){0};
}

bool link_columns_one_field(const struct link_column *a, const struct link_column *b)
{
    return a->role == LINK_ROLE_FIELD && b->role == LINK_ROLE_FIELD && a->kind == b->kind &&
           strcmp(a->stem, b->stem) == 0;
}
