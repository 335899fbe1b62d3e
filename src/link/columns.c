/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/columns.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "link/date.h"
#include "text/fold.h"

struct word {
    const char *text;
    enum link_kind kind;
    enum link_part part;
};
static const struct word words[] = {
    {"given", LINK_GIVEN_NAME, 0},
    {"first", LINK_GIVEN_NAME, 0},
    {"fname", LINK_GIVEN_NAME, 0},
    {"family", LINK_FAMILY_NAME, 0},
    {"last", LINK_FAMILY_NAME, 0},
    {"lname", LINK_FAMILY_NAME, 0},
    {"surname", LINK_FAMILY_NAME, 0},
    {"patronymic", LINK_PATRONYMIC, 0},
    {"name", LINK_FULL_NAME, 0},
    {"dob", LINK_DATE, 0},
    {"birth", LINK_DATE, 0},
    {"date", LINK_DATE, 0},
    {"year", LINK_DATE, 1},
    {"by", LINK_DATE, 1},
    {"month", LINK_DATE, 2},
    {"bm", LINK_DATE, 2},
    {"day", LINK_DATE, 3},
    {"bd", LINK_DATE, 3},
    {"sex", LINK_SEX, 0},
    {"gender", LINK_SEX, 0},
    {"city", LINK_PLACE, 0},
    {"suburb", LINK_PLACE, 0},
    {"town", LINK_PLACE, 0},
    {"state", LINK_PLACE, 0},
    {"place", LINK_PLACE, 0},
    {"address", LINK_ADDRESS, 0},
    {"street", LINK_ADDRESS, 0},
    {"phone", LINK_PHONE, 0},
    {"email", LINK_EMAIL, 0},
    {"postcode", LINK_OTHER, 0},
    {"number", LINK_NUMBER, 0},
    {"id", LINK_NUMBER, 0},
};

/* Letters of the header without what stands for numbering: fname_c1 and fname_c2 are fname. */
static void make_stem(const char *name, char stem[64])
{
    size_t len = 0;
    for (const char *c = name; *c && len < 63; c++)
        if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c & 0x80))
            stem[len++] = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
        else if (len && stem[len - 1] != ' ')
            stem[len++] = ' ';
    while (len && stem[len - 1] == ' ')
        len--;
    stem[len] = '\0';
    if (len > 2 && strcmp(stem + len - 2, " c") == 0)
        stem[len - 2] = '\0';
}

static const struct word *find_word(const char *stem)
{
    const struct word *found = NULL;
    for (const char *at = stem; *at;) {
        size_t len = strcspn(at, " ");
        for (size_t i = 0; i < COUNT_OF(words); i++)
            if (strlen(words[i].text) == len && memcmp(words[i].text, at, len) == 0 &&
                (!found || words[i].kind < found->kind))
                found = &words[i];
        at += len + (at[len] == ' ');
    }
    return found;
}

static void judge(const struct link_list *list, struct link_column *column)
{
    const struct link_raw_column *raw = &list->columns[column->index];
    uint32_t distinct = link_pool_count(&raw->values) - 1, filled = list->rows - raw->counts[0];
    const struct word *word = find_word(column->stem);
    column->kind = word ? word->kind : LINK_OTHER;
    column->part = word ? word->part : 0;
    if (filled == 0)
        column->role = LINK_ROLE_EMPTY;
    else if (distinct == 1)
        column->role = LINK_ROLE_CONSTANT;
    else if (distinct == list->rows && (!word || word->kind == LINK_NUMBER))
        column->role = LINK_ROLE_ID;
    snprintf(column->why, sizeof column->why, "header; %u values in %u rows", distinct, list->rows);
}

void link_columns_release(struct link_columns *columns)
{
    mem_free(columns->columns);
    *columns = (struct link_columns){0};
}

int link_columns_guess(const struct link_lists *lists, const struct link_columns_options *options,
                       struct link_columns *columns, struct problem *problem)
{
    (void)problem;
    size_t total = 0;
    for (unsigned i = 0; i < lists->count; i++)
        total += lists->lists[i].columns_count;
    columns->columns = mem_calloc(total, sizeof *columns->columns);
    REJECT_IF(!columns->columns, E_NOMEM);
    for (unsigned i = 0; i < lists->count; i++)
        for (unsigned j = 0; j < lists->lists[i].columns_count; j++) {
            struct link_column *column = &columns->columns[columns->count++];
            *column = (struct link_column){
                .list = i, .index = j, .name = lists->lists[i].columns[j].name};
            make_stem(column->name, column->stem);
            judge(&lists->lists[i], column);
            for (size_t k = 0; options && k < options->ignore_count; k++)
                if (strcmp(options->ignore[k], column->name) == 0)
                    column->role = LINK_ROLE_IGNORED;
        }
    return 0;
}

bool link_columns_one_field(const struct link_column *a, const struct link_column *b)
{
    if (a->role != LINK_ROLE_FIELD || b->role != LINK_ROLE_FIELD || a->kind != b->kind)
        return false;
    return (a->part && b->part) || strcmp(a->stem, b->stem) == 0;
}
