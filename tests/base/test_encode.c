/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/encode.h"
#include "base/error.h"
#include "prop.h"

#include <string.h>

/* RFC 4648, section 10. */
static void the_vectors_of_the_standard(void **state)
{
    (void)state;
    static const char *const vectors[][3] = {
        {"", "", ""},
        {"f", "Zg==", "66"},
        {"fo", "Zm8=", "666f"},
        {"foo", "Zm9v", "666f6f"},
        {"foob", "Zm9vYg==", "666f6f62"},
        {"fooba", "Zm9vYmE=", "666f6f6261"},
        {"foobar", "Zm9vYmFy", "666f6f626172"},
    };
    struct buf b;
    buf_init(&b, 100);
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        buf_reset(&b);
        base64_put(&b, span_text(vectors[i][0]));
        assert_string_equal(buf_cstr(&b), vectors[i][1]);
        buf_reset(&b);
        assert_int_equal(base64_read(span_text(vectors[i][1]), &b), 0);
        assert_string_equal(buf_cstr(&b), vectors[i][0]);
        buf_reset(&b);
        hex_put(&b, span_text(vectors[i][0]));
        assert_string_equal(buf_cstr(&b), vectors[i][2]);
    }
    buf_reset(&b);
    base64_put(&b, span_of("\xFB\xEF\xFF", 3));
    base64url_put(&b, span_of("\xFB\xEF\xFF\xFE", 4));
    assert_string_equal(buf_cstr(&b), "++//--___g");
    buf_release(&b);
}

static void what_is_not_exact_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"Z",        "Zg",   "Zg=",     "Zg= =", "Zh==",
                                      "Zm9=",     "====", "Z===",    "Zg==x", "Zm9-",
                                      "Zm9v\nZg", "=g==", "Zg==Zg=="};
    static const char *const bad_url[] = {"Z", "Zg==", "Zh", "Zm9", "Zm9+", " Zg", "Zm9vY"};
    struct buf b;
    buf_init(&b, 100);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(base64_read(span_text(bad[i]), &b), E_FORMAT);
    for (size_t i = 0; i < COUNT_OF(bad_url); i++)
        assert_int_equal(base64url_read(span_text(bad_url[i]), &b), E_FORMAT);
    assert_int_equal(b.len, 0);
    buf_release(&b);
    uint8_t out[2] = {7, 7};
    assert_int_equal(hex_read(span_text("0g12"), out, 2), E_FORMAT);
    assert_int_equal(hex_read(span_text("012"), out, 2), E_FORMAT);
    assert_int_equal(hex_read(span_text("01234"), out, 2), E_FORMAT);
    assert_int_equal(hex_read(span_text("012345"), out, 2), E_FORMAT);
    assert_memory_equal(out, "\7\7", 2);
    assert_int_equal(hex_read(span_text("aBcD"), out, 2), 0);
    assert_memory_equal(out, "\xAB\xCD", 2);
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    struct prop prop = prop_start("what_is_written_is_read_again");
    struct buf text, back;
    buf_init(&text, 1000);
    buf_init(&back, 1000);
    for (int round = 0; round < 2000; round++) {
        uint8_t bytes[70], hex[70];
        size_t len = prop_below(&prop, sizeof bytes);
        prop_bytes(&prop, bytes, len);
        buf_reset(&text);
        hex_put(&text, span_of(bytes, len));
        assert_int_equal(hex_read(buf_bytes(&text), hex, len), 0);
        assert_memory_equal(hex, bytes, len);
        for (int url = 0; url < 2; url++) {
            buf_reset(&text);
            buf_reset(&back);
            (url ? base64url_put : base64_put)(&text, span_of(bytes, len));
            assert_int_equal((url ? base64url_read : base64_read)(buf_bytes(&text), &back), 0);
            assert_true(span_equal(buf_bytes(&back), span_of(bytes, len)));
        }
    }
    buf_release(&text);
    buf_release(&back);
}

/* One spelling for one value: whatever is read writes itself again. */
static void no_two_texts_are_one_value(void **state)
{
    (void)state;
    struct prop prop = prop_start("no_two_texts_are_one_value");
    static const char letters[] = "ABZaz09+/-_= \nQg";
    struct buf value, again;
    buf_init(&value, 100);
    buf_init(&again, 100);
    int read = 0;
    for (int round = 0; round < 50000; round++) {
        char text[8];
        size_t len = prop_below(&prop, sizeof text + 1);
        for (size_t i = 0; i < len; i++)
            text[i] = letters[prop_below(&prop, sizeof letters - 1)];
        bool url = prop_below(&prop, 2);
        buf_reset(&value);
        buf_reset(&again);
        if ((url ? base64url_read : base64_read)(span_of(text, len), &value) < 0)
            continue;
        read++;
        (url ? base64url_put : base64_put)(&again, buf_bytes(&value));
        assert_true(span_equal(buf_bytes(&again), span_of(text, len)));
    }
    assert_true(read > 100);
    buf_release(&value);
    buf_release(&again);
}

static void decimals_have_one_form(void **state)
{
    (void)state;
    uint64_t v = 5;
    static const char *const bad[] = {"",
                                      "01",
                                      "00",
                                      "+1",
                                      "-1",
                                      " 1",
                                      "1 ",
                                      "1a",
                                      "18446744073709551616",
                                      "99999999999999999999999",
                                      "0x1"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(decimal_read(span_text(bad[i]), UINT64_MAX, &v), E_FORMAT);
    assert_int_equal(decimal_read(span_text("101"), 100, &v), E_FORMAT);
    assert_true(v == 5);
    assert_int_equal(decimal_read(span_text("100"), 100, &v), 0);
    assert_true(v == 100);
    assert_int_equal(decimal_read(span_text("0"), 0, &v), 0);
    assert_true(v == 0);
    assert_int_equal(decimal_read(span_text("18446744073709551615"), UINT64_MAX, &v), 0);
    assert_true(v == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_standard),
        cmocka_unit_test(what_is_not_exact_is_refused),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(no_two_texts_are_one_value),
        cmocka_unit_test(decimals_have_one_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
