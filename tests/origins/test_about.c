/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "origins/about_names.h"
#include "origins/about_table.h"

#define DAY_2031_04_09 22378

static struct languages *languages;

static int set_up(void **state)
{
    (void)state;
    return languages_new(&languages);
}

static int tear_down(void **state)
{
    (void)state;
    languages_free(languages);
    return 0;
}

static void days_that_can_be_read_in_one_way(void **state)
{
    (void)state;
    static const char *const texts[] = {"2031-04-09",
                                        "2031/4/9",
                                        "09.04.2031",
                                        "9.4.2031 10:15",
                                        "9 April 2031",
                                        "9th of April 2031",
                                        "April 9, 2031",
                                        "Apr. 9th, 2031",
                                        "Wed, 9 Apr 2031",
                                        "9 апреля 2031 г.",
                                        "9-го апреля 2031",
                                        "2031-04-09T23:59:59+03:00",
                                        "Held on 9 APRIL, 2031, in Karsk"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        int32_t day = 0;
        if (!about_find_day(span_text(texts[i]), languages, &day) || day != DAY_2031_04_09)
            fail_msg("%s: %d", texts[i], day);
    }
    int32_t day;
    assert_true(about_find_day(span_text("23/09/2031"), languages, &day));
    assert_true(about_find_day(span_text("09/23/2031"), languages, &day));
    assert_true(about_find_day(span_text("29 February 2032"), languages, &day));
}

static void what_is_no_day(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "04/09/2031", /* two days */
                                        "29.02.2031",
                                        "2031-13-09",
                                        "2031-04-32",
                                        "April 2031",
                                        "9 April",
                                        "9 Mill Street 2031",
                                        "1.2.3",
                                        "0009-01-02",
                                        "99999999999-01-02",
                                        "12345 April 2031"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        int32_t day = 0;
        if (about_find_day(span_text(texts[i]), languages, &day))
            fail_msg("%s: %d", texts[i], day);
    }
}

static void days_are_written_as_they_are_read(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 64);
    for (int32_t day = -62000; day < 84000; day += 61) {
        int32_t again;
        buf_reset(&text);
        about_put_day(&text, day);
        assert_true(about_find_day(buf_bytes(&text), languages, &again));
        assert_int_equal(again, day);
    }
    buf_reset(&text);
    about_put_day(&text, DAY_2031_04_09);
    assert_string_equal(buf_cstr(&text), "2031-04-09");
    buf_release(&text);
}

static void assert_name(const char *name, const char *outlet, const char *title, int32_t day)
{
    struct arena arena;
    struct about about = {.day = ABOUT_DAY_NONE};
    arena_init(&arena, 4096);
    assert_int_equal(about_from_name(span_text(name), &arena, &about), 0);
    assert_int_equal(about.day, day);
    assert_true(span_equal(about.outlet, span_text(outlet)));
    assert_true(span_equal(about.title, span_text(title)));
    arena_release(&arena);
}

static void names_of_files(void **state)
{
    (void)state;
    assert_name("karsk-times_2031-04-09_forty-held", "Karsk Times", "forty held", DAY_2031_04_09);
    assert_name("20310409-herald", "", "herald", DAY_2031_04_09);
    assert_name("2031_04_09", "", "", DAY_2031_04_09);
    assert_name("room-101-of-2031", "", "", ABOUT_DAY_NONE);
    assert_name("x-120310409-y", "", "", ABOUT_DAY_NONE);
}

static void hosts(void **state)
{
    (void)state;
    static const char *const addresses[][2] = {
        {"https://www.herald.example/x", "herald.example"},
        {"http://user:pass@herald.example:80", "herald.example"},
        {"herald.example/x", ""},
        {"https://", ""}};
    for (size_t i = 0; i < COUNT_OF(addresses); i++)
        assert_true(span_equal(about_host(span_text(addresses[i][0])), span_text(addresses[i][1])));
}

/* Tables */

static void a_table_goes_before_what_is_known(void **state)
{
    (void)state;
    struct about_table *t;
    struct about about = {.title = span_text("Old"), .outlet = span_text("O"), .day = 3};
    uint64_t line = 0;
    assert_int_equal(
        about_table_read(span_text("Date,file,title\n9 April 2031,b/x,New\n,a/x.txt,\n,y,Y\n"),
                         languages, &t, NULL),
        0);
    about_table_apply(t, span_text("/a/x.txt"), span_of(NULL, 0), &about);
    assert_true(span_equal(about.title, span_text("Old")) && about.day == 3);
    about_table_apply(t, span_text("/c/b/x.html.gz"), span_of(NULL, 0), &about);
    assert_true(span_equal(about.title, span_text("New")) && about.day == DAY_2031_04_09);
    assert_true(span_equal(about.outlet, span_text("O")));
    about_table_apply(t, span_text("/c/x.txt"), span_of(NULL, 0), &about);
    assert_true(span_equal(about.title, span_text("New")));
    assert_int_equal(about_table_unused(t, &line), 1);
    assert_int_equal(line, 4);
    about_table_free(t);
}

static void wrong_tables_are_refused_with_the_line(void **state)
{
    (void)state;
    static const char *const tables[][2] = {
        {"name,title\nx,y\n", "no column \"file\""},
        {"", "no column \"file\""},
        {"file,date\nx,04/09/2031\n", "line 2: \"04/09/2031\" is no day"},
        {"file,date\nx,\ny,\nx,\n", "stands in two lines, 2 and 4"},
        {"file,date\n,2031-04-09\n", "line 2: the file is not named"}};
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        struct about_table *t;
        struct problem problem = {0};
        assert_int_equal(about_table_read(span_text(tables[i][0]), languages, &t, &problem),
                         E_FORMAT);
        if (!strstr(problem.text, tables[i][1]))
            fail_msg("%s", problem.text);
    }
}

/* Names */

static void assert_names(struct about_place *places, size_t count, const char *const *names)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    assert_int_equal(about_names_make(places, count, &arena), 0);
    for (size_t i = 0; i < count; i++) {
        if (!span_equal(places[i].name, span_text(names[i])))
            fail_msg("%.*s is not %s", (int)places[i].name.len, (const char *)places[i].name.data,
                     names[i]);
    }
    arena_release(&arena);
}

static void as_much_of_the_path_as_tells_them_apart(void **state)
{
    (void)state;
    static const char *const paths[] = {"/a/b/one.txt", "/a/c/one.txt",   "/d/c/one.html",
                                        "/a/two.txt",   "/a/three.txt",   "/a/three.html",
                                        "/b/three.txt", "/three.warc.txt"};
    static const char *const names[] = {"b/one",     "a/c/one",    "d/c/one", "two",
                                        "three.txt", "three.html", "three",   "three.warc"};
    struct about_place places[COUNT_OF(paths)] = {0}, turned[COUNT_OF(paths)] = {0};
    const char *names_turned[COUNT_OF(paths)];
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        size_t j = COUNT_OF(paths) - 1 - i;
        places[i].path = turned[j].path = span_text(paths[i]);
        names_turned[j] = names[i];
    }
    assert_names(places, COUNT_OF(paths), names);
    assert_names(turned, COUNT_OF(paths), names_turned);
}

static void pages_of_archives_are_called_by_address(void **state)
{
    (void)state;
    struct about_place places[] = {
        {.path = span_text("/a.warc"), .record = span_text("https://x.example/1 2031-04-09")},
        {.path = span_text("/a.warc"), .record = span_text("https://x.example/2 2031-04-09")},
        {.path = span_text("/b.warc"), .record = span_text("https://x.example/2 2031-04-10")},
        {.path = span_text("/c.warc"), .record = span_text("https://x.example/2 2031-04-10")},
        {.path = span_text("/c.warc"), .record = span_text("https://x.example/2 2031-04-10")}};
    static const char *const names[] = {
        "https://x.example/1", "https://x.example/2 2031-04-09", "https://x.example/2 2031-04-10",
        "https://x.example/2 2031-04-10 (2)", "https://x.example/2 2031-04-10 (3)"};
    assert_names(places, COUNT_OF(places), names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_that_can_be_read_in_one_way),
        cmocka_unit_test(what_is_no_day),
        cmocka_unit_test(days_are_written_as_they_are_read),
        cmocka_unit_test(names_of_files),
        cmocka_unit_test(hosts),
        cmocka_unit_test(a_table_goes_before_what_is_known),
        cmocka_unit_test(wrong_tables_are_refused_with_the_line),
        cmocka_unit_test(as_much_of_the_path_as_tells_them_apart),
        cmocka_unit_test(pages_of_archives_are_called_by_address),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
