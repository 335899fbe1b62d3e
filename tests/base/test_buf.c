/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "prop.h"

#include <string.h>

static void it_appends_and_terminates(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    assert_string_equal(buf_cstr(&b), "");
    buf_text(&b, "ab");
    buf_u8(&b, 'c');
    buf_printf(&b, "%d-%s", 42, "x");
    buf_span(&b, span_text("!"));
    assert_string_equal(buf_cstr(&b), "abc42-x!");
    assert_int_equal(buf_bytes(&b).len, 8);
    buf_cut(&b, 2);
    assert_string_equal(buf_cstr(&b), "ab");
    buf_reset(&b);
    buf_u16(&b, 0x0102);
    buf_u32(&b, 0x03040506);
    buf_u64(&b, 0x0708090A0B0C0D0Eu);
    assert_memory_equal(b.data, "\1\2\3\4\5\6\7\10\11\12\13\14\15\16", 14);
    uint8_t *room = buf_room(&b, 3);
    assert_non_null(room);
    assert_memory_equal(room, "\0\0\0", 4);
    assert_int_equal(buf_error(&b), 0);
    buf_release(&b);
}

static void the_cap_is_exact_and_the_error_sticky(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4);
    buf_text(&b, "abcd");
    assert_int_equal(buf_error(&b), 0);
    buf_u8(&b, 'e');
    assert_int_equal(buf_error(&b), E_TOO_LARGE);
    assert_string_equal(buf_cstr(&b), "abcd");
    buf_cut(&b, 1);
    buf_text(&b, "x");
    assert_string_equal(buf_cstr(&b), "a");
    assert_null(buf_room(&b, 1));
    buf_fail(&b, E_NOMEM);
    assert_int_equal(buf_error(&b), E_TOO_LARGE);
    buf_reset(&b);
    buf_printf(&b, "%s", "12345");
    assert_int_equal(buf_error(&b), E_TOO_LARGE);
    assert_int_equal(b.len, 0);
    buf_wipe_release(&b);
    assert_int_equal(b.cap_bytes, 4);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (uint64_t nth = 1;; nth++) {
        struct buf b;
        buf_init(&b, 10000);
        mem_fail_from(nth);
        for (int i = 0; i < 1000; i++)
            buf_printf(&b, "%d,", i % 10);
        uint64_t asked = mem_asked();
        mem_fail_from(0);
        assert_int_equal(buf_error(&b), asked >= nth ? E_NOMEM : 0);
        for (size_t i = 0; i < b.len; i += 2)
            assert_int_equal(b.data[i], '0' + i / 2 % 10);
        buf_release(&b);
        if (asked < nth) {
            assert_true(nth > 3);
            break;
        }
    }
}

static void it_never_exceeds_its_cap(void **state)
{
    (void)state;
    struct prop prop = prop_start("it_never_exceeds_its_cap");
    uint8_t model[300], piece[64];
    for (int round = 0; round < 2000; round++) {
        size_t cap = prop_below(&prop, 200), len = 0;
        bool failed = false;
        struct buf b;
        buf_init(&b, cap);
        for (int i = 0; i < 12; i++) {
            size_t add = prop_below(&prop, sizeof piece);
            prop_bytes(&prop, piece, add);
            buf_put(&b, piece, add);
            failed = failed || len + add > cap;
            if (!failed) {
                memcpy(model + len, piece, add);
                len += add;
            }
            assert_int_equal(buf_error(&b), failed ? E_TOO_LARGE : 0);
            assert_int_equal(b.len, len);
            assert_true(b.capacity <= cap + 1);
            if (b.data)
                assert_int_equal(b.data[b.len], 0);
            assert_true(span_equal(buf_bytes(&b), span_of(model, len)));
        }
        buf_release(&b);
    }
}

static void an_arena_keeps_to_its_cap(void **state)
{
    (void)state;
    struct prop prop = prop_start("an_arena_keeps_to_its_cap");
    for (int round = 0; round < 200; round++) {
        struct arena a;
        size_t cap = prop_below(&prop, 20000), asked = 0;
        arena_init(&a, cap);
        for (int i = 0; i < 60; i++) {
            size_t bytes = prop_below(&prop, prop_below(&prop, 8) == 0 ? 9000 : 100);
            uint8_t *piece = arena_alloc(&a, bytes);
            assert_true(a.used_bytes <= cap);
            if (!piece) {
                assert_true(a.used_bytes + bytes > cap);
                continue;
            }
            asked += bytes;
            assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
            for (size_t j = 0; j < bytes; j++)
                assert_int_equal(piece[j], 0);
            memset(piece, 0xAA, bytes);
        }
        assert_true(asked <= cap);
        arena_release(&a);
        assert_int_equal(a.used_bytes, 0);
    }
}

static void an_arena_copies_text(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 64);
    assert_string_equal(arena_copy_text(&a, span_text("Orlets")), "Orlets");
    assert_string_equal(arena_printf(&a, "%s %d", "Karsk", 7), "Karsk 7");
    assert_null(arena_printf(&a, "%0100d", 1));
    assert_null(arena_alloc(&a, SIZE_MAX));
    mem_fail_from(1);
    struct arena b;
    arena_init(&b, 64);
    assert_null(arena_alloc(&b, 1));
    mem_fail_from(0);
    arena_release(&a);
    arena_release(&b);
}

static void the_heap_counts_and_fails_on_demand(void **state)
{
    (void)state;
    mem_fail_from(0);
    void *p = mem_alloc(0);
    assert_non_null(p);
    p = mem_realloc(p, 10);
    assert_non_null(p);
    mem_free(p);
    assert_null(mem_calloc(SIZE_MAX, 2));
    p = mem_calloc(0, 0);
    assert_non_null(p);
    mem_free(p);
    assert_int_equal(mem_asked(), 4);
    mem_fail_from(2);
    char *copy = mem_strdup("x");
    assert_string_equal(copy, "x");
    assert_null(mem_alloc(1));
    assert_null(mem_realloc(copy, 2));
    assert_null(mem_strdup("y"));
    assert_null(mem_calloc(1, 1));
    mem_fail_from(0);
    mem_free(copy);
    mem_free(NULL);
    char secret[3] = "ab";
    mem_wipe(secret, sizeof secret);
    assert_memory_equal(secret, "\0\0\0", 3);
    mem_wipe(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_appends_and_terminates),
        cmocka_unit_test(the_cap_is_exact_and_the_error_sticky),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(it_never_exceeds_its_cap),
        cmocka_unit_test(an_arena_keeps_to_its_cap),
        cmocka_unit_test(an_arena_copies_text),
        cmocka_unit_test(the_heap_counts_and_fails_on_demand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
