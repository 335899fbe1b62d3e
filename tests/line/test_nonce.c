/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/encode.h"
#include "line/nonce.h"

struct made {
    struct nonces nonces;
    struct buf text;
    uint8_t nonce[NONCE_BYTES];
};

static int make(void **state)
{
    static struct made made;

    if (nonce_init(&made.nonces) < 0)
        return -1;
    buf_init(&made.text, 64);
    nonce_make(&made.nonces, 1000, &made.text);
    *state = &made;
    return 0;
}

static int release(void **state)
{
    struct made *made = *state;

    nonce_release(&made->nonces);
    buf_release(&made->text);
    return 0;
}

static int check_at(struct made *made, uint32_t now_s)
{
    return nonce_check(&made->nonces, now_s, buf_bytes(&made->text), made->nonce);
}

static void good_once(void **state)
{
    struct made *made = *state;

    assert_int_equal(check_at(made, 1000), 0);
    assert_int_equal(check_at(made, 1000), 0); /* looking does not use it up */
    assert_int_equal(nonce_use(&made->nonces, 1000, made->nonce), 0);
    assert_int_equal(check_at(made, 1000), E_EXISTS);
}

static void good_for_ten_minutes(void **state)
{
    struct made *made = *state;

    assert_int_equal(check_at(made, 1000 + NONCE_LIFE_S), 0);
    assert_int_equal(check_at(made, 1001 + NONCE_LIFE_S), E_EXPIRED);
    assert_int_equal(check_at(made, 999), E_EXPIRED);
}

/* Any bit of it changed: not ours. */
static void forged(void **state)
{
    struct made *made = *state;
    uint8_t whole[NONCE_BYTES], got[NONCE_BYTES];

    assert_int_equal(check_at(made, 1000), 0);
    memcpy(whole, made->nonce, sizeof whole);
    for (unsigned bit = 0; bit < 8 * NONCE_BYTES; bit++) {
        whole[bit / 8] ^= (uint8_t)(1u << bit % 8);
        buf_reset(&made->text);
        base64url_put(&made->text, span_of(whole, sizeof whole));
        assert_int_equal(nonce_check(&made->nonces, 1000, buf_bytes(&made->text), got), E_DENIED);
        whole[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void of_another_process(void **state)
{
    struct made *made = *state;
    struct nonces other;

    assert_int_equal(nonce_init(&other), 0);
    assert_int_equal(nonce_check(&other, 1000, buf_bytes(&made->text), made->nonce), E_DENIED);
    nonce_release(&other);
}

static void not_a_nonce(void **state)
{
    struct made *made = *state;
    static const char *const texts[] = {"", "AA",
                                        "AAAAAAAAAAAAAAAAAAAAAA==", "AAAAAAAAAAAAAAAAAAAAA!",
                                        "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"};

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        assert_int_equal(nonce_check(&made->nonces, 1000, span_text(texts[i]), made->nonce),
                         E_FORMAT);
}

/* Nobody makes the line forget a used one by using many others. */
static void full(void **state)
{
    struct made *made = *state;
    uint8_t nonce[NONCE_BYTES] = {0, 0, 0x03, 0xE8}; /* made at 1000 */

    for (uint32_t i = 0; i < NONCE_USED_MAX; i++) {
        memcpy(nonce + 4, &i, sizeof i);
        assert_int_equal(nonce_use(&made->nonces, 1000, nonce), 0);
    }
    assert_int_equal(nonce_use(&made->nonces, 1000 + NONCE_LIFE_S, nonce), E_BUSY);
    assert_int_equal(nonce_use(&made->nonces, 1001 + NONCE_LIFE_S, nonce), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(good_once, make, release),
        cmocka_unit_test_setup_teardown(good_for_ten_minutes, make, release),
        cmocka_unit_test_setup_teardown(forged, make, release),
        cmocka_unit_test_setup_teardown(of_another_process, make, release),
        cmocka_unit_test_setup_teardown(not_a_nonce, make, release),
        cmocka_unit_test_setup_teardown(full, make, release),
    };

    return cmocka_run_group_tests_name("nonce", tests, NULL, NULL);
}
