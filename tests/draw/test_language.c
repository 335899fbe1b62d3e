/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw/language.h"
#include "prop.h"

static const char *accepted(const char *header)
{
    return language_accepted(span_text(header))->code;
}

static void english_is_first_and_all_are_found(void **state)
{
    (void)state;
    assert_string_equal(language_at(0)->code, "en");
    const struct language *language;
    size_t count = 0;
    for (; (language = language_at(count)); count++) {
        assert_ptr_equal(language_find(span_text(language->code)), language);
        assert_int_equal(language_place(language), count);
    }
    assert_int_equal(count, 3);
    assert_null(language_find(span_text("")));
    assert_null(language_find(span_text("EN")));
    assert_null(language_find(span_text("en-GB")));
    assert_string_equal(language_find(span_text("ru"))->name, "Русский");
    assert_true(language_find(span_text("ar"))->right_to_left);
    assert_false(language_find(span_text("ru"))->right_to_left);
}

static void the_header_chooses(void **state)
{
    (void)state;
    assert_string_equal(accepted("ru"), "ru");
    assert_string_equal(accepted("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7"), "ru");
    assert_string_equal(accepted("de-DE, de;q=0.9, RU;q=0.3"), "ru");
    assert_string_equal(accepted("en;q=0.4 , ru;q=0.41"), "ru");
    assert_string_equal(accepted("en;q=0.5,ru;q=0.5"), "en");
    assert_string_equal(accepted("ru;q=0.5,en;q=0.5"), "ru");
    assert_string_equal(accepted("ru ; Q=1.000,en;q=0.999"), "ru");
    assert_string_equal(accepted(" \tar ,ru;q=0.1"), "ar");
}

static void what_is_not_understood_is_passed_over(void **state)
{
    (void)state;
    static const char *const english[] = {
        "",         "*",       "de",          "ru;q=0",     "ru;q=0.000", "ru;q=1.5",
        "ru;q=2",   "ru;q=-1", "ru;q=0.1234", "ru;q=",      "ru;q=0,5",   "ru;q=0.x",
        "ru;v=1",   "ru;q=00", ";q=1",        ",,,,",       "russian",    "ru_RU;q=0.9",
        "\xff\xfe", "r",       "ru;q=1.0;",   "ru;q=0.9;x", "rururururu", "-ru",
    };
    for (size_t i = 0; i < COUNT_OF(english); i++)
        assert_string_equal(accepted(english[i]), "en");
    assert_string_equal(accepted("de;q=x,,;;,ru;q=0.1"), "ru");
}

static void the_header_is_read_so_far_and_no_further(void **state)
{
    (void)state;
    char header[LANGUAGE_HEADER_MAX_BYTES + 2];
    memset(header, ',', sizeof(header));
    memcpy(header + LANGUAGE_HEADER_MAX_BYTES - 2, "ru", 2);
    assert_string_equal(language_accepted(span_of(header, sizeof(header)))->code, "ru");
    memset(header, ',', sizeof(header));
    memcpy(header + LANGUAGE_HEADER_MAX_BYTES - 1, "ru", 2);
    assert_string_equal(language_accepted(span_of(header, sizeof(header)))->code, "en");
}

static void any_header_gives_a_language(void **state)
{
    (void)state;
    struct prop prop = prop_start("accept_language");
    static const char *const pieces[] = {"ru", "en",  "ar", ",", ";", "q=",   "0.",
                                         "1",  "-RU", " ",  "*", "9", "\xd1", ""};
    for (int i = 0; i < 20000; i++) {
        char header[256] = "";
        size_t len = 0;
        for (size_t n = prop_below(&prop, 30); n > 0; n--) {
            const char *piece = pieces[prop_below(&prop, COUNT_OF(pieces))];
            memcpy(header + len, piece, strlen(piece));
            len += strlen(piece);
        }
        const struct language *language = language_accepted(span_of(header, len));
        assert_ptr_equal(language_at(language_place(language)), language);
    }
}

static void texts_are_translated_or_stay(void **state)
{
    (void)state;
    const struct language *russian = language_find(span_text("ru"));
    assert_string_equal(language_text(russian, "Received"), "Принято");
    assert_string_equal(language_text(language_at(0), "Received"), "Received");
    assert_string_equal(language_text(russian, "no such sentence"), "no such sentence");
    assert_string_equal(language_text(russian, ""), "");
    /* A catalogue that lacks a sentence shows it in English. */
    assert_string_equal(language_text(language_find(span_text("ar")), "Received"), "Received");
    /* base/error.h's sentences are there without a mark. */
    assert_string_equal(language_text(russian, "It was erased."), "Это удалено.");
}

static void words_are_put_in(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_release);
    buf_init(&b, 1024);
    const char *const words[] = {"word", "{number}", "number", "3", NULL};
    language_put(&b, language_find(span_text("ru")),
                 "Word {number}, “{word}”, is not in the list of words. Look at your paper and "
                 "correct it.",
                 words);
    assert_string_equal(buf_cstr(&b), "Слова № 3, «{number}», нет в списке. Сверьтесь со своей "
                                      "записью и исправьте его.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(english_is_first_and_all_are_found),
        cmocka_unit_test(the_header_chooses),
        cmocka_unit_test(what_is_not_understood_is_passed_over),
        cmocka_unit_test(the_header_is_read_so_far_and_no_further),
        cmocka_unit_test(any_header_gives_a_language),
        cmocka_unit_test(texts_are_translated_or_stay),
        cmocka_unit_test(words_are_put_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
