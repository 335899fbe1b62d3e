/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>

#include "link/columns_internal.h"
#include "table/csv.h"

struct said {
    enum link_role role;
    enum link_kind kind;
    enum link_part part;
};

static bool read_said(struct span text, struct said *ret_said)
{
    static const struct {
        const char *word;
        struct said said;
    } others[] = {{"year", {LINK_ROLE_FIELD, LINK_DATE, LINK_PART_YEAR}},
                  {"month", {LINK_ROLE_FIELD, LINK_DATE, LINK_PART_MONTH}},
                  {"day", {LINK_ROLE_FIELD, LINK_DATE, LINK_PART_DAY}},
                  {"id", {LINK_ROLE_ID, LINK_OTHER, LINK_PART_WHOLE}},
                  {"ignore", {LINK_ROLE_IGNORED, LINK_OTHER, LINK_PART_WHOLE}}};
    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (span_equal(text, span_text(others[i].word))) {
            *ret_said = others[i].said;
            return true;
        }
    for (enum link_kind kind = 0; kind < LINK_KIND_COUNT; kind++)
        if (span_equal(text, span_text(link_kind_name(kind)))) {
            *ret_said = (struct said){LINK_ROLE_FIELD, kind, LINK_PART_WHOLE};
            return true;
        }
    return false;
}

static void obey(struct link_column *column, const struct said *said)
{
    bool keeps_stem =
        said->kind == LINK_OTHER || said->kind == LINK_TEXT || said->kind == LINK_NUMBER;
    column->role = said->role;
    column->kind = said->kind;
    column->part = said->part;
    if (!keeps_stem)
        column->stem[0] = '\0';
    snprintf(column->why, sizeof column->why, "somebody said so");
}

static int obey_row(const struct csv_reader *r, const struct link_lists *lists,
                    struct link_columns *columns, struct problem *problem)
{
    size_t fields = csv_reader_count(r), found = 0;
    unsigned long long line = csv_reader_line(r);
    struct span kind = csv_reader_field(r, fields - 1);
    struct said said;
    if (fields != 2 && fields != 3)
        return problem_set(problem, E_FORMAT,
                           "line %llu: a row says column,kind or list,column,kind", line);
    if (!read_said(kind, &said))
        return problem_set(problem, E_FORMAT,
                           "line %llu: \"%.*s\" is no kind of column; there are given name, family "
                           "name, patronymic, full name, date, year, month, day, sex, place, "
                           "address, phone, e-mail, identity number, free text, other, id, ignore",
                           line, (int)(kind.len < 40 ? kind.len : 40), (const char *)kind.data);
    for (unsigned i = 0; i < columns->count; i++) {
        struct link_column *c = &columns->columns[i];
        if (!span_equal(csv_reader_field(r, fields - 2), span_text(c->name)) ||
            (fields == 3 &&
             !span_equal(csv_reader_field(r, 0), span_text(lists->lists[c->list].name))))
            continue;
        found++;
        if (c->role != LINK_ROLE_EMPTY)
            obey(c, &said);
    }
    if (found == 0)
        return problem_set(problem, E_NOT_FOUND, "line %llu: there is no such column", line);
    return 0;
}

int link_columns_obey(const struct link_lists *lists, struct span said,
                      struct link_columns *columns, struct problem *problem)
{
    struct csv_options options = {.delimiter = ','};
    struct csv_reader *r = csv_reader_new(said, &options);
    bool got = true;
    int error = 0;
    REJECT_IF(!r, E_NOMEM);
    while (error == 0 && got) {
        error = csv_reader_next(r, &got, problem);
        if (error == 0 && got)
            error = obey_row(r, lists, columns, problem);
    }
    csv_reader_free(r);
    return error;
}
