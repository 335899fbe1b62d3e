/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/mem.h"
#include "prop.h"
#include "text/fold.h"
#include "text/utf8.h"

#include <string.h>

typedef int fold_fn(struct span text, struct buf *out);

static void assert_folds(fold_fn *fold, const char *text, const char *expected)
{
    struct buf b;
    buf_init(&b, 10000);
    assert_int_equal(fold(span_text(text), &b), 0);
    assert_string_equal(buf_cstr(&b), expected);
    buf_release(&b);
}

static void folding_for_search(void **state)
{
    (void)state;
    assert_folds(fold_search, "Ёжик", "ежик");
    assert_folds(fold_search, "\xD0\x95\xCC\x88жик", "ежик"); /* Е and a diaeresis apart */
    assert_folds(fold_search, "ЙОД йод", "йод йод");
    assert_folds(fold_search, "\xD0\x98\xCC\x86од", "йод"); /* И and a breve apart */
    assert_folds(fold_search, "сло\xCC\x81во", "слово");
    assert_folds(fold_search, "Їжак Ўсё Ѓ Ќ", "їжак ўсе ѓ ќ");
    assert_folds(fold_search, "ѝ Ӑ", "и а");
    assert_folds(fold_search, "Łódź, Øre, Đakovo, İstanbul ısı", "lodz, ore, dakovo, istanbul isi");
    assert_folds(fold_search, "Straße ÉCOLE naïve ﬁn Ａ１ ½", "strasse ecole naive fin a1 1⁄2");
    assert_folds(fold_search, "Ὀδυσσεύς", "οδυσσευσ");
    assert_folds(fold_search, "أحمد مُحَمَّد كـــتاب", "احمد محمد كتاب");
    assert_folds(fold_search, "کتابی على", "كتابي علي");
    assert_folds(fold_search, "٣٤۵", "345");
    assert_folds(fold_search, "שָׁלוֹם", "שלום");
    assert_folds(fold_search, "co\xC2\xADoperate می‌خواهم", "cooperate ميخواهم");
    assert_folds(fold_search, "हिन्दी ガ", "हिन्दी ガ");
    assert_folds(fold_search, "", "");
    assert_folds(fold_search, "\xCC\x81x", "x");
}

static void nfc(void **state)
{
    (void)state;
    assert_folds(fold_nfc, "e\xCC\x81 é", "é é");
    assert_folds(fold_nfc, "\xD0\x98\xCC\x86од Ёж", "Йод Ёж");
    assert_folds(fold_nfc, "\xE2\x84\xAB", "Å");                          /* Angstrom sign */
    assert_folds(fold_nfc, "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "한"); /* jamo */
    assert_folds(fold_nfc, "q\xCC\xA3\xCC\x87", "q\xCC\xA3\xCC\x87");
    assert_folds(fold_nfc, "q\xCC\x87\xCC\xA3", "q\xCC\xA3\xCC\x87");
    assert_folds(fold_nfc, "ﬁ ²", "ﬁ ²");
    assert_folds(fold_nfc, "plain\ntext\t", "plain\ntext\t");
}

static void what_fails_leaves_nothing(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 20);
    buf_text(&b, "kept");
    assert_int_equal(fold_search(span_text("abc\xFF"), &b), E_UTF8);
    assert_int_equal(fold_nfc(span_text("é\xED\xA0\x80"), &b), E_UTF8);
    assert_string_equal(buf_cstr(&b), "kept");
    assert_int_equal(fold_nfc(span_text("ёёёёёёёёёё"), &b), E_TOO_LARGE);
    assert_string_equal(buf_cstr(&b), "kept");
    buf_release(&b);
    buf_init(&b, 1000);
    mem_fail_from(1);
    assert_int_equal(fold_search(span_text("é"), &b), E_NOMEM);
    mem_fail_from(0);
    buf_release(&b);
}

static size_t random_text(struct prop *prop, struct buf *text)
{
    static const uint32_t ranges[][2] = {
        {' ', '~'},       {'a', 'z'},          {0xA0, 0x24F},    {0x300, 0x36F},   {0x370, 0x52F},
        {0x410, 0x44F},   {0x418, 0x43A},      {0x5B0, 0x6D5},   {0x900, 0x97F},   {0x1100, 0x11FF},
        {0x1E00, 0x1FFF}, {0x2000, 0x206F},    {0x3040, 0x30FF}, {0xAC00, 0xAC80}, {0xFB00, 0xFEFF},
        {0x301, 0x308},   {0x10000, 0x10FFFF},
    };
    buf_reset(text);
    size_t count = prop_below(prop, 12);
    for (size_t i = 0; i < count; i++) {
        const uint32_t *range = ranges[prop_below(prop, COUNT_OF(ranges))];
        utf8_put(text, range[0] + (uint32_t)prop_below(prop, range[1] - range[0] + 1));
    }
    return count;
}

/* Folding twice is folding once, and cutting a text at a space changes nothing. */
static void folding_is_stable(void **state)
{
    (void)state;
    struct prop prop = prop_start("folding_is_stable");
    struct buf text, other, once, twice;
    buf_init(&text, 100);
    buf_init(&other, 100);
    buf_init(&once, 10000);
    buf_init(&twice, 10000);
    fold_fn *const ways[] = {fold_nfc, fold_search};
    for (int round = 0; round < 40000; round++) {
        fold_fn *fold = ways[round % 2];
        random_text(&prop, &text);
        random_text(&prop, &other);
        buf_reset(&once);
        buf_reset(&twice);
        assert_int_equal(fold(buf_bytes(&text), &once), 0);
        assert_int_equal(utf8_check(buf_bytes(&once), SIZE_MAX), 0);
        assert_int_equal(fold(buf_bytes(&once), &twice), 0);
        assert_string_equal(buf_cstr(&once), buf_cstr(&twice));
        buf_text(&once, " x");
        assert_int_equal(fold(buf_bytes(&other), &once), 0);
        buf_reset(&twice);
        buf_text(&text, " x");
        buf_span(&text, buf_bytes(&other));
        assert_int_equal(fold(buf_bytes(&text), &twice), 0);
        struct span rest = buf_bytes(&other);
        if (rest.len == 0 || utf8_next(&rest) < 0x300)
            assert_string_equal(buf_cstr(&once), buf_cstr(&twice));
    }
    buf_release(&text);
    buf_release(&other);
    buf_release(&once);
    buf_release(&twice);
}

/* Thousands of marks on one letter take no more than their share of time and room. */
static void heaps_of_marks_are_bounded(void **state)
{
    (void)state;
    struct buf text, out;
    buf_init(&text, 1 << 20);
    buf_init(&out, 1 << 22);
    buf_text(&text, "a");
    for (int i = 0; i < 100000; i++)
        utf8_put(&text, i % 2 ? 0x323 : 0x301);
    assert_int_equal(fold_nfc(buf_bytes(&text), &out), 0);
    buf_reset(&out);
    assert_int_equal(fold_search(buf_bytes(&text), &out), 0);
    assert_string_equal(buf_cstr(&out), "a");
    buf_reset(&text);
    buf_reset(&out);
    for (int i = 0; i < 5000; i++)
        utf8_put(&text, 0xFDFA); /* one that becomes eighteen */
    assert_int_equal(fold_search(buf_bytes(&text), &out), 0);
    assert_int_equal(utf8_check(buf_bytes(&out), SIZE_MAX), 0);
    assert_true(out.len > 5000 * 18);
    buf_release(&text);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folding_for_search),         cmocka_unit_test(nfc),
        cmocka_unit_test(what_fails_leaves_nothing),  cmocka_unit_test(folding_is_stable),
        cmocka_unit_test(heaps_of_marks_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
