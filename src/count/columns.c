/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A wrong guess here makes a wrong number without an error, so every guess needs two signs (a name
 * and what the column holds), what could be read in two ways is refused with a question, and what
 * was decided is always said. */
#include "count/columns.h"

#include "base/mem.h"
#include "text/fold.h"

/* The first ones are what vouchsafe link writes; with link_ where a file had that name already. */
static const char *const id_names[] = {"link_cluster", "cluster",       "cluster_id",
                                       "person",       "person_id",     "personid",
                                       "persons_id",   "victim_id",     "individual_id",
                                       "entity_id",    "entity",        "individual",
                                       "victim",       "match_id",      "match_group",
                                       "group_id",     "unique_id",     "uid",
                                       "человек",      "идентификатор", "id"};
static const char *const list_names[] = {
    "link_list",    "list",         "list_name", "list_id", "source",   "sources",  "source_name",
    "source_list",  "dataset",      "data_set",  "system",  "register", "registry", "database",
    "organisation", "organization", "org",       "project", "список",   "источник"};
static const char *const count_names[] = {
    "n",      "count",    "counts", "freq",    "frequency",  "frequencies", "number",
    "num",    "total",    "cases",  "persons", "people",     "victims",     "killings",
    "deaths", "observed", "obs",    "число",   "количество", "частота"};
/* Whole numbers that are never how many. */
static const char *const other_names[] = {
    "",          "row",  "rowid",    "index",     "nr",   "no",         "record",
    "record_id", "year", "date",     "month",     "day",  "birth_year", "age",
    "lat",       "lon",  "latitude", "longitude", "code", "год",        "возраст"};

static const char *const history_names[] = {"history",   "histories",
                                            "hist",      "ch",
                                            "eh",        "caphist",
                                            "cap_hist",  "capture_history",
                                            "capture",   "capture_histories",
                                            "encounter", "encounter_history",
                                            "pattern",   "encounter_histories",
                                            "lists",     "история"};

/* What the sample shows of a column. */
struct seen {
    size_t numbers;            /* rows that hold any number */
    size_t marks[COUNT_MARKS]; /* rows that could be a list's, marked so */
    size_t histories;          /* rows of nothing but 0 and 1, such as 0110 */
    size_t longest, shortest;  /* digits of those; 0: there are none */
    bool has_zero_first;       /* one of those, of two digits and more, begins so: no number does */
};

struct finder {
    const struct count_rows *rows;
    const struct count_reading *reading;
    struct count_columns *columns;
    struct problem *problem;
    size_t count, sample;
    struct buf names; /* folded titles, NUL behind each */
    uint32_t *name_at;
    struct seen *seen;
};

static const char *name_of(const struct finder *f, size_t column)
{
    return buf_cstr(&f->names) + f->name_at[column];
}

static int fold_names(struct finder *f)
{
    for (size_t i = 0; i < f->count; i++) {
        f->name_at[i] = (uint32_t)f->names.len;
        TRY(fold_search(count_rows_title(f->rows, i), &f->names));
        for (size_t j = f->name_at[i]; j < f->names.len; j++) {
            uint8_t *byte = &f->names.data[j];
            if (*byte == ' ' || *byte == '-' || *byte == '.')
                *byte = '_';
        }
        buf_u8(&f->names, 0);
    }
    return buf_error(&f->names);
}

static bool is_history(struct span text)
{
    size_t bits = 0;
    while (bits < text.len && (text.data[bits] == '0' || text.data[bits] == '1'))
        bits++;
    return bits > 0 && bits == text.len;
}

static void look(struct finder *f)
{
    for (size_t i = 0; i < f->count; i++) {
        struct seen *s = &f->seen[i];
        for (size_t row = 0; row < f->sample; row++) {
            struct span text = count_rows_sample(f->rows, row, i);
            uint64_t value;
            bool on;
            s->numbers += count_figure_read(text, &value) != COUNT_FIGURE_NONE;
            if (is_history(text)) {
                s->histories++;
                s->longest = text.len > s->longest ? text.len : s->longest;
                s->shortest = s->histories == 1 || text.len < s->shortest ? text.len : s->shortest;
                s->has_zero_first |= text.len > 1 && text.data[0] == '0';
            }
            for (unsigned mark = 0; mark < COUNT_MARKS; mark++)
                s->marks[mark] += count_mark_read(text, mark, &on);
        }
    }
}

static bool is_marked(const struct finder *f, size_t column, enum count_mark mark)
{
    return f->seen[column].marks[mark] == f->sample;
}

static bool is_bits(const struct finder *f, size_t column)
{
    return is_marked(f, column, COUNT_MARK_DIGIT);
}

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

/* The column that has the first of these names that there is. */
static size_t by_names(const struct finder *f, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t column = 0; column < f->count; column++) {
            if (strcmp(name_of(f, column), names[i]) == 0)
                return column;
        }
    }
    return COUNT_NO_COLUMN;
}

/* A column that was named: its very name, else the same without case. May be none. */
static int seek_title(const struct finder *f, const char *title, size_t *ret_column)
{
    struct buf folded;
    size_t found = COUNT_NO_COLUMN;
    for (size_t i = 0; i < f->count && found == COUNT_NO_COLUMN; i++) {
        if (span_equal(count_rows_title(f->rows, i), span_text(title)))
            found = i;
    }
    buf_init(&folded, 65536);
    int error = fold_search(span_text(title), &folded);
    for (size_t i = 0; error == 0 && i < f->count && found == COUNT_NO_COLUMN; i++) {
        if (strcmp(name_of(f, i), buf_cstr(&folded)) == 0)
            found = i;
    }
    buf_release(&folded);
    if (error == E_NOMEM)
        return error;
    *ret_column = found;
    return 0;
}

static int by_title(const struct finder *f, const char *title, size_t *ret_column)
{
    size_t found;
    TRY(seek_title(f, title, &found));
    if (found == COUNT_NO_COLUMN)
        return problem_set(f->problem, E_NOT_FOUND, "line 1: no column is named \"%.*s\".",
                           COUNT_SHORT(title));
    *ret_column = found;
    return 0;
}

static int find_given(struct finder *f)
{
    struct count_columns *c = f->columns;
    const struct {
        const char *title;
        size_t *column;
    } given[] = {{f->reading->id, &c->id},
                 {f->reading->list, &c->list},
                 {f->reading->count, &c->count},
                 {f->reading->by, &c->by},
                 {f->reading->act, &c->act}};
    for (size_t i = 0; i < COUNT_OF(given); i++) {
        if (given[i].title)
            TRY(by_title(f, given[i].title, given[i].column));
    }
    return 0;
}

static bool is_taken(const struct finder *f, size_t column)
{
    const struct count_columns *c = f->columns;
    return column == c->id || column == c->list || column == c->count || column == c->by ||
           column == c->act;
}

static int refuse_value(const struct finder *f, size_t column)
{
    const enum count_mark mark = f->columns->mark;
    const char *yes = count_mark_text(mark, true), *no = count_mark_text(mark, false);
    struct span title = count_rows_title(f->rows, column);
    size_t row = 0;
    bool on;
    while (count_mark_read(count_rows_sample(f->rows, row, column), mark, &on))
        row++;
    struct span value = count_rows_sample(f->rows, row, column);
    return problem_set(f->problem, E_FORMAT,
                       "line %llu: the column \"%.*s\" holds \"%.*s\" where it holds %s or %s in "
                       "other rows; a list's column holds only %s and %s, and --count names one of "
                       "numbers of persons.",
                       (unsigned long long)count_rows_sample_line(f->rows, row), COUNT_QUOTE(title),
                       COUNT_QUOTE(value), no, yes, no, yes);
}

static int add_list(struct finder *f, size_t column)
{
    struct count_columns *c = f->columns;
    struct span title = count_rows_title(f->rows, column);
    if (title.len == 0)
        return problem_set(f->problem, E_FORMAT,
                           "line 1: column %zu holds 0 and 1 as a list does, but has no name.",
                           column + 1);
    if (c->list_count == COUNT_NAMES_MAX)
        return problem_set(f->problem, E_TOO_LARGE,
                           "line 1: more than %d columns hold only 0 and 1; so many lists are not "
                           "read. --lists names those that should be.",
                           COUNT_NAMES_MAX);
    for (unsigned i = 0; i < c->list_count; i++) {
        if (span_equal(count_rows_title(f->rows, c->lists[i]), title))
            return problem_set(f->problem, E_FORMAT,
                               "line 1: two columns of lists are named \"%.*s\".",
                               COUNT_QUOTE(title));
    }
    c->lists[c->list_count++] = column;
    return 0;
}

static int ask_which(const struct finder *f, size_t a, size_t b)
{
    struct span title = count_rows_title(f->rows, a), other = count_rows_title(f->rows, b);
    return problem_set(f->problem, E_FORMAT,
                       "line 1: \"%.*s\" and \"%.*s\" are both written as a list's column could "
                       "be, but not alike; --lists says which columns are lists.",
                       COUNT_QUOTE(title), COUNT_QUOTE(other));
}

/* How the lists are marked: with digits where columns are, since words are as often said of a
 * person (--lists says otherwise); but one such column beside several of words decides nothing. */
static int find_mark(struct finder *f)
{
    size_t first[COUNT_MARKS] = {0}, count[COUNT_MARKS] = {0};
    enum count_mark words = COUNT_MARK_DIGIT;
    for (size_t i = 0; i < f->count; i++) {
        for (unsigned mark = 0; mark < COUNT_MARKS && !is_taken(f, i); mark++) {
            if (is_marked(f, i, mark) && count[mark]++ == 0)
                first[mark] = i;
        }
    }
    for (unsigned mark = 1; mark < COUNT_MARKS; mark++) {
        if (count[mark] == 0)
            continue;
        if (words != COUNT_MARK_DIGIT && count[COUNT_MARK_DIGIT] == 0)
            return ask_which(f, first[words], first[mark]);
        words = mark;
    }
    if (count[COUNT_MARK_DIGIT] == 1 && count[words] > 1)
        return ask_which(f, first[COUNT_MARK_DIGIT], first[words]);
    f->columns->mark = count[COUNT_MARK_DIGIT] > 0 ? COUNT_MARK_DIGIT : words;
    return 0;
}

static int find_named_lists(struct finder *f)
{
    const struct count_reading *reading = f->reading;
    for (size_t i = 0; i < reading->list_count; i++) {
        size_t column = 0;
        TRY(by_title(f, reading->lists[i], &column));
        for (unsigned mark = 0; i == 0 && mark < COUNT_MARKS; mark++) {
            if (f->seen[column].marks[mark] > 0)
                f->columns->mark = mark;
        }
        if (!is_marked(f, column, f->columns->mark))
            return refuse_value(f, column);
        TRY(add_list(f, column));
    }
    return 0;
}

/* Whole histories in one column. Whatever is taken for one is read digit by digit, and a row of
 * another length refused: here it need not be sure of more than the column. */

static bool is_named_whole(const struct finder *f, size_t column)
{
    const struct seen *s = &f->seen[column];
    return is_among(name_of(f, column), history_names, COUNT_OF(history_names)) && s->longest > 1 &&
           s->histories * 2 >= f->sample;
}

/* Nothing but 0 and 1, and not one digit only. */
static bool may_be_whole(const struct finder *f, size_t column)
{
    const struct seen *s = &f->seen[column];
    return s->histories == f->sample && s->longest > 1 && !is_bits(f, column);
}

static bool is_clearly_whole(const struct finder *f, size_t column)
{
    const char *name = name_of(f, column);
    return may_be_whole(f, column) && f->seen[column].has_zero_first &&
           !is_among(name, other_names, COUNT_OF(other_names)) &&
           !is_among(name, id_names, COUNT_OF(id_names));
}

/* The next column, from this one on, of which that is true. */
static size_t next_whole(const struct finder *f, size_t column,
                         bool (*is)(const struct finder *, size_t))
{
    while (column < f->count && (is_taken(f, column) || !is(f, column)))
        column++;
    return column < f->count ? column : COUNT_NO_COLUMN;
}

static int only_whole(const struct finder *f, bool (*is)(const struct finder *, size_t),
                      size_t *ret_column)
{
    size_t column = next_whole(f, 0, is);
    size_t other = column == COUNT_NO_COLUMN ? column : next_whole(f, column + 1, is);
    if (other != COUNT_NO_COLUMN) {
        struct span a = count_rows_title(f->rows, column), b = count_rows_title(f->rows, other);
        return problem_set(f->problem, E_FORMAT,
                           "line 1: \"%.*s\" and \"%.*s\" both hold whole histories, such as "
                           "\"%.*s\"; --lists says which of them is meant.",
                           COUNT_QUOTE(a), COUNT_QUOTE(b),
                           COUNT_QUOTE(count_rows_sample(f->rows, 0, column)));
    }
    *ret_column = column;
    return 0;
}

static int find_whole(const struct finder *f, size_t *ret_column)
{
    TRY(only_whole(f, is_named_whole, ret_column));
    return *ret_column == COUNT_NO_COLUMN ? only_whole(f, is_clearly_whole, ret_column) : 0;
}

/* names: of the lists, or NULL. */
static int take_whole(struct finder *f, size_t column, const char *const *names)
{
    struct count_columns *c = f->columns;
    size_t lists = names ? f->reading->list_count : f->seen[column].longest;
    if (lists > COUNT_NAMES_MAX) {
        struct span title = count_rows_title(f->rows, column);
        return problem_set(f->problem, E_TOO_LARGE,
                           "line 1: the histories in \"%.*s\" have %zu digits; not more than %d "
                           "lists are read.",
                           COUNT_QUOTE(title), lists, COUNT_NAMES_MAX);
    }
    c->is_whole = true;
    c->names = names;
    while (c->list_count < lists)
        c->lists[c->list_count++] = column;
    return 0;
}

static int ask_beside(const struct finder *f, size_t whole, size_t list)
{
    struct span title = count_rows_title(f->rows, whole), other = count_rows_title(f->rows, list);
    return problem_set(f->problem, E_FORMAT,
                       "line 1: \"%.*s\" may hold whole histories, such as \"%.*s\", but \"%.*s\" "
                       "is written as a list's column could be; --lists says which is meant.",
                       COUNT_QUOTE(title), COUNT_QUOTE(count_rows_sample(f->rows, 0, whole)),
                       COUNT_QUOTE(other));
}

/* A column that could be a list's. */
static size_t find_marked(const struct finder *f, size_t whole)
{
    for (size_t i = 0; i < f->count; i++) {
        for (unsigned mark = 0; mark < COUNT_MARKS; mark++) {
            if (i != whole && !is_taken(f, i) && is_marked(f, i, mark))
                return i;
        }
    }
    return COUNT_NO_COLUMN;
}

/* --lists names columns, or the column of whole histories, or the lists of which those are. */
static int find_said_lists(struct finder *f)
{
    const struct count_reading *reading = f->reading;
    size_t column = COUNT_NO_COLUMN, found = COUNT_NO_COLUMN;
    for (size_t i = 0; i < reading->list_count && found == COUNT_NO_COLUMN; i++)
        TRY(seek_title(f, reading->lists[i], &found));
    if (found != COUNT_NO_COLUMN) {
        bool is_whole = may_be_whole(f, found) || is_named_whole(f, found);
        return reading->list_count == 1 && is_whole ? take_whole(f, found, NULL)
                                                    : find_named_lists(f);
    }
    if (reading->list_count == 1)
        return find_named_lists(f);
    TRY(find_whole(f, &column));
    if (column == COUNT_NO_COLUMN)
        TRY(only_whole(f, may_be_whole, &column));
    return column == COUNT_NO_COLUMN ? find_named_lists(f) : take_whole(f, column, reading->lists);
}

/* Numbers of 0 and 1 of several lengths are histories that a spreadsheet has shortened: they are
 * taken, to be refused in their line. */
static int find_whole_or_refuse(struct finder *f)
{
    size_t column = next_whole(f, 0, may_be_whole);
    if (column == COUNT_NO_COLUMN)
        return problem_set(f->problem, E_FORMAT,
                           "line 1: no column holds only 0 and 1, and none is named for a person's "
                           "id and a list (such as \"person\" and \"list\"; --id and --list say "
                           "which).");
    if (f->seen[column].shortest < f->seen[column].longest)
        return take_whole(f, column, NULL);
    struct span title = count_rows_title(f->rows, column);
    return problem_set(f->problem, E_FORMAT,
                       "line 1: does \"%.*s\" hold whole histories, such as \"%.*s\", with a digit "
                       "for each list and no zeros eaten at the beginning? Then --lists names "
                       "those lists, in order.",
                       COUNT_QUOTE(title), COUNT_QUOTE(count_rows_sample(f->rows, 0, column)));
}

/* The columns of 0 and 1, or of such words, or the one of whole histories, or those that were
 * named. */
static int find_lists(struct finder *f)
{
    size_t whole;
    if (f->reading->list_count > 0)
        return find_said_lists(f);
    TRY(find_whole(f, &whole));
    if (whole != COUNT_NO_COLUMN) {
        size_t marked = find_marked(f, whole);
        return marked == COUNT_NO_COLUMN ? take_whole(f, whole, NULL)
                                         : ask_beside(f, whole, marked);
    }
    TRY(find_mark(f));
    for (size_t i = 0; i < f->count; i++) {
        if (is_taken(f, i))
            continue;
        if (is_marked(f, i, f->columns->mark))
            TRY(add_list(f, i));
        else if (f->seen[i].marks[f->columns->mark] * 2 >= f->sample)
            return refuse_value(f, i);
    }
    whole = next_whole(f, 0, may_be_whole);
    if (f->columns->list_count == 1 && whole != COUNT_NO_COLUMN)
        return ask_beside(f, whole, f->columns->lists[0]);
    return f->columns->list_count > 0 ? 0 : find_whole_or_refuse(f);
}

static bool same_history(const struct finder *f, size_t a, size_t b)
{
    const struct count_columns *c = f->columns;
    const size_t others[] = {c->by, c->act};
    for (unsigned i = 0; i < c->list_count + COUNT_OF(others); i++) {
        size_t column = i < c->list_count ? c->lists[i] : others[i - c->list_count];
        if (column != COUNT_NO_COLUMN && !span_equal(count_rows_sample(f->rows, a, column),
                                                     count_rows_sample(f->rows, b, column)))
            return false;
    }
    return true;
}

static bool histories_come_once(const struct finder *f)
{
    for (size_t a = 0; a < f->sample; a++) {
        for (size_t b = 0; b < a; b++) {
            if (same_history(f, a, b))
                return false;
        }
    }
    return true;
}

static bool is_list(const struct finder *f, size_t column)
{
    for (unsigned i = 0; i < f->columns->list_count; i++) {
        if (f->columns->lists[i] == column)
            return true;
    }
    return false;
}

/* The one column of numbers that is nothing else; refuses when there are several. */
static int find_unnamed_count(struct finder *f)
{
    size_t found = COUNT_NO_COLUMN;
    for (size_t i = 0; i < f->count; i++) {
        const char *name = name_of(f, i);
        if (f->seen[i].numbers < f->sample || is_taken(f, i) || is_list(f, i) ||
            is_among(name, other_names, COUNT_OF(other_names)) ||
            is_among(name, id_names, COUNT_OF(id_names)))
            continue;
        if (found != COUNT_NO_COLUMN) {
            struct span a = count_rows_title(f->rows, found), b = count_rows_title(f->rows, i);
            return problem_set(f->problem, E_FORMAT,
                               "line 1: is a row a capture history? Then --count says whether "
                               "\"%.*s\" or \"%.*s\" is how many; else --form persons.",
                               COUNT_QUOTE(a), COUNT_QUOTE(b));
        }
        found = i;
    }
    f->columns->count = found;
    return 0;
}

/* A file of columns of 0 and 1: is a row a person or a history? */
static int find_frequency(struct finder *f)
{
    struct count_columns *c = f->columns;
    bool must = f->reading->has_form && f->reading->form == COUNT_FORM_FREQUENCIES;
    bool may = !f->reading->has_form || must;
    if (may && c->count == COUNT_NO_COLUMN) {
        size_t named = by_names(f, count_names, COUNT_OF(count_names));
        if (named != COUNT_NO_COLUMN && !is_taken(f, named) && f->seen[named].numbers > 0 &&
            !(may_be_whole(f, named) && f->seen[named].has_zero_first))
            c->count = named;
    }
    if (c->count == COUNT_NO_COLUMN) {
        TRY(find_lists(f));
        if (may && (must || histories_come_once(f)))
            TRY(find_unnamed_count(f));
    } else {
        TRY(find_lists(f));
    }
    if (must && c->count == COUNT_NO_COLUMN)
        return problem_set(f->problem, E_FORMAT,
                           "line 1: no column says how many persons have each history; --count "
                           "names it.");
    c->form = c->count == COUNT_NO_COLUMN ? COUNT_FORM_PERSONS : COUNT_FORM_FREQUENCIES;
    return 0;
}

static int need(struct finder *f, size_t column, const char *what, const char *option)
{
    if (column != COUNT_NO_COLUMN)
        return 0;
    return problem_set(f->problem, E_FORMAT,
                       "line 1: no column is named for %s; %s says which it is.", what, option);
}

static int find_roles(struct finder *f)
{
    struct count_columns *c = f->columns;
    const struct count_reading *reading = f->reading;
    TRY(find_given(f));
    size_t id = c->id, list = c->list;
    if (id == COUNT_NO_COLUMN)
        id = by_names(f, id_names, COUNT_OF(id_names));
    if (list == COUNT_NO_COLUMN)
        list = by_names(f, list_names, COUNT_OF(list_names));
    bool both = id != COUNT_NO_COLUMN && list != COUNT_NO_COLUMN && !is_bits(f, list);
    bool records = reading->has_form ? reading->form == COUNT_FORM_RECORDS
                                     : reading->list || (both && !reading->count);
    if (records && !reading->has_form && !reading->list && is_clearly_whole(f, list)) {
        struct span title = count_rows_title(f->rows, list);
        return problem_set(f->problem, E_FORMAT,
                           "line 1: does \"%.*s\" name a list, or hold whole histories, such as "
                           "\"%.*s\"? --form records says the one, --form persons or --form "
                           "histories the other.",
                           COUNT_QUOTE(title), COUNT_QUOTE(count_rows_sample(f->rows, 0, list)));
    }
    if (records) {
        c->form = COUNT_FORM_RECORDS;
        TRY(need(f, c->id = id, "a person's id", "--id"));
        return need(f, c->list = list, "the list", "--list");
    }
    if (id != COUNT_NO_COLUMN && !is_bits(f, id) && !reading->count)
        c->id = id;
    TRY(find_frequency(f));
    if (c->form == COUNT_FORM_FREQUENCIES)
        c->id = COUNT_NO_COLUMN;
    return 0;
}

int count_columns_find(const struct count_rows *rows, const struct count_reading *reading,
                       struct count_columns *ret_columns, struct problem *problem)
{
    struct count_columns columns = {.id = COUNT_NO_COLUMN,
                                    .list = COUNT_NO_COLUMN,
                                    .count = COUNT_NO_COLUMN,
                                    .by = COUNT_NO_COLUMN,
                                    .act = COUNT_NO_COLUMN};
    struct finder f = {.rows = rows,
                       .reading = reading,
                       .columns = &columns,
                       .problem = problem,
                       .count = count_rows_columns(rows),
                       .sample = count_rows_sample_count(rows)};
    buf_init(&f.names, 1u << 26);
    f.name_at = mem_calloc(f.count, sizeof *f.name_at);
    f.seen = mem_calloc(f.count, sizeof *f.seen);
    int error = f.name_at && f.seen ? fold_names(&f) : E_NOMEM;
    if (error == 0) {
        look(&f);
        error = find_roles(&f);
    }
    buf_release(&f.names);
    mem_free(f.name_at);
    mem_free(f.seen);
    if (error == 0)
        *ret_columns = columns;
    return error;
}

struct span count_columns_list(const struct count_rows *rows, const struct count_columns *columns,
                               unsigned list, char room[COUNT_LIST_NAME_BYTES])
{
    if (!columns->is_whole)
        return count_rows_title(rows, columns->lists[list]);
    if (columns->names)
        return span_text(columns->names[list]);
    int len = snprintf(room, COUNT_LIST_NAME_BYTES, "list %u", list + 1);
    return span_of((const uint8_t *)room, (size_t)len);
}

static void put_names(struct buf *b, const struct count_rows *rows,
                      const struct count_columns *columns)
{
    const unsigned shown = columns->list_count > 8 ? 6 : columns->list_count;
    for (unsigned i = 0; i < shown; i++) {
        char room[COUNT_LIST_NAME_BYTES];
        struct span name = count_columns_list(rows, columns, i, room);
        const char *before = i == 0 ? " " : i + 1 == columns->list_count ? " and " : ", ";
        buf_printf(b, "%s%.*s", before, COUNT_QUOTE(name));
    }
    if (shown < columns->list_count)
        buf_printf(b, " and %u more", columns->list_count - shown);
}

void count_columns_describe(const struct count_rows *rows, const struct count_columns *columns,
                            char *out, size_t bytes)
{
    struct buf b;
    buf_init(&b, 65536);
    if (columns->form == COUNT_FORM_RECORDS) {
        struct span id = count_rows_title(rows, columns->id);
        struct span list = count_rows_title(rows, columns->list);
        buf_printf(&b, "A row a record: \"%.*s\" is the person and \"%.*s\" the list.",
                   COUNT_QUOTE(id), COUNT_QUOTE(list));
    } else {
        bool persons = columns->form == COUNT_FORM_PERSONS;
        buf_text(&b, persons ? "A row a person" : "A row a capture history");
        if (columns->count != COUNT_NO_COLUMN) {
            struct span count = count_rows_title(rows, columns->count);
            buf_printf(&b, ", \"%.*s\" the number of persons", COUNT_QUOTE(count));
        } else if (columns->id != COUNT_NO_COLUMN) {
            struct span id = count_rows_title(rows, columns->id);
            buf_printf(&b, ", rows with the same \"%.*s\" the same one", COUNT_QUOTE(id));
        }
        if (columns->is_whole) {
            struct span whole = count_rows_title(rows, columns->lists[0]);
            buf_printf(&b, "; each digit of \"%.*s\" is a list:", COUNT_QUOTE(whole));
        } else {
            buf_printf(&b, "; the list%s", columns->list_count == 1 ? "" : "s");
        }
        put_names(&b, rows, columns);
        if (columns->mark != COUNT_MARK_DIGIT)
            buf_printf(&b, ", with \"%s\" for those on it", count_mark_text(columns->mark, true));
        buf_text(&b, ".");
    }
    struct span text = buf_bytes(&b);
    size_t len = text.len < bytes ? text.len : bytes - 1;
    while (len < text.len && len > 0 && (text.data[len] & 0xC0) == 0x80)
        len--;
    if (len)
        memcpy(out, text.data, len);
    out[len] = '\0';
    buf_release(&b);
}
