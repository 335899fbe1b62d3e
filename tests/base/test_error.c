/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/log.h"
#include "death.h"

#include <stdlib.h>
#include <string.h>

static void every_error_has_its_words(void **state)
{
    (void)state;
    for (int error = 0; error > -ERROR_INDEX_COUNT; error--) {
        assert_true(strlen(error_name(error)) > 1);
        assert_true(strlen(error_sentence(error)) > 5);
        assert_true(error_http_status(error) >= 200 && error_http_status(error) < 600);
        for (int other = 0; other > error; other--)
            assert_string_not_equal(error_name(error), error_name(other));
    }
    assert_string_equal(error_name(E_OK), "OK");
    assert_string_equal(error_name(E_TIMEOUT), "TIMEOUT");
    assert_int_equal(error_http_status(E_NOT_FOUND), 404);
    assert_string_equal(error_name(-ERROR_INDEX_COUNT), "UNKNOWN");
    assert_string_equal(error_name(1), "UNKNOWN");
    assert_int_equal(error_http_status(-100000), 500);
    assert_non_null(error_sentence(12));
}

static void the_first_word_stays_and_places_are_added(void **state)
{
    (void)state;
    struct problem p;
    problem_clear(&p);
    assert_string_equal(problem_text(&p, E_IO), error_sentence(E_IO));
    assert_string_equal(problem_text(NULL, E_IO), error_sentence(E_IO));
    problem_at(&p, "roster");
    assert_string_equal(p.text, "roster");
    problem_clear(&p);
    assert_int_equal(problem_set(&p, E_FORMAT, "byte %d", 7), E_FORMAT);
    assert_int_equal(problem_set(&p, E_IO, "later"), E_IO);
    problem_at(&p, "entry %d", 3);
    assert_string_equal(problem_text(&p, E_FORMAT), "entry 3: byte 7");
    assert_int_equal(problem_set(NULL, E_IO, "x"), E_IO);
    problem_at(NULL, "x");
    problem_clear(NULL);
}

/* Cut at each place of a character of two, three and four bytes. */
static void long_words_are_cut_between_characters(void **state)
{
    (void)state;
    static const char *const characters[] = {"x", "ё", "ი", "👩"};
    for (size_t c = 0; c < COUNT_OF(characters); c++) {
        size_t len = strlen(characters[c]);
        for (size_t shift = 0; shift < 8; shift++) {
            char text[PROBLEM_TEXT_MAX + 100];
            memset(text, 'a', shift);
            size_t at = shift;
            for (; at + len < sizeof text; at += len)
                memcpy(text + at, characters[c], len);
            text[at] = '\0';
            struct problem p;
            problem_clear(&p);
            problem_set(&p, E_FORMAT, "%s", text);
            size_t kept = strlen(p.text);
            assert_true(kept < PROBLEM_TEXT_MAX && kept + len >= PROBLEM_TEXT_MAX);
            assert_int_equal((kept - shift) % len, 0);
            problem_at(&p, "z");
            assert_memory_equal(p.text, "z: ", 3);
            assert_int_equal((strlen(p.text) - 3 - shift) % len, 0);
            problem_at(&p, "%s", text);
            assert_memory_equal(p.text, "z: ", 3);
        }
    }
}

static void break_a_promise(void)
{
    ASSERT(error_http_status(E_OK) == 999);
}

static void keep_a_promise(void)
{
    ASSERT(error_http_status(E_OK) == 200);
}

static void a_broken_promise_stops_the_process(void **state)
{
    (void)state;
    assert_true(dies(break_a_promise));
    assert_false(dies(keep_a_promise));
}

static void a_line_of_the_log_carries_the_name(void **state)
{
    (void)state;
    int ends[2], kept = dup(STDERR_FILENO);
    char text[100] = "";
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    log_name("vouchsafe-test");
    log_line("ready %d", 3);
    dup2(kept, STDERR_FILENO);
    close(ends[1]);
    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    close(ends[0]);
    close(kept);
    assert_string_equal(text, "vouchsafe-test: ready 3\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_its_words),
        cmocka_unit_test(the_first_word_stays_and_places_are_added),
        cmocka_unit_test(long_words_are_cut_between_characters),
        cmocka_unit_test(a_broken_promise_stops_the_process),
        cmocka_unit_test(a_line_of_the_log_carries_the_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
