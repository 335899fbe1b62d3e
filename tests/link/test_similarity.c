/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The fast ways against the definitions, written down plainly here; and codes, which are compared
 * by their slips. */
#include <stdarg.h>
#include <setjmp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "link/code.h"
#include "link/names_data.h"
#include "link/similarity.h"
#include "prop.h"

static double plain_jaro_winkler(struct span a, struct span b)
{
    bool used_a[LINK_SIMILARITY_BYTES_MAX] = {0}, used_b[LINK_SIMILARITY_BYTES_MAX] = {0};
    size_t longer = a.len > b.len ? a.len : b.len, matches = 0, exchanged = 0, prefix = 0;
    size_t window = longer / 2 > 0 ? longer / 2 - 1 : 0;
    for (size_t i = 0; i < a.len; i++)
        for (size_t j = 0; j < b.len && !used_a[i]; j++)
            if (!used_b[j] && a.data[i] == b.data[j] && i <= j + window && j <= i + window) {
                used_a[i] = used_b[j] = true;
                matches++;
            }
    if (matches == 0)
        return 0;
    for (size_t i = 0, j = 0; i < a.len; i++) {
        if (!used_a[i])
            continue;
        while (!used_b[j])
            j++;
        exchanged += a.data[i] != b.data[j++];
    }
    double m = (double)matches, t = (double)(exchanged / 2);
    double jaro = (m / (double)a.len + m / (double)b.len + (m - t) / m) / 3;
    while (prefix < 4 && prefix < a.len && prefix < b.len && a.data[prefix] == b.data[prefix])
        prefix++;
    return jaro > 0.7 ? jaro + (double)prefix * 0.1 * (1 - jaro) : jaro;
}

static unsigned plain_distance(struct span a, struct span b)
{
    unsigned d[20][20];
    for (size_t i = 0; i <= a.len; i++)
        for (size_t j = 0; j <= b.len; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = (unsigned)(i + j);
                continue;
            }
            unsigned best = d[i - 1][j - 1] + (a.data[i - 1] != b.data[j - 1]);
            best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
            best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] &&
                a.data[i - 2] == b.data[j - 1] && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[a.len][b.len];
}

static struct span any_text(struct prop *prop, uint8_t *bytes, size_t most, unsigned letters)
{
    size_t len = prop_below(prop, most + 1);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)('a' + prop_below(prop, letters));
    return span_of(bytes, len);
}

/* Winkler 1990 and the literature after him. */
static void published_values(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        double similarity;
    } cases[] = {{"martha", "marhta", 0.9611},
                 {"dwayne", "duane", 0.84},
                 {"dixon", "dicksonx", 0.8133},
                 {"jones", "johnson", 0.8324},
                 {"abc", "xyz", 0},
                 {"", "abc", 0},
                 {"", "", 0},
                 {"a", "a", 1},
                 {"massey", "massie", 0.9333},
                 {"shackleford", "shackelford", 0.9818}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        double got = link_jaro_winkler(span_text(cases[i].a), span_text(cases[i].b));
        if (fabs(got - cases[i].similarity) > 0.0001)
            fail_msg("%s %s: %f", cases[i].a, cases[i].b, got);
    }
    assert_int_equal(link_damerau_levenshtein(span_text("ca"), span_text("abc"), 9), 3);
    assert_int_equal(link_damerau_levenshtein(span_text("kitten"), span_text("sitting"), 9), 3);
    assert_int_equal(link_damerau_levenshtein(span_text("orlov"), span_text("olrov"), 9), 1);
    assert_int_equal(link_damerau_levenshtein(span_text(""), span_text("abc"), 9), 3);
    assert_int_equal(link_damerau_levenshtein(span_text(""), span_text(""), 0), 0);
}

static void jaro_winkler_is_as_defined_and_symmetric(void **state)
{
    (void)state;
    struct prop prop = prop_start("jaro-winkler");
    for (int i = 0; i < 100000; i++) {
        uint8_t bytes[2][LINK_SIMILARITY_BYTES_MAX];
        size_t most = prop_below(&prop, 2) ? LINK_PACKED_BYTES : LINK_SIMILARITY_BYTES_MAX;
        struct span a = any_text(&prop, bytes[0], most, 6), b = any_text(&prop, bytes[1], most, 6);
        double got = link_jaro_winkler(a, b), back = link_jaro_winkler(b, a);
        assert_true(got >= 0 && got <= 1 && got == back);
        /* The definition takes matches from the shorter side; the plain one too. */
        double plain = a.len <= b.len ? plain_jaro_winkler(a, b) : plain_jaro_winkler(b, a);
        assert_true(fabs(got - plain) < 1e-12);
        assert_true(a.len == 0 || link_jaro_winkler(a, a) == 1);
        if (most > LINK_PACKED_BYTES || a.len == 0 || b.len == 0)
            continue;
        struct link_packed x, y;
        link_pack(a, &x);
        link_pack(b, &y);
        assert_true(link_packed_jaro_winkler(&x, &y) == got);
        if (got >= 0.75)
            assert_true(link_packed_may_reach(&x, &y, 0.75));
    }
}

static void distance_is_as_defined_and_symmetric(void **state)
{
    (void)state;
    struct prop prop = prop_start("damerau-levenshtein");
    for (int i = 0; i < 100000; i++) {
        uint8_t bytes[2][19];
        struct span a = any_text(&prop, bytes[0], 19, 3), b = any_text(&prop, bytes[1], 19, 3);
        unsigned most = (unsigned)prop_below(&prop, 20), distance = plain_distance(a, b);
        unsigned expected = distance <= most ? distance : most + 1;
        assert_int_equal(link_damerau_levenshtein(a, b, most), expected);
        assert_int_equal(link_damerau_levenshtein(b, a, most), expected);
    }
}

/* One more edit at the end of a text takes it no nearer to where it began. */
static void an_edit_more_is_no_nearer(void **state)
{
    (void)state;
    struct prop prop = prop_start("edits");
    for (int i = 0; i < 20000; i++) {
        uint8_t bytes[16], edited[16];
        struct span a = any_text(&prop, bytes, 16, 26);
        if (a.len < 4)
            continue;
        double before = 1;
        memcpy(edited, a.data, a.len);
        for (size_t k = a.len; k-- > 0;) { /* letters that are nowhere in it */
            edited[k] = (uint8_t)('A' + k);
            double now = link_jaro_winkler(a, span_of(edited, a.len));
            assert_true(now < before);
            before = now;
        }
        assert_true(before == 0);
    }
}

static void check_form(enum link_kind kind, const char *text, const char *expected)
{
    struct buf out;
    buf_init(&out, 4096);
    assert_int_equal(link_code_form(kind, span_text(text), &out), 0);
    assert_string_equal(buf_cstr(&out), expected);
    buf_release(&out);
}

static void codes_are_brought_to_one_form(void **state)
{
    (void)state;
    check_form(LINK_PHONE, "+7 (495) 123-45-67", "951234567");
    check_form(LINK_PHONE, "8 495 123 45 67", "951234567");
    check_form(LINK_PHONE, "123", "");
    check_form(LINK_PHONE, "none", "");
    check_form(LINK_PHONE, "1-23-45", "12345");
    check_form(LINK_EMAIL, " Anna.Chern@Example.ORG ", "anna.chern@example.org");
    check_form(LINK_EMAIL, "nobody", "");
    check_form(LINK_NUMBER, "AB 12-34.x", "ab1234x");
    check_form(LINK_NUMBER, "--", "");
    static const char *const women[] = {"f", "F",    "Female", "w",    "женский",
                                        "Ж", "жен.", "mujer",  "أنثى", "נ"};
    static const char *const men[] = {"m",    "M",      "Male", "мужской", "М",
                                      "Mann", "hombre", "ذكر",  "ז"};
    for (size_t i = 0; i < COUNT_OF(women); i++)
        check_form(LINK_SEX, women[i], "f");
    for (size_t i = 0; i < COUNT_OF(men); i++)
        check_form(LINK_SEX, men[i], "m");
    check_form(LINK_SEX, "what", "what");
    for (size_t i = 0; i < link_data_sexes_count; i++)
        check_form(LINK_SEX, link_data_sexes[i].word,
                   &"f\0m\0x"[2 * (link_data_sexes[i].number - 1)]);
    struct buf out;
    buf_init(&out, 4096);
    assert_int_equal(link_code_form(LINK_NUMBER, span_text("a\xff"), &out), E_UTF8);
    buf_release(&out);
}

static unsigned compare_codes(enum link_kind kind, struct span a, struct span b)
{
    return kind == LINK_PHONE ? link_phone_compare(link_phone_pack(a), link_phone_pack(b))
                              : link_code_compare(kind, a, b);
}

/* A phone number is compared as a number, and must be as near as its digits are. */
static void phones_are_compared_by_their_digits(void **state)
{
    (void)state;
    struct prop prop = prop_start("phones_are_compared_by_their_digits");
    for (int round = 0; round < 200000; round++) {
        uint8_t a[9], b[9];
        size_t len = 5 + (size_t)prop_below(&prop, 5), other = len;
        for (size_t i = 0; i < sizeof a; i++)
            a[i] = b[i] = (uint8_t)('0' + prop_below(&prop, 3));
        for (uint64_t edits = prop_below(&prop, 3); edits > 0; edits--)
            b[prop_below(&prop, len)] = (uint8_t)('0' + prop_below(&prop, 10));
        if (prop_below(&prop, 2))
            other = 5 + (size_t)prop_below(&prop, 5);
        struct span x = span_of(a, len), y = span_of(b, other);
        if (prop_below(&prop, 3) == 0 && other > 5)
            y = span_slice(y, 1, other);
        if (span_equal(x, y))
            continue;
        bool end = x.len >= 7 && y.len >= 7 &&
                   span_equal(span_slice(x, x.len - 7, 7), span_slice(y, y.len - 7, 7));
        unsigned level = link_damerau_levenshtein(x, y, 1) == 1 ? 3 : end ? 2 : 1;
        assert_int_equal(compare_codes(LINK_PHONE, x, y), level);
        assert_int_equal(compare_codes(LINK_PHONE, y, x), level);
    }
}

static void how_alike_codes_are(void **state)
{
    (void)state;
    static const struct {
        enum link_kind kind;
        const char *a, *b;
        unsigned level;
    } cases[] = {
        {LINK_PHONE, "951234567", "951234568", 3},
        {LINK_PHONE, "951234567", "951243567", 3},
        {LINK_PHONE, "951234567", "121234567", 2},
        {LINK_PHONE, "951234567", "800000000", 1},
        {LINK_PHONE, "12345", "54321", 1},
        {LINK_PHONE, "1234567", "951234567", 2},
        {LINK_EMAIL, "anna@a.org", "ana@a.org", 4},
        {LINK_EMAIL, "anna.chern@a.org", "anna.chern@big.net", 3},
        {LINK_EMAIL, "anna.chern@example.org", "anna.chern.80@example.org", 2},
        {LINK_EMAIL, "anna@a.org", "zakhar@press.net", 1},
        {LINK_NUMBER, "ab1234", "ab1235", 3},
        {LINK_NUMBER, "12345678", "12354687", 2},
        {LINK_NUMBER, "12345", "12999", 1},
        {LINK_NUMBER, "1234", "8888", 1},
        {LINK_SEX, "f", "m", 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct span a = span_text(cases[i].a), b = span_text(cases[i].b);
        unsigned there = compare_codes(cases[i].kind, a, b);
        if (there != cases[i].level || compare_codes(cases[i].kind, b, a) != there)
            fail_msg("%s and %s: %u", cases[i].a, cases[i].b, there);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_values),
        cmocka_unit_test(jaro_winkler_is_as_defined_and_symmetric),
        cmocka_unit_test(distance_is_as_defined_and_symmetric),
        cmocka_unit_test(an_edit_more_is_no_nearer),
        cmocka_unit_test(codes_are_brought_to_one_form),
        cmocka_unit_test(phones_are_compared_by_their_digits),
        cmocka_unit_test(how_alike_codes_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
