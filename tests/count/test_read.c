/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "count/read.h"
#include "prop.h"

static struct count_input bytes_of(const char *text)
{
    return (struct count_input){.fd = -1, .bytes = span_text(text), .name = "test.csv"};
}

static int read_text(const char *text, struct count_reading reading, struct count_data *data,
                     struct problem *problem)
{
    problem_clear(problem);
    reading.input = bytes_of(text);
    reading.hash_seed = 7;
    return count_read(&reading, data, problem);
}

static struct count_data read_ok(const char *text, struct count_reading reading)
{
    struct count_data data;
    struct problem problem;
    int error = read_text(text, reading, &data, &problem);
    if (error < 0)
        print_message("# %s\n", problem_text(&problem, error));
    assert_int_equal(error, 0);
    uint64_t left = 0;
    for (size_t i = 0; i < data.left_out_count; i++)
        left += data.left_out[i].rows;
    assert_int_equal(data.rows, data.used + left);
    return data;
}

static bool has_note(const struct count_data *data, const char *note)
{
    for (size_t i = 0; i < data->note_count; i++) {
        if (strcmp(data->notes[i], note) == 0)
            return true;
    }
    for (size_t i = 0; i < data->note_count; i++)
        print_message("# note: %s\n", data->notes[i]);
    return false;
}

static const struct count_reading plain = {0};

static void test_histories(void **state)
{
    (void)state;
    struct count_data data =
        read_ok("\"A\",\"B\",\"C\",\"n\"\n0,0,1,306\n1,1,0,1e+05\n1,0,1,18.0\n", plain);
    assert_int_equal(data.form, COUNT_FORM_FREQUENCIES);
    assert_string_equal(data.took_for, "A row a capture history, \"n\" the number of persons; the "
                                       "lists A, B and C.");
    assert_int_equal(data.list_count, 3);
    assert_string_equal(data.lists[1], "B");
    assert_true(data.whole.has_table && data.by == NULL && data.whole.name == NULL);
    assert_int_equal(data.whole.table.lists, 3);
    assert_int_equal(data.whole.table.cells[4], 306);
    assert_int_equal(data.whole.table.cells[3], 100000);
    assert_int_equal(data.whole.table.cells[5], 18);
    assert_int_equal(data.whole.documented.persons, 100324);
    assert_false(data.whole.documented.has_reports);
    assert_int_equal(data.whole.sizes[0], 100018);
    assert_int_equal(data.stratum_count, 1);
    assert_memory_equal(data.strata[0].table.cells, data.whole.table.cells,
                        sizeof data.whole.table.cells);
    count_data_release(&data);
}

static void test_a_count_without_a_name_for_it(void **state)
{
    (void)state;
    struct count_data data = read_ok("A,B,C,reported\n0,0,1,30\n1,1,0,5\n1,0,1,18\n", plain);
    assert_int_equal(data.form, COUNT_FORM_FREQUENCIES);
    assert_int_equal(data.whole.documented.persons, 53);
    count_data_release(&data);
    /* Histories that come again are persons, and the number is something about them. */
    data = read_ok("A,B,C,height\n0,0,1,30\n1,1,0,5\n1,0,1,18\n1,1,0,6\n", plain);
    assert_int_equal(data.form, COUNT_FORM_PERSONS);
    assert_int_equal(data.whole.documented.persons, 4);
    count_data_release(&data);
    /* A year is never how many. */
    data = read_ok("A,B,C,year\n0,0,1,1999\n1,1,0,1998\n1,0,1,1998\n", plain);
    assert_int_equal(data.form, COUNT_FORM_PERSONS);
    count_data_release(&data);
    data = read_ok("A,B,C,year\n0,0,1,1999\n1,1,0,1998\n", (struct count_reading){.count = "year"});
    assert_int_equal(data.whole.documented.persons, 3997);
    count_data_release(&data);
}

static void test_persons(void **state)
{
    (void)state;
    struct count_data data =
        read_ok("\xEF\xBB\xBFname;North;South;West\r\n\"Ada\nTolm\";1;0;0\r\nBoris;1;1;0\r\n"
                "Vera;0;0;0\r\nGala;1;1;0\r\n",
                plain);
    assert_int_equal(data.form, COUNT_FORM_PERSONS);
    assert_string_equal(data.took_for, "A row a person; the lists North, South and West.");
    assert_int_equal(data.whole.table.cells[1], 1);
    assert_int_equal(data.whole.table.cells[3], 2);
    assert_int_equal(data.rows, 4);
    assert_int_equal(data.used, 3);
    assert_int_equal(data.left_out_count, 1);
    assert_string_equal(data.left_out[0].why, "the person is on none of the lists");
    assert_int_equal(data.left_out[0].first_line, 5);
    assert_true(has_note(&data, "Nobody is on the list West."));
    assert_true(has_note(&data, "Everybody on the list South is on North too."));
    count_data_release(&data);
}

static void test_persons_with_an_id(void **state)
{
    (void)state;
    struct count_data data = read_ok("person_id,A,B\np1,1,0\np2,0,1\np1,0,1\n,1,1\n", plain);
    assert_int_equal(data.whole.documented.persons, 2);
    assert_int_equal(data.whole.table.cells[3], 1);
    assert_int_equal(data.whole.table.cells[2], 1);
    assert_true(has_note(&data, "Rows of a person who had a row before: 1 (the first on line 4); "
                                "all rows of one id are one person."));
    assert_string_equal(data.left_out[0].why, "the row names no person");
    count_data_release(&data);
}

static const char records[] = "record,cluster,source,act,year\n"
                              "1,c1,Tolma Lawyers,arrest,1999\n"
                              "2,c1,Open Door Karsk,arrest,2000\n"
                              "3,c2,Open Door Karsk,killing,2000\n"
                              "4,c2,Open Door Karsk,arrest,\n"
                              "5,,Open Door Karsk,arrest,2000\n"
                              "6,c3,,arrest,2000\n"
                              "7,c4,Parents of Orlets,,1999\n";

static void test_records(void **state)
{
    (void)state;
    struct count_data data = read_ok(records, plain);
    assert_int_equal(data.form, COUNT_FORM_RECORDS);
    assert_string_equal(data.took_for,
                        "A row a record: \"cluster\" is the person and \"source\" the list.");
    assert_int_equal(data.list_count, 3);
    assert_string_equal(data.lists[0], "Open Door Karsk");
    assert_string_equal(data.lists[1], "Parents of Orlets");
    assert_string_equal(data.lists[2], "Tolma Lawyers");
    assert_int_equal(data.whole.documented.persons, 3);
    assert_true(data.whole.documented.has_reports);
    assert_int_equal(data.whole.documented.reports, 5);
    assert_int_equal(data.whole.table.cells[5], 1);
    assert_int_equal(data.whole.table.cells[1], 1);
    assert_int_equal(data.whole.table.cells[2], 1);
    assert_int_equal(data.left_out_count, 2);
    assert_string_equal(data.left_out[0].why, "the row names no person");
    assert_int_equal(data.left_out[0].first_line, 6);
    assert_string_equal(data.left_out[1].why, "the row names no list");
    count_data_release(&data);
}

/* A file that vouchsafe link made of files that had columns of its names already. */
static void test_columns_that_were_added(void **state)
{
    (void)state;
    struct count_data data = read_ok("list,cluster,link_list,link_cluster,confidence\n"
                                     "a,1,Open Door Karsk,1,0.9\nb,2,Tolma Lawyers,1,0.8\n"
                                     "b,3,Tolma Lawyers,2,1\n",
                                     plain);
    assert_string_equal(data.lists[0], "Open Door Karsk");
    assert_int_equal(data.whole.documented.persons, 2);
    count_data_release(&data);
}

static void test_acts_and_strata(void **state)
{
    (void)state;
    struct count_data data = read_ok(records, (struct count_reading){.by = "year", .act = "act"});
    assert_string_equal(data.by, "year");
    assert_int_equal(data.stratum_count, 3);
    assert_string_equal(data.strata[0].name, "1999");
    assert_int_equal(data.strata[0].documented.persons, 2);
    assert_int_equal(data.strata[0].documented.reports, 2);
    assert_int_equal(data.strata[0].table.cells[5], 1);
    assert_string_equal(data.strata[1].name, "2000");
    assert_int_equal(data.strata[1].documented.persons, 1);
    assert_int_equal(data.strata[1].documented.reports, 2);
    assert_string_equal(data.strata[2].name, "not stated");
    assert_int_equal(data.strata[2].documented.persons, 0);
    assert_int_equal(data.whole.documented.persons, 3);
    assert_true(has_note(&data, "Persons with rows in several strata: 2 (the first is seen on line "
                                "3); each is counted in the stratum of their first row."));
    assert_int_equal(data.act_count, 3);
    assert_string_equal(data.acts[0].name, "arrest");
    assert_int_equal(data.acts[0].documented.persons, 2);
    assert_int_equal(data.acts[0].documented.reports, 3);
    assert_string_equal(data.acts[1].name, "killing");
    assert_int_equal(data.acts[1].documented.persons, 1);
    assert_string_equal(data.acts[2].name, "not stated");
    count_data_release(&data);
}

static void test_chosen_lists(void **state)
{
    (void)state;
    const char *const names[] = {"Tolma Lawyers", "Parents of Orlets"};
    struct count_data data =
        read_ok(records, (struct count_reading){.lists = names, .list_count = 2});
    assert_int_equal(data.list_count, 2);
    assert_int_equal(data.whole.documented.persons, 2);
    assert_string_equal(data.left_out[2].why, "the list is none of those asked for");
    assert_int_equal(data.left_out[2].rows, 3);
    count_data_release(&data);
    const char *const columns[] = {"c", "A"};
    data = read_ok("A,B,C,n\n1,0,0,5\n0,1,0,6\n1,0,1,7\n",
                   (struct count_reading){.lists = columns, .list_count = 2});
    assert_string_equal(data.lists[0], "C");
    assert_int_equal(data.whole.table.cells[2], 5);
    assert_int_equal(data.whole.table.cells[3], 7);
    assert_int_equal(data.used, 2);
    count_data_release(&data);
}

static void test_lists_marked_with_words(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"TRUE", "FALSE"}, {"true", "false"},  {"True", "False"},
                                           {"yes", "No"},     {"ИСТИНА", "Ложь"}, {"Да", "нет"}};
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        const char *yes = pairs[i][0], *no = pairs[i][1];
        char text[200];
        snprintf(text, sizeof text, "A;B;C;n\n%s;%s;%s;5\n%s;%s;%s;7\n", yes, no, yes, no, no, yes);
        struct count_data data = read_ok(text, plain);
        assert_int_equal(data.form, COUNT_FORM_FREQUENCIES);
        assert_int_equal(data.list_count, 3);
        assert_int_equal(data.whole.table.cells[5], 5);
        assert_int_equal(data.whole.table.cells[4], 7);
        count_data_release(&data);
    }
    struct count_data data = read_ok("id,A,B\n1,TRUE,FALSE\n2,TRUE,TRUE\n", plain);
    assert_string_equal(data.took_for,
                        "A row a person, rows with the same \"id\" the same one; the "
                        "lists A and B, with \"true\" for those on it.");
    count_data_release(&data);
    /* Words beside digits say something of the person, unless they are named as lists. */
    static const char both[] = "A,B,child\n1,0,yes\n0,1,no\n1,1,yes\n";
    data = read_ok(both, plain);
    assert_int_equal(data.list_count, 2);
    count_data_release(&data);
    const char *const named[] = {"child"};
    data = read_ok(both, (struct count_reading){.lists = named, .list_count = 1});
    assert_int_equal(data.whole.documented.persons, 2);
    count_data_release(&data);
}

static void test_the_row_of_the_unseen(void **state)
{
    (void)state;
    struct count_data data = read_ok("A,B,n\n0,0,NA\n0,1,4\n1,1,3\n0,1,2\n1,0,0\n", plain);
    assert_string_equal(data.left_out[0].why, "those on no list are what is to be estimated");
    assert_int_equal(data.left_out[0].first_line, 2);
    assert_int_equal(data.whole.table.cells[2], 6);
    assert_int_equal(data.used, 4);
    assert_true(has_note(&data, "Rows that give a history once more: 1 (the first on line 5); they "
                                "were added up."));
    count_data_release(&data);
}

static void test_lists_that_say_nothing(void **state)
{
    (void)state;
    struct count_data data =
        read_ok("A,B,C,Zhelan,zhelan,n\n1,1,0,0,1,4\n0,0,1,1,0,3\n1,1,1,1,1,9\n", plain);
    assert_true(has_note(&data, "The lists A and B hold exactly the same persons: one of them says "
                                "nothing."));
    assert_true(has_note(&data, "The lists Zhelan and zhelan are named alike, and taken for two."));
    count_data_release(&data);
}

static void test_many_lists(void **state)
{
    (void)state;
    struct count_data data =
        read_ok("a,b,c,d,e,f,g,h,i,n\n1,0,0,0,0,0,0,0,1,4\n0,1,0,0,0,0,0,0,1,3\n", plain);
    assert_int_equal(data.list_count, 9);
    assert_false(data.whole.has_table);
    assert_int_equal(data.whole.documented.persons, 7);
    assert_int_equal(data.whole.sizes[8], 7);
    assert_string_equal(data.took_for, "A row a capture history, \"n\" the number of persons; the "
                                       "lists a, b, c, d, e, f and 3 more.");
    count_data_release(&data);
}

static void test_doubtful_pairs(void **state)
{
    (void)state;
    struct count_input pairs = bytes_of("a,b\nc1,c2\nc2,c1\nc2,nobody\n");
    struct count_data data =
        read_ok(records, (struct count_reading){.by = "year", .act = "act", .doubtful = &pairs});
    assert_true(data.whole.documented.has_merged);
    assert_int_equal(data.whole.documented.persons_merged, 2);
    assert_int_equal(data.strata[0].documented.persons_merged, 2);
    assert_int_equal(data.strata[1].documented.persons_merged, 0);
    assert_int_equal(data.acts[0].documented.persons_merged, 1);
    assert_true(has_note(&data, "Doubtful pairs that name somebody who is not in the file: 1 (the "
                                "first on line 4 of the pairs); they change nothing."));
    count_data_release(&data);
    pairs = bytes_of("c4,c2\n");
    data = read_ok(records, (struct count_reading){.doubtful = &pairs});
    assert_int_equal(data.whole.documented.persons_merged, 2);
    count_data_release(&data);
    pairs = bytes_of("one,other\n");
    data = read_ok(records, (struct count_reading){.doubtful = &pairs});
    assert_true(data.whole.documented.has_merged);
    assert_int_equal(data.whole.documented.persons_merged, 3);
    count_data_release(&data);
}

static void test_draws(void **state)
{
    (void)state;
    struct count_input draws = bytes_of("record,list,draw_1,draw_2,merged,apart\n"
                                        "7,Parents of Orlets,z,q,m,7\n"
                                        "1,Tolma Lawyers,x,x,m,1\n"
                                        "2,Open Door Karsk,x,y,m,2\n"
                                        "3,Open Door Karsk,y,y,k,3\n"
                                        "4,Open Door Karsk,y,y,k,4\n"
                                        "5,Open Door Karsk,,,,\n");
    struct count_data data = read_ok(records, (struct count_reading){.draws = &draws});
    assert_int_equal(data.whole.documented.persons_merged, 2);
    assert_int_equal(data.whole.draw_count, 2);
    const struct count_table *first = &data.whole.draws[0], *second = &data.whole.draws[1];
    assert_int_equal(first->lists, 3);
    assert_int_equal(count_table_n(first), 3);
    assert_int_equal(first->cells[5], 1);
    assert_int_equal(first->cells[1], 1);
    assert_int_equal(first->cells[2], 1);
    assert_int_equal(count_table_n(second), 3);
    assert_int_equal(second->cells[4], 1);
    assert_int_equal(second->cells[1], 1);
    assert_int_equal(second->cells[5], 0);
    assert_int_equal(data.strata[0].draw_count, 2);
    count_data_release(&data);
    data = read_ok(records, (struct count_reading){.draws = &draws, .by = "year"});
    assert_int_equal(data.strata[0].draws[0].cells[5], 1);
    assert_int_equal(data.strata[1].draws[1].cells[1], 1);
    assert_int_equal(data.strata[2].draws[1].cells[1], 0);
    count_data_release(&data);
}

struct refusal {
    const char *text, *says;
    struct count_reading reading;
    const char *doubtful, *draws;
};

static const char *const list_x[] = {"X"};

static const struct refusal refusals[] = {
    {"", "line 1: the file is empty."},
    {"\n\n", "line 1: the file is empty."},
    {"A,B,n\n", "line 1: there is a header and no row below it."},
    {"0,0,1,306\n0,1,0,5\n", "line 1: the first row holds only numbers; it must name the columns."},
    {"A,B,n\n0,1,4\n1,0\n",
     "line 3: the row has 2 fields where the header has 3; if it is the last, "
     "the file may be cut short."},
    {"A,B,n\n0,1,4\n1,0,4,4\n", "line 3: the row has 4 fields where the header has 3."},
    {"A,B,n\n0,1,4\n1,0,-3\n",
     "line 3: in the column \"n\", \"-3\" is negative; persons cannot be."},
    {"A,B,n\n0,1,4\n1,0,2.5\n",
     "line 3: in the column \"n\", \"2.5\" is not a whole number of persons."},
    {"A,B,n\n0,1,4\n1,0,many\n", "line 3: in the column \"n\", \"many\" is not a number."},
    {"A,B,n\n0,1,9007199254740993\n1,0,4\n", "line 2: in the column \"n\", \"9007199254740993\" is "
                                             "more than 2^53, the most that is counted "
                                             "exactly."},
    {"A,B,n\n0,1,9007199254740992\n1,0,1\n",
     "line 3: with this row there are more than 2^53 persons, the most that is counted exactly."},
    {"A,B\n0,1\n1,1\n1,0\n1,2\n",
     "line 5: the column \"B\" holds \"2\" where it holds 0 or 1 in other rows; a list's column "
     "holds only 0 and 1, and --count names one of numbers of persons."},
    {"A,B\n0,1\n1,1\n1,\n1,0\n",
     "line 4: the column \"B\" holds \"\" where it holds 0 or 1 in other rows; a list's column "
     "holds only 0 and 1, and --count names one of numbers of persons."},
    {"A,B\nTRUE,FALSE\nTRUE,NA\n",
     "line 3: the column \"B\" holds \"NA\" where it holds false or true in other rows; a list's "
     "column holds only false and true, and --count names one of numbers of persons."},
    {"A,B\nyes,no\nyes,TRUE\nno,yes\n",
     "line 3: the column \"B\" holds \"TRUE\" where it holds no or yes in other rows; a list's "
     "column holds only no and yes, and --count names one of numbers of persons."},
    {"A,B,child\nTRUE,FALSE,yes\nTRUE,TRUE,no\n",
     "line 1: \"A\" and \"child\" are both written as a list's column could be, but not alike; "
     "--lists says which columns are lists."},
    {"A,B,child\nTRUE,FALSE,1\nTRUE,TRUE,0\n",
     "line 1: \"child\" and \"A\" are both written as a list's column could be, but not alike; "
     "--lists says which columns are lists."},
    {"name,town\nAda,Karsk\n",
     "line 1: no column holds only 0 and 1, and none is named for a person's id and a list (such "
     "as \"person\" and \"list\"; --id and --list say which)."},
    {"A,B,height,weight\n0,1,4,5\n1,0,7,8\n",
     "line 1: is a row a capture history? Then --count says whether \"height\" or \"weight\" is "
     "how many; else --form persons."},
    {"A,A,n\n0,1,4\n1,0,7\n", "line 1: two columns of lists are named \"A\"."},
    {"A,,n\n0,1,4\n1,0,7\n", "line 1: column 2 holds 0 and 1 as a list does, but has no name."},
    {"A,B,n\n0,1,4\n", "line 1: no column is named \"place\".", .reading = {.by = "place"}},
    {"A,B,n\n0,0,4\n",
     "line 2: no row can be used; here those on no list are what is to be estimated."},
    {"person,list\n,A\n", "line 2: no row can be used; here the row names no person."},
    {"person,list\np,A\n", "line 1: no column is named \"which\".", .reading = {.list = "which"}},
    {"person,list\np,A\n", "no row names the list \"X\".",
     .reading = {.lists = list_x, .list_count = 1}},
    {"person,list\np,A\n\"q,B\n", "line 3, column 1: the quote that opens here is never closed"},
    {"A,B,n\n0,1,4\n", "doubtful pairs need a column with a person's id in the file.",
     .doubtful = "x,y\n"},
    {"A,B,n\n0,1,4\n", "drawn linkages need a file with a row a record.", .draws = "x,y\n"},
    {"person,list\np,A\n",
     "the doubtful pairs: line 2: none of the pairs names two persons of the file.",
     .doubtful = "a,b\nx,y\n"},
    {"person,list\np,A\n", "the doubtful pairs: line 1: a pair needs two ids.", .doubtful = "p\n"},
    {"person,list\np,A\nq,A\n",
     "the draws: only 1 of the 2 records that are used have a row: the draws are of another file, "
     "or cut short.",
     .draws = "record,draw_1\n1,x\n"},
    {"person,list\np,A\n", "the draws: line 2: there is no record 2; the file has 1.",
     .draws = "record,draw_1\n2,x\n"},
    {"person,list\np,A\n", "the draws: line 3: record 1 is there twice.",
     .draws = "record,draw_1\n1,x\n1,x\n"},
    {"person,list\np,A\n", "the draws: line 2: \"0\" is no record's number.",
     .draws = "record,draw_1\n0,x\n"},
    {"person,list\np,A\n", "the draws: line 2: the column \"draw_1\" is empty.",
     .draws = "record,draw_1\n1,\n"},
    {"person,list\np,A\n", "the draws: line 1: there is no column \"record\".",
     .draws = "draw_1\nx\n"},
    {"person,list\np,A\n",
     "the draws: line 2: record 1 is of the list \"B\" here and of \"A\" in the file: the draws "
     "are of another file.",
     .draws = "record,list,draw_1\n1,B,x\n"},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        const struct refusal *r = &refusals[i];
        struct count_reading reading = r->reading;
        struct count_input doubtful, draws;
        struct count_data data;
        struct problem problem;
        if (r->doubtful) {
            doubtful = bytes_of(r->doubtful);
            reading.doubtful = &doubtful;
        }
        if (r->draws) {
            draws = bytes_of(r->draws);
            reading.draws = &draws;
        }
        int error = read_text(r->text, reading, &data, &problem);
        assert_true(error < 0);
        assert_string_equal(problem_text(&problem, error), r->says);
    }
}

/* Behind the rows by which the columns are judged. */
static void test_a_late_mistake_has_its_line(void **state)
{
    (void)state;
    struct buf text;
    struct count_data data;
    struct problem problem;
    buf_init(&text, 1u << 20);
    buf_text(&text, "A,B\n");
    for (int i = 0; i < COUNT_ROWS_SAMPLE + 10; i++)
        buf_text(&text, i % 2 ? "0,1\n" : "1,1\n");
    buf_text(&text, "1,x\n");
    assert_int_equal(read_text(buf_cstr(&text), plain, &data, &problem), E_FORMAT);
    assert_string_equal(problem.text,
                        "line 1012: the column \"B\" holds \"x\" where only 0 and 1 can stand.");
    buf_reset(&text);
    buf_text(&text, "A,B\n");
    for (int i = 0; i < COUNT_ROWS_SAMPLE; i++)
        buf_text(&text, i % 2 ? "no,yes\n" : "yes,yes\n");
    buf_text(&text, "yes,1\n");
    assert_int_equal(read_text(buf_cstr(&text), plain, &data, &problem), E_FORMAT);
    assert_string_equal(problem.text,
                        "line 1002: the column \"B\" holds \"1\" where only no and yes can stand.");
    buf_release(&text);
}

static void test_too_many(void **state)
{
    (void)state;
    struct buf text;
    struct count_data data;
    struct problem problem;
    buf_init(&text, 1u << 20);
    buf_text(&text, "person,list,year\n");
    for (int i = 0; i < 33; i++)
        buf_printf(&text, "p,l%d,1\n", i);
    assert_int_equal(read_text(buf_cstr(&text), plain, &data, &problem), E_TOO_LARGE);
    assert_string_equal(problem.text,
                        "line 34: \"l32\" is one list more than the 32 that are read.");
    buf_reset(&text);
    buf_text(&text, "person,list,year\n");
    for (int i = 0; i < 1025; i++)
        buf_printf(&text, "p,l,%d\n", i);
    const struct count_reading by_year = {.by = "year"};
    assert_int_equal(read_text(buf_cstr(&text), by_year, &data, &problem), E_TOO_LARGE);
    assert_string_equal(problem.text,
                        "line 1026: \"1024\" is one stratum more than the 1024 that are read.");
    buf_reset(&text);
    buf_text(&text, "person,list\n");
    for (int i = 0; i < 1025; i++)
        buf_u8(&text, 'p');
    buf_text(&text, ",A\n");
    assert_int_equal(read_text(buf_cstr(&text), plain, &data, &problem), E_TOO_LARGE);
    assert_string_equal(problem.text, "line 2: the person's id is longer than 1024 bytes.");
    buf_release(&text);
}

static void test_figures(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum count_figure figure;
        uint64_t value;
    } cases[] = {
        {"0", COUNT_FIGURE_IS, 0},
        {"007", COUNT_FIGURE_IS, 7},
        {"+12", COUNT_FIGURE_IS, 12},
        {"12.", COUNT_FIGURE_IS, 12},
        {"1.50e1", COUNT_FIGURE_IS, 15},
        {"1e+05", COUNT_FIGURE_IS, 100000},
        {"1200e-2", COUNT_FIGURE_IS, 12},
        {"-0", COUNT_FIGURE_IS, 0},
        {"0e999999999999", COUNT_FIGURE_IS, 0},
        {"00000000000000000000000000000012", COUNT_FIGURE_IS, 12},
        {"9007199254740992", COUNT_FIGURE_IS, UINT64_C(1) << 53},
        {"9007199254740993", COUNT_FIGURE_BEYOND, 0},
        {"99999999999999999999999", COUNT_FIGURE_BEYOND, 0},
        {"1e99999999999", COUNT_FIGURE_BEYOND, 0},
        {"1.000000000000000000000001", COUNT_FIGURE_FRACTION, 0},
        {"1e-99999999999", COUNT_FIGURE_FRACTION, 0},
        {"0.5", COUNT_FIGURE_FRACTION, 0},
        {"-3", COUNT_FIGURE_NEGATIVE, 0},
        {"", COUNT_FIGURE_NONE, 0},
        {".", COUNT_FIGURE_NONE, 0},
        {"-", COUNT_FIGURE_NONE, 0},
        {"1e", COUNT_FIGURE_NONE, 0},
        {"1,5", COUNT_FIGURE_NONE, 0},
        {"0x10", COUNT_FIGURE_NONE, 0},
        {"nan", COUNT_FIGURE_NONE, 0},
        {"1 2", COUNT_FIGURE_NONE, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t value = 0;
        assert_int_equal(count_figure_read(span_text(cases[i].text), &value), cases[i].figure);
        assert_int_equal(value, cases[i].value);
    }
}

/* Against a plain search, with texts that share beginnings, lengths and hashes of nothing. */
static void test_ids(void **state)
{
    (void)state;
    struct prop prop = prop_start("ids");
    struct count_ids ids;
    static char texts[3000][24];
    uint32_t count = 0;
    count_ids_init(&ids, prop_u64(&prop));
    for (int i = 0; i < 6000; i++) {
        char text[24] = {0};
        size_t len = prop_below(&prop, 20);
        for (size_t j = 0; j < len; j++)
            text[j] = (char)('a' + prop_below(&prop, len > 10 ? 2 : 3));
        uint32_t expected = 0, number;
        bool is_new;
        while (expected < count && strcmp(texts[expected], text) != 0)
            expected++;
        if (expected == COUNT_OF(texts))
            continue;
        assert_int_equal(count_ids_find(&ids, span_text(text), &number), expected < count);
        assert_int_equal(count_ids_put(&ids, span_text(text), &number, &is_new), 0);
        assert_int_equal(number, expected);
        assert_int_equal(is_new, expected == count);
        if (is_new)
            memcpy(texts[count++], text, sizeof text);
        assert_true(span_equal(count_ids_text(&ids, number), span_text(text)));
    }
    assert_true(count > 1000);
    count_ids_release(&ids);
}

/* The order of rows changes nothing, and the seed of the hash neither. */
static void test_order_of_rows(void **state)
{
    (void)state;
    struct prop prop = prop_start("order");
    char rows[300][40];
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        snprintf(rows[i], sizeof rows[i], "p%u,list %u\n", (unsigned)prop_below(&prop, 120),
                 (unsigned)prop_below(&prop, 4));
    struct count_table first = {0};
    for (int round = 0; round < 20; round++) {
        struct buf text;
        buf_init(&text, 1u << 20);
        buf_text(&text, "id,list\n");
        for (size_t i = COUNT_OF(rows); i > 0; i--) {
            size_t j = prop_below(&prop, i);
            char row[40];
            memcpy(row, rows[j], sizeof row);
            memcpy(rows[j], rows[i - 1], sizeof row);
            memcpy(rows[i - 1], row, sizeof row);
            buf_text(&text, row);
        }
        struct count_data data;
        struct count_reading reading = {.input = bytes_of(buf_cstr(&text)),
                                        .hash_seed = prop_u64(&prop)};
        assert_int_equal(count_read(&reading, &data, NULL), 0);
        if (round == 0)
            first = data.whole.table;
        assert_memory_equal(&first, &data.whole.table, sizeof first);
        count_data_release(&data);
        buf_release(&text);
    }
}

static void test_every_allocation_fails(void **state)
{
    (void)state;
    struct count_input pairs = bytes_of("c1,c2\n");
    struct count_input draws =
        bytes_of("record,draw_1,merged\n1,x,m\n2,x,m\n3,y,k\n4,y,k\n7,z,z\n");
    const struct count_reading reading = {.input = bytes_of(records),
                                          .by = "year",
                                          .act = "act",
                                          .doubtful = &pairs,
                                          .draws = &draws};
    uint64_t nth = 0;
    int error;
    do {
        struct count_data data = {0};
        mem_fail_from(++nth);
        error = count_read(&reading, &data, NULL);
        mem_fail_from(0);
        assert_true(error == 0 || (error == E_NOMEM && !data.memory));
        count_data_release(&data);
    } while (error < 0);
    assert_true(nth > 30);
}

static void stop_now(void *arg, const char *what, uint64_t done, uint64_t total)
{
    (void)what, (void)done, (void)total;
    atomic_store((atomic_bool *)arg, true);
}

static void test_it_can_be_stopped(void **state)
{
    (void)state;
    struct buf text;
    struct watch watch = {.progress = stop_now, .arg = &watch.stop};
    struct count_data data;
    struct problem problem;
    buf_init(&text, 1u << 24);
    buf_text(&text, "A,B\n");
    for (int i = 0; i < 200000; i++)
        buf_text(&text, "1,0\n");
    const struct count_reading reading = {.watch = &watch};
    assert_int_equal(read_text(buf_cstr(&text), reading, &data, &problem), E_STOPPED);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_histories),
        cmocka_unit_test(test_a_count_without_a_name_for_it),
        cmocka_unit_test(test_persons),
        cmocka_unit_test(test_persons_with_an_id),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_columns_that_were_added),
        cmocka_unit_test(test_acts_and_strata),
        cmocka_unit_test(test_chosen_lists),
        cmocka_unit_test(test_lists_marked_with_words),
        cmocka_unit_test(test_the_row_of_the_unseen),
        cmocka_unit_test(test_lists_that_say_nothing),
        cmocka_unit_test(test_many_lists),
        cmocka_unit_test(test_doubtful_pairs),
        cmocka_unit_test(test_draws),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_a_late_mistake_has_its_line),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_order_of_rows),
        cmocka_unit_test(test_every_allocation_fails),
        cmocka_unit_test(test_it_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
