/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "origins/language.h"

static const char file[] = "# invented\n[say]\nsaid\naccording to\nsayin*\n\n[numbers]\n"
                           "two = 2\ntwo dozen = 24\n";

static struct languages *with_file(void)
{
    struct languages *l;
    assert_int_equal(languages_new(&l), 0);
    assert_int_equal(languages_add(l, "xx", span_text(file), NULL), 0);
    return l;
}

static size_t match(const char *section, int count, const char *a, const char *b, int64_t *number)
{
    struct languages *l = with_file();
    struct span words[2] = {span_text(a), span_text(b)};
    size_t used = language_match(language_section(languages_find(l, "xx"), section), words,
                                 (size_t)count, number);
    languages_free(l);
    return used;
}

static void entries_are_found(void **state)
{
    (void)state;
    int64_t number = 7;
    assert_int_equal(match("say", 2, "said", "two", &number), 1);
    assert_int_equal(number, 0);
    assert_int_equal(match("say", 2, "according", "to", NULL), 2);
    assert_int_equal(match("say", 1, "according", "to", NULL), 0);
    assert_int_equal(match("say", 1, "saying", "", NULL), 1);
    assert_int_equal(match("say", 1, "sai", "", NULL), 0);
    assert_int_equal(match("numbers", 2, "two", "dozen", &number), 2);
    assert_int_equal(number, 24);
    assert_int_equal(match("numbers", 2, "two", "men", &number), 1);
    assert_int_equal(number, 2);
    assert_int_equal(match("nothing", 2, "two", "men", &number), 0);
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"said\n", "line 1: an entry stands before the first [section]"},
        {"[say\n", "line 1: a section is written [name]"},
        {"[say]\n\n...\n", "line 3: there is no word in it"},
        {"[say]\na\n[say]\n", "line 3: this section was there before"},
        {"[n]\ntwo = x\n", "line 2: after = stands a whole number of at most 15 digits"},
        {"[n]\na b c d e f g h i\n", "line 2: an entry has at most 8 words"},
    };
    struct languages *l = with_file();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct problem problem = {.text = ""};
        assert_int_equal(languages_add(l, "xx", span_text(cases[i].text), &problem), E_FORMAT);
        assert_string_equal(problem.text, cases[i].problem);
        assert_non_null(languages_find(l, "xx"));
    }
    assert_int_equal(languages_add(l, "Latin", span_text(file), NULL), E_ARGUMENT);
    assert_int_equal(languages_add(l, "yy", span_of("[a]\n\xff", 5), NULL), E_UTF8);
    languages_free(l);
}

static void the_language_of_a_text(void **state)
{
    (void)state;
    struct languages *l;
    assert_int_equal(languages_new(&l), 0);
    const struct language *en = languages_find(l, "en"), *ru = languages_find(l, "ru");
    assert_ptr_equal(languages_detect(l, span_text("They said that it was not so in Karsk.")), en);
    assert_ptr_equal(languages_detect(l, span_text("Они сказали, что в Карске этого не было.")),
                     ru);
    assert_null(languages_detect(l, span_text("Karsk Tolma Zhelan 12 14")));
    assert_null(languages_detect(l, span_text("")));
    languages_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_found),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
        cmocka_unit_test(the_language_of_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
