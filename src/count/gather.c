/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Persons are two small arrays and not structs: ten million of them should fit beside their ids. */
#include "count/gather.h"

#include "base/mem.h"

#define NOT_STATED "not stated"

void count_gather_init(struct count_gather *g, const struct count_reading *reading,
                       const struct count_rows *rows, const struct count_columns *columns,
                       struct problem *problem)
{
    uint64_t seed = reading->hash_seed;
    *g = (struct count_gather){.reading = reading,
                               .rows = rows,
                               .columns = *columns,
                               .problem = problem,
                               .has_persons = columns->id != COUNT_NO_COLUMN};
    count_ids_init(&g->lists, seed);
    count_ids_init(&g->strata, seed);
    count_ids_init(&g->acts, seed);
    count_ids_init(&g->persons, seed);
    count_keys_init(&g->person_acts, seed);
    count_keys_init(&g->histories, seed);
}

void count_gather_release(struct count_gather *g)
{
    count_ids_release(&g->lists);
    count_ids_release(&g->strata);
    count_ids_release(&g->acts);
    count_ids_release(&g->persons);
    count_keys_release(&g->person_acts);
    count_keys_release(&g->histories);
    mem_free(g->on);
    mem_free(g->stratum);
    mem_free(g->tallies);
    mem_free(g->row_person);
    mem_free(g->row_list);
    mem_free(g->row_stratum);
    mem_free(g->parent);
}

unsigned count_gather_lists(const struct count_gather *g)
{
    return g->columns.form == COUNT_FORM_RECORDS ? g->lists.count : g->columns.list_count;
}

uint32_t count_gather_root(const struct count_gather *g, uint32_t person)
{
    uint32_t *parent = g->parent;
    while (parent && parent[person] != person)
        person = parent[person] = parent[parent[person]];
    return person;
}

int count_gather_merge(struct count_gather *g, uint32_t a, uint32_t b)
{
    if (!g->parent) {
        g->parent = mem_alloc(g->persons.count * sizeof *g->parent);
        REJECT_IF(!g->parent, E_NOMEM);
        for (uint32_t i = 0; i < g->persons.count; i++)
            g->parent[i] = i;
    }
    a = count_gather_root(g, a);
    b = count_gather_root(g, b);
    g->parent[a > b ? a : b] = a > b ? b : a;
    return 0;
}

static unsigned long long line_of(const struct count_gather *g)
{
    return (unsigned long long)count_rows_line(g->rows);
}

static void note_row(struct count_gather *g, struct count_seen *seen)
{
    if (seen->rows++ == 0)
        seen->first_line = count_rows_line(g->rows);
}

/* The number of a name in one of the three small tables. */
static int put_name(struct count_gather *g, struct count_ids *names, struct span name, uint32_t max,
                    const char *what, uint32_t *ret_number)
{
    bool is_new;
    if (name.len == 0)
        name = span_text(NOT_STATED);
    if (name.len > COUNT_ID_MAX_BYTES)
        return problem_set(g->problem, E_TOO_LARGE,
                           "line %llu: the name of a %s is longer than %d bytes.", line_of(g), what,
                           COUNT_ID_MAX_BYTES);
    TRY(count_ids_put(names, name, ret_number, &is_new));
    if (*ret_number >= max)
        return problem_set(g->problem, E_TOO_LARGE,
                           "line %llu: \"%.*s\" is one %s more than the %u that are read.",
                           line_of(g), COUNT_QUOTE(name), what, max);
    return 0;
}

static int put_column_name(struct count_gather *g, size_t column, struct count_ids *names,
                           uint32_t max, const char *what, uint32_t *ret_number)
{
    *ret_number = 0;
    if (column == COUNT_NO_COLUMN)
        return 0;
    return put_name(g, names, count_rows_field(g->rows, column), max, what, ret_number);
}

static int room_for_stratum(struct count_gather *g, uint32_t stratum)
{
    if (stratum < g->tally_capacity)
        return 0;
    size_t capacity = g->tally_capacity * 2 + 1;
    struct count_tally *tallies = mem_realloc(g->tallies, capacity * sizeof *tallies);
    REJECT_IF(!tallies, E_NOMEM);
    memset(tallies + g->tally_capacity, 0, (capacity - g->tally_capacity) * sizeof *tallies);
    g->tallies = tallies;
    g->tally_capacity = capacity;
    return 0;
}

static bool is_asked_for(const struct count_reading *reading, struct span name)
{
    for (size_t i = 0; i < reading->list_count; i++) {
        if (span_equal(span_text(reading->lists[i]), name))
            return true;
    }
    return reading->list_count == 0;
}

static int room_for_person(struct count_gather *g, uint32_t person)
{
    if (person < g->person_capacity)
        return 0;
    size_t capacity = g->person_capacity + g->person_capacity / 2 + 64;
    uint32_t *on = mem_realloc(g->on, capacity * sizeof *on);
    REJECT_IF(!on, E_NOMEM);
    g->on = on;
    uint16_t *stratum = mem_realloc(g->stratum, capacity * sizeof *stratum);
    REJECT_IF(!stratum, E_NOMEM);
    g->stratum = stratum;
    g->person_capacity = capacity;
    return 0;
}

/* A person's id on these lists, in this stratum; *ret_new: not seen before. */
static int put_person(struct count_gather *g, uint32_t on, uint32_t stratum, uint32_t *ret_person,
                      bool *ret_new)
{
    struct span id = count_rows_field(g->rows, g->columns.id);
    if (id.len > COUNT_ID_MAX_BYTES)
        return problem_set(g->problem, E_TOO_LARGE,
                           "line %llu: the person's id is longer than %d bytes.", line_of(g),
                           COUNT_ID_MAX_BYTES);
    int error = count_ids_put(&g->persons, id, ret_person, ret_new);
    if (error == E_TOO_LARGE)
        return problem_set(g->problem, error, "line %llu: there are more than %u persons.",
                           line_of(g), COUNT_IDS_MAX);
    TRY(error);
    TRY(room_for_person(g, *ret_person));
    if (*ret_new) {
        g->on[*ret_person] = 0;
        g->stratum[*ret_person] = (uint16_t)stratum;
    } else if (g->stratum[*ret_person] < COUNT_STRATUM_SEVERAL &&
               g->stratum[*ret_person] != stratum) {
        g->stratum[*ret_person] |= COUNT_STRATUM_SEVERAL;
        note_row(g, &g->strata_differ);
    }
    g->on[*ret_person] |= on;
    return 0;
}

static int put_act(struct count_gather *g, uint32_t person, uint32_t act)
{
    bool is_new = false;
    if (g->columns.act == COUNT_NO_COLUMN)
        return 0;
    TRY(count_keys_put(&g->person_acts, (uint64_t)person * COUNT_ACTS_MAX + act, &is_new));
    g->act_tallies[act].persons += is_new;
    g->act_tallies[act].reports++;
    return 0;
}

static int keep_row(struct count_gather *g, uint32_t person, uint8_t list, uint32_t stratum)
{
    if (!g->reading->draws)
        return 0;
    size_t at = g->row_count - 1;
    if (at >= g->row_capacity) {
        size_t capacity = g->row_capacity + g->row_capacity / 2 + 64;
        void *persons = mem_realloc(g->row_person, capacity * sizeof *g->row_person);
        REJECT_IF(!persons, E_NOMEM);
        g->row_person = persons;
        void *lists = mem_realloc(g->row_list, capacity * sizeof *g->row_list);
        REJECT_IF(!lists, E_NOMEM);
        g->row_list = lists;
        void *strata = mem_realloc(g->row_stratum, capacity * sizeof *g->row_stratum);
        REJECT_IF(!strata, E_NOMEM);
        g->row_stratum = strata;
        g->row_capacity = capacity;
    }
    g->row_person[at] = person;
    g->row_list[at] = list;
    g->row_stratum[at] = (uint16_t)stratum;
    return 0;
}

static int leave_out(struct count_gather *g, enum count_left why)
{
    note_row(g, &g->left[why]);
    return keep_row(g, COUNT_NO_ROW, COUNT_NO_LIST, 0);
}

static int take_record(struct count_gather *g)
{
    struct span list = count_rows_field(g->rows, g->columns.list);
    uint32_t number, stratum, act, person;
    bool is_new;
    if (count_rows_field(g->rows, g->columns.id).len == 0)
        return leave_out(g, COUNT_LEFT_NO_ID);
    if (list.len == 0)
        return leave_out(g, COUNT_LEFT_NO_LIST);
    if (!is_asked_for(g->reading, list))
        return leave_out(g, COUNT_LEFT_OTHER_LIST);
    TRY(put_name(g, &g->lists, list, COUNT_NAMES_MAX, "list", &number));
    TRY(put_column_name(g, g->columns.by, &g->strata, COUNT_STRATA_MAX, "stratum", &stratum));
    TRY(put_column_name(g, g->columns.act, &g->acts, COUNT_ACTS_MAX, "act", &act));
    TRY(room_for_stratum(g, stratum));
    TRY(put_person(g, UINT32_C(1) << number, stratum, &person, &is_new));
    TRY(put_act(g, person, act));
    g->tallies[stratum].reports++;
    g->used_count++;
    return keep_row(g, person, (uint8_t)number, stratum);
}

static int read_whole(struct count_gather *g, uint32_t *ret_on)
{
    struct span title = count_rows_title(g->rows, g->columns.lists[0]);
    struct span field = count_rows_field(g->rows, g->columns.lists[0]);
    uint32_t on = 0;
    for (size_t i = 0; i < field.len; i++) {
        if (field.data[i] != '0' && field.data[i] != '1')
            field.len = 0;
        else if (i < g->columns.list_count)
            on |= (uint32_t)(field.data[i] == '1') << i;
    }
    if (field.len == 0)
        return problem_set(g->problem, E_FORMAT,
                           "line %llu: the column \"%.*s\" holds \"%.*s\" where only a history of "
                           "the digits 0 and 1 can stand.",
                           line_of(g), COUNT_QUOTE(title),
                           COUNT_QUOTE(count_rows_field(g->rows, g->columns.lists[0])));
    if (field.len != g->columns.list_count)
        return problem_set(
            g->problem, E_FORMAT,
            "line %llu: in the column \"%.*s\", \"%.*s\" has %zu digit%s where %u "
            "should be, one for each list%s; if a spreadsheet has eaten zeros at the "
            "beginning, make the column text there and write them again.",
            line_of(g), COUNT_QUOTE(title), COUNT_QUOTE(field), field.len,
            field.len == 1 ? "" : "s", g->columns.list_count,
            g->columns.names ? " that --lists names" : "");
    g->has_zero_first |= field.data[0] == '0';
    *ret_on = on;
    return 0;
}

static int read_bits(struct count_gather *g, uint32_t *ret_on)
{
    const enum count_mark mark = g->columns.mark;
    uint32_t on = 0;
    for (unsigned i = 0; i < g->columns.list_count; i++) {
        struct span field = count_rows_field(g->rows, g->columns.lists[i]);
        bool is_on = false;
        if (!count_mark_read(field, mark, &is_on)) {
            struct span title = count_rows_title(g->rows, g->columns.lists[i]);
            return problem_set(g->problem, E_FORMAT,
                               "line %llu: the column \"%.*s\" holds \"%.*s\" where only %s and %s "
                               "can stand.",
                               line_of(g), COUNT_QUOTE(title), COUNT_QUOTE(field),
                               count_mark_text(mark, false), count_mark_text(mark, true));
        }
        on |= (uint32_t)is_on << i;
    }
    *ret_on = on;
    return 0;
}

static int read_how_many(struct count_gather *g, uint64_t *ret_persons)
{
    static const char *const wrong[] = {
        [COUNT_FIGURE_NONE] = "is not a number",
        [COUNT_FIGURE_NEGATIVE] = "is negative; persons cannot be",
        [COUNT_FIGURE_FRACTION] = "is not a whole number of persons",
        [COUNT_FIGURE_BEYOND] = "is more than 2^53, the most that is counted exactly",
    };
    if (g->columns.count == COUNT_NO_COLUMN) {
        *ret_persons = 1;
    } else {
        struct span title = count_rows_title(g->rows, g->columns.count);
        struct span field = count_rows_field(g->rows, g->columns.count);
        enum count_figure figure = count_figure_read(field, ret_persons);
        if (figure != COUNT_FIGURE_IS)
            return problem_set(g->problem, E_FORMAT,
                               "line %llu: in the column \"%.*s\", \"%.*s\" %s.", line_of(g),
                               COUNT_QUOTE(title), COUNT_QUOTE(field), wrong[figure]);
    }
    if (*ret_persons > COUNT_PERSONS_MAX - g->total)
        return problem_set(g->problem, E_TOO_LARGE,
                           "line %llu: with this row there are more than 2^53 persons, the most "
                           "that is counted exactly.",
                           line_of(g));
    g->total += *ret_persons;
    return 0;
}

void count_gather_tally(struct count_gather *g, struct count_tally *t, uint32_t on,
                        uint64_t persons)
{
    t->persons += persons;
    for (uint32_t left = on; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        t->sizes[i] += persons;
        for (uint32_t others = left & (left - 1); others; others &= others - 1)
            g->both[i][__builtin_ctz(others)] += persons;
    }
    if (on < COUNT_CELLS_MAX)
        t->cells[on] += persons;
}

/* A row with columns of 0 and 1, without an id. */
static int take_counted(struct count_gather *g, uint32_t on, uint32_t stratum, uint32_t act)
{
    uint64_t persons = 0;
    bool is_new = true;
    TRY(read_how_many(g, &persons));
    if (g->columns.form == COUNT_FORM_FREQUENCIES) {
        uint64_t key = (on * (uint64_t)COUNT_STRATA_MAX + stratum) * COUNT_ACTS_MAX + act;
        TRY(count_keys_put(&g->histories, key, &is_new));
        if (!is_new)
            note_row(g, &g->again);
    }
    count_gather_tally(g, &g->tallies[stratum], on, persons);
    g->act_tallies[act].persons += persons;
    return 0;
}

static int take_history(struct count_gather *g)
{
    uint32_t on = 0, stratum, act, person = 0;
    bool is_new = true;
    if (g->has_persons && count_rows_field(g->rows, g->columns.id).len == 0)
        return leave_out(g, COUNT_LEFT_NO_ID);
    TRY(g->columns.is_whole ? read_whole(g, &on) : read_bits(g, &on));
    if (on == 0)
        return leave_out(g, g->columns.form == COUNT_FORM_FREQUENCIES ? COUNT_LEFT_UNSEEN
                                                                      : COUNT_LEFT_ON_NO_LIST);
    TRY(put_column_name(g, g->columns.by, &g->strata, COUNT_STRATA_MAX, "stratum", &stratum));
    TRY(put_column_name(g, g->columns.act, &g->acts, COUNT_ACTS_MAX, "act", &act));
    TRY(room_for_stratum(g, stratum));
    if (g->has_persons) {
        TRY(put_person(g, on, stratum, &person, &is_new));
        TRY(put_act(g, person, act));
        if (!is_new)
            note_row(g, &g->again);
    } else {
        TRY(take_counted(g, on, stratum, act));
    }
    g->used_count++;
    return 0;
}

int count_gather_row(struct count_gather *g)
{
    if (++g->row_count == COUNT_NO_ROW)
        return problem_set(g->problem, E_TOO_LARGE, "line %llu: there are too many rows.",
                           line_of(g));
    return g->columns.form == COUNT_FORM_RECORDS ? take_record(g) : take_history(g);
}
