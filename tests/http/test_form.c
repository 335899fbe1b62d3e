/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "http/form.h"
#include "prop.h"

static int read_text(const char *text, struct arena *arena, struct form *form)
{
    return form_read(span_text(text), arena, form);
}

static void reads_fields(void **state)
{
    (void)state;
    struct arena arena;
    struct form form;
    arena_init(&arena, 65536);
    assert_int_equal(
        read_text("text=a+b%26c%0D%0Ad%0De%0af&empty=&%D1%8F=%d1%8e&nul=a%00b", &arena, &form), 0);
    assert_int_equal(form.count, 4);
    assert_string_equal(form_text(&form, "text"), "a b&c\nd\re\nf");
    assert_string_equal(form_text(&form, "empty"), "");
    assert_string_equal(form_text(&form, "\xd1\x8f"), "\xd1\x8e");
    assert_null(form_text(&form, "nul"));
    assert_int_equal(form_value(&form, "nul").len, 3);
    assert_memory_equal(form_value(&form, "nul").data, "a\0b", 4);
    assert_string_equal(form_text(&form, "none"), "");
    assert_int_equal(form_value(&form, "none").len, 0);
    arena_release(&arena);
}

static void no_bytes_are_an_empty_form(void **state)
{
    (void)state;
    struct arena arena;
    struct form form = {.count = 9};
    arena_init(&arena, 0);
    assert_int_equal(form_read(span_of(NULL, 0), &arena, &form), 0);
    assert_int_equal(form.count, 0);
    arena_release(&arena);
}

static void refuses_what_is_not_strict(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "a",       "a=1&",  "&a=1",   "a=1&&b=2",  "=1",      "a=%",   "a=%4",   "a=%zz",
        "a=1&a=2", "a=b c", "a=\xd1", "a=\n",      "a%00b=1", "%=1",   "a=\x7f", "a=%4g",
        "a=%g4",   "a=1&b", "&",      "%61=1&a=2", "a=1&=2",  "a=%+1",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct arena arena;
        struct form form = {.count = 77};
        arena_init(&arena, 65536);
        int error = read_text(bad[i], &arena, &form);
        if (error != E_FORMAT || form.count != 77)
            fail_msg("%s: %s", bad[i], error_name(error));
        arena_release(&arena);
    }
}

static void holds_its_bounds(void **state)
{
    (void)state;
    struct arena arena;
    struct form form;
    struct buf text;
    arena_init(&arena, 65536);
    buf_init(&text, 65536);
    for (int i = 0; i < FORM_FIELDS_MAX; i++)
        buf_printf(&text, "%sf%d=%d", i ? "&" : "", i, i);
    assert_int_equal(form_read(buf_bytes(&text), &arena, &form), 0);
    assert_int_equal(form.count, FORM_FIELDS_MAX);
    assert_string_equal(form_text(&form, "f63"), "63");
    buf_text(&text, "&more=1");
    assert_int_equal(form_read(buf_bytes(&text), &arena, &form), E_TOO_LARGE);

    buf_reset(&text);
    buf_printf(&text, "%0*d=1", FORM_NAME_BYTES_MAX, 0);
    assert_int_equal(form_read(buf_bytes(&text), &arena, &form), 0);
    buf_reset(&text);
    buf_printf(&text, "%0*d=1", FORM_NAME_BYTES_MAX + 1, 0);
    assert_int_equal(form_read(buf_bytes(&text), &arena, &form), E_TOO_LARGE);
    buf_release(&text);
    arena_release(&arena);

    arena_init(&arena, 16);
    assert_int_equal(read_text("a=1&b=2", &arena, &form), E_NOMEM);
    arena_release(&arena);
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    for (uint64_t nth = 1;; nth++) {
        struct arena arena;
        struct form form;
        arena_init(&arena, 65536);
        mem_fail_from(nth);
        int error = read_text("a=1&b=2", &arena, &form);
        bool reached = mem_asked() >= nth;
        mem_fail_from(0);
        assert_int_equal(error, reached ? E_NOMEM : 0);
        arena_release(&arena);
        if (!reached)
            return;
    }
}

static void put_escaped(struct buf *out, struct span bytes, struct prop *prop)
{
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t c = bytes.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (c == ' ' && prop_below(prop, 2))
            buf_text(out, "+");
        else if (plain && prop_below(prop, 8))
            buf_u8(out, c);
        else
            buf_printf(out, prop_below(prop, 2) ? "%%%02x" : "%%%02X", c);
    }
}

static void whatever_is_escaped_comes_back(void **state)
{
    (void)state;
    struct prop prop = prop_start("whatever_is_escaped_comes_back");
    for (int round = 0; round < 1000; round++) {
        uint8_t value[200];
        size_t len = prop_below(&prop, sizeof value);
        prop_bytes(&prop, value, len);
        for (size_t i = 0; i < len; i++)
            value[i] = value[i] == '\r' ? ' ' : value[i];
        struct buf text;
        buf_init(&text, 4096);
        buf_text(&text, "before=1&value=");
        put_escaped(&text, span_of(value, len), &prop);
        buf_text(&text, "&after=2");
        struct arena arena;
        struct form form;
        arena_init(&arena, 65536);
        assert_int_equal(form_read(buf_bytes(&text), &arena, &form), 0);
        assert_true(span_equal(form_value(&form, "value"), span_of(value, len)));
        assert_string_equal(form_text(&form, "after"), "2");
        arena_release(&arena);
        buf_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_fields),
        cmocka_unit_test(no_bytes_are_an_empty_form),
        cmocka_unit_test(refuses_what_is_not_strict),
        cmocka_unit_test(holds_its_bounds),
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(whatever_is_escaped_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
