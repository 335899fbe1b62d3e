/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stdio.h>

#include "base/random.h"
#include "prop.h"
#include "seal/words.h"
#include "sealing.h"

static const uint8_t secret[WORDS_SECRET_BYTES] = "a codename's 16.";

static const struct words_list *english(void)
{
    return words_of_language("en");
}

static const struct words_list *russian(void)
{
    return words_of_language("ru");
}

/* The words of secret, each after a separator. */
static void spell(const struct words_list *list, const char *separator, struct buf *out)
{
    const char *words[WORDS_SECRET_COUNT];
    words_of_secret(list, secret, words);
    buf_init(out, 4096);
    for (size_t i = 0; i < WORDS_SECRET_COUNT; i++) {
        buf_text(out, i ? separator : "");
        buf_text(out, words[i]);
    }
}

static void assert_reads(const struct words_list *first, const char *text,
                         const struct words_list *expected)
{
    uint8_t back[WORDS_SECRET_BYTES];
    const struct words_list *list = NULL;
    struct problem problem = {0};
    int error = words_read_secret(first, span_text(text), back, &list, &problem);
    if (error)
        fail_msg("%s: %s", text, problem_text(&problem, error));
    assert_memory_equal(back, secret, sizeof back);
    assert_ptr_equal(list, expected);
}

/* Fails with that error, says what, and touches nothing. */
static void assert_says(const char *text, int error, const char *what)
{
    uint8_t back[WORDS_SECRET_BYTES] = {7}, before[WORDS_SECRET_BYTES] = {7};
    const struct words_list *list = NULL;
    struct problem problem = {0};
    assert_error(words_read_secret(english(), span_text(text), back, &list, &problem), error);
    assert_null(list);
    assert_memory_equal(back, before, sizeof back);
    if (!strstr(problem_text(&problem, error), what))
        fail_msg("\"%s\" does not say \"%s\"", problem.text, what);
}

static void any_secret_comes_back(void **state)
{
    (void)state;
    struct prop prop = prop_start("words_roundtrip");
    for (int i = 0; i < 400; i++) {
        const struct words_list *list = i % 2 ? english() : russian(), *found;
        uint8_t given[WORDS_SECRET_BYTES], back[WORDS_SECRET_BYTES];
        const char *words[WORDS_SECRET_COUNT];
        struct buf text;
        prop_bytes(&prop, given, sizeof given);
        words_of_secret(list, given, words);
        buf_init(&text, 1024);
        for (size_t n = 0; n < WORDS_SECRET_COUNT; n++)
            buf_printf(&text, "%s ", words[n]);
        assert_ok(words_read_secret(english(), buf_bytes(&text), back, &found, NULL));
        assert_memory_equal(given, back, sizeof given);
        assert_ptr_equal(found, list);
        buf_release(&text);
    }
}

/* Each bit goes to its place: one code of 11 bits after another, the checksum last. */
static void bits_go_where_they_belong(void **state)
{
    (void)state;
    uint8_t given[WORDS_SECRET_BYTES] = {0};
    const char *words[WORDS_SECRET_COUNT];
    for (unsigned bit = 0; bit < 128; bit++) {
        memset(given, 0, sizeof given);
        given[bit / 8] = (uint8_t)(0x80 >> bit % 8);
        words_of_secret(english(), given, words);
        for (unsigned n = 0; n < WORDS_SECRET_COUNT; n++) {
            unsigned code = n == bit / 11 ? 1u << (10 - bit % 11) : 0;
            if (n == WORDS_SECRET_COUNT - 1)
                code |= hash_sha256(span_of(given, sizeof given)).bytes[0] >> 4;
            assert_string_equal(words[n], words_at(english(), code));
        }
    }
}

static void people_write_in_many_ways(void **state)
{
    (void)state;
    static const char *const separators[] = {
        " ",     "\n",       "\r\n",           "\t", ", ", ",", ". ", " - ", "-", "; ",
        "  \n ", "\xc2\xa0", " \xe2\x80\x94 ",
    };
    struct buf text;
    for (size_t i = 0; i < COUNT_OF(separators); i++) {
        spell(english(), separators[i], &text);
        assert_reads(english(), buf_cstr(&text), english());
        assert_reads(russian(), buf_cstr(&text), english());
        buf_release(&text);
        spell(russian(), separators[i], &text);
        assert_reads(english(), buf_cstr(&text), russian());
        buf_release(&text);
    }
}

static void list_numbers_are_left_out(void **state)
{
    (void)state;
    static const char *const numbers[] = {"%zu. ", "%zu) ", "%zu ", "(%zu) ", "%zu: "};
    const char *words[WORDS_SECRET_COUNT];
    words_of_secret(english(), secret, words);
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        struct buf text;
        buf_init(&text, 1024);
        for (size_t n = 0; n < WORDS_SECRET_COUNT; n++) {
            char number[16];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(number, sizeof number, numbers[i], n + 1);
#pragma GCC diagnostic pop
            buf_printf(&text, "%s%s\n", number, words[n]);
        }
        assert_reads(english(), buf_cstr(&text), english());
        buf_release(&text);
    }
}

/* Every word of every list by its first four letters, in capitals, by itself in a place. */
static void first_letters(const char *word, size_t letters, char out[40])
{
    size_t len = 0;
    for (size_t n = 0; word[len] && n <= letters; len++) {
        if (((uint8_t)word[len] & 0xc0) != 0x80 && n++ == letters)
            break;
    }
    snprintf(out, 40, "%.*s", (int)len, word);
}

static void four_letters_are_enough(void **state)
{
    (void)state;
    for (int which = 0; which < 2; which++) {
        const struct words_list *list = which ? english() : russian();
        const char *words[WORDS_SECRET_COUNT];
        char cut[40];
        struct buf text;
        words_of_secret(list, secret, words);
        buf_init(&text, 1024);
        for (size_t i = 0; i < WORDS_SECRET_COUNT; i++) {
            first_letters(words[i], 4, cut);
            buf_printf(&text, "%s ", cut);
        }
        assert_reads(english(), buf_cstr(&text), list);
        buf_release(&text);
    }
}

/* Puts word in the nth place instead of what is there. */
static void spell_with(const struct words_list *list, size_t place, const char *word,
                       struct buf *out)
{
    const char *words[WORDS_SECRET_COUNT];
    words_of_secret(list, secret, words);
    buf_init(out, 4096);
    for (size_t i = 0; i < WORDS_SECRET_COUNT; i++)
        buf_printf(out, "%s ", i == place ? word : words[i]);
}

static void three_letters_are_too_few_and_a_longer_end_is_another_word(void **state)
{
    (void)state;
    const char *words[WORDS_SECRET_COUNT];
    char cut[40], longer[48];
    struct buf text;
    words_of_secret(english(), secret, words);
    for (size_t i = 0; i < WORDS_SECRET_COUNT; i++) {
        if (strlen(words[i]) == 3)
            continue;
        snprintf(longer, sizeof longer, "%sq", words[i]);
        spell_with(english(), i, longer, &text);
        assert_says(buf_cstr(&text), E_BAD_WORD, "perhaps it is");
        buf_release(&text);
        if (strlen(words[i]) < 6)
            continue;
        first_letters(words[i], 5, cut);
        spell_with(english(), i, cut, &text);
        assert_says(buf_cstr(&text), E_BAD_WORD, words[i]);
        buf_release(&text);
    }
}

/* All 2,048 words are found by themselves, whole: the others of their codename stay. */
static void every_word_is_found(void **state)
{
    (void)state;
    for (int which = 0; which < 2; which++) {
        const struct words_list *list = which ? english() : russian();
        for (unsigned code = 0; code < WORDS_LIST_COUNT; code++) {
            uint8_t given[WORDS_SECRET_BYTES] = {0}, back[WORDS_SECRET_BYTES];
            const char *words[WORDS_SECRET_COUNT];
            const struct words_list *found;
            struct buf text;
            given[0] = (uint8_t)(code >> 3);
            given[1] = (uint8_t)(code << 5);
            words_of_secret(list, given, words);
            assert_string_equal(words[0], words_at(list, code));
            buf_init(&text, 1024);
            for (size_t i = 0; i < WORDS_SECRET_COUNT; i++)
                buf_printf(&text, "%s ", words[i]);
            assert_ok(words_read_secret(list, buf_bytes(&text), back, &found, NULL));
            assert_memory_equal(given, back, sizeof given);
            buf_release(&text);
        }
    }
}

static void case_and_yo_do_not_matter(void **state)
{
    (void)state;
    struct buf text;
    spell(english(), " ", &text);
    for (size_t i = 0; i < text.len; i += 2) {
        if (text.data[i] >= 'a' && text.data[i] <= 'z')
            text.data[i] = (uint8_t)(text.data[i] - 32);
    }
    assert_reads(english(), buf_cstr(&text), english());
    buf_release(&text);
}

/* Finds a secret whose first word in Russian is that one. */
static void secret_with(const char *word, uint8_t ret_secret[WORDS_SECRET_BYTES])
{
    memset(ret_secret, 0, WORDS_SECRET_BYTES);
    for (unsigned code = 0; code < WORDS_LIST_COUNT; code++) {
        if (strcmp(words_at(russian(), code), word) == 0) {
            ret_secret[0] = (uint8_t)(code >> 3);
            ret_secret[1] = (uint8_t)(code << 5);
            return;
        }
    }
    fail_msg("%s is not in the list", word);
}

/* How the word may be written, other than in the list; error when it must not be read. */
static void written(const char *word, const char *as, int error, const char *what)
{
    uint8_t given[WORDS_SECRET_BYTES], back[WORDS_SECRET_BYTES];
    const char *words[WORDS_SECRET_COUNT];
    const struct words_list *list;
    struct problem problem = {0};
    struct buf text;
    secret_with(word, given);
    words_of_secret(russian(), given, words);
    buf_init(&text, 1024);
    buf_printf(&text, "%s", as);
    for (size_t i = 1; i < WORDS_SECRET_COUNT; i++)
        buf_printf(&text, " %s", words[i]);
    assert_error(words_read_secret(english(), buf_bytes(&text), back, &list, &problem), error);
    if (!error)
        assert_memory_equal(given, back, sizeof given);
    else if (!strstr(problem.text, what))
        fail_msg("\"%s\" does not say \"%s\"", problem.text, what);
    buf_release(&text);
}

/* The first word of the list with that letter among its first four. */
static const char *word_with(const char *letter)
{
    char cut[40];
    for (unsigned code = 0; code < WORDS_LIST_COUNT; code++) {
        first_letters(words_at(russian(), code), 4, cut);
        if (strstr(cut, letter))
            return words_at(russian(), code);
    }
    fail_msg("no word with %s", letter);
    return NULL;
}

static void replaced(const char *letter, const char *by, int error, const char *what)
{
    char as[80];
    const char *word = word_with(letter), *at = strstr(word, letter);
    snprintf(as, sizeof as, "%.*s%s%s", (int)(at - word), word, by, at + strlen(letter));
    written(word, as, error, what);
}

static void russian_letters_are_read_as_people_write_them(void **state)
{
    (void)state;
    replaced("е", "ё", 0, NULL);
    replaced("е", "Ё", 0, NULL);
    replaced("е", "е\xcc\x88", 0, NULL); /* ё of two characters */
    replaced("й", "Й", 0, NULL);
    replaced("й", "и", 0, NULL);
    replaced("й", "и\xcc\x86", 0, NULL);
    replaced("о", "О", 0, NULL);
    replaced("о", "о\xcc\x81", 0, NULL); /* with a stress mark */
}

static void look_alike_letters_are_told(void **state)
{
    (void)state;
    replaced("о", "o", E_BAD_WORD, "word 1, ");
    replaced("о", "o", E_BAD_WORD, "letters of another alphabet");
    replaced("а", "a", E_BAD_WORD, "letters of another alphabet");
    replaced("с", "c", E_BAD_WORD, "letters of another alphabet");
    replaced("р", "\xce\xbf", E_BAD_WORD, "letters of another alphabet"); /* Greek */
    written("вода", "anchor", E_BAD_WORD, "letters of another alphabet");
    written("вода", "водq", E_BAD_WORD, "letters of another alphabet");
    written("вода", "вод0", E_BAD_WORD, "is not in the list");
    written("вода", "вод\xf0\x90\x90\x80", E_BAD_WORD, "letters of another alphabet");
}

static void a_wrong_word_is_named_with_its_place(void **state)
{
    (void)state;
    static const char *const wrong[] = {"zzzz", "q", "\xd1\x8b\xd1\x8b", "a1b2", "\xe4\xb8\xad"};
    for (size_t i = 0; i < WORDS_SECRET_COUNT; i++) {
        struct buf text;
        char said[40];
        const char *word = wrong[i % COUNT_OF(wrong)];
        spell_with(english(), i, word, &text);
        snprintf(said, sizeof said, "word %zu, \"%s\"", i + 1, word);
        assert_says(buf_cstr(&text), E_BAD_WORD, said);
        buf_release(&text);
    }
}

/* Nothing is guessed where no word begins so. */
static void a_word_that_is_like_none(void **state)
{
    (void)state;
    struct buf text;
    uint8_t back[WORDS_SECRET_BYTES];
    const struct words_list *list;
    struct problem problem = {0};
    spell_with(english(), 0, "zzzz", &text);
    assert_error(words_read_secret(english(), buf_bytes(&text), back, &list, &problem), E_BAD_WORD);
    assert_string_equal(problem.text, "word 1, \"zzzz\", is not in the list");
    buf_release(&text);
}

/* Of two wrong words the first is named, and as of the list that knows the others. */
static void the_fault_in_parts(void **state)
{
    (void)state;
    struct words_fault fault;
    const struct words_list *list;
    const char *words[WORDS_SECRET_COUNT];
    uint8_t back[WORDS_SECRET_BYTES];
    struct buf text;
    words_of_secret(russian(), secret, words);
    buf_init(&text, 4096);
    for (size_t i = 0; i < WORDS_SECRET_COUNT; i++)
        buf_printf(&text, "%s%s ", words[i], i == 4 || i == 7 ? "ъъ" : "");
    assert_error(words_read_fault(english(), buf_bytes(&text), back, &list, &fault), E_BAD_WORD);
    assert_int_equal(fault.place, 5);
    assert_int_equal(fault.count, 12);
    assert_string_equal(fault.meant, words[4]);
    assert_false(fault.other_alphabet);
    buf_reset(&text);
    for (size_t i = 0; i < WORDS_SECRET_COUNT; i++) {
        if (i == 0)
            buf_text(&text, "долго");
        for (int n = 0; i == 0 && n < 40; n++)
            buf_text(&text, "долго");
        buf_printf(&text, "%s ", i ? words[i] : "");
    }
    assert_error(words_read_fault(english(), buf_bytes(&text), back, &list, &fault), E_BAD_WORD);
    assert_int_equal(fault.place, 1);
    /* Cut at a letter's edge. */
    assert_int_equal(strlen(fault.word), 62);
    buf_release(&text);
}

static void there_must_be_twelve(void **state)
{
    (void)state;
    struct buf text;
    assert_says("", E_ARGUMENT, "12 words, not 0");
    assert_says("1. 2. 3.", E_ARGUMENT, "12 words, not 0");
    assert_says("anchor", E_ARGUMENT, "12 words, not 1");
    spell(english(), " ", &text);
    buf_text(&text, " anchor");
    assert_says(buf_cstr(&text), E_ARGUMENT, "12 words, not 13");
    buf_release(&text);
}

static void words_that_do_not_belong_together_are_told(void **state)
{
    (void)state;
    int refused = 0;
    for (unsigned code = 0; code < 256; code++) {
        struct buf text;
        uint8_t back[WORDS_SECRET_BYTES];
        const struct words_list *list;
        spell_with(english(), 3, words_at(english(), code), &text);
        int error = words_read_secret(english(), buf_bytes(&text), back, &list, NULL);
        assert_true(error == 0 || error == E_CHECKSUM);
        refused += error != 0;
        buf_release(&text);
    }
    /* One in sixteen passes by chance: 16 are expected, and 50 would be twelve times as rare as
     * one in a million millions. */
    assert_in_range(refused, 206, 256);
}

static void too_long_and_broken_texts_are_refused(void **state)
{
    (void)state;
    char text[1026];
    struct buf words;
    spell(english(), " ", &words);
    memset(text, ' ', sizeof text);
    memcpy(text, words.data, words.len);
    text[1024] = '\0';
    assert_reads(english(), text, english());
    text[1024] = ' ';
    text[1025] = '\0';
    assert_says(text, E_TOO_LARGE, "larger");
    buf_text(&words, " \xff");
    assert_says(buf_cstr(&words), E_UTF8, "UTF-8");
    buf_release(&words);
}

static void six_words_are_the_first_66_bits(void **state)
{
    (void)state;
    uint8_t hash[32] = {0};
    struct buf text;
    buf_init(&text, 256);
    memset(hash, 0xff, 8);
    hash[8] = 0xc0;
    words_six(hash, &text);
    const char *last = words_at(english(), WORDS_LIST_COUNT - 1);
    char expected[128];
    snprintf(expected, sizeof expected, "%s %s %s %s %s %s", last, last, last, last, last, last);
    assert_string_equal(buf_cstr(&text), expected);
    buf_reset(&text);
    memset(hash, 0, 8);
    hash[8] = 0x7f; /* one bit of this byte counts, and then none */
    words_six(hash, &text);
    const char *first = words_at(english(), 0);
    snprintf(expected, sizeof expected, "%s %s %s %s %s %s", first, first, first, first, first,
             words_at(english(), 1));
    assert_string_equal(buf_cstr(&text), expected);
    buf_release(&text);
}

static void six_more_are_the_next_66_bits(void **state)
{
    (void)state;
    uint8_t hash[32] = {0};
    struct buf text;
    char expected[128];
    buf_init(&text, 256);
    hash[8] = 0x3f;
    memset(hash + 9, 0xff, 7);
    hash[16] = 0xf0;
    const char *first = words_at(english(), 0), *last = words_at(english(), WORDS_LIST_COUNT - 1);
    words_six(hash, &text);
    snprintf(expected, sizeof expected, "%s %s %s %s %s %s", first, first, first, first, first,
             first);
    assert_string_equal(buf_cstr(&text), expected);
    buf_reset(&text);
    words_six_more(hash, &text);
    snprintf(expected, sizeof expected, "%s %s %s %s %s %s", last, last, last, last, last, last);
    assert_string_equal(buf_cstr(&text), expected);
    buf_release(&text);
}

static void lists_are_found_by_language(void **state)
{
    (void)state;
    assert_string_equal(words_language(english()), "en");
    assert_string_equal(words_language(russian()), "ru");
    assert_ptr_equal(words_of_language("fr"), english());
    assert_ptr_equal(words_of_language(""), english());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_secret_comes_back),
        cmocka_unit_test(bits_go_where_they_belong),
        cmocka_unit_test(people_write_in_many_ways),
        cmocka_unit_test(list_numbers_are_left_out),
        cmocka_unit_test(four_letters_are_enough),
        cmocka_unit_test(three_letters_are_too_few_and_a_longer_end_is_another_word),
        cmocka_unit_test(every_word_is_found),
        cmocka_unit_test(case_and_yo_do_not_matter),
        cmocka_unit_test(russian_letters_are_read_as_people_write_them),
        cmocka_unit_test(look_alike_letters_are_told),
        cmocka_unit_test(a_wrong_word_is_named_with_its_place),
        cmocka_unit_test(a_word_that_is_like_none),
        cmocka_unit_test(the_fault_in_parts),
        cmocka_unit_test(there_must_be_twelve),
        cmocka_unit_test(words_that_do_not_belong_together_are_told),
        cmocka_unit_test(too_long_and_broken_texts_are_refused),
        cmocka_unit_test(six_words_are_the_first_66_bits),
        cmocka_unit_test(six_more_are_the_next_66_bits),
        cmocka_unit_test(lists_are_found_by_language),
    };
    if (seal_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("seal_words", tests, NULL, NULL);
}
