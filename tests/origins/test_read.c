/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "prop.h"
#include "reading.h"

#define SENTENCE "В Карске задержаны не менее сорока человек, и никто не знает, где они."

static void utf8_is_kept_byte_for_byte(void **state)
{
    (void)state;
    assert_read("a.txt", "One.\r\n\r\n\tTwo  \u00A0three\u00AD\n",
                "One.\r\n\r\n\tTwo  \u00A0three\u00AD\n");
    assert_read("a.txt", "\xEF\xBB\xBF" SENTENCE, SENTENCE);
    assert_read("a", "a < b & c &amp; d", "a < b & c &amp; d");
    assert_read("one-word.txt", "word", "word");
}

static void encodings_with_a_mark(void **state)
{
    (void)state;
    struct reading_result r = reading("a.txt", span_of("\xFF\xFE"
                                                       "K\0\xE9\0\x3D\xD8\x4A\xDC\n\0",
                                                       12));
    assert_int_equal(r.error, 0);
    assert_string_equal(r.documents[0].text, "K\u00E9\U0001F44A\n");
    reading_release(&r);
    r = reading("a.txt", span_of("\xFE\xFF\0K\x04\x11", 6));
    assert_string_equal(r.documents[0].text, "K\u0411");
    reading_release(&r);
    assert_refused("a.txt",
                   span_of("\xFF\xFE"
                           "K\0\x3D\xD8",
                           6),
                   E_UTF8, "UTF-16");
}

/* What people's old files hold; a short one too, as long as its words are known. */
static void old_encodings_are_told_by_their_words(void **state)
{
    (void)state;
    assert_read("a.txt",
                "\xC2 \xCA\xE0\xF0\xF1\xEA\xE5 \xE7\xE0\xE4\xE5\xF0\xE6\xE0\xED\xFB \xED\xE5 "
                "\xEC\xE5\xED\xE5\xE5 \xF1\xEE\xF0\xEE\xEA\xE0 \xF7\xE5\xEB\xEE\xE2\xE5\xEA, \xE8 "
                "\xED\xE8\xEA\xF2\xEE \xED\xE5 \xE7\xED\xE0\xE5\xF2, \xE3\xE4\xE5 \xEE\xED\xE8.",
                SENTENCE);
    assert_read("a.txt",
                "\xF7 \xEB\xC1\xD2\xD3\xCB\xC5 \xDA\xC1\xC4\xC5\xD2\xD6\xC1\xCE\xD9 \xCE\xC5 "
                "\xCD\xC5\xCE\xC5\xC5 \xD3\xCF\xD2\xCF\xCB\xC1 \xDE\xC5\xCC\xCF\xD7\xC5\xCB, \xC9 "
                "\xCE\xC9\xCB\xD4\xCF \xCE\xC5 \xDA\xCE\xC1\xC5\xD4, \xC7\xC4\xC5 \xCF\xCE\xC9.",
                SENTENCE);
    assert_read("a.txt",
                "They were taken from two caf\xE9s near the depot, and \x93nobody is told why\x94.",
                "They were taken from two caf\u00E9s near the depot, and \u201Cnobody is told "
                "why\u201D.");
}

static void what_cannot_be_told_is_refused_with_the_byte(void **state)
{
    (void)state;
    assert_refused("a.txt", span_text("Karsk \xE9\xFF\xC0"), E_UTF8, "byte 6 (0xE9)");
    /* UTF-8 but for one byte is damaged UTF-8, and nothing else. */
    assert_refused("a.txt", span_text(SENTENCE "\xD0"), E_UTF8, "is not UTF-8");
    assert_refused("a.txt", span_of("text\0text", 9), E_FORMAT, "byte 4 is 0x00");
    assert_refused("a.txt", span_text("%PDF-1.7"), E_FORMAT, "pdftotext");
    assert_refused("a.txt", span_of("PK\3\4rest", 8), E_FORMAT, "office document");
    assert_refused("a.txt", span_of("\x89PNG\r\n\x1a\n", 8), E_FORMAT, "picture");
    assert_refused("a.txt", span_of("", 0), E_FORMAT, "it is empty");
    assert_refused("a.txt", span_text("\xEF\xBB\xBF \n\t"), E_FORMAT, "no text");
}

static void the_first_line_is_a_title_when_something_follows(void **state)
{
    (void)state;
    struct reading_result r = reading_text(
        "karsk.txt", "Forty held in Karsk\n9 April 2031\n\nAt least 40 men were held.");
    assert_string_equal(r.documents[0].title, "Forty held in Karsk");
    assert_int_equal(r.documents[0].day, DAY_2031_04_09);
    reading_release(&r);
    r = reading_text("karsk.txt", "At least 40 men were held.\n");
    assert_string_equal(r.documents[0].title, "");
    assert_int_equal(r.documents[0].day, ABOUT_DAY_NONE);
    reading_release(&r);
    /* The name's day goes before one in the text; the text's title before the name's. */
    r = reading_text("karsk-times_2031-04-09_forty-held.txt", "Held\n\n1 May 2030\n\nText.");
    assert_string_equal(r.documents[0].title, "Held");
    assert_string_equal(r.documents[0].outlet, "Karsk Times");
    assert_int_equal(r.documents[0].day, DAY_2031_04_09);
    reading_release(&r);
}

static void a_day_in_a_long_line_is_of_the_story(void **state)
{
    (void)state;
    struct reading_result r = reading_text(
        "a.txt",
        "Title\n\nOn 9 April 2031 the police of Karsk, who had been told by the ministry in "
        "Orlets that they should be ready, closed Mill Street, as a shopkeeper there, who "
        "did not want to be named, said on the telephone.");
    assert_int_equal(r.documents[0].day, ABOUT_DAY_NONE);
    reading_release(&r);
}

static int packed(void *arg, uint8_t *out, size_t room, size_t *ret_got)
{
    (void)arg;
    memset(out, 'a', room);
    *ret_got = room;
    return 0;
}

static int no_document(void *arg, const struct read_document *d)
{
    (void)arg;
    (void)d;
    fail();
    return 0;
}

static int no_remark(void *arg, const char *sentence)
{
    (void)arg;
    (void)sentence;
    fail();
    return 0;
}

/* A file without end: 64 MiB are read of it and no more. */
static void a_file_without_end_is_refused(void **state)
{
    (void)state;
    struct languages *languages;
    struct problem problem = {0};
    assert_int_equal(languages_new(&languages), 0);
    const struct read_input input = {.name = "a.txt", .more = packed};
    const struct read_sink sink = {.document = no_document, .remark = no_remark};
    assert_int_equal(read_documents(&input, languages, &sink, NULL, &problem), E_TOO_LARGE);
    assert_non_null(strstr(problem.text, "64 MiB"));
    languages_free(languages);
}

/* However the bytes come, the same comes out. */
static void pieces_change_nothing(void **state)
{
    (void)state;
    struct prop prop = prop_start("pieces_change_nothing");
    static const char text[] = "Forty held\n\n" SENTENCE "\n";
    for (int i = 0; i < 20; i++) {
        struct reading_result r =
            reading_pieces("a.txt", span_text(text), 1 + (size_t)prop_below(&prop, 20));
        assert_int_equal(r.error, 0);
        assert_string_equal(r.documents[0].text, text);
        reading_release(&r);
    }
}

static void an_error_of_the_source_is_passed_on(void **state)
{
    (void)state;
    struct reading_result r = {.rest = span_text("text"), .piece = 2, .fail = E_IO};
    struct languages *languages;
    assert_int_equal(languages_new(&languages), 0);
    const struct read_input input = {.name = "a.txt", .more = reading_more, .arg = &r};
    const struct read_sink sink = {
        .document = reading_document, .remark = reading_remark, .arg = &r};
    assert_int_equal(read_documents(&input, languages, &sink, NULL, &r.problem), E_IO);
    assert_int_equal(r.count, 0);
    languages_free(languages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_is_kept_byte_for_byte),
        cmocka_unit_test(encodings_with_a_mark),
        cmocka_unit_test(old_encodings_are_told_by_their_words),
        cmocka_unit_test(what_cannot_be_told_is_refused_with_the_byte),
        cmocka_unit_test(the_first_line_is_a_title_when_something_follows),
        cmocka_unit_test(a_day_in_a_long_line_is_of_the_story),
        cmocka_unit_test(a_file_without_end_is_refused),
        cmocka_unit_test(pieces_change_nothing),
        cmocka_unit_test(an_error_of_the_source_is_passed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
