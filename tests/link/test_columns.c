/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What columns are taken for, by headers in many languages and by values, and what people say. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "link/columns.h"

struct guess {
    struct link_lists lists;
    struct link_columns columns;
    struct problem problem;
    int error;
};

static struct guess guess_lists(const struct link_source *sources, size_t count,
                                const struct link_columns_options *options)
{
    struct guess g = {.error = 0};
    assert_int_equal(link_read(sources, count, NULL, &g.lists, &g.problem), 0);
    g.error = link_columns_guess(&g.lists, options, &g.columns, &g.problem);
    return g;
}

static struct guess guess(const char *text, const struct link_columns_options *options)
{
    const struct link_source source = {.name = "list.csv", .fd = -1, .text = span_text(text)};
    return guess_lists(&source, 1, options);
}

static void release(struct guess *g)
{
    link_columns_release(&g->columns);
    link_lists_release(&g->lists);
}

/* A column of that header, and another of numbers that stand for nothing. */
static struct link_column taken_for(const char *header, const char *const *values, size_t count)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_printf(&text, "%s;xx\n", header);
    for (size_t i = 0; i < 40; i++)
        buf_printf(&text, "%s;%zu\n", values[i % count], i * i % 7);
    struct guess g = guess(buf_cstr(&text), NULL);
    assert_int_equal(g.error, 0);
    struct link_column column = g.columns.columns[0];
    column.name = NULL;
    release(&g);
    buf_release(&text);
    return column;
}

static const char *const names[] = {"Vera", "Boris", "Zakhar", "Larisa", "Anna"};
static const char *const whole_names[] = {"Vera Orlova", "Boris Chern", "Zakhar Ilin"};
static const char *const dates[] = {"1980-05-03", "1971-11-27", "1962-01-30"};
static const char *const sexes[] = {"f", "m"};
static const char *const towns[] = {"Orlets", "Karsk", "Tolma", "Zhelan"};
static const char *const phones[] = {"+7 495 1234567", "+7 812 7654321", "0461 223344"};
static const char *const emails[] = {"vera@karsk.example", "b@tolma.example"};
static const char *const addresses[] = {"12 Mill Street", "7 Harbour Road", "3 Mill Street"};
static const char *const numbers[] = {"AB123456", "AB998877", "CD120034"};
static const char *const years[] = {"1980", "1971", "1962"};
static const char *const days[] = {"3", "27", "12", "30"};

#define VALUES(v) (v), COUNT_OF(v)

static void headers_in_many_languages(void **state)
{
    (void)state;
    const struct {
        const char *header;
        enum link_kind kind;
        const char *const *values;
        size_t count;
    } cases[] = {
        {"First Name", LINK_GIVEN_NAME, VALUES(names)},
        {"fname_c1", LINK_GIVEN_NAME, VALUES(names)},
        {"given_name", LINK_GIVEN_NAME, VALUES(names)},
        {"Vorname", LINK_GIVEN_NAME, VALUES(names)},
        {"имя", LINK_GIVEN_NAME, VALUES(names)},
        {"Ім'я", LINK_GIVEN_NAME, VALUES(names)},
        {"Prénom", LINK_GIVEN_NAME, VALUES(names)},
        {"الاسم", LINK_GIVEN_NAME, VALUES(names)},
        {"surname", LINK_FAMILY_NAME, VALUES(names)},
        {"LAST_NAME", LINK_FAMILY_NAME, VALUES(names)},
        {"Фамилия", LINK_FAMILY_NAME, VALUES(names)},
        {"Apellidos", LINK_FAMILY_NAME, VALUES(names)},
        {"επώνυμο", LINK_FAMILY_NAME, VALUES(names)},
        {"გვარი", LINK_FAMILY_NAME, VALUES(names)},
        {"Отчество", LINK_PATRONYMIC, VALUES(names)},
        {"name", LINK_FULL_NAME, VALUES(whole_names)},
        {"first and surname", LINK_FULL_NAME, VALUES(whole_names)},
        {"ФИО", LINK_FULL_NAME, VALUES(whole_names)},
        {"date of birth", LINK_DATE, VALUES(dates)},
        {"dob", LINK_DATE, VALUES(dates)},
        {"дата рождения", LINK_DATE, VALUES(dates)},
        {"Geburtsdatum", LINK_DATE, VALUES(dates)},
        {"by", LINK_DATE, VALUES(years)},
        {"год рождения", LINK_DATE, VALUES(years)},
        {"bd", LINK_DATE, VALUES(days)},
        {"пол", LINK_SEX, VALUES(sexes)},
        {"Geschlecht", LINK_SEX, VALUES(sexes)},
        {"city", LINK_PLACE, VALUES(towns)},
        {"Город", LINK_PLACE, VALUES(towns)},
        {"suburb", LINK_PLACE, VALUES(towns)},
        {"addr", LINK_ADDRESS, VALUES(addresses)},
        {"Адрес", LINK_ADDRESS, VALUES(addresses)},
        {"Phone number", LINK_PHONE, VALUES(phones)},
        {"телефон", LINK_PHONE, VALUES(phones)},
        {"e-mail", LINK_EMAIL, VALUES(emails)},
        {"soc_sec_id", LINK_NUMBER, VALUES(numbers)},
        {"passport", LINK_NUMBER, VALUES(numbers)},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct link_column c = taken_for(cases[i].header, cases[i].values, cases[i].count);
        if (c.role != LINK_ROLE_FIELD || c.kind != cases[i].kind)
            fail_msg("%s: role %d, %s, not %s", cases[i].header, (int)c.role,
                     link_kind_name(c.kind), link_kind_name(cases[i].kind));
    }
}

static void values_where_headers_say_nothing(void **state)
{
    (void)state;
    const struct {
        enum link_kind kind;
        const char *const *values;
        size_t count;
    } cases[] = {{LINK_EMAIL, VALUES(emails)},
                 {LINK_DATE, VALUES(dates)},
                 {LINK_SEX, VALUES(sexes)},
                 {LINK_ADDRESS, VALUES(addresses)},
                 {LINK_OTHER, VALUES(names)}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(taken_for("qqq", cases[i].values, cases[i].count).kind, cases[i].kind);
    /* And where values gainsay the header. */
    assert_int_not_equal(taken_for("date", VALUES(names)).kind, LINK_DATE);
    assert_int_not_equal(taken_for("surname", VALUES(phones)).kind, LINK_FAMILY_NAME);
    assert_int_not_equal(taken_for("email", VALUES(towns)).kind, LINK_EMAIL);
}

static void roles(void **state)
{
    (void)state;
    struct guess g = guess("id,name,all the same,nothing,unknown,ref\n"
                           "1,Vera,x,,NA,a-1\n2,Boris,x,,?,a-2\n3,Vera,x,,n/a,a-3\n",
                           NULL);
    assert_int_equal(g.error, 0);
    static const enum link_role expected[] = {LINK_ROLE_ID,    LINK_ROLE_FIELD, LINK_ROLE_CONSTANT,
                                              LINK_ROLE_EMPTY, LINK_ROLE_EMPTY, LINK_ROLE_ID};
    for (unsigned i = 0; i < COUNT_OF(expected); i++)
        assert_int_equal(g.columns.columns[i].role, expected[i]);
    release(&g);
    /* An id that repeats is no id: it is compared. */
    g = guess("id,name\nA1,Vera\nA2,Boris\nA1,Vera\n", NULL);
    assert_int_equal(g.columns.columns[0].role, LINK_ROLE_FIELD);
    assert_int_equal(g.columns.columns[0].kind, LINK_NUMBER);
    release(&g);
    /* The same in every row, but not in every list; and a part of a date. */
    const struct link_source two[] = {
        {.name = "a", .fd = -1, .text = span_text("town,by,bm\nKarsk,1980,5\nKarsk,1980,6\n")},
        {.name = "b", .fd = -1, .text = span_text("town,by,bm\nTolma,1980,5\nKarsk,1980,6\n")}};
    g = guess_lists(two, 2, NULL);
    for (unsigned i = 0; i < g.columns.count; i++)
        assert_int_equal(g.columns.columns[i].role, LINK_ROLE_FIELD);
    release(&g);
    /* No rows at all. */
    g = guess("id,name\n", NULL);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.columns.columns[1].role, LINK_ROLE_EMPTY);
    release(&g);
}

static void what_says_not_known(void **state)
{
    (void)state;
    static const struct {
        const char *header, *value;
        bool known;
    } cases[] = {{"surname", "NA", false},      {"surname", "Na", true},
                 {"surname", "unknown", false}, {"surname", "неизвестно", false},
                 {"surname", "-", false},       {"dob", "00.00.0000", false},
                 {"dob", "9999-99-99", false},  {"phone", "0000000", false},
                 {"phone", "0004000", true},    {"surname", "None", false},
                 {"surname", "Nunn", true}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[256];
        snprintf(text, sizeof text, "%s\n%s\n%s\n%s\n", cases[i].header, cases[i].value,
                 strcmp(cases[i].header, "dob") == 0 ? "1980-05-03" : "5551234",
                 strcmp(cases[i].header, "dob") == 0 ? "1971-05-03" : "Chern");
        struct link_columns_options options = {.said = span_of(NULL, 0)};
        struct guess g = guess(text, &options);
        struct link_column *c = &g.columns.columns[0];
        c->kind = cases[i].header[0] == 'd'   ? LINK_DATE
                  : cases[i].header[0] == 'p' ? LINK_PHONE
                                              : LINK_FAMILY_NAME;
        struct span got = link_column_text(c, &g.lists.lists[0].columns[0], 1);
        if ((got.len > 0) != cases[i].known)
            fail_msg("%s", cases[i].value);
        release(&g);
    }
}

static void parts_of_names_and_whole_names(void **state)
{
    (void)state;
    struct guess g = guess("full_name,first_name,surname\nVera Orlova,Vera,Orlova\n"
                           "Boris Chern,Boris,Chern\n",
                           NULL);
    assert_int_equal(g.columns.columns[0].role, LINK_ROLE_IGNORED);
    assert_int_equal(g.columns.columns[1].kind, LINK_GIVEN_NAME);
    release(&g);
    const struct link_source two[] = {
        {.name = "a", .fd = -1, .text = span_text("first,last\nVera,Orlova\nBoris,Chern\n")},
        {.name = "b", .fd = -1, .text = span_text("name\nOrlova Vera\nChern Boris\n")}};
    g = guess_lists(two, 2, NULL);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(g.columns.columns[i].kind, LINK_FULL_NAME);
    assert_true(link_columns_one_field(&g.columns.columns[0], &g.columns.columns[2]));
    release(&g);
    /* Two phones are two fields; a city and a country, too. */
    g = guess("phone,phone at work,city,country\n5551234,5554321,Karsk,Veshnia\n"
              "5551235,5554322,Tolma,Utopia\n",
              NULL);
    assert_false(link_columns_one_field(&g.columns.columns[0], &g.columns.columns[1]));
    assert_false(link_columns_one_field(&g.columns.columns[2], &g.columns.columns[3]));
    release(&g);
}

static const char small[] = "a,b,born\nVera,x,3\nBoris,y,4\n";

static void what_people_say(void **state)
{
    (void)state;
    static const char *const ignore[] = {"b"};
    const struct link_columns_options options = {.ignore = ignore,
                                                 .ignore_count = 1,
                                                 .said = span_text("a,given name\r\n"
                                                                   "list.csv,born,day\n")};
    struct guess g = guess(small, &options);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.columns.columns[0].kind, LINK_GIVEN_NAME);
    assert_int_equal(g.columns.columns[1].role, LINK_ROLE_IGNORED);
    assert_int_equal(g.columns.columns[2].kind, LINK_DATE);
    assert_int_equal(g.columns.columns[2].part, LINK_PART_DAY);
    release(&g);
    static const struct {
        const char *said, *says;
        int error;
    } wrong[] = {{"a,given name\nb,birthday\n", "line 2: \"birthday\" is no kind", E_FORMAT},
                 {"\na\n", "line 2: a row says", E_FORMAT},
                 {"a,b,c,d\n", "line 1: a row says", E_FORMAT},
                 {"x,date\n", "line 1: there is no such column", E_NOT_FOUND},
                 {"other.csv,a,date\n", "line 1: there is no such column", E_NOT_FOUND},
                 {"a,\xff\n", "line 1", E_UTF8}};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        const struct link_columns_options said = {.said = span_text(wrong[i].said),
                                                  .said_name = "columns.csv"};
        g = guess(small, &said);
        if (g.error != wrong[i].error || !strstr(g.problem.text, wrong[i].says) ||
            !strstr(g.problem.text, "columns.csv"))
            fail_msg("%s: %d, %s", wrong[i].said, g.error, g.problem.text);
        release(&g);
    }
}

static int guess_under_pressure(void)
{
    const struct link_source source = {
        .name = "x", .fd = -1, .text = span_text("имя,born\nВера,3 мая 1980\nBo,1\n")};
    struct link_lists lists = {0};
    struct link_columns columns = {0};
    int error = link_read(&source, 1, NULL, &lists, NULL);
    if (error == 0)
        error = link_columns_guess(&lists, NULL, &columns, NULL);
    link_columns_release(&columns);
    link_lists_release(&lists);
    return error;
}

static void memory_that_runs_out(void **state)
{
    (void)state;
    mem_fail_from(0);
    assert_int_equal(guess_under_pressure(), 0);
    uint64_t asked = mem_asked();
    for (uint64_t n = 1; n <= asked; n++) {
        mem_fail_from(n);
        assert_int_equal(guess_under_pressure(), E_NOMEM);
    }
    mem_fail_from(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_in_many_languages),
        cmocka_unit_test(values_where_headers_say_nothing),
        cmocka_unit_test(roles),
        cmocka_unit_test(what_says_not_known),
        cmocka_unit_test(parts_of_names_and_whole_names),
        cmocka_unit_test(what_people_say),
        cmocka_unit_test(memory_that_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
