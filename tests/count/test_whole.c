/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Histories that stand whole in one column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "count/read.h"

static const char *const lists_xyz[] = {"X", "Y", "Z"};
static const struct count_reading plain = {0};

static int read_text(const char *text, struct count_reading reading, struct count_data *data,
                     struct problem *problem)
{
    problem_clear(problem);
    reading.input = (struct count_input){.fd = -1, .bytes = span_text(text), .name = "test.csv"};
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
    return data;
}

static void check_whole(const struct count_data *data, const char *took_for, const char *second)
{
    assert_string_equal(data->took_for, took_for);
    assert_int_equal(data->list_count, 3);
    assert_string_equal(data->lists[1], second);
    assert_int_equal(data->whole.table.cells[6], 5);
    assert_int_equal(data->whole.table.cells[1], 30);
    assert_int_equal(data->whole.documented.persons, 35);
}

static void test_whole_histories(void **state)
{
    (void)state;
    const struct count_reading named = {.lists = lists_xyz, .list_count = 3};
    static const char *const ch[] = {"ch"};
    struct count_data data = read_ok("ch,freq\n011,5\n100,30\n000,9\n", plain);
    assert_int_equal(data.form, COUNT_FORM_FREQUENCIES);
    check_whole(&data,
                "A row a capture history, \"freq\" the number of persons; each digit of \"ch\" is "
                "a list: list 1, list 2 and list 3.",
                "list 2");
    assert_int_equal(data.left_out[0].first_line, 4);
    count_data_release(&data);
    data = read_ok("\"\",\"seen\",\"how\"\n\"1\",\"011\",5\n\"2\",\"100\",30\n", named);
    check_whole(
        &data,
        "A row a capture history, \"how\" the number of persons; each digit of \"seen\" is a "
        "list: X, Y and Z.",
        "Y");
    count_data_release(&data);
    data = read_ok("a,ch,female,n\n01,011,1,5\n10,100,0,30\n",
                   (struct count_reading){.lists = ch, .list_count = 1, .by = "female"});
    assert_int_equal(data.stratum_count, 2);
    assert_string_equal(data.lists[2], "list 3");
    count_data_release(&data);
}

static void test_whole_histories_of_persons(void **state)
{
    (void)state;
    const struct count_reading named = {.lists = lists_xyz, .list_count = 3};
    struct count_data data =
        read_ok("id,ch,year\n1,01,2031\n2,11,2031\n2,01,2031\n3,00,2031\n", plain);
    assert_int_equal(data.form, COUNT_FORM_PERSONS);
    assert_string_equal(data.took_for, "A row a person, rows with the same \"id\" the same one; "
                                       "each digit of \"ch\" is a list: list 1 and list 2.");
    assert_int_equal(data.whole.documented.persons, 2);
    assert_int_equal(data.whole.table.cells[2], 1);
    assert_int_equal(data.whole.table.cells[3], 1);
    count_data_release(&data);
    data = read_ok("ch\n101\n101\n110\n", named);
    assert_int_equal(data.form, COUNT_FORM_PERSONS);
    assert_int_equal(data.whole.table.cells[5], 2);
    assert_int_equal(data.whole.table.cells[3], 1);
    count_data_release(&data);
    data = read_ok("id,A,B,zip\n1,0,1,1101\n2,1,0,1110\n", plain);
    assert_int_equal(data.list_count, 2);
    count_data_release(&data);
}

static const struct refusal {
    const char *text, *says;
    struct count_reading reading;
} refusals[] = {
    {"ch,n\n0110,5\n110,3\n1000,30\n",
     "line 3: in the column \"ch\", \"110\" has 3 digits where 4 should be, one for each list; if "
     "a spreadsheet has eaten zeros at the beginning, make the column text there and write them "
     "again."},
    {"x,freq\n101,5\n1110,30\n1,2\n",
     "line 2: in the column \"x\", \"101\" has 3 digits where 4 should be, one for each list; if a "
     "spreadsheet has eaten zeros at the beginning, make the column text there and write them "
     "again."},
    {"ch,n\n0110,5\n1.01E+11,3\n", "line 3: the column \"ch\" holds \"1.01E+11\" where only a "
                                   "history of the digits 0 and 1 can stand."},
    {"ch,n\n0110,5\n,3\n",
     "line 3: the column \"ch\" holds \"\" where only a history of the digits 0 and 1 can stand."},
    {"ch,n\n110,5\n101,3\n",
     "line 1: all histories in \"ch\" begin with 1: either a spreadsheet has eaten the zeros "
     "before it, or everybody is on the first list; if so, --lists names the 3 lists, in order."},
    {"id,x\n7,1101\n8,1101\n",
     "line 1: does \"x\" hold whole histories, such as \"1101\", with a digit for each list and no "
     "zeros eaten at the beginning? Then --lists names those lists, in order."},
    {"id,x,child\n7,1101,1\n8,1101,0\n",
     "line 1: \"x\" may hold whole histories, such as \"1101\", but \"child\" is written as a "
     "list's column could be; --lists says which is meant."},
    {"ch,child,n\n0101,yes,7\n1101,no,8\n",
     "line 1: \"ch\" may hold whole histories, such as \"0101\", but \"child\" is written as a "
     "list's column could be; --lists says which is meant."},
    {"a,b,n\n0101,01,7\n1101,11,8\n", "line 1: \"a\" and \"b\" both hold whole histories, such as "
                                      "\"0101\"; --lists says which of them is meant."},
    {"id,list\n7,0101\n8,1101\n",
     "line 1: does \"list\" name a list, or hold whole histories, such as \"0101\"? --form records "
     "says the one, --form persons or --form histories the other."},
    {"ch,n\n0101,7\n1101,8\n",
     "line 2: in the column \"ch\", \"0101\" has 4 digits where 3 should be, one for each list "
     "that --lists names; if a spreadsheet has eaten zeros at the beginning, make the column text "
     "there and write them again.",
     .reading = {.lists = lists_xyz, .list_count = 3}},
    {"ch,n\n0101,7\n1101,8\n", "line 1: no column is named \"X\".",
     .reading = {.lists = lists_xyz, .list_count = 1}},
    {"ch,n\n0101010101010101010101010101010101,7\n",
     "line 1: the histories in \"ch\" have 34 digits; not more than 32 lists are read."},
    {"ch,n\n0000,7\n",
     "line 2: no row can be used; here those on no list are what is to be estimated."},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        struct count_data data;
        struct problem problem;
        int error = read_text(refusals[i].text, refusals[i].reading, &data, &problem);
        assert_true(error < 0);
        assert_string_equal(problem_text(&problem, error), refusals[i].says);
    }
}

/* Behind the rows by which the column is judged. */
static void test_a_late_mistake_has_its_line(void **state)
{
    (void)state;
    struct buf text;
    struct count_data data;
    struct problem problem;
    buf_init(&text, 1u << 20);
    buf_text(&text, "ch\n");
    for (int i = 0; i < COUNT_ROWS_SAMPLE + 10; i++)
        buf_text(&text, i % 2 ? "101\n" : "011\n");
    buf_text(&text, "1011\n");
    assert_int_equal(read_text(buf_cstr(&text), plain, &data, &problem), E_FORMAT);
    assert_non_null(strstr(problem.text, "line 1012: in the column \"ch\", \"1011\" has 4 digits "
                                         "where 3 should be"));
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_histories),
        cmocka_unit_test(test_whole_histories_of_persons),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_a_late_mistake_has_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
